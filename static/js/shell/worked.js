/** The worked example under its drawing: matrices in numbers, and terms that light their path when they are chosen. */

import { make } from "../controls/slider.js";
import { isSmall, lossTerms, stateTerms, stepFormulas, weightFormulas } from "../figures/worked-example.js";
import { lengthOf } from "../state/parameters.js";
import { nodesOf } from "./markup.js";
import { mathOf } from "./mathml.js";

/**
 * @typedef {import("../figures/answer.js").Path} Path
 * @typedef {import("../figures/worked-example.js").Term} Term
 */

/**
 * @param {HTMLElement | null} panel
 * @param {import("./actions.js").Desk} desk
 */
export function createWorked(panel, desk) {
  const body = /** @type {HTMLElement} */ (panel?.querySelector(".worked"));
  let unit = 1;
  /** What is written there now. @type {{ terms: any, strings: any, key: string } | null} */
  let written = null;

  if (body) new ResizeObserver(openToKeys).observe(body);

  /** What is wider than the page can be scrolled by key as well. */
  function openToKeys() {
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll(".formulas, .sum"))) {
      if (row.scrollWidth > row.clientWidth) {
        row.tabIndex = 0;
        row.setAttribute("role", "group");
        row.setAttribute("aria-label", row.closest("section")?.querySelector("h3")?.textContent ?? "");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) row.removeAttribute(name);
      }
    }
  }

  /** Whether the setting of now is small enough to be written out. */
  function fits() {
    const { parameters, known } = desk.store.get();
    const cell = desk.catalog.cells.find((/** @type {any} */ each) => each.name === parameters.cell);
    const length = lengthOf(parameters, desk.catalog) ?? known?.run.parameters.length ?? null;
    return panel !== null && cell?.jacobian_is_product && isSmall(length, Number(parameters.hidden_size));
  }

  /** @param {Path} path */
  function choose(path) {
    const now = desk.store.get().path;
    desk.store.update({ path: now && same(now, path) ? null : path });
  }

  /** In step with the answer, the truncation, the chosen term. */
  function update() {
    if (!panel) return;
    panel.classList.toggle("absent", !fits());
    const run = desk.run();
    if (!run?.terms || !run.states || panel.classList.contains("absent")) return;
    const strings = desk.strings();
    const key = JSON.stringify([unit, desk.backward()]);
    // Other parts of the same answer, which come later, change nothing here: what has the focus stays.
    if (!written || written.terms !== run.terms || written.strings !== strings || written.key !== key) {
      written = { terms: run.terms, strings, key };
      write(run);
    }
    for (const button of body.querySelectorAll("button.term"))
      button.setAttribute("aria-pressed", String(isChosen(/** @type {HTMLElement} */ (button))));
  }

  /** @param {HTMLElement} button */
  function isChosen(button) {
    const { path } = desk.store.get();
    return path !== null && button.dataset.path === keyOf(path);
  }

  /** @param {any} run */
  function write(run) {
    const strings = desk.strings();
    unit = Math.min(unit, run.parameters.hidden_size);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.path : undefined;
    const units = stateTerms(run, unit);
    const loss = lossTerms(run, desk.backward());
    body.replaceChildren(
      section(strings("worked.weights"), formulas(weightFormulas(run))),
      section(
        strings("worked.forward"),
        ...stepFormulas(run).map(({ t, formulas: each }) => {
          const row = formulas(each);
          row.classList.add("worked-step");
          row.prepend(make("h4", "worked-step-title", strings("reading.step", { k: t })));
          return row;
        }),
      ),
      section(
        strings("worked.state", { T: run.parameters.length }),
        unitChoice(run.parameters.hidden_size),
        formulas([units.formula]),
        sum(units.terms, mathOf(units.total)),
        ...(run.terms.weights.h_0.values.some(Boolean) ? [] : [note(strings("worked.zero"))]),
      ),
      section(
        strings("worked.loss"),
        formulas([loss.formula]),
        ...loss.rows.map(({ terms }) => sum(terms, null)),
        total(mathOf(loss.total), loss.kept ? mathOf(loss.kept) : null),
      ),
    );
    openToKeys();
    if (focused !== undefined)
      /** @type {HTMLElement | null} */ (body.querySelector(`[data-path="${focused}"]`))?.focus();
  }

  /**
   * @param {string} title
   * @param {...Node} content
   */
  function section(title, ...content) {
    const element = make("section", "worked-section");
    element.appendChild(make("h3", "worked-title")).append(...nodesOf(title));
    element.append(...content);
    return element;
  }

  /** @param {import("../math/mathml.js").MathNode[]} nodes */
  function formulas(nodes) {
    const row = make("div", "formulas");
    row.append(...nodes.map(mathOf));
    return row;
  }

  /** @param {string} text */
  function note(text) {
    const element = make("p", "worked-note");
    element.append(...nodesOf(text));
    return element;
  }

  /**
   * @param {Term[]} terms
   * @param {Element | null} result
   */
  function sum(terms, result) {
    const row = make("div", "sum");
    terms.forEach((term, i) => {
      if (i > 0) row.appendChild(make("span", "plus", "+"));
      row.append(termButton(term));
    });
    if (result) {
      row.appendChild(make("span", "plus", "="));
      row.append(result);
    }
    return row;
  }

  /** @param {Term} term */
  function termButton(term) {
    const strings = desk.strings();
    const button = make("button", term.cut ? "term cut" : "term");
    button.type = "button";
    button.dataset.path = keyOf(term.path);
    const { t, k, loss } = term.path;
    const name = strings(loss ? "worked.term_loss" : "worked.term_state", { t, k, norm: term.norm });
    button.appendChild(make("span", "visually-hidden", name));
    button.title = strings("worked.light");
    const label = button.appendChild(make("span", "term-label"));
    label.append(mathOf(term.label));
    button.append(mathOf(term.matrix));
    button.appendChild(make("span", "term-norm", term.cut ? strings("worked.cut") : `‖·‖ = ${term.norm}`));
    button.addEventListener("click", () => choose(term.path));
    return button;
  }

  /**
   * @param {Element} whole
   * @param {Element | null} kept
   */
  function total(whole, kept) {
    const row = make("div", "sum total");
    row.append(whole);
    if (kept) {
      row.appendChild(make("span", "total-note", desk.strings()("worked.kept")));
      row.append(kept);
    }
    return row;
  }

  /** Which unit of h_T. @param {number} count */
  function unitChoice(count) {
    const strings = desk.strings();
    const row = make("div", "unit-choice segment-row");
    row.setAttribute("role", "radiogroup");
    row.setAttribute("aria-label", strings("worked.unit"));
    for (let i = 1; i <= count; i += 1) {
      const label = row.appendChild(make("label", "segment"));
      const input = label.appendChild(make("input"));
      Object.assign(input, { type: "radio", name: "worked-unit", value: String(i), checked: i === unit });
      input.dataset.path = `unit-${i}`;
      input.addEventListener("change", () => {
        unit = i;
        update();
      });
      label.appendChild(make("span")).append(...nodesOf(strings("worked.unit_name", { unit: i })));
    }
    return row;
  }

  return { fits, update };
}

/** @param {Path} path */
function keyOf({ t, k, loss }) {
  return `${t}-${k}-${loss ? "loss" : "state"}`;
}

/**
 * @param {Path} a
 * @param {Path} b
 */
function same(a, b) {
  return a.t === b.t && a.k === b.k && a.loss === b.loss;
}
