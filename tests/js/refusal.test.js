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

const costly = {
  code: "work_too_large",
  parameter: "include=flow_matrix",
  allowed: "at most 10 s",
  message:
    "include=flow_matrix: got 'an estimated 14.2 s', allowed: at most 10 s. Lower include=flow_matrix or length or hidden_size.",
  details: {
    estimated_seconds: 14.2,
    limit_seconds: 10,
    estimated_megabytes: 80,
    limit_megabytes: 500,
    lower: ["include=flow_matrix", "length", "hidden_size"],
  },
};

test("a run that costs too much names the page's controls, not the API's parameters", () => {
  assert.equal(
    refusalIn(costly, stringsIn("ko"), "ko"),
    "계산에 약 14.2초가 걸리는데, 서버는 10초까지 받습니다. 다음 중 하나를 낮추세요: 시퀀스 길이, 은닉 유닛 수.",
  );
  assert.equal(
    refusalIn(costly, stringsIn("en"), "en"),
    "It would take an estimated 14.2 s, the server allows 10 s. Lower one of: Length, Hidden units.",
  );
  const heavy = { ...costly, details: { ...costly.details, estimated_seconds: 2, estimated_megabytes: 900 } };
  assert.match(refusalIn(heavy, stringsIn("ko"), "ko"), /900MB.*500MB/);
  const long = {
    ...costly,
    details: { ...costly.details, estimated_seconds: 2, estimated_answer_megabytes: 313, limit_answer_megabytes: 64 },
  };
  assert.match(refusalIn(long, stringsIn("en"), "en"), /^The answer would have an estimated 313 MB.* 64 MB\./);
  assert.match(refusalIn(long, stringsIn("ko"), "ko"), /^결과의 크기가 약 313MB인데.*64MB/);
  assert.match(refusalIn({ ...costly, details: null }, stringsIn("ko"), "ko"), /중단했습니다.*길이/);
  const training = { ...costly, details: { ...costly.details, lower: ["steps", "batch_size"] } };
  assert.match(refusalIn(training, stringsIn("en"), "en"), /Training steps, Batch size\.$/);
});

test("weights and numbers of one's own are refused in Korean, and in the server's words in English", () => {
  const shape = {
    code: "wrong_shape",
    parameter: "weights.W",
    allowed: [4, 4],
    message: "W must be (4, 4), got (3, 3).",
  };
  assert.equal(refusalIn(shape, stringsIn("ko"), "ko"), "weights.W의 올바른 크기는 4 × 4입니다.");
  assert.equal(refusalIn(shape, stringsIn("en"), "en"), shape.message);
  const rows = {
    ...range,
    parameter: "x",
    allowed: "rows of the same length",
    message: "x: got rows of 1 to 2 numbers.",
  };
  assert.match(refusalIn(rows, stringsIn("ko"), "ko"), /^시점마다 한 줄씩/);
  assert.equal(refusalIn(rows, stringsIn("en"), "en"), rows.message);
});

test("anything else is said as the server said it", () => {
  const error = { code: "too_large", parameter: null, allowed: null, message: "Ask for less." };
  assert.equal(refusalIn(error, stringsIn("ko"), "ko", 40), "Ask for less.");
});
