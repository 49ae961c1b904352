/** Numbers as people read them: a true minus, powers of ten as superscripts, few digits. */

const SUPERSCRIPTS = /** @type {Record<string, string>} */ ({
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
  "−": "⁻",
  "-": "⁻",
  ".": "·",
});

/** @param {string | number} value  digits, sign and point */
export function superscript(value) {
  return [...String(value)].map((character) => SUPERSCRIPTS[character] ?? character).join("");
}

/** @param {string | number} value  digits */
export function subscript(value) {
  return [...String(value)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
}

/**
 * A number with the given count of significant digits, without needless zeros and never in E notation for sizes people read.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 || magnitude < 1e-4) return scientific(value, digits);
  // The exponent after rounding: 0.9999 with three digits is 1.00.
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  return minus(value.toFixed(Math.min(Math.max(0, digits - 1 - exponent), 12)));
}

/** A number without trailing zeros, for axes and keys. @param {number} value */
export function plain(value) {
  const short = Number(value.toPrecision(4));
  const size = Math.abs(short);
  if (size === 0 || (size < 1e6 && size >= 1e-4)) return minus(String(short));
  const [mantissa, exponent] = short.toExponential().split("e");
  return `${minus(mantissa)}·10${superscript(minus(String(Number(exponent))))}`.replace(/^(−?)1·/, "$1");
}

/**
 * @param {number} value
 * @param {number} digits
 */
function scientific(value, digits) {
  const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 1)).split("e");
  return `${minus(mantissa)}·10${superscript(minus(String(Number(exponent))))}`;
}

/**
 * A number with a fixed count of decimals.
 * @param {number | null | undefined} value
 * @param {number} decimals
 */
export function fixed(value, decimals) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return minus(value.toFixed(decimals));
}

/**
 * 10 to that power: 10⁻⁷·⁴.
 * @param {number | null | undefined} log10
 * @param {number} [decimals]
 */
export function powerOfTen(log10, decimals = 1) {
  if (log10 === null || log10 === undefined || Number.isNaN(log10)) return "–";
  const shown = log10.toFixed(decimals).replace(/\.0+$/, "");
  return `10${superscript(minus(shown === "-0" ? "0" : shown))}`;
}

/**
 * 10 to that power in scientific notation, however large or small: 2.5 × 10⁻⁵.
 * @param {number} log10
 * @param {number} [digits]
 */
export function scientificOf(log10, digits = 2) {
  let exponent = Math.floor(log10);
  let mantissa = (10 ** (log10 - exponent)).toFixed(digits - 1);
  if (Number(mantissa) === 10) [mantissa, exponent] = [(1).toFixed(digits - 1), exponent + 1]; // 9.96 is 10
  return `${mantissa}\u00a0×\u00a010${superscript(minus(String(exponent)))}`;
}

/**
 * A norm given by its log10: a plain number where that is readable, else a power of ten.
 * @param {number | null | undefined} log10
 * @param {number} [digits]
 */
export function norm(log10, digits = 3) {
  if (log10 === null || log10 === undefined || Number.isNaN(log10)) return "–";
  if (log10 === -Infinity) return "0";
  return log10 >= -3 && log10 < 4 ? number(10 ** log10, digits) : powerOfTen(log10);
}

/**
 * @param {number | null | undefined} fraction
 * @param {number} [digits]
 */
export function percent(fraction, digits = 2) {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return "–";
  return `${number(100 * fraction, 100 * Math.abs(fraction) >= 100 ? 3 : digits)}\u00a0%`;
}

/** @param {string} text */
function minus(text) {
  return text.replace(/^-(?=.*[1-9])/, "−").replace(/^-/, "");
}
