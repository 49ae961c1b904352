import assert from "node:assert/strict";
import { test } from "node:test";
import { axisOf, niceStep, roundBound, ticks } from "../../static/js/math/scale.js";

const layout = {
  width: 500,
  height: 300,
  margin: { l: 50, r: 50, t: 40, b: 60 },
  xaxis: { range: [0, 10] },
  xaxis2: { range: [0, 1], domain: [0.5, 1] },
  yaxis: { range: [0, 100], domain: [0.5, 1] },
  yaxis2: { range: [4.5, 0.5], domain: [0, 0.5] },
};

test("an axis is where its margins and its domain say, in both directions", () => {
  const x = axisOf(layout, "x");
  assert.equal(x.pixel(0), 50);
  assert.equal(x.pixel(10), 450);
  assert.equal(x.value(250), 5);
  assert.equal(axisOf(layout, "x2").start, 250);
  const y = axisOf(layout, "y");
  assert.equal(y.pixel(100), 40);
  assert.equal(y.pixel(0), 140);
  assert.equal(y.value(90), 50);
});

test("a reversed axis puts its first row on top", () => {
  const y = axisOf(layout, "y2");
  assert.equal(y.pixel(0.5), 140);
  assert.equal(y.pixel(4.5), 240);
  assert.equal(y.value(y.pixel(3)), 3);
});

test("ticks are round, inside, and not more than asked", () => {
  assert.deepEqual(ticks(0, 50, 6), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(ticks(-8.5, 1.2, 5, 1), [-8, -6, -4, -2, 0]);
  assert.deepEqual(ticks(0, 3, 14, 1), [0, 1, 2, 3]);
  assert.equal(niceStep(100, 3), 50);
  for (const [low, high] of [
    [0.1, 0.9],
    [-3e6, 1e6],
    [17.3, 17.4],
  ]) {
    const values = ticks(low, high, 5);
    assert.ok(values.length >= 2 && values.length <= 6, `${values}`);
    assert.ok(values.every((value) => value >= low - 1e-9 && value <= high + 1e-9));
  }
});

test("a bound is the next of a coarse ladder, so that axes rest", () => {
  assert.equal(roundBound(0.3), 1);
  assert.equal(roundBound(7.4), 8);
  assert.equal(roundBound(8), 8);
  assert.equal(roundBound(53), 60);
  assert.equal(roundBound(322), 400);
  for (let value = 0.1; value < 1e5; value *= 1.3) assert.ok(roundBound(value) >= value);
});
