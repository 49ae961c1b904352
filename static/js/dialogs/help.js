/** How to read a page, what its controls mean, and what its keys do. */

import { labelNodes, make } from "../controls/slider.js";
import { keysAreOn, setKeys } from "../shell/actions.js";
import { openDialog } from "../shell/dialog.js";
import { nodesOf } from "../shell/markup.js";

/** Keys that every control knows. @type {[string[], string][]} */
const CONTROL_KEYS = [
  [["←", "→"], "slide"],
  [["PgUp", "PgDn"], "slide_far"],
  [["↑", "↓"], "box"],
];

/** @param {import("../shell/actions.js").GuidedDesk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { actions, groups, reading, keys, more } = desk.guide;
  const { body } = openDialog({ name: "help", title: strings("help.title"), close: strings("close"), wide: true });

  const list = section("reading").appendChild(make("ul", "help-list"));
  for (const name of reading) list.appendChild(make("li")).append(...nodesOf(strings(`help.reading.${name}`)));

  const longest = desk.situation().catalog.parameters.text?.longest ?? "";
  const meanings = section("controls").appendChild(make("div", "help-columns"));
  for (const { name: group, controls } of groups) {
    const table = tableIn(meanings, strings(`group.${group}`));
    for (const { name, symbol, words = name } of controls) {
      table.appendChild(make("dt")).append(...labelNodes(strings(`control.${words}.label`), symbol));
      table.appendChild(make("dd")).append(...nodesOf(strings(`control.${words}.about`, { longest })));
    }
  }

  const columns = section("keys").appendChild(make("div", "help-columns"));
  keyTable(
    "page",
    actions.map(({ name, key }) => [[key.toUpperCase()], strings(`action.${name}.about`)]),
  );
  for (const [place, rows] of [...keys, /** @type {typeof keys[number]} */ (["control", CONTROL_KEYS])])
    keyTable(
      place,
      rows.map(([names, what]) => [names, strings(`help.key.${what}`)]),
    );

  const label = make("label", "help-switch");
  columns.after(label);
  const box = label.appendChild(make("input"));
  Object.assign(box, { type: "checkbox", checked: keysAreOn() });
  box.addEventListener("change", () => setKeys(box.checked));
  label.append(" ", strings("help.keys.switch"));

  const end = section("more");
  end.appendChild(make("p", "", strings(`help.more.${more}`)));
  const link = end.appendChild(make("p")).appendChild(make("a", "", strings("help.more.api")));
  link.href = "docs";

  /** @param {string} name */
  function section(name) {
    const element = body.appendChild(make("section", "dialog-section"));
    element.appendChild(make("h3", "dialog-subtitle", strings(`help.${name}`)));
    return element;
  }

  /**
   * @param {string} place
   * @param {[string[], string][]} rows
   */
  function keyTable(place, rows) {
    const table = tableIn(columns, strings(`help.keys.${place}`));
    table.parentElement?.classList.add("help-keys");
    for (const [names, what] of rows) {
      const cell = table.appendChild(make("dt"));
      for (const name of names) cell.append(make("kbd", "", name), " ");
      table.appendChild(make("dd", "", what));
    }
  }
}

/**
 * @param {HTMLElement} columns
 * @param {string} title
 */
function tableIn(columns, title) {
  const holder = columns.appendChild(make("div", "help-table"));
  holder.appendChild(make("h4", "help-place", title));
  return holder.appendChild(make("dl"));
}
