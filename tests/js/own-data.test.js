import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, fitted, fromExport, parseRows, parseWeights, withoutSequence } from "../../static/js/state/own.js";
import { lengthOf } from "../../static/js/state/parameters.js";

/** What the code under test reads of the server's facts. @type {any} */
const SPECIFICATIONS = {
  hidden_size: { type: "integer", default: 16 },
  seed: { type: "integer", default: 1 },
  source: { type: "string", default: "sine" },
  length: { type: "integer", default: null },
  input_size: { type: "integer", default: null },
  output_size: { type: "integer", default: null },
  readout: { type: "string", default: null },
  loss: { type: "string", default: null },
  loss_at: { type: "string", default: "last" },
  text: { type: "string", default: null },
  truncation: { type: "integer", default: null },
  include: { type: "list", default: ["states"] },
  arrays: { type: "string", default: "list" },
};
const DEFAULTS = {
  hidden_size: 16,
  seed: 1,
  source: "sine",
  length: 50,
  input_size: 1,
  output_size: 1,
  readout: null,
  loss: null,
  loss_at: "last",
  text: null,
  truncation: null,
};

const rows = (/** @type {string} */ text) => /** @type {any} */ (parseRows(text)).rows;
const problem = (/** @type {any} */ result) => result.problem;

test("numbers as people paste them", () => {
  assert.deepEqual(rows("1 2\n3 4\n"), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(rows("1, 2;3\t4"), [[1], [2], [3], [4]]);
  assert.deepEqual(rows("0.5\r\n\r\n−1e-3\r\n"), [[0.5], [-0.001]]);
  assert.deepEqual(rows("[[1, 2], [3, 4]]"), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(rows("[1, 2]"), [[1], [2]]);
});

test("what is wrong is said with its line", () => {
  assert.deepEqual(problem(parseRows("1 2\n3 x")), { key: "own.problem.number", values: { word: "x", line: 2 } });
  assert.deepEqual(problem(parseRows("1 2\n3")), {
    key: "own.problem.ragged",
    values: { line: 2, got: 1, expected: 2 },
  });
  assert.equal(problem(parseRows("1e999")).key, "own.problem.number");
  assert.equal(problem(parseRows("  ")).key, "own.problem.empty");
  assert.equal(problem(parseRows("[1, 2")).key, "own.problem.json");
  assert.equal(problem(parseRows('[1, "2"]')).key, "own.problem.number");
  assert.equal(problem(parseRows("[1, null]")).key, "own.problem.number");
});

test("weights are JSON with the names of the weights", () => {
  assert.deepEqual(/** @type {any} */ (parseWeights('{"W": [[1]], "b_s": [0]}')).weights, { W: [[1]], b_s: [0] });
  assert.equal(problem(parseWeights('{"Q": 1}')).key, "own.problem.name");
  assert.equal(problem(parseWeights("[[1]]")).key, "own.problem.name");
  assert.equal(problem(parseWeights("{W: 1}")).key, "own.problem.json");
  assert.equal(problem(parseWeights("null")).key, "own.problem.name");
});

test("sizes follow from own data", () => {
  const own = {
    x: [[1], [2], [3]],
    weights: {
      W: [
        [1, 0],
        [0, 1],
      ],
    },
  };
  const now = fitted({ ...DEFAULTS, truncation: 10, loss_at: "5,20" }, own);
  assert.deepEqual(
    { ...now },
    {
      ...DEFAULTS,
      hidden_size: 2,
      source: "own",
      length: null,
      input_size: null,
      output_size: null,
      truncation: null,
      loss_at: "last",
    },
  );
  // Three inputs without targets are two steps; with targets they are three.
  const x = [[1], [2], [3]];
  assert.equal(fitted({ ...DEFAULTS, truncation: 2 }, { x }).truncation, 2);
  assert.equal(fitted({ ...DEFAULTS, truncation: 3 }, { x }).truncation, null);
  assert.equal(fitted({ ...DEFAULTS, truncation: 3 }, { x, target: x }).truncation, 3);
  assert.equal(fitted(DEFAULTS, { weights: { V: [[1, 2, 3]] } }).hidden_size, 3);
  assert.equal(fitted(DEFAULTS, { weights: { V: [[1, 2, 3]] } }).source, "sine");
  assert.equal(lengthOf(now, /** @type {any} */ ({ sources: [] })), null);
});

test("the body of a request holds what a query would, and the data", () => {
  const body = /** @type {any} */ (
    bodyOf({ seed: 2, length: null }, { x: [[1], [2]] }, { include: ["states"], arrays: "list" })
  );
  assert.deepEqual(body, { seed: 2, include: ["states"], arrays: "list", x: [[1], [2]] });
});

test("an exported answer opens again", () => {
  const exported = { parameters: { seed: 7, hidden_size: 2, source: "own", length: 2, x: [[1], [2], [3]] }, loss: {} };
  const found = fromExport(JSON.stringify(exported), SPECIFICATIONS);
  assert.deepEqual(found?.own, { x: [[1], [2], [3]] });
  assert.equal(found?.parameters.seed, 7);
  assert.equal(found?.parameters.length, null);
  const drawn = fromExport(JSON.stringify({ parameters: { seed: 7, length: 20 } }), SPECIFICATIONS);
  assert.deepEqual([drawn?.own, drawn?.parameters.length], [{}, 20]);
  for (const text of ["", "[]", "null", "3", '{"name": "package.json"}'])
    assert.equal(fromExport(text, SPECIFICATIONS), null, text);
});

test("another source leaves the weights", () => {
  assert.deepEqual(withoutSequence({ x: [[1]], weights: { W: [[1]] } }), { weights: { W: [[1]] } });
  assert.equal(withoutSequence({ x: [[1]] }), null);
});
