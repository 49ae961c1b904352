/** Axes in pixels, round numbers for their ticks. */

/**
 * @typedef {object} Axis  One axis of a panel in pixels.
 * @property {(value: number) => number} pixel
 * @property {(pixel: number) => number} value
 * @property {number} start  Left or top edge, in pixels.
 * @property {number} length  In pixels.
 */

/**
 * Where Plotly puts an axis, computed from the layout alone: fixed margins, and domains as fractions of the rest.
 * @param {any} layout  A Plotly layout with `margin`, `width`, `height` and ranges.
 * @param {string} name  "x", "x2", "y", …
 * @returns {Axis}
 */
export function axisOf(layout, name) {
  const { margin } = layout;
  const axis = layout[`${name[0]}axis${name.slice(1)}`];
  const [from, to] = axis.domain ?? [0, 1];
  const [low, high] = axis.range;
  const horizontal = name[0] === "x";
  const room = horizontal ? layout.width - margin.l - margin.r : layout.height - margin.t - margin.b;
  const length = (to - from) * room;
  const start = horizontal ? margin.l + from * room : margin.t + (1 - to) * room;
  const perUnit = length / (high - low);
  if (horizontal) {
    return {
      start,
      length,
      pixel: (value) => start + (value - low) * perUnit,
      value: (pixel) => low + (pixel - start) / perUnit,
    };
  }
  return {
    start,
    length,
    pixel: (value) => start + length - (value - low) * perUnit,
    value: (pixel) => low + (start + length - pixel) / perUnit,
  };
}

/**
 * A step of 1, 2 or 5 times a power of ten that makes at most `count` ticks.
 * @param {number} span
 * @param {number} count
 */
export function niceStep(span, count) {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * Round numbers within [low, high].
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @param {number} [least]  The smallest step allowed.
 */
export function ticks(low, high, count, least = 0) {
  const step = Math.max(least, niceStep(high - low, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step;
    return Number(value.toPrecision(12));
  });
}

/**
 * The smallest round bound at or beyond a value, from a coarse ladder, so that an axis stands still while its curve moves a little.
 * @param {number} value  ≥ 0
 */
export function roundBound(value) {
  const ladder = [1, 2, 4, 6, 8, 12, 16, 24, 32, 40, 50, 60, 80, 100];
  if (value <= 100) return ladder.find((bound) => bound >= value - 1e-9) ?? 100;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value - 1e-9) ?? 10) * power;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
