/** What must hold for every figure, whatever it shows. */

import assert from "node:assert/strict";
import { axisOf } from "../../static/js/math/scale.js";

/** Every mark has its place, and says only complete words. @param {import("../../static/js/figures/answer.js").Drawing} drawing */
export function checkDrawing({ layout, scales = {}, paint }) {
  const axes = { ...layout, ...scales };
  for (const mark of paint) {
    for (const axis of [mark.xaxis ?? "x", mark.yaxis ?? "y"]) {
      const { start, length } = axisOf(axes, axis);
      assert.ok(Number.isFinite(start) && length > 0, `${mark.mark} on ${axis}`);
    }
    if (mark.mark === "image") {
      assert.equal(mark.pixels.length, mark.width * mark.height);
      assert.ok([...mark.x, ...mark.y].every(Number.isFinite));
    }
    for (const [one, other] of [
      ["x", "y"],
      ["x0", "x1"],
      ["x0", "y0"],
    ]) {
      if (mark[one]?.length !== undefined && mark[other]?.length !== undefined && mark.mark !== "image") {
        assert.equal(mark[one].length, mark[other].length, `${mark.mark} ${one} ${other}`);
      }
    }
    if (mark.mark === "text")
      assert.ok(
        mark.text.every((/** @type {any} */ text) => typeof text === "string" && !/undefined|NaN|null/.test(text)),
        String(mark.text),
      );
    if (mark.mark === "polygons") for (const ring of mark.points) assert.ok([...ring].every(Number.isFinite));
  }
}

/** In every language the words are complete. @param {(language: string) => string[]} summary */
export function checkWords(summary) {
  for (const language of ["en", "ko"]) {
    for (const sentence of summary(language))
      assert.doesNotMatch(sentence, /(?<![_^])\{\w+\}|undefined|NaN|null|Infinity/, sentence);
  }
}
