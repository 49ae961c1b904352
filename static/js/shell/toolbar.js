/** Buttons over a figure; those of the aligned figure play the backward wave, zoom, and switch the spectral norms. */

import { make } from "../controls/slider.js";

/**
 * @param {HTMLElement} element
 * @param {[string, string, () => void][]} actions  Key of the words, icon, what is done.
 * @param {() => import("../figures/answer.js").Strings} strings
 */
export function mountTools(element, actions, strings) {
  const buttons = actions.map(([key, icon, action]) => {
    const button = element.appendChild(make("button", `icon-button icon-${icon}`));
    button.type = "button";
    button.addEventListener("click", action);
    return { key, button };
  });

  /** @param {(key: string) => string} [keyOf]  Other words than its own for a button. */
  function update(keyOf = (key) => key) {
    for (const { key, button } of buttons) {
      const text = strings()(keyOf(key));
      button.title = text;
      button.setAttribute("aria-label", text);
    }
  }
  update();
  return { buttons: buttons.map(({ button }) => button), update };
}

/**
 * @param {HTMLElement} element
 * @param {{ wave: ReturnType<typeof import("./wave.js").createWave>, zoom: (factor: number | null) => void, spectral: { toggle: () => void, isShown: () => boolean }, strings: () => import("../figures/answer.js").Strings }} options
 */
export function mountToolbar(element, { wave, zoom, spectral, strings }) {
  let isPlaying = false;
  const tools = mountTools(
    element,
    [
      ["wave.play", "play", () => wave.toggle()],
      ["wave.back", "step-back", () => wave.step(1)],
      ["wave.forth", "step-forth", () => wave.step(-1)],
      ["wave.stop", "stop", () => wave.stop()],
      ["zoom.in", "zoom-in", () => zoom(0.5)],
      ["zoom.out", "zoom-out", () => zoom(2)],
      ["zoom.all", "zoom-all", () => zoom(null)],
      ["norms.spectral_switch", "spectral", spectral.toggle],
    ],
    strings,
  );
  const play = tools.buttons[0];
  const lines = tools.buttons[tools.buttons.length - 1];
  play.classList.add("with-text");
  const word = play.appendChild(make("span"));

  function update() {
    const playKey = isPlaying ? "wave.pause" : "wave.play";
    tools.update((key) => (key === "wave.play" ? playKey : key));
    word.textContent = strings()(playKey);
    lines.setAttribute("aria-pressed", String(spectral.isShown()));
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
