/** Panels above each other along the same steps, of training or of a descent, and what all of them need: titles, curves, their letters, the scrubber. */

import { plain, powerOfTen } from "../math/format.js";
import { axisOf, ticks } from "../math/scale.js";
import { extent, thinned } from "../math/series.js";
import { widthOf } from "./aligned/keys.js";
import { paintedAxis } from "./painted-axis.js";

/**
 * @typedef {import("./training/session.js").Session} Session
 * @typedef {import("./training/session.js").View} View
 * @typedef {{ steps: number, variants: { letter: string }[] }} Along  What stands side by side, along how many steps.
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {number} height  Pixels.
 * @property {[number, number]} range  Of the vertical axis.
 * @property {{ tickvals: number[], ticktext: string[] }} ticks
 * @property {(yaxis: string) => any[]} marks
 * @property {Key[]} [key]  What its lines are, at the right end of the title.
 *
 * @typedef {{ text: string, stroke: string, width: number, dash?: number[] }} Key
 */

/** Left and right of every panel, in pixels. */
const SIDES = Object.freeze({ l: 48, r: 30 });
const TITLE = 22;
const BETWEEN = 16;
/** Least pixels between two letters at the ends of curves. */
const APART = 12;

/**
 * @param {Along} session
 * @param {View} view
 * @param {Row[]} rows
 * @param {string} axisTitle
 * @returns {import("./answer.js").Drawing}
 */
export function stacked(session, view, rows, axisTitle) {
  const { palette, compact, width } = view;
  const margin = { ...SIDES, t: TITLE, b: 38, pad: 0 };
  const room = rows.reduce((sum, { height }) => sum + height, 0) + (rows.length - 1) * (TITLE + BETWEEN);
  const layout = /** @type {any} */ ({
    width,
    height: margin.t + room + margin.b,
    margin,
    xaxis: { range: [0, Math.max(1, session.steps)], domain: [0, 1] },
  });
  let below = 0;
  rows.forEach((row, i) => {
    layout[`yaxis${i === 0 ? "" : i + 1}`] = {
      range: row.range,
      domain: [1 - (below + row.height) / room, 1 - below / room],
    };
    below += row.height + TITLE + BETWEEN;
  });
  const across = ticks(0, Math.max(1, session.steps), compact || width < 460 ? 4 : 6, 1);
  const x = axisOf(layout, "x");
  const paint = rows.flatMap((row, i) => {
    const yaxis = `y${i === 0 ? "" : i + 1}`;
    const last = i === rows.length - 1;
    const y = axisOf(layout, yaxis);
    const title = {
      mark: "text",
      yaxis,
      clip: false,
      x: [x.value(x.start - 2)],
      y: [y.value(y.start - 10)],
      text: [row.title],
      fill: palette.ink,
      font: `600 ${compact ? 11 : 12}px ${palette.sans}`,
      align: "left",
    };
    const frame = {
      mark: "rects",
      yaxis,
      clip: false,
      x0: [x.value(x.start)],
      x1: [x.value(x.start + x.length)],
      y0: [row.range[0]],
      y1: [row.range[1]],
      stroke: palette.rule,
    };
    return [
      ...paintedAxis(layout, "x", yaxis, "y", { ...row.ticks, grid: true }, view),
      frame,
      ...row.marks(yaxis),
      title,
      ...(keyFits(row, layout) ? lineKey(row.key ?? [], view, layout, yaxis) : []),
      ...(last
        ? paintedAxis(
            layout,
            "x",
            yaxis,
            "x",
            { tickvals: across, ticktext: across.map((value) => value.toLocaleString("en")), title: axisTitle },
            view,
          )
        : []),
    ];
  });
  return { data: [], layout, paint };
}

/**
 * It is left out where it would lie over the title.
 * @param {Row} row
 * @param {any} layout
 */
function keyFits({ title, key = [] }, layout) {
  return key.reduce((sum, { text }) => sum + keyWidth(text), 1.12 * widthOf(title)) <= axisOf(layout, "x").length;
}

/** Of the line, the word beside it, and what keeps it from the next. @param {string} text */
function keyWidth(text) {
  return 18 + 6 + widthOf(text) + 14;
}

/**
 * What lines are, over the right end of a panel.
 * @param {Key[]} key
 * @param {import("./answer.js").View} view
 * @param {any} layout
 * @param {string} yaxis
 */
export function lineKey(key, { palette }, layout, yaxis) {
  const x = axisOf(layout, "x");
  const y = axisOf(layout, yaxis);
  const height = y.value(y.start - 10);
  let left = x.start + x.length + 14 - key.reduce((sum, { text }) => sum + keyWidth(text), 0);
  return key.flatMap(({ text, ...line }) => {
    const from = left;
    left += keyWidth(text);
    return [
      {
        mark: "line",
        yaxis,
        clip: false,
        x: [x.value(from), x.value(from + 18)],
        y: [height, height],
        ...line,
      },
      {
        mark: "text",
        yaxis,
        clip: false,
        x: [x.value(from + 24)],
        y: [height],
        text: [text],
        fill: palette.muted,
        font: `400 11px ${palette.sans}`,
        align: "left",
      },
    ];
  });
}

/**
 * @typedef {object} Curve
 * @property {number} index  Of the variant.
 * @property {number} count  Steps.
 * @property {(index: number) => number} valueAt  In the units of the axis; index 0 is step 1.
 */

/**
 * @param {Along} session
 * @param {View} view
 * @param {string} yaxis
 * @param {Curve} curve
 * @param {{ width?: number, alpha?: number, dash?: number[] }} [style]
 */
export function curveMark(session, view, yaxis, { index, count, valueAt }, { width = 1.75, alpha, dash } = {}) {
  const perBin = session.steps / Math.max(100, view.width - SIDES.l - SIDES.r);
  return {
    mark: "line",
    yaxis,
    ...thinned(count, valueAt, 1, perBin),
    stroke: view.colours[index],
    width,
    alpha,
    dash,
  };
}

/**
 * The letters of the variants at the ends of their curves, moved apart where they would lie over each other.
 * @param {Along} session
 * @param {View} view
 * @param {string} yaxis
 * @param {{ index: number, x: number, y: number }[]} ends
 * @param {{ height: number, range: [number, number] }} row
 * @returns {any[]} marks
 */
export function letterMarks(session, view, yaxis, ends, { height, range }) {
  const perPixel = (range[1] - range[0]) / height;
  const perStep = (view.width - SIDES.l - SIDES.r) / Math.max(1, session.steps);
  const placed = ends
    .filter(({ y }) => !Number.isNaN(y))
    .map((end) => ({ ...end, y: Math.min(range[1], Math.max(range[0], end.y)) }))
    .sort((a, b) => b.y - a.y);
  // Only curves that end near each other can have letters in each other's way.
  for (let pass = 0; pass < 4; pass += 1) {
    for (let i = 1; i < placed.length; i += 1) {
      const [upper, lower] = [placed[i - 1], placed[i]];
      const missing = APART - (upper.y - lower.y) / perPixel;
      if (missing <= 0 || Math.abs(upper.x - lower.x) * perStep > 16) continue;
      upper.y += (missing / 2) * perPixel;
      lower.y -= (missing / 2) * perPixel;
    }
  }
  // None of them over the panel, where its title stands, nor below it, where the numbers of the axis do.
  for (let i = 0, ceiling = range[1] - 6 * perPixel; i < placed.length; i += 1) {
    placed[i].y = Math.min(placed[i].y, ceiling);
    if (placed[i].y === ceiling) ceiling -= APART * perPixel;
  }
  for (let i = placed.length - 1, floor = range[0] + 5 * perPixel; i >= 0; i -= 1) {
    placed[i].y = Math.max(placed[i].y, floor);
    if (placed[i].y === floor) floor += APART * perPixel;
  }
  return placed.map(({ index, x, y }) => ({
    mark: "text",
    yaxis,
    clip: false,
    x: [x],
    y: [y],
    text: [session.variants[index].letter],
    fill: view.colours[index],
    font: `700 12px ${view.palette.sans}`,
    halo: view.palette.paper,
    align: "left",
    dx: 6,
  }));
}

/**
 * A horizontal line that a value is to be compared with.
 * @param {Along} session
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @param {number} value
 * @param {number[]} [dash]
 */
export function levelMark(session, view, yaxis, value, dash) {
  return { mark: "line", yaxis, x: [0, session.steps], y: [value, value], stroke: view.palette.muted, width: 1, dash };
}

/**
 * What such a line is, over its right end.
 * @param {import("./answer.js").View} view
 * @param {string} yaxis
 * @param {number} value
 * @param {string} text
 */
export function levelName({ palette }, yaxis, value, text) {
  return {
    mark: "text",
    yaxis,
    edge: "right",
    y: [value],
    text: [text],
    fill: palette.muted,
    font: `500 10.5px ${palette.sans}`,
    align: "right",
    dx: -6,
    dy: -9,
    halo: palette.paper,
  };
}

/**
 * Ticks of a logarithmic axis: whole powers of ten.
 * @param {[number, number]} range
 * @param {number} count
 */
export function decades([low, high], count) {
  const values = ticks(low, high, count, 1);
  return {
    tickvals: values,
    ticktext: values.map((value) => (Math.abs(value) <= 2 ? plain(10 ** value) : powerOfTen(value, 0))),
  };
}

/**
 * @param {[number, number]} range
 * @param {number} count
 */
export function numbers([low, high], count) {
  const values = ticks(low, high, count);
  return { tickvals: values, ticktext: values.map(plain) };
}

/**
 * A range that holds all curves, in whole steps, so that it rests while they move a little.
 * @param {Curve[]} curves
 * @param {[number, number]} least
 * @param {number} grain
 * @returns {[number, number]}
 */
export function rangeOf(curves, least, grain) {
  let [low, high] = least;
  for (const { count, valueAt } of curves) {
    const found = extent(count, valueAt);
    if (!found) continue;
    low = Math.min(low, found[0]);
    high = Math.max(high, found[1]);
  }
  return [Math.floor(low / grain + 1e-9) * grain, Math.ceil(high / grain - 1e-9) * grain];
}

/**
 * Where the person looks in training, and where the pointer is.
 * @param {Session} session
 * @param {View} view
 * @param {any} layout
 * @returns {any[]}
 */
export function stepOverlay(session, view, layout) {
  const names = Object.keys(layout).filter((name) => name.startsWith("yaxis"));
  const step = view.pointer?.step ?? null;
  return names.flatMap((name) => {
    const yaxis = `y${name.slice(5)}`;
    const [y0, y1] = layout[name].range.map((/** @type {number} */ value) => [value]);
    const at = { mark: "segments", yaxis, y0, y1, x0: [session.at], x1: [session.at] };
    const scrubber = { ...at, stroke: view.palette.ink, width: 1.25, dash: [4, 3], alpha: 0.75 };
    const marks = session.at < session.reached ? [scrubber] : [];
    if (step !== null)
      marks.push({ ...at, x0: [step], x1: [step], stroke: view.palette.ink, width: 1, alpha: 0.5, dash: [] });
    return marks;
  });
}

/**
 * Dots on the curves where the pointer is.
 * @param {View} view
 * @param {string} yaxis
 * @param {Curve[]} curves
 * @param {number} step
 * @returns {any[]}
 */
export function dots(view, yaxis, curves, step) {
  return curves
    .filter(({ count, valueAt }) => step >= 1 && step <= count && Number.isFinite(valueAt(step - 1)))
    .map(({ index, valueAt }) => ({
      mark: "points",
      yaxis,
      x: [step],
      y: [valueAt(step - 1)],
      radius: 3.5,
      fill: view.colours[index],
      stroke: view.palette.paper,
      width: 1.5,
    }));
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {any} layout
 * @param {number} px
 * @returns {any}
 */
export function stepPoint(session, _view, layout, px) {
  const step = Math.round(axisOf(layout, "x").value(px));
  return step >= 0 && step <= session.reached ? { step } : null;
}
