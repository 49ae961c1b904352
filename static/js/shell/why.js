/** While the setting is a preset's: what to look at in it, under the verdict. */

import { make } from "../controls/slider.js";
import { presetOf } from "../state/presets.js";
import { nodesOf } from "./markup.js";

/**
 * @param {HTMLElement} element
 * @param {import("./actions.js").Desk} desk
 */
export function createWhy(element, desk) {
  let said = "";
  return {
    update() {
      const { parameters, own, language } = desk.store.get();
      const name = own ? null : presetOf(parameters, desk.catalog);
      const key = `${name} ${language}`;
      if (key === said) return;
      said = key;
      element.hidden = name === null;
      if (name === null) return;
      const strings = desk.strings();
      element.replaceChildren(
        make("strong", "", strings(`preset.${name}.title`)),
        " · ",
        ...nodesOf(strings(`preset.${name}.why`)),
      );
    },
  };
}
