/** Answers of the server in the form in which the page computes: every array a typed array with its shape. */

import { OBJECT_LISTS, PLAIN_LISTS } from "../facts.js";

/**
 * @typedef {object} Tensor
 * @property {Float32Array | Float64Array | Int32Array} values  Row-major; NaN where there is no finite value.
 * @property {number[]} shape
 */

const TYPES = /** @type {const} */ ({ f4: Float32Array, f8: Float64Array, i4: Int32Array });

/**
 * @param {any} value  Parsed JSON.
 * @param {string} [name]  The key it was found under.
 * @returns {any}
 */
export function decode(value, name = "") {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    if (OBJECT_LISTS.includes(name)) return value.map((item) => decode(item));
    return PLAIN_LISTS.includes(name) ? value : fromLists(value);
  }
  if (typeof value.bdata === "string") return fromBase64(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner, key)]));
}

/**
 * @param {{ dtype: "f4" | "f8" | "i4", bdata: string, shape?: string }} wire
 * @returns {Tensor}
 */
function fromBase64({ dtype, bdata, shape }) {
  const binary = atob(bdata);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  const values = new TYPES[dtype](bytes.buffer);
  return { values, shape: shape ? shape.split(",").map(Number) : [values.length] };
}

/**
 * @param {any[]} rows  Nested lists of numbers, null for a gap.
 * @returns {Tensor}
 */
function fromLists(rows) {
  /** @type {number[]} */
  const shape = [];
  for (let level = /** @type {any} */ (rows); Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat = shape.length > 1 ? rows.flat(shape.length - 1) : rows;
  const values = new Float64Array(flat.length);
  for (let i = 0; i < flat.length; i += 1) values[i] = flat[i] ?? Number.NaN;
  return { values, shape };
}
