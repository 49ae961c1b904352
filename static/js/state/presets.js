/**
 * Settings worth looking at: a preset is the defaults with a few changes.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 */

import { parseQuery } from "./url.js";

/**
 * @param {{ parameters: Record<string, any> }} preset
 * @param {any} catalog
 * @returns {Parameters}
 */
export function parametersOf(preset, catalog) {
  return { ...parseQuery("", catalog.parameters).parameters, ...preset.parameters };
}

/**
 * The preset whose setting this is, in every parameter; null if none.
 * @param {Parameters} parameters
 * @param {any} catalog
 * @returns {string | null}
 */
export function presetOf(parameters, catalog) {
  const { presets, parameters: specifications } = catalog;
  const valueIn = (/** @type {any} */ preset, /** @type {string} */ name) =>
    preset.parameters[name] ?? specifications[name]?.default ?? null;
  const names = Object.keys(parameters);
  const found = presets.find((/** @type {any} */ preset) =>
    names.every((name) => (parameters[name] ?? null) === valueIn(preset, name)),
  );
  return found?.name ?? null;
}
