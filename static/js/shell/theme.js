/** Light or dark, and the colours that figures take from the style sheet. */

import { MAPS_OF_THEME } from "../math/colour.js";

/** @param {string | undefined} asked */
export function resolveTheme(asked) {
  if (asked === "light" || asked === "dark") return asked;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** @param {string} theme */
export function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

/** @returns {{ palette: import("../figures/answer.js").Palette, maps: import("../math/colour.js").ColourMaps }} */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const names = /** @type {const} */ ([
    "paper",
    "ink",
    "muted",
    "faint",
    "rule",
    "accent",
    "second",
    "veil",
    "sans",
    "serif",
  ]);
  const palette = Object.fromEntries(names.map((name) => [name, colour(name)]));
  palette.accentSoft = colour("accent-soft");
  return {
    palette: /** @type {any} */ (palette),
    maps: MAPS_OF_THEME[document.documentElement.dataset.theme ?? "light"],
  };
}
