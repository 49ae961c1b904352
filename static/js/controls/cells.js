/** The controls of the cell: which it is, and what only some cells read. A new setting of a cell is one entry. */

import { settingsOfCell } from "../state/cells.js";
import { choice, slider } from "./parameter.js";
import { linear } from "./slider.js";

/** @typedef {import("./index.js").Control} Control */

/** @type {Record<string, { scale: () => import("./slider.js").Scale, step: number, symbol: string }>} */
const SETTINGS = {
  leak: { scale: () => linear(0.01, 1, 0.01), step: 0.01, symbol: "a" },
};

/** @type {Control[]} */
export const CELL_CONTROLS = [
  {
    ...choice("cell", "select", (catalog) => catalog.cells),
    shown: ({ catalog }) => catalog.cells.length > 1,
  },
  ...Object.entries(SETTINGS).map(([name, options]) => ({
    ...slider(name, {
      ...options,
      value: ({ parameters, catalog }) => Number(parameters[name] ?? settingsOfCell(parameters, catalog)[name] ?? 1),
      fallback: ({ parameters, catalog }) => settingsOfCell(parameters, catalog)[name] ?? 1,
    }),
    shown: (/** @type {import("./index.js").Situation} */ { parameters, catalog }) =>
      name in settingsOfCell(parameters, catalog),
  })),
];
