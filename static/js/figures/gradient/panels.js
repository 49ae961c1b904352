/** The marks of the four panels of the gradient figure. */

import { number } from "../../math/format.js";
import { clamp } from "../../math/scale.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 * @typedef {import("../gradient.js").Facts} Facts
 */

/** A relative bias below it is what float64 rounds away. */
const ROUNDING = 1e-12;

/**
 * Bars of log10 norm by lag; those outside the window are faded.
 * @param {any} run
 * @param {View} view
 * @param {Facts} facts
 */
export function lagMarks(run, view, { T, K, lagRange, mode }) {
  const { palette } = view;
  const logs = run.gradient_by_lag.log10_norm.values;
  const lags = Array.from({ length: T }, (_, lag) => lag).filter((lag) => Number.isFinite(logs[lag]));
  const width = T > 120 ? 0.5 : 0.38;
  const axes = { xaxis: "x", yaxis: "y" };
  return [
    {
      mark: "rects",
      ...axes,
      x0: lags.map((lag) => lag - width),
      x1: lags.map((lag) => lag + width),
      y0: lags.map(() => lagRange[0]),
      y1: lags.map((lag) => logs[lag]),
      fill: lags.map((lag) => (mode === "sliding" && lag >= K ? palette.rule : palette.accent)),
    },
    ...(mode === "sliding" && K < T ? [cutLine(axes, K - 0.5, lagRange, palette)] : []),
  ];
}

/**
 * Bias and cosine of every window, and of the one that is chosen.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @param {Facts} facts
 */
export function windowMarks(run, view, strings, { T, K, kept, mode }) {
  const { palette } = view;
  const { relative_bias: bias, cosine } = run.gradient_by_lag.truncated;
  const axes = { xaxis: "x2", yaxis: "y2" };
  const windows = Array.from({ length: T }, (_, i) => i + 1);
  const marks = /** @type {any[]} */ ([
    { mark: "line", ...axes, x: [0, T + 1], y: [1, 1], stroke: palette.rule, width: 1 },
    { mark: "line", ...axes, x: [0, T + 1], y: [0, 0], stroke: palette.rule, width: 1 },
    { mark: "line", ...axes, x: windows, y: bias.values, stroke: palette.second, width: 1.75 },
    { mark: "line", ...axes, x: windows, y: cosine.values, stroke: palette.accent, width: 2 },
  ]);
  if (K < T) marks.push(cutLine(axes, K, [-1e6, 1e6], palette));
  if (!kept) return marks;
  const shape = mode === "chunked" && K < T ? "diamond" : "circle";
  marks.push({
    mark: "points",
    ...axes,
    x: [K],
    y: [kept.bias],
    radius: 4.5,
    shape,
    fill: palette.second,
    stroke: palette.paper,
    width: 1.5,
    clip: false,
  });
  marks.push({
    mark: "points",
    ...axes,
    x: [K],
    y: [kept.cosine],
    radius: 4.5,
    shape,
    fill: palette.accent,
    stroke: palette.paper,
    width: 1.5,
    clip: false,
  });
  const left = K > T / 2;
  // Near each other, one label goes above both points and the other below them.
  const near = Math.abs(kept.bias - kept.cosine) < 0.25;
  const [least, most] = [Math.min(kept.bias, kept.cosine), Math.max(kept.bias, kept.cosine)];
  const label = (/** @type {"bias" | "cosine"} */ key, /** @type {string} */ fill) => {
    const value = kept[key];
    const above = near ? value === most && (key === "cosine" || least < most) : value <= 0.5;
    return {
      mark: "text",
      ...axes,
      x: [K],
      y: [clamp(value, -1, 1e6)],
      text: [`${strings(`gradient.${key}`)} ${number(Math.abs(value) < ROUNDING ? 0 : value, 3)}`],
      fill,
      font: `600 11px ${palette.sans}`,
      align: left ? "right" : "left",
      dx: left ? -8 : 8,
      dy: above ? -10 : 11,
      halo: palette.paper,
    };
  };
  return [...marks, label("cosine", palette.accent), label("bias", palette.second)];
}

/**
 * The gradient over all parameters as an arrow: whole, cut, clipped.
 * @param {View} view
 * @param {Strings} strings
 * @param {Facts} facts
 */
export function clipMarks(view, strings, { update, kept, K, T }) {
  if (!update) return [];
  const { palette } = view;
  const axes = { xaxis: "x3", yaxis: "y3" };
  const longest = Math.max(update.full, update.truncated, update.clipped, 1e-300);
  const turned = turnedBy(kept);
  const c = view.backward.threshold;
  const arrow = (
    /** @type {number} */ length,
    /** @type {number} */ angle,
    /** @type {string} */ stroke,
    /** @type {number} */ width,
  ) => ({
    mark: "segments",
    ...axes,
    x0: [0],
    y0: [0],
    x1: [length * Math.cos(angle)],
    y1: [length * Math.sin(angle)],
    stroke,
    width,
    head: clamp(0.09 * 200, 6, 11),
    clip: false,
  });
  const circle = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36);
  const marks = /** @type {any[]} */ ([]);
  if (c < 3 * longest && view.backward.clipMode === "global_norm") {
    marks.push({
      mark: "line",
      ...axes,
      x: circle.map((a) => c * Math.cos(a)),
      y: circle.map((a) => c * Math.sin(a)),
      stroke: palette.muted,
      width: 1,
      dash: [3, 3],
    });
  }
  marks.push(arrow(update.full, 0, palette.faint, 5));
  if (K < T) marks.push(arrow(update.truncated, turned, palette.second, 3));
  marks.push(arrow(update.clipped, turned + update.angle, palette.accent, 2.5));
  // What is clipped to next to nothing is seen too.
  marks.push({ mark: "points", ...axes, x: [0], y: [0], radius: 2.5, fill: palette.accent });
  const lines = /** @type {[string, string][]} */ ([
    [`${strings("update.full")} ${number(update.full, 3)}`, palette.muted],
    ...(K < T
      ? [
          /** @type {[string, string]} */ ([
            `${strings("update.truncated")} ${number(update.truncated, 3)}`,
            palette.second,
          ]),
        ]
      : []),
    [`${strings("update.clipped")} ${number(update.clipped, 3)}`, palette.accent],
  ]);
  lines.forEach(([text, fill], i) => {
    marks.push({
      mark: "text",
      ...axes,
      edge: "left",
      y: [0],
      text: [text],
      fill,
      font: `600 11px ${palette.sans}`,
      align: "left",
      dx: 8,
      dy: 46 + 15 * (i - lines.length / 2) + 8,
      halo: palette.paper,
    });
  });
  return marks;
}

/** How far truncation turns the gradient, in radians. @param {Facts["kept"]} kept */
export function turnedBy(kept) {
  return Math.acos(clamp(kept?.cosine ?? 1, -1, 1));
}

/**
 * The loss along the step, and where the raw and the clipped one land.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @param {Facts} facts
 */
export function sliceMarks(run, view, strings, { slice }) {
  if (!slice) return [];
  const { palette } = view;
  const axes = { xaxis: "x4", yaxis: "y4" };
  const etas = run.loss_slice.eta.values;
  const { start, raw, clipped, drawn, range } = slice;
  const point = (
    /** @type {number} */ eta,
    /** @type {number | null} */ loss,
    /** @type {string} */ fill,
    /** @type {string} */ stroke,
  ) => ({
    mark: "points",
    ...axes,
    x: [eta],
    y: [loss === null ? Number.NaN : drawn(loss)],
    radius: 4.5,
    fill,
    stroke,
    width: 1.5,
  });
  const marks = /** @type {any[]} */ ([
    { mark: "line", ...axes, x: [0, 0], y: [-1e30, 1e30], stroke: palette.rule, width: 1 },
    { mark: "line", ...axes, x: etas, y: run.loss_slice.loss.values.map(drawn), stroke: palette.ink, width: 1.75 },
    { ...point(0, start, palette.paper, palette.ink), radius: 4 },
    point(raw.eta, raw.loss, palette.muted, palette.paper),
    {
      ...point(clipped.eta, clipped.loss, palette.accent, palette.paper),
      shape: view.backward.clipMode === "global_norm" ? "circle" : "diamond",
    },
  ]);
  const text = (
    /** @type {string} */ words,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ fill,
    /** @type {number} */ dy,
    /** @type {"left" | "right"} */ align = "left",
  ) => {
    marks.push({
      mark: "text",
      ...axes,
      x: [x],
      y: [y],
      text: [words],
      fill,
      font: `600 11px ${palette.sans}`,
      align,
      dx: align === "right" ? -8 : 8,
      dy,
      halo: palette.paper,
    });
  };
  const name = strings("gradient.slice.raw");
  if (raw.loss === null) text(`${name} ↑`, raw.eta, range[1], palette.muted, 10);
  else {
    // Under the curve, on the side from which it doesn't come.
    const low = drawn(raw.loss) < range[0] + 0.15 * (range[1] - range[0]);
    const rises = interpolate(etas, run.loss_slice.loss.values, 1.1 * raw.eta) > raw.loss;
    text(name, raw.eta, drawn(raw.loss), palette.muted, low ? -10 : 10, rises || low ? "left" : "right");
  }
  if (clipped.loss !== null && Number.isFinite(clipped.loss)) {
    const high = drawn(clipped.loss) > range[1] - 0.15 * (range[1] - range[0]);
    text(strings("gradient.slice.clipped"), clipped.eta, drawn(clipped.loss), palette.accent, high ? 10 : -10);
  }
  return marks;
}

/**
 * @param {ArrayLike<number>} x  Ascending.
 * @param {ArrayLike<number>} y
 * @param {number} at
 */
export function interpolate(x, y, at) {
  if (at <= x[0]) return y[0];
  for (let i = 1; i < x.length; i += 1) {
    if (at <= x[i]) return y[i - 1] + ((y[i] - y[i - 1]) * (at - x[i - 1])) / (x[i] - x[i - 1] || 1);
  }
  return y[y.length - 1];
}

/**
 * @param {any} axes
 * @param {number} x
 * @param {[number, number]} range
 * @param {import("../answer.js").Palette} palette
 */
function cutLine(axes, x, range, palette) {
  return {
    mark: "segments",
    ...axes,
    x0: [x],
    x1: [x],
    y0: [range[0]],
    y1: [range[1]],
    stroke: palette.accent,
    width: 1.5,
    dash: [5, 3],
  };
}
