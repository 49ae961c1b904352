/** log10 ‖∂h_T/∂h_k‖ over k, Frobenius and (switched on) spectral, between the lines of ρ and σ_max, with the ends of floating point. */

import { number, powerOfTen, norm as shownNorm } from "../math/format.js";
import { roundBound, ticks } from "../math/scale.js";
import { frobeniusNorms, spectralNorms } from "./answer.js";
import { whole } from "./network/lane.js";

/** log10 of the smallest normal numbers and of the largest ones. */
const ENDS = /** @type {[string, number][]} */ ([
  ["float32", -37.9],
  ["float64", -307.7],
  ["float32", 38.5],
  ["float64", 308.3],
]);

/**
 * Range of the vertical axis, in coarse steps, so that it rests while the curve moves a little.
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @returns {[number, number]}
 */
export function normRange(run, view) {
  let low = -2;
  let high = 1;
  const widen = (/** @type {ArrayLike<number>} */ values) => {
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  };
  widen(frobeniusNorms(run));
  const of = run.jacobian_norms.of_step;
  for (const ghost of view.ghosts) widen(ghost.log10.subarray(Math.max(0, ghost.of - of)));
  const [below, above] = [roundBound(-low), roundBound(high)];
  const pad = 0.06 * (below + above);
  return [-below - pad, above + pad];
}

/** @param {[number, number]} range */
export function normTicks(range) {
  const values = ticks(range[0], range[1], 5, 1);
  return { tickvals: values, ticktext: values.map((value) => (value === 0 ? "1" : powerOfTen(value, 0))) };
}

/**
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {import("./answer.js").Strings} strings
 * @param {string} yaxis
 * @returns {any[]} marks
 */
export function normMarks(run, view, strings, yaxis) {
  const { palette } = view;
  const of = run.jacobian_norms.of_step;
  const steps = whole(0, of);
  const [low, high] = normRange(run, view);
  const marks = /** @type {any[]} */ ([]);
  const level = (/** @type {number} */ value, /** @type {string} */ stroke, /** @type {number[] | undefined} */ dash) =>
    marks.push({ mark: "line", yaxis, x: [-1e6, 1e6], y: [value, value], stroke, width: 1, dash });
  level(0, palette.muted, undefined);
  for (const [name, value] of ENDS) {
    if (value <= low || value >= high) continue;
    level(value, palette.second, [2, 3]);
    marks.push({
      mark: "text",
      yaxis,
      edge: "right",
      y: [value],
      text: [strings(value < 0 ? "norms.floor" : "norms.ceiling", { type: name })],
      fill: palette.second,
      font: `500 10.5px ${palette.sans}`,
      align: "right",
      dx: -6,
      dy: value < 0 ? 9 : -9,
      halo: palette.paper,
    });
  }
  for (const bound of bounds(run)) {
    if (Number.isFinite(bound.slope)) {
      marks.push({
        mark: "line",
        yaxis,
        x: [0, of],
        y: [bound.slope * of, 0],
        stroke: palette.muted,
        width: 1.25,
        dash: bound.dash,
      });
    }
  }
  for (const ghost of view.ghosts) {
    marks.push({
      mark: "line",
      yaxis,
      // The last steps lie over each other, so that curves of different lengths compare lag by lag.
      x: whole(of - ghost.of, of),
      y: ghost.log10,
      stroke: ghost.colour,
      width: 1.5,
    });
  }
  const spectral = shownSpectral(run, view);
  if (spectral) marks.push({ mark: "line", yaxis, x: steps, y: spectral, stroke: palette.second, width: 1.75 });
  marks.push({ mark: "line", yaxis, x: steps, y: frobeniusNorms(run), stroke: palette.accent, width: 2.25 });
  marks.push(...view.ghosts.flatMap((ghost) => ghostName(ghost, view, yaxis, of)));
  return marks;
}

/**
 * The spectral norms, where they are switched on and have come.
 * @param {any} run
 * @param {import("./answer.js").View} view
 */
function shownSpectral(run, view) {
  return view.spectral ? spectralNorms(run) : null;
}

/**
 * The letter of a pinned run where its curve begins in view.
 * @param {import("./answer.js").Ghost} ghost
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @param {number} of
 * @returns {any[]}
 */
function ghostName(ghost, view, yaxis, of) {
  const { palette, range } = view;
  const shift = of - ghost.of;
  const first = Math.max(0, Math.ceil((range?.[0] ?? 0) - shift), -shift);
  const at = ghost.log10.findIndex((value, k) => k >= first && Number.isFinite(value));
  if (at < 0) return [];
  return [
    {
      mark: "text",
      yaxis,
      x: [at + shift],
      y: [ghost.log10[at]],
      text: [ghost.name],
      fill: ghost.colour,
      font: `700 12px ${palette.sans}`,
      halo: palette.paper,
      align: "left",
      dx: 2,
      dy: -9,
    },
  ];
}

/** The two straight lines that theory draws where J_t = diag(f′) W, as slopes per step back, in log10. @param {any} run */
export function bounds(run) {
  if ((run.spectrum?.sup_derivative ?? null) === null) return [];
  const { spectral_radius: radius, sigma_max: sigma, sup_derivative: sup } = run.spectrum;
  return [
    { name: "ρ^{T−k}", slope: Math.log10(radius), dash: [6, 4] },
    { name: "(σ_{max} sup f′)^{T−k}", slope: Math.log10(sigma * sup), dash: [1.5, 3] },
  ];
}

/**
 * The key of the lines.
 * @returns {{ text: string, stroke: string, width: number, dash?: number[] }[]}
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {import("./answer.js").Strings} strings
 */
export function normKey(run, view, strings) {
  const { palette } = view;
  return [
    { text: strings("norms.frobenius"), stroke: palette.accent, width: 2.25 },
    ...(view.spectral ? [{ text: strings("norms.spectral"), stroke: palette.second, width: 1.75 }] : []),
    ...bounds(run).map((bound) => ({ text: bound.name, stroke: palette.muted, width: 1.25, dash: bound.dash })),
  ];
}

/**
 * Dots where the pointer is.
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @param {number} k
 */
export function normPoints(run, view, yaxis, k) {
  const { palette } = view;
  const spectral = shownSpectral(run, view);
  const point = (/** @type {number} */ value, /** @type {string} */ fill, /** @type {number} */ radius) => ({
    mark: "points",
    yaxis,
    x: [k],
    y: [value],
    radius,
    fill,
    stroke: palette.paper,
    width: 1.5,
  });
  return [
    ...(spectral ? [point(spectral[k], palette.second, 3.5)] : []),
    point(frobeniusNorms(run)[k], palette.accent, 4),
  ];
}

/**
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {import("./answer.js").Strings} strings
 * @returns {string[]}
 */
export function normSummary(run, view, strings) {
  const middle = Math.floor(run.jacobian_norms.of_step / 2);
  const at = (/** @type {Float64Array} */ values) => ({
    middle,
    at_middle: shownNorm(values[middle]),
    at_first: shownNorm(values[0]),
  });
  const spectral = shownSpectral(run, view);
  return [
    strings("norms.summary", at(frobeniusNorms(run))),
    ...(bounds(run).length > 0
      ? [
          strings("norms.summary_bounds", {
            radius: number(run.spectrum.spectral_radius, 3),
            sigma: number(run.spectrum.sigma_max, 3),
          }),
        ]
      : []),
    ...(spectral ? [strings("norms.summary_spectral", at(spectral))] : []),
  ];
}
