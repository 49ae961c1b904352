/** The frame of every dialog in which things are taken away: sections, choices, buttons that say what went wrong, code to copy. */

import { make } from "../controls/slider.js";
import { copyField, openDialog } from "../shell/dialog.js";

/** @param {{ strings: () => import("../figures/answer.js").Strings, say: (text: string) => void }} desk */
export function exportFrame(desk) {
  const strings = desk.strings();
  const { body } = openDialog({ name: "export", title: strings("export.title"), close: strings("close"), wide: true });
  const columns = body.appendChild(make("div", "export-columns"));
  const problem = body.appendChild(make("p", "problem"));
  problem.setAttribute("role", "alert");
  problem.hidden = true;

  return {
    /** @param {string} title */
    section(title) {
      const element = columns.appendChild(make("section", "export-section"));
      element.appendChild(make("h3", "dialog-subtitle", title));
      return element;
    },

    /** @param {[string, string][]} snippets  Language and text. */
    codeSection(snippets) {
      const code = make("section", "dialog-section");
      body.insertBefore(code, problem);
      code.appendChild(make("h3", "dialog-subtitle", strings("export.code")));
      return snippets.map(([name, text]) => {
        code.appendChild(make("h4", "export-language", name));
        const field = copyField({ label: name, text, strings, long: true });
        field.field.id = `code-${name.toLowerCase()}`;
        code.append(field.element);
        return field;
      });
    },

    /**
     * @param {string} label
     * @param {string[][]} options
     */
    choice(label, options) {
      const select = make("select");
      select.setAttribute("aria-label", label);
      for (const [value, text] of options) select.append(Object.assign(make("option", "", text), { value }));
      return select;
    },

    /**
     * @param {string} text
     * @param {HTMLSelectElement} select
     */
    labelled(text, select) {
      const label = make("label", "export-line");
      label.appendChild(make("span", "", text));
      label.append(select);
      return label;
    },

    /**
     * @param {HTMLElement} parent
     * @param {[string, string, () => unknown][]} list
     */
    buttons(parent, list) {
      const row = parent.appendChild(make("div", "button-row"));
      for (const [name, text, act] of list) {
        const button = row.appendChild(make("button", "button", text));
        button.type = "button";
        button.id = `export-${name}`;
        button.addEventListener("click", async () => {
          button.disabled = true;
          problem.hidden = true;
          try {
            await act();
            desk.say(strings("export.saved", { what: text }));
          } catch (error) {
            problem.textContent =
              error instanceof TypeError
                ? strings("export.lost")
                : String(error instanceof Error ? error.message : error);
            problem.hidden = false;
          }
          button.disabled = false;
        });
      }
    },
  };
}
