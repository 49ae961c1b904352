/** Pointing at a step: what is under the pointer, what it says, and the marks over the picture; the backward wave among them. */

import { number, norm as shownNorm } from "../../math/format.js";
import { axisOf, clamp } from "../../math/scale.js";
import { adjointNorms } from "../adjoints.js";
import { columnsOf, frobeniusNorms, lengthOf, spectralNorms } from "../answer.js";
import { shownSymbol } from "../network/strips.js";
import { networkOverlay } from "../network.js";
import { normPoints } from "../norm-curve.js";
import { laneIn, YAXIS } from "./layout.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/**
 * Pointer and wave, over the picture; cheap enough for every frame.
 * @param {any} run
 * @param {View} view
 * @param {any} layout
 */
export function alignedOverlay(run, view, layout) {
  const lane = laneIn(run, view, layout);
  const marks = networkOverlay(run, view, lane);
  const { palette, pointer } = view;
  const span = (/** @type {string} */ yaxis) => layout[`yaxis${yaxis.slice(1)}`].range;
  if (view.wave !== null) {
    for (const yaxis of ["y3", "y4"]) {
      const [low, high] = span(yaxis);
      marks.push({ mark: "rects", yaxis, x0: [-1], x1: [view.wave - 0.5], y0: [low], y1: [high], fill: palette.veil });
    }
    marks.push(...normPoints(run, view, "y4", Math.round(view.wave)));
  }
  if (!pointer || pointer.k < 0 || pointer.k > lengthOf(run)) return marks;
  for (const yaxis of Object.values(YAXIS)) {
    const [low, high] = span(yaxis);
    marks.push({
      mark: "segments",
      yaxis,
      x0: [pointer.k],
      x1: [pointer.k],
      y0: [low],
      y1: [high],
      stroke: palette.ink,
      width: 1,
      alpha: 0.55,
    });
  }
  if (pointer.unit !== undefined) {
    for (const yaxis of ["y2", "y3"]) {
      marks.push({
        mark: "rects",
        yaxis,
        x0: [pointer.k - 0.5],
        x1: [pointer.k + 0.5],
        y0: [pointer.unit + 0.5],
        y1: [pointer.unit - 0.5],
        stroke: palette.ink,
        width: 1.5,
      });
    }
  }
  marks.push(...normPoints(run, view, "y4", pointer.k));
  return marks;
}

/**
 * What is under a place of the figure.
 * @param {any} run
 * @param {View} _view
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 * @returns {import("../answer.js").Pointer | null}
 */
export function alignedPoint(run, _view, layout, px, py) {
  const x = axisOf(layout, "x");
  if (px < x.start || px > x.start + x.length) return null;
  const k = clamp(Math.round(x.value(px)), 0, lengthOf(run));
  for (const yaxis of ["y2", "y3"]) {
    const y = axisOf(layout, yaxis);
    if (py >= y.start && py <= y.start + y.length)
      return { k, unit: clamp(Math.round(y.value(py)), 1, columnsOf(run.states.h)) };
  }
  return { k };
}

/**
 * The numbers of a step, as rows of a small table.
 * @param {any} run
 * @param {import("../answer.js").Pointer} pointer
 * @param {Strings} strings
 * @returns {{ title: string, rows: [string, string][] }}
 */
export function alignedReading(run, pointer, strings) {
  const { k, unit } = pointer;
  const of = run.jacobian_norms.of_step;
  const label = k > 0 ? run.sequence.labels?.[k - 1] : undefined;
  const rows = /** @type {[string, string][]} */ ([]);
  const at = (/** @type {any} */ tensor, /** @type {number} */ row, /** @type {number} */ column) =>
    tensor.values[row * columnsOf(tensor) + column];
  if (k > 0 && !run.sequence.symbols && columnsOf(run.sequence.x) === 1)
    rows.push([`x_${k}`, number(at(run.sequence.x, k - 1, 0))]);
  if (unit !== undefined) {
    rows.push([`h_${k}[${unit}]`, number(at(run.states.h, k, unit - 1))]);
    const part = at(run.adjoints.direction, k, unit - 1);
    const size = adjointNorms(run)[k] + Math.log10(Math.abs(part));
    rows.push([`∂L/∂h_${k}[${unit}]`, Number.isFinite(size) ? `${part < 0 ? "−" : ""}${shownNorm(size)}` : "0"]);
  } else {
    rows.push([`‖∂L/∂h_${k}‖`, shownNorm(adjointNorms(run)[k])]);
  }
  if (k <= of) {
    rows.push([`‖∂h_${of}/∂h_${k}‖_F`, shownNorm(frobeniusNorms(run)[k])]);
    const spectral = spectralNorms(run);
    if (spectral) rows.push([`‖∂h_${of}/∂h_${k}‖_2`, shownNorm(spectral[k])]);
  }
  if (k > 0 && run.step_gain) {
    const { mean_derivative: slopes } = run.step_gain;
    if (slopes) rows.push([strings("reading.mean_derivative", { k }), number(slopes.values[k - 1])]);
    rows.push([`σ_max(J_${k})`, number(run.step_gain.sigma_max.values[k - 1])]);
  }
  if (k > 0) rows.push([`ℓ_${k}`, number(run.loss.per_step.values[k - 1])]);
  const title =
    label === undefined || label === String(k)
      ? strings("reading.step", { k })
      : strings("reading.step_label", { k, label: shownSymbol(label) });
  return { title, rows };
}
