/** The card beside the pointer with the numbers of a step; the same words go to screen readers when the keyboard moves it. */

import { make } from "../controls/slider.js";
import { nodesOf } from "./markup.js";

export function createReading() {
  const card = document.body.appendChild(make("div", "reading"));
  card.hidden = true;
  card.setAttribute("aria-hidden", "true");
  const live = document.body.appendChild(make("div", "visually-hidden"));
  live.setAttribute("aria-live", "polite");

  return {
    /**
     * @param {{ title: string, rows: [string, string][] }} reading
     * @param {number} x
     * @param {number} y  Of the pointer, in the window.
     */
    show(reading, x, y) {
      card.replaceChildren(make("strong", "", reading.title));
      const table = card.appendChild(make("dl"));
      for (const [name, value] of reading.rows) {
        table.appendChild(make("dt")).append(...nodesOf(name));
        table.appendChild(make("dd", "", value));
      }
      card.hidden = false;
      const { width, height } = card.getBoundingClientRect();
      const left = x + 18 + width > window.innerWidth ? x - 18 - width : x + 18;
      const top = Math.max(8, Math.min(y - height / 2, window.innerHeight - height - 8));
      card.style.transform = `translate(${Math.round(Math.max(8, left))}px, ${Math.round(top)}px)`;
    },
    hide() {
      card.hidden = true;
    },
    /** @param {{ title: string, rows: [string, string][] }} reading */
    say(reading) {
      live.textContent = [
        reading.title,
        ...reading.rows.map(([name, value]) => `${name.replace(/_/g, " ")}: ${value}`),
      ].join(". ");
    },
  };
}
