/** Real answers of the API (`make answers` saves them), and a way of looking at them. */

import { readFileSync } from "node:fs";
import { decode } from "../../static/js/api/decode.js";
import { MAPS_OF_THEME } from "../../static/js/math/colour.js";
import { createStrings } from "../../static/js/shell/strings.js";

const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

export const NAMES = [
  "default",
  "textbook",
  "truncated",
  "chunked",
  "text",
  "sigmoid",
  "leaky",
  "zero",
  "diverged",
  "long",
];

/** As it came. @param {string} name */
export const wire = (name) => read(`answers/${name}.json`);

/** @param {string} name */
export const answer = (name) => decode(wire(name));

/** @param {string} language */
export const stringsOf = (language) => createStrings(read(`../../static/locales/${language}.json`));

/** Each colour of the palette is its own name, so that a mark tells which one it takes. */
const palette = Object.fromEntries(
  ["paper", "ink", "muted", "faint", "rule", "accent", "accentSoft", "second", "veil", "sans", "serif"].map((name) => [
    name,
    name,
  ]),
);

/**
 * @param {any} run
 * @param {Partial<import("../../static/js/figures/answer.js").View>} [difference]
 * @returns {import("../../static/js/figures/answer.js").View}
 */
export function viewOf(run, difference = {}) {
  const {
    truncation,
    truncation_mode: mode,
    clip_threshold: threshold,
    clip_mode: clipMode,
    learning_rate: rate,
    length,
  } = run.parameters;
  return {
    width: 1000,
    compact: false,
    theme: "light",
    maps: MAPS_OF_THEME.light,
    palette: /** @type {any} */ (palette),
    range: null,
    pointer: null,
    wave: null,
    backward: { window: truncation >= length ? null : truncation, mode, threshold, clipMode, rate },
    ghosts: [],
    path: null,
    ...difference,
  };
}
