/** What the server refused, in the page's language: it speaks English itself. */

/** What the page says better than the server can, which doesn't know its labels: in English too. */
const TYPED = ["loss_at", "text"];

/**
 * @typedef {object} Refused
 * @property {string} code
 * @property {string | null} parameter
 * @property {unknown} allowed
 * @property {string} message
 * @property {any} [details]
 */

/**
 * @param {Refused} error
 * @param {import("../figures/answer.js").Strings} strings
 * @param {string} language
 * @param {number | null} [length]  T, if known.
 */
export function refusalIn(error, strings, language, length = null) {
  const { code, parameter, allowed, message } = error;
  if (code === "work_too_large") return workIn(error.details ?? {}, strings);
  if (language === "en" && !TYPED.includes(parameter ?? "")) return message;
  if (code === "wrong_shape" && Array.isArray(allowed))
    return strings("refused.wrong_shape", { name: parameter ?? "", shape: allowed.join(" × ") });
  if (code !== "invalid_parameter") return message;
  const key = `refused.${parameter}`;
  const words = strings(key, { T: length ?? "T" });
  if (words !== key) return words;
  const range = / ?(\S+) to (\S+)$/.exec(String(allowed));
  return range ? strings("refused.range", { from: range[1], to: range[2] }) : message;
}

/**
 * A run that costs too much.
 * @param {any} details
 * @param {import("../figures/answer.js").Strings} strings
 */
function workIn(details, strings) {
  const named = (/** @type {string} */ name) =>
    [name, `training_${name}`]
      .map((of) => strings(`control.${of}.label`))
      .find((label) => !label.startsWith("control.")) ?? name;
  const asked = (details.lower ?? ["length", "hidden_size"]).filter(
    (/** @type {string} */ name) => !name.includes("="),
  );
  const lower = asked.map(named).join(", ");
  for (const unit of ["seconds", "megabytes", "answer_megabytes"]) {
    const [estimate, limit] = [details[`estimated_${unit}`], details[`limit_${unit}`]];
    if (estimate > limit) return strings(`refused.${unit}`, { got: Number(estimate.toPrecision(3)), limit, lower });
  }
  return strings("refused.unfinished", { lower });
}
