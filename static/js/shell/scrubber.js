/** Through training by snapshots: the network as it was after a step. */

import { make } from "../controls/slider.js";

/**
 * @param {HTMLElement} element
 * @param {import("../train.js").TrainDesk} desk
 */
export function createScrubber(element, desk) {
  const { store } = desk;
  const title = element.appendChild(make("h2", "scrubber-title"));
  const row = element.appendChild(make("div", "scrubber-row"));
  const back = button("step-back", () => move(-1));
  const track = row.appendChild(make("div", "track primary"));
  const range = track.appendChild(make("input", "range"));
  Object.assign(range, { type: "range", id: "scrubber-range", min: "0", step: "1" });
  const forth = button("step-forth", () => move(1));
  const live = row.appendChild(make("button", "text-button scrubber-live"));
  live.type = "button";
  live.addEventListener("click", () => store.update({ at: null }));
  range.addEventListener("input", () => go(Number(range.value)));

  /**
   * @param {string} icon
   * @param {() => void} act
   */
  function button(icon, act) {
    const made = row.appendChild(make("button", `icon-button icon-${icon}`));
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /** Steps of which some variant has a snapshot. */
  const places = () => placesOf(desk.session().variants.map(({ series }) => series));

  /** @param {number} index */
  function go(index) {
    const steps = places();
    if (steps.length === 0) return;
    const at = steps[Math.min(steps.length - 1, Math.max(0, index))];
    store.update({ at });
  }

  /** @param {number} by */
  function move(by) {
    go(placeOf(places(), desk.session().at) + by);
  }

  function update() {
    const strings = desk.strings();
    const steps = places();
    const session = desk.session();
    const place = placeOf(steps, session.at);
    const step = steps[place] ?? 0;
    title.textContent = strings(step === 0 ? "scrubber.untrained" : "scrubber.title", { step });
    range.max = String(Math.max(1, steps.length - 1));
    range.value = String(place);
    range.disabled = steps.length < 2;
    range.setAttribute("aria-label", strings("scrubber.label"));
    range.setAttribute("aria-valuetext", title.textContent);
    track.style.setProperty("--place", String(place / Math.max(1, steps.length - 1)));
    back.disabled = place <= 0;
    forth.disabled = place >= steps.length - 1;
    back.title = strings("scrubber.back");
    back.setAttribute("aria-label", back.title);
    forth.title = strings("scrubber.forth");
    forth.setAttribute("aria-label", forth.title);
    live.textContent = strings("scrubber.live");
    live.title = strings("scrubber.live.about");
    live.setAttribute("aria-pressed", String(store.get().at === null));
  }

  return { update, move };
}

/**
 * @param {import("../state/series.js").Series[]} all
 * @returns {number[]} ascending
 */
function placesOf(all) {
  const steps = new Set(all.flatMap(({ snapshots }) => snapshots.map(({ step }) => step)));
  return [...steps].sort((a, b) => a - b);
}

/**
 * The last place that isn't later than a step.
 * @param {number[]} steps
 * @param {number} at
 */
export function placeOf(steps, at) {
  let place = 0;
  for (let i = 0; i < steps.length; i += 1) if (steps[i] <= at) place = i;
  return place;
}
