/** Training runs to take away: pictures, tables, everything as JSON, the requests as code. */

import { save } from "../export/answer.js";
import { asCsv } from "../export/csv.js";
import { asPng, asSvg, fontSheet } from "../export/page.js";
import { asTrainingCurl, asTrainingJson, asTrainingPython, TRAINING_TABLES } from "../export/training.js";
import { TRAINING_FIGURES } from "../figures/training/index.js";
import { exportFrame } from "./export-frame.js";

/** In units. */
const WIDTHS = /** @type {Record<string, number>} */ ({ snapshot_flows: 1120 });
const WIDTH = 720;

/** @param {import("../train.js").TrainDesk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { section, codeSection, choice, labelled, buttons } = exportFrame(desk);

  const pictures = section(strings("export.picture"));
  const figure = choice(
    strings("export.figure"),
    TRAINING_FIGURES.map(({ name }) => [name, strings(`part.${name}`)]),
  );
  const theme = choice(strings("export.theme"), [
    ["light", strings("export.theme.light")],
    ["dark", strings("export.theme.dark")],
  ]);
  theme.value = desk.store.get().theme;
  pictures.append(labelled(strings("export.figure"), figure), labelled(strings("export.theme"), theme));
  buttons(pictures, [
    ["png", "PNG", async () => save(await asPng(sheet()), "image/png", `unrolled-${figure.value}.png`)],
    [
      "svg",
      "SVG",
      async () => save(asSvg(sheet(), await fontSheet()), "image/svg+xml", `unrolled-${figure.value}.svg`),
    ],
  ]);

  const numbers = section(strings("export.numbers"));
  const table = choice(
    strings("export.table"),
    TRAINING_TABLES.map(({ name }) => [name, strings(`training.table.${name}`)]),
  );
  numbers.append(labelled(strings("export.table"), table));
  buttons(numbers, [
    [
      "csv",
      "CSV",
      () => {
        const chosen = TRAINING_TABLES.find(({ name }) => name === table.value);
        if (chosen) save(asCsv(chosen.table(told())), "text/csv", `unrolled-training-${chosen.name}.csv`);
      },
    ],
    ["json", "JSON", () => save(asTrainingJson(told(), desk.address()), "application/json", "unrolled-training.json")],
  ]);

  const address = new URL("api/v1/trainings", document.baseURI).href;
  codeSection([
    ["curl", asTrainingCurl(address, desk.shortQuery(0))],
    [
      "Python",
      asTrainingPython(
        address,
        told().map(({ letter, name }, i) => ({ name: `${letter} ${name}`, query: desk.shortQuery(i) })),
      ),
    ],
  ]);

  /** @returns {import("../export/training.js").Told[]} */
  function told() {
    return desk.session().variants.map(({ letter, name, series }, i) => ({
      letter,
      name,
      query: desk.runOf(i).query,
      series,
    }));
  }

  /** @returns {import("../export/page.js").Sheet} */
  function sheet() {
    const chosen = TRAINING_FIGURES.find(({ name }) => name === figure.value) ?? TRAINING_FIGURES[0];
    const session = /** @type {any} */ (desk.session());
    const view = /** @type {any} */ ({
      width: WIDTHS[chosen.name] ?? WIDTH,
      compact: false,
      theme: theme.value,
      ...desk.lookOf(theme.value),
      range: null,
      pointer: null,
      colours: desk.coloursOf(theme.value),
    });
    const drawing = chosen.figure(session, view, strings);
    const over = chosen.overlay?.(session, view, drawing.layout) ?? [];
    const names = session.variants.map(
      (/** @type {any} */ { letter, name }, /** @type {number} */ i) => `${letter}: ${desk.outcomeOf(i)?.long ?? name}`,
    );
    return {
      drawing: { ...drawing, paint: [...drawing.paint, ...over] },
      view,
      title: strings(`part.${chosen.name}`),
      text: names.join(" ").replace(/[{}]/g, ""),
      address: desk.address(),
    };
  }
}
