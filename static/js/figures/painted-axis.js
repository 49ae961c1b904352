/** An axis that is painted rather than plotted: for ranges that follow the data, which would cost Plotly a redraw each time. */

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
 * @param {string} xaxis @param {string} yaxis  The panel.
 * @param {"x" | "y"} side  Along which axis.
 * @param {{ tickvals: number[], ticktext: string[], grid?: boolean, title?: string }} axis
 * @param {import("./answer.js").View} view
 * @returns {any[]} marks
 */
export function paintedAxis(layout, xaxis, yaxis, side, { tickvals, ticktext, grid = false, title }, view) {
  const { palette, compact } = view;
  const font = `400 ${compact ? 10 : 11}px ${palette.sans}`;
  const x = axisOf(layout, xaxis);
  const y = axisOf(layout, yaxis);
  const panel = { xaxis, yaxis };
  const [left, right] = [x.value(x.start), x.value(x.start + x.length)];
  const [bottom, top] = [y.value(y.start + y.length), y.value(y.start)];
  const all = (/** @type {number} */ value) => tickvals.map(() => value);
  const marks = /** @type {any[]} */ ([]);
  if (grid) {
    const lines =
      side === "y"
        ? { x0: all(left), x1: all(right), y0: tickvals, y1: tickvals }
        : { x0: tickvals, x1: tickvals, y0: all(bottom), y1: all(top) };
    marks.push({ mark: "segments", ...panel, ...lines, stroke: palette.rule, width: 0.5 });
  }
  const text = { mark: "text", ...panel, clip: false, text: ticktext, fill: palette.muted, font };
  marks.push(
    side === "y"
      ? { ...text, edge: "left", y: tickvals, align: "right", dx: -7 }
      : { ...text, x: tickvals, y: all(bottom), align: "center", dy: 13 },
  );
  if (title) {
    marks.push({
      mark: "text",
      ...panel,
      clip: false,
      x: [(left + right) / 2],
      y: [bottom],
      text: [title],
      fill: palette.muted,
      font,
      align: "center",
      dy: 29,
    });
  }
  return marks;
}
