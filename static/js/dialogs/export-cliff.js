/** The cliff to take away: pictures, tables, the whole answer, the request as code. */

import { save } from "../export/answer.js";
import { asCliffCurl, asCliffPython, CLIFF_TABLES } from "../export/cliff.js";
import { asCsv } from "../export/csv.js";
import { asPng, asSvg, fontSheet } from "../export/page.js";
import { CLIFF_FIGURES } from "../figures/cliff/index.js";
import { cliffWords } from "../figures/cliff/verdict.js";
import { exportFrame } from "./export-frame.js";

/** In units. */
const WIDTHS = /** @type {Record<string, number>} */ ({ surface: 900, descents: 640 });

/** @param {import("../cliff.js").CliffDesk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { section, codeSection, choice, labelled, buttons } = exportFrame(desk);

  const pictures = section(strings("export.picture"));
  const figure = choice(
    strings("export.figure"),
    CLIFF_FIGURES.map(({ name }) => [name, strings(`part.${name}`)]),
  );
  const theme = choice(strings("export.theme"), [
    ["light", strings("export.theme.light")],
    ["dark", strings("export.theme.dark")],
  ]);
  theme.value = desk.store.get().theme;
  pictures.append(labelled(strings("export.figure"), figure), labelled(strings("export.theme"), theme));
  buttons(pictures, [
    ["png", "PNG", async () => save(await asPng(sheet()), "image/png", `unrolled-cliff-${figure.value}.png`)],
    [
      "svg",
      "SVG",
      async () => save(asSvg(sheet(), await fontSheet()), "image/svg+xml", `unrolled-cliff-${figure.value}.svg`),
    ],
  ]);

  const numbers = section(strings("export.numbers"));
  const table = choice(
    strings("export.table"),
    CLIFF_TABLES.map(({ name }) => [name, strings(`cliff.table.${name}`)]),
  );
  numbers.append(labelled(strings("export.table"), table));
  buttons(numbers, [
    [
      "csv",
      "CSV",
      async () => {
        const chosen = CLIFF_TABLES.find(({ name }) => name === table.value);
        const answer = JSON.parse(await desk.answers.text(desk.question()));
        if (chosen) save(asCsv(chosen.table(answer)), "text/csv", `unrolled-cliff-${chosen.name}.csv`);
      },
    ],
    [
      "json",
      "JSON",
      async () => save(await desk.answers.text(desk.question()), "application/json", "unrolled-cliff.json"),
    ],
  ]);

  const address = new URL(desk.question().path ?? "", document.baseURI).href;
  codeSection([
    ["curl", asCliffCurl(address, desk.changed())],
    ["Python", asCliffPython(address, desk.changed())],
  ]);

  /** @returns {import("../export/page.js").Sheet} */
  function sheet() {
    const chosen = CLIFF_FIGURES.find(({ name }) => name === figure.value) ?? CLIFF_FIGURES[0];
    const view = /** @type {any} */ ({
      width: WIDTHS[chosen.name],
      compact: false,
      theme: theme.value,
      ...desk.lookOf(theme.value),
      range: null,
      pointer: null,
      show: desk.show(),
    });
    const drawing = chosen.figure(desk.run(), view, strings);
    const over = chosen.overlay?.(desk.run(), view, drawing.layout) ?? [];
    const { title, sentences } = cliffWords(desk.run(), strings);
    return {
      drawing: { ...drawing, paint: [...drawing.paint, ...over] },
      view,
      title: strings(`part.${chosen.name}`),
      text: [title, ...sentences].join(" ").replace(/[{}]/g, ""),
      address: desk.address(),
    };
  }
}
