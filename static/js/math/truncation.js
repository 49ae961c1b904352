/**
 * What a truncation length cuts. `K = null`, or K ≥ T, cuts nothing.
 * app/engine/backward/truncation.py (is_kept) decides the same; tests/cases/truncation.json tests both.
 */

/**
 * @typedef {object} Cut
 * @property {number[]} cuts  Places between steps, as k + ½, where no gradient passes.
 * @property {number | null} reach  Left of this place the gradient of the last loss step doesn't arrive; null if it arrives everywhere.
 * @property {number | null} silent  Left of this place no gradient of any loss step arrives; null if one arrives everywhere.
 */

/**
 * @param {number[]} lossSteps  Ascending, from 1.
 * @param {number} length  T.
 * @param {string} mode  "sliding" or "chunked".
 * @param {number | null} window  K.
 * @returns {Cut}
 */
export function cutOf(lossSteps, length, mode, window) {
  if (window === null || window >= length || lossSteps.length === 0) return { cuts: [], reach: null, silent: null };
  const last = lossSteps[lossSteps.length - 1];
  const earliest = (/** @type {number} */ t) =>
    mode === "sliding" ? Math.max(1, t - window + 1) : (Math.ceil(t / window) - 1) * window + 1;
  const reach = earliest(last) - 0.5;
  const first = Math.min(...lossSteps.map(earliest)) - 0.5;
  const cuts =
    mode === "sliding"
      ? [reach]
      : Array.from({ length: Math.ceil(length / window) - 1 }, (_, i) => (i + 1) * window + 0.5);
  return { cuts, reach: reach > 1 ? reach : null, silent: first > 1 ? first : null };
}

/**
 * Whether truncation leaves out the term of loss step t that goes back to step k.
 * @param {number} t
 * @param {number} k
 * @param {string} mode
 * @param {number | null} window
 */
export function isCut(t, k, mode, window) {
  if (window === null) return false;
  return mode === "sliding" ? t - k >= window : Math.ceil(t / window) !== Math.ceil(k / window);
}
