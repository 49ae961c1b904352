/** The flow matrix of every variant at a step of training, side by side on the one scale. */

import { normShade, pixels } from "../../math/colour.js";
import { norm as shownNorm } from "../../math/format.js";
import { axisOf, ticks } from "../../math/scale.js";
import { colourKey, NORM_LABELS } from "../colour-key.js";
import { flowAt } from "../flow-matrix.js";
import { paintedAxis } from "../painted-axis.js";
import { begun, snapshotAt } from "./session.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./session.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 */

const MARGIN = Object.freeze({ l: 34, t: 26, b: 40, pad: 0 });
const [GAP, TITLE] = [34, 30];
const LARGEST = 300;

/** @param {Session} session */
function matricesOf(session) {
  return begun(session).flatMap(({ index, letter, series }) => {
    const snapshot = snapshotAt(series, session.at);
    return snapshot?.flow_matrix ? [{ index, letter, snapshot, steps: snapshot.flow_matrix.steps.values }] : [];
  });
}

/**
 * @param {Session} session
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("../answer.js").Drawing}
 */
export function snapshotFlowsFigure(session, view, strings) {
  const { palette, compact, width } = view;
  const matrices = matricesOf(session);
  const right = compact ? 8 : 70;
  const count = Math.max(1, matrices.length);
  const columns = compact ? Math.min(2, count) : count;
  const rows = Math.ceil(count / columns);
  const room = { x: width - MARGIN.l - right, y: 0 };
  const side = Math.min(LARGEST, (room.x - (columns - 1) * GAP) / columns);
  room.y = rows * side + (rows - 1) * (GAP + TITLE);
  const layout = /** @type {any} */ ({
    width,
    height: room.y + MARGIN.t + MARGIN.b,
    margin: { ...MARGIN, r: right },
    xaxis: { range: [0, 1], domain: [0, 1] },
    yaxis: { range: [0, 1], domain: [0, 1] },
  });
  const paint = matrices.flatMap((matrix, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const left = column * (side + GAP);
    const top = row * (side + GAP + TITLE);
    const name = i === 0 ? "" : String(i + 1);
    const { range, size } = rangeOf(matrix);
    layout[`xaxis${name}`] = { range, domain: [left / room.x, (left + side) / room.x] };
    layout[`yaxis${name}`] = { range: [range[1], range[0]], domain: [1 - (top + side) / room.y, 1 - top / room.y] };
    return panel(view, strings, layout, matrix, name, size, { titled: column === 0, low: row === rows - 1 });
  });
  if (!compact && matrices.length > 0) {
    const last = axisOf(layout, `x${matrices.length === 1 ? "" : matrices.length}`);
    const keyed = { ...layout, xaxis: { range: [0, 1], domain: [0, (last.start + last.length - MARGIN.l) / room.x] } };
    const key = colourKey(view, keyed, "y", view.maps.norm, NORM_LABELS, 220);
    // The key is placed by its own x axis: in pixels it stands right of the last matrix.
    layout.xaxis99 = { range: [0, 1], domain: keyed.xaxis.domain };
    paint.push(...key.map((mark) => ({ ...mark, xaxis: "x99" })));
  }
  if (matrices.length === 0) paint.push(empty(layout, palette, strings));
  return { data: [], layout, paint };
}

/**
 * @param {any} layout
 * @param {import("../answer.js").Palette} palette
 * @param {Strings} strings
 */
function empty(layout, palette, strings) {
  return {
    mark: "text",
    x: [0.5],
    y: [0.5],
    text: [strings("training.waiting")],
    fill: palette.muted,
    font: `400 13px ${palette.sans}`,
    clip: false,
    xaxis: "x",
    yaxis: "y",
    align: layout ? "center" : "left",
  };
}

/** @param {ReturnType<typeof matricesOf>[number]} matrix */
function rangeOf({ steps }) {
  const stride = steps.length > 1 ? steps[1] - steps[0] : 1;
  const [first, last] = [steps[0], steps[steps.length - 1]];
  return { range: [first - stride / 2, last + stride / 2], size: steps.length };
}

/**
 * @param {View} view
 * @param {Strings} strings
 * @param {any} layout
 * @param {ReturnType<typeof matricesOf>[number]} matrix
 * @param {string} name
 * @param {number} size
 * @param {{ titled: boolean, low: boolean }} place
 * @returns {any[]}
 */
function panel(view, strings, layout, { index, letter, snapshot }, name, size, { titled, low }) {
  const { palette } = view;
  const axes = { xaxis: `x${name}`, yaxis: `y${name}` };
  const [from, to] = layout[`xaxis${name}`].range;
  const x = axisOf(layout, axes.xaxis);
  const y = axisOf(layout, axes.yaxis);
  const values = ticks(Math.max(0, from), to, x.length < 150 ? 3 : 5, 1);
  const numbers = { tickvals: values, ticktext: values.map(String) };
  return [
    {
      mark: "image",
      ...axes,
      x: [from, to],
      y: [to, from],
      width: size,
      height: size,
      pixels: pixels(view.maps.norm, size * size, (i) => {
        const [t, k] = [Math.floor(i / size), i % size];
        return k > t ? Number.NaN : normShade(flowAt(snapshot, t, k));
      }),
    },
    ...paintedAxis(
      layout,
      axes.xaxis,
      axes.yaxis,
      "x",
      { ...numbers, ...(low ? { title: strings("flow_matrix.x") } : {}) },
      view,
    ),
    ...paintedAxis(layout, axes.xaxis, axes.yaxis, "y", titled ? numbers : { tickvals: [], ticktext: [] }, view),
    { mark: "rects", ...axes, x0: [from], x1: [to], y0: [to], y1: [from], stroke: palette.rule, clip: false },
    {
      mark: "text",
      ...axes,
      clip: false,
      x: [x.value(x.start)],
      y: [y.value(y.start - 11)],
      text: [letter],
      fill: view.colours[index],
      font: `700 13px ${palette.sans}`,
      align: "left",
    },
    {
      mark: "text",
      ...axes,
      clip: false,
      x: [x.value(x.start + 16)],
      y: [y.value(y.start - 11)],
      text: [strings(snapshot.step === 0 ? "training.untrained" : "training.after_step", { step: snapshot.step })],
      fill: palette.muted,
      font: `400 11.5px ${palette.sans}`,
      align: "left",
    },
  ];
}

/**
 * The panel under a pixel.
 * @param {Session} session
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 * @param {Strings} strings
 */
export function snapshotFlowsInspect(session, layout, px, py, strings) {
  for (const [i, { letter, snapshot, steps }] of matricesOf(session).entries()) {
    const name = i === 0 ? "" : String(i + 1);
    if (!layout[`xaxis${name}`]) continue;
    const stride = steps.length > 1 ? steps[1] - steps[0] : 1;
    const at = (/** @type {number} */ value) => Math.round((value - steps[0]) / stride);
    const k = at(axisOf(layout, `x${name}`).value(px));
    const t = at(axisOf(layout, `y${name}`).value(py));
    if (k < 0 || t >= steps.length || k > t) continue;
    return {
      title: `${letter} · ${strings("reading.pair", { t: steps[t], k: steps[k], lag: steps[t] - steps[k] })}`,
      rows: /** @type {[string, string][]} */ ([
        [`‖∂h_${steps[t]}/∂h_${steps[k]}‖_F`, shownNorm(flowAt(snapshot, t, k))],
      ]),
    };
  }
  return null;
}

/**
 * @param {Session} session
 * @param {View} _view
 * @param {Strings} strings
 */
export function snapshotFlowsSummary(session, _view, strings) {
  const matrices = matricesOf(session);
  if (matrices.length === 0) return [strings("training.nothing")];
  return matrices.map(({ letter, snapshot, steps }) => {
    let [small, large] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let t = 0; t < steps.length; t += 1) {
      for (let k = 0; k <= t; k += 1) {
        const value = flowAt(snapshot, t, k);
        if (value < small) small = value;
        if (value > large) large = value;
      }
    }
    return strings("training.flows.of", { name: letter, smallest: shownNorm(small), largest: shownNorm(large) });
  });
}
