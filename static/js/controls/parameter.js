/**
 * Controls of one parameter each, from what the catalog and the dictionary say of it. A slider's `words` name its strings where another page
 * says other things of a parameter with the same name.
 *
 * @typedef {import("../state/url.js").Parameters} Parameters
 * @typedef {import("../figures/answer.js").Strings} Strings
 * @typedef {import("./index.js").Situation} Situation
 * @typedef {import("./index.js").Control} Control
 */

import { mountSegments, mountSelect } from "./choice.js";
import { mountSlider } from "./slider.js";

/**
 * A number.
 * @param {string} name  Of the parameter.
 * @param {{ words?: string, scale: (situation: Situation) => import("./slider.js").Scale, step: number, symbol?: string, primary?: boolean, more?: boolean,
 *   value?: (situation: Situation) => number, fallback?: (situation: Situation) => number, maximum?: (situation: Situation) => number,
 *   change?: (value: number, situation: Situation) => Parameters }} options
 * @returns {Control}
 */
export function slider(name, options) {
  const value = options.value ?? (({ parameters }) => Number(parameters[name]));
  const fallback = options.fallback ?? (({ catalog }) => catalog.parameters[name].default);
  const maximum = options.maximum ?? (({ catalog }) => catalog.parameters[name].maximum);
  const words = options.words ?? name;
  /** @type {Situation} */
  let latest;
  return {
    name,
    words,
    symbol: options.symbol,
    more: options.more,
    mount: (element, situation, strings, change) => {
      latest = situation;
      const unitKey = `control.${words}.unit`;
      const unit = strings(unitKey);
      return mountSlider(element, {
        name,
        label: strings(`control.${words}.label`),
        symbol: options.symbol,
        about: strings(`control.${words}.about`),
        unit: unit === unitKey ? undefined : unit,
        value: value(situation),
        fallback: fallback(situation),
        fallbackText: strings("control.default", { value: fallback(situation) }),
        scale: options.scale(situation),
        minimum: situation.catalog.parameters[name].minimum,
        maximum: maximum(situation),
        step: options.step,
        primary: options.primary,
        onChange: (next) => change(options.change ? options.change(next, latest) : { [name]: next }),
      });
    },
    now: (situation) => {
      latest = situation;
      return {
        value: value(situation),
        scale: options.scale(situation),
        fallback: fallback(situation),
        maximum: maximum(situation),
      };
    },
  };
}

/**
 * One of several names.
 * @param {string} name
 * @param {"select" | "segments"} kind
 * @param {(catalog: any, parameters: Parameters) => { name: string }[]} names
 * @param {(parameters: Parameters, run: any) => any} [value]
 * @returns {Control}
 */
export function choice(name, kind, names, value = (parameters) => parameters[name]) {
  const choices = (/** @type {Situation} */ { catalog, parameters }, /** @type {Strings} */ strings) =>
    names(catalog, parameters).map((item) => ({ value: item.name, label: strings(`choice.${name}.${item.name}`) }));
  const about = (/** @type {string} */ now, /** @type {Strings} */ strings) => {
    const own = strings(`choice.${name}.${now}.about`);
    return own === `choice.${name}.${now}.about` ? strings(`control.${name}.about`) : own;
  };
  return {
    name,
    mount: (element, situation, strings, change) => {
      const now = String(value(situation.parameters, situation.run));
      return (kind === "select" ? mountSelect : mountSegments)(element, {
        name,
        label: strings(`control.${name}.label`),
        about: about(now, strings),
        choices: choices(situation, strings),
        value: now,
        onChange: (next) => change({ [name]: next }),
      });
    },
    now: (situation, strings) => {
      const now = String(value(situation.parameters, situation.run));
      return { value: now, choices: choices(situation, strings), about: about(now, strings) };
    },
  };
}

/** @param {string[]} names */
export function named(names) {
  return names.map((name) => ({ name }));
}
