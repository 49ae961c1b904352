/**
 * Settings worth looking at: a preset is the defaults with a few changes.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("../contract.d.ts").Catalog} Catalog
 */

import { parseQuery } from "./url.js";

/**
 * @param {{ parameters: Record<string, any> }} preset
 * @param {Catalog} catalog
 * @returns {Parameters}
 */
export function parametersOf(preset, catalog) {
  return { ...parseQuery("", catalog.parameters).parameters, ...preset.parameters };
}

/**
 * The preset whose setting this is, in every parameter; null if none.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 * @returns {string | null}
 */
export function presetOf(parameters, catalog) {
  const { presets, parameters: specifications } = catalog;
  const valueIn = (/** @type {any} */ preset, /** @type {string} */ name) =>
    preset.parameters[name] ?? specifications[name]?.default ?? null;
  const names = Object.keys(parameters);
  const found = presets.find((preset) => names.every((name) => (parameters[name] ?? null) === valueIn(preset, name)));
  return found?.name ?? null;
}
