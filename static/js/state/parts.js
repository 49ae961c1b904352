/**
 * Which parts of an answer are there, and which must be asked for.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("../contract.d.ts").RunAnswer} RunAnswer
 */

import { BACKWARD_PARAMETERS, BACKWARD_PARTS, HEAVY_PARTS } from "../facts.js";
import { SPECTRAL_NORMS } from "../figures/answer.js";
import { backwardOf, baseOf } from "./parameters.js";

const LONG = 120;

/**
 * @typedef {object} Known  An answer, or several merged, with what they answer.
 * @property {RunAnswer} run
 * @property {string} base
 * @property {Record<string, string>} backward  By part: the truncation and clipping it was computed for.
 */

/**
 * @param {RunAnswer} run
 * @param {string} part
 */
function has(run, part) {
  return part === SPECTRAL_NORMS ? Boolean(run.jacobian_norms?.log10_spectral) : part in run;
}

/**
 * The API's words for parts to ask for.
 * @param {string[]} parts
 * @returns {{ include: string[], norms: "both" | "frobenius" }}
 */
export function asked(parts) {
  const include = new Set(parts.map((part) => (part === SPECTRAL_NORMS ? "jacobian_norms" : part)));
  return { include: [...include], norms: parts.includes(SPECTRAL_NORMS) ? "both" : "frobenius" };
}

/**
 * @param {RunAnswer} run
 * @param {Parameters} parameters
 * @returns {Known}
 */
export function known(run, parameters) {
  const backward = Object.fromEntries(
    BACKWARD_PARTS.filter((part) => part in run).map((part) => [part, backwardOf(parameters)]),
  );
  return { run, base: baseOf(parameters), backward };
}

/**
 * The same picture, for as long as it takes: it answers another question now.
 * @param {Known | null} have
 * @returns {Known | null}
 */
export function outdated(have) {
  return have && { ...have, base: "" };
}

/**
 * The newer answer, with what an earlier answer to the same question still tells.
 * @param {Known | null} before
 * @param {RunAnswer} run
 * @param {Parameters} parameters
 * @returns {Known}
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
 * @param {string[]} [atRest]  Parts that are wanted when nothing moves.
 * @returns {{ now: string[], later: string[] }} The parts to ask for at once, and those that can wait until nothing moves.
 */
export function missing(have, parameters, wanted, length, derivable, atRest = []) {
  const parts = [...new Set([...wanted, ...atRest])];
  if (!have || have.base !== baseOf(parameters)) {
    const heavy = (/** @type {string} */ part) =>
      (length > LONG && HEAVY_PARTS.includes(part)) || !wanted.includes(part);
    return { now: parts.filter((part) => !heavy(part)), later: parts.filter(heavy) };
  }
  const current = backwardOf(parameters);
  const superseded = (/** @type {string} */ part) => {
    if (!BACKWARD_PARTS.includes(part) || !(part in have.run) || have.backward[part] === current) return false;
    return !(part === "loss_slice" ? sameSlice(have.backward[part], current) : derivable(part));
  };
  const absent = parts.filter((part) => !has(have.run, part));
  const light = absent.filter((part) => !HEAVY_PARTS.includes(part));
  // A slice of the loss in the old direction is worth keeping until the slider rests; a norm of the old gradient is not.
  const urgent = parts.filter((part) => part !== "loss_slice" && superseded(part));
  const patient = parts.filter((part) =>
    absent.includes(part) ? HEAVY_PARTS.includes(part) : part === "loss_slice" && superseded(part),
  );
  return { now: [...light, ...urgent], later: patient };
}

/**
 * Whether a slice of the loss holds for another threshold too: one factor for all parameters only moves the mark along the same line.
 * @param {string} then
 * @param {string} now  As `backwardOf` tells it.
 */
function sameSlice(then, now) {
  const [before, after] = [then, now].map((text) => {
    const values = JSON.parse(text);
    return Object.fromEntries(BACKWARD_PARAMETERS.map((name, i) => [name, values[i]]));
  });
  const same = ["truncation", "truncation_mode", "learning_rate", "clip_mode"].every(
    (name) => before[name] === after[name],
  );
  return same && after.clip_mode === "global_norm";
}
