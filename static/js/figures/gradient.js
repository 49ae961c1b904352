/** The gradient of W: by lag, what each window keeps of it, what clipping does to the whole, and the loss along the step. */

import { number, plain, powerOfTen, norm as shownNorm } from "../math/format.js";
import { axisOf, clamp, roundBound, ticks } from "../math/scale.js";
import { lengthOf } from "./answer.js";
import { clipMarks, interpolate, lagMarks, sliceMarks, turnedBy, windowMarks } from "./gradient/panels.js";
import { paintedAxis } from "./painted-axis.js";
import { updateNow } from "./update.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 */

const PANELS = /** @type {const} */ (["lag", "window", "clip", "slice"]);
/** Panels with numbers along their sides. */
const NUMBERED = /** @type {const} */ (["lag", "window", "slice"]);
const AXES = { lag: ["x", "y"], window: ["x2", "y2"], clip: ["x3", "y3"], slice: ["x4", "y4"] };

/** Lowest log10 norm, under the highest, that the bars by lag show. */
const DECADES = 16;
/** Losses that grow this many times along the step are drawn on a logarithmic scale. */
const STEEP = 1e3;
/** Pixels under the arrows of the gradient, where their norms are written. */
const WORDS = 72;

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("./answer.js").Drawing}
 */
export function gradientFigure(run, view, strings) {
  const facts = factsOf(run, view);
  const layout = layoutOf(run, view, facts);
  return {
    data: [],
    layout,
    paint: [
      ...lagMarks(run, view, facts),
      ...windowMarks(run, view, strings, facts),
      ...clipMarks(view, strings, facts),
      ...sliceMarks(run, view, strings, facts),
      ...frames(layout, view, strings),
      ...NUMBERED.flatMap((panel) => axesOf(panel, layout, view, strings, facts)),
    ],
  };
}

/**
 * What the panels share.
 * @param {any} run
 * @param {View} view
 */
function factsOf(run, view) {
  const T = lengthOf(run);
  const { window, mode } = view.backward;
  const K = Math.min(window ?? T, T);
  const logs = run.gradient_by_lag.log10_norm.values;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logs) if (Number.isFinite(value) && value > highest) highest = value;
  if (!Number.isFinite(highest)) highest = 0;
  let lowest = highest;
  for (const value of logs) if (Number.isFinite(value) && value < lowest) lowest = value;
  const up = Math.ceil(highest + 0.15);
  const down = Math.max(up - DECADES, Math.min(up - 3, -roundBound(Math.max(0, -lowest) + 0.1)));
  const update = updateNow(run, view.backward);
  return {
    T,
    K,
    mode,
    update,
    lagRange: /** @type {[number, number]} */ ([down, up]),
    kept: keptAt(run, K, mode),
    slice: sliceOf(run, view, update),
  };
}

/**
 * The loss along the step, where the raw and the clipped one land, and how it is drawn.
 * @param {any} run
 * @param {View} view
 * @param {import("./update.js").Update | null} update
 */
function sliceOf(run, view, update) {
  if (!run.loss_slice) return null;
  const { eta, loss, raw, clipped: answered } = run.loss_slice;
  const start = run.loss.total;
  const factor = view.backward.clipMode === "global_norm" ? update?.factors.global : undefined;
  // One factor for all moves the mark along the same line, before the server has said what the loss is there.
  const known = factor === undefined || Math.abs(factor - answered.factor) <= 1e-9 * factor;
  const place = raw.eta * (factor ?? 1);
  const clipped = { eta: place, loss: known ? answered.loss : interpolate(eta.values, loss.values, place) };
  const losses = [...loss.values, raw.loss ?? Number.NaN, clipped.loss ?? Number.NaN].filter(Number.isFinite);
  const [least, most] = losses.length > 0 ? [Math.min(...losses), Math.max(...losses)] : [0, 1];
  const logarithmic = least > 0 && most > STEEP * start;
  const drawn = (/** @type {number} */ value) => (logarithmic ? Math.log10(value) : value);
  const [low, high] = [drawn(least), drawn(most)];
  const pad = 0.08 * (high - low || Math.abs(high) || 1);
  return { start, raw, clipped, logarithmic, drawn, range: /** @type {[number, number]} */ ([low - pad, high + pad]) };
}

/**
 * Bias and cosine of the truncated gradient of W, for the mode and K of now; null where the server must be asked.
 * @param {any} run
 * @param {number} K
 * @param {string} mode
 */
function keptAt(run, K, mode) {
  const { norm, relative_bias: bias, cosine } = run.gradient_by_lag.truncated;
  if (mode === "sliding" || K >= lengthOf(run))
    return { norm: norm.values[K - 1], bias: bias.values[K - 1], cosine: cosine.values[K - 1] };
  const { full, truncated } = run.gradients;
  if (truncated.mode !== mode || truncated.length !== K) return null;
  const [whole, part] = [full.parameters.W.values, truncated.parameters.W.values];
  let [inner, ofWhole, ofPart, apart] = [0, 0, 0, 0];
  for (let i = 0; i < whole.length; i += 1) {
    inner += whole[i] * part[i];
    ofWhole += whole[i] ** 2;
    ofPart += part[i] ** 2;
    apart += (whole[i] - part[i]) ** 2;
  }
  return { norm: Math.sqrt(ofPart), bias: Math.sqrt(apart / ofWhole), cosine: inner / Math.sqrt(ofWhole * ofPart) };
}

/** @typedef {ReturnType<typeof factsOf>} Facts */

/**
 * @param {any} run
 * @param {View} view
 * @param {Facts} facts
 */
function layoutOf(run, view, facts) {
  const { compact, width } = view;
  const columns = compact ? 1 : width < 900 ? 2 : 4;
  const rows = PANELS.length / columns;
  const margin = { l: 44, r: 14, t: 30, b: 40, pad: 0 };
  const gap = { x: 58, y: 74 };
  const panelHeight = compact ? 150 : 190;
  const room = { x: width - margin.l - margin.r, y: rows * panelHeight + (rows - 1) * gap.y };
  const panelWidth = (room.x - (columns - 1) * gap.x) / columns;
  const layout = /** @type {any} */ ({ width, height: room.y + margin.t + margin.b, margin });
  const ranges = rangesOf(run, facts, panelWidth, panelHeight);
  PANELS.forEach((panel, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const left = (column * (panelWidth + gap.x)) / room.x;
    const top = 1 - (row * (panelHeight + gap.y)) / room.y;
    const [x, y] = AXES[panel];
    const { x: across, y: up } = ranges[panel];
    layout[`xaxis${x.slice(1)}`] = { range: across, domain: [left, left + panelWidth / room.x] };
    layout[`yaxis${y.slice(1)}`] = { range: up, domain: [Math.max(0, top - panelHeight / room.y), top] };
  });
  return layout;
}

/**
 * @param {any} run
 * @param {Facts} facts
 * @param {number} width
 * @param {number} height
 * @returns {Record<string, { x: [number, number], y: [number, number] }>}
 */
function rangesOf(run, facts, width, height) {
  const { T, lagRange, slice } = facts;
  const { relative_bias: bias, cosine } = run.gradient_by_lag.truncated;
  const finite = (/** @type {ArrayLike<number>} */ values) => Array.from(values).filter(Number.isFinite);
  const low = Math.min(0, ...finite(cosine.values));
  const high = Math.max(1, ...finite(bias.values));
  const etas = run.loss_slice ? run.loss_slice.eta.values : [0, 1];
  return {
    lag: { x: [-0.5, T - 0.5], y: lagRange },
    window: {
      x: [0.5, T + 0.5],
      y: [low < -0.02 ? -Math.min(1, Math.ceil(-low * 4) / 4) - 0.05 : -0.05, high > 1.02 ? roundBound(high) : 1.08],
    },
    clip: arrowRange(facts, width, height),
    slice: { x: [etas[0], etas[etas.length - 1] || 1], y: slice?.range ?? [-0.08, 1.08] },
  };
}

/**
 * Room for the arrows, as long one way as the other, with words under them.
 * @param {Facts} facts
 * @param {number} width
 * @param {number} height
 * @returns {{ x: [number, number], y: [number, number] }}
 */
function arrowRange({ update, kept }, width, height) {
  if (!update) return { x: [0, 1], y: [0, 1] };
  const length = Math.max(update.full, update.truncated, update.clipped, 1e-300);
  const turned = turnedBy(kept);
  const tips = [
    { long: update.truncated, angle: turned },
    { long: update.clipped, angle: turned + update.angle },
  ];
  const top = 1.15 * Math.max(0, ...tips.map(({ long, angle }) => long * Math.sin(angle)));
  const left = Math.min(0, ...tips.map(({ long, angle }) => long * Math.cos(angle))) - 0.12 * length;
  const across = Math.max(1.18 * length - left, (top * width) / (height - WORDS));
  const up = (across * height) / width;
  const high = Math.max(up / 2, top);
  return { x: [left, left + across], y: [high - up, high] };
}

/**
 * Numbers along both sides of a panel.
 * @param {"lag" | "window" | "slice"} panel
 * @param {any} layout
 * @param {View} view
 * @param {Strings} strings
 * @param {Facts} facts
 */
function axesOf(panel, layout, view, strings, { slice }) {
  const [x, y] = AXES[panel];
  const [left, right] = layout[`xaxis${x.slice(1)}`].range;
  const [low, high] = layout[`yaxis${y.slice(1)}`].range;
  const across = ticks(left, right, view.compact ? 6 : 4, panel === "slice" ? 0 : 1);
  const logarithmic = panel === "lag" || (panel === "slice" && slice?.logarithmic);
  const up = ticks(low, high, 4, logarithmic ? 1 : 0);
  const upText = up.map((value) => (!logarithmic ? plain(value) : value === 0 ? "1" : powerOfTen(value, 0)));
  return [
    ...paintedAxis(
      layout,
      x,
      y,
      "x",
      { tickvals: across, ticktext: across.map(plain), title: strings(`gradient.${panel}.x`) },
      view,
    ),
    ...paintedAxis(layout, x, y, "y", { tickvals: up, ticktext: upText }, view),
  ];
}

/**
 * @param {any} layout
 * @param {View} view
 * @param {Strings} strings
 * @returns {any[]}
 */
function frames(layout, view, strings) {
  const { palette } = view;
  return PANELS.flatMap((panel) => {
    const [xaxis, yaxis] = AXES[panel];
    const [left, right] = layout[`xaxis${xaxis.slice(1)}`].range;
    const [low, high] = layout[`yaxis${yaxis.slice(1)}`].range;
    return [
      {
        mark: "rects",
        xaxis,
        yaxis,
        x0: [left],
        x1: [right],
        y0: [low],
        y1: [high],
        stroke: palette.rule,
        width: 1,
        clip: false,
      },
      {
        mark: "text",
        xaxis,
        yaxis,
        clip: false,
        edge: "left",
        y: [high],
        text: [strings(`gradient.${panel}.title`)],
        fill: palette.ink,
        font: `600 12px ${palette.sans}`,
        align: "left",
        dy: -13,
      },
    ];
  });
}

/**
 * @param {any} run
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 * @param {Strings} strings
 * @returns {{ title: string, rows: [string, string][] } | null}
 */
export function gradientInspect(run, layout, px, py, strings) {
  for (const panel of /** @type {const} */ (["lag", "window", "slice"])) {
    const [x, y] = AXES[panel].map((name) => axisOf(layout, name));
    if (px < x.start || px > x.start + x.length || py < y.start || py > y.start + y.length) continue;
    const by = run.gradient_by_lag;
    if (panel === "lag") {
      const lag = clamp(Math.round(x.value(px)), 0, lengthOf(run) - 1);
      return {
        title: strings("gradient.lag.reading", { lag }),
        rows: [
          [strings("gradient.norm"), shownNorm(by.log10_norm.values[lag])],
          [strings("gradient.cosine"), number(by.cosine.values[lag])],
        ],
      };
    }
    if (panel === "window") {
      const K = clamp(Math.round(x.value(px)), 1, lengthOf(run));
      const { norm, relative_bias: bias, cosine } = by.truncated;
      return {
        title: `K = ${K}`,
        rows: [
          [strings("gradient.norm"), number(norm.values[K - 1])],
          [strings("gradient.bias"), number(bias.values[K - 1])],
          [strings("gradient.cosine"), number(cosine.values[K - 1])],
        ],
      };
    }
    if (!run.loss_slice) return null;
    const eta = x.value(px);
    return {
      title: `η = ${number(eta, 3)}`,
      rows: [["L(θ − ηg)", number(interpolate(run.loss_slice.eta.values, run.loss_slice.loss.values, eta))]],
    };
  }
  return null;
}

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 */
export function gradientSummary(run, view, strings) {
  const { T, K, kept, update, mode, slice } = factsOf(run, view);
  const logs = run.gradient_by_lag.log10_norm.values;
  let top = 0;
  for (let lag = 1; lag < T; lag += 1) if (logs[lag] > logs[top]) top = lag;
  const sentences = [strings("gradient.summary.lag", { lag: top, norm: shownNorm(logs[top]) })];
  if (kept && K < T)
    sentences.push(
      strings(`gradient.summary.${mode}`, {
        K,
        norm: number(kept.norm),
        bias: number(kept.bias),
        cosine: number(kept.cosine),
      }),
    );
  if (update && Number.isFinite(update.truncated)) {
    const clips = update.clipped < update.truncated * (1 - 1e-9);
    const degrees = (180 * update.angle) / Math.PI;
    sentences.push(
      strings(`gradient.summary.${clips ? (degrees < 0.05 ? "scaled" : "clipped") : "unclipped"}`, {
        before: number(update.truncated),
        after: number(update.clipped),
        angle: number(degrees, 2),
      }),
    );
  }
  if (slice) {
    const said = (/** @type {number | null} */ loss) =>
      loss === null || !Number.isFinite(loss) ? strings("gradient.slice.beyond") : shownNorm(Math.log10(loss));
    sentences.push(
      strings("gradient.summary.slice", {
        eta: plain(slice.raw.eta),
        before: said(slice.start),
        raw: said(slice.raw.loss),
        clipped: said(slice.clipped.loss),
      }),
    );
  }
  return sentences;
}
