/** Over and beside the rows: what they are, and what their colours and lines mean. */

import { ADJOINT_RANGE } from "../../math/colour.js";
import { plain, powerOfTen } from "../../math/format.js";
import { axisOf } from "../../math/scale.js";
import { colourKey, NORM_LABELS } from "../colour-key.js";
import { normKey } from "../norm-curve.js";
import { stateBound } from "../states.js";
import { ROWS, YAXIS } from "./layout.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

/**
 * Over each row what it is, and at the end of the axis what it counts.
 * @param {any} layout
 * @param {View} view
 * @param {Strings} strings
 */
export function titles(layout, view, strings) {
  const { palette, compact } = view;
  const x = axisOf(layout, "x");
  const left = x.value(x.start - 2);
  // On a phone the buttons stand where the first title would.
  const rows = ROWS.slice(compact ? 1 : 0).map((row) => {
    const y = axisOf(layout, YAXIS[row]);
    return {
      mark: "text",
      clip: false,
      yaxis: YAXIS[row],
      x: [left],
      y: [y.value(y.start - 9)],
      text: [strings(`${row}.title`)],
      fill: palette.ink,
      font: `600 ${compact ? 11 : 12}px ${palette.sans}`,
      align: "left",
    };
  });
  if (compact) return rows;
  const last = axisOf(layout, "y4");
  return [
    ...rows,
    {
      mark: "text",
      clip: false,
      yaxis: "y4",
      edge: "right",
      y: [last.value(last.start + last.length + 14)],
      text: [strings("time.axis")],
      fill: palette.muted,
      font: `400 11px ${palette.sans}`,
      align: "left",
      dx: 22,
    },
  ];
}

/**
 * What the colours and lines mean, at the right of each row.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @param {any} layout
 */
export function keys(run, view, strings, layout) {
  const marks = lineKey(run, view, strings, layout);
  if (view.compact) return marks;
  const bound = stateBound(run);
  const end = bound < 1e4 ? plain(bound) : powerOfTen(Math.log10(bound));
  const [floor, top] = ADJOINT_RANGE;
  return [
    ...marks,
    ...colourKey(view, layout, "y", view.maps.norm, NORM_LABELS),
    ...colourKey(view, layout, "y2", view.maps.state, [
      [-1, `−${end}`],
      [0, "0"],
      [1, end],
    ]),
    ...colourKey(view, layout, "y3", view.maps.adjoint, [
      [-1, `−${powerOfTen(top)}`],
      [0, `±${powerOfTen(floor)}`],
      [1, powerOfTen(top)],
    ]),
  ];
}

/** Of an entry of a line's key, in pixels. */
const KEY = Object.freeze({ gap: 6, line: 20, apart: 16 });

/**
 * The key of the norm curve, at the right end of its title.
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @param {any} layout
 */
function lineKey(run, view, strings, layout) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, "y4");
  const marks = /** @type {any[]} */ ([]);
  if (view.compact) return marks;
  let right = x.start + x.length;
  for (const entry of fitting(normKey(run, view, strings), x.length - widthOf(strings("norms.title"))).reverse()) {
    const width = widthOf(entry.text);
    marks.push({
      mark: "text",
      yaxis: "y4",
      clip: false,
      x: [x.value(right)],
      y: [y.value(y.start - 10)],
      text: [entry.text],
      fill: view.palette.muted,
      font: `400 11px ${view.palette.sans}`,
      align: "right",
    });
    const line = right - width - KEY.gap;
    marks.push({
      mark: "line",
      yaxis: "y4",
      clip: false,
      x: [x.value(line - KEY.line), x.value(line)],
      y: [y.value(y.start - 10), y.value(y.start - 10)],
      stroke: entry.stroke,
      width: entry.width,
      dash: entry.dash,
    });
    right = line - KEY.line - KEY.apart;
  }
  return marks;
}

/**
 * As many entries, from the first on, as there is room for beside the title.
 * @param {ReturnType<typeof normKey>} entries
 * @param {number} room
 */
function fitting(entries, room) {
  let taken = 0;
  return entries.filter((entry) => {
    taken += widthOf(entry.text) + KEY.gap + KEY.line + KEY.apart;
    return taken <= room;
  });
}

/** About how wide a text of 11 px is; figures can't measure. @param {string} text */
export function widthOf(text) {
  const letters = [...text.replace(/[_^{}]/g, "")];
  return (
    letters.reduce((sum, letter) => sum + (letter > "\u1100" && !/[\u2000-\u2fff]/.test(letter) ? 11 : 6.1), 0) *
    (text.includes("^") ? 0.86 : 1)
  );
}
