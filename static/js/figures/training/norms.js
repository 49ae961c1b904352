/** ‖∂h_T/∂h_k‖ along one sequence, for the network of every variant at a step of training; thin, the untrained one. */

import { norm as shownNorm } from "../../math/format.js";
import { axisOf, roundBound, ticks } from "../../math/scale.js";
import { frobeniusNorms } from "../answer.js";
import { whole } from "../network/lane.js";
import { normTicks } from "../norm-curve.js";
import { paintedAxis } from "../painted-axis.js";
import { letterMarks } from "../stacked.js";
import { begun, snapshotAt } from "./session.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./session.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/** Norms below and above have left the picture; the text says them. */
const [LOWEST, HIGHEST] = [-40, 24];

/** @param {Session} session */
function curvesOf(session) {
  return begun(session).flatMap(({ index, letter, series }) => {
    const snapshot = snapshotAt(series, session.at);
    if (!snapshot) return [];
    const first = series.snapshots[0];
    return [{ index, letter, step: snapshot.step, norms: frobeniusNorms(snapshot), first: frobeniusNorms(first) }];
  });
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function snapshotNormsFigure(session, view, strings) {
  const { palette, compact, width } = view;
  const T = session.parameters.length;
  const curves = curvesOf(session);
  const margin = { l: 48, r: 30, t: 10, b: 38, pad: 0 };
  const height = compact ? 190 : 236;
  const range = rangeOf(curves);
  const layout = {
    width,
    height: margin.t + height + margin.b,
    margin,
    xaxis: { range: [-0.5, T + 0.5], domain: [0, 1] },
    yaxis: { range, domain: [0, 1] },
  };
  const values = ticks(0, T, compact ? 5 : 8, 1);
  const line = (/** @type {any} */ style) => ({ mark: "line", x: whole(0, T), ...style });
  return {
    data: [],
    layout,
    paint: [
      ...paintedAxis(layout, "x", "y", "y", { ...normTicks(range), grid: true }, view),
      { mark: "line", x: [-1, T + 1], y: [0, 0], stroke: palette.muted, width: 1 },
      { mark: "rects", clip: false, x0: [-0.5], x1: [T + 0.5], y0: [range[0]], y1: [range[1]], stroke: palette.rule },
      ...curves.map(({ index, first }) =>
        line({ y: first, stroke: view.colours[index], width: 1.25, alpha: 0.45, dash: [2, 3] }),
      ),
      ...curves.map(({ index, norms }) => line({ y: norms, stroke: view.colours[index], width: 2.25 })),
      ...letterMarks(
        { ...session, steps: T },
        view,
        "y",
        curves.map(({ index, norms }) => ({
          index,
          x: -0.5,
          y: norms[0] === Number.NEGATIVE_INFINITY ? range[0] : norms[0],
        })),
        { height, range },
      ).map((mark) => ({ ...mark, dx: 8, clip: true })),
      ...paintedAxis(
        layout,
        "x",
        "y",
        "x",
        { tickvals: values, ticktext: values.map(String), title: strings("training.step_k") },
        view,
      ),
    ],
  };
}

/**
 * @param {ReturnType<typeof curvesOf>} curves
 * @returns {[number, number]}
 */
function rangeOf(curves) {
  let [low, high] = [-2, 1];
  for (const { norms, first } of curves) {
    for (const values of [norms, first]) {
      for (const value of values) {
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  const [below, above] = [roundBound(-Math.max(LOWEST, low)), roundBound(Math.min(HIGHEST, high))];
  const pad = 0.06 * (below + above);
  return [-below - pad, above + pad];
}

/**
 * @param {Session} session
 * @param {View} view
 */
export function snapshotNormsOverlay(session, view) {
  const k = view.pointer?.k;
  if (k === undefined) return [];
  const curves = curvesOf(session);
  return [
    { mark: "segments", x0: [k], x1: [k], y0: [-1e4], y1: [1e4], stroke: view.palette.ink, width: 1, alpha: 0.5 },
    ...curves.map(({ index, norms }) => ({
      mark: "points",
      x: [k],
      y: [norms[k]],
      radius: 3.5,
      fill: view.colours[index],
      stroke: view.palette.paper,
      width: 1.5,
    })),
  ];
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {any} layout
 * @param {number} px
 */
export function snapshotNormsPoint(session, _view, layout, px) {
  const k = Math.round(axisOf(layout, "x").value(px));
  return k >= 0 && k <= session.parameters.length ? { k } : null;
}

/**
 * @param {Session} session
 * @param {import("../answer.js").Pointer} pointer
 * @param {Strings} strings
 */
export function snapshotNormsReading(session, { k }, strings) {
  const T = session.parameters.length;
  const rows = curvesOf(session).map(
    ({ letter, norms }) => /** @type {[string, string]} */ ([letter, shownNorm(norms[k])]),
  );
  return { title: strings("reading.pair", { k, t: T, lag: T - k }), rows };
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {Strings} strings
 */
export function snapshotNormsSummary(session, _view, strings) {
  const curves = curvesOf(session);
  if (curves.length === 0) return [strings("training.nothing")];
  return curves.map(({ letter, step, norms, first }) =>
    strings(step === 0 ? "training.norms.untrained" : "training.norms.of", {
      name: letter,
      step,
      now: shownNorm(norms[0]),
      before: shownNorm(first[0]),
    }),
  );
}
