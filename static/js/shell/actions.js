/**
 * What can be done with a page: a button in the bar and a key each. A dialog's code comes when the page is at rest.
 *
 * @typedef {object} ExploreDesk  The Explore page, as actions, dialogs and panels see it.
 * @property {ReturnType<typeof import("../state/store.js").createStore<import("../main.js").State>>} store
 * @property {any} catalog
 * @property {() => any} run  The newest answer, or null.
 * @property {() => import("../figures/answer.js").Backward} backward
 * @property {(parameters: import("../state/url.js").Parameters, more?: { own?: import("../state/own.js").Own | null, pins?: string[] }) => void} go
 *   To another setting; the browser's Back returns.
 * @property {ReturnType<typeof import("../api/answers.js").createAnswers>} answers
 * @property {(theme?: string) => { palette: import("../figures/answer.js").Palette, maps: import("../math/colour.js").ColourMaps }} look
 * @property {() => void} dropOwn  Back from own data to drawn ones.
 * @property {() => import("../figures/answer.js").Ghost[]} ghosts
 * @property {(text: string) => void} say  What has just been done, for eye and ear.
 * @property {() => void} togglePlay
 * @property {{ toggle: () => void, isShown: () => boolean }} spectral  The line of spectral norms.
 * @property {{ toggle: () => void, isPinned: () => boolean }} compare
 *
 * @typedef {GuidedDesk & ExploreDesk} Desk
 */

/**
 * @template Any  The desk of a page.
 * @typedef {object} Action
 * @property {string} name  Of its strings `action.<name>` and its icon.
 * @property {string} key
 * @property {boolean} [bar]  Default true.
 * @property {string} [of]  The part of the page without which it isn't there either.
 * @property {(desk: Any) => unknown} [act]
 * @property {() => Promise<{ open: (desk: Any) => void }>} [load]  Of a dialog's code, in place of `act`.
 * @property {(desk: Any) => boolean} [pressed]  Of a button that stays down.
 */

/**
 * What a page is made of, for those who read it and those who teach with it.
 * @template Any
 * @typedef {object} Guide
 * @property {string} title  Key of the page's title.
 * @property {Action<Any>[]} actions
 * @property {{ name: string, controls: import("../controls/index.js").Control[] }[]} groups  Of controls.
 * @property {string[]} parts  What a lesson may leave out, from the top of the page; in words: `part.<name>`.
 * @property {string[]} reading  What helps to read it, from the top of the page: `help.reading.<name>`.
 * @property {[string, [string[], string][]][]} keys  Those that belong to a place: `help.keys.<place>`, the keys, `help.key.<what>`.
 * @property {string} more  What its address is good for: `help.more.<name>`.
 */

/**
 * @typedef {object} GuidedDesk  Any page, as the dialogs see it that explain and share it.
 * @property {() => import("../figures/answer.js").Strings} strings
 * @property {Guide<any>} guide
 * @property {() => import("../controls/index.js").Situation} situation
 * @property {(page: Record<string, string>) => string} query  Of a link to what is seen, with what only the page reads.
 * @property {() => boolean} [bereaves]  A link can't hold all of it.
 */

import { make } from "../controls/slider.js";
import { whenIdle } from "./idle.js";

/** Milliseconds after which the dialogs' code is fetched, so that it doesn't stand in the way of the first picture. */
const PREFETCH_AFTER = 3000;

/**
 * @template {{ strings: () => import("../figures/answer.js").Strings, say: (text: string) => void }} Any
 * @param {HTMLElement} element
 * @param {Action<Any>[]} actions
 * @param {Any} desk
 * @param {Set<string>} hidden
 */
export function mountActions(element, actions, desk, hidden) {
  const shown = actions.filter(({ name, of = name }) => !hidden.has(name) && !hidden.has(of));
  const buttons = shown
    .filter(({ bar }) => bar !== false)
    .map((action) => {
      const button = element.appendChild(make("button", `icon-button with-text action icon-${action.name}`));
      button.type = "button";
      button.id = `action-${action.name}`;
      button.addEventListener("click", () => perform(action));
      return { action, button, word: button.appendChild(make("span")) };
    });

  function update() {
    const strings = desk.strings();
    for (const { action, button, word } of buttons) {
      word.textContent = strings(`action.${action.name}`);
      button.title = strings("action.title", {
        what: strings(`action.${action.name}.about`),
        key: action.key.toUpperCase(),
      });
      button.setAttribute("aria-keyshortcuts", action.key);
      if (action.pressed) button.setAttribute("aria-pressed", String(action.pressed(desk)));
    }
  }
  update();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !keysAreOn()) return;
    if (isTypedInto(event.target) || document.querySelector("dialog[open]")) return;
    const action = shown.find(({ key }) => key === event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    perform(action);
  });

  let loading = false;
  /** A second press while a dialog's code is coming opens no second dialog. @param {typeof shown[number]} action */
  async function perform({ act, load }) {
    if (load && loading) return;
    if (load) loading = true;
    try {
      await act?.(desk);
      (await load?.())?.open(desk);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      desk.say(desk.strings()("export.lost"));
    } finally {
      if (load) loading = false;
    }
  }

  // Later the server may be away.
  setTimeout(() => whenIdle(fetchCode), PREFETCH_AFTER);
  function fetchCode() {
    for (const { load } of shown) load?.().catch(() => {});
  }

  return { update };
}

const TYPED = ["text", "number", "search", "url", ""];

/** @param {EventTarget | null} target */
function isTypedInto(target) {
  if (target instanceof HTMLInputElement) return TYPED.includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const SETTING = "unrolled.keys";

/** Single keys can be switched off, for those whose speech input or tremor presses them. */
export function keysAreOn() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    // In a frame of another site storage may be forbidden.
    return true;
  }
}

/** @param {boolean} on */
export function setKeys(on) {
  try {
    localStorage.setItem(SETTING, on ? "on" : "off");
  } catch {
    // Then it can't be remembered.
  }
}
