/** The control rail of the page of the cliff. A new control is one entry. */

import { choice, named, slider } from "./parameter.js";
import { linear, logarithmic } from "./slider.js";

/** @param {"w" | "b"} axis */
function startSlider(axis) {
  const range = (/** @type {import("./index.js").Situation} */ { parameters }) =>
    linear(Number(parameters[`${axis}_minimum`]), Number(parameters[`${axis}_maximum`]), 0.001);
  return slider(`${axis}_start`, { scale: range, step: 0.01, symbol: axis });
}

/** @type {{ name: string, controls: import("./index.js").Control[] }[]} */
export const CLIFF_GROUPS = [
  {
    name: "descent",
    controls: [
      slider("clip_threshold", {
        words: "cliff_threshold",
        scale: () => logarithmic(0.001, 10, 200),
        step: 0.01,
        symbol: "c",
        primary: true,
      }),
      slider("learning_rate", {
        words: "cliff_rate",
        scale: () => logarithmic(0.01, 10, 200),
        step: 0.01,
        symbol: "η",
        primary: true,
      }),
      slider("descent_steps", { scale: () => logarithmic(5, 1000, 120, true), step: 1 }),
      startSlider("w"),
      startSlider("b"),
    ],
  },
  {
    name: "one_unit",
    controls: [
      slider("steps", {
        words: "cliff_steps",
        scale: () => logarithmic(1, 500, 140, true),
        step: 1,
        symbol: "T",
        primary: true,
      }),
      slider("x_0", { scale: () => linear(-3, 3, 0.01), step: 0.1, symbol: "x₀" }),
      slider("target", { scale: () => linear(0.01, 0.99, 0.01), step: 0.01 }),
    ],
  },
  {
    name: "slice",
    controls: [
      slider("bifurcation_w", { scale: () => linear(-8, 12, 0.05), step: 0.1, symbol: "w", primary: true }),
      choice("show", "segments", () => named(["error", "gradient"])),
    ],
  },
];
