/**
 * The one-unit network x_t = w σ(x_{t−1}) + b: where two of its fixed points meet. There w σ′(x) = 1, which only w > 4 can fulfil.
 * app/engine/one_unit/bifurcation.py computes the same; tests/cases/folds.json tests both.
 */

/**
 * The b of both folds at a w; null for w ≤ 4.
 * @param {number} w
 * @returns {{ lower: number, upper: number } | null}
 */
export function foldsAt(w) {
  if (!(w > 4)) return null;
  const width = Math.sqrt((w - 4) / w); // between the two σ(x)
  const large = (1 + width) / 2;
  const small = 1 / (w * large); // 1 − large would lose digits
  const x = Math.log1p(width / small);
  return { lower: x - w * large, upper: -x - w * small };
}

/**
 * Both folds over a range of w, as lines that meet in the cusp at w = 4.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function foldLines(low, high, count) {
  const from = Math.max(4, low);
  if (!(high > from)) return null;
  const w = Float64Array.from({ length: count }, (_, i) => from + ((high - from) * i) / (count - 1));
  // At the cusp both are one: b = −2.
  const at = (/** @type {number} */ value) => foldsAt(value) ?? { lower: -2, upper: -2 };
  return { w, lower: w.map((value) => at(value).lower), upper: w.map((value) => at(value).upper) };
}
