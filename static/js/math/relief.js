/** A surface as it would look from above, lit from one side, with lines of equal height: pixel by pixel. */

import { clamp } from "./scale.js";

/**
 * @typedef {object} Surface  A regular grid over [0, 1] × [0, 1]; row 0 is at the bottom.
 * @property {ArrayLike<number>} heights
 * @property {ArrayLike<number>} slopeX
 * @property {ArrayLike<number>} slopeY
 *   Each rows × columns, row-major; slopes as the light takes them.
 * @property {number} rows
 * @property {number} columns
 */

/** Where the light comes from: the upper left, not too high. */
const LIGHT = normalised([-0.55, 0.6, 0.75]);

/**
 * @param {Surface} surface
 * @param {number} width
 * @param {number} height  Pixels.
 * @param {{ colours: Uint32Array, place: (value: number) => number, level: (value: number) => number }} look
 *   colours: 256 words; place: 0..1 along them; level: lines stand where its whole part changes.
 * @returns {Uint32Array} RGBA, the top row first.
 */
export function relief({ heights, slopeX, slopeY, rows, columns }, width, height, { colours, place, level }) {
  const pixels = new Uint32Array(width * height);
  const across = places(width, columns);
  const up = places(height, rows);
  let above = new Int32Array(width);
  let levels = new Int32Array(width);
  const flat = LIGHT[2];
  for (let y = 0; y < height; y += 1) {
    const { from: row, share: v } = up[height - 1 - y];
    const low = row * columns;
    const high = Math.min(rows - 1, row + 1) * columns;
    [above, levels] = [levels, above];
    for (let x = 0; x < width; x += 1) {
      const { from: left, share: u } = across[x];
      const right = Math.min(columns - 1, left + 1);
      const [a, b, c, d] = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
      const value =
        a * heights[low + left] + b * heights[low + right] + c * heights[high + left] + d * heights[high + right];
      if (!Number.isFinite(value)) continue;
      const sx = a * slopeX[low + left] + b * slopeX[low + right] + c * slopeX[high + left] + d * slopeX[high + right];
      const sy = a * slopeY[low + left] + b * slopeY[low + right] + c * slopeY[high + left] + d * slopeY[high + right];
      // The normal of z = h(x, y) is (−h_x, −h_y, 1).
      const light = (-sx * LIGHT[0] - sy * LIGHT[1] + LIGHT[2]) / Math.sqrt(sx * sx + sy * sy + 1);
      levels[x] = Math.floor(level(value));
      const line = (x > 0 && levels[x] !== levels[x - 1]) || (y > 0 && levels[x] !== above[x]);
      const shade = clamp(0.62 + 0.38 * (light / flat), 0.34, 1.16) * (line ? 0.74 : 1);
      pixels[y * width + x] = shaded(colours[Math.round(255 * clamp(place(value), 0, 1))], shade);
    }
  }
  return pixels;
}

/**
 * For each pixel the grid point before it, and how far it is from there to the next.
 * @param {number} pixels
 * @param {number} points
 */
function places(pixels, points) {
  return Array.from({ length: pixels }, (_, i) => {
    const at = clamp(((i + 0.5) / pixels) * (points - 1), 0, points - 1);
    const from = Math.min(points - 1, Math.floor(at));
    return { from, share: at - from };
  });
}

/**
 * @param {number} word
 * @param {number} factor
 */
function shaded(word, factor) {
  const red = Math.min(255, (word & 255) * factor);
  const green = Math.min(255, ((word >> 8) & 255) * factor);
  const blue = Math.min(255, ((word >> 16) & 255) * factor);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {number[]} vector */
function normalised(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
