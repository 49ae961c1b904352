/** How to read the page, and what its keys do. */

import { make } from "../controls/slider.js";
import { ACTIONS, keysAreOn, setKeys } from "../shell/actions.js";
import { openDialog } from "../shell/dialog.js";
import { nodesOf } from "../shell/markup.js";

/** How to read the picture, from the top of the page. */
const READING = ["flow", "states", "adjoints", "norms", "flow_matrix", "backward"];

/** Keys that belong to a place: where, keys, and what they do. @type {[string, [string[], string][]][]} */
const KEYS = [
  [
    "figure",
    [
      [["←", "→"], "step"],
      [["Shift", "←", "→"], "leap"],
      [["Home", "End"], "ends"],
      [["+", "−", "0"], "zoom"],
      [["Esc"], "leave"],
    ],
  ],
  [
    "control",
    [
      [["←", "→"], "slide"],
      [["PgUp", "PgDn"], "slide_far"],
      [["↑", "↓"], "box"],
    ],
  ],
  ["term", [[["Enter"], "term"]]],
];

/** @param {import("../shell/actions.js").Desk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { body } = openDialog({ name: "help", title: strings("help.title"), close: strings("close"), wide: true });

  const reading = section(strings("help.reading"));
  const list = reading.appendChild(make("ul", "help-list"));
  for (const name of READING) list.appendChild(make("li")).append(...nodesOf(strings(`help.reading.${name}`)));

  const keys = section(strings("help.keys"));
  const columns = keys.appendChild(make("div", "help-columns"));
  keyTable(
    strings("help.keys.page"),
    ACTIONS.map(({ name, key }) => [[key.toUpperCase()], strings(`action.${name}.about`)]),
  );
  for (const [place, rows] of KEYS) {
    keyTable(
      strings(`help.keys.${place}`),
      rows.map(([names, what]) => [names, strings(`help.key.${what}`)]),
    );
  }

  const label = keys.appendChild(make("label", "help-switch"));
  const box = label.appendChild(make("input"));
  Object.assign(box, { type: "checkbox", checked: keysAreOn() });
  box.addEventListener("change", () => setKeys(box.checked));
  label.append(" ", strings("help.keys.switch"));

  const more = section(strings("help.more"));
  more.appendChild(make("p", "", strings("help.more.about")));
  const link = more.appendChild(make("p")).appendChild(make("a", "", strings("help.more.api")));
  link.href = "docs";

  /** @param {string} title */
  function section(title) {
    const element = body.appendChild(make("section", "dialog-section"));
    element.appendChild(make("h3", "dialog-subtitle", title));
    return element;
  }

  /** @param {string} title @param {[string[], string][]} rows */
  function keyTable(title, rows) {
    const holder = columns.appendChild(make("div", "help-keys"));
    holder.appendChild(make("h4", "help-place", title));
    const table = holder.appendChild(make("dl"));
    for (const [names, what] of rows) {
      const cell = table.appendChild(make("dt"));
      for (const name of names) cell.append(make("kbd", "", name), " ");
      table.appendChild(make("dd", "", what));
    }
  }
}
