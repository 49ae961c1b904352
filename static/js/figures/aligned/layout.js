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

/** @param {any} run @param {View} view @param {any} layout */
export function laneIn(run, view, layout) {
  const x = axisOf(layout, "x");
  return laneOf(run, view, timeRange(run, view), x.length, sizes(run, view).heights.network);
}

/** @param {any} run @param {View} view */
export function layoutOf(run, view) {
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
