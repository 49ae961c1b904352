/**
 * The control rail: which controls there are, in which group, and how each stands for parameters. A new control is one entry.
 *
 * @typedef {import("../state/url.js").Parameters} Parameters
 * @typedef {import("../figures/answer.js").Strings} Strings
 *
 * @typedef {object} Situation  What the controls depend on.
 * @property {Parameters} parameters
 * @property {any} run  The newest answer, or null.
 * @property {any} catalog
 *
 * @typedef {object} Handle
 * @property {HTMLElement} element
 * @property {(now: any) => void} update
 * @property {(message: string | null) => void} problem
 * @property {(locked: boolean) => void} lock
 *
 * @typedef {object} Control
 * @property {string} name
 * @property {string} [words]  Of its strings `control.<words>`; default: its name.
 * @property {string} [symbol]  Its letter in formulas.
 * @property {string[]} [parameters]  Whose errors are told here; default: its name.
 * @property {"half"} [width]
 * @property {boolean} [more]  Among the less used ones of its group.
 * @property {(element: HTMLElement, situation: Situation, strings: Strings, change: (change: Parameters) => void) => Handle} mount
 * @property {(situation: Situation, strings: Strings) => any} now  What `update` is told.
 * @property {(situation: Situation) => boolean} [shown]
 */

import { sourceOf } from "../state/parameters.js";
import { CELL_CONTROLS } from "./cells.js";
import { mountSegments } from "./choice.js";
import { mountEntry, mountSeed } from "./entry.js";
import { choice, named, slider } from "./parameter.js";
import { linear, logarithmic } from "./slider.js";

/** @type {{ name: string, controls: Control[] }[]} */
export const GROUPS = [
  {
    name: "network",
    controls: [
      slider("spectral_radius", { scale: () => linear(0, 2, 0.01), step: 0.01, symbol: "ρ", primary: true }),
      slider("hidden_size", { scale: () => linear(1, 64, 1), step: 1, symbol: "H" }),
      ...CELL_CONTROLS,
      { ...choice("activation", "select", (catalog) => catalog.activations), width: "half" },
      { ...choice("initializer", "select", (catalog) => catalog.initializers), width: "half" },
      {
        name: "seed",
        mount: (element, { parameters, catalog }, strings, change) =>
          mountSeed(element, {
            name: "seed",
            label: strings("control.seed.label"),
            about: strings("control.seed.about"),
            roll: strings("control.seed.roll"),
            value: Number(parameters.seed),
            maximum: catalog.parameters.seed.maximum,
            onChange: (seed) => change({ seed }),
          }),
        now: ({ parameters }) => ({ value: Number(parameters.seed) }),
      },
      slider("input_scale", { scale: () => logarithmic(0.01, 10, 120), step: 0.1, more: true }),
      slider("output_scale", { scale: () => logarithmic(0.01, 10, 120), step: 0.1, more: true }),
      slider("bias_scale", { scale: () => linear(0, 3, 0.05), step: 0.05, symbol: "b", more: true }),
    ],
  },
  {
    name: "sequence",
    controls: [
      choice("source", "select", (catalog, parameters) =>
        parameters.source === "own" ? [...catalog.sources, { name: "own" }] : catalog.sources,
      ),
      {
        name: "text",
        mount: (element, situation, strings, change) =>
          mountEntry(element, {
            name: "text",
            label: strings("control.text.label"),
            about: strings("control.text.about", { longest: situation.catalog.parameters.text.longest }),
            value: textOf(situation),
            long: true,
            longest: situation.catalog.parameters.text.longest,
            onChange: (text) => change({ text: text || null }),
          }),
        now: (situation) => ({ value: textOf(situation) }),
        shown: ({ parameters }) => parameters.source === "text",
      },
      {
        ...slider("length", {
          scale: () => logarithmic(2, 1000, 200, true),
          step: 1,
          symbol: "T",
          value: lengthNow,
          fallback: defaultLength,
        }),
        // Own data is as long as it is.
        shown: ({ parameters }) => parameters.source !== "own",
      },
    ],
  },
  {
    name: "loss",
    controls: [
      {
        name: "placement",
        parameters: ["loss_at", "input_at"],
        mount: (element, { parameters }, strings, change) =>
          mountSegments(element, {
            name: "placement",
            label: strings("control.placement.label"),
            about: strings(`control.placement.${placementOf(parameters)}.about`),
            choices: PLACEMENTS.map((value) => ({ value, label: strings(`control.placement.${value}.label`) })),
            value: placementOf(parameters),
            onChange: (value) => change(placed(value)),
          }),
        now: ({ parameters }, strings) => ({
          value: placementOf(parameters),
          about: strings(`control.placement.${placementOf(parameters)}.about`),
        }),
      },
      {
        name: "loss_at",
        mount: (element, { parameters }, strings, change) =>
          mountEntry(element, {
            name: "loss_at",
            label: strings("control.loss_at.label"),
            about: strings("control.loss_at.about"),
            value: String(parameters.loss_at),
            pattern: "^\\s*[1-9]\\d*(\\s*,\\s*[1-9]\\d*)*\\s*$",
            onChange: (value) => change({ loss_at: value.replace(/\s/g, "") }),
          }),
        now: ({ parameters }) => ({ value: String(parameters.loss_at) }),
        shown: ({ parameters }) => placementOf(parameters) === "steps",
      },
      {
        ...choice(
          "readout",
          "select",
          readouts,
          (parameters, run) => parameters.readout ?? run?.parameters.readout ?? "identity",
        ),
        more: true,
      },
    ],
  },
  {
    name: "backward",
    controls: [
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
      choice("truncation_mode", "segments", (catalog) => named(catalog.parameters.truncation_mode.choices)),
      slider("clip_threshold", { scale: () => logarithmic(0.001, 1000, 240), step: 0.1, symbol: "c", primary: true }),
      choice("clip_mode", "segments", (catalog) => named(catalog.parameters.clip_mode.choices)),
      slider("learning_rate", { scale: () => logarithmic(0.0001, 10, 200), step: 0.01, symbol: "η", more: true }),
    ],
  },
];

const PLACEMENTS = ["last", "every", "first", "steps"];

/** @param {Parameters} parameters */
function placementOf(parameters) {
  if (parameters.input_at === "first") return "first";
  return parameters.loss_at === "last" || parameters.loss_at === "every" ? String(parameters.loss_at) : "steps";
}

/**
 * @param {string} placement
 * @returns {Parameters}
 */
function placed(placement) {
  if (placement === "first") return { input_at: "first", loss_at: "every" };
  return { input_at: "every", loss_at: placement === "steps" ? "10,20,30" : placement };
}

/** @param {Situation} situation */
function lengthNow({ parameters, run, catalog }) {
  return Number(
    parameters.length ??
      (run?.parameters.source === parameters.source
        ? run.parameters.length
        : defaultLength({ parameters, run, catalog })),
  );
}

/** @param {Situation} situation */
function defaultLength({ parameters, catalog }) {
  return sourceOf(parameters, catalog).default_length;
}

/** @param {Situation} situation */
function textOf({ parameters, run }) {
  return String(parameters.text ?? run?.parameters.text ?? "");
}

/**
 * Those that fit the targets.
 * @param {import("../contract.d.ts").Catalog} catalog
 * @param {Parameters} parameters
 */
function readouts(catalog, parameters) {
  const { readouts: fitting } = sourceOf(parameters, catalog);
  return catalog.readouts.filter((readout) => fitting.includes(readout.name));
}
