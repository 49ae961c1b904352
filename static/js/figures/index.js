/**
 * The figures, in the order of the page. A new figure is one file and one entry here.
 *
 * @typedef {object} Figure
 * @property {string} name  Also of its element and its strings.
 * @property {string[]} parts  Of the answer, without which it isn't drawn.
 * @property {(run: any, view: import("./answer.js").View, strings: import("./answer.js").Strings) => { data: any[], layout: any, paint: any[] }} figure
 * @property {(run: any, view: import("./answer.js").View, layout: any) => any[]} [overlay]  Pointer and wave.
 * @property {(run: any, view: import("./answer.js").View, layout: any, x: number, y: number) => import("./answer.js").Pointer | null} [point]
 * @property {(run: any, pointer: import("./answer.js").Pointer, strings: import("./answer.js").Strings) => { title: string, rows: [string, string][] }} [reading]
 * @property {(run: any, view: import("./answer.js").View, strings: import("./answer.js").Strings) => string[]} summary
 * @property {boolean} [time]  Has the time axis: zooming applies.
 * @property {boolean} [titled]  Its own drawing has titles, so the panel needs none.
 */

import { alignedFigure, alignedOverlay, alignedPoint, alignedReading, alignedSummary } from "./aligned.js";
import { flowMatrixFigure, flowMatrixOverlay, flowMatrixPoint, flowMatrixReading, flowMatrixSummary } from "./flow-matrix.js";

/** @type {Figure[]} */
export const FIGURES = [
  {
    name: "aligned",
    parts: ["states", "jacobian_norms", "adjoints", "step_gain", "spectrum"],
    figure: alignedFigure,
    overlay: alignedOverlay,
    point: alignedPoint,
    reading: alignedReading,
    summary: alignedSummary,
    time: true,
    titled: true,
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
];

/** What the verdict and the update beside it read. */
export const HEAD_PARTS = ["jacobian_norms", "gradients", "gradient_by_lag"];
