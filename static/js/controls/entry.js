/** Text that is typed: the sequence's text, named loss steps; and the seed with its dice. */

import { make } from "./slider.js";

/**
 * @typedef {object} EntryOptions
 * @property {string} name
 * @property {string} label
 * @property {string} about
 * @property {string} value
 * @property {boolean} [long]  Several lines.
 * @property {number} [longest]
 * @property {string} [pattern]
 * @property {(value: string) => void} onChange
 */

/**
 * @param {HTMLElement} element
 * @param {EntryOptions} options
 */
export function mountEntry(element, options) {
  const id = `control-${options.name}`;
  element.classList.add("control", "entry");
  element.dataset.control = options.name;
  const label = element.appendChild(make("label", "control-label", options.label));
  label.htmlFor = id;
  const field = element.appendChild(
    /** @type {HTMLInputElement | HTMLTextAreaElement} */ (make(options.long ? "textarea" : "input")),
  );
  field.id = id;
  field.value = options.value;
  field.spellcheck = false;
  if (options.longest) field.maxLength = options.longest;
  if (options.long) /** @type {HTMLTextAreaElement} */ (field).rows = 3;
  const pattern = options.pattern ? new RegExp(options.pattern) : null;
  field.addEventListener("input", () => {
    if (!pattern || pattern.test(field.value)) options.onChange(field.value);
  });
  const about = element.appendChild(make("p", "about", options.about));
  about.id = `${id}-about`;
  field.setAttribute("aria-describedby", about.id);
  const problem = element.appendChild(make("p", "problem"));
  problem.hidden = true;
  return {
    element,
    /** @param {{ value?: string }} now */
    update(now) {
      if (now.value !== undefined && document.activeElement !== field) field.value = now.value;
    },
    /** @param {string | null} message */
    problem(message) {
      problem.hidden = message === null;
      problem.textContent = message ?? "";
    },
    /** @param {boolean} locked */
    lock(locked) {
      field.disabled = locked;
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {{ name: string, label: string, about: string, roll: string, value: number, maximum: number, onChange: (value: number) => void }} options
 */
export function mountSeed(element, options) {
  const id = `control-${options.name}`;
  element.classList.add("control", "seed");
  element.dataset.control = options.name;
  const label = element.appendChild(make("label", "control-label", options.label));
  label.htmlFor = id;
  const row = element.appendChild(make("div", "seed-row"));
  const field = row.appendChild(make("input", "number-box wide"));
  Object.assign(field, {
    type: "number",
    id,
    min: "0",
    max: String(options.maximum),
    step: "1",
    value: String(options.value),
  });
  const dice = row.appendChild(make("button", "icon-button dice"));
  Object.assign(dice, { type: "button", title: options.roll });
  dice.setAttribute("aria-label", options.roll);
  const about = element.appendChild(make("p", "about", options.about));
  about.id = `${id}-about`;
  field.setAttribute("aria-describedby", about.id);
  field.addEventListener("input", () => {
    const typed = field.valueAsNumber;
    if (Number.isInteger(typed) && typed >= 0 && typed <= options.maximum) options.onChange(typed);
  });
  dice.addEventListener("click", () => {
    const rolled = 1 + Math.floor(Math.random() * 9999);
    field.value = String(rolled);
    options.onChange(rolled);
  });
  return {
    element,
    /** @param {{ value?: number }} now */
    update(now) {
      if (now.value !== undefined && document.activeElement !== field) field.value = String(now.value);
    },
    problem() {},
    /** @param {boolean} locked */
    lock(locked) {
      field.disabled = locked;
      dice.disabled = locked;
    },
  };
}
