/** Network, hidden states, ∂L/∂h and norm curve over one time axis: one figure, so that zoom and pointer run through all of it. */

import { ADJOINT_RANGE } from "../math/colour.js";
import { number, plain, powerOfTen, norm as shownNorm } from "../math/format.js";
import { axisOf, clamp, ticks } from "../math/scale.js";
import { cutOf } from "../math/truncation.js";
import { adjointMarks, adjointNorms, adjointSummary } from "./adjoints.js";
import { columnsOf, frobeniusNorms, lengthOf, spectralNorms } from "./answer.js";
import { colourKey, NORM_LABELS } from "./colour-key.js";
import { laneOf, networkHeight } from "./network/lane.js";
import { shownSymbol } from "./network/strips.js";
import { networkMarks, networkOverlay } from "./network.js";
import { normKey, normMarks, normPoints, normRange, normSummary, normTicks } from "./norm-curve.js";
import { paintedAxis, RESTING } from "./painted-axis.js";
import { stateBound, stateMarks, stateSummary } from "./states.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 */

const ROWS = /** @type {const} */ (["network", "states", "adjoints", "norms"]);
const YAXIS = { network: "y", states: "y2", adjoints: "y3", norms: "y4" };

/** Sizes in pixels. @param {any} run @param {View} view */
function sizes(run, view) {
  const { compact } = view;
  const heights = {
    network: networkHeight(lengthOf(run), compact),
    states: compact ? 72 : 96,
    adjoints: compact ? 72 : 96,
    norms: compact ? 110 : 158,
  };
  return {
    heights,
    titles: compact ? 24 : 28,
    margin: { l: compact ? 40 : 72, r: compact ? 10 : 92, t: compact ? 34 : 26, b: 42, pad: 0 },
  };
}

/** @param {any} run @param {View} view */
export function alignedHeight(run, view) {
  const { heights, titles: gaps, margin } = sizes(run, view);
  return margin.t + margin.b + ROWS.reduce((sum, row) => sum + heights[row], 0) + gaps * (ROWS.length - 1);
}

/** @param {any} run @param {View} view @returns {[number, number]} */
export function timeRange(run, view) {
  return view.range ?? [-0.5, lengthOf(run) + 0.5];
}

/**
 * @param {any} run @param {View} view @param {Strings} strings
 * @returns {import("./answer.js").Drawing}
 */
export function alignedFigure(run, view, strings) {
  const layout = layoutOf(run, view);
  const norms = normRange(run, view);
  const scales = { yaxis4: { ...layout.yaxis4, range: norms } };
  const scaled = { ...layout, ...scales };
  const lane = laneIn(run, view, layout);
  return {
    data: ROWS.map((row) => ({
      type: "scatter",
      x: [0],
      y: [0],
      yaxis: YAXIS[row],
      mode: "markers",
      opacity: 0,
      hoverinfo: "skip",
    })),
    layout,
    scales,
    paint: [
      ...networkMarks(run, view, strings, lane),
      ...stateMarks(run, view, YAXIS.states),
      ...adjointMarks(run, view, YAXIS.adjoints),
      ...veils(run, view),
      ...paintedAxis(scaled, "x", YAXIS.norms, "y", { ...normTicks(norms), grid: true }, view),
      ...normMarks(run, view, strings, YAXIS.norms),
      ...frames(scaled, view),
      ...titles(scaled, view, strings),
      ...keys(run, view, strings, scaled),
    ],
  };
}

/** @param {any} run @param {View} view @param {any} layout */
function laneIn(run, view, layout) {
  const x = axisOf(layout, "x");
  return laneOf(run, view, timeRange(run, view), x.length, sizes(run, view).heights.network);
}

/** @param {any} run @param {View} view */
function layoutOf(run, view) {
  const { heights, titles: gap, margin } = sizes(run, view);
  const { palette, compact } = view;
  const height = alignedHeight(run, view);
  const room = height - margin.t - margin.b;
  let top = 0;
  const domains = /** @type {Record<string, [number, number]>} */ ({});
  for (const row of ROWS) {
    domains[row] = [1 - (top + heights[row]) / room, 1 - top / room];
    top += heights[row] + gap;
  }
  const H = columnsOf(run.states.h);
  const range = timeRange(run, view);
  const font = { family: palette.sans, size: compact ? 10 : 11, color: palette.muted };
  const still = { fixedrange: true, zeroline: false, showgrid: false, showline: false, ticks: "", automargin: false };
  const unitTicks = { tickvals: H > 1 ? [1, H] : [1], ticktext: H > 1 ? ["1", String(H)] : ["1"] };
  return {
    width: view.width,
    height,
    margin: { ...margin, autoexpand: false },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: false,
    dragmode: compact ? false : "zoom",
    font,
    xaxis: {
      ...still,
      fixedrange: compact,
      range,
      domain: [0, 1],
      anchor: "y4",
      ...timeTicks(run, view, range),
      ticks: "outside",
      ticklen: 4,
      tickcolor: palette.rule,
    },
    yaxis: { ...still, domain: domains.network, range: [0, heights.network], showticklabels: false, anchor: "x" },
    yaxis2: { ...still, domain: domains.states, range: [H + 0.5, 0.5], ...unitTicks, anchor: "x" },
    yaxis3: { ...still, domain: domains.adjoints, range: [H + 0.5, 0.5], ...unitTicks, anchor: "x" },
    yaxis4: { ...RESTING, domain: domains.norms, anchor: "x" },
  };
}

/** Step numbers, with the step's own label (a year, a character) under it. @param {any} run @param {View} view @param {[number, number]} range */
function timeTicks(run, view, range) {
  const count = clamp(Math.floor(view.width / 78), 3, 14);
  const tickvals = ticks(Math.max(0, range[0]), Math.min(lengthOf(run), range[1]), count, 1);
  const labels = run.sequence.labels ?? [];
  const ticktext = tickvals.map((t) => {
    const label = t > 0 ? labels[t - 1] : undefined;
    return label === undefined || label === String(t) ? String(t) : `${t}<br>${escaped(shownSymbol(label))}`;
  });
  return { tickvals, ticktext };
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Over each row what it is, and at the end of the axis what it counts. @param {any} layout @param {View} view @param {Strings} strings */
function titles(layout, view, strings) {
  const { palette, compact } = view;
  const x = axisOf(layout, "x");
  const left = x.value(x.start - 2);
  // On a phone the buttons stand where the first title would.
  const rows = ROWS.slice(compact ? 1 : 0).map((row) => {
    const y = axisOf(layout, YAXIS[row]);
    return {
      mark: "text",
      clip: false,
      yaxis: YAXIS[row],
      x: [left],
      y: [y.value(y.start - 9)],
      text: [strings(`${row}.title`)],
      fill: palette.ink,
      font: `600 ${compact ? 11 : 12}px ${palette.sans}`,
      align: "left",
    };
  });
  if (compact) return rows;
  const last = axisOf(layout, "y4");
  return [
    ...rows,
    {
      mark: "text",
      clip: false,
      yaxis: "y4",
      edge: "right",
      y: [last.value(last.start + last.length + 14)],
      text: [strings("time.axis")],
      fill: palette.muted,
      font: `400 11px ${palette.sans}`,
      align: "left",
      dx: 22,
    },
  ];
}

/** The part of ∂L/∂h that truncation leaves out. @param {any} run @param {View} view */
function veils(run, view) {
  const cut = cutOf(run.loss.at, lengthOf(run), view.backward.mode, view.backward.window);
  const H = columnsOf(run.states.h);
  const marks = /** @type {any[]} */ ([]);
  if (cut.silent !== null) {
    marks.push({
      mark: "rects",
      yaxis: "y3",
      x0: [-0.5],
      x1: [cut.silent],
      y0: [H + 0.5],
      y1: [0.5],
      fill: view.palette.veil,
    });
  }
  if (cut.reach !== null) {
    marks.push({
      mark: "segments",
      yaxis: "y3",
      x0: [cut.reach],
      x1: [cut.reach],
      y0: [H + 0.5],
      y1: [0.5],
      stroke: view.palette.accent,
      width: 1.5,
      dash: [5, 3],
    });
  }
  return marks;
}

/** A hairline around heatmaps and curve. @param {any} layout @param {View} view */
function frames(layout, view) {
  return ["y2", "y3", "y4"].map((yaxis) => {
    const [low, high] = layout[`yaxis${yaxis.slice(1)}`].range;
    const [left, right] = layout.xaxis.range;
    return {
      mark: "rects",
      yaxis,
      x0: [left],
      x1: [right],
      y0: [low],
      y1: [high],
      stroke: view.palette.rule,
      width: 1,
      clip: false,
    };
  });
}

/** What the colours and lines mean, at the right of each row. @param {any} run @param {View} view @param {Strings} strings @param {any} layout */
function keys(run, view, strings, layout) {
  const marks = lineKey(run, view, strings, layout);
  if (view.compact) return marks;
  const bound = stateBound(run);
  const [floor, top] = ADJOINT_RANGE;
  return [
    ...marks,
    ...colourKey(view, layout, "y", view.maps.norm, NORM_LABELS),
    ...colourKey(view, layout, "y2", view.maps.state, [
      [-1, `−${plain(bound)}`],
      [0, "0"],
      [1, plain(bound)],
    ]),
    ...colourKey(view, layout, "y3", view.maps.adjoint, [
      [-1, `−${powerOfTen(top)}`],
      [0, `±${powerOfTen(floor)}`],
      [1, powerOfTen(top)],
    ]),
  ];
}

/** The key of the norm curve, at the right end of its title. @param {any} run @param {View} view @param {Strings} strings @param {any} layout */
function lineKey(run, view, strings, layout) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, "y4");
  const marks = /** @type {any[]} */ ([]);
  if (view.compact) return marks;
  let right = x.start + x.length;
  for (const entry of normKey(run, view, strings).reverse()) {
    const width = widthOf(entry.text);
    marks.push({
      mark: "text",
      yaxis: "y4",
      clip: false,
      x: [x.value(right)],
      y: [y.value(y.start - 10)],
      text: [entry.text],
      fill: view.palette.muted,
      font: `400 11px ${view.palette.sans}`,
      align: "right",
    });
    const line = right - width - 6;
    marks.push({
      mark: "line",
      yaxis: "y4",
      clip: false,
      x: [x.value(line - 20), x.value(line)],
      y: [y.value(y.start - 10), y.value(y.start - 10)],
      stroke: entry.stroke,
      width: entry.width,
      dash: entry.dash,
    });
    right = line - 20 - 16;
  }
  return marks;
}

/** About how wide a text of 11 px is; figures can't measure. @param {string} text */
function widthOf(text) {
  const letters = [...text.replace(/[_^{}]/g, "")];
  return (
    letters.reduce((sum, letter) => sum + (letter > "\u1100" && !/[\u2000-\u2fff]/.test(letter) ? 11 : 6.1), 0) *
    (text.includes("^") ? 0.86 : 1)
  );
}

/**
 * Pointer and wave, over the picture; cheap enough for every frame.
 * @param {any} run @param {View} view @param {any} layout
 */
export function alignedOverlay(run, view, layout) {
  const lane = laneIn(run, view, layout);
  const marks = networkOverlay(run, view, lane);
  const { palette, pointer } = view;
  const span = (/** @type {string} */ yaxis) => layout[`yaxis${yaxis.slice(1)}`].range;
  if (view.wave !== null) {
    for (const yaxis of ["y3", "y4"]) {
      const [low, high] = span(yaxis);
      marks.push({ mark: "rects", yaxis, x0: [-1], x1: [view.wave - 0.5], y0: [low], y1: [high], fill: palette.veil });
    }
    marks.push(...normPoints(run, view, "y4", Math.round(view.wave)));
  }
  if (!pointer || pointer.k < 0 || pointer.k > lengthOf(run)) return marks;
  for (const yaxis of Object.values(YAXIS)) {
    const [low, high] = span(yaxis);
    marks.push({
      mark: "segments",
      yaxis,
      x0: [pointer.k],
      x1: [pointer.k],
      y0: [low],
      y1: [high],
      stroke: palette.ink,
      width: 1,
      alpha: 0.55,
    });
  }
  if (pointer.unit !== undefined) {
    for (const yaxis of ["y2", "y3"]) {
      marks.push({
        mark: "rects",
        yaxis,
        x0: [pointer.k - 0.5],
        x1: [pointer.k + 0.5],
        y0: [pointer.unit + 0.5],
        y1: [pointer.unit - 0.5],
        stroke: palette.ink,
        width: 1.5,
      });
    }
  }
  marks.push(...normPoints(run, view, "y4", pointer.k));
  return marks;
}

/**
 * What is under a place of the figure.
 * @param {any} run @param {View} _view @param {any} layout @param {number} px @param {number} py
 * @returns {import("./answer.js").Pointer | null}
 */
export function alignedPoint(run, _view, layout, px, py) {
  const x = axisOf(layout, "x");
  if (px < x.start || px > x.start + x.length) return null;
  const k = clamp(Math.round(x.value(px)), 0, lengthOf(run));
  for (const yaxis of ["y2", "y3"]) {
    const y = axisOf(layout, yaxis);
    if (py >= y.start && py <= y.start + y.length)
      return { k, unit: clamp(Math.round(y.value(py)), 1, columnsOf(run.states.h)) };
  }
  return { k };
}

/**
 * The numbers of a step, as rows of a small table.
 * @param {any} run @param {import("./answer.js").Pointer} pointer @param {Strings} strings
 * @returns {{ title: string, rows: [string, string][] }}
 */
export function alignedReading(run, pointer, strings) {
  const { k, unit } = pointer;
  const of = run.jacobian_norms.of_step;
  const label = k > 0 ? run.sequence.labels?.[k - 1] : undefined;
  const rows = /** @type {[string, string][]} */ ([]);
  const at = (/** @type {any} */ tensor, /** @type {number} */ row, /** @type {number} */ column) =>
    tensor.values[row * columnsOf(tensor) + column];
  if (k > 0 && !run.sequence.symbols && columnsOf(run.sequence.x) === 1)
    rows.push([`x_${k}`, number(at(run.sequence.x, k - 1, 0))]);
  if (unit !== undefined) {
    rows.push([`h_${k}[${unit}]`, number(at(run.states.h, k, unit - 1))]);
    const part = at(run.adjoints.direction, k, unit - 1);
    const size = adjointNorms(run)[k] + Math.log10(Math.abs(part));
    rows.push([`∂L/∂h_${k}[${unit}]`, Number.isFinite(size) ? `${part < 0 ? "−" : ""}${shownNorm(size)}` : "0"]);
  } else {
    rows.push([`‖∂L/∂h_${k}‖`, shownNorm(adjointNorms(run)[k])]);
  }
  if (k <= of) {
    rows.push([`‖∂h_${of}/∂h_${k}‖_F`, shownNorm(frobeniusNorms(run)[k])]);
    rows.push([`‖∂h_${of}/∂h_${k}‖_2`, shownNorm(spectralNorms(run)[k])]);
  }
  if (k > 0 && run.step_gain) {
    rows.push([strings("reading.mean_derivative", { k }), number(run.step_gain.mean_derivative.values[k - 1])]);
    rows.push([`σ_max(J_${k})`, number(run.step_gain.sigma_max.values[k - 1])]);
  }
  if (k > 0) rows.push([`ℓ_${k}`, number(run.loss.per_step.values[k - 1])]);
  const title =
    label === undefined || label === String(k)
      ? strings("reading.step", { k })
      : strings("reading.step_label", { k, label: shownSymbol(label) });
  return { title, rows };
}

/** What the picture shows, in words. @param {any} run @param {View} view @param {Strings} strings */
export function alignedSummary(run, view, strings) {
  const { window, mode } = view.backward;
  const T = lengthOf(run);
  const cut =
    window === null || window >= T ? strings("network.uncut") : strings(`network.cut_${mode}`, { K: window, T });
  return [
    strings("network.summary", { T, H: columnsOf(run.states.h), losses: run.loss.at.length }),
    cut,
    stateSummary(run, strings),
    adjointSummary(run, strings),
    normSummary(run, strings),
  ];
}
