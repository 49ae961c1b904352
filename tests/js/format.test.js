import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fixed,
  norm,
  number,
  percent,
  plain,
  powerOfTen,
  subscript,
  superscript,
} from "../../static/js/math/format.js";

test("numbers have the asked digits, a true minus and no E", () => {
  assert.equal(number(0.71234), "0.712");
  assert.equal(number(-12.345), "−12.3");
  assert.equal(number(0.99996), "1.00");
  assert.equal(number(999.6), "1000");
  assert.equal(number(0), "0");
  assert.equal(number(null), "–");
  assert.equal(number(Number.NaN), "–");
  assert.equal(number(1.5e9), "1.50·10⁹");
  assert.equal(number(-2.5e-7, 2), "−2.5·10⁻⁷");
  assert.equal(number(278), "278");
});

test("a value that rounds to zero has no sign", () => {
  assert.equal(fixed(-0.0001, 2), "0.00");
  assert.equal(fixed(-0.5, 1), "−0.5");
  assert.equal(fixed(undefined, 1), "–");
});

test("powers of ten", () => {
  assert.equal(powerOfTen(-7.4), "10⁻⁷·⁴");
  assert.equal(powerOfTen(3), "10³");
  assert.equal(powerOfTen(-0.01), "10⁰");
  assert.equal(powerOfTen(-400.25), "10⁻⁴⁰⁰·³");
});

test("a norm is a plain number where that can be read", () => {
  assert.equal(norm(-1), "0.100");
  assert.equal(norm(2), "100");
  assert.equal(norm(-2.4), "0.00398");
  assert.equal(norm(-7.4), "10⁻⁷·⁴");
  assert.equal(norm(400), "10⁴⁰⁰");
  assert.equal(norm(Number.NEGATIVE_INFINITY), "0");
  assert.equal(norm(Number.NaN), "–");
});

test("percent, scripts and axis numbers", () => {
  assert.equal(percent(0.714), "71\u00a0%");
  assert.equal(percent(1.234), "123\u00a0%");
  assert.equal(percent(0.0123), "1.2\u00a0%");
  assert.equal(subscript(50), "₅₀");
  assert.equal(superscript("−12"), "⁻¹²");
  assert.equal(plain(-2.5), "−2.5");
  assert.equal(plain(0.1 + 0.2), "0.3");
});
