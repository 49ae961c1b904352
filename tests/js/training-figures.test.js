import assert from "node:assert/strict";
import { test } from "node:test";
import { asTrainingCurl, asTrainingJson, asTrainingPython, TRAINING_TABLES } from "../../static/js/export/training.js";
import { TRAINING_FIGURES } from "../../static/js/figures/training/index.js";
import { outcomeWords } from "../../static/js/figures/training/outcome.js";
import { lastUpTo, snapshotAt } from "../../static/js/figures/training/session.js";
import { axisOf } from "../../static/js/math/scale.js";
import { EMPTY, told } from "../../static/js/state/series.js";
import { stringsOf, viewOf, wire } from "./answers.js";
import { checkDrawing, checkWords } from "./checks.js";

const strings = stringsOf("en");

/** The series of a saved answer, as its events would have told it. @param {string} name */
function seriesOf(name) {
  const { plan, parameters, snapshots, steps, divergence } = wire(name);
  let series = told(EMPTY, "started", { plan, parameters });
  series = told(series, "snapshot", { snapshots });
  series = told(series, "step", { ...steps, progress: null });
  if (divergence) series = told(series, "diverged", divergence);
  return told(series, "finished", { completed: !divergence });
}

/**
 * @param {string[]} names
 * @param {Partial<import("../../static/js/figures/training/session.js").Session>} [more]
 * @returns {any}
 */
function sessionOf(names, more = {}) {
  const variants = names.map((name, i) => {
    const series = name ? seriesOf(name) : EMPTY;
    return {
      letter: "ABCD"[i],
      name: name || "waiting",
      series,
      parameters: series.parameters ?? { clip_threshold: null },
    };
  });
  const plan = variants.find(({ series }) => series.plan)?.series.plan;
  const reached = Math.max(...variants.map(({ series }) => series.count));
  const parameters = variants.find(({ series }) => series.plan)?.parameters ?? /** @type {any} */ ({ length: 20 });
  return {
    variants,
    steps: plan?.steps ?? 40,
    reached,
    at: reached,
    chance: plan?.task.chance ?? null,
    parameters: { length: parameters.length },
    ...more,
  };
}

/**
 * @param {any} [more]
 * @returns {any}
 */
const view = (more = {}) => ({
  ...viewOf({ parameters: {} }),
  width: 520,
  colours: ["#c2410c", "#1d6fa5", "#7448b5", "#1f7a4d"],
  ...more,
});

const SESSIONS = {
  "one that clips": sessionOf(["trainings_clipped"]),
  "one with an accuracy, one that waits": sessionOf(["trainings_order", ""]),
  "one that diverged": sessionOf(["trainings_diverged"]),
  "nothing yet": sessionOf(["", ""]),
  "four, at the untrained network": sessionOf(
    ["trainings_clipped", "trainings_clipped", "trainings_clipped", "trainings_clipped"],
    { at: 0 },
  ),
};

for (const { name, figure, overlay, summary } of TRAINING_FIGURES) {
  for (const [what, session] of Object.entries(SESSIONS)) {
    for (const more of [{}, { compact: true, width: 330 }]) {
      test(`${name} of ${what}${more.compact ? " on a phone" : ""}`, () => {
        const now = view({ ...more, pointer: { step: 5, k: 3 } });
        const drawing = figure(session, now, strings);
        checkDrawing(drawing);
        checkDrawing({ ...drawing, paint: overlay?.(session, now, drawing.layout) ?? [] });
        checkWords((language) => summary(session, now, stringsOf(language)));
      });
    }
  }
}

test("the loss curve goes through the logarithms of the losses", () => {
  const session = SESSIONS["one that clips"];
  const { paint } = TRAINING_FIGURES[0].figure(session, view(), strings);
  const lines = paint.filter(({ mark, stroke }) => mark === "line" && stroke === "#c2410c");
  const { loss } = wire("trainings_clipped").steps;
  assert.deepEqual(Array.from(lines[0].y), loss.map(Math.log10));
  assert.deepEqual(
    Array.from(lines[0].x),
    loss.map((/** @type {number} */ _, /** @type {number} */ i) => i + 1),
  );
});

test("chance is where its loss is", () => {
  const session = SESSIONS["one that clips"];
  const { paint } = TRAINING_FIGURES[0].figure(session, view(), strings);
  const level = paint.find(({ mark, stroke, dash }) => mark === "line" && stroke === "muted" && dash);
  assert.deepEqual(level.y, [Math.log10(1 / 6), Math.log10(1 / 6)]);
});

test("a pixel is a step: pointing finds it, reading says its numbers", () => {
  const session = SESSIONS["one that clips"];
  const { figure, point, reading } = TRAINING_FIGURES[0];
  const { layout } = figure(session, view(), strings);
  const px = axisOf(layout, "x").pixel(17);
  assert.deepEqual(point?.(session, view(), layout, px, 0), { step: 17 });
  assert.equal(point?.(session, view(), layout, axisOf(layout, "x").pixel(41.6), 0), null);
  const { rows } = /** @type {any} */ (reading)(session, { step: 17 }, strings);
  const { loss, accuracy } = wire("trainings_clipped").steps;
  assert.equal(rows[0][0], "A");
  assert.ok(rows[0][1].startsWith(loss[16].toPrecision(3)), `${rows[0][1]} ${loss[16]}`);
  assert.ok(rows[0][1].includes(accuracy[16] === 0 ? "0\u00a0%" : "%"));
});

test("the strip of clipped steps is coloured where steps were clipped", () => {
  const session = SESSIONS["one that clips"];
  const { paint } = TRAINING_FIGURES[1].figure(session, view(), strings);
  const strip = paint.find(({ mark }) => mark === "image");
  const { clipped } = wire("trainings_clipped").steps;
  assert.equal(strip.width, clipped.length);
  assert.deepEqual(
    Array.from(strip.pixels, (word) => word >>> 24 > 0),
    clipped,
  );
  assert.ok(clipped.includes(true) && clipped.includes(false));
});

test("the snapshot of a step is the last one before it", () => {
  const { snapshots } = seriesOf("trainings_clipped");
  assert.deepEqual(
    [0, 19, 20, 39, 40].map((step) => snapshotAt(seriesOf("trainings_clipped"), step)?.step),
    [0, 0, 20, 20, 40],
  );
  assert.equal(snapshotAt({ ...EMPTY }, 3), null);
  assert.equal(snapshots.length, 3);
});

test("the norm curve at a step is that of its snapshot", () => {
  const session = sessionOf(["trainings_clipped"], { at: 25 });
  const { paint } = TRAINING_FIGURES[3].figure(session, view(), strings);
  const lines = paint.filter(({ mark, stroke }) => mark === "line" && stroke === "#c2410c");
  const { snapshots } = wire("trainings_clipped");
  assert.deepEqual(Array.from(lines[0].y), snapshots[0].jacobian_norms.log10_frobenius);
  assert.deepEqual(Array.from(lines[1].y), snapshots[1].jacobian_norms.log10_frobenius);
});

test("a flow matrix is read where it is pointed at", () => {
  const session = SESSIONS["one that clips"];
  const { figure, inspect } = TRAINING_FIGURES[4];
  const { layout } = figure(session, view(), strings);
  const found = inspect?.(session, layout, axisOf(layout, "x").pixel(2), axisOf(layout, "y").pixel(7), strings);
  assert.match(found?.title ?? "", /From step 2 to step 7, 5 steps/);
  assert.equal(inspect?.(session, layout, axisOf(layout, "x").pixel(7), axisOf(layout, "y").pixel(2), strings), null);
});

test("an outcome says what its numbers say", () => {
  const diverged = outcomeWords(SESSIONS["one that diverged"], 0, 0.5, strings);
  assert.equal(diverged.kind, "explodes");
  assert.match(diverged.long, /at step 2 the loss left the range of float64/);
  const clipped = outcomeWords(SESSIONS["one that clips"], 0, 1e9, strings);
  assert.equal(clipped.kind, "learns");
  const stuck = outcomeWords(SESSIONS["one that clips"], 0, 1e-9, strings);
  assert.equal(stuck.kind, "stuck");
  checkWords((language) =>
    Object.values(SESSIONS)
      .filter(({ reached }) => reached > 0)
      .map((session) => outcomeWords(session, 0, 0.5, stringsOf(language)).long),
  );
});

test("a number between measurements is the last that was measured", () => {
  const series = seriesOf("trainings_clipped");
  const { spectral_radius: radius } = wire("trainings_clipped").steps;
  assert.equal(lastUpTo(series, "spectral_radius", 12), radius[11]);
  assert.ok(Number.isNaN(lastUpTo(EMPTY, "spectral_radius", 12)));
});

test("tables and JSON hold the server's numbers to the last digit", () => {
  const saved = wire("trainings_order");
  const variants = [{ letter: "A", name: "it", query: "q", series: seriesOf("trainings_order") }];
  const [variant] = JSON.parse(asTrainingJson(variants, "address")).variants;
  assert.deepEqual(variant.steps, saved.steps);
  assert.deepEqual(variant.snapshots, saved.snapshots);
  const { head, rows } = TRAINING_TABLES[0].table(variants);
  assert.deepEqual(
    rows.map((row) => row[head.indexOf("loss")]),
    saved.steps.loss,
  );
  for (const { table } of TRAINING_TABLES) {
    const { head: names, rows: lines } = table(variants);
    assert.ok(lines.length > 0 && lines.every((line) => line.length === names.length));
  }
});

test("code asks for what the page asks for", () => {
  assert.match(asTrainingCurl("http://here/api/v1/trainings", "text=it's&seed=1"), /'text=it'\\''s' \\\n.*'seed=1'/);
  const code = asTrainingPython("http://here/api/v1/trainings", [{ name: "A", query: "optimizer=adam&steps=7" }]);
  assert.ok(code.includes('"A": {"optimizer": "adam", "steps": 7}'), code);
});
