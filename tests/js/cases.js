/** The tables of cases that the page's tests and Python's read alike, for what both sides compute. */

import { readFileSync } from "node:fs";

/** The rows of tests/cases/<name>.json; tests/shared_cases.py reads the same ones. @param {string} name @returns {any[]} */
export function sharedCases(name) {
  return JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"));
}
