/** Network, hidden states, ∂L/∂h and norm curve over one time axis: one figure, so that zoom and pointer run through all of it. */

import { cutOf } from "../math/truncation.js";
import { adjointMarks, adjointSummary } from "./adjoints.js";
import { keys, titles } from "./aligned/keys.js";
import { laneIn, layoutOf, ROWS, timeTicks, unitTicks, YAXIS } from "./aligned/layout.js";
import { columnsOf, lengthOf } from "./answer.js";
import { networkMarks } from "./network.js";
import { normMarks, normRange, normSummary, normTicks } from "./norm-curve.js";
import { paintedAxis } from "./painted-axis.js";
import { stateMarks, stateSummary } from "./states.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 */

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
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
      ...paintedAxis(scaled, "x", YAXIS.states, "y", unitTicks(run), view),
      ...paintedAxis(scaled, "x", YAXIS.adjoints, "y", unitTicks(run), view),
      ...paintedAxis(scaled, "x", YAXIS.norms, "y", { ...normTicks(norms), grid: true }, view),
      ...paintedAxis(scaled, "x", YAXIS.norms, "x", timeTicks(run, view), view),
      ...normMarks(run, view, strings, YAXIS.norms),
      ...frames(scaled, view),
      ...titles(scaled, view, strings),
      ...keys(run, view, strings, scaled),
    ],
  };
}

/**
 * The part of ∂L/∂h that truncation leaves out.
 * @param {any} run
 * @param {View} view
 */
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

/**
 * A hairline around heatmaps and curve.
 * @param {any} layout
 * @param {View} view
 */
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

/**
 * What the picture shows, in words.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 */
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
    ...normSummary(run, view, strings),
  ];
}
