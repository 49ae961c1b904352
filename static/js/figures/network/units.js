/** The textbook's drawing: every unit a circle, every weight a line. */

import { css, shadeWithin } from "../../math/colour.js";
import { clamp } from "../../math/scale.js";
import { columnsOf, largest } from "../answer.js";
import { stateBound } from "../states.js";
import { whole } from "./lane.js";
import { symbols } from "./strips.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("./lane.js").Lane} Lane
 */

/**
 * Every unit as a circle filled by its value.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
export function units(run, view, lane) {
  const { palette, maps } = view;
  const at = places(run, lane);
  const shade = shadeWithin(stateBound(run));
  const marks = /** @type {any[]} */ ([]);
  const circles = (
    /** @type {number[]} */ x,
    /** @type {number[]} */ y,
    /** @type {string[]} */ fill,
    /** @type {number} */ radius,
  ) => {
    const inside = (/** @type {any[]} */ list) => list.filter((_, i) => lane.holds(x[i]));
    const places = { x: inside(x), y: inside(y), fill: inside(fill) };
    marks.push({ mark: "points", ...places, radius, stroke: palette.muted, width: 1, clip: false });
  };
  const H = run.parameters.hidden_size;
  const states = whole(lane.first, lane.last);
  circles(
    states.flatMap((t) => at.h.map(() => t)),
    states.flatMap(() => at.h),
    states.flatMap((t) => at.h.map((_, i) => css(maps.state, shade(run.states.h.values[t * H + i])))),
    at.radius,
  );
  const steps = states.filter((t) => t > 0);
  if (run.sequence.symbols) {
    marks.push(
      ...symbols(run, view, lane, run.sequence.x, lane.x).map((mark) => ({
        ...mark,
        x: steps.map((t) => t + at.x[0]),
      })),
    );
    marks.push(
      ...symbols(run, view, lane, run.states.y, lane.y).map((mark) => ({ ...mark, x: steps.map((t) => t + at.y[0]) })),
    );
  } else {
    for (const [tensor, shifts, height] of /** @type {[any, number[], number][]} */ ([
      [run.sequence.x, at.x, at.xHeight],
      [run.states.y, at.y, at.yHeight],
    ])) {
      const within = shadeWithin(largest(tensor) || 1);
      circles(
        steps.flatMap((t) => shifts.map((shift) => t + shift)),
        steps.flatMap(() => shifts.map(() => height)),
        steps.flatMap((t) => shifts.map((_, i) => css(maps.state, within(tensor.values[(t - 1) * shifts.length + i])))),
        at.small,
      );
    }
  }
  const label = (
    /** @type {string} */ name,
    /** @type {number[]} */ at,
    /** @type {number} */ shift,
    /** @type {number} */ height,
    dx = 0,
    dy = 0,
  ) => {
    const inside = at.filter((t) => lane.holds(t + shift));
    marks.push({
      mark: "text",
      clip: false,
      x: inside.map((t) => t + shift),
      y: inside.map(() => height),
      text: inside.map((t) => `${name}_{${t}}`),
      fill: palette.muted,
      font: `italic 15px ${palette.serif}`,
      halo: palette.paper,
      dx,
      dy,
    });
  };
  marks.push(...letters(view, lane, steps, at));
  label("h", states, 0, lane.h[0], 0, 9);
  label("x", steps, at.x[0], at.xHeight, -at.small - 13);
  label("y", steps, at.y[at.y.length - 1], at.yHeight, at.small + 13);
  return marks;
}

/**
 * The names of the weights beside their lines, W with an arrow that says which way is forward.
 * @param {View} view
 * @param {Lane} lane
 * @param {number[]} steps
 * @param {ReturnType<typeof places>} at
 */
function letters(view, lane, steps, at) {
  const { palette } = view;
  const letter = (
    /** @type {string} */ name,
    /** @type {number} */ shift,
    /** @type {number} */ height,
    /** @type {number[]} */ at = steps,
  ) => ({
    mark: "text",
    x: at.map((t) => t + shift),
    y: at.map(() => height),
    text: at.map(() => name),
    fill: palette.muted,
    font: `italic 15px ${palette.serif}`,
    halo: palette.paper,
  });
  const below = lane.h[0] - 9;
  return [
    {
      mark: "segments",
      x0: steps.map((t) => t - 0.86),
      x1: steps.map((t) => t - 0.4),
      y0: steps.map(() => below),
      y1: steps.map(() => below),
      stroke: palette.faint,
      width: 1.25,
      head: 7,
    },
    letter("W", -0.63, below),
    letter("U", at.x[0] / 2 - 0.05, (at.xHeight + lane.h[0]) / 2),
    // Elsewhere a norm of the flow stands there.
    letter("V", at.y[at.y.length - 1] + 14 / lane.step, lane.y[0] - 12, steps.slice(-1)),
  ];
}

/**
 * Every weight as a line, the heavier the larger.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
export function weights(run, view, lane) {
  const at = places(run, lane);
  const steps = whole(Math.max(1, lane.first), lane.last);
  const lines = /** @type {Record<string, number[]>} */ ({ x0: [], y0: [], x1: [], y1: [], width: [] });
  const join = (
    /** @type {number} */ fromX,
    /** @type {number} */ fromY,
    /** @type {number} */ toX,
    /** @type {number} */ toY,
    /** @type {number} */ width,
  ) => {
    lines.x0.push(fromX);
    lines.y0.push(fromY);
    lines.x1.push(toX);
    lines.y1.push(toY);
    lines.width.push(width);
  };
  const heaviness = (/** @type {string} */ name) => {
    const tensor = run.terms?.weights[name];
    const top = tensor ? largest(tensor) || 1 : 1;
    return (/** @type {number} */ row, /** @type {number} */ column) =>
      tensor ? 0.4 + (1.4 * Math.abs(tensor.values[row * columnsOf(tensor) + column])) / top : 0.8;
  };
  const [W, U, V] = ["W", "U", "V"].map(heaviness);
  const gap = at.radius / lane.step;
  for (const t of steps) {
    at.h.forEach((to, i) => {
      at.h.forEach((from, j) => {
        join(t - 1 + gap, from, t - gap, to, W(i, j));
      });
      at.x.forEach((from, j) => {
        join(t + from, at.xHeight + at.small, t - gap * 0.7, to - at.radius * 0.7, U(i, j));
      });
      at.y.forEach((to2, j) => {
        join(t + gap * 0.7, to + at.radius * 0.7, t + to2, at.yHeight - at.small, V(j, i));
      });
    });
  }
  return [{ mark: "segments", ...lines, stroke: view.palette.faint, alpha: 0.75 }];
}

/**
 * Places of the units of step t when every unit is drawn.
 * @param {any} run
 * @param {Lane} lane
 */
export function places(run, lane) {
  const column = (/** @type {number} */ count, /** @type {[number, number]} */ [low, high]) =>
    whole(0, count - 1).map((unit) => high - ((unit + 0.5) * (high - low)) / count);
  const h = column(run.parameters.hidden_size, lane.h);
  const radius = clamp(((lane.h[1] - lane.h[0]) / run.parameters.hidden_size) * 0.38, 3, 13);
  const row = (/** @type {number} */ count, /** @type {number} */ shift) => {
    const spacing = Math.min(24, (0.5 * lane.step) / count) / lane.step;
    return whole(0, count - 1).map((unit) => shift + (unit - (count - 1) / 2) * spacing);
  };
  const wide = run.sequence.symbols !== null;
  return {
    radius,
    h,
    x: row(wide ? 1 : run.parameters.input_size, -0.26),
    y: row(wide ? 1 : run.parameters.output_size, 0.26),
    xHeight: (lane.x[0] + lane.x[1]) / 2,
    yHeight: (lane.y[0] + lane.y[1]) / 2,
    small: Math.min(radius, 9),
  };
}
