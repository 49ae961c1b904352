/** What is learned: the loss of every variant beside chance, and the accuracy where the task has one. */

import { number, percent } from "../../math/format.js";
import { finalLoss } from "../../math/outcome.js";
import { logged, smoothed, windowOf } from "../../math/series.js";
import {
  curveMark,
  decades,
  dots,
  letterMarks,
  levelMark,
  levelName,
  rangeOf,
  stacked,
  stepOverlay,
} from "../stacked.js";
import { begun, valueAt } from "./session.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./session.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/** Above chance by so many powers of ten a loss is out of sight: it has exploded. */
const ABOVE_CHANCE = 3;

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function learningFigure(session, view, strings) {
  const { loss, accuracy } = curvesOf(session);
  const rows = [lossRow(session, view, strings, loss, accuracy.length > 0)];
  if (accuracy.length > 0) rows.push(accuracyRow(session, view, strings, accuracy));
  return stacked(session, view, rows, strings("training.axis"));
}

/** @param {Session} session */
function curvesOf(session) {
  const variants = begun(session).filter(({ series }) => series.count > 0);
  const window = windowOf(session.steps);
  const loss = variants.map(({ index, series }) => ({
    index,
    count: series.count,
    raw: logged(series.columns.loss),
    valueAt: smoothed(series.columns.loss, window),
  }));
  const accuracy = variants
    .filter(({ series }) => series.accurate)
    .map(({ index, series }) => ({ index, count: series.count, valueAt: meanOf(series.columns.accuracy, window) }));
  return { loss, accuracy };
}

/**
 * The mean of the last values.
 * @param {Float64Array} values
 * @param {number} window
 */
function meanOf(values, window) {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i += 1) sums[i + 1] = sums[i] + values[i];
  return (/** @type {number} */ index) => {
    const from = Math.max(0, index + 1 - window);
    return (sums[index + 1] - sums[from]) / (index + 1 - from);
  };
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @param {ReturnType<typeof curvesOf>["loss"]} curves
 * @param {boolean} beside  Whether another row follows.
 * @returns {import("../stacked.js").Row}
 */
function lossRow(session, view, strings, curves, beside) {
  const chance = session.chance === null ? null : Math.log10(session.chance);
  const height = view.compact ? 190 : beside ? 440 : 580;
  const raw = curves.map(({ index, count, raw: values }) => ({
    index,
    count,
    valueAt: (/** @type {number} */ i) => values[i],
  }));
  const middle = chance ?? 0;
  const found = rangeOf(raw, [middle - 0.6, middle + 0.4], 0.2);
  const range = /** @type {[number, number]} */ ([
    Math.max(found[0], middle - 8),
    Math.min(found[1], middle + ABOVE_CHANCE),
  ]);
  return {
    title: strings("training.loss"),
    height,
    range,
    ticks: lossTicks(range),
    marks: (yaxis) => [
      ...(chance === null ? [] : [levelMark(session, view, yaxis, chance, [6, 4])]),
      ...raw.map((curve) => curveMark(session, view, yaxis, curve, { width: 1, alpha: 0.28 })),
      ...curves.map((curve) => curveMark(session, view, yaxis, curve, { width: 2.25 })),
      ...(chance === null
        ? []
        : [levelName(view, yaxis, chance, strings("training.chance", { value: number(session.chance, 3) }))]),
      ...letterMarks(
        session,
        view,
        yaxis,
        curves.map((curve) => endOf(curve, range[1])),
        { height, range },
      ),
    ],
  };
}

/** Less than two powers of ten get numbers between them. @param {[number, number]} range */
function lossTicks(range) {
  if (range[1] - range[0] > 2.5) return decades(range, 6);
  const values = [];
  for (let power = Math.floor(range[0]); power <= range[1]; power += 1)
    for (const factor of range[1] - range[0] > 1.2 ? [1, 3] : [1, 2, 4, 6]) values.push(Math.log10(factor) + power);
  const inside = values.filter((value) => value >= range[0] - 1e-9 && value <= range[1] + 1e-9);
  return { tickvals: inside, ticktext: inside.map((value) => number(10 ** value, 1)) };
}

/**
 * Where a curve ends; one that exploded ends at the top.
 * @param {{ index: number, count: number, valueAt: (index: number) => number }} curve
 * @param {number} top
 */
function endOf({ index, count, valueAt: at }, top) {
  const y = at(count - 1);
  return { index, x: count, y: Number.isNaN(y) ? top : y };
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @param {ReturnType<typeof curvesOf>["accuracy"]} curves
 * @returns {import("../stacked.js").Row}
 */
function accuracyRow(session, view, strings, curves) {
  const height = view.compact ? 90 : 120;
  const range = /** @type {[number, number]} */ ([-0.03, 1.03]);
  return {
    title: strings("training.accuracy"),
    height,
    range,
    ticks: { tickvals: [0, 0.5, 1], ticktext: ["0", "50 %", "100 %"] },
    marks: (yaxis) => [
      ...curves.map((curve) => curveMark(session, view, yaxis, curve, { width: 2 })),
      ...letterMarks(
        session,
        view,
        yaxis,
        curves.map(({ index, count, valueAt: at }) => ({ index, x: count, y: at(count - 1) })),
        { height, range },
      ),
    ],
  };
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {any} layout
 */
export function learningOverlay(session, view, layout) {
  const marks = stepOverlay(session, view, layout);
  const step = view.pointer?.step;
  if (step === undefined) return marks;
  const { loss, accuracy } = curvesOf(session);
  return [...marks, ...dots(view, "y", loss, step), ...dots(view, "y2", accuracy, step)];
}

/**
 * @param {Session} session
 * @param {import("../answer.js").Pointer} pointer
 * @param {Strings} strings
 */
export function learningReading(session, pointer, strings) {
  const step = pointer.step ?? session.reached;
  const rows = begun(session).flatMap(({ letter, series }) => {
    const loss = valueAt(series, "loss", step);
    if (step < 1 || step > series.count) return [];
    const accuracy = series.accurate ? `, ${percent(valueAt(series, "accuracy", step))}` : "";
    return [
      /** @type {[string, string]} */ ([
        letter,
        `${Number.isNaN(loss) ? strings("training.no_value") : number(loss, 3)}${accuracy}`,
      ]),
    ];
  });
  return { title: strings("training.reading.loss", { step }), rows };
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {Strings} strings
 */
export function learningSummary(session, _view, strings) {
  const variants = begun(session).filter(({ series }) => series.count > 0);
  if (variants.length === 0) return [strings("training.nothing")];
  const window = windowOf(session.steps);
  return [
    strings("training.loss.about", { window }),
    ...variants.map(({ letter, series }) => {
      if (series.divergence) return strings("training.loss.diverged", { name: letter, step: series.divergence.step });
      const loss = finalLoss(series.columns.loss);
      return strings("training.loss.of", {
        name: letter,
        loss: number(loss, 3),
        share: session.chance === null ? "–" : percent(loss / session.chance, 3),
      });
    }),
  ];
}
