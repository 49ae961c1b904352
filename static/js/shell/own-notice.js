/** While data of a person's own is in use: what it is, that no link holds it, and what to do instead. */

import { make } from "../controls/slider.js";
import { saveJson } from "../export/answer.js";

/**
 * @param {HTMLElement} element
 * @param {import("./actions.js").Desk} desk
 */
export function createOwnNotice(element, desk) {
  let said = "";
  return {
    update() {
      const { own, language } = desk.store.get();
      const what = own ? contents(own) : "";
      const key = `${what} ${language}`;
      if (key === said) return;
      said = key;
      element.hidden = own === null;
      if (!own) return;
      const strings = desk.strings();
      const button = (/** @type {string} */ name, /** @type {() => unknown} */ act) => {
        const made = make("button", "button", strings(`own.${name}`));
        made.type = "button";
        made.addEventListener("click", act);
        return made;
      };
      const words = make("p", "", strings(own.weights?.W ? "own.in_use_W" : "own.in_use", { what }));
      const row = make("div", "button-row");
      row.append(
        button("save", () => saveJson(desk).catch((error) => desk.say(String(error.message)))),
        button("drop", desk.dropOwn),
      );
      element.replaceChildren(words, row);
    },
  };
}

/** x (24 × 1), W (4 × 4). @param {import("../state/own.js").Own} own */
function contents({ x, target, weights = {} }) {
  const named = /** @type {[string, any][]} */ ([["x", x], ["target", target], ...Object.entries(weights)]);
  return named
    .filter(([, rows]) => rows)
    .map(([name, rows]) => `${name} (${rows.length}${Array.isArray(rows[0]) ? ` × ${rows[0].length}` : ""})`)
    .join(", ");
}
