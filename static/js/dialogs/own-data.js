/** Numbers and weights of a person's own, pasted or from a file. What is wrong is told at its field. */

import { ApiError } from "../api/client.js";
import { make } from "../controls/slider.js";
import { WEIGHTS } from "../facts.js";
import { openDialog } from "../shell/dialog.js";
import { nodesOf } from "../shell/markup.js";
import { refusalIn } from "../shell/refusal.js";
import { bodyOf, fitted, fromExport, parseRows, parseWeights } from "../state/own.js";

const EXAMPLES = /** @type {Record<string, string>} */ ({
  x: "0.1 0.4 0.9 1.6 2.5 …",
  target: "0 0 0 0 1 …",
  weights: '{"W": [[0.9, 0.2], [-0.2, 0.9]]}',
});

/** @param {import("../shell/actions.js").Desk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { store, catalog } = desk;
  const { body, close } = openDialog({
    name: "own",
    title: strings("own.title"),
    about: strings("own.about"),
    close: strings("close"),
    wide: true,
  });
  const form = body.appendChild(make("form", "own-form"));
  form.noValidate = true;
  const now = store.get().own;
  const fields = {
    x: field("x", rowsText(now?.x), 8),
    target: field("target", rowsText(now?.target), 8),
    weights: field("weights", now?.weights ? JSON.stringify(now.weights) : "", 5),
  };
  const general = form.appendChild(make("p", "problem"));
  general.setAttribute("role", "alert");
  general.hidden = true;

  const row = form.appendChild(make("div", "button-row"));
  const use = row.appendChild(make("button", "button main", strings("own.use")));
  const file = row.appendChild(make("label", "button", strings("own.open")));
  const input = file.appendChild(make("input", "visually-hidden"));
  Object.assign(input, { type: "file", accept: "application/json,.json" });
  input.addEventListener("change", openFile);
  if (now) {
    const drop = row.appendChild(make("button", "button", strings("own.drop")));
    drop.type = "button";
    drop.addEventListener("click", () => {
      close();
      desk.dropOwn();
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  fields.x.area.focus();

  async function submit() {
    tell(null, null);
    const own = read();
    if (!own) return;
    await take(fitted(store.get().parameters, own), own);
  }

  /** @returns {import("../state/own.js").Own | null} null if something is wrong, which has been told. */
  function read() {
    const texts = { x: fields.x.area.value, target: fields.target.area.value, weights: fields.weights.area.value };
    /** @type {import("../state/own.js").Own} */
    const own = {};
    let wrong = false;
    for (const name of /** @type {const} */ (["x", "target"])) {
      if (texts[name].trim() === "") continue;
      const found = parseRows(texts[name]);
      if ("problem" in found) wrong = tell(name, strings(found.problem.key, found.problem.values));
      else own[name] = found.rows;
    }
    if (texts.weights.trim() !== "") {
      const found = parseWeights(texts.weights);
      if ("problem" in found) wrong = tell("weights", strings(found.problem.key, found.problem.values));
      else own.weights = found.weights;
    }
    if (!wrong && own.target && !own.x) wrong = tell("x", strings("own.problem.no_x"));
    if (!wrong && Object.keys(own).length === 0) wrong = tell("x", strings("own.problem.nothing"));
    return wrong ? null : own;
  }

  /**
   * The server looks at it before the picture changes.
   * @param {import("../state/url.js").Parameters} parameters
   * @param {import("../state/own.js").Own} own
   */
  async function take(parameters, own) {
    use.disabled = true;
    const asked = { include: ["jacobian_norms"], norms: "frobenius", arrays: /** @type {const} */ ("typed") };
    try {
      await desk.answers.text({ query: "", body: bodyOf(parameters, own, asked) });
      close();
      desk.go(parameters, { own });
    } catch (error) {
      if (error instanceof ApiError) tell(placeOf(error.parameter), refusalIn(error, strings, store.get().language));
      else tell(null, strings("export.lost"));
    } finally {
      use.disabled = false;
    }
  }

  async function openFile() {
    const chosen = input.files?.[0];
    input.value = "";
    if (!chosen) return;
    tell(null, null);
    const found = fromExport(await chosen.text(), catalog.parameters);
    if (!found) tell(null, strings("own.problem.file", { name: chosen.name }));
    else if (Object.keys(found.own).length === 0) {
      close();
      desk.go(found.parameters, { own: null });
    } else await take(found.parameters, found.own);
  }

  /** @param {string | null} parameter */
  function placeOf(parameter) {
    if (parameter === "x" || parameter === "target") return parameter;
    return parameter !== null && (WEIGHTS.includes(parameter) || parameter.startsWith("weights")) ? "weights" : null;
  }

  /**
   * @param {string | null} place
   * @param {string | null} message  null clears every message.
   * @returns {true}
   */
  function tell(place, message) {
    const named = Object.entries(fields);
    if (message === null) for (const [, { problem, area }] of named) show(problem, area, null);
    const at = named.find(([name]) => name === place)?.[1];
    if (at) show(at.problem, at.area, message);
    else show(general, null, message);
    named.find(([, { problem }]) => !problem.hidden)?.[1].area.focus();
    return true;
  }

  /**
   * @param {HTMLElement} problem
   * @param {HTMLElement | null} area
   * @param {string | null} message
   */
  function show(problem, area, message) {
    problem.hidden = message === null;
    problem.textContent = message ?? "";
    area?.setAttribute("aria-invalid", String(message !== null));
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {number} rows
   */
  function field(name, value, rows) {
    const holder = form.appendChild(make("div", `own-field own-${name}`));
    const label = holder.appendChild(make("label", "control-label"));
    label.append(...nodesOf(strings(`own.${name}.label`)));
    label.htmlFor = `own-${name}`;
    const area = holder.appendChild(make("textarea"));
    Object.assign(area, {
      id: `own-${name}`,
      name,
      value,
      rows,
      spellcheck: false,
      placeholder: EXAMPLES[name],
    });
    const problem = holder.appendChild(make("p", "problem"));
    problem.id = `own-${name}-problem`;
    problem.setAttribute("role", "alert");
    problem.hidden = true;
    const about = holder.appendChild(make("p", "about"));
    about.append(...nodesOf(strings(`own.${name}.about`)));
    about.id = `own-${name}-about`;
    area.setAttribute("aria-describedby", `${problem.id} ${about.id}`);
    return { area, problem };
  }
}

/** @param {number[][] | number[] | undefined} rows */
function rowsText(rows) {
  return (rows ?? []).map((row) => (Array.isArray(row) ? row.join(" ") : String(row))).join("\n");
}
