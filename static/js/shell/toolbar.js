/** Buttons over the aligned figure: the backward wave and the zoom. */

import { make } from "../controls/slider.js";

/**
 * @param {HTMLElement} element
 * @param {{ wave: ReturnType<typeof import("./wave.js").createWave>, zoom: (factor: number | null) => void, strings: () => import("../figures/answer.js").Strings }} options
 */
export function mountToolbar(element, { wave, zoom, strings }) {
  let isPlaying = false;
  const actions = /** @type {[string, string, () => void][]} */ ([
    ["wave.play", "play", () => wave.toggle()],
    ["wave.back", "step-back", () => wave.step(1)],
    ["wave.forth", "step-forth", () => wave.step(-1)],
    ["wave.stop", "stop", () => wave.stop()],
    ["zoom.in", "zoom-in", () => zoom(0.5)],
    ["zoom.out", "zoom-out", () => zoom(2)],
    ["zoom.all", "zoom-all", () => zoom(null)],
  ]);
  const buttons = actions.map(([key, icon, action]) => {
    const button = element.appendChild(make("button", `icon-button icon-${icon}`));
    button.type = "button";
    button.addEventListener("click", action);
    return { key, button };
  });
  const play = buttons[0].button;
  play.classList.add("with-text");
  const word = play.appendChild(make("span"));

  function update() {
    for (const { key, button } of buttons) {
      const text = strings()(button === play && isPlaying ? "wave.pause" : key);
      button.title = text;
      button.setAttribute("aria-label", text);
    }
    word.textContent = strings()(isPlaying ? "wave.pause" : "wave.play");
  }
  update();

  return {
    update,
    /** @param {boolean} playing */
    playing(playing) {
      isPlaying = playing;
      play.classList.toggle("icon-play", !playing);
      play.classList.toggle("icon-pause", playing);
      update();
    },
  };
}
