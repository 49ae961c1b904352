/**
 * A number as a slider with a box, a unit, a mark at the default and a line that says what it is.
 *
 * @typedef {object} Scale  How the slider's places map to values.
 * @property {(value: number) => number} place  0..1
 * @property {(place: number) => number} value
 * @property {number} places  How many steps the slider has.
 */

import { nodesOf } from "../shell/markup.js";

/**
 * Even steps.
 * @param {number} low
 * @param {number} high
 * @param {number} step
 * @returns {Scale}
 */
export function linear(low, high, step) {
  return {
    place: (value) => (value - low) / (high - low || 1),
    value: (place) => Number((low + Math.round((place * (high - low)) / step) * step).toPrecision(10)),
    places: Math.max(1, Math.round((high - low) / step)),
  };
}

/**
 * Even ratios, rounded to two digits (or to whole numbers).
 * @param {number} low
 * @param {number} high
 * @param {number} places
 * @param {boolean} [whole]
 * @returns {Scale}
 */
export function logarithmic(low, high, places, whole = false) {
  const span = Math.log(high / low);
  return {
    place: (value) => Math.log(Math.max(value, low) / low) / span,
    value: (place) => {
      const value = low * Math.exp(place * span);
      return whole ? Math.round(value) : Number(value.toPrecision(2));
    },
    places,
  };
}

/**
 * A control's name, and its letter in formulas.
 * @param {string} text
 * @param {string} [symbol]
 */
export function labelNodes(text, symbol) {
  return symbol ? [text, " ", make("i", "symbol", symbol)] : [text];
}

/**
 * @typedef {object} SliderOptions
 * @property {string} name
 * @property {string} label
 * @property {string} [symbol]
 * @property {string} about
 * @property {string} [unit]
 * @property {number} value
 * @property {number | null} fallback  The default, marked on the track.
 * @property {string} fallbackText  Says what the mark is.
 * @property {Scale} scale
 * @property {number} minimum
 * @property {number} maximum
 * @property {number} step  Of the box.
 * @property {(value: number) => string} [spoken]
 * @property {boolean} [primary]
 * @property {(value: number) => void} onChange
 */

/**
 * @param {HTMLElement} element
 * @param {SliderOptions} options
 */
export function mountSlider(element, options) {
  let { scale, fallback } = options;
  const id = `control-${options.name}`;
  element.classList.add("control", "slider");
  if (options.primary) element.classList.add("primary");
  element.dataset.control = options.name;

  const head = element.appendChild(make("div", "control-head"));
  const label = head.appendChild(make("label", "control-label"));
  label.append(...labelNodes(options.label, options.symbol));
  label.htmlFor = id;
  const box = head.appendChild(/** @type {HTMLInputElement} */ (make("input", "number-box")));
  Object.assign(box, {
    type: "number",
    min: String(options.minimum),
    max: String(options.maximum),
    step: "any",
    inputMode: "decimal",
  });
  box.setAttribute("aria-label", `${options.label}${options.unit ? `, ${options.unit}` : ""}`);
  if (options.unit) head.appendChild(make("span", "unit", options.unit));

  const track = element.appendChild(make("div", "track"));
  const mark = track.appendChild(make("span", "default-mark"));
  mark.title = options.fallbackText;
  const range = track.appendChild(/** @type {HTMLInputElement} */ (make("input", "range")));
  Object.assign(range, { type: "range", id, min: "0", step: "1" });
  const about = element.appendChild(make("p", "about"));
  about.append(...nodesOf(options.about));
  about.id = `${id}-about`;
  range.setAttribute("aria-describedby", about.id);
  const problem = element.appendChild(make("p", "problem"));
  problem.hidden = true;

  let value = options.value;
  let shown = "";

  function show() {
    const state = `${value} ${fallback} ${scale.places} ${scale.place(value)} ${document.activeElement === box}`;
    if (state === shown) return;
    shown = state;
    range.max = String(scale.places);
    const place = Math.min(1, Math.max(0, scale.place(value)));
    range.value = String(Math.round(place * scale.places));
    range.setAttribute(
      "aria-valuetext",
      options.spoken?.(value) ?? `${value}${options.unit ? ` ${options.unit}` : ""}`,
    );
    track.style.setProperty("--place", String(place));
    if (document.activeElement !== box) box.value = String(value);
    const marked = fallback !== null;
    mark.hidden = !marked;
    if (marked)
      track.style.setProperty(
        "--default",
        String(Math.min(1, Math.max(0, scale.place(/** @type {number} */ (fallback))))),
      );
    mark.classList.toggle("at-default", value === fallback);
  }

  /** @param {number} next */
  function change(next) {
    if (next === value) return;
    value = next;
    show();
    options.onChange(value);
  }

  range.addEventListener("input", () => change(scale.value(Number(range.value) / scale.places)));
  range.addEventListener("dblclick", () => {
    if (fallback !== null) change(fallback);
  });
  box.addEventListener("input", () => {
    const typed = box.valueAsNumber;
    if (Number.isFinite(typed) && typed >= options.minimum && typed <= options.maximum)
      change(options.step === 1 ? Math.round(typed) : typed);
  });
  box.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const next = Number((value + direction * options.step).toPrecision(10));
    change(Math.min(options.maximum, Math.max(options.minimum, next)));
    box.value = String(value);
  });
  box.addEventListener("blur", () => {
    box.value = String(value);
  });
  show();

  return {
    element,
    /** @param {{ value?: number, scale?: Scale, fallback?: number | null, maximum?: number }} now */
    update(now) {
      if (now.scale) scale = now.scale;
      if (now.fallback !== undefined) fallback = now.fallback;
      if (now.maximum !== undefined) {
        options.maximum = now.maximum;
        box.max = String(now.maximum);
      }
      if (now.value !== undefined) value = now.value;
      show();
    },
    /** @param {string | null} message */
    problem(message) {
      problem.hidden = message === null;
      problem.textContent = message ?? "";
      range.setAttribute("aria-invalid", String(message !== null));
    },
    /** @param {boolean} locked */
    lock(locked) {
      range.disabled = locked;
      box.disabled = locked;
    },
  };
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
