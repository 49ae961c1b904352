/** Numbers to colours, through perceptually uniform maps with a fixed middle. */

import { COLOUR_MAPS } from "./colour-maps.js";
import { clamp } from "./scale.js";

/** @typedef {keyof typeof COLOUR_MAPS} ColourMap */
/** @typedef {{ state: ColourMap, adjoint: ColourMap, norm: ColourMap }} ColourMaps */

/** Per theme: states around 0, signed gradients around 0, norms around 1. @type {Record<string, ColourMaps>} */
export const MAPS_OF_THEME = Object.freeze({
  light: { state: "broc", adjoint: "bam", norm: "vik" },
  dark: { state: "lisbon", adjoint: "vanimo", norm: "berlin" },
});

/** The part of a map that is used: both ends of the state maps are nearly black (or white), so that their hue couldn't be told. */
const USED = /** @type {Partial<Record<ColourMap, number>>} */ ({ broc: 0.8, lisbon: 0.8, bam: 0.9, vanimo: 0.9 });

/** The log10 of a norm from whose colour no darker one exists, on both sides of norm 1. */
export const NORM_SPAN = 8;

/** log10 of the smallest and the largest |∂L/∂h| that have colours of their own. */
export const ADJOINT_RANGE = Object.freeze([-8, 4]);

/** @type {Map<string, Uint32Array>} */
const tables = new Map();

/**
 * The 256 colours of a map as little-endian RGBA words, for ImageData.
 * @param {ColourMap} name
 */
export function table(name) {
  const known = tables.get(name);
  if (known) return known;
  const bytes = atob(COLOUR_MAPS[name]);
  const used = USED[name] ?? 1;
  const words = Uint32Array.from({ length: 256 }, (_, index) => {
    const row = Math.round(127.5 + used * (index - 127.5));
    const [red, green, blue] = [0, 1, 2].map((channel) => bytes.charCodeAt(3 * row + channel));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
  tables.set(name, words);
  return words;
}

/**
 * The colour of a value in [−1, 1].
 * @param {ColourMap} name
 * @param {number} value
 */
export function css(name, value) {
  const word = table(name)[index(value)];
  return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
}

/**
 * Pixels of values in [−1, 1]; NaN is transparent.
 * @param {ColourMap} name
 * @param {number} count
 * @param {(index: number) => number} valueAt
 */
export function pixels(name, count, valueAt) {
  const colours = table(name);
  const result = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) {
    const value = valueAt(i);
    if (!Number.isNaN(value)) result[i] = colours[index(value)];
  }
  return result;
}

/** @param {number} value */
function index(value) {
  return Math.round(clamp(127.5 * (value + 1), 0, 255));
}

/** Values beyond this are coloured by their logarithm, or an exploding run would have one coloured step. */
const LARGEST_LINEAR = 20;

/**
 * Where values lie on a colour scale from −bound to bound: evenly, or by log(1 + |value|) if the bound is large.
 * @param {number} bound
 * @returns {(value: number) => number}
 */
export function shadeWithin(bound) {
  if (bound <= LARGEST_LINEAR) return (value) => value / bound;
  const span = Math.log1p(bound);
  return (value) => (Math.sign(value) * Math.log1p(Math.abs(value))) / span;
}

/**
 * Where a norm lies on its colour scale: −1 at 10^−NORM_SPAN, 0 at norm 1, 1 at 10^NORM_SPAN. An exact zero is −1.
 * @param {number} log10
 */
export function normShade(log10) {
  return clamp(log10 / NORM_SPAN, -1, 1);
}

/**
 * Where a signed gradient lies on its colour scale: sign times how far log10 of its size is into ADJOINT_RANGE.
 * @param {number} sign
 * @param {number} log10
 */
export function adjointShade(sign, log10) {
  const [low, high] = ADJOINT_RANGE;
  return sign === 0 ? 0 : Math.sign(sign) * clamp((log10 - low) / (high - low), 0, 1);
}
