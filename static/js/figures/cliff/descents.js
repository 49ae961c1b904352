/** The two descents by update: the error, and the gradient's norm with the threshold at which one of them is clipped. */

import { number } from "../../math/format.js";
import { logged } from "../../math/series.js";
import { curveMark, decades, letterMarks, levelMark, rangeOf, stacked } from "../stacked.js";
import { pathsOf } from "./surface.js";

/**
 * @typedef {import("./surface.js").Cliff} Cliff
 * @typedef {import("./surface.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/**
 * @param {Cliff} cliff
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function descentsFigure(cliff, view, strings) {
  const { descents, parameters } = cliff;
  const paths = pathsOf(view.palette);
  const steps = Math.max(1, Number(parameters.descent_steps));
  const coloured = { ...view, colours: paths.map(({ stroke }) => stroke) };
  const session = { steps, variants: paths.map(({ name }) => ({ letter: strings(`cliff.${name}.letter`) })) };
  const curves = (/** @type {"error" | "gradient_norm"} */ column) =>
    paths.map(({ name }, index) => {
      const values = logged(Float64Array.from(descents[name][column].values));
      return { index, count: values.length, valueAt: (/** @type {number} */ i) => values[i] };
    });
  const height = view.compact ? 110 : 190;
  /**
   * @param {string} title
   * @param {ReturnType<typeof curves>} lines
   * @param {[number, number]} range
   * @param {number} [level]
   * @returns {import("../stacked.js").Row}
   */
  const row = (title, lines, range, level = Number.NaN) => ({
    title,
    height,
    range,
    ticks: withLevel(decades(range, 5), level, (range[1] - range[0]) / height),
    marks: (yaxis) => [
      ...lines.map((line) => ({ ...curveMark(session, coloured, yaxis, line, { width: 2 }) })).map(fromZero),
      ...(Number.isFinite(level) ? [levelMark(session, view, yaxis, level, [6, 4])] : []),
      ...letterMarks(
        session,
        coloured,
        yaxis,
        lines.map(({ index, count, valueAt }) => {
          const end = lastFinite(count, valueAt);
          return { index, x: end, y: valueAt(end) };
        }),
        { height, range },
      ),
    ],
  });
  const errors = curves("error");
  const slopes = curves("gradient_norm");
  const errorRange = bounded(rangeOf(errors, [-2, 0], 1), -8, 0);
  const slopeRange = bounded(rangeOf(slopes, [-2, 1], 1), -8, 8);
  return stacked(
    session,
    coloured,
    [
      row(strings("cliff.error"), errors, errorRange),
      row(strings("cliff.gradient"), slopes, slopeRange, Math.log10(Number(parameters.clip_threshold))),
    ],
    strings("cliff.update"),
  );
}

/**
 * The threshold among the numbers of its axis, by its letter.
 * @param {ReturnType<typeof decades>} ticks
 * @param {number} level
 * @param {number} perPixel
 */
function withLevel({ tickvals, ticktext }, level, perPixel) {
  if (!Number.isFinite(level)) return { tickvals, ticktext };
  const kept = tickvals.map((value) => Math.abs(value - level) >= 11 * perPixel);
  return {
    tickvals: [...tickvals.filter((_, i) => kept[i]), level],
    ticktext: [...ticktext.filter((_, i) => kept[i]), "c"],
  };
}

/**
 * Far from the surface a gradient is exactly zero, and has no logarithm.
 * @param {number} count
 * @param {(index: number) => number} valueAt
 */
function lastFinite(count, valueAt) {
  let end = count - 1;
  while (end > 0 && !Number.isFinite(valueAt(end))) end -= 1;
  return end;
}

/** Updates are counted from 0, the start. @param {any} mark */
function fromZero(mark) {
  return { ...mark, x: Float64Array.from(mark.x, (value) => value - 1) };
}

/**
 * @param {[number, number]} range
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
function bounded(range, low, high) {
  return [Math.max(low, range[0]), Math.min(high, range[1])];
}

/**
 * @param {Cliff} cliff
 * @param {View} _view
 * @param {Strings} strings
 */
export function descentsSummary({ descents }, _view, strings) {
  return /** @type {const} */ (["raw", "clipped"]).map((name) => {
    const { error, gradient_norm: norm, ended } = descents[name];
    const last = error.values.length - 1;
    const most = Math.max(...norm.values);
    return strings(`cliff.descent.${ended}`, {
      name: strings(`cliff.${name}`),
      updates: last,
      error: number(error.values[last], 2),
      most: number(most, 3),
    });
  });
}
