/**
 * Axes are painted, not plotted: an axis whose range follows the data would cost Plotly a redraw each time, and what holds nothing but marks can
 * be printed and taken away as it is.
 */

import { axisOf } from "../math/scale.js";

/** What Plotly is told of such an axis: its place, and no more. */
export const RESTING = Object.freeze({
  range: [0, 1],
  fixedrange: true,
  showticklabels: false,
  showgrid: false,
  zeroline: false,
  ticks: "",
  automargin: false,
});

/**
 * @param {any} layout  With the scales of the marks.
 * @param {string} xaxis
 * @param {string} yaxis  The panel.
 * @param {"x" | "y"} side  Along which axis.
 * @param {{ tickvals: number[], ticktext: string[], second?: string[], grid?: boolean, title?: string }} axis
 *   second: under each number, what else is known of the place. A title stands under an x axis, and over a y axis.
 * @param {import("./answer.js").View} view
 * @returns {any[]} marks
 */
export function paintedAxis(layout, xaxis, yaxis, side, { tickvals, ticktext, second, grid = false, title }, view) {
  const { palette, compact } = view;
  const font = `400 ${compact ? 10 : 11}px ${palette.sans}`;
  const x = axisOf(layout, xaxis);
  const y = axisOf(layout, yaxis);
  const [left, right] = [x.value(x.start), x.value(x.start + x.length)];
  const [bottom, top] = [y.value(y.start + y.length), y.value(y.start)];
  const all = (/** @type {number} */ value) => tickvals.map(() => value);
  const text = { mark: "text", xaxis, yaxis, clip: false, fill: palette.muted, font };
  const marks = /** @type {any[]} */ ([]);
  if (grid) {
    const lines =
      side === "y"
        ? { x0: all(left), x1: all(right), y0: tickvals, y1: tickvals }
        : { x0: tickvals, x1: tickvals, y0: all(bottom), y1: all(top) };
    marks.push({ mark: "segments", xaxis, yaxis, ...lines, stroke: palette.rule, width: 0.5 });
  }
  if (side === "y") {
    marks.push({ ...text, text: ticktext, edge: "left", y: tickvals, align: "right", dx: -7 });
    if (title) marks.push({ ...text, text: [title], edge: "left", y: [top], align: "left", dx: -38, dy: -10 });
    return marks;
  }
  marks.push({ ...text, text: ticktext, x: tickvals, y: all(bottom), dy: 13 });
  if (second) marks.push({ ...text, text: second, x: tickvals, y: all(bottom), dy: 28 });
  if (title) marks.push({ ...text, text: [title], x: [(left + right) / 2], y: [bottom], dy: 29 });
  return marks;
}
