import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSmall,
  lossTerms,
  normOf,
  stateTerms,
  stepFormulas,
  weightFormulas,
  workedFigure,
  workedOverlay,
  workedSummary,
} from "../../static/js/figures/worked-example.js";
import { entry, matrix } from "../../static/js/math/mathml.js";
import { isCut } from "../../static/js/math/truncation.js";
import { answer, stringsOf, viewOf } from "./answers.js";

const run = answer("textbook");
const strings = stringsOf("en");
const H = 4;
const T = 3;

/** @typedef {import("../../static/js/math/mathml.js").MathNode} MathNode */

/**
 * What a formula says, without its shape.
 * @param {MathNode} node
 * @returns {string}
 */
const spoken = (node) => (node.text ?? "") + (node.children ?? []).map(spoken).join("");

/**
 * The numbers of the first matrix in a formula.
 * @param {MathNode} node
 * @returns {number[][] | null}
 */
function numbersIn(node) {
  if (node.tag === "mtable")
    return (node.children ?? []).map((row) =>
      (row.children ?? []).map((cell) => Number(spoken(cell).trim().replace("−", "-"))),
    );
  for (const child of node.children ?? []) {
    const found = numbersIn(child);
    if (found) return found;
  }
  return null;
}

const close = (/** @type {number[][] | null} */ shown, /** @type {ArrayLike<number>} */ values) => {
  assert.ok(shown);
  shown.flat().forEach((value, i) => {
    assert.ok(Math.abs(value - values[i]) <= 0.0006, `${value} for ${values[i]}`);
  });
  assert.equal(shown.flat().length, values.length);
};

test("the weights are those of the answer, and zeros aren't told", () => {
  const formulas = weightFormulas(run);
  assert.deepEqual(
    formulas.map((formula) => spoken(formula)[0]),
    ["U", "W", "V"],
  );
  formulas.forEach((formula, i) => {
    close(numbersIn(formula), run.terms.weights[["U", "W", "V"][i]].values);
  });
});

test("each step's x, s, h, y and J are the answer's", () => {
  const steps = stepFormulas(run);
  assert.equal(steps.length, T);
  for (const { t, formulas } of steps) {
    const at = (/** @type {any} */ tensor, /** @type {number} */ row, /** @type {number} */ size) =>
      tensor.values.subarray(row * size, (row + 1) * size);
    const expected = [
      at(run.sequence.x, t - 1, 3),
      at(run.states.s, t - 1, H),
      at(run.states.h, t, H),
      at(run.states.y, t - 1, 2),
      at(run.terms.J, t - 1, H * H),
    ];
    formulas.forEach((formula, i) => {
      close(numbersIn(formula), expected[i]);
    });
    assert.match(spoken(formulas[2]), /^h\d=tanh\(s\d\)=/);
  }
});

test("the terms of a unit's derivative go back from the last step, and add up", () => {
  for (let unit = 1; unit <= H; unit += 1) {
    const { terms, total } = stateTerms(run, unit);
    assert.deepEqual(
      terms.map(({ path }) => path.k),
      [3, 2, 1],
    );
    assert.deepEqual(
      terms.map(({ label }) => spoken(label)),
      ["∂+h3∂W", "J3∂+h2∂W", "J3J2∂+h1∂W"],
    );
    const sum = new Array(H * H).fill(0);
    for (const term of terms)
      numbersIn(term.matrix)
        ?.flat()
        .forEach((value, i) => {
          sum[i] += value;
        });
    numbersIn(total)
      ?.flat()
      .forEach((value, i) => {
        assert.ok(Math.abs(value - sum[i]) < 0.002);
      });
    // h_0 = 0 leaves nothing to multiply at step 1.
    assert.equal(terms[2].norm, "0");
  }
});

test("the terms of the gradient are every pair k ≤ t, and add up to it", () => {
  const { rows, total, kept } = lossTerms(run, viewOf(run).backward);
  assert.deepEqual(
    rows.map(({ t, terms }) => [t, terms.map(({ path }) => path.k)]),
    [
      [3, [3, 2, 1]],
      [2, [2, 1]],
      [1, [1]],
    ],
  );
  assert.equal(kept, null);
  close(numbersIn(total), run.gradients.full.parameters.W.values);
  const sum = new Array(H * H).fill(0);
  for (const { terms } of rows) {
    for (const { path, norm } of terms) {
      const from = ((path.t - 1) * T + path.k - 1) * H * H;
      const values = run.terms.dL_dW.values.subarray(from, from + H * H);
      values.forEach((/** @type {number} */ value, /** @type {number} */ i) => {
        sum[i] += value;
      });
      assert.equal(Number(norm) === 0, normOf(values) === 0);
    }
  }
  close(numbersIn(total), sum);
});

test("truncation marks what it cuts, and what it keeps is the sum of the rest", () => {
  const backward = { ...viewOf(run).backward, window: 1, mode: "sliding" };
  const { rows, kept } = lossTerms(run, backward);
  const terms = rows.flatMap((row) => row.terms);
  assert.deepEqual(
    terms.map(({ path, cut }) => cut === (path.t !== path.k)),
    terms.map(() => true),
  );
  const sum = new Array(H * H).fill(0);
  for (let t = 1; t <= T; t += 1) {
    const from = ((t - 1) * T + t - 1) * H * H;
    for (let i = 0; i < H * H; i += 1) sum[i] += run.terms.dL_dW.values[from + i];
  }
  close(numbersIn(/** @type {MathNode} */ (kept)), sum);
});

test("a window cuts by distance, chunks by their borders", () => {
  assert.equal(isCut(5, 3, "sliding", 2), true);
  assert.equal(isCut(5, 4, "sliding", 2), false);
  assert.equal(isCut(5, 4, "chunked", 2), true);
  assert.equal(isCut(4, 3, "chunked", 2), false);
  assert.equal(isCut(9, 1, "sliding", null), false);
});

test("a chosen term lights its path: where W was used, the way back, the loss", () => {
  const colours = (/** @type {any} */ path) => {
    const view = viewOf(run, { path, width: 1000 });
    const { layout } = workedFigure(run, view, strings);
    return workedOverlay(run, view, layout);
  };
  assert.deepEqual(colours(null), []);
  assert.deepEqual(colours({ t: 9, k: 1, loss: false }), []);
  const marks = colours({ t: 3, k: 2, loss: true });
  const used = marks.find((mark) => mark.stroke === "second");
  assert.equal(used.x0.length, H * H);
  assert.ok(used.x0.every((/** @type {number} */ x) => x > 1.5 && x < 2));
  const back = marks.find((mark) => mark.mark === "segments" && mark.stroke === "accent");
  assert.equal(back.x0.length, H * H);
  assert.ok(back.x1.every((/** @type {number} */ x) => x > 2 && x < 2.5));
  const texts = marks.flatMap((mark) => mark.text ?? []);
  assert.deepEqual(texts, ["J_{3}", "∂^{+}h_{2}/∂W"]);
  const ofState = colours({ t: 3, k: 2, loss: false });
  assert.ok(ofState.length < marks.length);
  // On a phone the units are strips; the path is arrows between them.
  const phone = viewOf(run, { path: { t: 3, k: 1, loss: true }, width: 340, compact: true });
  const arrows = workedOverlay(run, phone, workedFigure(run, phone, strings).layout).filter((mark) => mark.head);
  assert.equal(arrows.length, 4);
});

test("in words: how many terms, how many are cut, what is lit", () => {
  const words = (/** @type {any} */ difference) => workedSummary(run, viewOf(run, difference), strings);
  assert.deepEqual(words({}), ["The gradient of W is the sum of 6 terms; truncation leaves out 0 of them."]);
  const backward = { ...viewOf(run).backward, window: 2 };
  assert.match(words({ backward })[0], /6 terms; truncation leaves out 1 /);
  assert.match(words({ path: { t: 3, k: 1, loss: true } })[1], /loss of step 3 back to step 1/);
});

test("matrices are read digit under digit", () => {
  assert.equal(entry(0.1234), "0.123");
  assert.equal(entry(-1.5), "−1.500");
  assert.equal(entry(0), "0");
  assert.equal(entry(-0.00004321), "−4.3·10⁻⁵");
  assert.equal(entry(Number.NaN), "–");
  const cells = matrix([1, -0.5, 0, 0.25], 2).children?.flatMap((row) => row.children ?? []) ?? [];
  assert.deepEqual(
    cells.map(({ share }) => share),
    [1, -0.5, 0, 0.25],
  );
  const texts = cells.map(spoken);
  assert.equal(new Set(texts.map((text) => text.length)).size, 1);
});

test("only small networks are written out", () => {
  assert.equal(isSmall(3, 4), true);
  assert.equal(isSmall(6, 4), false);
  assert.equal(isSmall(3, 9), false);
  assert.equal(isSmall(null, 4), false);
});
