/**
 * What the figures of training read: the variants with their series, and where in training the person looks.
 *
 * @typedef {import("../../state/series.js").Series} Series
 * @typedef {import("../answer.js").View & { colours: string[] }} View
 *
 * @typedef {object} Variant
 * @property {string} letter
 * @property {string} name
 * @property {Series} series
 * @property {import("../../state/url.js").Parameters} parameters
 *
 * @typedef {object} Session
 * @property {Variant[]} variants
 * @property {number} steps  Planned.
 * @property {number} reached  The most steps that a variant has done.
 * @property {number} at  The step whose network is shown.
 * @property {number | null} chance
 * @property {{ length: number }} parameters  T, for what moves along the sequence.
 */

/** The variants that have begun. @param {Session} session */
export function begun(session) {
  return session.variants
    .map((variant, index) => ({ ...variant, index }))
    .filter(({ series }) => series.count > 0 || series.snapshots.length > 0);
}

/**
 * A number of a step; NaN where there is none.
 * @param {Series} series
 * @param {import("../../state/series.js").Column} column
 * @param {number} step
 */
export function valueAt(series, column, step) {
  return step >= 1 && step <= series.count ? series.columns[column][step - 1] : Number.NaN;
}

/**
 * The last finite number up to a step; NaN if there is none.
 * @param {Series} series
 * @param {import("../../state/series.js").Column} column
 * @param {number} step
 */
export function lastUpTo(series, column, step) {
  for (let i = Math.min(step, series.count) - 1; i >= 0; i -= 1) {
    const value = series.columns[column][i];
    if (Number.isFinite(value)) return value;
  }
  return Number.NaN;
}

/** The share of the steps that were clipped. @param {Series} series */
export function clippedShare({ columns, count }) {
  let clipped = 0;
  for (let i = 0; i < count; i += 1) clipped += columns.clipped[i];
  return count > 0 ? clipped / count : 0;
}

/**
 * The last snapshot that isn't later than a step; null if none is.
 * @param {Series} series
 * @param {number} step
 */
export function snapshotAt({ snapshots }, step) {
  let found = null;
  for (const snapshot of snapshots) {
    if (snapshot.step > step) break;
    found = snapshot;
  }
  return found;
}
