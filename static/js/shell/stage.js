/** The figures on the page: their panels, what is in view, drawing, pointing and zooming. */

import { createSurface } from "../draw.js";
import { clamp } from "../math/scale.js";
import { whenIdle } from "./idle.js";
import { nodesOf } from "./markup.js";
import { createReading } from "./reading.js";

/** Pixels around the window within which a figure is drawn, so that it is there when it is scrolled to. */
const MARGIN = 80;

/**
 * @typedef {import("../figures/answer.js").View} View
 * @typedef {import("../figures/index.js").Figure} Figure
 *
 * @typedef {object} StageOptions
 * @property {Figure[]} figures
 * @property {HTMLElement} root  Holds an element [data-figure="name"] for each figure that is to be shown.
 * @property {() => any} run  The newest answer, or null.
 * @property {() => Omit<View, "width">} view
 * @property {() => import("../figures/answer.js").Strings} strings
 * @property {(range: [number, number] | null) => void} onRange
 * @property {(pointer: import("../figures/answer.js").Pointer | null) => void} onPointer
 * @property {() => void} onInView  Another figure came into view or left it.
 */

/** In view, or nearly. @param {HTMLElement} element */
function isNear(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -MARGIN && top < window.innerHeight + MARGIN;
}

/** @param {StageOptions} options */
export function createStage({ figures, root, run, view, strings, onRange, onPointer, onInView }) {
  const reading = createReading();
  /** What the card of numbers is about. @type {{ panel: typeof panels[number], pointer: import("../figures/answer.js").Pointer, x: number, y: number } | null} */
  let pointed = null;
  const panels = figures.flatMap((figure) => {
    const element = root.querySelector(`[data-figure="${figure.name}"]`);
    return element instanceof HTMLElement && !element.hidden ? [panelOf(figure, element)] : [];
  });

  /**
   * @param {Figure} figure
   * @param {HTMLElement} element
   */
  function panelOf(figure, element) {
    const holder = /** @type {HTMLElement} */ (element.querySelector(".figure-surface"));
    const surface = createSurface(holder, { onRange: figure.time ? onRange : undefined });
    const caption = /** @type {HTMLElement} */ (element.querySelector("figcaption"));
    return {
      figure,
      element,
      holder,
      surface,
      caption,
      visible: isNear(element),
      width: holder.clientWidth,
      drawnRun: /** @type {any} */ (null),
      key: "",
      said: "",
    };
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const panel = panels.find(({ element }) => element === entry.target);
        if (panel) panel.visible = entry.isIntersecting;
      }
      onInView();
    },
    { rootMargin: `${MARGIN}px` },
  );
  const resizing = new ResizeObserver(() => {
    if (measure()) draw();
  });

  /** Whether a panel has another width than before. */
  function measure() {
    let changed = false;
    for (const panel of panels) {
      const width = panel.holder.clientWidth;
      if (width !== panel.width) [panel.width, changed] = [width, true];
    }
    return changed;
  }
  for (const panel of panels) {
    observer.observe(panel.element);
    resizing.observe(panel.holder);
    if (panel.figure.point) listen(panel);
    if (panel.figure.inspect) listenToInspect(panel);
  }

  /**
   * @param {typeof panels[number]} panel
   * @returns {View}
   */
  function viewOf(panel) {
    return { ...view(), width: panel.width };
  }

  /**
   * @param {any} answer
   * @param {Figure} figure
   */
  const has = (answer, figure) => answer !== null && (figure.required ?? figure.parts).every((part) => part in answer);

  /** Draw what is in view. @param {boolean} [everything]  In view or not. */
  function draw(everything = false) {
    for (const panel of panels) if (everything || panel.visible) drawPanel(panel);
    whenIdle(drawRest);
  }

  /** What has never been drawn, one figure at a time, so that the page has its height. */
  function drawRest() {
    const next = panels.find((panel) => !panel.drawnRun && drawable(panel));
    if (!next) return;
    drawPanel(next);
    whenIdle(drawRest);
  }

  /** @param {typeof panels[number]} panel */
  const drawable = (panel) => panel.width > 0 && has(run(), panel.figure);

  /** @param {typeof panels[number]} panel */
  function drawPanel(panel) {
    if (!drawable(panel)) return;
    const answer = run();
    const now = viewOf(panel);
    panel.surface.draw(panel.figure.figure(answer, now, strings()));
    panel.drawnRun = answer;
    overlayOf(panel, now);
    captionOf(panel, answer, now);
    if (pointed?.panel === panel) showReading();
  }

  /** The numbers of the place that is pointed at, as far as they have come. */
  function showReading() {
    const { panel, pointer, x, y } = /** @type {NonNullable<typeof pointed>} */ (pointed);
    const text = /** @type {NonNullable<Figure["reading"]>} */ (panel.figure.reading)(
      panel.drawnRun,
      pointer,
      strings(),
    );
    reading.show(text, x, y);
    return text;
  }

  function leave() {
    pointed = null;
    reading.hide();
  }

  /**
   * @param {typeof panels[number]} panel
   * @param {View} now
   */
  function overlayOf(panel, now) {
    const { overlay } = panel.figure;
    if (overlay && panel.drawnRun) panel.surface.overlay((layout) => overlay(panel.drawnRun, now, layout));
  }

  /**
   * @param {typeof panels[number]} panel
   * @param {any} answer
   * @param {View} now
   */
  function captionOf(panel, answer, now) {
    const sentences = panel.figure.summary(answer, now, strings());
    const text = sentences.join("\n");
    if (text === panel.said) return;
    panel.said = text;
    panel.caption.replaceChildren(...sentences.flatMap((sentence) => [...nodesOf(sentence), " "]));
  }

  function drawOverlays() {
    for (const panel of panels) if (panel.visible && panel.drawnRun) overlayOf(panel, viewOf(panel));
  }

  /** @param {typeof panels[number]} panel */
  function listen(panel) {
    const { figure, holder, surface } = panel;
    const { point, reading: words } = figure;
    if (!point) return;
    const pointAt = (/** @type {number} */ clientX, /** @type {number} */ clientY) => {
      const layout = surface.layout();
      if (!layout || !panel.drawnRun) return null;
      const box = holder.getBoundingClientRect();
      return point(panel.drawnRun, viewOf(panel), layout, clientX - box.left, clientY - box.top);
    };
    holder.addEventListener("pointermove", (event) => {
      const pointer = pointAt(event.clientX, event.clientY);
      onPointer(pointer);
      if (pointer && words) {
        pointed = { panel, pointer, x: event.clientX, y: event.clientY };
        showReading();
      } else leave();
    });
    holder.addEventListener("pointerleave", () => {
      onPointer(null);
      leave();
    });
    holder.addEventListener("keydown", (event) => {
      if (!panel.drawnRun) return;
      const along = figure.along ?? "k";
      const length = figure.last?.(panel.drawnRun) ?? panel.drawnRun.parameters.length;
      const now = view().pointer;
      const step = event.shiftKey ? Math.max(1, Math.round(length / 10)) : 1;
      const moved = {
        ArrowLeft: (now?.[along] ?? length + 1) - step,
        ArrowRight: (now?.[along] ?? -1) + step,
        Home: 0,
        End: length,
      }[event.key];
      if (moved !== undefined) {
        event.preventDefault();
        const place = clamp(moved, 0, now?.t ?? length);
        const pointer = /** @type {import("../figures/answer.js").Pointer} */ ({ ...now, [along]: place });
        onPointer(pointer);
        if (words) {
          const layout = surface.layout();
          const box = holder.getBoundingClientRect();
          const [low, high] = layout.xaxis.range;
          const share = (place - low) / (high - low);
          const x = box.left + layout.margin.l + share * (box.width - layout.margin.l - layout.margin.r);
          pointed = { panel, pointer, x, y: box.top + box.height / 2 };
          reading.say(showReading());
        }
      } else if (figure.time && ["+", "=", "-", "0"].includes(event.key)) {
        event.preventDefault();
        zoom(event.key === "0" ? null : event.key === "-" ? 2 : 0.5);
      } else if (event.key === "Escape") {
        onPointer(null);
        leave();
      }
    });
    holder.addEventListener("blur", () => {
      onPointer(null);
      leave();
    });
  }

  /** A figure without steps: only the card follows the pointer. @param {typeof panels[number]} panel */
  function listenToInspect({ figure, holder, surface }) {
    holder.addEventListener("pointermove", (event) => {
      const layout = surface.layout();
      const box = holder.getBoundingClientRect();
      const found =
        layout && has(run(), figure)
          ? figure.inspect?.(run(), layout, event.clientX - box.left, event.clientY - box.top, strings())
          : null;
      if (found) reading.show(found, event.clientX, event.clientY);
      else reading.hide();
    });
    holder.addEventListener("pointerleave", () => reading.hide());
  }

  /** Zoom the time axis around the pointer, or the middle; null shows all. @param {number | null} factor */
  function zoom(factor) {
    const length = run()?.parameters.length;
    if (length === undefined) return;
    if (factor === null) {
      onRange(null);
      return;
    }
    const [low, high] = view().range ?? [-0.5, length + 0.5];
    const centre = view().pointer?.k ?? (low + high) / 2;
    const span = clamp((high - low) * factor, 3, length + 1);
    if (span >= length + 1) {
      onRange(null);
      return;
    }
    const start = clamp(centre - ((centre - low) / (high - low)) * span, -0.5, length + 0.5 - span);
    onRange([start, start + span]);
  }

  return {
    draw: () => draw(),
    drawOverlays,
    /** For paper: everything in its present width, without what hasn't the numbers of the present answer. */
    drawForPrint() {
      measure();
      draw(true);
      for (const panel of panels) panel.element.classList.toggle("outdated", panel.drawnRun !== run());
    },
    zoom,
    /** Plotly has arrived. */
    drawAxes() {
      for (const panel of panels) panel.surface.drawAxes();
    },
    /** The parts that the figures in view draw. */
    wanted: () =>
      panels
        .filter(({ visible }) => visible)
        .flatMap(({ figure }) => [...figure.parts, ...(figure.more?.(view()) ?? [])]),
    panels,
  };
}
