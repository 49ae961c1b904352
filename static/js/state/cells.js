/**
 * What the chosen cell reads. A setting that only other cells read must not be asked for: the server refuses it.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("../contract.d.ts").Catalog} Catalog
 */

/**
 * The settings that a cell reads for itself, with their defaults.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 * @returns {Record<string, number>}
 */
export function settingsOfCell(parameters, catalog) {
  return catalog.cells.find((cell) => cell.name === parameters.cell)?.settings ?? {};
}

/**
 * The settings that have a value though the cell doesn't read them, without it.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 * @returns {Parameters}
 */
export function withoutUnread(parameters, catalog) {
  const read = settingsOfCell(parameters, catalog);
  const all = catalog.cells.flatMap((cell) => Object.keys(cell.settings));
  const unread = all.filter((/** @type {string} */ name) => !(name in read) && (parameters[name] ?? null) !== null);
  return Object.fromEntries(unread.map((/** @type {string} */ name) => [name, null]));
}
