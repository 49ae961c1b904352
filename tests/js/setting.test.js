import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { frobeniusNorms } from "../../static/js/figures/answer.js";
import { differing, outcome, pinOf } from "../../static/js/figures/comparison.js";
import { normMarks, normRange } from "../../static/js/figures/norm-curve.js";
import { THUMBNAIL_PARTS, thumbnailFigure } from "../../static/js/figures/thumbnail.js";
import { CLIFF_GUIDE } from "../../static/js/guides/cliff.js";
import { EXPLORE_GUIDE } from "../../static/js/guides/explore.js";
import { TRAINING_GUIDE } from "../../static/js/guides/training.js";
import { embedCode, lessonParameters } from "../../static/js/state/lesson.js";
import { parametersOf, presetOf } from "../../static/js/state/presets.js";
import { parseQuery, toQuery } from "../../static/js/state/url.js";
import { answer, NAMES, stringsOf, viewOf } from "./answers.js";

const EN = JSON.parse(readFileSync(new URL("../../static/locales/en.json", import.meta.url), "utf8"));
/** What the code under test reads of the server's facts. @type {any} */
const SPECIFICATIONS = {
  hidden_size: { type: "integer", default: 16 },
  spectral_radius: { type: "number", default: 1.1 },
  activation: { type: "string", default: "tanh" },
  length: { type: "integer", default: null },
  include: { type: "list", default: ["states"] },
  arrays: { type: "string", default: "list" },
};
/** What the code under test reads of the server's facts. @type {any} */
const CATALOG = {
  parameters: SPECIFICATIONS,
  presets: [
    { name: "small", parameters: { hidden_size: 4 } },
    { name: "linear", parameters: { activation: "identity", length: 20 } },
  ],
};
const read = (/** @type {string} */ query) => parseQuery(query, SPECIFICATIONS).parameters;

test("a pin is as short as it can be, and opens as what was pinned", () => {
  const parameters = read("spectral_radius=0.5&length=30&hidden_size=16");
  const pin = pinOf(parameters, SPECIFICATIONS);
  assert.equal(pin, "spectral_radius=0.5&length=30");
  assert.deepEqual(read(pin), parameters);
  assert.equal(pinOf(read(""), SPECIFICATIONS), "");
});

test("runs differ in what isn't the same in all", () => {
  const runs = ["", "spectral_radius=0.5", "spectral_radius=0.5&length=9"].map(read);
  assert.deepEqual(differing(runs, SPECIFICATIONS), ["spectral_radius", "length"]);
  assert.deepEqual(differing([runs[0], runs[0]], SPECIFICATIONS), []);
});

test("what came out of a run, also of one that diverged", () => {
  const strings = stringsOf("en");
  const { verdict, gradients, loss } = answer("default");
  const words = outcome(answer("default"), strings);
  assert.equal(words.verdict, "Vanishing");
  assert.ok(Math.abs(Number(words.factor.slice(2)) - verdict.factor_per_step) < 5e-3);
  assert.ok(Math.abs(Number(words.norm) - gradients.full.norm) < 0.05);
  assert.ok(Math.abs(Number(words.loss) - loss.total) < 5e-3);
  assert.deepEqual(
    [outcome(answer("diverged"), strings)].map(({ verdict: kind, factor }) => [kind, factor]),
    [["Diverged", "–"]],
  );
});

test("ghosts end where the curve ends, whatever their length", () => {
  const run = answer("truncated");
  const log10 = frobeniusNorms(answer("default"));
  const ghost = { name: "A", log10, of: 50, colour: "purple" };
  const view = viewOf(run, { ghosts: [ghost] });
  const marks = normMarks(run, view, stringsOf("en"), "y4");
  const line = marks.find((mark) => mark.stroke === "purple");
  assert.equal(line.x[line.x.length - 1], run.jacobian_norms.of_step);
  assert.equal(line.x[0], run.jacobian_norms.of_step - 50);
  const name = marks.find((mark) => mark.text?.[0] === "A");
  assert.ok(name.x[0] >= 0);
  // What lies before step 0 of this run doesn't stretch its axis.
  const [low] = normRange(
    run,
    viewOf(run, { ghosts: [{ ...ghost, log10: Float64Array.from(log10, (v, k) => (k < 20 ? -90 : v)) }] }),
  );
  assert.ok(low > -50);
});

test("a preset is recognised by every parameter", () => {
  assert.equal(presetOf(read("hidden_size=4"), CATALOG), "small");
  assert.equal(presetOf(read("hidden_size=4&spectral_radius=1"), CATALOG), null);
  assert.equal(presetOf(parametersOf(CATALOG.presets[1], CATALOG), CATALOG), "linear");
  assert.equal(presetOf(read(""), CATALOG), null);
});

for (const name of NAMES) {
  test(`the thumbnail of ${name} draws flow, states and curve inside its frame`, () => {
    const run = answer(name);
    if (!THUMBNAIL_PARTS.every((part) => part in run)) return;
    const view = { ...viewOf(run), width: 232, height: 88 };
    const { layout, paint } = thumbnailFigure(run, view);
    assert.deepEqual([layout.width, layout.height], [232, 88]);
    const curve = paint.find((mark) => mark.stroke === "accent" && mark.mark === "line");
    const [low, high] = layout.yaxis3.range;
    const first = frobeniusNorms(run)[0] - 0.5 * Math.log10(run.parameters.hidden_size);
    assert.ok(Object.is(curve.y[0], first) || Math.abs(curve.y[0] - first) < 1e-9);
    assert.ok(Array.from(curve.y).every((value) => !Number.isFinite(value) || (value >= low && value <= high)));
    assert.ok(paint.some((mark) => mark.mark === "image"));
    const flow = paint.find((mark) => mark.mark === "polygons");
    assert.equal(flow.points.length, flow.fill.length);
    assert.ok(flow.points.flat().every(Number.isFinite));
    assert.equal(
      paint.some((mark) => mark.mark === "rects"),
      view.backward.window !== null && name !== "default",
    );
  });
}

test("a lesson's link says what is left of the page", () => {
  const lesson = { hide: ["seed", "gradient"], lock: ["seed", "length"], embed: true, lang: "ko" };
  const told = { lang: "ko", hide: "seed,gradient", lock: "length", embed: "1" };
  assert.deepEqual(lessonParameters(lesson), told);
  assert.deepEqual(lessonParameters({ hide: ["rail"], lock: ["length"], embed: false, lang: "" }), { hide: "rail" });
  assert.deepEqual(parseQuery(toQuery(read("length=9"), told, ["length=5"]), SPECIFICATIONS), {
    parameters: read("length=9"),
    page: told,
    pins: ["length=5"],
  });
});

test("the code to embed it is a frame whose address survives HTML", () => {
  const code = embedCode('http://h/?a=1&b="', "T < U");
  assert.ok(code.includes('src="http://h/?a=1&amp;b=&quot;"'));
  assert.ok(code.includes('title="T &lt; U"'));
});

const GUIDES = { explore: EXPLORE_GUIDE, training: TRAINING_GUIDE, cliff: CLIFF_GUIDE };

for (const [page, guide] of Object.entries(GUIDES)) {
  const controls = guide.groups.flatMap((group) => group.controls);

  test(`the documentation names everything that a link to ${page} can hide or lock`, () => {
    const text = readFileSync(new URL("../../docs/lessons.md", import.meta.url), "utf8");
    for (const { name } of [...guide.actions, ...controls]) assert.ok(text.includes(`\`${name}\``), name);
    for (const name of [...guide.parts, "rail"]) assert.ok(text.includes(`\`${name}\``), name);
  });

  test(`everything of ${page} that help and lesson links name has its words`, () => {
    const keys = [
      guide.title,
      `help.more.${guide.more}`,
      ...guide.parts.map((name) => `part.${name}`),
      ...guide.reading.map((name) => `help.reading.${name}`),
      ...guide.keys.flatMap(([place, rows]) => [`help.keys.${place}`, ...rows.map(([, what]) => `help.key.${what}`)]),
      ...guide.actions.flatMap(({ name, bar }) => [
        `action.${name}.about`,
        ...(bar === false ? [] : [`action.${name}`]),
      ]),
      ...controls.flatMap(({ name, words = name }) => [`control.${words}.label`, `control.${words}.about`]),
    ];
    for (const key of keys) assert.ok(key in EN, key);
  });
}
