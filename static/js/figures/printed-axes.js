/** The axes that Plotly draws on the page, as marks: a picture that is taken away holds nothing but marks. */

import { axisOf } from "../math/scale.js";
import { paintedAxis } from "./painted-axis.js";

/** @param {import("./answer.js").Drawing} drawing @param {import("./answer.js").View} view @returns {any[]} marks */
export function printedAxes({ data, layout: plotted, scales }, view) {
  if (data.length === 0) return [];
  const layout = { ...plotted, ...scales };
  return Object.keys(plotted).flatMap((key) => {
    const [, side, number] = /^([xy])axis(\d*)$/.exec(key) ?? [];
    const axis = plotted[key];
    if (!side || axis.showticklabels === false || !axis.tickvals) return [];
    const name = `${side}${number}`;
    const [xaxis, yaxis] = side === "x" ? [name, axis.anchor ?? "y"] : [axis.anchor ?? "x", name];
    const lines = axis.ticktext.map((/** @type {string} */ text) => text.split("<br>").map(unescaped));
    const title = axis.title?.text;
    return [
      ...paintedAxis(
        layout,
        xaxis,
        yaxis,
        /** @type {"x" | "y"} */ (side),
        {
          tickvals: axis.tickvals,
          ticktext: lines.map((/** @type {string[]} */ [first]) => first),
          title: side === "x" ? title : undefined,
        },
        view,
      ),
      ...secondLine(layout, xaxis, yaxis, axis.tickvals, lines, view),
      ...(side === "y" && title ? [upperTitle(layout, xaxis, yaxis, title, view)] : []),
    ];
  });
}

/** The steps' own labels under their numbers. @param {any} layout @param {string} xaxis @param {string} yaxis @param {number[]} tickvals @param {string[][]} lines @param {import("./answer.js").View} view */
function secondLine(layout, xaxis, yaxis, tickvals, lines, view) {
  if (lines.every(([, second]) => second === undefined)) return [];
  const y = axisOf(layout, yaxis);
  return [
    {
      mark: "text",
      xaxis,
      yaxis,
      clip: false,
      x: tickvals,
      y: tickvals.map(() => y.value(y.start + y.length)),
      text: lines.map(([, second]) => second ?? ""),
      fill: view.palette.muted,
      font: `400 11px ${view.palette.sans}`,
      dy: 28,
    },
  ];
}

/** A title beside an axis would have to stand on its head. @param {any} layout @param {string} xaxis @param {string} yaxis @param {string} text @param {import("./answer.js").View} view */
function upperTitle(layout, xaxis, yaxis, text, view) {
  const y = axisOf(layout, yaxis);
  return {
    mark: "text",
    xaxis,
    yaxis,
    clip: false,
    edge: "left",
    y: [y.value(y.start)],
    text: [text],
    fill: view.palette.muted,
    font: `400 11px ${view.palette.sans}`,
    align: "left",
    dx: -44,
    dy: -9,
  };
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
