/**
 * √Σv², also where the squares leave float64. app/engine/numerics/euclidean_norms.py computes the same; tests/cases/euclidean_norms.json tests both.
 * @param {ArrayLike<number>} values
 */
export function euclideanNorm(values) {
  let top = 0;
  for (let i = 0; i < values.length; i += 1) top = Math.max(top, Math.abs(values[i]));
  if (top === 0) return 0;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] / top) ** 2;
  return top * Math.sqrt(sum);
}
