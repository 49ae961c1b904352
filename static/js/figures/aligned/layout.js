/** Where the rows of the aligned figure are, and its time axis. */

import { axisOf, clamp, ticks } from "../../math/scale.js";
import { columnsOf, lengthOf } from "../answer.js";
import { laneOf, networkHeight } from "../network/lane.js";
import { shownSymbol } from "../network/strips.js";
import { RESTING } from "../painted-axis.js";

/**
 * @typedef {import("../answer.js").View} View
 */

export const ROWS = /** @type {const} */ (["network", "states", "adjoints", "norms"]);
export const YAXIS = { network: "y", states: "y2", adjoints: "y3", norms: "y4" };

/**
 * Sizes in pixels.
 * @param {any} run
 * @param {View} view
 */
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

/**
 * @param {any} run
 * @param {View} view
 */
function alignedHeight(run, view) {
  const { heights, titles: gaps, margin } = sizes(run, view);
  return margin.t + margin.b + ROWS.reduce((sum, row) => sum + heights[row], 0) + gaps * (ROWS.length - 1);
}

/**
 * @param {any} run
 * @param {View} view
 * @returns {[number, number]}
 */
function timeRange(run, view) {
  return view.range ?? [-0.5, lengthOf(run) + 0.5];
}

/**
 * @param {any} run
 * @param {View} view
 * @param {any} layout
 */
export function laneIn(run, view, layout) {
  const x = axisOf(layout, "x");
  return laneOf(run, view, timeRange(run, view), x.length, sizes(run, view).heights.network);
}

/**
 * @param {any} run
 * @param {View} view
 */
export function layoutOf(run, view) {
  const { heights, titles: gap, margin } = sizes(run, view);
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
  const row = (/** @type {typeof ROWS[number]} */ name, /** @type {[number, number]} */ values) => ({
    ...RESTING,
    domain: domains[name],
    range: values,
    anchor: "x",
  });
  return {
    width: view.width,
    height,
    margin: { ...margin, autoexpand: false },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: false,
    dragmode: "zoom",
    xaxis: { ...RESTING, fixedrange: false, range, domain: [0, 1], anchor: "y4" },
    yaxis: row("network", [0, heights.network]),
    yaxis2: row("states", [H + 0.5, 0.5]),
    yaxis3: row("adjoints", [H + 0.5, 0.5]),
    yaxis4: row("norms", [0, 1]),
  };
}

/** The first and the last unit. @param {any} run */
export function unitTicks(run) {
  const H = columnsOf(run.states.h);
  return H > 1 ? { tickvals: [1, H], ticktext: ["1", String(H)] } : { tickvals: [1], ticktext: ["1"] };
}

/**
 * Step numbers, with the step's own label (a year, a character) under them.
 * @param {any} run
 * @param {View} view
 * @returns {{ tickvals: number[], ticktext: string[], second?: string[] }}
 */
export function timeTicks(run, view) {
  const range = timeRange(run, view);
  const count = clamp(Math.floor(view.width / 78), 3, 14);
  const tickvals = ticks(Math.max(0, range[0]), Math.min(lengthOf(run), range[1]), count, 1);
  const labels = run.sequence.labels ?? [];
  const second = tickvals.map((t) => (t > 0 && labels[t - 1] !== String(t) ? shownSymbol(labels[t - 1]) : ""));
  return { tickvals, ticktext: tickvals.map(String), ...(second.some(Boolean) ? { second } : {}) };
}
