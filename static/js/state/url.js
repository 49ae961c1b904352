/**
 * The page's URL holds the whole state: the API's flat parameters under their own names, and a few that only the page reads.
 * What follows the question mark, put after /api/v1/runs, is the data behind the picture.
 */

import { PAGE_PARAMETERS } from "../facts.js";

/** All but `variant`, which is repeated; state/variants.js reads it. */
const SINGLE_PAGE_PARAMETERS = PAGE_PARAMETERS.filter((name) => name !== "variant");

/** Decided by the page for each request, so no part of a link. */
const REQUEST_ONLY = new Set(["include", "norms", "arrays"]);

/** @typedef {Record<string, string | number | null>} Parameters */
/** @typedef {Record<string, import("../contract.d.ts").ParameterFacts>} Specifications  By name: default, minimum, maximum, choices, type. */

/**
 * @param {string} query
 * @param {Specifications} specifications
 * @returns {{ parameters: Parameters, page: Record<string, string>, pins: string[] }}
 */
export function parseQuery(query, specifications) {
  const search = new URLSearchParams(query);
  /** @type {Parameters} */
  const parameters = {};
  for (const [name, specification] of Object.entries(specifications)) {
    if (!REQUEST_ONLY.has(name)) parameters[name] = given(search.get(name), specification);
  }
  /** @type {Record<string, string>} */
  const page = {};
  for (const name of SINGLE_PAGE_PARAMETERS) {
    const value = search.get(name);
    if (name !== "pin" && value) page[name] = value;
  }
  return { parameters, page, pins: search.getAll("pin") };
}

/**
 * @param {string | null} text
 * @param {any} specification
 */
function given(text, specification) {
  const fallback = specification.default ?? null;
  if (text === null) return fallback;
  if (!isNumeric(specification)) return text;
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : fallback;
}

/** @param {any} specification */
export function isNumeric(specification) {
  return specification.type === "integer" || specification.type === "number";
}

/**
 * The query of a request or a link. A parameter without a value is left out: the server's default holds.
 * @param {Parameters} parameters
 * @param {Record<string, string>} [page]
 * @param {string[]} [pins]
 */
export function toQuery(parameters, page = {}, pins = []) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && !REQUEST_ONLY.has(name)) search.set(name, String(value));
  }
  for (const name of SINGLE_PAGE_PARAMETERS) if (page[name]) search.set(name, page[name]);
  for (const pin of pins) search.append("pin", pin);
  return search.toString();
}

/**
 * The parameters that aren't at their default.
 * @param {Parameters} parameters
 * @param {Specifications} specifications
 * @returns {Parameters}
 */
export function changedFrom(parameters, specifications) {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name, value]) => value !== (specifications[name]?.default ?? null)),
  );
}
