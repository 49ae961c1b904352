/** The small network in numbers: every matrix, and ∂h_T/∂W and ∂L/∂W as the sums of their terms. Each term has a path in the drawing. */

import { LARGEST_WORKED_EXAMPLE, WEIGHTS } from "../facts.js";
import { norm as shownNorm } from "../math/format.js";
import {
  fraction,
  indexed,
  literal,
  lowered,
  matrix,
  operator,
  row,
  sumOver,
  upright,
  variable,
} from "../math/mathml.js";
import { isCut } from "../math/truncation.js";
import { columnsOf, lengthOf } from "./answer.js";
import { laneOf, networkHeight } from "./network/lane.js";
import { pathMarks } from "./network/path.js";
import { networkMarks } from "./network.js";

/**
 * @typedef {import("../math/mathml.js").MathNode} MathNode
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 * @typedef {import("./answer.js").Path} Path
 *
 * @typedef {object} Term
 * @property {Path} path
 * @property {MathNode} label
 * @property {MathNode} matrix
 * @property {string} norm
 * @property {boolean} cut  Truncation leaves it out.
 */

/** Wider matrices than this are told by their shape. */
const WIDEST = 12;

/**
 * @param {number | null} length
 * @param {number} hiddenSize
 */
export function isSmall(length, hiddenSize) {
  return length !== null && length <= LARGEST_WORKED_EXAMPLE.length && hiddenSize <= LARGEST_WORKED_EXAMPLE.hidden_size;
}

/**
 * U, W, V, and what else isn't zero.
 * @param {any} run
 * @returns {MathNode[]}
 */
export function weightFormulas(run) {
  const { weights } = run.terms;
  const names = WEIGHTS.filter((name) => name in weights && (name.length === 1 || weights[name].values.some(Boolean)));
  return names.map((name) => row(symbolOf(name), operator("="), written(weights[name], name.length === 1)));
}

/** @param {string} name */
function symbolOf(name) {
  const [letter, below] = name.split("_");
  return below === undefined ? variable(letter) : indexed(letter, /\d/.test(below) ? Number(below) : below);
}

/**
 * @param {import("./answer.js").Tensor} tensor
 * @param {boolean} isMatrix  Else one column.
 */
function written(tensor, isMatrix) {
  const columns = isMatrix ? columnsOf(tensor) : 1;
  const rows = tensor.values.length / columns;
  return Math.max(rows, columns) > WIDEST ? literal(`(${rows} × ${columns})`) : matrix(tensor.values, columns);
}

/**
 * What is computed at each step, forward and for the way back.
 * @param {any} run
 * @returns {{ t: number, formulas: MathNode[] }[]}
 */
export function stepFormulas(run) {
  const { h, s, y } = run.states;
  const { weights, J } = run.terms;
  const { activation, readout } = run.parameters;
  const H = columnsOf(h);
  const at = (/** @type {any} */ tensor, /** @type {number} */ index, /** @type {number} */ count) =>
    tensor.values.subarray(index * count, (index + 1) * count);
  const column = (/** @type {any} */ tensor, /** @type {number} */ index) => {
    const count = columnsOf(tensor);
    return written({ values: at(tensor, index, count), shape: [count] }, false);
  };
  const plus = (/** @type {string} */ name) =>
    weights[name].values.some(Boolean) ? [operator("+"), symbolOf(name)] : [];
  const applied = (/** @type {string} */ name, /** @type {MathNode} */ inner) =>
    row(upright(name), operator("("), inner, operator(")"));
  return Array.from({ length: lengthOf(run) }, (_, i) => {
    const t = i + 1;
    const z = row(variable("V"), indexed("h", t), ...plus("b_z"));
    return {
      t,
      formulas: [
        row(indexed("x", t), operator("="), column(run.sequence.x, i)),
        row(
          indexed("s", t),
          operator("="),
          variable("U"),
          indexed("x", t),
          operator("+"),
          variable("W"),
          indexed("h", t - 1),
          ...plus("b_s"),
          operator("="),
          column(s, i),
        ),
        row(
          indexed("h", t),
          operator("="),
          activation === "identity" ? indexed("s", t) : applied(activation, indexed("s", t)),
          operator("="),
          column(h, t),
        ),
        row(
          indexed("y", t),
          operator("="),
          readout === "softmax" ? applied("softmax", z) : z,
          operator("="),
          column(y, i),
        ),
        row(
          indexed("J", t),
          operator("="),
          fraction(row(operator("∂"), indexed("h", t)), row(operator("∂"), indexed("h", t - 1))),
          operator("="),
          ...(activation === "identity"
            ? []
            : [
                upright("diag"),
                operator("("),
                row(variable("f"), operator("′")),
                operator("("),
                indexed("s", t),
                operator(")"),
                operator(")"),
              ]),
          variable("W"),
          operator("="),
          matrix(at(J, i, H * H), H),
        ),
      ],
    };
  });
}

/**
 * ∂h_T[a]/∂W, the derivative of one unit of the last state, as the sum over the steps where W was used.
 * @param {any} run
 * @param {number} unit  From 1.
 * @returns {{ formula: MathNode, terms: Term[], total: MathNode }}
 */
export function stateTerms(run, unit) {
  const { dh_dW: each, dh_dW_total: sum } = run.terms;
  const [T, H] = [lengthOf(run), columnsOf(run.states.h)];
  const size = H * H;
  const of = lowered(variable("h"), row(literal(T), operator(","), literal(unit)));
  const slice = (/** @type {number} */ k) =>
    each.values.subarray(((k - 1) * H + unit - 1) * size, ((k - 1) * H + unit) * size);
  const steps = Array.from({ length: T }, (_, i) => T - i);
  const top = largestOf(steps.map(slice));
  const whole = row(fraction(row(operator("∂"), of), row(operator("∂"), variable("W"))));
  return {
    formula: row(
      whole,
      operator("="),
      sumOver(variable("k")),
      fraction(row(operator("∂"), of), row(operator("∂"), indexed("h", "k"))),
      immediate("k"),
    ),
    terms: steps.map((k) => ({
      path: { t: T, k, loss: false },
      label: row(...chain(T, k), immediate(k)),
      matrix: matrix(slice(k), H, top),
      norm: shownNorm(Math.log10(normOf(slice(k)))),
      cut: false,
    })),
    total: row(whole, operator("="), matrix(sum.values.subarray((unit - 1) * size, unit * size), H, top)),
  };
}

/**
 * ∂L/∂W as the sum over loss steps t and steps k ≤ t, with what truncation leaves of it.
 * @param {any} run
 * @param {import("./answer.js").Backward} backward
 * @returns {{ formula: MathNode, rows: { t: number, terms: Term[] }[], total: MathNode, kept: MathNode | null }}
 */
export function lossTerms(run, backward) {
  const { dL_dW: each, dL_dW_total: sum } = run.terms;
  const [T, H] = [lengthOf(run), columnsOf(run.states.h)];
  const size = H * H;
  const slice = (/** @type {number} */ t, /** @type {number} */ k) =>
    each.values.subarray(((t - 1) * T + k - 1) * size, ((t - 1) * T + k) * size);
  const lossSteps = [...run.loss.at].reverse();
  const pairs = lossSteps.flatMap((t) => Array.from({ length: t }, (_, i) => [t, t - i]));
  const top = largestOf(pairs.map(([t, k]) => slice(t, k)));
  const left = pairs.filter(([t, k]) => !isCut(t, k, backward.mode, backward.window));
  const kept = new Float64Array(size);
  for (const [t, k] of left)
    slice(t, k).forEach((/** @type {number} */ value, /** @type {number} */ i) => {
      kept[i] += value;
    });
  const whole = fraction(row(operator("∂"), variable("L")), row(operator("∂"), variable("W")));
  const partOf = (/** @type {string | number} */ t, /** @type {string | number} */ k) => [
    fraction(row(operator("∂"), indexed("ℓ", t)), row(operator("∂"), indexed("h", k))),
    immediate(k),
  ];
  return {
    formula: row(
      whole,
      operator("="),
      sumOver(variable("t")),
      sumOver(row(variable("k"), operator("≤"), variable("t"))),
      ...partOf("t", "k"),
    ),
    rows: lossSteps.map((t) => ({
      t,
      terms: pairs
        .filter(([of]) => of === t)
        .map(([, k]) => ({
          path: { t, k, loss: true },
          label: row(...partOf(t, k)),
          matrix: matrix(slice(t, k), H, top),
          norm: shownNorm(Math.log10(normOf(slice(t, k)))),
          cut: isCut(t, k, backward.mode, backward.window),
        })),
    })),
    total: row(whole, operator("="), matrix(sum.values, H, top)),
    kept: left.length < pairs.length ? matrix(kept, H, top) : null,
  };
}

/**
 * J_T … J_{k+1}, the way from h_T back to h_k.
 * @param {number} t
 * @param {number} k
 */
function chain(t, k) {
  return Array.from({ length: t - k }, (_, i) => indexed("J", t - i));
}

/** ∂⁺h_k/∂W: what W does at step k itself, with h_{k−1} held fixed. @param {string | number} k */
function immediate(k) {
  const above = { tag: "msup", children: [operator("∂"), operator("+")] };
  return fraction(row(above, indexed("h", k)), row(operator("∂"), variable("W")));
}

/** @param {ArrayLike<number>[]} lists */
function largestOf(lists) {
  return Math.max(0, ...lists.flatMap((list) => Array.from(list, Math.abs).filter(Number.isFinite)));
}

/** @param {ArrayLike<number>} values */
export function normOf(values) {
  return Math.hypot(...Array.from(values));
}

/**
 * The network alone, over the numbers, so that a term and its path are seen together.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("./answer.js").Drawing}
 */
export function workedFigure(run, view, strings) {
  const layout = layoutOf(run, view);
  return { data: [], layout, paint: networkMarks(run, view, strings, laneIn(run, view, layout)) };
}

/**
 * @param {any} run
 * @param {View} view
 * @param {any} layout
 */
export function workedOverlay(run, view, layout) {
  return pathMarks(run, view, laneIn(run, view, layout));
}

/**
 * @param {any} run
 * @param {View} view
 */
function layoutOf(run, view) {
  const margin = { l: view.compact ? 40 : 72, r: view.compact ? 10 : 40, t: 10, b: 10, pad: 0 };
  const height = networkHeight(lengthOf(run), view.compact) - (view.compact ? 0 : 40);
  return {
    width: view.width,
    height: height + margin.t + margin.b,
    margin,
    xaxis: { range: [-0.5, lengthOf(run) + 0.5], domain: [0, 1] },
    yaxis: { range: [0, height], domain: [0, 1] },
  };
}

/**
 * @param {any} run
 * @param {View} view
 * @param {any} layout
 */
function laneIn(run, view, layout) {
  const { width, height, margin, xaxis } = layout;
  return laneOf(run, view, xaxis.range, width - margin.l - margin.r, height - margin.t - margin.b);
}

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 */
export function workedSummary(run, view, strings) {
  const { rows } = lossTerms(run, view.backward);
  const terms = rows.flatMap((each) => each.terms);
  const sentences = [strings("worked.summary", { count: terms.length, cut: terms.filter(({ cut }) => cut).length })];
  const { path } = view;
  if (path && path.t <= lengthOf(run))
    sentences.push(strings(path.loss ? "worked.path_loss" : "worked.path_state", { t: path.t, k: path.k }));
  return sentences;
}
