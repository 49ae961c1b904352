/** The recurrent matrix in training: its spectral radius and largest singular value, and what a step back does to a gradient. */

import { number } from "../../math/format.js";
import { letterMarks, levelMark, numbers, rangeOf, stacked, stepOverlay } from "../stacked.js";
import { begun, lastUpTo } from "./session.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./session.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/** Beyond it a matrix has left the picture. */
const HIGHEST = 5;

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function weightsFigure(session, view, strings) {
  return stacked(
    session,
    view,
    [spectrumRow(session, view, strings), slopeRow(session, view, strings)],
    strings("training.axis"),
  );
}

/** A column that isn't measured at every step, without its gaps. @param {Float64Array} values */
function measured(values) {
  const x = [];
  const y = [];
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isNaN(values[i])) continue;
    x.push(i + 1);
    y.push(values[i]);
  }
  return { x, y };
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../stacked.js").Row}
 */
function spectrumRow(session, view, strings) {
  const height = view.compact ? 110 : 112;
  const lines = begun(session).map(({ index, series }) => ({
    index,
    radius: measured(series.columns.spectral_radius),
    sigma: measured(series.columns.sigma_max),
  }));
  const asCurve = (/** @type {{ y: number[] }} */ { y }) => ({
    index: 0,
    count: y.length,
    valueAt: (/** @type {number} */ i) => y[i],
  });
  const found = rangeOf(
    lines.flatMap(({ radius, sigma }) => [asCurve(radius), asCurve(sigma)]),
    [0.5, 1.5],
    0.5,
  );
  const range = /** @type {[number, number]} */ ([Math.max(0, found[0]), Math.min(HIGHEST, found[1])]);
  return {
    title: strings("training.spectrum"),
    height,
    range,
    ticks: numbers(range, 4),
    key: view.compact
      ? []
      : [
          { text: "ρ", stroke: view.palette.muted, width: 2 },
          { text: "σ_{max}", stroke: view.palette.muted, width: 1.5, dash: [5, 3] },
        ],
    marks: (yaxis) => [
      levelMark(session, view, yaxis, 1),
      ...lines.flatMap(({ index, radius, sigma }) => [
        { mark: "line", yaxis, ...sigma, stroke: view.colours[index], width: 1.5, dash: [5, 3] },
        { mark: "line", yaxis, ...radius, stroke: view.colours[index], width: 2 },
      ]),
      ...letterMarks(
        session,
        view,
        yaxis,
        lines.flatMap(({ index, radius: { x, y } }) =>
          x.length > 0 ? [{ index, x: x[x.length - 1], y: y[y.length - 1] }] : [],
        ),
        { height, range },
      ),
    ],
  };
}

/** Slopes of the norm curve by snapshot, in log10 per step back. @param {Session} session */
function slopesOf(session) {
  return begun(session).map(({ index, series }) => {
    const found = series.snapshots.filter(({ verdict }) => Number.isFinite(verdict?.slope_log10_per_step));
    return {
      index,
      x: found.map(({ step }) => step),
      y: found.map(({ verdict }) => Number(verdict.slope_log10_per_step)),
    };
  });
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../stacked.js").Row}
 */
function slopeRow(session, view, strings) {
  const height = view.compact ? 110 : 112;
  const lines = slopesOf(session);
  const curves = lines.map(({ y }) => ({ index: 0, count: y.length, valueAt: (/** @type {number} */ i) => y[i] }));
  const found = rangeOf(curves, [-0.15, 0.05], 0.05);
  const range = /** @type {[number, number]} */ ([Math.max(-2, found[0]), Math.min(1, found[1])]);
  return {
    title: strings("training.slope"),
    height,
    range,
    ticks: factorTicks(range),
    marks: (yaxis) => [
      levelMark(session, view, yaxis, 0),
      ...lines.flatMap(({ index, x, y }) => [
        { mark: "line", yaxis, x, y, stroke: view.colours[index], width: 1.75 },
        { mark: "points", yaxis, x, y, radius: 2.5, fill: view.colours[index], stroke: view.palette.paper, width: 1 },
      ]),
      ...letterMarks(
        session,
        view,
        yaxis,
        lines.flatMap(({ index, x, y }) => (x.length > 0 ? [{ index, x: x[x.length - 1], y: y[y.length - 1] }] : [])),
        { height, range },
      ),
    ],
  };
}

const FACTORS = [0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 5, 10];

/** Round factors per step, few enough to be read. @param {[number, number]} range */
function factorTicks([low, high]) {
  const inside = FACTORS.map((factor) => Math.log10(factor)).filter((log) => log >= low - 1e-9 && log <= high + 1e-9);
  const least = (high - low) / 5;
  const kept = /** @type {number[]} */ ([0]);
  for (const log of inside.sort((a, b) => Math.abs(a) - Math.abs(b)))
    if (kept.every((other) => Math.abs(other - log) >= least)) kept.push(log);
  return {
    tickvals: kept,
    ticktext: kept.map(
      (log) =>
        `×${number(10 ** log, 2)
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "")}`,
    ),
  };
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {any} layout
 */
export function weightsOverlay(session, view, layout) {
  return stepOverlay(session, view, layout);
}

/**
 * @param {Session} session
 * @param {import("../answer.js").Pointer} pointer
 * @param {Strings} strings
 */
export function weightsReading(session, pointer, strings) {
  const step = pointer.step ?? session.reached;
  const rows = begun(session).flatMap(({ letter, series }) => {
    const radius = lastUpTo(series, "spectral_radius", step);
    if (step < 1 || step > series.count || Number.isNaN(radius)) return [];
    return [
      /** @type {[string, string]} */ ([
        letter,
        `ρ ${number(radius, 3)}, σ ${number(lastUpTo(series, "sigma_max", step), 3)}`,
      ]),
    ];
  });
  return { title: strings("training.reading.step", { step }), rows };
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {Strings} strings
 */
export function weightsSummary(session, _view, strings) {
  const variants = begun(session).filter(({ series }) => series.snapshots.length > 0);
  if (variants.length === 0) return [strings("training.nothing")];
  return variants.map(({ letter, series }) => {
    const [first, last] = [series.snapshots[0], series.snapshots[series.snapshots.length - 1]];
    return strings(last.verdict.exactly_zero_from_lag === null ? "training.weights.of" : "training.weights.dead", {
      name: letter,
      // A cell whose gradients ρ doesn't bound has none in its verdict.
      from: number(first.verdict.spectral_radius ?? lastUpTo(series, "spectral_radius", 1), 3),
      to: number(last.verdict.spectral_radius ?? lastUpTo(series, "spectral_radius", last.step), 3),
      before: number(first.verdict.factor_per_step, 3),
      after: number(last.verdict.factor_per_step, 3),
    });
  });
}
