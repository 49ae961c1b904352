/** Long, noisy series on a logarithmic scale: their logarithms, running means, and what is left of them at the width of a screen. */

/** @typedef {{ count: number, logs: Float64Array, finite: Float64Array }} Computed */
/** @typedef {{ count: number, heads: Float64Array, tails: Float64Array }} Blocks */

/**
 * What was computed of a series that grows. Entries that are there never change (see state/series.js), so only new ones cost anything.
 * @type {WeakMap<ArrayBufferLike, Computed>}
 */
const memory = new WeakMap();

/** The same for running means, by window. @type {WeakMap<ArrayBufferLike, Map<number, Blocks>>} */
const means = new WeakMap();

/** @param {Float64Array} values */
function computed(values) {
  const { buffer } = values;
  let known = memory.get(buffer);
  if (!known) {
    const capacity = buffer.byteLength / Float64Array.BYTES_PER_ELEMENT;
    known = { count: 0, logs: new Float64Array(capacity), finite: new Float64Array(capacity + 1) };
    memory.set(buffer, known);
  }
  for (let i = known.count; i < values.length; i += 1) {
    known.logs[i] = Math.log10(values[i]);
    known.finite[i + 1] = known.finite[i] + (Number.isFinite(values[i]) ? 1 : 0);
  }
  known.count = Math.max(known.count, values.length);
  return known;
}

/**
 * Sums within blocks of `window` values, each value divided by `window` so that no sum overflows: from the start of a block (heads), and
 * to its end (tails, once the block is complete). Any window is the tail of one block and the head of the next. Nothing is ever
 * subtracted: differences of running sums would have no digits left after a value of 1e300.
 * @param {Float64Array} values
 * @param {number} window
 */
function blocksOf(values, window) {
  const { buffer } = values;
  const byWindow = means.get(buffer) ?? new Map();
  means.set(buffer, byWindow);
  const capacity = buffer.byteLength / Float64Array.BYTES_PER_ELEMENT;
  const known = byWindow.get(window) ?? {
    count: 0,
    heads: new Float64Array(capacity),
    tails: new Float64Array(capacity),
  };
  byWindow.set(window, known);
  const share = (/** @type {number} */ i) => (Number.isFinite(values[i]) ? values[i] / window : 0);
  for (let i = known.count; i < values.length; i += 1) {
    known.heads[i] = (i % window ? known.heads[i - 1] : 0) + share(i);
    if ((i + 1) % window) continue;
    let sum = 0;
    for (let j = i; j > i - window; j -= 1) {
      sum += share(j);
      known.tails[j] = sum;
    }
  }
  known.count = Math.max(known.count, values.length);
  return known;
}

/** log10 of every value. @param {Float64Array} values  From the start of its memory. */
export function logged(values) {
  return computed(values).logs.subarray(0, values.length);
}

/**
 * log10 of the arithmetic mean of the last `window` values, at every step: what a loss is compared with is a mean, too.
 * @param {Float64Array} values
 * @param {number} window
 * @returns {(index: number) => number} NaN where the value itself is not finite; other values that aren't are left out.
 */
export function smoothed(values, window) {
  const { finite } = computed(values);
  const { heads, tails } = blocksOf(values, window);
  return (index) => {
    if (!Number.isFinite(values[index])) return Number.NaN;
    const from = Math.max(0, index + 1 - window);
    const sum = heads[index] + (from < index - (index % window) ? tails[from] : 0);
    return Math.log10(sum * (window / (finite[index + 1] - finite[from])));
  };
}

/** How many steps a running mean takes in. @param {number} steps  Of the whole run. */
export function windowOf(steps) {
  return Math.max(1, Math.round(steps / 40));
}

/**
 * A curve with at most two points per bin, the smallest and the largest: drawn, it looks like all of them.
 * @param {number} count
 * @param {(index: number) => number} valueAt
 * @param {number} first  The x of the first value; then every whole number.
 * @param {number} perBin  How many values fall into one bin; up to 2 nothing is left out.
 * @returns {{ x: Float64Array, y: Float64Array }}
 */
export function thinned(count, valueAt, first, perBin) {
  if (perBin <= 2) {
    const y = Float64Array.from({ length: count }, (_, i) => valueAt(i));
    return { x: Float64Array.from({ length: count }, (_, i) => first + i), y };
  }
  const size = Math.ceil(perBin);
  const bins = Math.ceil(count / size);
  const x = new Float64Array(2 * bins);
  const y = new Float64Array(2 * bins);
  for (let bin = 0; bin < bins; bin += 1) {
    const end = Math.min(count, (bin + 1) * size);
    let [low, high] = [Number.NaN, Number.NaN];
    for (let i = bin * size; i < end; i += 1) {
      const value = valueAt(i);
      if (!Number.isFinite(value)) continue;
      if (!(value >= low)) low = value;
      if (!(value <= high)) high = value;
    }
    // The last bin may hold less; its points stand where its last value is.
    x[2 * bin] = first + bin * size;
    x[2 * bin + 1] = first + end - 1;
    [y[2 * bin], y[2 * bin + 1]] = [low, high];
  }
  return { x, y };
}

/**
 * Smallest and largest finite value; null if there is none.
 * @param {number} count
 * @param {(index: number) => number} valueAt
 * @returns {[number, number] | null}
 */
export function extent(count, valueAt) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i += 1) {
    const value = valueAt(i);
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}
