/** What the server refused, in the page's language: it speaks English itself. */

/**
 * @param {{ code: string, parameter: string | null, allowed: unknown, message: string }} error
 * @param {import("../figures/answer.js").Strings} strings @param {string} language @param {number | null} length  T, if known.
 */
export function refusalIn(error, strings, language, length) {
  const { code, parameter, allowed, message } = error;
  if (code !== "invalid_parameter") return message;
  const key = `refused.${parameter}`;
  const words = strings(key, { T: length ?? "T" });
  if (words !== key) return words;
  const range = / ?(\S+) to (\S+)$/.exec(String(allowed));
  return range && language !== "en" ? strings("refused.range", { from: range[1], to: range[2] }) : message;
}
