/**
 * How one parameter's change carries over to the others, so that what the page asks for can always be answered.
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {import("../contract.d.ts").Catalog} Catalog
 */

import { BACKWARD_PARAMETERS } from "../facts.js";
import { withoutUnread } from "./cells.js";

/**
 * @param {Parameters} parameters
 * @param {Parameters} change
 * @param {Catalog} catalog
 * @returns {Parameters}
 */
export function changed(parameters, change, catalog) {
  const next = { ...parameters, ...change };
  if ("source" in change && change.source !== parameters.source) {
    // Sizes and read-out follow from the source; a length that only suited the old one goes too.
    Object.assign(next, { input_size: null, output_size: null, readout: null, loss: null, text: null }, change);
    if (next.source === "text" || parameters.source === "text") next.length = change.length ?? null;
  }
  if ("text" in change) next.length = change.length ?? null;
  const length = lengthOf(next, catalog);
  if (next.truncation !== null && length !== null && Number(next.truncation) > length) next.truncation = null;
  next.loss_at = lossSteps(String(next.loss_at), length);
  return { ...next, ...withoutUnread(next, catalog) };
}

/**
 * T before the server has said it; null for a text and for own data, whose length the server counts.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 */
export function lengthOf(parameters, catalog) {
  if (parameters.length !== null) return Number(parameters.length);
  if (parameters.source === "own") return null;
  if (parameters.source === "text") return parameters.text === null ? null : [...String(parameters.text)].length - 1;
  return sourceOf(parameters, catalog).default_length;
}

/**
 * The source of the sequence; the first one for own data and for a name that is none.
 * @param {Parameters} parameters
 * @param {Catalog} catalog
 */
export function sourceOf(parameters, catalog) {
  return catalog.sources.find((source) => source.name === parameters.source) ?? catalog.sources[0];
}

/**
 * Named loss steps that lie inside the sequence; the last step if none does.
 * @param {string} lossAt
 * @param {number | null} length
 */
function lossSteps(lossAt, length) {
  if (lossAt === "last" || lossAt === "every" || length === null) return lossAt;
  const steps = lossAt.split(",").filter((step) => Number(step) <= length);
  return steps.length > 0 ? steps.join(",") : "last";
}

/**
 * Two sets of parameters with the same base have the same network, sequence and loss.
 * @param {Parameters} parameters
 */
export function baseOf(parameters) {
  return JSON.stringify(Object.entries(parameters).filter(([name]) => !BACKWARD_PARAMETERS.includes(name)));
}

/** @param {Parameters} parameters */
export function backwardOf(parameters) {
  return JSON.stringify(BACKWARD_PARAMETERS.map((name) => parameters[name]));
}
