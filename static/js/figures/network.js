/**
 * The unrolled network, drawn in one lane over the time axis. From the bottom: x_t, h_t, the backward flow, y_t, the losses.
 * How much of a step is drawn depends on how many pixels it has: units and weights, strips of cells, or bands.
 */

import { css, normShade, pixels } from "../math/colour.js";
import { powerOfTen, norm as shownNorm } from "../math/format.js";
import { clamp } from "../math/scale.js";
import { cutOf } from "../math/truncation.js";
import { columnsOf, frobeniusNorms, largest, lengthOf } from "./answer.js";
import { stateBound } from "./states.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 *
 * @typedef {object} Lane  Where things stand, in pixels above the lane's bottom.
 * @property {"units" | "strips" | "bands"} detail
 * @property {number} step  Pixels per step.
 * @property {number} height
 * @property {number} first @property {number} last  The steps in view.
 * @property {[number, number]} x @property {[number, number]} h @property {[number, number]} y
 * @property {number} flow  Middle of the backward flow.
 * @property {number} flowRoom  Its greatest thickness.
 * @property {number} loss
 */

const PIXELS_FOR_UNITS = 105;
const PIXELS_FOR_STRIPS = 7;
const MOST_UNITS_DRAWN = 12;

/** Thickness of the backward flow at norm 1, as a part of its room, and its least in pixels. */
const SHARE_AT_NORM_ONE = 0.42;
const LEAST_THICKNESS = 1.2;

/** @param {number} length  T */
export function networkHeight(length, /** @type {boolean} */ compact) {
  if (length <= 5) return compact ? 250 : 320;
  return compact ? 180 : 240;
}

/**
 * @param {any} run @param {View} view
 * @param {[number, number]} range @param {number} plotWidth @param {number} height
 * @returns {Lane}
 */
export function laneOf(run, view, range, plotWidth, height) {
  const step = plotWidth / (range[1] - range[0]);
  const { hidden_size: H, input_size: D, output_size: O } = run.parameters;
  const small = Math.max(H, run.sequence.symbols ? 1 : Math.max(D, O)) <= MOST_UNITS_DRAWN;
  const detail = step >= PIXELS_FOR_UNITS && small ? "units" : step >= PIXELS_FOR_STRIPS ? "strips" : "bands";
  const first = Math.max(0, Math.floor(range[0]));
  const last = Math.min(lengthOf(run), Math.ceil(range[1]));
  const at = (/** @type {number} */ share) => Math.round(share * height);
  const common = { step, height, first, last };
  if (detail === "units") {
    return { ...common, detail, x: [at(0.04), at(0.12)], h: [at(0.22), at(0.68)], flow: at(0.765), flowRoom: at(0.11), y: [at(0.86), at(0.93)], loss: at(0.965) };
  }
  const cell = view.compact ? 9 : 12;
  return {
    ...common,
    detail,
    x: [at(0.02), at(0.02) + cell],
    h: [at(0.17), at(0.58)],
    flow: at(0.715),
    flowRoom: at(0.2),
    y: [at(0.865), at(0.865) + cell],
    loss: at(0.962),
  };
}

/**
 * @param {any} run @param {View} view @param {Strings} strings @param {Lane} lane
 * @returns {any[]} marks
 */
export function networkMarks(run, view, strings, lane) {
  const cut = cutOf(run.loss.at, lengthOf(run), view.backward.mode, view.backward.window);
  return [
    ...forward(run, view, lane),
    ...(lane.detail === "units" ? units(run, view, lane) : strips(run, view, lane)),
    ...losses(run, view, lane),
    ...flow(run, view, lane),
    ...truncation(run, view, strings, lane, cut),
    ...names(view, lane),
  ];
}

/** Thickness of the flow, in pixels, for a norm. @param {number} log10 @param {number} room */
export function thickness(log10, room) {
  if (log10 === Number.NEGATIVE_INFINITY) return 0;
  const shade = normShade(log10);
  const share = shade < 0 ? SHARE_AT_NORM_ONE * (1 + shade) : SHARE_AT_NORM_ONE + (1 - SHARE_AT_NORM_ONE) * shade;
  return Math.max(LEAST_THICKNESS, share * room);
}

/** The thin grey arrows of the forward pass. @param {any} run @param {View} view @param {Lane} lane */
function forward(run, view, lane) {
  const { palette } = view;
  if (lane.detail === "units") return weights(run, view, lane);
  const middle = (lane.h[0] + lane.h[1]) / 2;
  if (lane.detail === "bands") return [];
  const steps = range(Math.max(1, lane.first), lane.last);
  const half = stripWidth(lane) / 2 / lane.step;
  const head = clamp(lane.step * 0.22, 2.5, 6);
  const across = {
    mark: "segments",
    x0: steps.map((t) => t - 1 + half),
    x1: steps.map((t) => t - half),
    y0: steps.map(() => middle),
    y1: steps.map(() => middle),
    stroke: palette.faint,
    width: 1,
    head,
  };
  const upward = (/** @type {number} */ from, /** @type {number} */ to) => ({
    mark: "segments",
    x0: steps,
    x1: steps,
    y0: steps.map(() => from),
    y1: steps.map(() => to),
    stroke: palette.faint,
    width: 1,
    head,
  });
  return [across, upward(lane.x[1] + 2, lane.h[0] - 2), upward(lane.h[1] + 2, lane.y[0] - 2)];
}

/** @param {Lane} lane */
function stripWidth(lane) {
  return lane.detail === "bands" ? lane.step : Math.round(clamp(lane.step * 0.52, 4, 30));
}

/** Strips (or bands) of cells for x, h and y. @param {any} run @param {View} view @param {Lane} lane */
function strips(run, view, lane) {
  const T = lengthOf(run);
  const { maps, palette } = view;
  const h = run.states.h;
  const H = columnsOf(h);
  const bound = stateBound(run);
  const fill = lane.detail === "bands" ? 1 : stripWidth(lane) / lane.step;
  const outline = lane.detail === "bands" ? undefined : palette.rule;
  const cells = (/** @type {any} */ tensor, /** @type {number} */ steps, /** @type {number} */ scale) => {
    const rows = columnsOf(tensor);
    return {
      width: steps,
      height: rows,
      pixels: pixels(maps.state, steps * rows, (i) => tensor.values[(i % steps) * rows + Math.floor(i / steps)] / scale),
    };
  };
  const marks = [{ mark: "image", ...cells(h, T + 1, bound), x: [-0.5, T + 0.5], y: lane.h, fill, outline }];
  if (H * (lane.detail === "bands" ? 99 : 1) <= (lane.h[1] - lane.h[0]) / 5) marks.push(cellRules(view, lane, H, fill));
  for (const [tensor, where] of [
    [run.sequence.x, lane.x],
    [run.states.y, lane.y],
  ]) {
    if (run.sequence.symbols) marks.push(...symbols(run, view, lane, tensor, where));
    else marks.push({ mark: "image", ...cells(tensor, T, largest(tensor) || 1), x: [0.5, T + 0.5], y: where, fill, outline });
  }
  return marks;
}

/** Lines between the cells of a strip. @param {View} view @param {Lane} lane @param {number} H @param {number} fill */
function cellRules(view, lane, H, fill) {
  const steps = range(lane.first, lane.last);
  const heights = range(1, H - 1).map((unit) => lane.h[0] + ((lane.h[1] - lane.h[0]) * unit) / H);
  const pairs = steps.flatMap((t) => heights.map((height) => [t, height]));
  return /** @type {any} */ ({
    mark: "segments",
    x0: pairs.map(([t]) => t - fill / 2),
    x1: pairs.map(([t]) => t + fill / 2),
    y0: pairs.map(([, height]) => height),
    y1: pairs.map(([, height]) => height),
    stroke: view.palette.rule,
    width: 0.75,
  });
}

/**
 * The character of each step: what is read, and what is thought most likely to come next.
 * @param {any} run @param {View} view @param {Lane} lane @param {import("./answer.js").Tensor} tensor @param {[number, number]} where
 * @returns {any[]}
 */
function symbols(run, view, lane, tensor, where) {
  if (lane.detail === "bands") return [];
  const columns = columnsOf(tensor);
  const steps = range(Math.max(1, lane.first), lane.last);
  const likeliest = steps.map((t) => {
    const row = tensor.values.subarray((t - 1) * columns, t * columns);
    return row.indexOf(Math.max(...row));
  });
  const text = likeliest.map((index) => shownSymbol(run.sequence.symbols[index]));
  const size = clamp(lane.step * 0.72, 7, 15);
  const height = (where[0] + where[1]) / 2;
  return [
    {
      mark: "text",
      x: steps,
      y: steps.map(() => height),
      text,
      fill: view.palette.ink,
      font: `500 ${size}px ${view.palette.sans}`,
    },
  ];
}

/** @param {string | undefined} symbol */
export function shownSymbol(symbol) {
  return symbol === " " ? "␣" : symbol === "\n" ? "↵" : (symbol ?? "");
}

/** Places of the units of step t when every unit is drawn. @param {any} run @param {Lane} lane */
function places(run, lane) {
  const column = (/** @type {number} */ count, /** @type {[number, number]} */ [low, high]) =>
    range(0, count - 1).map((unit) => high - ((unit + 0.5) * (high - low)) / count);
  const h = column(run.parameters.hidden_size, lane.h);
  const radius = clamp(((lane.h[1] - lane.h[0]) / run.parameters.hidden_size) * 0.38, 3, 13);
  const row = (/** @type {number} */ count, /** @type {number} */ shift) => {
    const spacing = Math.min(24, (0.5 * lane.step) / count) / lane.step;
    return range(0, count - 1).map((unit) => shift + (unit - (count - 1) / 2) * spacing);
  };
  const wide = run.sequence.symbols !== null;
  return {
    radius,
    h,
    x: row(wide ? 1 : run.parameters.input_size, -0.26),
    y: row(wide ? 1 : run.parameters.output_size, 0.26),
    xHeight: (lane.x[0] + lane.x[1]) / 2,
    yHeight: (lane.y[0] + lane.y[1]) / 2,
    small: Math.min(radius, 9),
  };
}

/** Every weight as a line, the heavier the larger. @param {any} run @param {View} view @param {Lane} lane */
function weights(run, view, lane) {
  const at = places(run, lane);
  const steps = range(Math.max(1, lane.first), lane.last);
  const lines = /** @type {Record<string, number[]>} */ ({ x0: [], y0: [], x1: [], y1: [], width: [] });
  const join = (/** @type {number} */ fromX, /** @type {number} */ fromY, /** @type {number} */ toX, /** @type {number} */ toY, /** @type {number} */ width) => {
    lines.x0.push(fromX);
    lines.y0.push(fromY);
    lines.x1.push(toX);
    lines.y1.push(toY);
    lines.width.push(width);
  };
  const heaviness = (/** @type {string} */ name) => {
    const tensor = run.weights?.[name];
    const top = tensor ? largest(tensor) || 1 : 1;
    return (/** @type {number} */ row, /** @type {number} */ column) =>
      tensor ? 0.4 + (1.4 * Math.abs(tensor.values[row * columnsOf(tensor) + column])) / top : 0.8;
  };
  const [W, U, V] = ["W", "U", "V"].map(heaviness);
  const gap = at.radius / lane.step;
  for (const t of steps) {
    at.h.forEach((to, i) => {
      at.h.forEach((from, j) => { join(t - 1 + gap, from, t - gap, to, W(i, j)); });
      at.x.forEach((from, j) => { join(t + from, at.xHeight + at.small, t - gap * 0.7, to - at.radius * 0.7, U(i, j)); });
      at.y.forEach((to2, j) => { join(t + gap * 0.7, to + at.radius * 0.7, t + to2, at.yHeight - at.small, V(j, i)); });
    });
  }
  return [{ mark: "segments", ...lines, stroke: view.palette.faint, alpha: 0.75 }];
}

/** Every unit as a circle filled by its value. @param {any} run @param {View} view @param {Lane} lane */
function units(run, view, lane) {
  const { palette, maps } = view;
  const at = places(run, lane);
  const bound = stateBound(run);
  const marks = /** @type {any[]} */ ([]);
  const circles = (/** @type {number[]} */ x, /** @type {number[]} */ y, /** @type {string[]} */ fill, /** @type {number} */ radius) =>
    marks.push({ mark: "points", x, y, radius, fill, stroke: palette.muted, width: 1, clip: false });
  const H = run.parameters.hidden_size;
  const states = range(lane.first, lane.last);
  circles(
    states.flatMap((t) => at.h.map(() => t)),
    states.flatMap(() => at.h),
    states.flatMap((t) => at.h.map((_, i) => css(maps.state, run.states.h.values[t * H + i] / bound))),
    at.radius,
  );
  const steps = states.filter((t) => t > 0);
  if (run.sequence.symbols) {
    marks.push(...symbols(run, view, lane, run.sequence.x, lane.x).map((mark) => ({ ...mark, x: steps.map((t) => t + at.x[0]) })));
    marks.push(...symbols(run, view, lane, run.states.y, lane.y).map((mark) => ({ ...mark, x: steps.map((t) => t + at.y[0]) })));
  } else {
    for (const [tensor, shifts, height] of /** @type {[any, number[], number][]} */ ([
      [run.sequence.x, at.x, at.xHeight],
      [run.states.y, at.y, at.yHeight],
    ])) {
      const scale = largest(tensor) || 1;
      circles(
        steps.flatMap((t) => shifts.map((shift) => t + shift)),
        steps.flatMap(() => shifts.map(() => height)),
        steps.flatMap((t) => shifts.map((_, i) => css(maps.state, tensor.values[(t - 1) * shifts.length + i] / scale))),
        at.small,
      );
    }
  }
  const label = (/** @type {string} */ name, /** @type {number[]} */ at, /** @type {number} */ shift, /** @type {number} */ height, dx = 0, dy = 0) =>
    marks.push({
      mark: "text",
      x: at.map((t) => t + shift),
      y: at.map(() => height),
      text: at.map((t) => `${name}_{${t}}`),
      fill: palette.muted,
      font: `italic 15px ${palette.serif}`,
      halo: palette.paper,
      dx,
      dy,
    });
  label("h", states, 0, lane.h[0], 0, 9);
  label("x", steps, at.x[0], at.xHeight, -at.small - 13);
  label("y", steps, at.y[at.y.length - 1], at.yHeight, at.small + 13);
  return marks;
}

/** Where a loss sits: a mark above y_t. @param {any} run @param {View} view @param {Lane} lane */
function losses(run, view, lane) {
  const at = run.loss.at.filter((/** @type {number} */ t) => t >= lane.first && t <= lane.last);
  const shift = lane.detail === "units" ? 0.26 : 0;
  const radius = clamp(lane.step * 0.3, 1.5, 6.5);
  return [
    {
      mark: "points",
      x: at.map((/** @type {number} */ t) => t + shift),
      y: at.map(() => lane.loss),
      radius,
      fill: view.palette.accent,
      shape: "down",
      clip: false,
    },
  ];
}

/** The backward flow: arrows from right to left, as thick and as coloured as ∂h_T/∂h_k is large. @param {any} run @param {View} view @param {Lane} lane */
function flow(run, view, lane) {
  const { palette, maps } = view;
  const norms = frobeniusNorms(run);
  const of = run.jacobian_norms.of_step;
  const H = run.parameters.hidden_size;
  // Norms are drawn relative to ‖I‖ = √H, so that the flow starts at thickness 1 whatever the size of the network.
  const size = (/** @type {number} */ k) => norms[k] - 0.5 * Math.log10(H);
  const stride = Math.max(1, Math.floor(1.2 / lane.step));
  const points = /** @type {Float64Array[]} */ ([]);
  const fill = /** @type {string[]} */ ([]);
  const separate = lane.detail !== "bands";
  const gap = separate ? clamp(lane.step * 0.06, 0.5, 3) / lane.step : 0;
  for (let k = Math.min(of, lane.last + 1) - 1; k >= Math.max(0, lane.first - 1); k -= stride) {
    if (!Number.isFinite(norms[k])) continue;
    const [from, to] = [Math.min(of, k + stride), k];
    const [thick, thin] = [thickness(size(from), lane.flowRoom) / 2, thickness(size(to), lane.flowRoom) / 2];
    const tip = separate ? clamp(lane.step * 0.28, 2, 16) / lane.step : 0;
    const [right, left] = [from - gap, to + gap];
    points.push(
      separate
        ? Float64Array.of(
            right, lane.flow + thick, left + tip, lane.flow + thin, left, lane.flow, left + tip, lane.flow - thin,
            right, lane.flow - thick, right - tip, lane.flow,
          )
        : Float64Array.of(right, lane.flow + thick, left, lane.flow + thin, left, lane.flow - thin, right, lane.flow - thick),
    );
    fill.push(css(maps.norm, normShade(size(to))));
  }
  const marks = /** @type {any[]} */ ([
    { mark: "polygons", points, fill, stroke: separate ? palette.muted : undefined, width: separate ? 0.75 : 0 },
  ]);
  if (!separate) marks.push(...directionOf(view, lane, size, of));
  if (lane.detail === "units") marks.push(flowLabels(view, lane, norms, of));
  marks.push(...entry(run, view, lane));
  return marks;
}

/** In a band, where single arrows can't be told apart: chevrons that say which way it flows. */
function directionOf(/** @type {View} */ view, /** @type {Lane} */ lane, /** @type {(k: number) => number} */ size, /** @type {number} */ of) {
  const every = Math.max(1, Math.round(34 / lane.step));
  const at = range(lane.first, Math.min(of, lane.last)).filter((k) => k % every === 0 && Number.isFinite(size(k)));
  const width = 4 / lane.step;
  const half = at.map((k) => clamp(thickness(size(k), lane.flowRoom) / 2, 3.5, 7));
  return [1, -1].map((side) => ({
    mark: "segments",
    x0: at.map((k) => k + width / 2),
    x1: at.map((k) => k - width / 2),
    y0: at.map((_, i) => lane.flow + side * half[i]),
    y1: at.map(() => lane.flow),
    stroke: view.palette.ink,
    width: 1.1,
    alpha: 0.7,
  }));
}

/** @param {View} view @param {Lane} lane @param {Float64Array} norms @param {number} of */
function flowLabels(view, lane, norms, of) {
  const ks = range(Math.max(0, lane.first), Math.min(of, lane.last) - 1);
  return {
    mark: "text",
    x: ks.map((k) => k + 0.5),
    y: ks.map(() => lane.flow),
    text: ks.map((k) => `‖∂h_{${of}}/∂h_{${k}}‖ = ${shownNorm(norms[k])}`),
    fill: view.palette.ink,
    font: `500 12px ${view.palette.sans}`,
    halo: view.palette.paper,
    dy: -lane.flowRoom / 2 - 5,
  };
}

/** The loss enters here. @param {any} run @param {View} view @param {Lane} lane */
function entry(run, view, lane) {
  const of = run.jacobian_norms.of_step;
  if (of > lane.last || of < lane.first) return [];
  const from = lane.detail === "units" ? of + 0.26 : of;
  const last = run.loss.at.includes(of);
  const landing = lane.flow;
  return last
    ? [
        {
          mark: "segments",
          x0: [from],
          y0: [lane.detail === "units" ? lane.y[0] - 4 : lane.y[0] - 3],
          x1: [of],
          y1: [landing + 1],
          stroke: view.palette.accent,
          width: 2,
          head: clamp(lane.step * 0.4, 6, 9),
          clip: false,
        },
      ]
    : [];
}

/** What truncation takes away is faded, and the cut is drawn. */
function truncation(/** @type {any} */ run, /** @type {View} */ view, /** @type {Strings} */ strings, /** @type {Lane} */ lane, /** @type {import("../math/truncation.js").Cut} */ cut) {
  const { palette } = view;
  const marks = /** @type {any[]} */ ([]);
  const veil = (/** @type {number} */ until, /** @type {number} */ low, /** @type {number} */ high) =>
    marks.push({ mark: "rects", x0: [-0.5], x1: [until], y0: [low], y1: [high], fill: palette.veil });
  const flowTop = lane.flow + lane.flowRoom / 2 + 2;
  const flowBottom = lane.flow - lane.flowRoom / 2 - 2;
  if (cut.silent !== null) {
    veil(cut.silent, 0, flowBottom);
    veil(cut.silent, flowTop, lane.height);
  }
  if (cut.reach !== null) veil(cut.reach, flowBottom, flowTop);
  if (cut.cuts.length === 0) return marks;
  const visible = cut.cuts.filter((x) => x > lane.first - 0.5 && x < lane.last + 0.5);
  const dense = lane.step * (view.backward.window ?? 1) < 9;
  marks.push({
    mark: "segments",
    x0: visible,
    x1: visible,
    y0: visible.map(() => lane.height * 0.02),
    y1: visible.map(() => lane.height * 0.93),
    stroke: palette.accent,
    width: dense ? 0.75 : 1.5,
    dash: [5, 3],
    alpha: view.backward.mode === "chunked" ? 0.75 : 1,
  });
  if (cut.reach !== null && cut.reach > lane.first - 0.5 && cut.reach < lane.last + 0.5) {
    const near = (cut.reach - lane.first) * lane.step < 130;
    marks.push({
      mark: "text",
      x: [cut.reach],
      y: [lane.height * 0.965],
      text: [strings("network.cut", { K: /** @type {number} */ (view.backward.window) })],
      fill: palette.accent,
      font: `600 11.5px ${palette.sans}`,
      align: near ? "left" : "right",
      dx: near ? 6 : -6,
      halo: palette.paper,
    });
  }
  return marks;
}

/** What the rows of the lane are, beside the axis. @param {View} view @param {Lane} lane */
function names(view, lane) {
  const { palette, compact } = view;
  const middle = (/** @type {[number, number]} */ [low, high]) => (low + high) / 2;
  const rows = /** @type {[number, string, string][]} */ ([
    [lane.loss, "ℓ_t", palette.accent],
    [middle(lane.y), "y_t", palette.muted],
    [lane.flow, compact ? "∂h" : "∂h_T/∂h_t", palette.ink],
    [middle(lane.h), "h_t", palette.muted],
    [middle(lane.x), "x_t", palette.muted],
  ]);
  return rows.map(([height, text, fill]) => ({
    mark: "text",
    edge: "left",
    y: [height],
    text: [text],
    fill,
    font: `italic ${compact ? 13 : 15}px ${palette.serif}`,
    align: "right",
    clip: false,
    dx: -12,
  }));
}

/** Of the wave and the pointer, over the picture. @param {any} run @param {View} view @param {Lane} lane */
export function networkOverlay(run, view, lane) {
  const { palette } = view;
  const marks = /** @type {any[]} */ ([]);
  const half = stripWidth(lane) / 2 / lane.step;
  if (view.wave !== null) {
    const k = view.wave;
    const [low, high] = [lane.flow - lane.flowRoom / 2 - 3, lane.flow + lane.flowRoom / 2 + 3];
    marks.push({ mark: "rects", x0: [-0.6], x1: [k], y0: [low], y1: [high], fill: palette.veil });
    if (lane.detail !== "bands") {
      marks.push({ mark: "rects", x0: [k - half], x1: [k + half], y0: [lane.h[0] - 2], y1: [lane.h[1] + 2], stroke: palette.accent, width: 2, radius: 3 });
    }
    marks.push({ mark: "points", x: [k], y: [lane.flow], radius: 6, fill: palette.accent, stroke: palette.paper, width: 2, clip: false });
    const norms = frobeniusNorms(run);
    const step = Math.round(k);
    const text = `∂h_{${run.jacobian_norms.of_step}}/∂h_{${step}}  ${Number.isFinite(norms[step]) ? powerOfTen(norms[step]) : "0"}`;
    const left = (k - lane.first) * lane.step < 120;
    marks.push({
      mark: "text",
      x: [k],
      y: [lane.flow],
      text: [text],
      fill: palette.ink,
      font: `600 12px ${palette.sans}`,
      halo: palette.paper,
      align: left ? "left" : "right",
      dx: left ? 12 : -12,
    });
  }
  return marks;
}

/** Whole numbers from low to high, both included. @param {number} low @param {number} high */
export function range(low, high) {
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
}
