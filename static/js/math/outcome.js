/** What became of a training run. app/train/stories.py (outcome) has the same rules; tests/cases/outcomes.json tests both. */

/** Times the larger of the first loss and chance. */
const EXPLOSION = 1e3;
/** Of the run, over which the final loss is averaged. */
const LAST_SHARE = 0.1;

/**
 * @param {ArrayLike<number>} losses
 * @param {number} chance
 * @param {number} goal  The share of chance below which it has learned.
 * @returns {"explodes" | "learns" | "stuck"}
 */
export function outcomeOf(losses, chance, goal) {
  if (explosionOf(losses, chance) !== null) return "explodes";
  return finalLoss(losses) < goal * chance ? "learns" : "stuck";
}

/**
 * The first step, from 1, at which the loss left all bounds; null if none.
 * @param {ArrayLike<number>} losses
 * @param {number} chance
 */
export function explosionOf(losses, chance) {
  const bound = EXPLOSION * Math.max(losses[0], chance);
  for (let i = 0; i < losses.length; i += 1) if (!(losses[i] <= bound)) return i + 1;
  return null;
}

/** The mean over the last tenth. @param {ArrayLike<number>} losses */
export function finalLoss(losses) {
  const count = Math.max(1, roundHalfEven(LAST_SHARE * losses.length));
  let sum = 0;
  for (let i = Math.max(0, losses.length - count); i < losses.length; i += 1) sum += losses[i];
  return sum / Math.min(count, losses.length);
}

/**
 * The first step from which the mean over a window stays below the goal; null if it isn't below at the end.
 * @param {ArrayLike<number>} losses
 * @param {number} bound
 * @param {number} window
 */
export function learnedAt(losses, bound, window) {
  let sum = 0;
  let since = null;
  for (let i = 0; i < losses.length; i += 1) {
    sum += losses[i];
    if (i >= window) sum -= losses[i - window];
    if (sum / Math.min(i + 1, window) < bound) since ??= i + 1;
    else since = null;
  }
  return since;
}

/** As Python rounds. @param {number} value */
function roundHalfEven(value) {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
