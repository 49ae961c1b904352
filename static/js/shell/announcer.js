/** Says to screen readers what the picture has become, once it has come to rest; and to everybody what a button has just done. */

import { make } from "../controls/slider.js";

const REST = 900;
const SHOWN = 3500;

export function createAnnouncer() {
  const live = document.body.appendChild(make("p", "visually-hidden"));
  live.id = "announcer";
  live.setAttribute("role", "status");
  const toast = document.body.appendChild(make("p", "toast"));
  toast.hidden = true;
  toast.setAttribute("aria-hidden", "true");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let toastTimer;
  let said = "";

  return {
    /** @param {string} text  Only the last of several in a row is said. */
    later(text) {
      clearTimeout(timer);
      if (text === said) return;
      timer = setTimeout(() => {
        said = text;
        live.textContent = text;
      }, REST);
    },
    /** @param {string} text */
    now(text) {
      clearTimeout(timer);
      said = text;
      live.textContent = text;
      toast.textContent = text;
      toast.hidden = false;
      clearTimeout(toastTimer);
      toastTimer = setTimeout(() => {
        toast.hidden = true;
      }, SHOWN);
    },
  };
}
