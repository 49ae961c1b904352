import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../static/js/api/decode.js";
import { changed } from "../../static/js/state/parameters.js";
import { asked, known, merged, missing } from "../../static/js/state/parts.js";
import { createStore } from "../../static/js/state/store.js";
import { parseQuery, toQuery } from "../../static/js/state/url.js";

/** What the code under test reads of the server's facts. @type {any} */
const SPECIFICATIONS = {
  cell: { type: "string", default: "rnn" },
  leak: { type: "number", default: null },
  hidden_size: { type: "integer", default: 16 },
  spectral_radius: { type: "number", default: 1.1 },
  source: { type: "string", default: "sine" },
  length: { type: "integer", default: null },
  text: { type: "string", default: null },
  loss_at: { type: "string", default: "last" },
  truncation: { type: "integer", default: null },
  truncation_mode: { type: "string", default: "sliding" },
  clip_threshold: { type: "number", default: 1 },
  clip_mode: { type: "string", default: "global_norm" },
  learning_rate: { type: "number", default: 0.1 },
  include: { type: "list", default: ["states"] },
  norms: { type: "string", default: "both" },
  arrays: { type: "string", default: "list" },
};
/** What the code under test reads of the server's facts. @type {any} */
const CATALOG = {
  parameters: SPECIFICATIONS,
  cells: [
    { name: "rnn", settings: {} },
    { name: "leaky", settings: { leak: 0.3 } },
  ],
  sources: [
    { name: "sine", default_length: 50 },
    { name: "co2", default_length: 80 },
  ],
};
const defaults = () => parseQuery("", SPECIFICATIONS).parameters;

test("the store tells every listener what is and what was", () => {
  const store = createStore({ a: 1, b: 2 });
  const seen = /** @type {any[]} */ ([]);
  const end = store.subscribe((now, before) => seen.push([before.a, now.a, now.b]));
  store.update({ a: 5 });
  end();
  store.update({ a: 6 });
  assert.deepEqual(seen, [[1, 5, 2]]);
  assert.throws(() => {
    /** @type {any} */ (store.get()).a = 0;
  });
});

test("a query and back gives the same state, whatever is in it", () => {
  const query =
    "hidden_size=4&spectral_radius=0.95&source=text&text=%EC%95%88%EB%85%95+%26%3D%3F%23&loss_at=3%2C7&truncation=5&lang=ko&hide=flow_matrix&pin=a%3D1&pin=b";
  const { parameters, page, pins } = parseQuery(query, SPECIFICATIONS);
  assert.equal(parameters.text, "안녕 &=?#");
  assert.equal(parameters.truncation, 5);
  assert.deepEqual(page, { lang: "ko", hide: "flow_matrix" });
  assert.deepEqual(pins, ["a=1", "b"]);
  assert.deepEqual(parseQuery(toQuery(parameters, page, pins), SPECIFICATIONS), { parameters, page, pins });
});

test("what the page decides for each request is in no link; values that aren't numbers fall back", () => {
  const { parameters } = parseQuery(
    "include=states&norms=both&arrays=typed&hidden_size=many&spectral_radius=",
    SPECIFICATIONS,
  );
  assert.equal(parameters.hidden_size, 16);
  assert.equal(parameters.spectral_radius, 1.1);
  assert.ok(!/include|norms|arrays/.test(toQuery(parameters)));
  assert.ok(!toQuery(parameters).includes("length"), "a value that follows from others is left out");
});

test("a shorter sequence gives up a window and loss steps that no longer fit", () => {
  const before = { ...defaults(), truncation: 40, loss_at: "10,30" };
  assert.equal(changed(before, { length: 20 }, CATALOG).truncation, null);
  assert.equal(changed(before, { length: 20 }, CATALOG).loss_at, "10");
  assert.equal(changed(before, { length: 5 }, CATALOG).loss_at, "last");
  assert.equal(changed(before, { length: 45 }, CATALOG).truncation, 40);
});

test("what only another cell reads goes with it", () => {
  const leaky = changed(defaults(), { cell: "leaky", leak: 0.5 }, CATALOG);
  assert.equal(toQuery(leaky).includes("leak=0.5"), true);
  assert.equal(changed(leaky, { spectral_radius: 0.9 }, CATALOG).leak, 0.5);
  const rnn = changed(leaky, { cell: "rnn" }, CATALOG);
  assert.equal(rnn.leak, null);
  assert.equal(toQuery(rnn).includes("leak"), false);
});

test("another source takes the sizes with it that followed from the old one", () => {
  const before = { ...defaults(), source: "text", text: "abc", length: 2, readout: "softmax" };
  const after = changed(before, { source: "co2" }, CATALOG);
  assert.deepEqual([after.text, after.length, after.readout], [null, null, null]);
});

test("only what the figures in view lack is asked for", () => {
  const parameters = defaults();
  const no = () => false;
  assert.deepEqual(missing(null, parameters, ["states", "states", "gradients"], 50, no), {
    now: ["states", "gradients"],
    later: [],
  });
  const have = known(/** @type {any} */ ({ states: {}, gradients: {} }), parameters);
  assert.deepEqual(missing(have, parameters, ["states", "gradients"], 50, no), { now: [], later: [] });
  assert.deepEqual(missing(have, parameters, ["states", "spectrum"], 50, no), { now: ["spectrum"], later: [] });
  assert.deepEqual(missing(have, { ...parameters, spectral_radius: 1 }, ["states"], 50, no), {
    now: ["states"],
    later: [],
  });
});

test("spectral norms are asked for only where they are to be seen", () => {
  const parameters = defaults();
  const no = () => false;
  assert.deepEqual(asked(["states", "jacobian_norms"]), { include: ["states", "jacobian_norms"], norms: "frobenius" });
  const wanted = ["jacobian_norms", "spectral_norms"];
  assert.deepEqual(asked(missing(null, parameters, wanted, 50, no).now), {
    include: ["jacobian_norms"],
    norms: "both",
  });
  const without = known(/** @type {any} */ ({ jacobian_norms: { log10_spectral: null } }), parameters);
  assert.deepEqual(missing(without, parameters, ["jacobian_norms"], 50, no), { now: [], later: [] });
  assert.deepEqual(missing(without, parameters, wanted, 50, no), { now: ["spectral_norms"], later: [] });
  const both = known(/** @type {any} */ ({ jacobian_norms: { log10_spectral: [] } }), parameters);
  assert.deepEqual(missing(both, parameters, wanted, 50, no), { now: [], later: [] });
});

test("of a long run the heavy parts come when nothing moves", () => {
  const wanted = ["states", "flow_matrix"];
  assert.deepEqual(
    missing(null, defaults(), wanted, 500, () => false),
    { now: ["states"], later: ["flow_matrix"] },
  );
  const have = known(/** @type {any} */ ({ states: {} }), defaults());
  assert.deepEqual(
    missing(have, defaults(), wanted, 500, () => false),
    { now: [], later: ["flow_matrix"] },
  );
});

test("what only another control needs comes when nothing moves", () => {
  const no = () => false;
  const rest = ["gradient_by_lag"];
  const have = known(/** @type {any} */ ({ states: {} }), defaults());
  assert.deepEqual(missing(null, defaults(), ["states"], 50, no, rest), { now: ["states"], later: rest });
  assert.deepEqual(missing(null, defaults(), ["states", ...rest], 50, no, rest), {
    now: ["states", ...rest],
    later: [],
  });
  assert.deepEqual(missing(have, defaults(), ["states"], 50, no, rest), { now: [], later: rest });
});

test("truncation and clip threshold ask nothing that the page can derive", () => {
  const parameters = defaults();
  const have = known(/** @type {any} */ ({ gradients: {}, loss_slice: {}, states: {} }), parameters);
  const wanted = ["states", "gradients", "loss_slice"];
  const clipped = { ...parameters, clip_threshold: 0.3 };
  assert.deepEqual(
    missing(have, clipped, wanted, 50, () => true),
    { now: [], later: [] },
  );
  assert.deepEqual(
    missing(have, { ...parameters, truncation: 5 }, wanted, 50, () => true),
    { now: [], later: ["loss_slice"] },
  );
  assert.deepEqual(
    missing(have, { ...parameters, truncation: 5 }, wanted, 50, () => false),
    { now: ["gradients"], later: ["loss_slice"] },
  );
  assert.deepEqual(
    missing(have, { ...parameters, clip_mode: "value" }, wanted, 50, () => false),
    { now: ["gradients"], later: ["loss_slice"] },
  );
});

test("answers to the same question add up, an answer to another one starts anew", () => {
  const parameters = defaults();
  const first = known(/** @type {any} */ ({ states: 1, gradients: 1 }), parameters);
  const both = merged(first, /** @type {any} */ ({ flow_matrix: 2, gradients: 2 }), { ...parameters, truncation: 5 });
  assert.deepEqual(both.run, { states: 1, gradients: 2, flow_matrix: 2 });
  assert.deepEqual(merged(first, /** @type {any} */ ({ states: 3 }), { ...parameters, spectral_radius: 2 }).run, {
    states: 3,
  });
});

test("arrays of the wire become typed arrays with a shape; gaps become NaN; names stay as they are", () => {
  const bytes = Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6]).buffer).toString("base64");
  const run = decode({
    states: { h: { dtype: "f4", bdata: bytes, shape: "2, 3" } },
    flow_matrix: {
      log10_frobenius: [
        [0, null],
        [-1.5, 0],
      ],
      exact_zero: [null, 0],
    },
    sequence: { labels: ["1700", "1701"], symbols: null },
    loss: { at: [2], total: 0.5 },
  });
  assert.deepEqual([...run.states.h.values], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(run.states.h.shape, [2, 3]);
  assert.deepEqual([...run.flow_matrix.log10_frobenius.values], [0, Number.NaN, -1.5, 0]);
  assert.deepEqual(run.flow_matrix.log10_frobenius.shape, [2, 2]);
  assert.deepEqual(run.flow_matrix.exact_zero, [null, 0]);
  assert.deepEqual(run.sequence.labels, ["1700", "1701"]);
  assert.deepEqual(run.loss, { at: [2], total: 0.5 });
});
