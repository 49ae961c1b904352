/** The stories to choose from; what to watch in the one that is told, and afterwards what became of it. */

import { make } from "../controls/slider.js";
import { settingOf, storyOf } from "../state/variants.js";
import { nodesOf } from "./markup.js";

/**
 * @param {HTMLElement} row
 * @param {HTMLElement} element
 * @param {import("../train.js").TrainDesk} desk
 */
export function createStory(row, element, desk) {
  const { store, catalog } = desk;
  let language = "";
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  const text = make("p", "story-text");
  const after = make("ul", "story-after");
  element.append(text, after);
  let said = "";

  function build() {
    const strings = desk.strings();
    row.replaceChildren();
    buttons.clear();
    for (const preset of catalog.training_presets) {
      const button = row.appendChild(make("button", "story-button", strings(`story.${preset.name}.title`)));
      button.type = "button";
      button.dataset.story = preset.name;
      button.addEventListener("click", () => {
        desk.go(settingOf(preset, catalog));
        desk.say(strings(`story.${preset.name}.watch`).replace(/[_{}]/g, ""));
      });
      buttons.set(preset.name, button);
    }
  }

  function update() {
    const strings = desk.strings();
    if (language !== store.get().language) {
      language = store.get().language;
      build();
    }
    const story = storyOf(store.get().setting, catalog);
    for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === story?.name));
    const watch = strings(story ? `story.${story.name}.watch` : "story.own.watch");
    const outcomes = store.get().setting.variants.flatMap((_, i) => desk.outcomeOf(i) ?? []);
    const key = JSON.stringify([watch, outcomes]);
    if (key === said) return;
    said = key;
    text.replaceChildren(...nodesOf(watch));
    after.hidden = outcomes.length === 0;
    after.replaceChildren(
      ...outcomes.map(({ index, kind, long }) => {
        const item = make("li", `variant-${index + 1}`);
        item.dataset.kind = kind;
        item.appendChild(make("span", "variant-letter", desk.session().variants[index].letter));
        item.appendChild(make("span")).append(...nodesOf(long));
        return item;
      }),
    );
    if (outcomes.length === store.get().setting.variants.length)
      desk.later(outcomes.map(({ index, long }) => `${desk.session().variants[index].letter}: ${long}`).join(" "));
  }

  return { update };
}
