/** The frame of every dialog: a title, a way out, what it holds. Escape and a click beside it close it; the focus goes back. */

import { make } from "../controls/slider.js";
import { nodesOf } from "./markup.js";

/**
 * @param {{ name: string, title: string, about?: string, close: string, wide?: boolean }} options
 * @returns {{ dialog: HTMLDialogElement, body: HTMLElement, close: () => void }}
 */
export function openDialog({ name, title, about, close: closeLabel, wide = false }) {
  const dialog = document.body.appendChild(make("dialog", wide ? "dialog wide" : "dialog"));
  dialog.id = `dialog-${name}`;
  const head = dialog.appendChild(make("header", "dialog-head"));
  const heading = head.appendChild(make("h2", "dialog-title", title));
  heading.id = `dialog-${name}-title`;
  dialog.setAttribute("aria-labelledby", heading.id);
  const button = head.appendChild(make("button", "icon-button icon-close"));
  button.type = "button";
  button.title = closeLabel;
  button.setAttribute("aria-label", closeLabel);
  const body = dialog.appendChild(make("div", "dialog-body"));
  if (about) body.appendChild(make("p", "dialog-about")).append(...nodesOf(about));

  const close = () => dialog.close();
  button.addEventListener("click", close);
  // A press that began inside and ended outside, as when selecting text, is no click beside it.
  let pressedBeside = false;
  dialog.addEventListener("pointerdown", (event) => {
    pressedBeside = event.target === dialog;
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && pressedBeside) close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return { dialog, body, close };
}

/**
 * A text that is there to be taken away, with a button that copies it.
 * @param {{ label: string, text: string, strings: import("../figures/answer.js").Strings, long?: boolean }} options
 */
export function copyField({ label, text, strings, long = false }) {
  const holder = make("div", long ? "copy-field long" : "copy-field");
  const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
    holder.appendChild(make(long ? "textarea" : "input"))
  );
  field.readOnly = true;
  field.spellcheck = false;
  field.setAttribute("aria-label", label);
  const button = holder.appendChild(make("button", "button", strings("copy")));
  button.type = "button";
  const show = (/** @type {string} */ now) => {
    field.value = now;
    if (long) /** @type {HTMLTextAreaElement} */ (field).rows = Math.min(22, now.trimEnd().split("\n").length);
  };
  show(text);
  button.addEventListener("click", async () => {
    field.select();
    // Without permission (plain http on another machine) the text is selected, for Ctrl+C.
    const done = await Promise.resolve(navigator.clipboard?.writeText(field.value)).then(
      () => navigator.clipboard !== undefined,
      () => false,
    );
    button.textContent = strings(done ? "copied" : "copy.selected");
    setTimeout(() => {
      button.textContent = strings("copy");
    }, 1600);
  });
  return { element: holder, field, update: show };
}
