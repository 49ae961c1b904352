/** Runs side by side: in what they differ, and what came out of each. */

import { number, norm as shownNorm } from "../math/format.js";
import { verdictTitle } from "./verdict.js";

export const MOST_PINS = 3;

/** @typedef {Record<string, string | number | null>} Parameters */

/**
 * What a link holds of a run: the parameters that aren't at their default, in the order of the form.
 * @param {Parameters} parameters
 * @param {Record<string, any>} specifications
 */
export function pinOf(parameters, specifications) {
  const search = new URLSearchParams();
  for (const [name, { default: fallback = null }] of Object.entries(specifications)) {
    const value = parameters[name] ?? null;
    if (value !== null && value !== fallback && !Array.isArray(fallback) && name !== "arrays")
      search.set(name, String(value));
  }
  return search.toString();
}

/**
 * The names of the parameters that aren't the same in all of them.
 * @param {Parameters[]} runs
 * @param {Record<string, any>} specifications
 */
export function differing(runs, specifications) {
  return Object.keys(specifications).filter((name) => {
    if (name === "include" || name === "arrays") return false;
    const values = runs.map((parameters) => parameters[name] ?? null);
    return values.some((value) => value !== values[0]);
  });
}

/**
 * In words and numbers, by column.
 * @param {any} run
 * @param {import("./answer.js").Strings} strings
 * @returns {{ verdict: string, factor: string, reach: string, norm: string, loss: string }}
 */
export function outcome(run, strings) {
  const { verdict, divergence, gradients, loss } = run;
  return {
    verdict: verdictTitle(run, strings).replace(/[.]$/, ""),
    factor: divergence ? "–" : `× ${number(verdict.factor_per_step)}`,
    reach: divergence ? "–" : shownNorm(verdict.log10_gain_h0 ?? Number.NEGATIVE_INFINITY),
    norm: gradients ? number(gradients.full.norm) : "–",
    loss: number(loss.total),
  };
}
