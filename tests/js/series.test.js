import assert from "node:assert/strict";
import { test } from "node:test";
import { TRAINING_COLUMNS } from "../../static/js/facts.js";
import { explosionOf, finalLoss, learnedAt, outcomeOf } from "../../static/js/math/outcome.js";
import { extent, logged, smoothed, thinned } from "../../static/js/math/series.js";
import { EMPTY, isComplete, told } from "../../static/js/state/series.js";
import { sharedCases } from "./cases.js";

/**
 * @param {number} first
 * @param {number[]} losses
 */
function stepEvent(first, losses) {
  const rest = Object.fromEntries(TRAINING_COLUMNS.map((name) => [name, losses.map(() => 0)]));
  return {
    ...rest,
    first,
    last: first + losses.length - 1,
    loss: losses,
    accuracy: null,
    clipped: losses.map((loss) => loss > 1),
    progress: { fraction: 0, steps_per_second: 1, seconds_left: 1 },
  };
}

test("what is told is kept, gap by gap and to the last digit", () => {
  let series = told(EMPTY, "started", { plan: { steps: 5 }, parameters: { seed: 1 } });
  series = told(series, "step", stepEvent(1, [0.1 + 0.2, 2]));
  series = told(series, "step", stepEvent(3, [/** @type {any} */ (null)]));
  assert.equal(series.count, 3);
  assert.deepEqual(Array.from(series.columns.loss), [0.1 + 0.2, 2, Number.NaN]);
  assert.deepEqual(Array.from(series.columns.clipped), [0, 1, 0]);
  assert.ok(Number.isNaN(series.columns.accuracy[0]));
  assert.equal(series.accurate, false);
});

test("steps that come again change nothing, steps that are missing are an error", () => {
  const series = told(EMPTY, "step", stepEvent(1, [1, 2, 3]));
  const again = told(series, "step", stepEvent(2, [2, 3, 4]));
  assert.deepEqual(Array.from(again.columns.loss), [1, 2, 3, 4]);
  assert.deepEqual(Array.from(told(again, "step", stepEvent(1, [1, 2])).columns.loss), [1, 2, 3, 4]);
  assert.throws(() => told(series, "step", stepEvent(5, [5])), RangeError);
});

test("an old series still shows what it showed, also where it grew beyond its memory", () => {
  const first = told(EMPTY, "step", stepEvent(1, [1, 2]));
  let series = first;
  for (let step = 3; step < 2000; step += 1) series = told(series, "step", stepEvent(step, [step]));
  assert.deepEqual(Array.from(first.columns.loss), [1, 2]);
  assert.deepEqual(
    Array.from(series.columns.loss),
    Array.from({ length: 1999 }, (_, i) => i + 1),
  );
});

test("a snapshot that comes again is one", () => {
  const snapshot = (/** @type {number} */ step) => ({ step, jacobian_norms: { log10_frobenius: [0, null] } });
  let series = told(EMPTY, "snapshot", { snapshots: [snapshot(0), snapshot(10)] });
  series = told(series, "snapshot", { snapshots: [snapshot(10), snapshot(20)] });
  assert.deepEqual(
    series.snapshots.map(({ step }) => step),
    [0, 10, 20],
  );
  assert.ok(Number.isNaN(series.snapshots[0].jacobian_norms.log10_frobenius.values[1]));
});

test("a run is complete when it ended, or when every planned step is there", () => {
  const series = told(told(EMPTY, "started", { plan: { steps: 2 } }), "step", stepEvent(1, [1]));
  assert.equal(isComplete(series), false);
  assert.equal(isComplete(told(series, "step", stepEvent(2, [1]))), true);
  assert.equal(isComplete(told(series, "finished", { completed: false })), true);
});

test("a running mean is arithmetic, and only drawn on the logarithmic scale", () => {
  const values = Float64Array.from([1, 199, 1, Number.NaN, 0, 20]);
  assert.deepEqual(Array.from(logged(values)).slice(0, 1), [0]);
  const mean = smoothed(values, 2);
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(mean), [0, 2, 2, Number.NaN, Number.NEGATIVE_INFINITY, 1]);
  const buffer = new Float64Array(8);
  buffer.set([10, 1000]);
  assert.equal(smoothed(buffer.subarray(0, 1), 3)(0), 1);
  assert.equal(smoothed(buffer.subarray(0, 2), 3)(1), Math.log10(505));
});

test("the running mean of any window is what adding up gives, as a series grows", () => {
  const buffer = new Float64Array(40);
  for (let i = 0; i < buffer.length; i += 1) {
    buffer[i] = 1 + ((7 * i) % 11);
    for (const window of [1, 3, 8, 40]) {
      const part = buffer.slice(Math.max(0, i + 1 - window), i + 1);
      const expected = part.reduce((sum, value) => sum + value, 0) / part.length;
      assert.ok(Math.abs(10 ** smoothed(buffer.subarray(0, i + 1), window)(i) - expected) < 1e-12);
    }
  }
});

test("guessing is drawn at chance, however much its loss varies from batch to batch; a huge value is forgotten after a window", () => {
  // The loss of one sequence of the adding problem, answered with 1: the square of a sum of two numbers from 0 to 1, less 1. Its mean is 1/6.
  const points = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
  const losses = Float64Array.from(points.flatMap((a) => points.map((b) => (a + b - 1) ** 2)));
  assert.ok(Math.abs(10 ** smoothed(losses, losses.length)(losses.length - 1) * 6 - 1) < 1e-3);
  const values = new Float64Array(30).fill(1);
  values[5] = 1e300;
  assert.equal(smoothed(values, 10)(14) > 298, true);
  assert.equal(smoothed(values, 10)(15), 0);
});

test("a thinned curve keeps every extreme, a short one every point", () => {
  const short = thinned(3, (i) => i, 1, 1);
  assert.deepEqual(
    [Array.from(short.x), Array.from(short.y)],
    [
      [1, 2, 3],
      [0, 1, 2],
    ],
  );
  const values = Array.from({ length: 1000 }, (_, i) => (i === 417 ? 99 : Math.sin(i)));
  const long = thinned(1000, (i) => values[i], 1, 10);
  assert.equal(long.x.length, 200);
  assert.equal(Math.max(...long.y), 99);
  assert.deepEqual(
    extent(1000, (i) => values[i]),
    [Math.min(...values), 99],
  );
  assert.equal(
    extent(2, () => Number.NaN),
    null,
  );
});

for (const { name, losses, chance, goal, outcome } of sharedCases("outcomes")) {
  test(`outcome: ${name}`, () => {
    const values = losses.flatMap((/** @type {[number | string, number]} */ [value, count]) =>
      new Array(count).fill(Number(value)),
    );
    assert.equal(outcomeOf(values, chance, goal), outcome);
  });
}

test("the final loss and the step of an explosion are those of the server's rules", () => {
  assert.equal(explosionOf([1, 2e3, 1], 1), 2);
  // The last tenth, and at least one.
  assert.equal(finalLoss([...new Array(18).fill(9), 1, 3]), 2);
  assert.equal(finalLoss([5]), 5);
});

test("it has learned when the mean stays below the goal", () => {
  assert.equal(learnedAt([1, 0.1, 1, 0.1, 0.1, 0.1], 0.5, 1), 4);
  assert.equal(learnedAt([1, 0.1, 1], 0.5, 1), null);
  assert.equal(learnedAt([1, 0.2, 0.2], 0.5, 2), 3);
});
