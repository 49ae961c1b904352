/** The path of one term of the sum: where W was used, and the way back to there from the state or the loss. */

import { lengthOf } from "../answer.js";
import { stripWidth, whole } from "./lane.js";
import { places } from "./units.js";

/**
 * @param {any} run
 * @param {import("../answer.js").View} view
 * @param {import("./lane.js").Lane} lane
 * @returns {any[]} marks
 */
export function pathMarks(run, view, lane) {
  const { path } = view;
  if (!path || path.t > lengthOf(run)) return [];
  return lane.detail === "units" ? amongUnits(run, view, lane, path) : amongStrips(view, lane, path);
}

/**
 * @param {any} run
 * @param {import("../answer.js").View} view
 * @param {import("./lane.js").Lane} lane
 * @param {import("../answer.js").Path} path
 */
function amongUnits(run, view, lane, { t, k, loss }) {
  const { palette } = view;
  const at = places(run, lane);
  const gap = at.radius / lane.step;
  const between = (/** @type {number[]} */ steps, /** @type {string} */ stroke, /** @type {number} */ width) => {
    const ends = steps.flatMap((step) => at.h.flatMap((to) => at.h.map((from) => ({ step, from, to }))));
    return {
      mark: "segments",
      x0: ends.map(({ step }) => step - gap),
      y0: ends.map(({ to }) => to),
      x1: ends.map(({ step }) => step - 1 + gap),
      y1: ends.map(({ from }) => from),
      stroke,
      width,
    };
  };
  const units = whole(k, t).flatMap((step) => at.h.map((height) => ({ step, height })));
  const marks = /** @type {any[]} */ ([
    between([k], palette.second, 2),
    between(whole(k + 1, t), palette.accent, 1.75),
    {
      mark: "points",
      x: units.map(({ step }) => step),
      y: units.map(({ height }) => height),
      radius: at.radius + 1.5,
      stroke: palette.accent,
      width: 2.25,
      clip: false,
    },
  ]);
  if (loss) {
    const outputs = at.y.flatMap((shift) => at.h.map((height) => ({ shift, height })));
    marks.push(
      {
        mark: "segments",
        x0: outputs.map(({ shift }) => t + shift),
        y0: outputs.map(() => at.yHeight - at.small),
        x1: outputs.map(() => t + gap * 0.7),
        y1: outputs.map(({ height }) => height + at.radius * 0.7),
        stroke: palette.accent,
        width: 1.75,
      },
      {
        mark: "points",
        x: at.y.map((shift) => t + shift),
        y: at.y.map(() => at.yHeight),
        radius: at.small + 1.5,
        stroke: palette.accent,
        width: 2.25,
        clip: false,
      },
      ring(view, t + 0.26, lane.loss),
    );
  }
  const label = (/** @type {number[]} */ x, /** @type {string[]} */ text, /** @type {string} */ fill) => ({
    mark: "text",
    x,
    y: x.map(() => lane.h[1]),
    text,
    fill,
    font: `italic 600 16px ${palette.serif}`,
    halo: palette.paper,
    dy: -4,
  });
  const back = whole(k + 1, t);
  marks.push(
    label(
      back.map((step) => step - 0.5),
      back.map((step) => `J_{${step}}`),
      palette.accent,
    ),
    label([k - 0.5], [`∂^{+}h_{${k}}/∂W`], palette.second),
  );
  return marks;
}

/**
 * @param {import("../answer.js").View} view
 * @param {import("./lane.js").Lane} lane
 * @param {import("../answer.js").Path} path
 */
function amongStrips(view, lane, { t, k, loss }) {
  const { palette } = view;
  const half = (stripWidth(lane) / 2 + 2) / lane.step;
  const middle = (lane.h[0] + lane.h[1]) / 2;
  const arrow = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ stroke) => ({
    mark: "segments",
    x0: [from],
    x1: [to],
    y0: [middle],
    y1: [middle],
    stroke,
    width: 2.5,
    head: 8,
  });
  const steps = whole(k, t);
  const marks = /** @type {any[]} */ ([
    {
      mark: "rects",
      x0: steps.map((step) => step - half),
      x1: steps.map((step) => step + half),
      y0: steps.map(() => lane.h[0] - 2),
      y1: steps.map(() => lane.h[1] + 2),
      stroke: palette.accent,
      width: 2.25,
      radius: 3,
    },
    arrow(k - half, k - 1 + half, palette.second),
    ...whole(k + 1, t).map((step) => arrow(step - half, step - 1 + half, palette.accent)),
  ]);
  if (loss) {
    marks.push(
      {
        mark: "segments",
        x0: [t],
        x1: [t],
        y0: [lane.y[0]],
        y1: [lane.h[1] + 2],
        stroke: palette.accent,
        width: 2.5,
        head: 8,
      },
      ring(view, t, lane.loss),
    );
  }
  return marks;
}

/**
 * Around the loss.
 * @param {import("../answer.js").View} view
 * @param {number} x
 * @param {number} y
 */
function ring(view, x, y) {
  return { mark: "points", x: [x], y: [y], radius: 10, stroke: view.palette.accent, width: 2, clip: false };
}
