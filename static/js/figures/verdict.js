/** The verdict in words. The same sentence is on the page and in the ear of a screen reader. */

import { fixed, number, percent, norm as shownNorm, subscript } from "../math/format.js";
import { lengthOf } from "./answer.js";

/**
 * @param {any} run @param {import("./answer.js").Strings} strings
 * @returns {{ kind: string, title: string, sentences: string[] }}
 */
export function verdictWords(run, strings) {
  const { verdict } = run;
  if (run.divergence) return diverged(run, strings);
  const sentences = [factorSentence(verdict, strings), reach(run, strings), cause(verdict, strings)];
  return {
    kind: verdict.kind,
    title: strings(`verdict.${verdict.kind}.title`),
    sentences: sentences.filter((sentence) => sentence !== ""),
  };
}

/** What a step back does to the gradient. @param {any} verdict @param {import("./answer.js").Strings} strings */
function factorSentence(verdict, strings) {
  const lag = verdict.exactly_zero_from_lag;
  if (lag !== null && lag !== undefined) return strings("verdict.zero", { lag });
  if (verdict.factor_per_step === null) return "";
  return strings(`verdict.${verdict.kind}.factor`, factorWords(verdict.factor_per_step));
}

/** @param {number} factor */
function factorWords(factor) {
  return { percent: percent(factor), factor: number(factor, 3) };
}

/** How large a change in h_0 arrives. @param {any} run @param {import("./answer.js").Strings} strings */
function reach(run, strings) {
  const { verdict } = run;
  const zero = (run.jacobian_norms?.exact_zero ?? []).includes(0);
  const size = zero ? "0" : shownNorm(verdict.log10_norm_h0);
  const time =
    verdict.half_life !== null && verdict.half_life !== undefined
      ? strings("verdict.half_life", { steps: fixed(verdict.half_life, 1) })
      : verdict.doubling_time !== null && verdict.doubling_time !== undefined
        ? strings("verdict.doubling_time", { steps: fixed(verdict.doubling_time, 1) })
        : "";
  const of = run.jacobian_norms?.of_step ?? lengthOf(run);
  return (
    strings("verdict.reach", { start: `h${subscript(0)}`, end: `h${subscript(of)}`, size }) +
    (time && verdict.kind !== "stable" ? ` (${time})` : "") +
    strings("verdict.stop")
  );
}

/** @param {any} verdict @param {import("./answer.js").Strings} strings */
function cause(verdict, strings) {
  const values = {
    mean: fixed(verdict.mean_derivative, 2),
    radius: fixed(verdict.spectral_radius, 2),
    sigma: fixed(verdict.sigma_max, 2),
  };
  return strings(`verdict.cause.${verdict.cause ?? "none"}`, values);
}

/** @param {any} run @param {import("./answer.js").Strings} strings */
function diverged(run, strings) {
  const { step, quantity } = run.divergence;
  return {
    kind: "diverged",
    title: strings("verdict.diverged.title"),
    sentences: [
      strings("verdict.diverged.where", { step, quantity: strings(`verdict.diverged.${quantity}`) }),
      strings("verdict.diverged.what"),
    ],
  };
}
