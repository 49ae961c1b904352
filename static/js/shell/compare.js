/** Pinned runs: ghosts behind the norm curve, and a table of what differs and what came out. The link holds them. */

import { ApiError } from "../api/client.js";
import { make } from "../controls/slider.js";
import { frobeniusNorms } from "../figures/answer.js";
import { differing, MOST_PINS, outcome, pinOf } from "../figures/comparison.js";
import { changed } from "../state/parameters.js";
import { parseQuery, toQuery } from "../state/url.js";
import { nodesOf } from "./markup.js";
import { refusalIn } from "./refusal.js";

const PARTS = "jacobian_norms,gradients,spectrum&norms=frobenius";
/** Milliseconds. */
const ASK_AGAIN_AFTER = 3000;
export const LETTERS = ["A", "B", "C"];

/**
 * @param {HTMLElement | null} panel
 * @param {import("./actions.js").Desk} desk
 */
export function createCompare(panel, desk) {
  const { store, catalog, answers } = desk;
  const body = panel?.querySelector(".compare");
  /** @type {Map<string, any>} */
  const runs = new Map();
  /** @type {Map<string, string>} */
  const failures = new Map();
  let drawn = "";

  const parametersOf = (/** @type {string} */ pin) => parseQuery(pin, catalog.parameters).parameters;
  const now = () => pinOf(store.get().parameters, catalog.parameters);

  /** Ask for what the pins lack. */
  function fetchMissing() {
    for (const pin of store.get().pins) {
      if (runs.has(pin) || failures.has(pin)) continue;
      failures.set(pin, "");
      answers
        .get({ query: `${toQuery(parametersOf(pin))}&include=${PARTS}&arrays=typed` })
        .then(
          (answer) => {
            failures.delete(pin);
            runs.set(pin, answer);
          },
          (error) => {
            const refused = error instanceof ApiError && error.code !== "server_busy";
            const strings = desk.strings();
            failures.set(pin, refused ? refusalIn(error, strings, store.get().language) : strings("export.lost"));
            if (!refused) setTimeout(() => failures.delete(pin) && fetchMissing(), ASK_AGAIN_AFTER);
          },
        )
        .then(() => store.update({ pinned: store.get().pinned + 1 }));
    }
  }

  /** @returns {import("../figures/answer.js").Ghost[]} */
  function ghosts() {
    return store.get().pins.flatMap((pin, i) => {
      const run = runs.get(pin);
      return run
        ? [{ name: LETTERS[i], log10: frobeniusNorms(run), of: run.jacobian_norms.of_step, colour: colourOf(i) }]
        : [];
    });
  }

  /** Ghosts are kept while nothing about them changes: the figure is drawn many times a second. */
  let keptFor = "";
  /** @type {import("../figures/answer.js").Ghost[]} */
  let kept = [];
  function ghostsNow() {
    const { pins, theme } = store.get();
    if (pins.length === 0) return [];
    const key = JSON.stringify([pins, theme, runs.size]);
    if (key !== keptFor) [kept, keptFor] = [ghosts(), key];
    return kept;
  }

  const canPin = () => store.get().own === null;

  function toggle() {
    const { pins } = store.get();
    const strings = desk.strings();
    const pin = now();
    if (!canPin()) desk.say(strings("compare.own"));
    else if (pins.includes(pin)) unpin(pin);
    else if (pins.length >= MOST_PINS) desk.say(strings("compare.full", { count: MOST_PINS }));
    else if (isTooLong([...pins, pin])) desk.say(strings("compare.too_long"));
    else {
      store.update({ pins: [...pins, pin] });
      desk.say(strings("compare.pinned", { name: LETTERS[pins.length] }));
    }
  }

  /** Whether the page's address would be refused. In a pin every byte of a text takes up to five characters. @param {string[]} pins */
  function isTooLong(pins) {
    const { parameters, page } = store.get();
    return location.pathname.length + 1 + toQuery(parameters, page, pins).length > catalog.limits.url_bytes;
  }

  /** @param {string} pin */
  function unpin(pin) {
    store.update({ pins: store.get().pins.filter((other) => other !== pin) });
  }

  /** In step with pins and answers. */
  function update() {
    const { pins, parameters, own } = store.get();
    fetchMissing();
    if (!panel || !body) return;
    panel.classList.toggle("absent", pins.length === 0);
    const run = desk.run();
    if (pins.length === 0 || !run?.verdict) return;
    const strings = desk.strings();
    const rows = [
      { name: strings("compare.now"), parameters: own ? run.parameters : parameters, run, pin: null, colour: "" },
      ...pins.map((pin, i) => ({
        name: LETTERS[i],
        parameters: parametersOf(pin),
        run: runs.get(pin) ?? null,
        pin,
        colour: colourOf(i),
      })),
    ];
    const table = tableOf(rows);
    const key = table.outerHTML;
    if (key === drawn) return;
    drawn = key;
    body.replaceChildren(table);
  }

  /** @param {{ name: string, parameters: import("../state/url.js").Parameters, run: any, pin: string | null, colour: string }[]} rows */
  function tableOf(rows) {
    const strings = desk.strings();
    const names = differing(
      rows.map(({ parameters }) => parameters),
      catalog.parameters,
    );
    const table = make("table", "compare-table");
    const head = table.appendChild(make("thead")).appendChild(make("tr"));
    const titles = [
      strings("compare.run"),
      ...names.map((name) => strings(`control.${name}.label`)),
      ...["verdict", "factor", "reach", "norm", "loss"].map((name) => strings(`compare.${name}`)),
    ];
    for (const title of titles) {
      const cell = head.appendChild(make("th"));
      cell.scope = "col";
      cell.append(...nodesOf(title));
    }
    head.appendChild(make("td"));
    const content = table.appendChild(make("tbody"));
    for (const row of rows) content.append(rowOf(row, names));
    return table;
  }

  /**
   * @param {Parameters<typeof tableOf>[0][number]} row
   * @param {string[]} names
   */
  function rowOf({ name, parameters, run, pin, colour }, names) {
    const strings = desk.strings();
    const element = make("tr");
    const title = element.appendChild(make("th"));
    title.scope = "row";
    const swatch = title.appendChild(make("span", pin === null ? "swatch now" : "swatch"));
    if (colour) swatch.style.background = colour;
    title.append(name);
    for (const parameter of names) element.appendChild(make("td", "", wordsOf(parameter, parameters[parameter])));
    if (run) {
      for (const text of Object.values(outcome(run, strings))) element.appendChild(make("td")).append(...nodesOf(text));
    } else {
      const cell = element.appendChild(
        make("td", "waiting", failures.get(/** @type {string} */ (pin)) || strings("compare.waiting")),
      );
      cell.colSpan = 5;
    }
    const actions = element.appendChild(make("td", "compare-actions"));
    if (pin === null) return element;
    const buttons = /** @type {[string, string, () => void][]} */ ([
      ["swap", "icon-swap", () => swap(pin)],
      ["remove", "icon-close", () => unpin(pin)],
    ]);
    for (const [what, icon, act] of buttons) {
      const button = actions.appendChild(make("button", `icon-button ${icon}`));
      button.type = "button";
      button.title = strings(`compare.${what}`, { name });
      button.setAttribute("aria-label", button.title);
      button.addEventListener("click", act);
    }
    return element;
  }

  /** The pinned run becomes the one that is shown, and the shown one is pinned in its place. @param {string} pin */
  function swap(pin) {
    const { pins, own } = store.get();
    const mine = now();
    const others = pins.map((other) => (other === pin && !own ? mine : other)).filter((other) => other !== pin || own);
    desk.go(changed(parametersOf(pin), {}, catalog), { pins: [...new Set(others)], own: null });
  }

  /**
   * @param {string} name
   * @param {string | number | null} value
   */
  function wordsOf(name, value) {
    if (value === null || value === undefined) return desk.strings()("compare.default");
    const key = `choice.${name}.${value}`;
    const words = desk.strings()(key);
    return words === key ? String(value).replace("-", "−") : words;
  }

  return { ghosts: ghostsNow, update, toggle, isPinned: () => store.get().pins.includes(now()) };
}

/** @param {number} i */
function colourOf(i) {
  return getComputedStyle(document.documentElement)
    .getPropertyValue(`--ghost-${i + 1}`)
    .trim();
}
