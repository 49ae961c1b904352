/**
 * The unrolled network, drawn in one lane over the time axis. From the bottom: x_t, h_t, the backward flow, y_t, the losses.
 * How much of a step is drawn depends on how many pixels it has: units and weights, strips of cells, or bands.
 */

import { norm as shownNorm } from "../math/format.js";
import { clamp } from "../math/scale.js";
import { cutOf } from "../math/truncation.js";
import { frobeniusNorms, lengthOf } from "./answer.js";
import { flow, truncation } from "./network/flow.js";
import { stripWidth } from "./network/lane.js";
import { pathMarks } from "./network/path.js";
import { forward, strips } from "./network/strips.js";
import { units, weights } from "./network/units.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 * @typedef {import("./network/lane.js").Lane} Lane
 */

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @param {Lane} lane
 * @returns {any[]} marks
 */
export function networkMarks(run, view, strings, lane) {
  const cut = cutOf(run.loss.at, lengthOf(run), view.backward.mode, view.backward.window);
  return [
    ...(lane.detail === "units"
      ? [...weights(run, view, lane), ...units(run, view, lane)]
      : [...forward(view, lane), ...strips(run, view, lane)]),
    ...losses(run, view, lane),
    ...flow(run, view, lane),
    ...truncation(view, strings, lane, cut),
    ...names(view, lane),
  ];
}

/**
 * Where a loss sits: a mark above y_t.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
function losses(run, view, lane) {
  const shift = lane.detail === "units" ? 0.26 : 0;
  const at = run.loss.at.filter((/** @type {number} */ t) => lane.holds(t + shift));
  const apart = at.length > 1 ? (lane.step * (at[at.length - 1] - at[0])) / (at.length - 1) : Number.POSITIVE_INFINITY;
  const radius = clamp(apart * 0.3, 1.5, 6.5);
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

/**
 * What the rows of the lane are, beside the axis.
 * @param {View} view
 * @param {Lane} lane
 */
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
    font: `italic ${compact ? 12 : 15}px ${palette.serif}`,
    align: "right",
    clip: false,
    dx: -12,
  }));
}

/**
 * Of the wave and the pointer, over the picture.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
export function networkOverlay(run, view, lane) {
  const { palette } = view;
  const marks = pathMarks(run, view, lane);
  const half = stripWidth(lane) / 2 / lane.step;
  if (view.wave !== null) {
    const k = view.wave;
    const [low, high] = [lane.flow - lane.flowRoom / 2 - 3, lane.flow + lane.flowRoom / 2 + 3];
    marks.push({ mark: "rects", x0: [-0.6], x1: [k], y0: [low], y1: [high], fill: palette.veil });
    if (lane.detail !== "bands") {
      marks.push({
        mark: "rects",
        x0: [k - half],
        x1: [k + half],
        y0: [lane.h[0] - 2],
        y1: [lane.h[1] + 2],
        stroke: palette.accent,
        width: 2,
        radius: 3,
      });
    }
    marks.push({
      mark: "points",
      x: [k],
      y: [lane.flow],
      radius: 6,
      fill: palette.accent,
      stroke: palette.paper,
      width: 2,
      clip: false,
    });
    const norms = frobeniusNorms(run);
    const step = Math.round(k);
    const text = `‖∂h_{${run.jacobian_norms.of_step}}/∂h_{${step}}‖_F = ${shownNorm(norms[step])}`;
    const left = (k - lane.first) * lane.step < 150;
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
