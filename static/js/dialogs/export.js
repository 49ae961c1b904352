/** Everything there is to take away: pictures, tables, the whole answer, the request as code. */

import { make } from "../controls/slider.js";
import { everyPart, questionOf, save, saveJson } from "../export/answer.js";
import { asCurl, asPython } from "../export/code.js";
import { asCsv, TABLES } from "../export/csv.js";
import { asPng, asSvg, fontSheet } from "../export/page.js";
import { pinOf } from "../figures/comparison.js";
import { FIGURES } from "../figures/index.js";
import { verdictWords } from "../figures/verdict.js";
import { exportFrame } from "./export-frame.js";

/** In units; a phone's narrow drawing would be of little use elsewhere. */
const WIDTHS = /** @type {Record<string, number>} */ ({
  aligned: 1120,
  flow_matrix: 560,
  spectrum: 560,
  gradient: 1120,
});

/** What the code asks for: the norm curve. */
const PARTS_OF_CODE = ["jacobian_norms"];

/** @param {import("../shell/actions.js").Desk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { section, codeSection, choice, labelled, buttons } = exportFrame(desk);

  const pictures = section(strings("export.picture"));
  const figure = choice(
    strings("export.figure"),
    Object.keys(WIDTHS).map((name) => [name, strings(`part.${name}`)]),
  );
  const theme = choice(strings("export.theme"), [
    ["light", strings("export.theme.light")],
    ["dark", strings("export.theme.dark")],
  ]);
  theme.value = desk.store.get().theme;
  pictures.append(labelled(strings("export.figure"), figure), labelled(strings("export.theme"), theme));
  buttons(pictures, [
    ["png", "PNG", savePng],
    ["svg", "SVG", saveSvg],
  ]);

  const numbers = section(strings("export.numbers"));
  const table = choice(
    strings("export.table"),
    TABLES.map(({ name }) => [name, strings(`export.table.${name}`)]),
  );
  numbers.append(labelled(strings("export.table"), table));
  buttons(numbers, [["csv", "CSV", saveCsv]]);
  numbers.appendChild(make("p", "about", strings("export.json.about")));
  buttons(numbers, [["json", "JSON", () => saveJson(desk)]]);

  const request = requestOf();
  codeSection([
    ["curl", asCurl(request)],
    ["Python", asPython(request)],
  ]);

  /** @returns {import("../export/code.js").Request} */
  function requestOf() {
    const { parameters, own } = desk.store.get();
    const chosen = new URLSearchParams(pinOf(parameters, desk.catalog.parameters));
    const named = Object.fromEntries([...chosen.keys()].map((name) => [name, /** @type {any} */ (parameters[name])]));
    if (own?.x) delete named.source;
    return {
      address: new URL("api/v1/runs", document.baseURI).href,
      parameters: { ...named, seed: Number(parameters.seed) },
      include: PARTS_OF_CODE,
      own,
    };
  }

  async function savePng() {
    save(await asPng(await sheetOf()), "image/png", `unrolled-${figure.value}.png`);
  }

  async function saveSvg() {
    const [sheet, fonts] = await Promise.all([sheetOf(), fontSheet()]);
    save(asSvg(sheet, fonts), "image/svg+xml", `unrolled-${figure.value}.svg`);
  }

  async function saveCsv() {
    const chosen = /** @type {import("../export/csv.js").Table} */ (TABLES.find(({ name }) => name === table.value));
    const parts = ["states", "jacobian_norms", "adjoints", "flow_matrix", "gradient_by_lag", "spectrum"];
    const include = table.value === "norms" ? ["jacobian_norms"] : parts.filter((part) => part === table.value);
    const run = JSON.parse(await desk.answers.text(questionOf(desk, include, "list")));
    save(asCsv(chosen.table(run)), "text/csv", `unrolled-${chosen.name}.csv`);
  }

  /** @returns {Promise<import("../export/page.js").Sheet>} */
  async function sheetOf() {
    const chosen = /** @type {import("../figures/index.js").Figure} */ (
      FIGURES.find(({ name }) => name === figure.value)
    );
    const parts = [...new Set([...chosen.parts, "jacobian_norms"])].filter((part) => everyPart(desk).includes(part));
    const { range, path, parameters, pins, page } = desk.store.get();
    const run = await desk.answers.get(questionOf(desk, parts, "typed"));
    const view = {
      width: WIDTHS[chosen.name],
      compact: false,
      theme: theme.value,
      ...desk.look(theme.value),
      range,
      pointer: null,
      wave: null,
      path,
      spectral: page.spectral === "1",
      backward: desk.backward(),
      ghosts: desk.ghosts(),
    };
    const drawing = chosen.figure(run, view, strings);
    const over = chosen.overlay?.(run, view, { ...drawing.layout, ...drawing.scales }) ?? [];
    const words = verdictWords(run, strings);
    return {
      drawing: { ...drawing, paint: [...drawing.paint, ...over] },
      view,
      title: strings(`part.${chosen.name}`),
      text: [words.title, ...words.sentences].join(" ").replace(/[{}]/g, ""),
      address: desk.store.get().own ? "" : addressOf(parameters, pins),
    };
  }

  /**
   * As short as it can be said: it stands under a picture.
   * @param {import("../state/url.js").Parameters} parameters
   * @param {string[]} pins
   */
  function addressOf(parameters, pins) {
    const search = new URLSearchParams(pinOf(parameters, desk.catalog.parameters));
    for (const pin of pins) search.append("pin", pin);
    return `${location.origin}${location.pathname}${search.size > 0 ? `?${search}` : ""}`;
  }
}
