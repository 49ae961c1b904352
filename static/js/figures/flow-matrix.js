/** log10 ‖∂h_t/∂h_k‖_F for every pair k ≤ t, on the fixed scale around norm 1. */

import { normShade, pixels } from "../math/colour.js";
import { norm as shownNorm } from "../math/format.js";
import { axisOf, ticks } from "../math/scale.js";
import { cutOf } from "../math/truncation.js";
import { columnsOf, lengthOf } from "./answer.js";
import { colourKey, NORM_LABELS } from "./colour-key.js";
import { paintedAxis } from "./painted-axis.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 */

/**
 * @param {any} _run
 * @param {View} view
 */
function flowMatrixHeight(_run, view) {
  return Math.min(view.width * (view.compact ? 0.94 : 0.86), 500);
}

/**
 * log10 of one entry; −∞ where it is exactly zero.
 * @param {any} run
 * @param {number} t
 * @param {number} k
 */
export function flowAt(run, t, k) {
  const { log10_frobenius: matrix, exact_zero: zeros } = run.flow_matrix;
  const value = matrix.values[t * columnsOf(matrix) + k];
  const zeroUpTo = zeros?.[t];
  return zeroUpTo !== null && zeroUpTo !== undefined && k <= zeroUpTo ? Number.NEGATIVE_INFINITY : value;
}

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("./answer.js").Drawing}
 */
export function flowMatrixFigure(run, view, strings) {
  const { palette, compact } = view;
  const size = lengthOf(run) + 1;
  const height = flowMatrixHeight(run, view);
  const margin = { l: 52, r: compact ? 14 : 78, t: 26, b: 40, pad: 0 };
  const side = Math.min(view.width - margin.l - margin.r, height - margin.t - margin.b);
  const room = { x: view.width - margin.l - margin.r, y: height - margin.t - margin.b };
  const zoom = view.range ?? [-0.5, size - 0.5];
  const values = ticks(Math.max(0, zoom[0]), Math.min(size - 1, zoom[1]), 6, 1);
  const numbers = { tickvals: values, ticktext: values.map(String) };
  const layout = {
    width: view.width,
    height,
    margin,
    xaxis: { range: zoom, domain: [0, side / room.x] },
    yaxis: { range: [zoom[1], zoom[0]], domain: [1 - side / room.y, 1] },
  };
  return {
    data: [],
    layout,
    paint: [
      {
        mark: "image",
        x: [-0.5, size - 0.5],
        y: [size - 0.5, -0.5],
        width: size,
        height: size,
        pixels: pixels(view.maps.norm, size * size, (i) => {
          const [t, k] = [Math.floor(i / size), i % size];
          return k > t ? Number.NaN : normShade(flowAt(run, t, k));
        }),
      },
      edge(size, palette.faint),
      ...window(run, view, zoom),
      ...paintedAxis(layout, "x", "y", "x", { ...numbers, title: strings("flow_matrix.x") }, view),
      ...paintedAxis(layout, "x", "y", "y", { ...numbers, title: strings("flow_matrix.y") }, view),
      { mark: "rects", x0: [zoom[0]], x1: [zoom[1]], y0: [zoom[1]], y1: [zoom[0]], stroke: palette.rule, clip: false },
      ...(compact ? [] : colourKey(view, layout, "y", view.maps.norm, NORM_LABELS, 260)),
    ],
  };
}

/**
 * Along the diagonal, so that a matrix of norms near 1 has a shape on a dark page too.
 * @param {number} size
 * @param {string} stroke
 */
function edge(size, stroke) {
  const corners = Array.from({ length: size }, (_, t) => t - 0.5);
  const x = corners.flatMap((corner) => [corner, corner + 1]);
  return { mark: "line", x, y: corners.flatMap((corner) => [corner, corner]), stroke, width: 1 };
}

/**
 * The border of what the truncated gradient uses.
 * @param {any} run
 * @param {View} view
 * @param {number[]} zoom
 */
function window(run, view, zoom) {
  const { window: K, mode } = view.backward;
  const T = lengthOf(run);
  if (K === null || K >= T) return [];
  const stroke = { stroke: view.palette.accent, width: 1.5, dash: [5, 3] };
  if (mode === "sliding") return [{ mark: "line", x: [zoom[0], T + 0.5 - K], y: [zoom[0] + K, T + 0.5], ...stroke }];
  const { cuts } = cutOf(run.loss.at, T, mode, K);
  const x = /** @type {number[]} */ ([]);
  const y = /** @type {number[]} */ ([]);
  for (const [index, cut] of [...cuts, T + 0.5].entries()) {
    const start = index === 0 ? 0.5 : cuts[index - 1];
    x.push(start, start, cut, Number.NaN);
    y.push(start, cut, cut, Number.NaN);
  }
  return [{ mark: "line", x, y, ...stroke }];
}

/**
 * The row and column of the pointer.
 * @param {any} run
 * @param {View} view
 * @param {any} layout
 */
export function flowMatrixOverlay(run, view, layout) {
  const { pointer, palette } = view;
  if (!pointer) return [];
  const T = lengthOf(run);
  const [low, high] = layout.xaxis.range;
  const column = {
    mark: "segments",
    x0: [pointer.k],
    x1: [pointer.k],
    y0: [pointer.k],
    y1: [Math.min(T + 0.5, high)],
    stroke: palette.ink,
    width: 1,
    alpha: 0.6,
  };
  const t = pointer.t ?? run.jacobian_norms.of_step;
  const row = { mark: "segments", x0: [low], x1: [t], y0: [t], y1: [t], stroke: palette.ink, width: 1, alpha: 0.6 };
  const cell = {
    mark: "rects",
    x0: [pointer.k - 0.5],
    x1: [pointer.k + 0.5],
    y0: [t + 0.5],
    y1: [t - 0.5],
    stroke: palette.ink,
    width: 1.5,
  };
  return [column, row, cell];
}

/**
 * @param {any} run
 * @param {View} _view
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 */
export function flowMatrixPoint(run, _view, layout, px, py) {
  const [k, t] = [Math.round(axisOf(layout, "x").value(px)), Math.round(axisOf(layout, "y").value(py))];
  return k >= 0 && t <= lengthOf(run) && k <= t ? { k, t } : null;
}

/**
 * @param {any} run
 * @param {import("./answer.js").Pointer} pointer
 * @param {Strings} strings
 */
export function flowMatrixReading(run, pointer, strings) {
  const t = pointer.t ?? lengthOf(run);
  const rows = /** @type {[string, string][]} */ ([
    [`‖∂h_${t}/∂h_${pointer.k}‖_F`, shownNorm(flowAt(run, t, pointer.k))],
  ]);
  return { title: strings("reading.pair", { t, k: pointer.k, lag: t - pointer.k }), rows };
}

/**
 * @param {any} run
 * @param {View} _view
 * @param {Strings} strings
 */
export function flowMatrixSummary(run, _view, strings) {
  const T = lengthOf(run);
  let [small, large] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [from, to] = [0, 0];
  // On the diagonal stands ‖I‖ always.
  for (let t = 1; t <= T; t += 1) {
    for (let k = 0; k < t; k += 1) {
      const value = flowAt(run, t, k);
      if (value < small) small = value;
      if (value > large) [large, from, to] = [value, k, t];
    }
  }
  const [smallest, largest] = [shownNorm(small), shownNorm(large)];
  if (smallest === largest) return [strings("flow_matrix.even", { norm: largest })];
  return [strings("flow_matrix.summary", { smallest, largest, k: from, t: to })];
}
