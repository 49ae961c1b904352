/**
 * What a training run has told so far: one number per step and column, snapshots of the network, how it ended. A series is a value: what comes is
 * in a new one, and an old one still shows what it showed.
 *
 * @typedef {typeof TRAINING_COLUMNS[number]} Column
 * @typedef {import("../contract.d.ts").SnapshotPart} SnapshotPart
 * @typedef {object} Series
 * @property {number} count  Steps so far: 1 to count.
 * @property {Record<Column, Float64Array>} columns  NaN where there is no finite value; clipped is 1 or 0.
 * @property {boolean} accurate  Whether the task has an accuracy.
 * @property {SnapshotPart[]} snapshots  Decoded, by ascending step.
 * @property {import("../contract.d.ts").Plan | null} plan  Null until the server has said it.
 * @property {import("../contract.d.ts").TrainingEcho | null} parameters  As the server understood them.
 * @property {import("../contract.d.ts").Divergence | null} divergence
 * @property {boolean} ended  Nothing follows.
 * @property {{ fraction: number, steps_per_second: number, seconds_left: number } | null} progress
 */

import { decode } from "../api/decode.js";
import { TRAINING_COLUMNS } from "../facts.js";

const FIRST_CAPACITY = 256;

/** @type {Series} */
export const EMPTY = Object.freeze({
  count: 0,
  columns: /** @type {any} */ (Object.fromEntries(TRAINING_COLUMNS.map((name) => [name, new Float64Array(0)]))),
  accurate: false,
  snapshots: [],
  plan: null,
  parameters: null,
  divergence: null,
  ended: false,
  progress: null,
});

/**
 * The series with one more event of the server.
 * @param {Series} series
 * @param {string} event
 * @param {any} data
 * @returns {Series}
 */
export function told(series, event, data) {
  switch (event) {
    case "started":
      return { ...series, plan: series.plan ?? data.plan, parameters: series.parameters ?? data.parameters };
    case "snapshot":
      return { ...series, snapshots: withSnapshots(series.snapshots, data.snapshots) };
    case "step":
      return withSteps(series, data);
    case "diverged":
      return { ...series, divergence: data };
    case "finished":
      return { ...series, ended: true };
    default:
      return series;
  }
}

/**
 * A snapshot may come twice; the same numbers.
 * @param {SnapshotPart[]} have
 * @param {SnapshotPart[]} come  As they are on the wire.
 */
function withSnapshots(have, come) {
  const last = have[have.length - 1]?.step ?? -1;
  const fresh = come.filter(({ step }) => step > last).map((snapshot) => decode(snapshot));
  return fresh.length > 0 ? [...have, ...fresh] : have;
}

/**
 * @param {Series} series
 * @param {import("../contract.d.ts").Steps & { progress: Series["progress"] }} data
 * @returns {Series}
 */
function withSteps(series, data) {
  const { count } = series;
  if (data.first > count + 1) throw new RangeError(`Steps ${count + 1} to ${data.first - 1} are missing.`);
  const known = count + 1 - data.first;
  const total = Math.max(count, data.last);
  const columns = /** @type {Record<Column, Float64Array>} */ ({});
  for (const name of TRAINING_COLUMNS) columns[name] = extended(series.columns[name], count, data[name], known, total);
  return { ...series, count: total, columns, accurate: data.accuracy !== null, progress: data.progress };
}

/**
 * The array up to `total`, in the same memory where there is room: what was there before is never altered.
 * @param {Float64Array} array
 * @param {number} count
 * @param {(number | boolean | null)[] | null} values
 * @param {number} known  How many of them are there already.
 * @param {number} total
 */
function extended(array, count, values, known, total) {
  let room = array.buffer.byteLength / Float64Array.BYTES_PER_ELEMENT;
  let whole = new Float64Array(array.buffer);
  if (room < total) {
    room = Math.max(FIRST_CAPACITY, 2 * room, total);
    whole = new Float64Array(room);
    whole.set(array);
  }
  for (let i = count; i < total; i += 1) {
    const value = values ? values[known + i - count] : null;
    whole[i] = value === null ? Number.NaN : Number(value);
  }
  return whole.subarray(0, total);
}

/** Whether every step that was planned is there, or the run diverged. @param {Series} series */
export function isComplete({ ended, plan, count }) {
  return ended || (plan !== null && count >= plan.steps);
}
