import assert from "node:assert/strict";
import { test } from "node:test";
import { clipByNorm } from "../../static/js/math/clipping.js";
import { cutOf } from "../../static/js/math/truncation.js";

test("no window, or one of all steps, cuts nothing", () => {
  for (const window of [null, 10, 11]) {
    assert.deepEqual(cutOf([10], 10, "sliding", window), { cuts: [], reach: null, silent: null });
  }
});

test("a sliding window of 3 from step 10 reaches steps 8, 9 and 10", () => {
  assert.deepEqual(cutOf([10], 10, "sliding", 3), { cuts: [7.5], reach: 7.5, silent: 7.5 });
});

test("with a loss at every step only the last one's reach is cut; no step is silent", () => {
  assert.deepEqual(cutOf([1, 2, 3, 4, 5], 5, "sliding", 2), { cuts: [3.5], reach: 3.5, silent: null });
});

test("steps before the first window of any loss are silent", () => {
  assert.deepEqual(cutOf([6, 10], 10, "sliding", 2), { cuts: [8.5], reach: 8.5, silent: 4.5 });
});

test("chunks of 4 cut 10 steps after 4 and 8", () => {
  assert.deepEqual(cutOf([10], 10, "chunked", 4), { cuts: [4.5, 8.5], reach: 8.5, silent: 8.5 });
  assert.deepEqual(cutOf([3, 10], 10, "chunked", 4), { cuts: [4.5, 8.5], reach: 8.5, silent: null });
});

test("clipping by the global norm: one factor, no turn", () => {
  assert.deepEqual(clipByNorm({ W: 3, U: 4 }, "global_norm", 1), {
    factors: { global: 0.2 },
    before: 5,
    after: 1,
    angle: 0,
  });
  assert.equal(clipByNorm({ W: 3, U: 4 }, "global_norm", 5).factors.global, 1);
  assert.equal(clipByNorm({ W: 0 }, "global_norm", 0).after, 0);
});

test("clipping per parameter: a factor each, and the angle between the two vectors", () => {
  const { factors, before, after, angle } = clipByNorm({ W: 3, U: 4 }, "per_parameter", 3);
  assert.deepEqual(factors, { W: 1, U: 0.75 });
  assert.equal(before, 5);
  assert.ok(Math.abs(after - Math.hypot(3, 3)) < 1e-12);
  assert.ok(Math.abs(angle - Math.acos((3 * 3 + 4 * 3) / (5 * Math.hypot(3, 3)))) < 1e-12);
});
