/** Start, pause, step and begin anew; how far everything has come, and how long it still takes. */

import { make } from "../controls/slider.js";
import { isComplete } from "../state/series.js";

/**
 * @param {HTMLElement} element
 * @param {import("../train.js").TrainDesk} desk
 */
export function createRunBar(element, desk) {
  const { runner, store } = desk;
  const buttons = element.appendChild(make("div", "run-buttons"));
  const start = button("start", "start", () => (store.get().running ? runner.pause() : runner.start()));
  start.classList.add("run-start");
  const word = start.appendChild(make("span"));
  const step = button("step", "step-forth", () => runner.step());
  const reset = button("reset", "reset", () => {
    runner.reset();
    store.update({ at: null });
  });
  const progress = element.appendChild(make("div", "progress"));
  progress.setAttribute("role", "progressbar");
  progress.setAttribute("aria-valuemin", "0");
  progress.setAttribute("aria-valuemax", "100");
  const text = element.appendChild(make("p", "run-text"));

  /**
   * @param {string} name
   * @param {string} icon
   * @param {() => void} act
   */
  function button(name, icon, act) {
    const made = buttons.appendChild(make("button", `icon-button icon-${icon}`));
    made.type = "button";
    made.id = `run-${name}`;
    made.addEventListener("click", act);
    return made;
  }

  function update() {
    const strings = desk.strings();
    const { running } = store.get();
    const { variants, steps } = desk.session();
    const all = variants.map(({ series }) => series);
    const complete = all.every(isComplete);
    const begun = all.some(({ count }) => count > 1);
    const name = running ? "pause" : begun && !complete ? "go_on" : "start";
    word.textContent = strings(`run.${name}`);
    start.classList.toggle("icon-start", !running);
    start.classList.toggle("icon-pause", running);
    start.disabled = complete;
    step.disabled = complete || running;
    reset.disabled = !begun;
    for (const [made, key] of /** @type {[HTMLButtonElement, string][]} */ ([
      [step, "step"],
      [reset, "reset"],
    ])) {
      made.title = strings(`run.${key}`);
      made.setAttribute("aria-label", made.title);
    }
    while (progress.childElementCount > variants.length) progress.lastElementChild?.remove();
    while (progress.childElementCount < variants.length)
      progress.appendChild(make("span", `progress-line variant-${progress.childElementCount + 1}`));
    const shares = all.map((series) => (isComplete(series) ? 1 : series.count / Math.max(1, steps)));
    for (const [i, share] of shares.entries()) {
      const line = /** @type {HTMLElement} */ (progress.children[i]);
      line.style.setProperty("--share", String(share));
    }
    const whole = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
    progress.setAttribute("aria-valuenow", String(Math.round(100 * whole)));
    progress.setAttribute("aria-label", strings("run.progress"));
    text.textContent = words(all, steps, complete);
  }

  /**
   * @param {import("../state/series.js").Series[]} all
   * @param {number} steps
   * @param {boolean} complete
   */
  function words(all, steps, complete) {
    const strings = desk.strings();
    const behind = all.filter((series) => !isComplete(series));
    const count = Math.min(...(behind.length > 0 ? behind : all).map((series) => series.count));
    const at = strings("run.at", { step: count, steps });
    if (complete) return strings("run.done", { steps: Math.max(...all.map((series) => series.count)) });
    if (!store.get().running) return at;
    const left = behind.map(({ progress: told }) => told?.seconds_left ?? Number.NaN).filter(Number.isFinite);
    if (left.length < behind.length || left.length === 0) return at;
    return `${at} · ${strings("run.left", { time: duration(Math.max(...left), strings) })}`;
  }

  return { update };
}

/**
 * @param {number} seconds
 * @param {import("../figures/answer.js").Strings} strings
 */
function duration(seconds, strings) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return strings("run.seconds", { seconds: whole });
  return strings("run.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}
