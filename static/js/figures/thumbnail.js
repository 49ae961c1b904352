/** A run at a glance: the backward flow, the hidden states and the norm curve, without a word. */

import { css, normShade } from "../math/colour.js";
import { roundBound } from "../math/scale.js";
import { cutOf } from "../math/truncation.js";
import { columnsOf, frobeniusNorms, lengthOf } from "./answer.js";
import { thickness } from "./network/flow.js";
import { whole } from "./network/lane.js";
import { stateMarks } from "./states.js";

/** Heights of the three rows as shares. */
const ROWS = /** @type {const} */ ({ flow: [0.76, 1], states: [0.46, 0.72], norms: [0, 0.4] });

/** The parts of the answer that it draws. */
export const THUMBNAIL_PARTS = Object.freeze(["states", "jacobian_norms"]);

/**
 * @param {any} run
 * @param {import("./answer.js").View & { height: number }} view
 * @returns {import("./answer.js").Drawing}
 */
export function thumbnailFigure(run, view) {
  const { palette, maps, width, height } = view;
  const T = lengthOf(run);
  const norms = frobeniusNorms(run);
  const of = run.jacobian_norms.of_step;
  const relative = Array.from(norms, (norm) => norm - 0.5 * Math.log10(columnsOf(run.states.h)));
  const finite = relative.filter(Number.isFinite);
  const [low, high] = [-roundBound(-Math.min(-2, ...finite)), roundBound(Math.max(1, ...finite))];
  const pad = 0.08 * (high - low);
  const room = (ROWS.flow[1] - ROWS.flow[0]) * height;
  const layout = {
    width,
    height,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { range: [-0.5, T + 0.5], domain: [0, 1] },
    yaxis: { range: [-room / 2, room / 2], domain: ROWS.flow },
    yaxis2: { range: [columnsOf(run.states.h) + 0.5, 0.5], domain: ROWS.states },
    yaxis3: { range: [low - pad, high + pad], domain: ROWS.norms },
  };
  const steps = whole(0, of - 1).filter((k) => Number.isFinite(norms[k]));
  const half = (/** @type {number} */ k) => thickness(relative[k], room) / 2;
  return {
    data: [],
    layout,
    paint: [
      {
        mark: "polygons",
        points: steps.map((k) => [k + 1, half(k + 1), k, half(k), k, -half(k), k + 1, -half(k + 1)]),
        fill: steps.map((k) => css(maps.norm, normShade(relative[k]))),
      },
      ...stateMarks(run, view, "y2"),
      { mark: "line", yaxis: "y3", x: [-0.5, T + 0.5], y: [0, 0], stroke: palette.rule, width: 1 },
      { mark: "line", yaxis: "y3", x: whole(0, of), y: relative, stroke: palette.accent, width: 2 },
      ...cuts(run, view, layout),
    ],
  };
}

/**
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {any} layout
 */
function cuts(run, view, layout) {
  const { reach } = cutOf(run.loss.at, lengthOf(run), view.backward.mode, view.backward.window);
  if (reach === null) return [];
  return ["y", "y2", "y3"].flatMap((yaxis) => {
    const [y0, y1] = layout[`yaxis${yaxis.slice(1)}`].range;
    return [
      { mark: "rects", yaxis, x0: [-0.5], x1: [reach], y0: [y0], y1: [y1], fill: view.palette.veil },
      {
        mark: "segments",
        yaxis,
        x0: [reach],
        x1: [reach],
        y0: [y0],
        y1: [y1],
        stroke: view.palette.accent,
        width: 1.5,
        dash: [4, 3],
      },
    ];
  });
}
