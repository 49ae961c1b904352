/** The page's words. `{name}` in a string is replaced by a value, whole numbers with commas between thousands; a key that isn't there is shown as it is. */

import { LANGUAGES } from "../facts.js";
import { nodesOf } from "./markup.js";

/**
 * @param {Record<string, string>} dictionary
 * @returns {import("../figures/answer.js").Strings}
 */
export function createStrings(dictionary) {
  return (key, values = {}) =>
    (dictionary[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/** @param {string | number} value */
function shown(value) {
  return Number.isInteger(value) ? value.toLocaleString("en") : String(value);
}

/**
 * The language of the link, else the one that the server found in the browser's preferences.
 * @param {string | undefined} asked
 * @param {string | undefined} [preferred]
 * @returns {string}
 */
export function pickLanguage(asked, preferred = document.documentElement.dataset.preferredLanguage) {
  const wanted = asked?.toLowerCase().split("-")[0] ?? "";
  return LANGUAGES.includes(wanted) ? wanted : (preferred ?? LANGUAGES[0]);
}

/** @type {Map<string, Promise<Record<string, string>>>} */
const dictionaries = new Map();

/**
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
export function loadDictionary(language) {
  let dictionary = dictionaries.get(language);
  if (!dictionary) {
    dictionary = fetch(new URL(`../../locales/${language}.json`, import.meta.url)).then((response) => response.json());
    dictionary.catch(() => dictionaries.delete(language));
    dictionaries.set(language, dictionary);
  }
  return dictionary;
}

/**
 * Puts words into the elements that name their key in `data-text`, `data-label` or `data-title`.
 * @param {ParentNode} root
 * @param {import("../figures/answer.js").Strings} strings
 */
export function translate(root, strings) {
  for (const element of root.querySelectorAll("[data-text]"))
    element.replaceChildren(...nodesOf(strings(/** @type {HTMLElement} */ (element).dataset.text ?? "")));
  for (const element of root.querySelectorAll("[data-label]"))
    element.setAttribute("aria-label", strings(/** @type {HTMLElement} */ (element).dataset.label ?? ""));
  for (const element of root.querySelectorAll("[data-title]"))
    element.setAttribute("title", strings(/** @type {HTMLElement} */ (element).dataset.title ?? ""));
}
