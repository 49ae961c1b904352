/**
 * What every page does in the same way: its words and its theme, drawing once a frame, an address that is always that of what is seen.
 *
 * @typedef {object} PageState
 * @property {Record<string, string>} page  What only the page reads from the URL.
 * @property {string} language
 * @property {string} theme
 */

import { forgetWidths } from "../draw.js";
import { dressLinks } from "./links.js";
import { createStrings, loadDictionary, pickLanguage, translate } from "./strings.js";
import { applyTheme, readTheme, resolveTheme } from "./theme.js";

/**
 * @param {Record<string, string>} page
 * @returns {PageState}
 */
export function pageState(page) {
  return { page, language: pickLanguage(page.lang), theme: resolveTheme(page.theme) };
}

/**
 * @template {PageState} State
 * @param {object} options
 * @param {{ get: () => Readonly<State>, update: (change: Partial<State>) => void }} options.store
 * @param {string} options.title  Key of the title's words.
 * @param {() => string} options.query  Of the address, without the question mark.
 * @param {() => any} [options.beside]  What the browser is to keep beside the address.
 * @param {(what: Set<string>) => void} options.draw  Called in a frame, with everything that was asked for since the last one.
 * @param {() => void} options.print  Draw everything, for paper.
 * @param {() => void} options.spoken  The language is another: make anew what isn't marked up for it.
 * @param {number} [options.rest]  Least milliseconds between two drawings.
 */
export async function openPage({ store, title, query, beside = () => null, draw, print, spoken, rest = 0 }) {
  const update = (/** @type {Partial<PageState>} */ change) => store.update(/** @type {Partial<State>} */ (change));
  const root = document.documentElement;
  const { page } = store.get();
  const list = (/** @type {string | undefined} */ names) => new Set((names ?? "").split(",").filter(Boolean));
  const [hidden, locked] = [list(page.hide), list(page.lock)];
  applyTheme(store.get().theme);
  root.lang = store.get().language;
  root.classList.toggle("embedded", page.embed === "1");
  root.classList.toggle("railless", hidden.has("rail"));
  for (const name of hidden)
    document.querySelector(`[data-figure="${CSS.escape(name)}"]`)?.toggleAttribute("hidden", true);
  let strings = createStrings(await loadDictionary(store.get().language));
  let look = readTheme();

  const due = new Set(/** @type {string[]} */ ([]));
  let drawnAt = 0;
  /** Everything that happens before the next drawing is drawn once, in it. @param {string} what */
  function schedule(what) {
    if (due.size === 0) {
      const wait = drawnAt + rest - performance.now();
      if (wait > 8) setTimeout(() => requestAnimationFrame(render), wait);
      else requestAnimationFrame(render);
    }
    due.add(what);
  }

  function render() {
    const now = new Set(due);
    due.clear();
    drawnAt = performance.now();
    draw(now);
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let addressTimer;
  /** Browsers refuse more than a hundred changes of the address in half a minute. @param {number} [wait] */
  function writeAddress(wait = 200) {
    clearTimeout(addressTimer);
    addressTimer = setTimeout(writeAddressNow, wait);
  }

  function writeAddressNow() {
    clearTimeout(addressTimer);
    const address = `?${query()}`;
    try {
      history.replaceState(beside(), "", address);
    } catch {
      // More than the browser keeps there.
      history.replaceState(null, "", address);
    }
  }

  function say() {
    translate(document, strings);
    document.title = strings(title);
  }

  /** @param {string} language */
  async function speak(language) {
    strings = createStrings(await loadDictionary(language));
    root.lang = language;
    say();
    update({ language, page: { ...store.get().page, lang: language } });
    spoken();
    dressLinks(store.get().page);
    writeAddress();
    schedule("draw");
  }

  /** @param {string} theme */
  function dress(theme) {
    applyTheme(theme);
    look = readTheme();
    update({ theme });
    schedule("draw");
  }

  /**
   * What the style sheets say in a theme.
   * @template Found
   * @param {string} theme
   * @param {() => Found} read
   */
  function dressed(theme, read) {
    applyTheme(theme);
    const found = read();
    applyTheme(store.get().theme);
    return found;
  }

  const button = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  button("language").addEventListener("click", () => speak(store.get().language === "en" ? "ko" : "en"));
  button("theme").addEventListener("click", () => {
    const theme = store.get().theme === "dark" ? "light" : "dark";
    update({ page: { ...store.get().page, theme } });
    dress(theme);
    dressLinks(store.get().page);
    writeAddress();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (!store.get().page.theme) dress(resolveTheme(undefined));
  });
  addEventListener("beforeprint", () => {
    root.classList.add("printing");
    dress("light");
    print();
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    dress(resolveTheme(store.get().page.theme));
  });
  const phone = matchMedia("(max-width: 719px)");
  phone.addEventListener("change", () => schedule("draw"));
  for (const face of ["500 12px Inter", "italic 15px 'STIX Two Text'"]) {
    document.fonts.load(face).then(() => {
      forgetWidths();
      schedule("draw");
    });
  }
  say();
  dressLinks(store.get().page);

  return {
    hidden,
    locked,
    strings: () => strings,
    look: () => look,
    dressed,
    /** The colours of a theme, of the present one if none is named. @param {string} [theme] */
    lookOf: (theme) => dressed(theme ?? store.get().theme, readTheme),
    compact: () => phone.matches,
    schedule,
    speak,
    dress,
    writeAddress,
    writeAddressNow,
  };
}

/** JSON that came inside the page. @param {string} id */
export function embedded(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}
