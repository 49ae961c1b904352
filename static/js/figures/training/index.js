/** The figures of the page of training runs, in the order of the page. A new figure is one file and one entry here. */

import { stepPoint } from "../stacked.js";
import { snapshotFlowsFigure, snapshotFlowsInspect, snapshotFlowsSummary } from "./flows.js";
import {
  gradientNormsFigure,
  gradientNormsOverlay,
  gradientNormsReading,
  gradientNormsSummary,
} from "./gradient-norms.js";
import { learningFigure, learningOverlay, learningReading, learningSummary } from "./learning.js";
import {
  snapshotNormsFigure,
  snapshotNormsOverlay,
  snapshotNormsPoint,
  snapshotNormsReading,
  snapshotNormsSummary,
} from "./norms.js";
import { weightsFigure, weightsOverlay, weightsReading, weightsSummary } from "./weights.js";

/** Figures whose axis is the steps of training. */
const alongTraining = {
  parts: [],
  point: stepPoint,
  along: /** @type {const} */ ("step"),
  last: (/** @type {import("./session.js").Session} */ { reached }) => reached,
};

/** @type {import("../index.js").Figure[]} */
export const TRAINING_FIGURES = /** @type {any} */ ([
  {
    ...alongTraining,
    name: "learning",
    figure: learningFigure,
    overlay: learningOverlay,
    reading: learningReading,
    summary: learningSummary,
  },
  {
    ...alongTraining,
    name: "gradient_norms",
    figure: gradientNormsFigure,
    overlay: gradientNormsOverlay,
    reading: gradientNormsReading,
    summary: gradientNormsSummary,
  },
  {
    ...alongTraining,
    name: "weights",
    figure: weightsFigure,
    overlay: weightsOverlay,
    reading: weightsReading,
    summary: weightsSummary,
  },
  {
    name: "snapshot_norms",
    parts: [],
    figure: snapshotNormsFigure,
    overlay: snapshotNormsOverlay,
    point: snapshotNormsPoint,
    reading: snapshotNormsReading,
    summary: snapshotNormsSummary,
  },
  {
    name: "snapshot_flows",
    parts: [],
    figure: snapshotFlowsFigure,
    inspect: snapshotFlowsInspect,
    summary: snapshotFlowsSummary,
  },
]);
