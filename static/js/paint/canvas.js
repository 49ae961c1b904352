/**
 * Marks on a canvas. A figure lists what to paint in the units of its axes; this is how each kind of mark looks in pixels.
 *
 * @typedef {import("../math/scale.js").Axis} Axis
 * @typedef {object} Mark
 * @property {keyof typeof PAINTERS} mark
 * @property {string} [xaxis]  Default "x".
 * @property {string} [yaxis]  Default "y".
 * @property {boolean} [clip]  Default true: nothing leaves the panel.
 * @property {number} [alpha]
 *
 * @typedef {ArrayLike<number>} Numbers
 */

import { axisOf } from "../math/scale.js";

/**
 * @param {CanvasRenderingContext2D} context  Scaled so that a unit is a CSS pixel.
 * @param {any[]} marks
 * @param {any} layout
 */
export function paint(context, marks, layout) {
  /** @type {Map<string, Axis>} */
  const axes = new Map();
  const axis = (/** @type {string} */ name) => {
    let known = axes.get(name);
    if (!known) {
      known = axisOf(layout, name);
      axes.set(name, known);
    }
    return known;
  };
  for (const mark of marks) {
    const x = axis(mark.xaxis ?? "x");
    const y = axis(mark.yaxis ?? "y");
    context.save();
    if (mark.clip !== false) {
      context.beginPath();
      context.rect(x.start, y.start, x.length, y.length);
      context.clip();
    }
    if (mark.alpha !== undefined) context.globalAlpha = mark.alpha;
    PAINTERS[/** @type {keyof typeof PAINTERS} */ (mark.mark)](context, mark, x, y);
    context.restore();
  }
}

export const PAINTERS = {
  image: paintImage,
  line: paintLine,
  segments: paintSegments,
  polygons: paintPolygons,
  rects: paintRects,
  points: paintPoints,
  text: paintText,
};

/** @type {Map<string, { canvas: HTMLCanvasElement, context: CanvasRenderingContext2D }>} */
const scratches = new Map();

/**
 * @param {number} width
 * @param {number} height
 */
function scratchOf(width, height) {
  const key = `${width}×${height}`;
  let scratch = scratches.get(key);
  if (!scratch) {
    if (scratches.size > 24) scratches.clear();
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    scratch = { canvas, context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")) };
    scratches.set(key, scratch);
  }
  return scratch;
}

/**
 * A matrix of pixels over [x0, x1] × [y0, y1]; row 0 is at y1, the top. `fill` < 1 leaves a gap between the columns.
 * @param {CanvasRenderingContext2D} context
 * @param {{ pixels: Uint32Array, width: number, height: number, x: number[], y: number[], fill?: number, outline?: string }} mark
 * @param {Axis} x
 * @param {Axis} y
 */
function paintImage(context, { pixels, width, height, x: across, y: up, fill = 1, outline }, x, y) {
  if (width === 0 || height === 0) return;
  const scratch = scratchOf(width, height);
  const bytes = new Uint8ClampedArray(/** @type {ArrayBuffer} */ (pixels.buffer), pixels.byteOffset, pixels.byteLength);
  scratch.context.putImageData(new ImageData(bytes, width, height), 0, 0);
  const [left, right] = across.map(x.pixel);
  const [bottom, top] = up.map(y.pixel);
  const column = (right - left) / width;
  const row = (bottom - top) / height;
  // Shrunk, neighbouring cells are averaged; enlarged, a cell keeps its edges.
  context.imageSmoothingEnabled = column < 0.75 || row < 0.75;
  if (fill >= 1) {
    context.drawImage(scratch.canvas, left, top, right - left, bottom - top);
    return;
  }
  const first = Math.max(0, Math.floor((x.start - left) / column));
  const last = Math.min(width - 1, Math.ceil((x.start + x.length - left) / column));
  const drawn = Math.max(1, Math.round(column * fill));
  for (let i = first; i <= last; i += 1) {
    const start = Math.round(left + (i + 0.5) * column - drawn / 2);
    context.drawImage(scratch.canvas, i, 0, 1, height, start, top, drawn, bottom - top);
    if (outline) {
      context.strokeStyle = outline;
      context.lineWidth = 1;
      context.strokeRect(start - 0.5, Math.round(top) - 0.5, drawn + 1, Math.round(bottom - top) + 1);
    }
  }
}

/**
 * A line with gaps at NaN.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: Numbers, y: Numbers, stroke: string, width?: number, dash?: number[], area?: string, base?: number }} mark
 * @param {Axis} x
 * @param {Axis} y
 */
function paintLine(context, { x: across, y: up, stroke, width = 1.5, dash, area, base = 0 }, x, y) {
  const stretches = stretchesOf(up);
  const trace = (/** @type {{ start: number, end: number }} */ { start, end }) => {
    context.moveTo(x.pixel(across[start]), y.pixel(up[start]));
    for (let i = start + 1; i < end; i += 1) context.lineTo(x.pixel(across[i]), y.pixel(up[i]));
  };
  if (area) {
    context.beginPath();
    for (const stretch of stretches) {
      trace(stretch);
      context.lineTo(x.pixel(across[stretch.end - 1]), y.pixel(base));
      context.lineTo(x.pixel(across[stretch.start]), y.pixel(base));
      context.closePath();
    }
    context.fillStyle = area;
    context.fill();
  }
  context.beginPath();
  for (const stretch of stretches) trace(stretch);
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.lineCap = dash ? "butt" : "round";
  context.setLineDash(dash ?? []);
  context.stroke();
}

/**
 * Where a line runs without a gap.
 * @param {Numbers} values
 * @returns {{ start: number, end: number }[]}
 */
function stretchesOf(values) {
  const stretches = [];
  for (let start = 0; start < values.length; start += 1) {
    if (!Number.isFinite(values[start])) continue;
    let end = start + 1;
    while (end < values.length && Number.isFinite(values[end])) end += 1;
    stretches.push({ start, end });
    start = end;
  }
  return stretches;
}

/**
 * Straight strokes from (x0, y0) to (x1, y1), with a head of that many pixels at the end if asked.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x0: Numbers, y0: Numbers, x1: Numbers, y1: Numbers, stroke: string | string[], width?: number | Numbers, head?: number,
 *   dash?: number[], bend?: number }} mark  bend: pixels by which the middle is raised
 * @param {Axis} x
 * @param {Axis} y
 */
function paintSegments(context, { x0, y0, x1, y1, stroke, width = 1, head = 0, dash, bend = 0 }, x, y) {
  const uniform = typeof stroke === "string" && typeof width === "number";
  context.lineCap = "butt";
  context.setLineDash(dash ?? []);
  if (uniform) {
    context.strokeStyle = stroke;
    context.fillStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
  }
  for (let i = 0; i < x0.length; i += 1) {
    const [fromX, fromY, toX, toY] = [x.pixel(x0[i]), y.pixel(y0[i]), x.pixel(x1[i]), y.pixel(y1[i])];
    if (!uniform) {
      const colour = typeof stroke === "string" ? stroke : stroke[i];
      context.strokeStyle = colour;
      context.fillStyle = colour;
      context.lineWidth = typeof width === "number" ? width : width[i];
      context.beginPath();
    }
    stroked(context, fromX, fromY, toX, toY, head, bend);
    if (!uniform) context.stroke();
  }
  if (uniform) context.stroke();
  if (head === 0) return;
  for (let i = 0; i < x0.length; i += 1) {
    if (!uniform) context.fillStyle = typeof stroke === "string" ? stroke : stroke[i];
    arrowHead(context, x.pixel(x0[i]), y.pixel(y0[i]), x.pixel(x1[i]), y.pixel(y1[i]), head, bend);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 * @param {number} head
 * @param {number} bend
 */
function stroked(context, fromX, fromY, toX, toY, head, bend) {
  const [dx, dy] = bend ? [toX - (fromX + toX) / 2, toY - ((fromY + toY) / 2 - 2 * bend)] : [toX - fromX, toY - fromY];
  const length = Math.hypot(dx, dy) || 1;
  const tip = Math.min(head, length) * 0.8;
  const [endX, endY] = [toX - (dx / length) * tip, toY - (dy / length) * tip];
  context.moveTo(fromX, fromY);
  if (bend) context.quadraticCurveTo((fromX + toX) / 2, (fromY + toY) / 2 - 2 * bend, endX, endY);
  else context.lineTo(endX, endY);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 * @param {number} head
 * @param {number} bend
 */
function arrowHead(context, fromX, fromY, toX, toY, head, bend) {
  const [dx, dy] = bend ? [toX - (fromX + toX) / 2, toY - ((fromY + toY) / 2 - 2 * bend)] : [toX - fromX, toY - fromY];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const size = Math.min(head, length); // no arrow begins behind its start
  context.beginPath();
  context.moveTo(toX, toY);
  context.lineTo(toX - ux * size - uy * size * 0.5, toY - uy * size + ux * size * 0.5);
  context.lineTo(toX - ux * size + uy * size * 0.5, toY - uy * size - ux * size * 0.5);
  context.closePath();
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ points: Numbers[], fill: string | string[], stroke?: string, width?: number }} mark  points: x, y, x, y, …
 * @param {Axis} x
 * @param {Axis} y
 */
function paintPolygons(context, { points, fill, stroke, width = 1 }, x, y) {
  context.lineJoin = "round";
  for (let i = 0; i < points.length; i += 1) {
    const ring = points[i];
    context.beginPath();
    for (let j = 0; j < ring.length; j += 2) {
      if (j === 0) context.moveTo(x.pixel(ring[j]), y.pixel(ring[j + 1]));
      else context.lineTo(x.pixel(ring[j]), y.pixel(ring[j + 1]));
    }
    context.closePath();
    context.fillStyle = typeof fill === "string" ? fill : fill[i];
    context.fill();
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ x0: Numbers, x1: Numbers, y0: Numbers, y1: Numbers, fill?: string | string[], stroke?: string, width?: number, radius?: number }} mark
 * @param {Axis} x
 * @param {Axis} y
 */
function paintRects(context, { x0, x1, y0, y1, fill, stroke, width = 1, radius = 0 }, x, y) {
  for (let i = 0; i < x0.length; i += 1) {
    const [left, right] = [x.pixel(x0[i]), x.pixel(x1[i])];
    const [bottom, top] = [y.pixel(y0[i]), y.pixel(y1[i])];
    context.beginPath();
    if (radius) context.roundRect(left, top, right - left, bottom - top, radius);
    else context.rect(left, top, right - left, bottom - top);
    if (fill) {
      context.fillStyle = typeof fill === "string" ? fill : fill[i];
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: Numbers, y: Numbers, radius: number, fill?: string | string[], stroke?: string, width?: number,
 *   shape?: "circle" | "down" | "diamond" }} mark
 * @param {Axis} x
 * @param {Axis} y
 */
function paintPoints(context, { x: across, y: up, radius, fill, stroke, width = 1, shape = "circle" }, x, y) {
  for (let i = 0; i < across.length; i += 1) {
    if (!Number.isFinite(across[i]) || !Number.isFinite(up[i])) continue;
    const [px, py] = [x.pixel(across[i]), y.pixel(up[i])];
    context.beginPath();
    if (shape === "circle") context.arc(px, py, radius, 0, 2 * Math.PI);
    else if (shape === "down") {
      context.moveTo(px - radius, py - radius * 0.8);
      context.lineTo(px + radius, py - radius * 0.8);
      context.lineTo(px, py + radius * 0.9);
      context.closePath();
    } else {
      context.moveTo(px, py - radius);
      context.lineTo(px + radius, py);
      context.lineTo(px, py + radius);
      context.lineTo(px - radius, py);
      context.closePath();
    }
    if (fill) {
      context.fillStyle = typeof fill === "string" ? fill : fill[i];
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

/**
 * Texts; `h_t` and `h_{12}` lower, `10^{−7}` raises. `edge` places them at a side of the panel instead of at an x.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x?: Numbers, y: Numbers, text: string[], fill: string, font: string, align?: "left" | "right" | "center",
 *   baseline?: CanvasTextBaseline, dx?: number, dy?: number, halo?: string, edge?: "left" | "right" }} mark
 * @param {Axis} x
 * @param {Axis} y
 */
function paintText(
  context,
  { x: across, y: up, text, fill, font, align = "center", baseline = "middle", dx = 0, dy = 0, halo, edge },
  x,
  y,
) {
  context.textAlign = "left";
  context.textBaseline = baseline;
  context.lineJoin = "round";
  for (let i = 0; i < text.length; i += 1) {
    const anchor =
      edge === "left" ? x.start : edge === "right" ? x.start + x.length : x.pixel(/** @type {Numbers} */ (across)[i]);
    const runs = runsOf(context, text[i], font);
    const width = runs.reduce((sum, run) => sum + run.width, 0);
    let px = anchor + dx - (align === "right" ? width : align === "center" ? width / 2 : 0);
    const placed = runs.map((run) => {
      const at = { ...run, px, py: y.pixel(up[i]) + dy + run.rise };
      px += run.width;
      return at;
    });
    // First every halo, then every letter: a halo must not cover the letters before it.
    if (halo) {
      context.strokeStyle = halo;
      context.lineWidth = 4;
      for (const run of placed) {
        context.font = run.font;
        context.strokeText(run.text, run.px, run.py);
      }
    }
    context.fillStyle = fill;
    for (const run of placed) {
      context.font = run.font;
      context.fillText(run.text, run.px, run.py);
    }
  }
}

/** @typedef {{ text: string, font: string, rise: number, width: number }} TextRun */

/** Measuring costs more than drawing, and the same words come back in every frame. @type {Map<string, TextRun[]>} */
const measured = new Map();

/** Widths change when a font has arrived. */
export function forgetWidths() {
  measured.clear();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {string} font
 * @returns {TextRun[]}
 */
function runsOf(context, text, font) {
  const key = `${font}|${text}`;
  let runs = measured.get(key);
  if (!runs) {
    if (measured.size > 4000) measured.clear();
    runs = measure(context, text, font);
    measured.set(key, runs);
  }
  return runs;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {string} font
 * @returns {TextRun[]}
 */
function measure(context, text, font) {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12);
  const small = font.replace(/[\d.]+px/, `${(size * 0.72).toFixed(1)}px`);
  const parts = text.split(/([_^](?:\{[^}]*\}|[^\s]))/);
  return parts
    .filter((part) => part !== "")
    .map((part) => {
      const level = /^[_^](\{|[^\s]$)/.test(part) ? part[0] : "";
      const shown = level ? part.slice(1).replace(/^\{|\}$/g, "") : part;
      context.font = level ? small : font;
      return {
        text: shown,
        font: context.font,
        rise: level === "_" ? size * 0.26 : level === "^" ? -size * 0.36 : 0,
        width: context.measureText(shown).width,
      };
    });
}
