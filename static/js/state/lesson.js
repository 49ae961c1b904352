/**
 * A lesson's link: the present setting, with parts of the page left out, controls that can't be moved, or the page without its frame.
 *
 * @typedef {object} Lesson
 * @property {string[]} hide  Names of figures, controls and actions; "rail" is all controls.
 * @property {string[]} lock  Names of controls.
 * @property {boolean} embed
 * @property {string} lang  "" leaves it to the reader's browser.
 */

import { toQuery } from "./url.js";

/**
 * @param {string} address  Of the page, without a query.
 * @param {import("./url.js").Parameters} parameters @param {string[]} pins @param {Lesson} lesson
 */
export function lessonLink(address, parameters, pins, { hide, lock, embed, lang }) {
  /** @type {Record<string, string>} */
  const page = {};
  if (lang) page.lang = lang;
  if (hide.length > 0) page.hide = hide.join(",");
  // What isn't there needs no lock.
  const locked = hide.includes("rail") ? [] : lock.filter((name) => !hide.includes(name));
  if (locked.length > 0) page.lock = locked.join(",");
  if (embed) page.embed = "1";
  return `${address}?${toQuery(parameters, page, pins)}`;
}

/** The frame for another page. @param {string} link @param {string} title */
export function embedCode(link, title) {
  const escaped = (/** @type {string} */ text) =>
    text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return `<iframe src="${escaped(link)}" title="${escaped(title)}" width="100%" height="900" loading="lazy"></iframe>`;
}
