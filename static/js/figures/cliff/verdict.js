/** What became of the two descents, in words. */

import { number, plain } from "../../math/format.js";

/**
 * @param {import("./surface.js").Cliff} cliff
 * @param {import("../answer.js").Strings} strings
 * @returns {{ kind: string, title: string, sentences: string[] }}
 */
export function cliffWords({ descents, parameters }, strings) {
  const { raw, clipped } = descents;
  const kind = kindOf(raw, clipped);
  return {
    kind,
    title: strings(`cliff.verdict.${kind}`),
    sentences: [rawSentence(raw, strings), clippedSentence(clipped, Number(parameters.clip_threshold), strings)],
  };
}

/**
 * @param {any} raw
 * @param {any} clipped
 */
function kindOf(raw, clipped) {
  const stays = (/** @type {any} */ { ended }) => ended === "steps_done";
  if (stays(raw)) return stays(clipped) ? "both_stay" : "clipped_leaves";
  return stays(clipped) ? "saved" : "both_leave";
}

/**
 * The update that throws the descent out begins at its last point but one.
 * @param {any} raw
 * @param {import("../answer.js").Strings} strings
 */
function rawSentence({ error, gradient_norm: norm, ended }, strings) {
  const last = error.values.length - 1;
  if (ended === "steps_done")
    return strings("cliff.raw.stays", { updates: last, error: number(error.values[last], 2) });
  const from = Math.max(0, ended === "diverged" ? last : last - 1);
  return strings("cliff.raw.thrown", { update: from + 1, norm: number(norm.values[from], 3) });
}

/**
 * @param {any} clipped
 * @param {number} threshold
 * @param {import("../answer.js").Strings} strings
 */
function clippedSentence({ error, clipped_steps: shortened, ended }, threshold, strings) {
  const last = error.values.length - 1;
  const values = {
    c: plain(threshold),
    shortened: shortened.length,
    updates: last,
    error: number(error.values[last], 2),
  };
  return strings(ended === "steps_done" ? "cliff.clipped.stays" : "cliff.clipped.leaves", values);
}
