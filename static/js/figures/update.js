/** From the full gradient to the one that is used: cut by truncation, then scaled by clipping. By K and c as the controls stand now. */

import { clipByNorm } from "../math/clipping.js";
import { euclideanNorm } from "../math/euclidean-norm.js";
import { lengthOf } from "./answer.js";

/**
 * @typedef {object} Update
 * @property {number} full  Norm over all parameters.
 * @property {number} truncated
 * @property {number} clipped
 * @property {Record<string, number>} factors
 * @property {number} angle  Radians, clipped to truncated.
 */

/**
 * Whether the numbers of now follow from this answer without asking again.
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 */
export function updateDerivable(run, backward) {
  return backward.clipMode !== "value" && truncatedNorms(run, backward) !== null;
}

/**
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 * @returns {Update | null} null where only the server knows.
 */
export function updateNow(run, backward) {
  const { full, clipped } = run.gradients;
  if (isAsAnswered(run, backward)) {
    return {
      full: full.norm,
      truncated: clipped.norm_before,
      clipped: clipped.norm,
      factors: clipped.factors ?? {},
      angle: clipped.angle ?? 0,
    };
  }
  const norms = backward.clipMode === "value" ? null : truncatedNorms(run, backward);
  if (!norms) return null;
  const now = clipByNorm(norms, /** @type {"global_norm" | "per_parameter"} */ (backward.clipMode), backward.threshold);
  return { full: full.norm, truncated: now.before, clipped: now.after, factors: now.factors, angle: now.angle };
}

/**
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 */
function isAsAnswered(run, backward) {
  const { truncated, clipped } = run.gradients;
  return (
    sameWindow(run, backward, truncated) &&
    clipped.mode === backward.clipMode &&
    Math.abs(clipped.threshold - backward.threshold) <= 1e-12 * backward.threshold
  );
}

/**
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 * @param {{ length: number, mode: string }} truncated
 */
function sameWindow(run, backward, truncated) {
  const [now, then] = [backward.window ?? lengthOf(run), truncated.length];
  return now === then && (now >= lengthOf(run) || truncated.mode === backward.mode);
}

/**
 * Norms of the truncated gradient, by parameter.
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 * @returns {Record<string, number> | null}
 */
function truncatedNorms(run, backward) {
  const { full, truncated } = run.gradients;
  if (backward.window === null || backward.window >= lengthOf(run)) return normsOf(full.parameters);
  if (sameWindow(run, backward, truncated)) return normsOf(truncated.parameters);
  const everyWindow = run.gradient_by_lag?.truncated?.parameter_norms;
  if (backward.mode !== "sliding" || !everyWindow) return null;
  const row = backward.window - 1;
  return Object.fromEntries(
    Object.entries(everyWindow).map(([name, tensor]) => [name, /** @type {any} */ (tensor).values[row]]),
  );
}

/** @param {Record<string, import("./answer.js").Tensor>} parameters */
function normsOf(parameters) {
  return Object.fromEntries(Object.entries(parameters).map(([name, { values }]) => [name, euclideanNorm(values)]));
}
