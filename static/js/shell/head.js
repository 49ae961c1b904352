/** The verdict in words, and what becomes of the gradient before it is used. */

import { make } from "../controls/slider.js";
import { updateNow } from "../figures/update.js";
import { number } from "../math/format.js";
import { clamp } from "../math/scale.js";
import { showVerdict } from "./verdict.js";

/** log10 of the ends of the bars. */
const [LOW, HIGH] = [-6, 6];

/**
 * @param {HTMLElement} verdict
 * @param {HTMLElement} update
 */
export function createHead(verdict, update) {
  const rows = ["full", "truncated", "clipped"].map((name) => {
    const row = update.appendChild(make("div", `update-row update-${name}`));
    const label = row.appendChild(make("span", "update-label"));
    const bar = row.appendChild(make("span", "update-bar"));
    bar.appendChild(make("span", "update-fill"));
    if (name !== "full") bar.appendChild(make("span", "update-threshold"));
    const value = row.appendChild(make("span", "update-value"));
    const note = row.appendChild(make("span", "update-note"));
    return { name, row, label, bar, value, note };
  });

  return {
    /**
     * @param {any} run
     * @param {import("../figures/answer.js").Backward} backward
     * @param {import("../figures/answer.js").Strings} strings
     */
    draw(run, backward, strings) {
      if (run.verdict) showVerdict(verdict, run, strings);
      if (run.gradients) drawUpdate(run, backward, strings);
    },
  };

  /**
   * @param {any} run
   * @param {import("../figures/answer.js").Backward} backward
   * @param {import("../figures/answer.js").Strings} strings
   */
  function drawUpdate(run, backward, strings) {
    const now = updateNow(run, backward);
    if (!now) return;
    const place = (/** @type {number} */ norm) =>
      String(norm > 0 ? clamp((Math.log10(norm) - LOW) / (HIGH - LOW), 0, 1) : 0);
    const notes = notesOf(now, backward, run.parameters.length, strings);
    for (const { name, label, bar, value, note } of rows) {
      const norm = now[/** @type {"full" | "truncated" | "clipped"} */ (name)];
      setText(label, strings(`update.${name}`));
      setText(value, number(norm, 3));
      setText(note, notes[/** @type {"full" | "truncated" | "clipped"} */ (name)]);
      bar.style.setProperty("--place", place(norm));
      bar.style.setProperty("--threshold", place(backward.threshold));
    }
  }
}

/**
 * What happened on the way to each norm.
 * @param {import("../figures/update.js").Update} now
 * @param {import("../figures/answer.js").Backward} backward
 * @param {number} T
 * @param {import("../figures/answer.js").Strings} strings
 */
function notesOf(now, backward, T, strings) {
  if (!Number.isFinite(now.truncated)) return { full: "", truncated: "", clipped: "" };
  const factors = Object.values(now.factors);
  const shortened =
    factors.length === 1
      ? `× ${number(factors[0], 2)}`
      : strings("update.angle", { angle: number((180 * now.angle) / Math.PI, 2) });
  return {
    full: "",
    truncated: backward.window === null || backward.window >= T ? strings("update.uncut") : `K = ${backward.window}`,
    clipped: now.clipped < now.truncated * (1 - 1e-9) ? shortened : strings("update.unclipped"),
  };
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
