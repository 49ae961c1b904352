/**
 * Data of a person's own, which no link holds: typed or pasted, sent by POST, kept in an exported file.
 *
 * @typedef {object} Own
 * @property {number[][]} [x]
 * @property {number[][]} [target]
 * @property {Record<string, number[] | number[][]>} [weights]
 *
 * @typedef {import("./url.js").Parameters} Parameters
 * @typedef {{ key: string, values: Record<string, string | number> }} Problem  What is wrong with a text: a string and what goes into it.
 */

import { WEIGHTS } from "../facts.js";

/**
 * The body of POST /api/v1/runs.
 * @param {Parameters} parameters
 * @param {Own} own
 * @param {{ include: string[], norms?: string, arrays: "list" | "typed" }} asked
 */
export function bodyOf(parameters, own, asked) {
  const flat = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
  return { ...flat, ...asked, ...own };
}

/**
 * What follows from own data is left to the server: its length, its sizes, its source.
 * @param {Parameters} parameters
 * @param {Own} own
 * @returns {Parameters}
 */
export function fitted(parameters, own) {
  const next = { ...parameters };
  if (own.x) {
    Object.assign(next, {
      source: "own",
      length: null,
      input_size: null,
      output_size: null,
      readout: null,
      loss: null,
      text: null,
    });
    const length = own.x.length - (own.target ? 0 : 1);
    if (next.truncation !== null && Number(next.truncation) > length) next.truncation = null;
    if (!["last", "every"].includes(String(next.loss_at))) next.loss_at = "last";
  }
  const H = hiddenSizeOf(own);
  if (H !== null) next.hidden_size = H;
  return next;
}

/**
 * @param {Own} own
 * @returns {number | null}
 */
function hiddenSizeOf({ weights = {} }) {
  const { U, W, V, b_s: bias, h_0: start } = weights;
  const rows = W ?? U ?? bias ?? start;
  if (rows) return rows.length;
  const first = V?.[0];
  return Array.isArray(first) ? first.length : null;
}

/**
 * A table of numbers as people paste it: a row per line, commas, semicolons, tabs or spaces between; or JSON.
 * @param {string} text
 * @returns {{ rows: number[][] } | { problem: Problem }}
 */
export function parseRows(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) return fromJson(trimmed);
  const rows = /** @type {number[][]} */ ([]);
  for (const [index, line] of trimmed.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const row = /** @type {number[]} */ ([]);
    for (const word of line.trim().split(/[\s,;]+/)) {
      if (word === "") continue;
      const value = Number(word.replace("−", "-"));
      if (!Number.isFinite(value)) return { problem: { key: "own.problem.number", values: { word, line: index + 1 } } };
      row.push(value);
    }
    rows.push(row);
  }
  // Numbers in a single line are one number a step.
  const table = rows.length === 1 ? rows[0].map((value) => [value]) : rows;
  return checked(table);
}

/**
 * @param {string} text
 * @returns {{ rows: number[][] } | { problem: Problem }}
 */
function fromJson(text) {
  try {
    const parsed = JSON.parse(text);
    const rows = parsed.map((/** @type {any} */ row) => (Array.isArray(row) ? row : [row]));
    const bad = rows.flat().find((/** @type {any} */ value) => typeof value !== "number");
    if (bad !== undefined)
      return { problem: { key: "own.problem.number", values: { word: JSON.stringify(bad), line: 1 } } };
    return checked(rows);
  } catch (error) {
    return { problem: { key: "own.problem.json", values: { what: error instanceof Error ? error.message : "" } } };
  }
}

/**
 * @param {number[][]} rows
 * @returns {{ rows: number[][] } | { problem: Problem }}
 */
function checked(rows) {
  const width = rows[0]?.length ?? 0;
  if (width === 0) return { problem: { key: "own.problem.empty", values: {} } };
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd >= 0)
    return {
      problem: { key: "own.problem.ragged", values: { line: odd + 1, got: rows[odd].length, expected: width } },
    };
  return { rows };
}

/**
 * @param {string} text  JSON: {"W": [[…]], …}.
 * @returns {{ weights: Record<string, any> } | { problem: Problem }}
 */
export function parseWeights(text) {
  try {
    const parsed = JSON.parse(text);
    const isObject = parsed !== null && typeof parsed === "object" && !Array.isArray(parsed);
    const wrong = isObject ? Object.keys(parsed).find((name) => !WEIGHTS.includes(name)) : JSON.stringify(parsed);
    if (wrong !== undefined)
      return { problem: { key: "own.problem.name", values: { name: wrong.slice(0, 20), names: WEIGHTS.join(", ") } } };
    return { weights: parsed };
  } catch (error) {
    return { problem: { key: "own.problem.json", values: { what: error instanceof Error ? error.message : "" } } };
  }
}

/**
 * An exported answer, or any body of a POST: its parameters and its own data.
 * @param {string} text
 * @param {import("./url.js").Specifications} specifications
 * @returns {{ parameters: Parameters, own: Own } | null}
 */
export function fromExport(text, specifications) {
  /** @type {any} */
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const given = parsed?.parameters ?? parsed;
  if (given === null || typeof given !== "object" || Array.isArray(given)) return null;
  const parameters = Object.fromEntries(
    Object.entries(specifications)
      .filter(([name]) => name !== "include" && name !== "arrays")
      .map(([name, { default: fallback = null }]) => [name, given[name] ?? fallback]),
  );
  const own = Object.fromEntries(
    ["x", "target", "weights"].filter((name) => given[name]).map((name) => [name, given[name]]),
  );
  return Object.keys(own).length > 0 || "seed" in given ? { parameters: fitted(parameters, own), own } : null;
}

/**
 * What stays of own data when another source is chosen.
 * @param {Own | null} own
 * @returns {Own | null}
 */
export function withoutSequence(own) {
  return own?.weights ? { weights: own.weights } : null;
}
