/** Settings worth looking at: a picture of each from a real answer, and what to look at in it. */

import { make } from "../controls/slider.js";
import { THUMBNAIL_PARTS, thumbnailFigure } from "../figures/thumbnail.js";
import { picture } from "../paint/picture.js";
import { openDialog } from "../shell/dialog.js";
import { nodesOf } from "../shell/markup.js";
import { parametersOf, presetOf } from "../state/presets.js";
import { toQuery } from "../state/url.js";

const SIZE = { width: 232, height: 88 };
/** Pixels per unit: cards are wider than the drawing, and screens finer. */
const SHARPNESS = 3;

/** @param {import("../shell/actions.js").Desk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { catalog } = desk;
  const { body, close } = openDialog({
    name: "presets",
    title: strings("presets.title"),
    about: strings("presets.about"),
    close: strings("close"),
    wide: true,
  });
  const now = presetOf(desk.store.get().parameters, catalog);
  const list = body.appendChild(make("ul", "presets"));
  for (const preset of catalog.presets) {
    const card = list.appendChild(make("li")).appendChild(make("button", "preset"));
    card.type = "button";
    card.dataset.preset = preset.name;
    if (preset.name === now) card.setAttribute("aria-current", "true");
    const holder = card.appendChild(make("span", "preset-picture"));
    const words = card.appendChild(make("span", "preset-words"));
    words.appendChild(make("strong", "preset-title", strings(`preset.${preset.name}.title`)));
    words.appendChild(make("span", "preset-why")).append(...nodesOf(strings(`preset.${preset.name}.why`)));
    const parameters = parametersOf(preset, catalog);
    card.addEventListener("click", () => {
      close();
      desk.go(parameters, { own: null });
      desk.say(
        `${strings(`preset.${preset.name}.title`)}. ${strings(`preset.${preset.name}.why`).replace(/[_{}]/g, "")}`,
      );
    });
    draw(holder, parameters);
  }
  /** @type {HTMLElement | null} */ (list.querySelector("[aria-current]") ?? list.querySelector("button"))?.focus();

  /**
   * Without its picture a card still says what it is.
   * @param {HTMLElement} holder
   * @param {import("../state/url.js").Parameters} parameters
   */
  async function draw(holder, parameters) {
    try {
      const run = await desk.answers.get({
        query: `${toQuery(parameters)}&include=${THUMBNAIL_PARTS.join(",")}&norms=frobenius&arrays=typed`,
      });
      holder.replaceChildren(picture(thumbnailFigure(run, { ...viewOf(parameters), ...SIZE }), SHARPNESS));
    } catch {
      holder.classList.add("without");
    }
  }

  /**
   * @param {import("../state/url.js").Parameters} parameters
   * @returns {import("../figures/answer.js").View}
   */
  function viewOf(parameters) {
    return {
      ...SIZE,
      compact: true,
      theme: desk.store.get().theme,
      ...desk.look(),
      range: null,
      pointer: null,
      wave: null,
      path: null,
      ghosts: [],
      backward: {
        ...desk.backward(),
        window: parameters.truncation === null ? null : Number(parameters.truncation),
        mode: String(parameters.truncation_mode),
      },
    };
  }
}
