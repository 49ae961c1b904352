/** One of several names: as buttons side by side when they are few and short, else as a list to pick from. */

import { nodesOf } from "../shell/markup.js";
import { make } from "./slider.js";

/**
 * @typedef {object} ChoiceOptions
 * @property {string} name
 * @property {string} label
 * @property {string} about
 * @property {{ value: string, label: string }[]} choices
 * @property {string} value
 * @property {(value: string) => void} onChange
 */

/**
 * @param {HTMLElement} element
 * @param {ChoiceOptions} options
 */
export function mountSelect(element, options) {
  const id = `control-${options.name}`;
  element.classList.add("control", "select");
  element.dataset.control = options.name;
  const label = element.appendChild(make("label", "control-label", options.label));
  label.htmlFor = id;
  const select = element.appendChild(make("select"));
  select.id = id;
  let choices = options.choices;
  function fill() {
    select.replaceChildren(
      ...choices.map((choice) => Object.assign(make("option", "", choice.label), { value: choice.value })),
    );
  }
  fill();
  select.value = options.value;
  select.addEventListener("change", () => options.onChange(select.value));
  const about = element.appendChild(make("p", "about"));
  write(about, options.about);
  about.id = `${id}-about`;
  select.setAttribute("aria-describedby", about.id);
  return {
    element,
    ...common(element, [select], about),
    /** @param {{ value?: string, choices?: ChoiceOptions["choices"], about?: string }} now */
    update(now) {
      if (now.choices && JSON.stringify(now.choices) !== JSON.stringify(choices)) {
        choices = now.choices;
        fill();
      }
      if (now.value !== undefined && select.value !== now.value) select.value = now.value;
      if (now.about !== undefined) write(about, now.about);
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {ChoiceOptions} options
 */
export function mountSegments(element, options) {
  const id = `control-${options.name}`;
  element.classList.add("control", "segments");
  element.dataset.control = options.name;
  const title = element.appendChild(make("span", "control-label", options.label));
  title.id = `${id}-label`;
  const row = element.appendChild(make("div", "segment-row"));
  row.setAttribute("role", "radiogroup");
  row.setAttribute("aria-labelledby", title.id);
  const inputs = options.choices.map((choice) => {
    const label = row.appendChild(make("label", "segment"));
    const input = label.appendChild(make("input"));
    Object.assign(input, { type: "radio", name: id, value: choice.value, checked: choice.value === options.value });
    input.addEventListener("change", () => options.onChange(choice.value));
    label.appendChild(make("span", "", choice.label));
    return input;
  });
  const about = element.appendChild(make("p", "about"));
  write(about, options.about);
  about.id = `${id}-about`;
  row.setAttribute("aria-describedby", about.id);
  return {
    element,
    ...common(element, inputs, about),
    /** @param {{ value?: string, about?: string }} now */
    update(now) {
      if (now.value !== undefined) for (const input of inputs) input.checked = input.value === now.value;
      if (now.about !== undefined) write(about, now.about);
    },
  };
}

/**
 * Words with their subscripts, unless they stand there already.
 * @param {HTMLElement} about
 * @param {string} text
 */
function write(about, text) {
  if (about.dataset.said === text) return;
  about.dataset.said = text;
  about.replaceChildren(...nodesOf(text));
}

/**
 * @param {HTMLElement} element
 * @param {(HTMLInputElement | HTMLSelectElement)[]} inputs
 * @param {HTMLElement} about
 */
function common(element, inputs, about) {
  const problem = element.insertBefore(make("p", "problem"), about.nextSibling);
  problem.hidden = true;
  return {
    /** @param {string | null} message */
    problem(message) {
      problem.hidden = message === null;
      problem.textContent = message ?? "";
    },
    /** @param {boolean} locked */
    lock(locked) {
      for (const input of inputs) input.disabled = locked;
    },
  };
}
