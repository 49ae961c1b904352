/** The verdict in words: the sentences on the page, and what a screen reader says. */

import { fixed, number, percent, plain, scientificOf, subscript } from "../math/format.js";
import { lengthOf } from "./answer.js";

/** @typedef {import("./answer.js").Strings} Strings */

/** Beyond these, log10 of a size is said in scientific notation only. */
const [LEAST, GREATEST] = [-6, 6];
/** Below this, a size is said as a fraction: about 1/40,000. */
const LEAST_DECIMAL = -1;
/** From this share on, what a step keeps is said in percent. */
const LEAST_PERCENT = 0.01;
/** A half-life or doubling time shorter than a step says nothing that the factor per step doesn't. */
const LEAST_TIME = 1 - 1e-9;
/** Per step, a derivative's share below this is 1 but for rounding, as in a linear network. */
const ROUNDING = 1e-9;
/** log10 of the factor above which the curve's peak is one, and the share of its rise that a curve loses if it has come down; the server's BAND and SHARE_OF_RISE. */
const [PEAK, SHARE_OF_RISE] = [Math.log10(3), 0.25];

/**
 * @param {any} run
 * @param {Strings} strings
 * @returns {{ kind: string, title: string, sentences: string[] }}
 */
export function verdictWords(run, strings) {
  const { verdict } = run;
  const title = verdictTitle(run, strings);
  if (run.divergence) return { kind: "diverged", title, sentences: diverged(run, strings) };
  const sentences = [
    arrival(run, strings),
    onAverage(verdict, strings),
    longRun(verdict, strings),
    cause(run, strings),
    shares(verdict, strings),
    directPath(run, strings),
  ];
  return { kind: verdict.kind, title, sentences: sentences.filter((sentence) => sentence !== "") };
}

/**
 * The verdict in a word or two.
 * @param {any} run
 * @param {Strings} strings
 */
export function verdictTitle({ verdict, divergence }, strings) {
  return strings(`verdict.title.${divergence ? "diverged" : formOf(verdict)}`);
}

/** The kind; of a transient, which: one that has not come down yet, or one that fades and comes back. @param {any} verdict */
function formOf(verdict) {
  if (verdict.kind !== "transient") return verdict.kind;
  if (verdict.peak.log10_gain <= PEAK) return "recovering";
  const peak = verdict.peak.log10_gain;
  const fallen = peak - verdict.log10_gain_h0;
  return fallen <= Math.max(PEAK, SHARE_OF_RISE * peak) ? "growing" : "transient";
}

/**
 * How large a small change in h_0 is when it arrives.
 * @param {any} run
 * @param {Strings} strings
 */
function arrival(run, strings) {
  const { verdict } = run;
  const of = run.jacobian_norms?.of_step ?? lengthOf(run);
  const names = { start: `h${subscript(0)}`, end: `h${subscript(of)}` };
  if (verdict.exactly_zero_from_lag !== null)
    return strings("verdict.zero", { ...names, lag: verdict.exactly_zero_from_lag });
  const values = {
    ...names,
    steps: of,
    size: sizeWords(verdict.log10_gain_h0, strings),
    most: short(verdict.log10_spectral_h0),
  };
  const form = formOf(verdict);
  if (form !== "transient" && form !== "recovering") return strings(`verdict.arrival.${form}`, values);
  const { lag, log10_gain } = form === "transient" ? verdict.peak : verdict.trough;
  const there = { lag, middle: `h${subscript(of - lag)}`, extreme: sizeWords(log10_gain, strings) };
  return strings(`verdict.arrival.${form}`, { ...values, ...there });
}

/**
 * A size beside that of the change itself.
 * @param {number} log10
 * @param {Strings} strings
 */
function sizeWords(log10, strings) {
  if (log10 < LEAST) return strings("verdict.size.share", { size: scientificOf(log10) });
  if (log10 < LEAST_DECIMAL)
    return strings("verdict.size.fraction", {
      count: Number((10 ** -log10).toPrecision(2)),
      size: log10 < -2 ? scientificOf(log10) : number(10 ** log10, 2),
    });
  if (10 ** log10 < 0.995) return strings("verdict.size.share", { size: number(10 ** log10, 2) });
  if (log10 < GREATEST) return strings("verdict.size.times", { size: plainTimes(log10) });
  return strings("verdict.size.times", { size: scientificOf(log10) });
}

/** Two digits, or three from 100 on. @param {number} log10 */
function plainTimes(log10) {
  const times = 10 ** log10;
  return times < 100 ? number(times, 2) : Number(times.toPrecision(3));
}

/** A size without words. @param {number} log10 */
function short(log10) {
  return log10 < -2 || log10 >= GREATEST ? scientificOf(log10) : plainTimes(log10);
}

/**
 * A factor of any size, with enough digits to tell it from 1.
 * @param {number} log10
 * @param {number} [digits]
 */
function factor(log10, digits = 3) {
  if (log10 < -2 || log10 >= GREATEST) return scientificOf(log10, digits);
  const distance = Math.abs(10 ** log10 - 1);
  return distance >= 0.00005 && distance < 0.005 ? fixed(10 ** log10, 4) : number(10 ** log10, digits);
}

/**
 * What a step back does, on average and in the tail.
 * @param {any} verdict
 * @param {Strings} strings
 */
function onAverage(verdict, strings) {
  const { kind, pieces, slope_log10_per_step: slope, half_life: half, doubling_time: double } = verdict;
  if (kind === "too_short" || slope === null) return "";
  const tail = `×\u00a0${factor(pieces[pieces.length - 1].slope_log10_per_step, 2)}`;
  const form = formOf(verdict);
  const comesBack = form === "transient" || form === "recovering";
  const more = [];
  if (!comesBack && pieces.length > 1 && verdict.exactly_zero_from_lag === null)
    more.push(strings("verdict.step.tail", { factor: tail }));
  if (half >= LEAST_TIME) more.push(strings("verdict.half_life", { steps: number(half, 2) }));
  if (double >= LEAST_TIME) more.push(strings("verdict.doubling_time", { steps: number(double, 2) }));
  return (
    (comesBack ? strings("verdict.step.in_tail", { factor: tail }) : stepWords(slope, strings)) +
    (more.length > 0 ? strings("verdict.step.more", { list: more.join(", ") }) : "") +
    strings("verdict.stop")
  );
}

/**
 * @param {number} slope
 * @param {Strings} strings
 */
function stepWords(slope, strings) {
  const times = 10 ** slope;
  return times >= LEAST_PERCENT && times < 0.995
    ? strings("verdict.step.keeps", { percent: percent(times) })
    : strings("verdict.step.multiplies", { factor: factor(slope) });
}

/**
 * What is known of a linear network, where the curve doesn't show it.
 * @param {any} verdict
 * @param {Strings} strings
 */
function longRun(verdict, strings) {
  const { long_run: run, spectral_radius: radius } = verdict;
  const shown = /** @type {Record<string, string>} */ ({ vanishing: "fades", transient: "fades", exploding: "grows" })[
    formOf(verdict)
  ];
  return run === null || run === shown ? "" : strings(`verdict.long_run.${run}`, { radius: plain(radius) });
}

/**
 * Nothing is said of a cell whose Jacobian isn't f′ times W.
 * @param {any} run
 * @param {Strings} strings
 */
function cause({ verdict, parameters }, strings) {
  if (verdict.cause === "none" || verdict.cause === null) return "";
  const values = { f: strings(`choice.activation.${parameters.activation}`), step: verdict.zero?.step };
  if (verdict.zero?.factor) return strings(`verdict.cause.zero.${verdict.zero.factor}`, values);
  const how = verdict.derivative_is ? `.${verdict.derivative_is}` : "";
  return strings(`verdict.cause.${verdict.cause}${how}`, values);
}

/**
 * The exact split, as factors a step, and what W says.
 * @param {any} verdict
 * @param {Strings} strings
 */
function shares(verdict, strings) {
  const { split, spectral_radius: radius, sigma_max: sigma } = verdict;
  if (radius === null) return "";
  const values = { radius: ofW(radius), sigma: ofW(sigma) };
  if (split === null || split.steps === 0 || Math.abs(split.log10_derivative) < ROUNDING * split.steps)
    return strings("verdict.of_w", values);
  const [derivative, weights] = [split.log10_derivative / split.steps, split.log10_weights / split.steps];
  return strings("verdict.shares", {
    ...values,
    derivative: factor(derivative),
    weights: factor(weights),
    product: factor(derivative + weights),
  });
}

/**
 * What a leaky unit keeps of its own state, past W.
 * @param {any} run
 * @param {Strings} strings
 */
function directPath({ parameters }, strings) {
  const leak = parameters.leak ?? 1;
  return leak === 1 ? "" : strings("verdict.direct_path", { keeps: plain(1 - leak) });
}

/** @param {number} value */
function ofW(value) {
  return value < 100 ? fixed(value, 2) : number(value, 3);
}

/**
 * @param {any} run
 * @param {Strings} strings
 */
function diverged(run, strings) {
  const { step, quantity } = run.divergence;
  return [
    strings("verdict.diverged.where", { step, quantity: strings(`verdict.diverged.${quantity}`) }),
    strings("verdict.diverged.what"),
  ];
}
