import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { refusalIn } from "../../static/js/shell/refusal.js";
import { createStrings } from "../../static/js/shell/strings.js";

const stringsIn = (/** @type {string} */ language) =>
  createStrings(JSON.parse(readFileSync(new URL(`../../static/locales/${language}.json`, import.meta.url), "utf8")));
const range = {
  code: "invalid_parameter",
  parameter: "length",
  allowed: "an integer from 1 to 308",
  message: "length: got 5000, allowed: an integer from 1 to 308. Lower length.",
};

test("a number out of its range is refused in Korean, and in the server's words in English", () => {
  assert.equal(refusalIn(range, stringsIn("ko"), "ko", 50), "1부터 308까지 쓸 수 있습니다.");
  assert.equal(refusalIn(range, stringsIn("en"), "en", 50), range.message);
});

test("what is typed has words of its own in both languages", () => {
  const error = { ...range, parameter: "loss_at", allowed: "last, every, or step numbers from 1 to 40" };
  assert.match(refusalIn(error, stringsIn("en"), "en", 40), /^Step numbers from 1 to 40,/);
  assert.match(refusalIn(error, stringsIn("ko"), "ko", 40), /^1부터 40까지/);
});

test("anything else is said as the server said it", () => {
  const error = { code: "too_large", parameter: null, allowed: null, message: "Ask for less." };
  assert.equal(refusalIn(error, stringsIn("ko"), "ko", 40), "Ask for less.");
});
