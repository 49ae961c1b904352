/**
 * Settings worth looking at: a preset is the defaults with a few changes.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 */

import { parseQuery } from "./url.js";

/** @param {{ parameters: Record<string, any> }} preset @param {any} catalog @returns {Parameters} */
export function parametersOf(preset, catalog) {
  return { ...parseQuery("", catalog.parameters).parameters, ...preset.parameters };
}

/** The preset whose setting this is, in every parameter; null if none. @param {Parameters} parameters @param {any} catalog @returns {string | null} */
export function presetOf(parameters, catalog) {
  const found = catalog.presets.find((/** @type {any} */ preset) => {
    const its = parametersOf(preset, catalog);
    return Object.keys(its).every((name) => its[name] === (parameters[name] ?? null));
  });
  return found?.name ?? null;
}
