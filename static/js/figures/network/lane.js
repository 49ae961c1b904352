/**
 * The lane of the network: how much of a step is drawn, and where.
 *
 * @typedef {import("../answer.js").View} View
 *
 * @typedef {object} Lane  Where things stand, in pixels above the lane's bottom.
 * @property {"units" | "strips" | "bands"} detail
 * @property {number} step  Pixels per step.
 * @property {number} height
 * @property {number} first
 * @property {number} last  The steps in view, also in part.
 * @property {(place: number) => boolean} holds  Whether a place along time is in view.
 * @property {[number, number]} x
 * @property {[number, number]} h
 * @property {[number, number]} y
 * @property {number} flow  Middle of the backward flow.
 * @property {number} flowRoom  Its greatest thickness.
 * @property {number} loss
 */

import { clamp } from "../../math/scale.js";
import { lengthOf } from "../answer.js";

const PIXELS_FOR_UNITS = 105;
const PIXELS_FOR_STRIPS = 7;
const MOST_UNITS_DRAWN = 12;

/** @param {number} length  T */
export function networkHeight(length, /** @type {boolean} */ compact) {
  if (length <= 5) return compact ? 250 : 320;
  return compact ? 180 : 240;
}

/**
 * @param {any} run
 * @param {View} view
 * @param {[number, number]} range
 * @param {number} plotWidth
 * @param {number} height
 * @returns {Lane}
 */
export function laneOf(run, view, range, plotWidth, height) {
  const step = plotWidth / (range[1] - range[0]);
  const { hidden_size: H, input_size: D, output_size: O } = run.parameters;
  const small = Math.max(H, run.sequence.symbols ? 1 : Math.max(D, O)) <= MOST_UNITS_DRAWN;
  const detail = step >= PIXELS_FOR_UNITS && small ? "units" : step >= PIXELS_FOR_STRIPS ? "strips" : "bands";
  const first = Math.max(0, Math.floor(range[0]));
  const last = Math.min(lengthOf(run), Math.ceil(range[1]));
  const at = (/** @type {number} */ share) => Math.round(share * height);
  const holds = (/** @type {number} */ place) => place >= range[0] && place <= range[1];
  const common = { step, height, first, last, holds };
  if (detail === "units") {
    return {
      ...common,
      detail,
      x: [at(0.04), at(0.12)],
      h: [at(0.22), at(0.68)],
      flow: at(0.765),
      flowRoom: at(0.11),
      y: [at(0.875), at(0.945)],
      loss: at(0.98),
    };
  }
  const cell = view.compact ? 9 : 12;
  return {
    ...common,
    detail,
    x: [at(0.02), at(0.02) + cell],
    h: [at(0.17), at(0.58)],
    flow: at(0.715),
    flowRoom: at(0.2),
    y: [at(0.86), at(0.86) + cell],
    loss: at(0.97),
  };
}

/** @param {Lane} lane */
export function stripWidth(lane) {
  return lane.detail === "bands" ? lane.step : Math.round(clamp(lane.step * 0.52, 4, 30));
}

/**
 * Whole numbers from low to high, both included.
 * @param {number} low
 * @param {number} high
 */
export function whole(low, high) {
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
}
