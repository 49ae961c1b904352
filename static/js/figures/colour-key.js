/** What the colours of a figure mean: a bar with numbers, to the right of a panel. */

import { NORM_SPAN, pixels } from "../math/colour.js";
import { powerOfTen } from "../math/format.js";
import { axisOf } from "../math/scale.js";

const ROWS = 64;

/** Labels of the scale of norms: places in [−1, 1] and what stands there. @type {[number, string][]} */
export const NORM_LABELS = [-1, -0.5, 0, 0.5, 1].map((place) => [
  place,
  place === 0 ? "1" : powerOfTen(place * NORM_SPAN),
]);

/**
 * @param {import("./answer.js").View} view
 * @param {any} layout
 * @param {string} yaxis
 * @param {import("../math/colour.js").ColourMap} map
 * @param {[number, string][]} labels  Places in [−1, 1].
 * @param {number} [tallest]  Pixels.
 * @returns {any[]} marks
 */
export function colourKey(view, layout, yaxis, map, labels, tallest = 128) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, yaxis);
  const height = Math.min(y.length, tallest);
  const bottom = y.start + (y.length + height) / 2;
  const at = (/** @type {number} */ place) => y.value(bottom - ((place + 1) / 2) * height);
  const [x0, x1] = [x.value(x.start + x.length + 14), x.value(x.start + x.length + 23)];
  const bar = { yaxis, clip: false, x: [x0, x1], y: [at(-1), at(1)] };
  return [
    { mark: "image", ...bar, width: 1, height: ROWS, pixels: pixels(map, ROWS, (row) => 1 - (2 * row + 1) / ROWS) },
    { mark: "rects", yaxis, clip: false, x0: [x0], x1: [x1], y0: [at(-1)], y1: [at(1)], stroke: view.palette.rule },
    {
      mark: "text",
      yaxis,
      clip: false,
      x: labels.map(() => x1),
      y: labels.map(([place]) => at(place)),
      text: labels.map(([, text]) => text),
      fill: view.palette.muted,
      font: `400 10.5px ${view.palette.sans}`,
      align: "left",
      dx: 6,
    },
  ];
}
