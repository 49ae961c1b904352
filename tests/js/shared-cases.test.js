/** The page's side of the tables that the server computes too: clipping by norm, truncation, folds, norms. Outcomes: series.test.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clipByNorm } from "../../static/js/math/clipping.js";
import { euclideanNorm } from "../../static/js/math/euclidean-norm.js";
import { foldsAt } from "../../static/js/math/folds.js";
import { cutOf, isCut } from "../../static/js/math/truncation.js";
import { sharedCases } from "./cases.js";

/** @param {number} found @param {number} expected */
function close(found, expected) {
  assert.ok(Math.abs(found - expected) <= 1e-12 * Math.abs(expected), `${found} instead of ${expected}`);
}

for (const { name, norms, mode, threshold, factors, before, after, angle } of sharedCases("clipping")) {
  test(`clipping: ${name}`, () => {
    const found = clipByNorm(norms, mode, threshold);
    assert.deepEqual(Object.keys(found.factors), Object.keys(factors));
    for (const key of Object.keys(factors)) close(found.factors[key], factors[key]);
    close(found.before, before);
    close(found.after, after);
    // The page draws a gradient without direction unturned.
    assert.ok(Math.abs(found.angle - (angle ?? 0)) < 1e-12, `${found.angle} instead of ${angle}`);
  });
}

for (const { name, mode, truncation, loss_at, kept, reach, silent, cuts } of sharedCases("truncation")) {
  test(`truncation: ${name}`, () => {
    const steps = kept.map((/** @type {string} */ _, /** @type {number} */ i) => i + 1);
    const found = steps.map((/** @type {number} */ t) =>
      steps.map((/** @type {number} */ k) => (k <= t && !isCut(t, k, mode, truncation) ? "1" : "0")).join(""),
    );
    assert.deepEqual(found, kept);
    assert.deepEqual(cutOf(loss_at, steps.length, mode, truncation), { cuts, reach, silent });
  });
}

for (const { name, w, lower, upper } of sharedCases("folds")) {
  test(`folds: ${name}`, () => {
    const found = foldsAt(w);
    if (lower === null || found === null) return assert.deepEqual([found, lower, upper], [null, null, null]);
    close(found.lower, lower);
    close(found.upper, upper);
  });
}

for (const { name, values, norm } of sharedCases("euclidean_norms")) {
  test(`Euclidean norm: ${name}`, () => close(euclideanNorm(values), norm));
}
