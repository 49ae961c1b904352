/** Strips of cells, or bands where steps are narrow: x_t, h_t and y_t by value, with the thin grey arrows of the forward pass. */

import { pixels, shadeWithin } from "../../math/colour.js";
import { clamp } from "../../math/scale.js";
import { columnsOf, largest, lengthOf } from "../answer.js";
import { stateBound } from "../states.js";
import { stripWidth, whole } from "./lane.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("./lane.js").Lane} Lane
 */

/**
 * Strips (or bands) of cells for x, h and y.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
export function strips(run, view, lane) {
  const T = lengthOf(run);
  const { maps, palette } = view;
  const h = run.states.h;
  const H = columnsOf(h);
  const fill = lane.detail === "bands" ? 1 : stripWidth(lane) / lane.step;
  const outline = lane.detail === "bands" ? undefined : palette.rule;
  const cells = (/** @type {any} */ tensor, /** @type {number} */ steps, /** @type {number} */ bound) => {
    const rows = columnsOf(tensor);
    const shade = shadeWithin(bound);
    return {
      width: steps,
      height: rows,
      pixels: pixels(maps.state, steps * rows, (i) => shade(tensor.values[(i % steps) * rows + Math.floor(i / steps)])),
    };
  };
  const marks = [{ mark: "image", ...cells(h, T + 1, stateBound(run)), x: [-0.5, T + 0.5], y: lane.h, fill, outline }];
  if (H * (lane.detail === "bands" ? 99 : 1) <= (lane.h[1] - lane.h[0]) / 5) marks.push(cellRules(view, lane, H, fill));
  for (const [tensor, where] of [
    [run.sequence.x, lane.x],
    [run.states.y, lane.y],
  ]) {
    if (run.sequence.symbols) marks.push(...symbols(run, view, lane, tensor, where));
    else
      marks.push({
        mark: "image",
        ...cells(tensor, T, largest(tensor) || 1),
        x: [0.5, T + 0.5],
        y: where,
        fill,
        outline,
      });
  }
  return marks;
}

/**
 * Lines between the cells of a strip.
 * @param {View} view
 * @param {Lane} lane
 * @param {number} H
 * @param {number} fill
 */
function cellRules(view, lane, H, fill) {
  const steps = whole(lane.first, lane.last);
  const heights = whole(1, H - 1).map((unit) => lane.h[0] + ((lane.h[1] - lane.h[0]) * unit) / H);
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
 * The thin grey arrows of the forward pass.
 * @param {View} view
 * @param {Lane} lane
 */
export function forward(view, lane) {
  const { palette } = view;
  const middle = (lane.h[0] + lane.h[1]) / 2;
  if (lane.detail === "bands") return [];
  const steps = whole(Math.max(1, lane.first), lane.last);
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

/**
 * The character of each step: what is read, and what is thought most likely to come next.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 * @param {import("../answer.js").Tensor} tensor
 * @param {[number, number]} where
 * @returns {any[]}
 */
export function symbols(run, view, lane, tensor, where) {
  if (lane.detail === "bands") return [];
  const columns = columnsOf(tensor);
  const steps = whole(Math.max(1, lane.first), lane.last);
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
