/**
 * Training runs side by side: shared parameters, and up to four variants that differ from them in a few. Task, data, seed and the number of
 * steps are always shared, so that every variant learns from the same mini-batches.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("../contract.d.ts").Catalog} Catalog
 * @typedef {import("./url.js").Specifications} Specifications
 *
 * @typedef {object} Setting
 * @property {Parameters} shared
 * @property {Parameters[]} variants  By variant: what differs from the shared parameters.
 */

import { OPTIMIZER_SETTINGS } from "../facts.js";
import { withoutUnread } from "./cells.js";
import { changedFrom, isNumeric, parseQuery, toQuery } from "./url.js";

export const MOST_VARIANTS = 4;
export const LETTERS = Object.freeze(["A", "B", "C", "D"]);

/** The same for every variant. */
export const COMMON = Object.freeze([
  "task",
  "length",
  "text",
  "batch_size",
  "steps",
  "seed",
  "snapshot_every",
  "spectrum_every",
]);

/** In a link: name:value, with commas between them. Both stand in a query as they are. */
const [ASSIGN, SEPARATE] = [":", ","];

/** @param {Parameters} variant */
export function formatVariant(variant) {
  return Object.entries(variant)
    .map(([name, value]) => `${name}${ASSIGN}${value ?? ""}`)
    .join(SEPARATE);
}

/**
 * What isn't a parameter that may differ, or not a value for it, is left out.
 * @param {string} text
 * @param {Specifications} specifications
 * @returns {Parameters}
 */
export function parseVariant(text, specifications) {
  /** @type {Parameters} */
  const variant = {};
  for (const part of text.split(SEPARATE)) {
    const [name, value] = part.split(ASSIGN);
    const specification = specifications[name];
    if (value === undefined || !specification || COMMON.includes(name)) continue;
    if (value === "") variant[name] = null;
    else if (!isNumeric(specification)) variant[name] = value;
    else if (Number.isFinite(Number(value))) variant[name] = Number(value);
  }
  return variant;
}

/**
 * The setting that a link holds; null if it holds none.
 * @param {string} query
 * @param {Specifications} specifications
 * @returns {{ setting: Setting | null, page: Record<string, string> }}
 */
export function parseSetting(query, specifications) {
  const search = new URLSearchParams(query);
  const { parameters: shared, page } = parseQuery(query, specifications);
  const given = [...search.keys()].some((name) => name === "variant" || name in specifications);
  if (!given) return { setting: null, page };
  const variants = search
    .getAll("variant")
    .slice(0, MOST_VARIANTS)
    .map((text) => parseVariant(text, specifications));
  return { setting: { shared, variants: variants.length > 0 ? variants : [{}] }, page };
}

/**
 * The link of a setting: what isn't at its default, and the variants.
 * @param {Setting} setting
 * @param {Specifications} specifications
 * @param {Record<string, string>} [page]
 */
export function settingQuery({ shared, variants }, specifications, page = {}) {
  const search = new URLSearchParams(toQuery(changedFrom(shared, specifications), page));
  for (const variant of variants) search.append("variant", formatVariant(variant));
  return search.toString().replaceAll("%3A", ASSIGN).replaceAll("%2C", SEPARATE);
}

/**
 * All parameters of one variant.
 * @param {Setting} setting
 * @param {number} index
 * @returns {Parameters}
 */
export function parametersOf({ shared, variants }, index) {
  return { ...shared, ...variants[index] };
}

/**
 * The query of its training run.
 * @param {Setting} setting
 * @param {number} index
 */
export function queryOf(setting, index) {
  return toQuery(parametersOf(setting, index));
}

/**
 * The setting after a change of the shared parameters, or of one variant.
 * @param {Setting} setting
 * @param {Parameters} change
 * @param {number | null} scope  null: all variants.
 * @param {Catalog} catalog
 * @returns {Setting}
 */
export function changedSetting(setting, change, scope, catalog) {
  const common = Object.fromEntries(Object.entries(change).filter(([name]) => COMMON.includes(name)));
  const own = Object.fromEntries(Object.entries(change).filter(([name]) => !COMMON.includes(name)));
  if (scope === null)
    return tidy({ shared: consistent(setting.shared, change, catalog), variants: setting.variants }, catalog);
  const fresh = "optimizer" in own && own.optimizer !== parametersOf(setting, scope).optimizer ? forgotten() : {};
  const variants = setting.variants.map((variant, i) => (i === scope ? { ...variant, ...fresh, ...own } : variant));
  return tidy({ shared: consistent(setting.shared, common, catalog), variants }, catalog);
}

/**
 * @param {Parameters} shared
 * @param {Parameters} change
 * @param {Catalog} catalog
 * @returns {Parameters}
 */
function consistent(shared, change, catalog) {
  const next = { ...shared, ...change };
  // Each task has a length, each optimiser a learning rate, that suits it.
  if ("task" in change && change.task !== shared.task) Object.assign(next, { length: null, text: null }, change);
  if ("optimizer" in change && change.optimizer !== shared.optimizer) Object.assign(next, forgotten(), change);
  const length = lengthOf(next, catalog);
  if (next.truncation !== null && Number(next.truncation) >= length) next.truncation = null;
  return next;
}

/** What an optimiser has a default of its own for. @returns {Parameters} */
function forgotten() {
  return Object.fromEntries(["learning_rate", ...OPTIMIZER_SETTINGS].map((name) => [name, null]));
}

/**
 * Without differences that are none.
 * @param {Setting} setting
 * @param {Catalog} catalog
 * @returns {Setting}
 */
function tidy({ shared, variants }, catalog) {
  const length = lengthOf(shared, catalog);
  return {
    shared: { ...shared, ...withoutUnread(shared, catalog) },
    variants: variants.map((variant) => {
      const fitting = { ...variant, ...withoutUnread({ ...shared, ...variant }, catalog) };
      if (Number(fitting.truncation) >= length) fitting.truncation = null;
      return Object.fromEntries(Object.entries(fitting).filter(([name, value]) => value !== (shared[name] ?? null)));
    }),
  };
}

/**
 * T.
 * @param {Parameters} shared
 * @param {Catalog} catalog
 * @returns {number}
 */
export function lengthOf(shared, catalog) {
  return Number(shared.length ?? (taskOf(shared, catalog) ?? catalog.tasks[0]).default_length);
}

/**
 * @param {Parameters} shared
 * @param {Catalog} catalog
 */
export function taskOf(shared, catalog) {
  return catalog.tasks.find((task) => task.name === shared.task) ?? null;
}

/**
 * What an optimiser reads, with its defaults.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 * @returns {Record<string, number>}
 */
export function settingsOfOptimizer(parameters, catalog) {
  return catalog.optimizers.find((each) => each.name === parameters.optimizer)?.settings ?? {};
}

/**
 * Names of the parameters in which the variants differ from each other, in the order of the form.
 * @param {Setting} setting
 * @param {Specifications} specifications
 */
export function contrasted(setting, specifications) {
  const all = setting.variants.map((_, i) => parametersOf(setting, i));
  return Object.keys(specifications).filter((name) =>
    all.some((parameters) => (parameters[name] ?? null) !== (all[0][name] ?? null)),
  );
}

/**
 * @param {{ parameters: Parameters, variants: { parameters: Parameters }[] }} preset
 * @param {Catalog} catalog
 * @returns {Setting}
 */
export function settingOf(preset, catalog) {
  const { parameters: defaults } = parseQuery("", catalog.training_parameters);
  return {
    shared: { ...defaults, ...preset.parameters },
    variants: preset.variants.map(({ parameters }) => ({ ...parameters })),
  };
}

/**
 * The story whose setting this is, whatever the seed; null if none.
 * @param {Setting} setting
 * @param {Catalog} catalog
 * @returns {any}
 */
export function storyOf(setting, catalog) {
  const specifications = catalog.training_parameters;
  const seedless = (/** @type {Setting} */ { shared, variants }) =>
    JSON.stringify([
      Object.keys(specifications).map((name) => (name === "seed" ? 0 : (shared[name] ?? null))),
      variants,
    ]);
  const now = seedless(setting);
  return catalog.training_presets.find((preset) => seedless(settingOf(preset, catalog)) === now) ?? null;
}
