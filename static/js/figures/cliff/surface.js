/**
 * The error over (w, b) as a lit relief with the two descents on it, and under it, along the same b, the fixed points of the network at one w.
 *
 * @typedef {import("../answer.js").Strings} Strings
 * @typedef {import("../../api/decode.js").Tensor} Tensor
 *
 * @typedef {object} Cliff  What is known, as the server told it.
 * @property {any} surface  With its grid: w, b, error, dE_dw, dE_db, log10_gradient_norm; and its basin_boundaries.
 * @property {any} bifurcation
 * @property {any} descents
 * @property {import("../../state/url.js").Parameters} parameters  As the controls stand now.
 *
 * @typedef {import("../answer.js").View & { show: "error" | "gradient" }} View
 */

import { table } from "../../math/colour.js";
import { foldLines } from "../../math/folds.js";
import { number, plain, powerOfTen } from "../../math/format.js";
import { relief } from "../../math/relief.js";
import { axisOf, clamp, ticks } from "../../math/scale.js";
import { paintedAxis } from "../painted-axis.js";
import { lineKey } from "../stacked.js";

const MARGIN = Object.freeze({ l: 48, t: 26, b: 40 });
const BETWEEN = 46;
/** How steep the light takes a slope: error per half a panel. */
const STEEPNESS = 3.2;
/** |σ(x_T) − target| from line to line. */
const MISS_STEP = 0.05;
/** log10 ‖∇E‖ with the darkest and the lightest colour, and from line to line. */
const [STEEP, GENTLE, SLOPE_STEP] = [2, -4, 0.5];

/**
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function surfaceFigure(cliff, view, strings) {
  const layout = layoutOf(cliff, view);
  const { palette } = view;
  const { w_minimum: low, w_maximum: high, b_minimum: left, b_maximum: right } = bounds(cliff);
  const ticksOf = (/** @type {[number, number]} */ range, /** @type {number} */ count) => {
    const values = ticks(range[0], range[1], count);
    return { tickvals: values, ticktext: values.map(plain) };
  };
  const frame = (/** @type {string} */ yaxis, /** @type {[number, number]} */ range) => ({
    mark: "rects",
    yaxis,
    clip: false,
    x0: [left],
    x1: [right],
    y0: [range[0]],
    y1: [range[1]],
    stroke: palette.rule,
  });
  const across = ticksOf([left, right], view.compact ? 5 : 9);
  return {
    data: [],
    layout,
    paint: [
      reliefMark(cliff, view, layout),
      ...foldMarks(low, high, view, strings),
      ...boundaryMarks(cliff, view, strings),
      ...sliceMarks(cliff, view, strings, left, right),
      frame("y", [low, high]),
      ...paintedAxis(layout, "x", "y", "y", ticksOf([low, high], 7), view),
      title(layout, "y", strings(`cliff.surface.${view.show}`), view),
      ...keyMarks(cliff, view, layout),
      ...bifurcationMarks(cliff, view, strings, layout),
      frame("y2", layout.yaxis2.range),
      ...paintedAxis(layout, "x", "y2", "y", { ...ticksOf(layout.yaxis2.range, 5), grid: true }, view),
      ...paintedAxis(layout, "x", "y2", "x", { ...across, title: "b" }, view),
      title(layout, "y2", strings("cliff.bifurcation.title", { w: plain(Number(cliff.bifurcation.w)) }), view),
    ],
  };
}

/** @param {Cliff} cliff */
function bounds({ surface }) {
  const ends = (/** @type {ArrayLike<number>} */ values) => [values[0], values[values.length - 1]];
  const [w_minimum, w_maximum] = ends(surface.w.values);
  const [b_minimum, b_maximum] = ends(surface.b.values);
  return { w_minimum, w_maximum, b_minimum, b_maximum };
}

/**
 * @param {Cliff} cliff
 * @param {View} view
 */
function layoutOf(cliff, view) {
  const { compact, width } = view;
  const right = compact ? 10 : 66;
  const across = width - MARGIN.l - right;
  const surface = Math.round(clamp(across * (compact ? 0.9 : 0.6), 220, 460));
  const slice = compact ? 140 : 164;
  const room = surface + BETWEEN + slice;
  const { w_minimum, w_maximum, b_minimum, b_maximum } = bounds(cliff);
  return {
    width,
    height: MARGIN.t + room + MARGIN.b,
    margin: { ...MARGIN, r: right, pad: 0 },
    xaxis: { range: [b_minimum, b_maximum], domain: [0, 1] },
    yaxis: { range: [w_minimum, w_maximum], domain: [1 - surface / room, 1] },
    yaxis2: { range: stateRange(cliff), domain: [0, slice / room] },
  };
}

/**
 * Of the fixed points.
 * @param {Cliff} cliff
 * @returns {[number, number]}
 */
function stateRange({ bifurcation }) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x } of bifurcation.branches) {
    for (const value of x.values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (!(low <= high)) return [-1, 1];
  const pad = 0.08 * (high - low || 1);
  return [low - pad, high + pad];
}

/** @type {WeakMap<any, { key: string, pixels: Uint32Array }>} */
const painted = new WeakMap();

/**
 * The relief, painted once for a surface, a size and a meaning.
 * @param {Cliff} cliff
 * @param {View} view
 * @param {any} layout
 */
function reliefMark({ surface }, view, layout) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, "y");
  const width = Math.max(1, Math.round(x.length * DENSITY));
  const height = Math.max(1, Math.round(y.length * DENSITY));
  const key = `${width} ${height} ${view.show}`;
  let known = painted.get(surface);
  if (known?.key !== key) {
    known = { key, pixels: relief(gridOf(surface, view.show), width, height, lookOf(view.show)) };
    painted.set(surface, known);
  }
  const { b, w } = surface;
  return {
    mark: "image",
    width,
    height,
    pixels: known.pixels,
    x: [b.values[0], b.values[b.values.length - 1]],
    y: [w.values[0], w.values[w.values.length - 1]],
  };
}

/** Pixels of the relief per pixel of the page: fine lines on fine screens, at four times the work. */
const DENSITY = 2;

/**
 * With w upwards and b to the right; the answer has it the other way round.
 * @param {any} surface
 * @param {string} show
 * @returns {import("../../math/relief.js").Surface}
 */
function gridOf(surface, show) {
  const [columns, rows] = surface.error.shape;
  const turned = (/** @type {ArrayLike<number>} */ values, /** @type {number} */ factor) => {
    const result = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1)
        result[row * columns + column] = factor * values[column * rows + row];
    return result;
  };
  const half = (/** @type {Tensor} */ { values }) => Math.abs(values[values.length - 1] - values[0]) / 2;
  return {
    rows,
    columns,
    heights: turned(show === "error" ? surface.error.values : surface.log10_gradient_norm.values, 1),
    slopeX: turned(surface.dE_db.values, STEEPNESS * half(surface.b)),
    slopeY: turned(surface.dE_dw.values, STEEPNESS * half(surface.w)),
  };
}

/** @param {string} show */
function lookOf(show) {
  return show === "error"
    ? {
        colours: table("davos"),
        place: (/** @type {number} */ error) => 0.97 - 0.86 * Math.sqrt(error),
        level: (/** @type {number} */ error) => Math.sqrt(Math.max(0, error)) / MISS_STEP,
      }
    : {
        colours: table("davos"),
        place: (/** @type {number} */ log) => 0.97 - (0.9 * (log - GENTLE)) / (STEEP - GENTLE),
        level: (/** @type {number} */ log) => log / SLOPE_STEP,
      };
}

/**
 * Where x_0 is the unstable fixed point, on the boundary of two basins: there stands the wall.
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 * @returns {any[]}
 */
function boundaryMarks(cliff, view, strings) {
  const { palette } = view;
  const lines = cliff.surface.basin_boundaries;
  const { b_minimum: left, b_maximum: right } = bounds(cliff);
  const line = lines.map((/** @type {any} */ { w, b }) => ({ mark: "line", x: b.values, y: w.values, dash: [9, 4] }));
  return [
    ...line.map((/** @type {any} */ mark) => ({ ...mark, stroke: palette.paper, width: 4, alpha: 0.6 })),
    ...line.map((/** @type {any} */ mark) => ({ ...mark, stroke: palette.ink, width: 1.5 })),
    ...lines.map((/** @type {any} */ { w, b }) => {
      const [first, last] = b.values.map((/** @type {number} */ value) => clamp(value, left, right));
      const at = first + BOUNDARY_NAME * (last - first);
      return {
        mark: "text",
        x: [at],
        y: [w.values[0] + ((w.values[1] - w.values[0]) * (at - b.values[0])) / (b.values[1] - b.values[0])],
        text: [strings("cliff.boundary")],
        fill: palette.ink,
        halo: palette.paper,
        font: `500 10.5px ${palette.sans}`,
        align: "left",
        dx: 9,
      };
    }),
  ];
}

/** Where along what is seen of the boundary its name stands. */
const BOUNDARY_NAME = 0.65;

/**
 * Where two fixed points meet, over the whole surface.
 * @param {number} low
 * @param {number} high
 * @param {View} view
 * @param {Strings} strings
 * @returns {any[]}
 */
function foldMarks(low, high, view, strings) {
  const lines = foldLines(low, high, 81);
  if (!lines) return [];
  const { palette } = view;
  const style = { mark: "line", stroke: palette.paper, width: 1.5, dash: [3, 4], alpha: 0.85 };
  const at = Math.round(0.72 * (lines.w.length - 1));
  return [
    { ...style, x: lines.lower, y: lines.w },
    { ...style, x: lines.upper, y: lines.w },
    {
      mark: "text",
      x: [lines.upper[at]],
      y: [lines.w[at]],
      text: [strings("cliff.folds")],
      fill: palette.ink,
      halo: palette.paper,
      font: `500 10.5px ${palette.sans}`,
      align: "left",
      dx: 7,
    },
  ];
}

/**
 * The w at which the fixed points are shown.
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 * @param {number} left
 * @param {number} right
 * @returns {any[]}
 */
function sliceMarks({ bifurcation }, view, strings, left, right) {
  const { palette } = view;
  const w = Number(bifurcation.w);
  return [
    { mark: "line", x: [left, right], y: [w, w], stroke: palette.ink, width: 1, alpha: 0.7 },
    {
      mark: "text",
      edge: "right",
      y: [w],
      text: [strings("cliff.slice", { w: plain(w) })],
      fill: palette.ink,
      halo: palette.paper,
      font: `500 10.5px ${palette.sans}`,
      align: "right",
      dx: -6,
      dy: -9,
    },
  ];
}

/**
 * @param {any} layout
 * @param {string} yaxis
 * @param {string} text
 * @param {View} view
 */
function title(layout, yaxis, text, view) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, yaxis);
  return {
    mark: "text",
    yaxis,
    clip: false,
    x: [x.value(x.start - 2)],
    y: [y.value(y.start - 10)],
    text: [text],
    fill: view.palette.ink,
    font: `600 ${view.compact ? 11 : 12}px ${view.palette.sans}`,
    align: "left",
  };
}

/**
 * What the colours mean.
 * @param {Cliff} _cliff
 * @param {View} view
 * @param {any} layout
 * @returns {any[]}
 */
function keyMarks(_cliff, view, layout) {
  if (view.compact) return [];
  const { palette, show } = view;
  const { colours, place } = lookOf(show);
  const x = axisOf(layout, "x");
  const y = axisOf(layout, "y");
  const values = show === "error" ? [0, 0.02, 0.1, 0.25, 0.45] : [-4, -3, -2, -1, 0, 1, 2];
  const height = Math.min(y.length, 220);
  const bottom = y.start + (y.length + height) / 2;
  const [lightest, darkest] = [place(values[0]), place(values[values.length - 1])];
  const at = (/** @type {number} */ value) =>
    y.value(bottom - (height * (place(value) - lightest)) / (darkest - lightest));
  const rows = 64;
  const [x0, x1] = [x.value(x.start + x.length + 14), x.value(x.start + x.length + 23)];
  const pixels = Uint32Array.from(
    { length: rows },
    (_, row) => colours[Math.round(255 * clamp(darkest + ((lightest - darkest) * (row + 0.5)) / rows, 0, 1))],
  );
  const ends = [values[0], values[values.length - 1]];
  return [
    { mark: "image", clip: false, x: [x0, x1], y: ends.map(at), width: 1, height: rows, pixels },
    { mark: "rects", clip: false, x0: [x0], x1: [x1], y0: [at(ends[0])], y1: [at(ends[1])], stroke: palette.rule },
    {
      mark: "text",
      clip: false,
      x: values.map(() => x1),
      y: values.map(at),
      text: values.map((value) => (show === "error" ? plain(value) : powerOfTen(value, 0))),
      fill: palette.muted,
      font: `400 10.5px ${palette.sans}`,
      align: "left",
      dx: 6,
    },
  ];
}

/**
 * Fixed points over b: stable, unstable, where they meet, and where one of them is x_0.
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 * @param {any} layout
 * @returns {any[]}
 */
function bifurcationMarks({ bifurcation }, view, strings, layout) {
  const { palette } = view;
  const lines = bifurcation.branches.map((/** @type {any} */ { stable, b, x }) => ({
    mark: "line",
    yaxis: "y2",
    x: b.values,
    y: x.values,
    stroke: stable ? palette.second : palette.muted,
    width: stable ? 2.25 : 1.5,
    dash: stable ? undefined : [5, 4],
  }));
  const [left, right] = layout.xaxis.range;
  const inside = [...bifurcation.folds, ...bifurcation.flips].filter(({ b }) => b >= left && b <= right);
  return [
    ...lines,
    ...inside.map(({ b }) => ({
      mark: "segments",
      yaxis: "y2",
      x0: [b],
      x1: [b],
      y0: [layout.yaxis2.range[0]],
      y1: [layout.yaxis2.range[1]],
      stroke: palette.accent,
      width: 1,
      dash: [3, 4],
    })),
    {
      mark: "points",
      yaxis: "y2",
      x: inside.map(({ b }) => b),
      y: inside.map(({ x }) => x),
      radius: 4,
      fill: palette.accent,
      stroke: palette.paper,
      width: 1.5,
    },
    ...inside.map(({ b, x }, i) => ({
      mark: "text",
      yaxis: "y2",
      x: [b],
      y: [x],
      text: [`b = ${number(b, 4)}`],
      fill: palette.ink,
      halo: palette.paper,
      font: `500 10.5px ${palette.sans}`,
      align: i % 2 === 0 ? "left" : "right",
      dx: i % 2 === 0 ? 9 : -9,
      dy: x < 0 ? 4 : -4,
    })),
    ...startMarks(bifurcation, view, strings, layout),
    ...(view.width < 640 ? [] : lineKey(branches(view, strings), view, layout, "y2")),
  ];
}

/**
 * Where the unstable fixed point is x_0: on either side the state goes to another branch.
 * @param {any} bifurcation
 * @param {View} view
 * @param {Strings} strings
 * @param {any} layout
 * @returns {any[]}
 */
function startMarks({ basin_boundary: boundary }, { palette }, strings, layout) {
  const [left, right] = layout.xaxis.range;
  if (!boundary || boundary.b < left || boundary.b > right) return [];
  const at = { yaxis: "y2", x: [boundary.b], y: [boundary.x] };
  return [
    { ...at, mark: "points", radius: 4.5, shape: "diamond", fill: palette.ink, stroke: palette.paper, width: 1.5 },
    {
      ...at,
      mark: "text",
      text: [strings("cliff.boundary.at", { b: number(boundary.b, 4) })],
      fill: palette.ink,
      halo: palette.paper,
      font: `500 10.5px ${palette.sans}`,
      align: "right",
      dx: -9,
      dy: 12,
    },
  ];
}

/**
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../stacked.js").Key[]}
 */
function branches({ palette }, strings) {
  return [
    { text: strings("cliff.stable"), stroke: palette.second, width: 2.25 },
    { text: strings("cliff.unstable"), stroke: palette.muted, width: 1.5, dash: [5, 4] },
  ];
}

/**
 * The descents and where they start, and the pointer through both rows.
 * @param {Cliff} cliff
 * @param {View} view
 * @param {any} layout
 * @returns {any[]}
 */
export function surfaceOverlay(cliff, view, layout) {
  const { palette, pointer } = view;
  const marks = /** @type {any[]} */ ([]);
  const b = Number(cliff.parameters.b_start);
  const w = Number(cliff.parameters.w_start);
  if (pointer) {
    const at = /** @type {any} */ (pointer);
    for (const yaxis of ["y", "y2"]) {
      const [y0, y1] = layout[`${yaxis[0]}axis${yaxis.slice(1)}`].range;
      marks.push({
        mark: "segments",
        yaxis,
        x0: [at.b],
        x1: [at.b],
        y0: [y0],
        y1: [y1],
        stroke: palette.ink,
        width: 1,
        alpha: 0.45,
      });
    }
  }
  if (cliff.descents) {
    for (const { name, stroke, dash } of pathsOf(palette)) {
      const path = cliff.descents[name];
      const line = { mark: "line", x: path.b.values, y: path.w.values };
      marks.push({ ...line, stroke: palette.paper, width: 4, alpha: 0.75 }, { ...line, stroke, width: 1.5, dash });
      const last = path.b.values.length - 1;
      marks.push({ mark: "points", x: path.b.values, y: path.w.values, radius: 1.8, fill: stroke });
      const end = { mark: "points", x: [path.b.values[last]], y: [path.w.values[last]] };
      marks.push({ ...end, radius: 5, shape: "diamond", fill: stroke, stroke: palette.paper, width: 1.5 });
    }
  }
  marks.push({ mark: "points", x: [b], y: [w], radius: 7, fill: palette.paper, stroke: palette.ink, width: 2.5 });
  return marks;
}

/** How the two descents look; the last one lies on top. @param {import("../answer.js").Palette} palette */
export function pathsOf(palette) {
  return /** @type {{ name: "raw" | "clipped", stroke: string, dash?: number[] }[]} */ ([
    { name: "clipped", stroke: palette.ink },
    { name: "raw", stroke: palette.accent },
  ]);
}

/**
 * The (w, b) under a pixel of the surface; null beside it.
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 */
export function placeAt(layout, px, py) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, "y");
  if (px < x.start || px > x.start + x.length || py < y.start || py > y.start + y.length) return null;
  return { w: y.value(py), b: x.value(px) };
}

/**
 * @param {Cliff} cliff
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 * @param {Strings} strings
 */
export function surfaceInspect({ surface }, layout, px, py, strings) {
  const at = placeAt(layout, px, py);
  if (!at) return null;
  const [columns, rows] = surface.error.shape;
  const index = (/** @type {ArrayLike<number>} */ values, /** @type {number} */ value) =>
    Math.round(((value - values[0]) / (values[values.length - 1] - values[0])) * (values.length - 1));
  const row = index(surface.b.values, at.b);
  const column = index(surface.w.values, at.w);
  const cell = clamp(row, 0, columns - 1) * rows + clamp(column, 0, rows - 1);
  return {
    title: `w = ${number(at.w, 3)}, b = ${number(at.b, 3)}`,
    rows: /** @type {[string, string][]} */ ([
      [strings("cliff.error"), number(surface.error.values[cell], 3)],
      ["‖∇E‖", number(10 ** surface.log10_gradient_norm.values[cell], 3)],
    ]),
  };
}

/**
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 */
export function surfaceSummary({ surface, bifurcation }, view, strings) {
  const { error, log10_gradient_norm: slope, w, b } = surface;
  const rows = error.shape[1];
  let [least, steepest] = [0, 0];
  for (let i = 0; i < error.values.length; i += 1) {
    if (error.values[i] < error.values[least]) least = i;
    if (slope.values[i] > slope.values[steepest] || Number.isNaN(slope.values[steepest])) steepest = i;
  }
  const place = (/** @type {number} */ i) => ({
    w: number(w.values[i % rows], 3),
    b: number(b.values[Math.floor(i / rows)], 3),
  });
  const [low, high] = [place(least), place(steepest)];
  const folds = bifurcation.folds.map((/** @type {any} */ fold) => number(fold.b, 5));
  return [
    strings(`cliff.surface.about.${view.show}`),
    strings("cliff.surface.summary", {
      error: number(error.values[least], 2),
      w: low.w,
      b: low.b,
      slope: number(10 ** slope.values[steepest], 3),
      w_steep: high.w,
      b_steep: high.b,
    }),
    folds.length > 0
      ? strings("cliff.bifurcation.summary", { w: plain(Number(bifurcation.w)), first: folds[1], second: folds[0] })
      : strings("cliff.bifurcation.none", { w: plain(Number(bifurcation.w)) }),
    ...(bifurcation.basin_boundary
      ? [
          strings("cliff.bifurcation.boundary", {
            x: plain(Number(bifurcation.basin_boundary.x)),
            b: number(bifurcation.basin_boundary.b, 5),
          }),
        ]
      : []),
  ];
}
