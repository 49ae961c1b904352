/** The figures of the page of the cliff. A new figure is one file and one entry here. */

import { descentsFigure, descentsSummary } from "./descents.js";
import { surfaceFigure, surfaceInspect, surfaceOverlay, surfaceSummary } from "./surface.js";

/** @type {import("../index.js").Figure[]} */
export const CLIFF_FIGURES = /** @type {any} */ ([
  {
    name: "surface",
    parts: ["surface", "bifurcation"],
    figure: surfaceFigure,
    overlay: surfaceOverlay,
    inspect: surfaceInspect,
    summary: surfaceSummary,
  },
  { name: "descents", parts: ["descents"], figure: descentsFigure, summary: descentsSummary },
]);
