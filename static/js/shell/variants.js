/** The variants as cards: what differs, how far each has come, what became of it. And which of them the controls change. */

import { make } from "../controls/slider.js";
import { number, percent, plain } from "../math/format.js";
import { finalLoss } from "../math/outcome.js";
import { settingsOfCell } from "../state/cells.js";
import { contrasted, LETTERS, MOST_VARIANTS, parametersOf, settingsOfOptimizer } from "../state/variants.js";
import { nodesOf } from "./markup.js";
import { refusalIn } from "./refusal.js";

/**
 * @param {HTMLElement} element
 * @param {import("../train.js").TrainDesk} desk
 */
export function createVariants(element, desk) {
  const { store } = desk;
  /** @type {Map<number, ReturnType<typeof cardOf>>} */
  const cards = new Map();
  let language = "";

  /** @param {number} index */
  function cardOf(index) {
    const strings = desk.strings();
    const card = element.appendChild(make("article", `variant variant-${index + 1}`));
    const head = card.appendChild(make("header", "variant-head"));
    const select = head.appendChild(make("button", "variant-select"));
    select.type = "button";
    select.appendChild(make("span", "variant-letter", LETTERS[index]));
    const name = select.appendChild(make("span", "variant-name"));
    select.addEventListener("click", () => {
      const { scope } = store.get();
      store.update({ scope: scope === index ? null : index });
    });
    const remove = head.appendChild(make("button", "icon-button icon-close"));
    remove.type = "button";
    remove.title = strings("variants.remove", { name: LETTERS[index] });
    remove.setAttribute("aria-label", remove.title);
    remove.addEventListener("click", () => {
      const { setting } = store.get();
      store.update({
        setting: { ...setting, variants: setting.variants.filter((_, i) => i !== index) },
        scope: null,
      });
    });
    const about = card.appendChild(make("p", "variant-about"));
    const numbers = card.appendChild(make("p", "variant-numbers"));
    const loss = numbers.appendChild(make("strong", "variant-loss"));
    const share = numbers.appendChild(make("span", "variant-share"));
    const state = card.appendChild(make("p", "variant-state"));
    return { card, select, name, remove, about, loss, share, state };
  }

  const add = make("button", "variant-add");
  add.type = "button";
  add.addEventListener("click", () => {
    const { setting, scope } = store.get();
    // A copy of the one that is being changed, to be changed in turn.
    const copied = setting.variants[scope ?? setting.variants.length - 1] ?? {};
    store.update({
      setting: { ...setting, variants: [...setting.variants, { ...copied }] },
      scope: setting.variants.length,
    });
  });

  /** In step with the setting and the runs. */
  function update() {
    const { setting, scope } = store.get();
    const strings = desk.strings();
    const session = desk.session();
    if (language !== store.get().language || [...cards.keys()].length !== setting.variants.length) {
      language = store.get().language;
      element.replaceChildren();
      cards.clear();
      setting.variants.forEach((_, i) => {
        cards.set(i, cardOf(i));
      });
      if (setting.variants.length < MOST_VARIANTS) element.append(add);
      setText(add, strings("variants.add"));
    }
    for (const [i, card] of cards) {
      const variant = session.variants[i];
      const { series } = variant;
      card.card.classList.toggle("selected", scope === i);
      card.select.setAttribute("aria-pressed", String(scope === i));
      card.select.title = strings("variants.select", { name: variant.letter });
      card.remove.hidden = setting.variants.length === 1;
      setText(card.name, variant.name);
      const about = desk.contrastOf(i).join(" · ");
      setText(card.about, about === variant.name ? "" : about);
      const { kind, text } = stateOf(i);
      card.card.dataset.kind = kind;
      setText(card.state, text);
      if (series.count === 0) {
        setText(card.loss, "–");
        setText(card.share, "");
        continue;
      }
      const loss = series.divergence ? Number.NaN : finalLoss(series.columns.loss);
      setText(card.loss, Number.isFinite(loss) ? number(loss, 3) : "∞");
      setText(
        card.share,
        session.chance === null || !Number.isFinite(loss)
          ? ""
          : strings("variants.share", { share: percent(loss / session.chance, 3) }),
      );
    }
  }

  /**
   * @param {number} index
   * @returns {{ kind: string, text: string }}
   */
  function stateOf(index) {
    const strings = desk.strings();
    const run = desk.runOf(index);
    const { series } = run;
    if (run.error !== null) return { kind: "failed", text: refusalIn(run.error, strings, desk.store.get().language) };
    if (run.state === "lost" || run.state === "busy")
      return { kind: run.state, text: strings(`variants.${run.state}`, { step: series.count }) };
    const outcome = desk.outcomeOf(index);
    if (outcome) return { kind: outcome.kind, text: outcome.short };
    if (series.count === 0) return { kind: "waiting", text: strings("variants.waiting") };
    const values = { step: series.count, steps: desk.session().steps };
    return { kind: "under-way", text: strings("variants.step", values) };
  }

  return { update };
}

/**
 * Which variant the controls change: all, or one. Says at each control which variants go their own way there.
 * @param {HTMLElement} element
 * @param {HTMLElement} rail
 * @param {import("../train.js").TrainDesk} desk
 */
export function createScope(element, rail, desk) {
  const { store } = desk;
  let shown = "";

  function update() {
    const { setting, scope, language } = store.get();
    const strings = desk.strings();
    const key = `${language} ${setting.variants.length}`;
    if (key !== shown) {
      shown = key;
      const title = make("span", "control-label", strings("scope.label"));
      title.id = "scope-label";
      const row = make("div", "segment-row");
      row.setAttribute("role", "radiogroup");
      row.setAttribute("aria-labelledby", title.id);
      for (const value of [null, ...setting.variants.keys()]) {
        const label = row.appendChild(make("label", "segment"));
        const input = label.appendChild(make("input"));
        Object.assign(input, { type: "radio", name: "scope", value: value === null ? "all" : String(value) });
        input.addEventListener("change", () => store.update({ scope: value }));
        const word = label.appendChild(make("span", "", value === null ? strings("scope.all") : LETTERS[value]));
        if (value !== null) word.classList.add("scope-letter", `variant-${value + 1}`);
      }
      const about = make("p", "about scope-about");
      element.replaceChildren(title, row, about);
    }
    for (const input of element.querySelectorAll("input")) input.checked = input.value === String(scope ?? "all");
    const about = element.querySelector(".about");
    if (about)
      setText(
        /** @type {HTMLElement} */ (about),
        scope === null ? strings("scope.all.about") : strings("scope.one.about", { name: LETTERS[scope] }),
      );
    rail.dataset.scope = scope === null ? "all" : String(scope + 1);
    mark();
  }

  /** Letters at the controls in which variants differ from what is shared. */
  function mark() {
    const { setting } = store.get();
    for (const control of /** @type {NodeListOf<HTMLElement>} */ (rail.querySelectorAll("[data-control]"))) {
      const name = control.dataset.control ?? "";
      const names = name === "clipping" ? ["clip_mode", "clip_threshold"] : [name];
      const own = setting.variants.flatMap((variant, i) => (names.some((each) => each in variant) ? [i] : []));
      const key = own.join("");
      if (control.dataset.own === key) continue;
      control.dataset.own = key;
      control.querySelector(".own-letters")?.remove();
      if (own.length === 0) continue;
      const letters = make("span", "own-letters");
      letters.title = desk.strings()("scope.own", { names: own.map((i) => LETTERS[i]).join(", ") });
      for (const i of own) letters.appendChild(make("span", `variant-${i + 1}`, LETTERS[i]));
      control.querySelector(".control-label")?.append(letters);
    }
  }

  return { update };
}

/**
 * What tells a variant from the others, in few words.
 * @param {import("../state/variants.js").Setting} setting
 * @param {number} index
 * @param {any} catalog
 * @param {import("../figures/answer.js").Strings} strings
 */
export function contrastOf(setting, index, catalog, strings) {
  const parameters = parametersOf(setting, index);
  const names = contrasted(setting, catalog.training_parameters);
  return names
    .map((name) => inWords(name, parameters, catalog, strings))
    .filter((/** @type {string} */ words) => words !== "");
}

const SYMBOLS = /** @type {Record<string, string>} */ ({
  learning_rate: "η",
  spectral_radius: "ρ",
  hidden_size: "H",
  leak: "a",
  momentum: "μ",
  first_decay: "β₁",
  second_decay: "β₂",
  epsilon: "ε",
});

/**
 * @param {string} name
 * @param {import("../state/url.js").Parameters} parameters
 * @param {any} catalog
 * @param {import("../figures/answer.js").Strings} strings
 * @returns {string}
 */
function inWords(name, parameters, catalog, strings) {
  const value = parameters[name];
  if (name === "clip_threshold")
    return value === null
      ? strings("variant.unclipped")
      : strings("variant.clipped", { threshold: plain(Number(value)) });
  if (name === "truncation") return value === null ? strings("variant.full") : `K = ${value}`;
  if (name === "clip_mode" && parameters.clip_threshold === null) return "";
  if (name === "truncation_mode" && parameters.truncation === null) return "";
  if (SYMBOLS[name]) {
    const settings = { ...settingsOfOptimizer(parameters, catalog), ...settingsOfCell(parameters, catalog) };
    const shown = value ?? settings[name] ?? null;
    return shown === null ? "" : `${SYMBOLS[name]} = ${plain(Number(shown))}`;
  }
  const words = strings(`choice.${name}.${value}`);
  if (words !== `choice.${name}.${value}`) return words;
  return `${strings(`control.${name}.label`)} ${value}`;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.dataset.said === text) return;
  element.dataset.said = text;
  element.replaceChildren(...nodesOf(text));
}
