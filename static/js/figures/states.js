/** Hidden states: one row per unit, one column per step, coloured around 0. */

import { BOUNDED_ACTIVATIONS } from "../facts.js";
import { pixels, shadeWithin } from "../math/colour.js";
import { number } from "../math/format.js";
import { roundBound } from "../math/scale.js";
import { columnsOf, largest, lengthOf } from "./answer.js";

/** The value with the strongest colour: 1 where f is bounded by it, so that runs can be compared by eye. @param {any} run */
export function stateBound(run) {
  const bounded = BOUNDED_ACTIVATIONS.includes(run.parameters.activation);
  return bounded ? 1 : roundBound(largest(run.states.h)) || 1;
}

/**
 * @param {any} run
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @returns {any[]} marks
 */
export function stateMarks(run, view, yaxis) {
  const { values } = run.states.h;
  const H = columnsOf(run.states.h);
  const steps = lengthOf(run) + 1;
  const shade = shadeWithin(stateBound(run));
  return [
    {
      mark: "image",
      yaxis,
      x: [-0.5, steps - 0.5],
      y: [H + 0.5, 0.5],
      width: steps,
      height: H,
      pixels: pixels(view.maps.state, steps * H, (i) => shade(values[(i % steps) * H + Math.floor(i / steps)])),
    },
  ];
}

/**
 * @param {any} run
 * @param {import("./answer.js").Strings} strings
 */
export function stateSummary(run, strings) {
  const { values } = run.states.h;
  let saturated = 0;
  let mean = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count += 1;
    if (Math.abs(value) > 0.95) saturated += 1;
    mean += (Math.abs(value) - mean) / count; // a sum would overflow just before the states do
  }
  // A state that leaks isn't tanh(s_t).
  const isTanh = run.parameters.activation === "tanh" && (run.parameters.leak ?? 1) === 1;
  const key = isTanh ? "states.summary_tanh" : "states.summary";
  return strings(key, {
    H: columnsOf(run.states.h),
    T: lengthOf(run),
    mean: number(mean, 2),
    largest: number(largest(run.states.h), 3),
    saturated: number((100 * saturated) / count, 2),
  });
}
