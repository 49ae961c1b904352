/** The control rail of the page of training runs. A new control is one entry. */

import { OPTIMIZER_SETTINGS } from "../facts.js";
import { lengthOf, settingsOfOptimizer, taskOf } from "../state/variants.js";
import { CELL_CONTROLS } from "./cells.js";
import { mountSegments } from "./choice.js";
import { mountEntry, mountSeed } from "./entry.js";
import { choice, named, slider } from "./parameter.js";
import { linear, logarithmic } from "./slider.js";

/**
 * @typedef {import("./index.js").Control} Control
 * @typedef {import("./index.js").Situation} Situation
 */

/** @type {{ name: string, controls: Control[] }[]} */
export const TRAINING_GROUPS = [
  {
    name: "learning",
    controls: [
      { ...choice("optimizer", "select", (catalog) => catalog.optimizers) },
      slider("learning_rate", {
        words: "training_rate",
        scale: () => logarithmic(0.0001, 10, 200),
        step: 0.01,
        symbol: "η",
        primary: true,
        value: rateNow,
        fallback: (situation) => settingsOfOptimizer(situation.parameters, situation.catalog).learning_rate,
      }),
      {
        name: "clipping",
        parameters: ["clip_mode"],
        mount: (element, { parameters }, strings, change) =>
          mountSegments(element, {
            name: "clipping",
            label: strings("control.clipping.label"),
            about: strings(`choice.clipping.${clippingOf(parameters)}.about`),
            choices: ["off", "global_norm", "per_parameter", "value"].map((value) => ({
              value,
              label: strings(`choice.clipping.${value}`),
            })),
            value: clippingOf(parameters),
            onChange: (value) => change(clippedBy(value, parameters)),
          }),
        now: ({ parameters }, strings) => ({
          value: clippingOf(parameters),
          about: strings(`choice.clipping.${clippingOf(parameters)}.about`),
        }),
      },
      {
        ...slider("clip_threshold", {
          scale: () => logarithmic(0.001, 1000, 240),
          step: 0.1,
          symbol: "c",
          primary: true,
          value: ({ parameters }) => Number(parameters.clip_threshold ?? FIRST_THRESHOLD),
          fallback: () => FIRST_THRESHOLD,
        }),
        shown: ({ parameters }) => parameters.clip_threshold !== null,
      },
      slider("truncation", {
        scale: (situation) => linear(1, Math.max(2, lengthNow(situation)), 1),
        step: 1,
        symbol: "K",
        primary: true,
        value: (situation) => Number(situation.parameters.truncation ?? lengthNow(situation)),
        fallback: lengthNow,
        maximum: lengthNow,
        change: (value, situation) => ({ truncation: value >= lengthNow(situation) ? null : value }),
      }),
      {
        ...choice("truncation_mode", "segments", (catalog) => named(catalog.parameters.truncation_mode.choices)),
        shown: ({ parameters }) => parameters.truncation !== null,
      },
      ...OPTIMIZER_SETTINGS.map((name) => ({
        ...slider(name, {
          scale: () => (name === "epsilon" ? logarithmic(1e-12, 1, 120) : linear(0, 0.999, 0.001)),
          step: name === "epsilon" ? 1e-8 : 0.01,
          more: true,
          symbol: { momentum: "μ", first_decay: "β₁", second_decay: "β₂", epsilon: "ε" }[name],
          value: ({ parameters, catalog }) =>
            Number(parameters[name] ?? settingsOfOptimizer(parameters, catalog)[name] ?? 0),
          fallback: ({ parameters, catalog }) => settingsOfOptimizer(parameters, catalog)[name] ?? 0,
        }),
        shown: (/** @type {Situation} */ { parameters, catalog }) => name in settingsOfOptimizer(parameters, catalog),
      })),
    ],
  },
  {
    name: "network",
    controls: [
      slider("spectral_radius", { scale: () => linear(0, 2, 0.01), step: 0.01, symbol: "ρ", primary: true }),
      slider("hidden_size", { scale: () => linear(1, 64, 1), step: 1, symbol: "H" }),
      ...CELL_CONTROLS,
      { ...choice("activation", "select", (catalog) => catalog.activations), width: "half" },
      { ...choice("initializer", "select", (catalog) => catalog.initializers), width: "half" },
      slider("input_scale", { scale: () => logarithmic(0.01, 10, 120), step: 0.1, more: true }),
      slider("output_scale", { scale: () => logarithmic(0.01, 10, 120), step: 0.1, more: true }),
      slider("bias_scale", { scale: () => linear(0, 3, 0.05), step: 0.05, symbol: "b", more: true }),
    ],
  },
  {
    name: "task",
    controls: [
      choice("task", "select", (catalog) => catalog.tasks),
      {
        name: "text",
        mount: (element, { parameters, catalog }, strings, change) =>
          mountEntry(element, {
            name: "text",
            label: strings("control.text.label"),
            about: strings("control.text.about", { longest: catalog.parameters.text.longest }),
            value: String(parameters.text ?? ""),
            long: true,
            longest: catalog.parameters.text.longest,
            onChange: (text) => change({ text: text || null }),
          }),
        now: ({ parameters }) => ({ value: String(parameters.text ?? "") }),
        shown: ({ parameters }) => parameters.task === "next_character",
      },
      slider("length", {
        scale: (situation) => {
          const task = taskOf(situation.parameters, situation.catalog);
          return logarithmic(Math.max(2, task?.shortest ?? 2), Math.min(200, task?.longest ?? 200), 160, true);
        },
        step: 1,
        symbol: "T",
        value: lengthNow,
        fallback: ({ parameters, catalog }) => lengthOf({ ...parameters, length: null }, catalog),
      }),
      slider("steps", { words: "training_steps", scale: () => logarithmic(50, 10_000, 120, true), step: 50 }),
      {
        name: "seed",
        words: "training_seed",
        mount: (element, { parameters, catalog }, strings, change) =>
          mountSeed(element, {
            name: "seed",
            label: strings("control.training_seed.label"),
            about: strings("control.training_seed.about"),
            roll: strings("control.seed.roll"),
            value: Number(parameters.seed),
            maximum: catalog.parameters.seed.maximum,
            onChange: (seed) => change({ seed }),
          }),
        now: ({ parameters }) => ({ value: Number(parameters.seed) }),
      },
      slider("batch_size", { scale: () => logarithmic(1, 256, 120, true), step: 1, symbol: "B", more: true }),
    ],
  },
];

/** Where clipping begins when it is switched on. */
const FIRST_THRESHOLD = 1;

/** @param {Situation} situation */
function lengthNow({ parameters, catalog }) {
  return lengthOf(parameters, catalog);
}

/** @param {Situation} situation */
function rateNow({ parameters, catalog }) {
  return Number(parameters.learning_rate ?? settingsOfOptimizer(parameters, catalog).learning_rate ?? 0.1);
}

/** @param {import("../state/url.js").Parameters} parameters */
function clippingOf(parameters) {
  return parameters.clip_threshold === null ? "off" : String(parameters.clip_mode);
}

/**
 * @param {string} value
 * @param {import("../state/url.js").Parameters} parameters
 * @returns {import("../state/url.js").Parameters}
 */
function clippedBy(value, parameters) {
  if (value === "off") return { clip_threshold: null };
  return { clip_mode: value, clip_threshold: parameters.clip_threshold ?? FIRST_THRESHOLD };
}
