/**
 * The setting of the cliff, and how its parameters go together.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("./url.js").Specifications} Specifications
 */

import { CLIFF_STORIES } from "../facts.js";
import { clamp } from "../math/scale.js";
import { parseQuery } from "./url.js";

/** What only the descents depend on. */
export const DESCENT = Object.freeze(["w_start", "b_start", "learning_rate", "clip_threshold", "descent_steps"]);

const REGION = Object.freeze(["w_minimum", "w_maximum", "b_minimum", "b_maximum"]);

/** The smallest and the largest region, in units of w or b. */
const [NARROWEST, WIDEST] = [0.02, 40];

/**
 * The story whose setting this is; null if none.
 * @param {Parameters} parameters
 * @param {Specifications} specifications
 */
export function cliffStoryOf(parameters, specifications) {
  const { parameters: defaults } = parseQuery("", specifications);
  const found = CLIFF_STORIES.find(({ parameters: its }) =>
    Object.keys(defaults).every((name) => parameters[name] === { ...defaults, ...its }[name]),
  );
  return found?.name ?? null;
}

/**
 * The start always lies on the surface.
 * @param {Parameters} parameters
 * @param {Parameters} change
 * @returns {Parameters}
 */
export function changedCliff(parameters, change) {
  const next = { ...parameters, ...change };
  for (const axis of ["w", "b"]) {
    next[`${axis}_start`] = clamp(
      Number(next[`${axis}_start`]),
      Number(next[`${axis}_minimum`]),
      Number(next[`${axis}_maximum`]),
    );
  }
  return next;
}

/**
 * The start after an arrow key: a hundredth of the region, or a tenth.
 * @param {Parameters} parameters
 * @param {number} right  Along b.
 * @param {number} up  Along w.
 * @param {boolean} far
 */
export function moved(parameters, right, up, far) {
  const step = far ? 0.1 : 0.01;
  const along = (/** @type {"w" | "b"} */ axis, /** @type {number} */ by) => {
    const [low, high] = [Number(parameters[`${axis}_minimum`]), Number(parameters[`${axis}_maximum`])];
    return clamp(Number(parameters[`${axis}_start`]) + by * step * (high - low), low, high);
  };
  return { w: along("w", up), b: along("b", right) };
}

/**
 * Another region around the start; null is that of the beginning.
 * @param {Parameters} parameters
 * @param {number | null} factor
 * @param {Specifications} specifications
 * @returns {Parameters} What changes.
 */
export function zoomed(parameters, factor, specifications) {
  if (factor === null) return Object.fromEntries(REGION.map((name) => [name, Number(specifications[name].default)]));
  /** @type {Parameters} */
  const change = {};
  for (const axis of ["w", "b"]) {
    const [low, high] = [Number(parameters[`${axis}_minimum`]), Number(parameters[`${axis}_maximum`])];
    const centre = Number(parameters[`${axis}_start`]);
    const span = clamp((high - low) * factor, NARROWEST, WIDEST);
    // The start keeps its place in the picture.
    const from = centre - ((centre - low) / (high - low)) * span;
    change[`${axis}_minimum`] = Number(from.toFixed(5));
    change[`${axis}_maximum`] = Number((from + span).toFixed(5));
  }
  return change;
}
