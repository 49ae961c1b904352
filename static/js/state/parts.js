/**
 * Which parts of an answer are there, and which must be asked for.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 */

import { backwardOf, baseOf } from "./parameters.js";

/** Parts that depend on truncation and clipping. */
const BACKWARD_PARTS = new Set(["gradients", "loss_slice"]);

/** Parts that cost much more than the rest of a long run; they are asked for once the rest is drawn. */
const HEAVY_PARTS = new Set(["flow_matrix", "contributions", "loss_slice", "lyapunov_exponents"]);
const LONG = 120;

/**
 * @typedef {object} Known  An answer, or several merged, with what they answer.
 * @property {any} run
 * @property {string} base
 * @property {Record<string, string>} backward  By part: the truncation and clipping it was computed for.
 */

/** @param {any} run @param {Parameters} parameters @returns {Known} */
export function known(run, parameters) {
  const backward = Object.fromEntries(
    [...BACKWARD_PARTS].filter((part) => part in run).map((part) => [part, backwardOf(parameters)]),
  );
  return { run, base: baseOf(parameters), backward };
}

/**
 * The newer answer, with what an earlier answer to the same question still tells.
 * @param {Known | null} before @param {any} run @param {Parameters} parameters @returns {Known}
 */
export function merged(before, run, parameters) {
  const fresh = known(run, parameters);
  if (!before || before.base !== fresh.base) return fresh;
  return { run: { ...before.run, ...run }, base: fresh.base, backward: { ...before.backward, ...fresh.backward } };
}

/**
 * @param {Known | null} have
 * @param {Parameters} parameters
 * @param {string[]} wanted  Parts that the figures in view draw.
 * @param {number} length  T, as far as known.
 * @param {(part: string) => boolean} derivable  Whether the page computes this part for the present truncation and clipping by itself.
 * @returns {string[]} The parts to ask for now; empty if nothing is missing.
 */
export function missing(have, parameters, wanted, length, derivable) {
  const stale = !have || have.base !== baseOf(parameters);
  const now = backwardOf(parameters);
  const lacking = [...new Set(wanted)].filter(
    (part) =>
      stale || !(part in have.run) || (BACKWARD_PARTS.has(part) && have.backward[part] !== now && !derivable(part)),
  );
  const light = lacking.filter((part) => length <= LONG || !HEAVY_PARTS.has(part));
  return light.length > 0 ? light : lacking;
}
