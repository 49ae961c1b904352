/** A drawing as a canvas of its own: for thumbnails, and for pictures to take away. */

import { paint } from "./canvas.js";

/**
 * @param {import("../figures/answer.js").Drawing} drawing
 * @param {number} [ratio]  Pixels per unit.
 * @returns {HTMLCanvasElement}
 */
export function picture({ paint: marks, layout, scales }, ratio = window.devicePixelRatio || 1) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(layout.width * ratio);
  canvas.height = Math.round(layout.height * ratio);
  canvas.setAttribute("aria-hidden", "true");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint(context, marks, { ...layout, ...scales });
  return canvas;
}
