/** The whole answer of the present setting, as the API gives it, and files made of it. */

import { isSmall } from "../figures/worked-example.js";
import { bodyOf } from "../state/own.js";
import { lengthOf } from "../state/parameters.js";
import { toQuery } from "../state/url.js";

/**
 * Every part that this setting has.
 * @param {import("../shell/actions.js").Desk} desk
 * @returns {string[]}
 */
export function everyPart(desk) {
  const { parameters } = desk.store.get();
  const small = isSmall(
    lengthOf(parameters, desk.catalog) ?? desk.run()?.parameters.length ?? null,
    Number(parameters.hidden_size),
  );
  return desk.catalog.parts
    .map((/** @type {{ name: string }} */ { name }) => name)
    .filter((/** @type {string} */ name) => name !== "terms" || small);
}

/**
 * @param {import("../shell/actions.js").Desk} desk
 * @param {string[]} include
 * @param {"list" | "typed"} arrays
 * @returns {import("../api/client.js").Question}
 */
export function questionOf(desk, include, arrays) {
  const { parameters, own } = desk.store.get();
  return {
    query: `${toQuery(parameters)}&include=${include.join(",")}&arrays=${arrays}`,
    body: own && bodyOf(parameters, own, { include, arrays }),
  };
}

/**
 * @param {BlobPart} content
 * @param {string} type
 * @param {string} name
 */
export function save(content, type, name) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {import("../shell/actions.js").Desk} desk */
export async function saveJson(desk) {
  const text = await desk.answers.text(questionOf(desk, everyPart(desk), "list"));
  save(text, "application/json", "unrolled.json");
}
