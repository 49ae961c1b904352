/** The backward flow: arrows from right to left, as thick and as coloured as ∂h_T/∂h_k is large, and where truncation cuts it. */

import { css, normShade } from "../../math/colour.js";
import { norm as shownNorm } from "../../math/format.js";
import { clamp } from "../../math/scale.js";
import { frobeniusNorms } from "../answer.js";
import { whole } from "./lane.js";

/**
 * @typedef {import("../answer.js").View} View
 * @typedef {import("../answer.js").Strings} Strings
 * @typedef {import("./lane.js").Lane} Lane
 */

/** Thickness of the flow at norm 1, as a part of its room, and its least in pixels. */
const SHARE_AT_NORM_ONE = 0.42;
const LEAST_THICKNESS = 1.2;

/**
 * The backward flow: arrows from right to left, as thick and as coloured as ∂h_T/∂h_k is large.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
export function flow(run, view, lane) {
  const { palette, maps } = view;
  const norms = frobeniusNorms(run);
  const of = run.jacobian_norms.of_step;
  // Norms are drawn relative to ‖∂h_T/∂h_T‖ = ‖I‖, so that the flow starts at thickness 1 whatever the size of the state.
  const size = (/** @type {number} */ k) => norms[k] - norms[of];
  const stride = Math.max(1, Math.floor(1.2 / lane.step));
  const points = /** @type {Float64Array[]} */ ([]);
  const fill = /** @type {string[]} */ ([]);
  const separate = lane.detail !== "bands";
  const gap = separate ? clamp(lane.step * 0.06, 0.5, 3) / lane.step : 0;
  for (let k = Math.min(of, lane.last + 1) - 1; k >= Math.max(0, lane.first - 1); k -= stride) {
    if (!Number.isFinite(norms[k])) continue;
    const [from, to] = [Math.min(of, k + stride), k];
    const [thick, thin] = [thickness(size(from), lane.flowRoom) / 2, thickness(size(to), lane.flowRoom) / 2];
    const tip = separate ? clamp(lane.step * 0.28, 2, 16) / lane.step : 0;
    const [right, left] = [from - gap, to + gap];
    points.push(
      separate
        ? Float64Array.of(
            right,
            lane.flow + thick,
            left + tip,
            lane.flow + thin,
            left,
            lane.flow,
            left + tip,
            lane.flow - thin,
            right,
            lane.flow - thick,
            right - tip,
            lane.flow,
          )
        : Float64Array.of(
            right,
            lane.flow + thick,
            left,
            lane.flow + thin,
            left,
            lane.flow - thin,
            right,
            lane.flow - thick,
          ),
    );
    fill.push(css(maps.norm, normShade(size(to))));
  }
  const marks = /** @type {any[]} */ ([
    { mark: "polygons", points, fill, stroke: separate ? palette.muted : undefined, width: separate ? 0.75 : 0 },
  ]);
  if (!separate) marks.push(...directionOf(view, lane, size, of));
  if (lane.detail === "units") marks.push(flowLabels(view, lane, norms, of));
  marks.push(...entry(run, view, lane));
  return marks;
}

/**
 * Thickness of the flow, in pixels, for a norm.
 * @param {number} log10
 * @param {number} room
 */
export function thickness(log10, room) {
  if (log10 === Number.NEGATIVE_INFINITY) return 0;
  const shade = normShade(log10);
  const share = shade < 0 ? SHARE_AT_NORM_ONE * (1 + shade) : SHARE_AT_NORM_ONE + (1 - SHARE_AT_NORM_ONE) * shade;
  return Math.max(LEAST_THICKNESS, share * room);
}

/** In a band, where single arrows can't be told apart: chevrons that say which way it flows. */
function directionOf(
  /** @type {View} */ view,
  /** @type {Lane} */ lane,
  /** @type {(k: number) => number} */ size,
  /** @type {number} */ of,
) {
  const every = Math.max(1, Math.round(34 / lane.step));
  const at = whole(lane.first, Math.min(of, lane.last)).filter((k) => k % every === 0 && Number.isFinite(size(k)));
  const width = 4 / lane.step;
  const half = at.map((k) => clamp(thickness(size(k), lane.flowRoom) / 2, 3.5, 7));
  return [1, -1].map((side) => ({
    mark: "segments",
    x0: at.map((k) => k + width / 2),
    x1: at.map((k) => k - width / 2),
    y0: at.map((_, i) => lane.flow + side * half[i]),
    y1: at.map(() => lane.flow),
    stroke: view.palette.ink,
    width: 1.1,
    alpha: 0.7,
  }));
}

/**
 * @param {View} view
 * @param {Lane} lane
 * @param {Float64Array} norms
 * @param {number} of
 */
function flowLabels(view, lane, norms, of) {
  const ks = whole(Math.max(0, lane.first), Math.min(of, lane.last) - 1);
  return {
    mark: "text",
    x: ks.map((k) => k + 0.5),
    y: ks.map(() => lane.flow),
    text: ks.map((k) => `‖∂h_{${of}}/∂h_{${k}}‖_F = ${shownNorm(norms[k])}`),
    fill: view.palette.ink,
    font: `500 12px ${view.palette.sans}`,
    halo: view.palette.paper,
    dy: -lane.flowRoom / 2 - 9, // above the veil of what is cut
  };
}

/**
 * The loss enters here.
 * @param {any} run
 * @param {View} view
 * @param {Lane} lane
 */
function entry(run, view, lane) {
  const of = run.jacobian_norms.of_step;
  if (of > lane.last || of < lane.first) return [];
  const from = lane.detail === "units" ? of + 0.26 : of;
  const last = run.loss.at.includes(of);
  const landing = lane.flow;
  return last
    ? [
        {
          mark: "segments",
          x0: [from],
          y0: [lane.detail === "units" ? lane.y[0] - 4 : lane.y[0] - 3],
          x1: [of],
          y1: [landing + 1],
          stroke: view.palette.accent,
          width: 2,
          head: clamp(lane.step * 0.4, 6, 9),
          clip: false,
        },
      ]
    : [];
}

/** What truncation takes away is faded, and the cut is drawn. */
export function truncation(
  /** @type {View} */ view,
  /** @type {Strings} */ strings,
  /** @type {Lane} */ lane,
  /** @type {import("../../math/truncation.js").Cut} */ cut,
) {
  const { palette } = view;
  const marks = /** @type {any[]} */ ([]);
  const veil = (/** @type {number} */ until, /** @type {number} */ low, /** @type {number} */ high) =>
    marks.push({ mark: "rects", x0: [-0.5], x1: [until], y0: [low], y1: [high], fill: palette.veil });
  const flowTop = lane.flow + lane.flowRoom / 2 + 2;
  const flowBottom = lane.flow - lane.flowRoom / 2 - 2;
  if (cut.silent !== null) {
    veil(cut.silent, 0, flowBottom);
    veil(cut.silent, flowTop, lane.height);
  }
  if (cut.reach !== null) veil(cut.reach, flowBottom, flowTop);
  if (cut.cuts.length === 0) return marks;
  const visible = cut.cuts.filter((x) => x > lane.first - 0.5 && x < lane.last + 0.5);
  const dense = lane.step * (view.backward.window ?? 1) < 9;
  marks.push({
    mark: "segments",
    x0: visible,
    x1: visible,
    y0: visible.map(() => lane.height * 0.02),
    y1: visible.map(() => lane.height * 0.93),
    stroke: palette.accent,
    width: dense ? 0.75 : 1.5,
    dash: [5, 3],
    alpha: view.backward.mode === "chunked" ? 0.75 : 1,
  });
  if (cut.reach !== null && cut.reach > lane.first - 0.5 && cut.reach < lane.last + 0.5) {
    const near = (cut.reach - lane.first) * lane.step < 130;
    marks.push({
      mark: "text",
      x: [cut.reach],
      y: [lane.detail === "units" ? lane.height * 0.03 : (lane.x[1] + lane.h[0]) / 2],
      text: [strings("network.cut", { K: /** @type {number} */ (view.backward.window) })],
      fill: palette.accent,
      font: `600 11.5px ${palette.sans}`,
      align: near ? "left" : "right",
      dx: near ? 6 : -6,
      halo: palette.paper,
    });
  }
  return marks;
}
