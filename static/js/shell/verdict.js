/** Puts the verdict's words on the page. */

import { verdictWords } from "../figures/verdict.js";
import { nodesOf } from "./markup.js";

/**
 * @param {HTMLElement} element
 * @param {any} run
 * @param {import("../figures/answer.js").Strings} strings
 */
export function showVerdict(element, run, strings) {
  const { kind, title, sentences } = verdictWords(run, strings);
  const strong = document.createElement("strong");
  strong.className = "verdict-title";
  strong.textContent = title;
  const said = document.createDocumentFragment();
  said.append(strong, ...sentences.flatMap((sentence) => [" ", ...nodesOf(sentence)]));
  // The same words aren't said again: a screen reader would read them twice.
  if (said.textContent === element.textContent) return;
  element.dataset.kind = kind;
  element.replaceChildren(said);
}
