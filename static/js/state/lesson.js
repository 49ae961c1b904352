/**
 * A lesson's link: the present setting, with parts of the page left out, controls that can't be moved, or the page without its frame.
 *
 * @typedef {object} Lesson
 * @property {string[]} hide  Names of figures, controls and actions; "rail" is all controls.
 * @property {string[]} lock  Names of controls.
 * @property {boolean} embed
 * @property {string} lang  "" leaves it to the reader's browser.
 */

/**
 * What the page reads of it from the URL.
 * @param {Lesson} lesson
 * @returns {Record<string, string>}
 */
export function lessonParameters({ hide, lock, embed, lang }) {
  // What isn't there needs no lock.
  const locked = hide.includes("rail") ? [] : lock.filter((name) => !hide.includes(name));
  return {
    ...(lang ? { lang } : {}),
    ...(hide.length > 0 ? { hide: hide.join(",") } : {}),
    ...(locked.length > 0 ? { lock: locked.join(",") } : {}),
    ...(embed ? { embed: "1" } : {}),
  };
}

/**
 * The frame for another page.
 * @param {string} link
 * @param {string} title
 */
export function embedCode(link, title) {
  const escaped = (/** @type {string} */ text) =>
    text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return `<iframe src="${escaped(link)}" title="${escaped(title)}" width="100%" height="900" loading="lazy"></iframe>`;
}
