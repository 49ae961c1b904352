import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES } from "../../static/js/facts.js";
import { nodesOf } from "../../static/js/shell/markup.js";
import { createStrings, pickLanguage } from "../../static/js/shell/strings.js";

const ROOT = new URL("../../", import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, ROOT), "utf8");
const dictionaries = Object.fromEntries(
  LANGUAGES.map((language) => [language, JSON.parse(read(`static/locales/${language}.json`))]),
);
const { en, ko } = dictionaries;
const placeholders = (/** @type {string} */ text) =>
  [...text.matchAll(/(?<![_^])\{(\w+)\}/g)].map(([, name]) => name).sort();

test("every language has every key, with words in it", () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries({ ...en, ...ko })) assert.ok(String(text).trim(), key);
});

test("a translation uses the same values as the original", () => {
  for (const key of Object.keys(en)) assert.deepEqual(placeholders(ko[key]), placeholders(en[key]), key);
});

test("Korean sentences are Korean", () => {
  for (const [key, text] of Object.entries(ko)) {
    if ((en[key].match(/[A-Za-z]{3,}/g) ?? []).length > 3) assert.match(text, /[가-힣]/, key);
  }
});

test("every key that the code and the templates name exists", () => {
  const named = new Set();
  const files = ["static/js/", "templates/"].flatMap((directory) =>
    readdirSync(new URL(directory, ROOT), { recursive: true }).map((path) => `${directory}${path}`),
  );
  for (const path of files.filter((name) => /\.(js|html)$/.test(name))) {
    const text = read(path);
    for (const [, key] of text.matchAll(/strings\(\)?\(?"([\w.]+)"/g)) named.add(key);
    for (const [, key] of text.matchAll(/data-(?:text|label|title)="([\w.]+)"/g)) named.add(key);
  }
  assert.ok(named.size > 60);
  for (const key of named) assert.ok(key in en, key);
});

test("values are put in, other braces stay", () => {
  const strings = createStrings({ a: "σ_{max} of {n} is {x}" });
  assert.equal(strings("a", { n: 3, x: "1" }), "σ_{max} of 3 is 1");
  assert.equal(strings("a", { n: 1200, x: 1200.5 }), "σ_{max} of 1,200 is 1200.5");
  assert.equal(strings("missing"), "missing");
});

test("the link's language goes before the browser's", () => {
  assert.equal(pickLanguage("ko-KR", "en"), "ko");
  assert.equal(pickLanguage(undefined, "ko"), "ko");
  assert.equal(pickLanguage("xx", "ko"), "ko");
});

test("a Korean particle after an index stays on the line", () => {
  const { document } = globalThis;
  const created = /** @type {any} */ ({ createElement: (/** @type {string} */ tag) => ({ tag, textContent: "" }) });
  globalThis.document = created;
  try {
    assert.deepEqual(nodesOf("x_T가 h_{12}의"), [
      "x",
      { tag: "sub", textContent: "T" },
      "가 h",
      { tag: "sub", textContent: "12" },
      "의",
    ]);
  } finally {
    globalThis.document = document;
  }
});
