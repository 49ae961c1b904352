/**
 * What figures read from a run, with the gaps of the wire filled in.
 *
 * @typedef {import("../api/decode.js").Tensor} Tensor
 * @typedef {import("../contract.d.ts").RunAnswer} RunAnswer
 * @typedef {import("../contract.d.ts").JacobianNorms} JacobianNorms
 *
 * @typedef {object} Palette  Colours and type of the theme.
 * @property {string} paper
 * @property {string} ink
 * @property {string} muted
 * @property {string} faint
 * @property {string} rule
 * @property {string} accent
 * @property {string} accentSoft
 * @property {string} second
 * @property {string} veil
 * @property {string} sans
 * @property {string} serif  Font families.
 *
 * @typedef {object} View  How the picture is looked at; nothing of it changes what is computed.
 * @property {number} width  Of the figure, CSS pixels.
 * @property {boolean} compact  On a phone.
 * @property {string} theme
 * @property {import("../math/colour.js").ColourMaps} maps
 * @property {Palette} palette
 * @property {[number, number] | null} range  Of the time axis; null shows all.
 * @property {Pointer | null} pointer  What the person points at.
 * @property {number | null} wave  Where the backward wave is, as a step; null if it doesn't run.
 * @property {Backward} backward
 * @property {Ghost[]} ghosts
 * @property {boolean} [spectral]  Whether the norm curve has a line of spectral norms, too.
 * @property {Path | null} path  The term of the worked example that is lit.
 * @property {string[]} [colours]  Of the variants, where runs stand side by side.
 *
 * @typedef {{ k: number, t?: number, unit?: number, step?: number }} Pointer
 * @typedef {{ window: number | null, mode: string, threshold: number, clipMode: string, rate: number }} Backward  As the controls stand now.
 * @typedef {{ name: string, log10: Float64Array, colour: string, of: number }} Ghost  The norm curve of a pinned run, up to its last step.
 * @typedef {{ t: number, k: number, loss: boolean }} Path  From h_t, or from the loss of step t, back to where W was used at step k.
 *
 * @typedef {object} Drawing
 * @property {any[]} data  Empty if everything is painted.
 * @property {any} layout  What Plotly draws, or just where the panels are.
 * @property {any[]} paint  Marks, in the units of the axes.
 * @property {Record<string, any>} [scales]  Axes as the marks use them, where they differ from the layout's: an axis whose range follows the
 *   data is painted, so that Plotly's can rest.
 *
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Strings
 */

/**
 * @param {{ parameters: { length: number } }} run
 * @returns {number} T
 */
export function lengthOf(run) {
  return run.parameters.length;
}

/**
 * log10 norms with −∞ at the places that are exactly zero (the wire has null there).
 * @param {Tensor} tensor
 * @param {number[]} zeros
 */
export function withZeros(tensor, zeros) {
  const values = Float64Array.from(tensor.values);
  for (const index of zeros) values[index] = Number.NEGATIVE_INFINITY;
  return values;
}

/** log10 ‖∂h_T/∂h_k‖_F for k = 0..T. @param {{ jacobian_norms: JacobianNorms }} run */
export function frobeniusNorms(run) {
  return withZeros(run.jacobian_norms.log10_frobenius, run.jacobian_norms.exact_zero ?? []);
}

/** The spectral norms inside `jacobian_norms`, which cost a decomposition per step: the page asks for them as for a part of their own. */
export const SPECTRAL_NORMS = "spectral_norms";

/** log10 ‖∂h_T/∂h_k‖₂ for k = 0..T; null where they weren't asked for. @param {{ jacobian_norms: JacobianNorms }} run */
export function spectralNorms(run) {
  if (!run.jacobian_norms.log10_spectral) return null;
  return withZeros(run.jacobian_norms.log10_spectral, run.jacobian_norms.exact_zero ?? []);
}

/** The largest finite size of an entry. @param {Tensor} tensor */
export function largest(tensor) {
  let result = 0;
  for (const value of tensor.values) if (Math.abs(value) > result && Number.isFinite(value)) result = Math.abs(value);
  return result;
}

/** Columns per row of a matrix. @param {Tensor} tensor */
export function columnsOf(tensor) {
  return tensor.shape[tensor.shape.length - 1];
}
