/** The gradient's norm at every step, before clipping and after it, and which steps were clipped. */

import { number, percent } from "../../math/format.js";
import { logged, smoothed, windowOf } from "../../math/series.js";
import { curveMark, decades, dots, letterMarks, rangeOf, stacked, stepOverlay } from "../stacked.js";
import { begun, clippedShare, valueAt } from "./session.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./session.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

const STRIP = 12;
/** Most powers of ten above the median of what is seen; a gradient beyond is out of sight. */
const [LEAST, MOST] = [-10, 6];

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function gradientNormsFigure(session, view, strings) {
  const curves = curvesOf(session);
  const clipping = clippingOf(session);
  const rows = [normRow(session, view, strings, curves)];
  if (clipping.length > 0) rows.push(clippedRow(session, view, strings, clipping));
  return stacked(session, view, rows, strings("training.axis"));
}

/** @param {Session} session */
function curvesOf(session) {
  const window = windowOf(session.steps);
  return begun(session)
    .filter(({ series }) => series.count > 0)
    .map(({ index, series, parameters }) => ({
      index,
      count: series.count,
      raw: logged(series.columns.gradient_norm),
      valueAt: smoothed(series.columns.gradient_norm, window),
      after: smoothed(series.columns.clipped_norm, window),
      clips: parameters.clip_threshold !== null,
    }));
}

/** The variants that clip. @param {Session} session */
function clippingOf(session) {
  return begun(session).filter(({ series, parameters }) => series.count > 0 && parameters.clip_threshold !== null);
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @param {ReturnType<typeof curvesOf>} curves
 * @returns {import("../stacked.js").Row}
 */
function normRow(session, view, strings, curves) {
  const height = view.compact ? 140 : 150;
  const raw = curves.map(({ index, count, raw: values }) => ({
    index,
    count,
    valueAt: (/** @type {number} */ i) => values[i],
  }));
  const found = rangeOf(raw, [-1, 1], 1);
  const range = /** @type {[number, number]} */ ([Math.max(LEAST, found[0]), Math.min(MOST, found[1])]);
  const anyClips = curves.some(({ clips }) => clips);
  return {
    title: strings("training.gradient_norm"),
    height,
    range,
    ticks: decades(range, 5),
    key:
      anyClips && !view.compact
        ? [
            { text: strings("training.before"), stroke: view.palette.muted, width: 2 },
            { text: strings("training.after"), stroke: view.palette.muted, width: 1.5, dash: [2, 3] },
          ]
        : [],
    marks: (yaxis) => [
      ...raw.map((curve) => curveMark(session, view, yaxis, curve, { width: 1, alpha: 0.22 })),
      ...curves.map((curve) => curveMark(session, view, yaxis, curve, { width: 2 })),
      ...curves
        .filter(({ clips }) => clips)
        .map((curve) =>
          curveMark(session, view, yaxis, { ...curve, valueAt: curve.after }, { width: 1.5, dash: [2, 3] }),
        ),
      ...letterMarks(
        session,
        view,
        yaxis,
        curves.map(({ index, count, valueAt: at }) => ({
          index,
          x: count,
          y: Number.isNaN(at(count - 1)) ? range[1] : at(count - 1),
        })),
        { height, range },
      ),
    ],
  };
}

/**
 * A strip for each variant: the stronger its colour, the more of the steps there were clipped.
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @param {ReturnType<typeof clippingOf>} variants
 * @returns {import("../stacked.js").Row}
 */
function clippedRow(session, view, strings, variants) {
  const count = variants.length;
  const bins = Math.min(session.steps, Math.max(40, Math.round(view.width / 3)));
  return {
    title: strings("training.clipped"),
    height: count * STRIP + 2,
    range: [count, 0],
    ticks: {
      tickvals: variants.map((_, i) => i + 0.5),
      ticktext: variants.map(({ letter }) => letter),
    },
    marks: (yaxis) => [
      {
        mark: "image",
        yaxis,
        x: [0, session.steps],
        y: [count, 0],
        width: bins,
        height: count,
        pixels: stripPixels(
          variants.map(({ index, series }) => ({ colour: view.colours[index], series })),
          session.steps,
          bins,
        ),
      },
      ...variants.map(({ series }, i) => ({
        mark: "text",
        yaxis,
        clip: false,
        edge: "right",
        y: [i + 0.5],
        text: [percent(clippedShare(series), 2).replace(/\s/, "")],
        fill: view.palette.muted,
        font: `400 9.5px ${view.palette.sans}`,
        align: "left",
        dx: 2,
      })),
    ],
  };
}

/**
 * @param {{ colour: string, series: import("./session.js").Series }[]} strips
 * @param {number} steps
 * @param {number} bins
 */
function stripPixels(strips, steps, bins) {
  const pixels = new Uint32Array(strips.length * bins);
  strips.forEach(({ colour, series }, row) => {
    const [red, green, blue] = channelsOf(colour);
    for (let bin = 0; bin < bins; bin += 1) {
      const from = Math.floor((bin * steps) / bins);
      const to = Math.min(series.count, Math.max(from + 1, Math.floor(((bin + 1) * steps) / bins)));
      if (from >= to) break;
      let clipped = 0;
      for (let i = from; i < to; i += 1) clipped += series.columns.clipped[i];
      const alpha = Math.round((255 * clipped) / (to - from));
      pixels[row * bins + bin] = ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    }
  });
  return pixels;
}

/** @param {string} colour  #rrggbb */
function channelsOf(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) || 0);
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {any} layout
 */
export function gradientNormsOverlay(session, view, layout) {
  const marks = stepOverlay(session, view, layout);
  const step = view.pointer?.step;
  return step === undefined ? marks : [...marks, ...dots(view, "y", curvesOf(session), step)];
}

/**
 * @param {Session} session
 * @param {import("../answer.js").Pointer} pointer
 * @param {Strings} strings
 */
export function gradientNormsReading(session, pointer, strings) {
  const step = pointer.step ?? session.reached;
  const rows = begun(session).flatMap(({ letter, series }) => {
    if (step < 1 || step > series.count) return [];
    const [before, after] = [valueAt(series, "gradient_norm", step), valueAt(series, "clipped_norm", step)];
    const clipped = valueAt(series, "clipped", step) === 1;
    return [
      /** @type {[string, string]} */ ([
        letter,
        clipped ? `${number(before, 3)} → ${number(after, 3)}` : number(before, 3),
      ]),
    ];
  });
  return { title: strings("training.reading.gradient", { step }), rows };
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {Strings} strings
 */
export function gradientNormsSummary(session, _view, strings) {
  const variants = begun(session).filter(({ series }) => series.count > 0);
  if (variants.length === 0) return [strings("training.nothing")];
  return variants.map(({ letter, series, parameters }) => {
    let most = 0;
    let at = 0;
    for (let i = 0; i < series.count; i += 1) {
      if (series.columns.gradient_norm[i] > most) [most, at] = [series.columns.gradient_norm[i], i + 1];
    }
    const values = { name: letter, most: number(most, 3), step: at, share: percent(clippedShare(series)) };
    return strings(
      parameters.clip_threshold === null ? "training.gradient.unclipped" : "training.gradient.clipped",
      values,
    );
  });
}
