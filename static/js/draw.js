/**
 * A figure on the page: what is seen is painted on a canvas; on the time axis Plotly, above it, handles zooming and panning by mouse.
 * This is the only file that touches Plotly.
 *
 * @typedef {import("./figures/answer.js").Drawing} Drawing
 */

import { paint } from "./paint/canvas.js";

const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false, responsive: false, displaylogo: false };

/**
 * @param {HTMLElement} element  Empty; gets two canvases and the axes between them.
 * @param {{ onRange?: (range: [number, number] | null) => void }} [listeners]
 */
export function createSurface(element, { onRange } = {}) {
  element.classList.add("surface");
  const ink = canvasIn(element, "surface-ink");
  const axes = element.appendChild(Object.assign(document.createElement("div"), { className: "surface-axes" }));
  const glass = canvasIn(element, "surface-glass");

  /** @type {Drawing | null} */
  let drawing = null;
  let drawn = "";
  let plotted = false;
  let panning = false;
  let clean = true;

  const scaled = () => (drawing?.scales ? { ...drawing.layout, ...drawing.scales } : drawing?.layout);

  /** Axes cost ten times the painting, so they are left alone until something about them changes. */
  function drawAxes() {
    const plotly = /** @type {any} */ (window).Plotly;
    if (!drawing || !plotly || panning || drawing.data.length === 0) return;
    const signature = JSON.stringify(drawing.layout);
    if (signature === drawn) return;
    drawn = signature;
    const layout = structuredClone(drawing.layout);
    if (plotted) {
      plotly.react(axes, drawing.data, layout, CONFIG);
      return;
    }
    plotted = true;
    plotly.newPlot(axes, drawing.data, layout, CONFIG);
    const plot = /** @type {any} */ (axes);
    plot.on("plotly_relayout", (/** @type {any} */ change) => {
      const range = rangeIn(change);
      panning = false;
      if (range) onRange?.(range);
    });
    // While a pan goes on, Plotly moves its axes itself and the painting follows. A zoom box moves nothing until it is let go.
    plot.on("plotly_relayouting", (/** @type {any} */ change) => {
      const range = rangeIn(change);
      const [low, high] = drawing?.layout.xaxis.range ?? [0, 0];
      if (!range || Math.abs(range[1] - range[0] - (high - low)) > 1e-6 * (high - low)) return;
      panning = true;
      onRange?.(range);
    });
    plot.on("plotly_doubleclick", () => onRange?.(null));
  }

  return {
    element,

    /** @param {Drawing} next */
    draw(next) {
      drawing = next;
      const { width, height } = next.layout;
      if (element.style.height !== `${height}px`) element.style.height = `${height}px`;
      const context = prepared(ink, width, height);
      paint(context, next.paint, scaled());
      drawAxes();
    },

    /** Plotly has arrived, or its axes must be made anew. */
    drawAxes,

    /** @param {(layout: any) => any[]} marksFor */
    overlay(marksFor) {
      if (!drawing) return;
      const layout = scaled();
      const marks = marksFor(layout);
      if (marks.length === 0 && clean) return;
      clean = marks.length === 0;
      paint(prepared(glass, layout.width, layout.height), marks, layout);
    },

    /** The layout as the marks use it. */
    layout: () => (drawing ? scaled() : null),
    drawing: () => drawing,
  };
}

export { forgetWidths } from "./paint/canvas.js";

/**
 * Plotly is large and only needed by a mouse: it comes when the first picture is there. Its style sheet comes as a file, because it would else
 * write one into the page, which the page's policy forbids.
 * @param {string} address
 * @param {string} styles
 * @param {() => void} then
 */
export function loadPlotly(address, styles, then) {
  document.head.appendChild(
    Object.assign(document.createElement("link"), { id: "plotly.js-style-global", rel: "stylesheet", href: styles }),
  );
  const script = document.createElement("script");
  script.src = address;
  script.addEventListener("load", then);
  document.head.appendChild(script);
}

/** @param {any} change */
function rangeIn(change) {
  if (change["xaxis.autorange"]) return null;
  const low = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
  const high = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
  return low === undefined ? null : /** @type {[number, number]} */ ([Number(low), Number(high)]);
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 */
function canvasIn(element, name) {
  const canvas = document.createElement("canvas");
  canvas.className = name;
  canvas.setAttribute("aria-hidden", "true");
  element.appendChild(canvas);
  return canvas;
}

/**
 * A cleared context whose unit is a CSS pixel.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function prepared(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
