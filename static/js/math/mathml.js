/**
 * Formulas as data: nodes of MathML Core, for the page to turn into elements. Brackets are drawn by the style sheet, so that they fit
 * whatever font there is.
 *
 * @typedef {object} MathNode
 * @property {string} tag  Of MathML.
 * @property {string} [text]
 * @property {MathNode[]} [children]
 * @property {string} [className]
 * @property {number} [share]  Of a cell: its value over the largest of its matrix, −1..1.
 */

import { number } from "./format.js";

/** As wide as a digit: cells of MathML know no right alignment. */
const FIGURE_SPACE = "\u2007";

/**
 * A variable: one letter, slanted.
 * @param {string} text
 * @returns {MathNode}
 */
export const variable = (text) => ({ tag: "mi", text });

/**
 * A name that is written upright: tanh, diag.
 * @param {string} text
 * @returns {MathNode}
 */
export const upright = (text) => ({ tag: "mi", text, className: "upright" });

/**
 * @param {string} text
 * @returns {MathNode}
 */
export const operator = (text) => ({ tag: "mo", text });

/**
 * @param {string | number} text
 * @returns {MathNode}
 */
export const literal = (text) => ({ tag: "mn", text: String(text) });

/**
 * @param {...MathNode} children
 * @returns {MathNode}
 */
export const row = (...children) => ({ tag: "mrow", children });

/**
 * @param {MathNode} base
 * @param {MathNode} below
 * @returns {MathNode}
 */
export const lowered = (base, below) => ({ tag: "msub", children: [base, below] });

/**
 * @param {MathNode} above
 * @param {MathNode} below
 * @returns {MathNode}
 */
export const fraction = (above, below) => ({ tag: "mfrac", children: [above, below] });

/**
 * A sum over what stands below it.
 * @param {MathNode} below
 * @returns {MathNode}
 */
export const sumOver = (below) => ({ tag: "munder", children: [operator("∑"), below] });

/**
 * s_t with a letter or a number below.
 * @param {string} name
 * @param {string | number} index
 * @returns {MathNode}
 */
export const indexed = (name, index) =>
  lowered(variable(name), typeof index === "number" ? literal(index) : subscripted(index));

/**
 * "t−1": letters slanted, numbers and signs upright.
 * @param {string} text
 * @returns {MathNode}
 */
function subscripted(text) {
  const parts = (text.match(/\d+|[a-zA-Z]|[^\w\s]/g) ?? []).map((part) =>
    /\d/.test(part) ? literal(part) : /[a-zA-Z]/.test(part) ? variable(part) : operator(part),
  );
  return parts.length === 1 ? parts[0] : row(...parts);
}

/**
 * A matrix of numbers in brackets; a vector is one column.
 * @param {ArrayLike<number>} values  Row-major.
 * @param {number} columns
 * @param {number} [scale]  The size that is shaded most; default: the largest entry.
 * @returns {MathNode}
 */
export function matrix(values, columns, scale) {
  const rows = values.length / columns;
  const texts = Array.from(values, entry);
  const longest = Math.max(...texts.map((text) => text.length));
  const top = scale ?? Math.max(...Array.from(values, Math.abs).filter(Number.isFinite), 0);
  return {
    tag: "mtable",
    className: "matrix",
    children: Array.from({ length: rows }, (_, i) => ({
      tag: "mtr",
      children: Array.from({ length: columns }, (_, j) => {
        const value = values[i * columns + j];
        const share = top > 0 && Number.isFinite(value) ? value / top : 0;
        return {
          tag: "mtd",
          children: [literal(texts[i * columns + j].padStart(longest, FIGURE_SPACE))],
          share: Math.max(-1, Math.min(1, share)),
        };
      }),
    })),
  };
}

/** An entry of a matrix: three decimals where they say something, so that the points stand under each other. @param {number} value */
export function entry(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return number(value);
  if (size >= 1000 || size < 0.0005) return number(value, 2);
  return value.toFixed(3).replace("-", "−");
}
