/**
 * The figures, in the order of the page. A new figure is one file and one entry here.
 *
 * @typedef {object} Figure
 * @property {string} name  Also of its element and its strings.
 * @property {string[]} parts  Of the answer; asked for while the figure is in view.
 * @property {(view: Pick<import("./answer.js").View, "pointer" | "spectral">) => string[]} [more]  Parts that depend on how it is looked at.
 * @property {string[]} [required]  The parts without which it can't be drawn; default: all.
 * @property {(run: any, view: import("./answer.js").View, strings: import("./answer.js").Strings) => import("./answer.js").Drawing} figure
 * @property {(run: any, view: import("./answer.js").View, layout: any) => any[]} [overlay]  Pointer and wave.
 * @property {(run: any, view: import("./answer.js").View, layout: any, x: number, y: number) => import("./answer.js").Pointer | null} [point]
 * @property {(run: any, pointer: import("./answer.js").Pointer, strings: import("./answer.js").Strings) => { title: string, rows: [string, string][] }} [reading]
 * @property {(run: any, layout: any, x: number, y: number, strings: import("./answer.js").Strings) => { title: string, rows: [string, string][] } | null} [inspect]
 *   Like `reading`, for a figure without steps to point at.
 * @property {(run: any, view: import("./answer.js").View, strings: import("./answer.js").Strings) => string[]} summary
 * @property {boolean} [time]  Has the time axis: zooming applies.
 * @property {"k" | "step"} [along]  Where the pointer goes by arrow keys; default: along the steps of the sequence.
 * @property {(run: any) => number} [last]  The last place there; default: T.
 */

import { alignedOverlay, alignedPoint, alignedReading } from "./aligned/pointer.js";
import { alignedFigure, alignedSummary } from "./aligned.js";
import { SPECTRAL_NORMS } from "./answer.js";
import {
  flowMatrixFigure,
  flowMatrixOverlay,
  flowMatrixPoint,
  flowMatrixReading,
  flowMatrixSummary,
} from "./flow-matrix.js";
import { gradientFigure, gradientInspect, gradientSummary } from "./gradient.js";
import { spectrumFigure, spectrumInspect, spectrumSummary } from "./spectrum.js";
import { workedFigure, workedOverlay, workedSummary } from "./worked-example.js";

/** @type {Figure[]} */
export const FIGURES = [
  {
    name: "aligned",
    parts: ["states", "jacobian_norms", "adjoints", "spectrum"],
    // Only the numbers beside the pointer need step_gain.
    more: ({ pointer, spectral }) => [...(spectral ? [SPECTRAL_NORMS] : []), ...(pointer ? ["step_gain"] : [])],
    figure: alignedFigure,
    overlay: alignedOverlay,
    point: alignedPoint,
    reading: alignedReading,
    summary: alignedSummary,
    time: true,
  },
  {
    name: "flow_matrix",
    parts: ["flow_matrix", "jacobian_norms"],
    figure: flowMatrixFigure,
    overlay: flowMatrixOverlay,
    point: flowMatrixPoint,
    reading: flowMatrixReading,
    summary: flowMatrixSummary,
  },
  { name: "spectrum", parts: ["spectrum"], figure: spectrumFigure, inspect: spectrumInspect, summary: spectrumSummary },
  {
    name: "gradient",
    parts: ["gradient_by_lag", "gradients", "loss_slice"],
    required: ["gradient_by_lag", "gradients"],
    figure: gradientFigure,
    inspect: gradientInspect,
    summary: gradientSummary,
  },
  {
    name: "worked",
    parts: ["terms", "states", "jacobian_norms"],
    figure: workedFigure,
    overlay: workedOverlay,
    summary: workedSummary,
  },
];

/** What the verdict and the update beside it read. */
export const HEAD_PARTS = ["jacobian_norms", "gradients"];

/** With it a move of truncation or clipping asks nothing. It can come when the other controls rest. */
export const HEAD_PARTS_AT_REST = ["gradient_by_lag"];
