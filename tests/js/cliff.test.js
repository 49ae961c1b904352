import assert from "node:assert/strict";
import { test } from "node:test";
import { asCliffCurl, CLIFF_TABLES } from "../../static/js/export/cliff.js";
import { CLIFF_STORIES } from "../../static/js/facts.js";
import { CLIFF_FIGURES } from "../../static/js/figures/cliff/index.js";
import { placeAt } from "../../static/js/figures/cliff/surface.js";
import { cliffWords } from "../../static/js/figures/cliff/verdict.js";
import { foldLines, foldsAt } from "../../static/js/math/folds.js";
import { relief } from "../../static/js/math/relief.js";
import { axisOf } from "../../static/js/math/scale.js";
import { changedCliff, cliffStoryOf, moved, zoomed } from "../../static/js/state/cliff.js";
import { answer, stringsOf, viewOf, wire } from "./answers.js";
import { checkDrawing, checkWords } from "./checks.js";

const strings = stringsOf("en");
/**
 * @param {any} [more]
 * @returns {any}
 */
const view = (more = {}) => ({ ...viewOf({ parameters: {} }), width: 700, show: "error", ...more });

for (const name of ["cliff_folds", "cliff_smooth"]) {
  for (const more of [{}, { show: "gradient" }, { compact: true, width: 330 }]) {
    test(`${name} ${JSON.stringify(more)}`, () => {
      const cliff = answer(name);
      for (const { figure, overlay, summary } of CLIFF_FIGURES) {
        const now = view({ ...more, pointer: { w: 5, b: -2 } });
        const drawing = figure(cliff, now, strings);
        checkDrawing(drawing);
        checkDrawing({ ...drawing, paint: overlay?.(cliff, now, drawing.layout) ?? [] });
        checkWords((language) => summary(cliff, now, stringsOf(language)));
      }
      checkWords((language) => Object.values(cliffWords(cliff, stringsOf(language))).flat());
    });
  }
}

test("the folds are those that the server found", () => {
  const { folds, w } = wire("cliff_folds").bifurcation;
  const here = foldsAt(w);
  const there = folds
    .map((/** @type {any} */ { b }) => b)
    .sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
  assert.ok(Math.abs((here?.lower ?? 0) - there[0]) < 1e-12 && Math.abs((here?.upper ?? 0) - there[1]) < 1e-12);
  assert.equal(foldsAt(4), null);
  assert.equal(foldLines(1, 4, 5), null);
  const lines = foldLines(2, 8, 7);
  assert.deepEqual([lines?.w[0], lines?.lower[0], lines?.upper[0]], [4, -2, -2]);
});

test("the wall is drawn where x_0 is the unstable fixed point, apart from the folds, and named", () => {
  const cliff = answer("cliff_folds");
  const { paint } = CLIFF_FIGURES[0].figure(cliff, view(), strings);
  const [line] = cliff.surface.basin_boundaries;
  const sigmoid = 1 / (1 + Math.exp(-0.5));
  for (const end of [0, 1]) assert.ok(Math.abs(line.b.values[end] - (0.5 - line.w.values[end] * sigmoid)) < 1e-6);
  assert.ok(paint.some((/** @type {any} */ mark) => mark.mark === "line" && mark.x === line.b.values));
  for (const key of ["cliff.boundary", "cliff.folds"])
    assert.ok(paint.some((/** @type {any} */ mark) => mark.text?.[0] === strings(key)));
  assert.match(
    CLIFF_FIGURES[0].summary(cliff, view(), strings).join(" "),
    /At b = −2\.6123 the unstable one is x₀ = 0\.5/,
  );
  const smooth = answer("cliff_smooth");
  assert.equal(smooth.bifurcation.basin_boundary, null);
  assert.doesNotMatch(CLIFF_FIGURES[0].summary(smooth, view(), strings).join(" "), /wall/);
});

test("the verdict says what became of both", () => {
  const words = cliffWords(answer("cliff_folds"), strings);
  const { raw, clipped } = wire("cliff_folds").descents;
  assert.equal(raw.ended, "left_grid");
  assert.equal(clipped.ended, "steps_done");
  assert.equal(words.kind, "saved");
  const last = answer("cliff_folds").descents.raw.gradient_norm.values;
  assert.match(words.sentences[0], new RegExp(`update ${last.length - 1} `));
  assert.match(words.sentences[1], new RegExp(`${clipped.clipped_steps.length} of 40 updates`));
});

test("a pixel of the surface is a place, one beside it none", () => {
  const { layout } = CLIFF_FIGURES[0].figure(answer("cliff_folds"), view(), strings);
  const [x, y] = [axisOf(layout, "x"), axisOf(layout, "y")];
  const place = placeAt(layout, x.pixel(-1.5), y.pixel(6.25));
  assert.ok(place && Math.abs(place.b + 1.5) < 1e-9 && Math.abs(place.w - 6.25) < 1e-9);
  assert.equal(placeAt(layout, x.pixel(-4.1), y.pixel(6)), null);
});

test("a reading is the surface's own number", () => {
  const cliff = answer("cliff_folds");
  const { layout } = CLIFF_FIGURES[0].figure(cliff, view(), strings);
  const [row, column] = [30, 20];
  const found = CLIFF_FIGURES[0].inspect?.(
    cliff,
    layout,
    axisOf(layout, "x").pixel(cliff.surface.b.values[row]) - 0.01,
    axisOf(layout, "y").pixel(cliff.surface.w.values[column]) + 0.01,
    strings,
  );
  const error = cliff.surface.error.values[row * 21 + column];
  assert.equal(found?.rows[0][1], error.toPrecision(3));
});

test("a relief is light where it faces the light, dark where it turns away, lined where the level changes", () => {
  const flat = { rows: 2, columns: 2, heights: [0, 0, 0, 0], slopeX: [0, 0, 0, 0], slopeY: [0, 0, 0, 0] };
  const look = { colours: new Uint32Array(256).fill(0xff808080), place: () => 0.5, level: () => 0 };
  const red = (/** @type {number} */ word) => word & 255;
  const [plain] = relief(flat, 1, 1, look);
  const [facing] = relief({ ...flat, slopeX: [1, 1, 1, 1] }, 1, 1, look);
  const [away] = relief({ ...flat, slopeX: [-1, -1, -1, -1] }, 1, 1, look);
  assert.ok(red(facing) > red(plain) && red(plain) > red(away));
  const stairs = { ...flat, heights: [0, 1, 0, 1] };
  const lined = relief(stairs, 8, 1, { ...look, level: (value) => 2 * value });
  assert.equal(new Set(lined).size, 2);
  assert.equal(Array.from(lined).filter((word) => word === Math.min(...lined)).length, 1);
  // The first row of pixels is the upper one.
  const up = relief({ ...flat, heights: [0, 0, 1, 1] }, 1, 2, {
    ...look,
    colours: Uint32Array.from({ length: 256 }, (_, i) => 0xff000000 + i),
    place: (v) => v,
  });
  assert.ok(red(up[0]) > red(up[1]));
});

/** What the code under test reads of the server's facts. @type {any} */
const SPECIFICATIONS = Object.fromEntries(
  Object.entries({
    w_minimum: 2,
    w_maximum: 8,
    b_minimum: -4,
    b_maximum: 0,
    w_start: 5.5,
    b_start: -2.6,
    steps: 50,
    bifurcation_w: 5,
  }).map(([name, value]) => [name, { type: "number", default: value }]),
);
const DEFAULTS = Object.fromEntries(Object.entries(SPECIFICATIONS).map(([name, { default: value }]) => [name, value]));

test("the start stays on the surface, and keeps its place when the region changes", () => {
  assert.equal(changedCliff(DEFAULTS, { w_start: 9 }).w_start, 8);
  assert.deepEqual(moved(DEFAULTS, 1, 0, false), { w: 5.5, b: -2.56 });
  assert.deepEqual(moved(DEFAULTS, 0, 1, true), { w: 6.1, b: -2.6 });
  assert.equal(moved({ ...DEFAULTS, b_start: 0 }, 1, 0, true).b, 0);
  const closer = { ...DEFAULTS, ...zoomed(DEFAULTS, 0.5, SPECIFICATIONS) };
  assert.equal(Number(closer.w_maximum) - Number(closer.w_minimum), 3);
  const share = (/** @type {any} */ p) => (p.w_start - p.w_minimum) / (p.w_maximum - p.w_minimum);
  assert.ok(Math.abs(share(closer) - share(DEFAULTS)) < 1e-4);
  assert.deepEqual({ ...closer, ...zoomed(closer, null, SPECIFICATIONS) }, DEFAULTS);
});

test("a story is known by its setting", () => {
  for (const { name, parameters } of CLIFF_STORIES)
    assert.equal(cliffStoryOf({ ...DEFAULTS, ...parameters }, SPECIFICATIONS), name);
  assert.equal(cliffStoryOf({ ...DEFAULTS, steps: 7 }, SPECIFICATIONS), null);
});

test("tables hold a row for every number", () => {
  const surface = { w: [1, 2], b: [3, 4, 5] };
  const grid = surface.b.map(() => [0.1, 0.2]);
  const full = {
    surface: { ...surface, error: grid, dE_dw: grid, dE_db: grid, log10_gradient_norm: grid },
    descents: Object.fromEntries(
      ["raw", "clipped"].map((name) => [
        name,
        { w: [1, 2], b: [3, 4], error: [5, 6], gradient_norm: [7, 8], clipped_steps: [1] },
      ]),
    ),
    bifurcation: { branches: [{ stable: true, b: [1], x: [2] }] },
  };
  const sizes = CLIFF_TABLES.map(({ table }) => table(full).rows.length);
  assert.deepEqual(sizes, [4, 6, 1]);
  assert.deepEqual(CLIFF_TABLES[0].table(full).rows[3], ["clipped", 1, 2, 4, 6, 8, "true"]);
  assert.deepEqual(CLIFF_TABLES[1].table(full).rows[3], [2, 4, 0.2, 0.2, 0.2, 0.2]);
  assert.equal(asCliffCurl("http://here/api/v1/cliff", {}), "curl --fail-with-body --get 'http://here/api/v1/cliff'\n");
});
