/** ∂L/∂h_t per unit: the sign as a hue, log10 of the size as its strength. Exact where float64 has long ended: a direction and a log norm. */

import { adjointShade, pixels } from "../math/colour.js";
import { norm } from "../math/format.js";
import { columnsOf, lengthOf, withZeros } from "./answer.js";

/** log10 ‖∂L/∂h_t‖; NaN where the loss itself isn't known. @param {any} run */
export function adjointNorms(run) {
  const { dL_dh: plain, log10_norm: norms, exact_zero: zeros } = run.adjoints;
  const H = columnsOf(plain);
  return withZeros(
    norms,
    (zeros ?? []).filter((/** @type {number} */ t) => !Number.isNaN(plain.values[t * H])),
  );
}

/**
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @returns {any[]} marks
 */
export function adjointMarks(run, view, yaxis) {
  const { values } = run.adjoints.direction;
  const norms = adjointNorms(run);
  const H = columnsOf(run.adjoints.direction);
  const steps = lengthOf(run) + 1;
  const shade = (/** @type {number} */ i) => {
    const t = i % steps;
    const part = values[t * H + Math.floor(i / steps)];
    if (Number.isNaN(norms[t])) return Number.NaN;
    if (norms[t] === Number.NEGATIVE_INFINITY || part === 0) return 0;
    return adjointShade(part, norms[t] + Math.log10(Math.abs(part)));
  };
  return [
    {
      mark: "image",
      yaxis,
      x: [-0.5, steps - 0.5],
      y: [H + 0.5, 0.5],
      width: steps,
      height: H,
      pixels: pixels(view.maps.adjoint, steps * H, shade),
    },
  ];
}

/**
 * @param {any} run
 * @param {import("./answer.js").Strings} strings
 */
export function adjointSummary(run, strings) {
  const norms = adjointNorms(run);
  const last = run.jacobian_norms?.of_step ?? lengthOf(run);
  return strings("adjoints.summary", { T: last, last: norm(norms[last]), first: norm(norms[0]) });
}
