/**
 * Clipping by norm, from norms alone: each tensor is multiplied by its factor. (Clipping by value needs every entry: the server does it.)
 * app/engine/backward/clipping.py computes the same; tests/cases/clipping.json tests both.
 */

/**
 * @typedef {object} Clipped
 * @property {Record<string, number>} factors  "global", or one per parameter.
 * @property {number} before  Norm over all parameters.
 * @property {number} after
 * @property {number} angle  To the unclipped gradient, in radians.
 */

/**
 * @param {Record<string, number>} norms  By parameter.
 * @param {"global_norm" | "per_parameter"} mode
 * @param {number} threshold  c.
 * @returns {Clipped}
 */
export function clipByNorm(norms, mode, threshold) {
  const before = Math.hypot(...Object.values(norms));
  if (mode === "global_norm") {
    const factor = factorOf(before, threshold);
    return { factors: { global: factor }, before, after: factor * before, angle: 0 };
  }
  const factors = Object.fromEntries(Object.entries(norms).map(([name, norm]) => [name, factorOf(norm, threshold)]));
  const after = Math.hypot(...Object.entries(norms).map(([name, norm]) => factors[name] * norm));
  let cosine = 0; // of unit vectors: a product of two norms may leave float64
  for (const [name, norm] of Object.entries(norms)) cosine += (norm / before) * ((factors[name] * norm) / after);
  if (before === 0 || after === 0) cosine = 1;
  return { factors, before, after, angle: Math.acos(Math.min(1, cosine)) };
}

/**
 * @param {number} norm
 * @param {number} threshold
 */
function factorOf(norm, threshold) {
  return norm <= threshold ? 1 : threshold / norm;
}
