import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changedSetting,
  contrasted,
  formatVariant,
  lengthOf,
  parametersOf,
  parseSetting,
  parseVariant,
  queryOf,
  settingOf,
  settingQuery,
  storyOf,
} from "../../static/js/state/variants.js";

const number = (/** @type {number | null} */ fallback) => ({ type: "number", default: fallback });
const text = (/** @type {string | null} */ fallback) => ({ type: "string", default: fallback });
/** What the code under test reads of the server's facts. @type {any} */
const SPECIFICATIONS = {
  cell: text("rnn"),
  leak: number(null),
  activation: text("tanh"),
  spectral_radius: number(1.1),
  truncation: number(null),
  task: text("adding"),
  length: number(null),
  text: text(null),
  steps: number(500),
  seed: number(1),
  optimizer: text("sgd"),
  learning_rate: number(null),
  momentum: number(null),
  clip_threshold: number(null),
};
/** @type {any} */
const CATALOG = {
  training_parameters: SPECIFICATIONS,
  cells: [
    { name: "rnn", settings: {} },
    { name: "leaky", settings: { leak: 0.3 } },
  ],
  tasks: [
    { name: "adding", default_length: 20 },
    { name: "copy_memory", default_length: 30 },
  ],
  optimizers: [{ name: "sgd", settings: { learning_rate: 0.1 } }],
  training_presets: [
    {
      name: "saved",
      goal: 0.5,
      parameters: { steps: 1200, learning_rate: 0.1 },
      variants: [
        { name: "plain", parameters: {} },
        { name: "clipped", parameters: { clip_threshold: 1 } },
      ],
    },
  ],
};
const STORY = settingOf(CATALOG.training_presets[0], CATALOG);

test("a variant in a link is read as it was written", () => {
  for (const variant of /** @type {any[]} */ ([
    {},
    { clip_threshold: 1, optimizer: "adam" },
    { clip_threshold: null },
    { learning_rate: 3e-7 },
  ]))
    assert.deepEqual(parseVariant(formatVariant(variant), SPECIFICATIONS), variant);
});

test("what a variant may not have is left out of it", () => {
  const text = "task:copy_memory,seed:2,nonsense:3,clip_threshold:abc,spectral_radius:0.5";
  assert.deepEqual(parseVariant(text, SPECIFICATIONS), { spectral_radius: 0.5 });
});

test("a link holds the setting, and says so to whoever reads it", () => {
  const query = settingQuery(STORY, SPECIFICATIONS, { lang: "ko" });
  assert.equal(query, "steps=1200&learning_rate=0.1&lang=ko&variant=&variant=clip_threshold:1");
  const { setting, page } = parseSetting(query, SPECIFICATIONS);
  assert.deepEqual(setting, STORY);
  assert.deepEqual(page, { lang: "ko" });
});

test("a link without a setting leaves it open, one without variants has one, one with five has four", () => {
  assert.equal(parseSetting("lang=ko&until=7", SPECIFICATIONS).setting, null);
  assert.deepEqual(parseSetting("steps=7", SPECIFICATIONS).setting?.variants, [{}]);
  assert.equal(parseSetting("variant=&".repeat(5), SPECIFICATIONS).setting?.variants.length, 4);
});

test("every variant has the shared parameters but for its own", () => {
  assert.equal(parametersOf(STORY, 0).clip_threshold, null);
  assert.equal(parametersOf(STORY, 1).clip_threshold, 1);
  assert.equal(new URLSearchParams(queryOf(STORY, 1)).get("clip_threshold"), "1");
  assert.equal(new URLSearchParams(queryOf(STORY, 0)).has("clip_threshold"), false);
});

test("a change of one variant is its own, a change of all leaves what a variant has of its own", () => {
  const one = changedSetting(STORY, { spectral_radius: 0.5 }, 1, CATALOG);
  assert.deepEqual(one.variants, [{}, { clip_threshold: 1, spectral_radius: 0.5 }]);
  assert.equal(one.shared.spectral_radius, 1.1);
  const all = changedSetting(one, { spectral_radius: 0.9 }, null, CATALOG);
  assert.deepEqual(
    [0, 1].map((i) => parametersOf(all, i).spectral_radius),
    [0.9, 0.5],
  );
});

test("a variant that is set to the shared value has none of its own", () => {
  assert.deepEqual(changedSetting(STORY, { clip_threshold: null }, 1, CATALOG).variants, [{}, {}]);
});

test("task, length and seed are never one variant's", () => {
  const { shared, variants } = changedSetting(STORY, { task: "copy_memory", seed: 4 }, 1, CATALOG);
  assert.deepEqual([shared.task, shared.seed], ["copy_memory", 4]);
  assert.deepEqual(variants, STORY.variants);
});

test("another optimiser forgets the learning rate of the one before, another task its length", () => {
  const optimizer = changedSetting(STORY, { optimizer: "adam" }, null, CATALOG);
  assert.equal(optimizer.shared.learning_rate, null);
  const one = changedSetting(STORY, { optimizer: "adam" }, 1, CATALOG);
  assert.equal(parametersOf(one, 1).learning_rate, null);
  assert.equal(one.shared.learning_rate, 0.1);
  const long = changedSetting(STORY, { length: 40 }, null, CATALOG);
  assert.equal(lengthOf(changedSetting(long, { task: "copy_memory" }, null, CATALOG).shared, CATALOG), 30);
});

test("a window as long as the sequence is none", () => {
  const cut = changedSetting(STORY, { truncation: 15 }, 0, CATALOG);
  assert.equal(parametersOf(cut, 0).truncation, 15);
  assert.deepEqual(changedSetting(cut, { length: 15 }, null, CATALOG).variants[0], {});
});

test("a story is known by its setting, whatever the seed", () => {
  assert.equal(storyOf(STORY, CATALOG)?.name, "saved");
  assert.equal(storyOf(changedSetting(STORY, { seed: 9 }, null, CATALOG), CATALOG)?.name, "saved");
  assert.equal(storyOf(changedSetting(STORY, { steps: 100 }, null, CATALOG), CATALOG), null);
  assert.deepEqual(contrasted(STORY, SPECIFICATIONS), ["clip_threshold"]);
});

test("a variant of another cell doesn't take the shared cell's own settings along", () => {
  const setting = {
    shared: parseSetting("cell=leaky&leak=0.5", SPECIFICATIONS).setting?.shared ?? {},
    variants: [{}, {}],
  };
  const mixed = changedSetting(setting, { cell: "rnn" }, 1, CATALOG);
  assert.equal(queryOf(mixed, 0).includes("leak=0.5"), true);
  assert.equal(queryOf(mixed, 1).includes("leak=0.5"), false);
  const slower = changedSetting(mixed, { leak: 0.1 }, null, CATALOG);
  assert.equal(queryOf(slower, 0).includes("leak=0.1"), true);
  assert.equal(queryOf(slower, 1).includes("leak="), false);
  const all = changedSetting(slower, { cell: "rnn" }, null, CATALOG);
  for (const index of [0, 1]) assert.equal(queryOf(all, index).includes("leak="), false);
});
