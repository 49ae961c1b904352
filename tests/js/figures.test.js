import assert from "node:assert/strict";
import { test } from "node:test";
import { alignedOverlay, alignedPoint, alignedReading } from "../../static/js/figures/aligned/pointer.js";
import { alignedFigure, alignedSummary } from "../../static/js/figures/aligned.js";
import { frobeniusNorms } from "../../static/js/figures/answer.js";
import {
  flowAt,
  flowMatrixFigure,
  flowMatrixPoint,
  flowMatrixReading,
  flowMatrixSummary,
} from "../../static/js/figures/flow-matrix.js";
import { gradientFigure, gradientInspect, gradientSummary } from "../../static/js/figures/gradient.js";
import { thickness } from "../../static/js/figures/network/flow.js";
import { laneOf } from "../../static/js/figures/network/lane.js";
import { spectrumFigure, spectrumInspect, spectrumSummary } from "../../static/js/figures/spectrum.js";
import { stateSummary } from "../../static/js/figures/states.js";
import { updateDerivable, updateNow } from "../../static/js/figures/update.js";
import { adjointShade, normShade, table } from "../../static/js/math/colour.js";
import { norm, number } from "../../static/js/math/format.js";
import { axisOf } from "../../static/js/math/scale.js";
import { answer, NAMES, stringsOf, viewOf } from "./answers.js";
import { checkDrawing, checkWords } from "./checks.js";

const strings = stringsOf("en");
const colour = (/** @type {any} */ map, /** @type {number} */ value) =>
  table(map)[Math.round(Math.min(255, Math.max(0, 127.5 * (value + 1))))];
const images = (/** @type {any[]} */ paint, /** @type {string} */ yaxis) =>
  paint.filter((mark) => mark.mark === "image" && (mark.yaxis ?? "y") === yaxis);

const FIGURES = /** @type {[string, string[], any, any][]} */ ([
  ["aligned", ["states", "jacobian_norms", "adjoints", "spectrum"], alignedFigure, alignedSummary],
  ["flow_matrix", ["flow_matrix"], flowMatrixFigure, flowMatrixSummary],
  ["spectrum", ["spectrum"], spectrumFigure, spectrumSummary],
  ["gradient", ["gradient_by_lag", "gradients"], gradientFigure, gradientSummary],
]);

for (const [figureName, parts, figure, summary] of FIGURES) {
  for (const name of NAMES) {
    const run = answer(name);
    if (!parts.every((part) => part in run)) continue;
    for (const compact of [false, true]) {
      test(`${figureName} of ${name}${compact ? " on a phone" : ""}: every mark has its place, and the words are complete`, () => {
        const view = viewOf(run, compact ? { compact, width: 340 } : {});
        checkDrawing(figure(run, view, strings));
        checkWords((language) => summary(run, view, stringsOf(language)));
      });
    }
  }
}

test("a cell of the state heatmap has the colour of its state", () => {
  const run = answer("default");
  const view = viewOf(run);
  const [image] = images(alignedFigure(run, view, strings).paint, "y2");
  assert.deepEqual([image.width, image.height], [51, 16]);
  for (const [t, unit] of [
    [0, 0],
    [7, 3],
    [50, 15],
  ]) {
    assert.equal(
      image.pixels[unit * 51 + t],
      colour(view.maps.state, run.states.h.values[t * 16 + unit]),
      `${t} ${unit}`,
    );
  }
});

test("a cell of ∂L/∂h has the hue of its sign and the strength of its log size", () => {
  const run = answer("default");
  const view = viewOf(run);
  const [image] = images(alignedFigure(run, view, strings).paint, "y3");
  for (const [t, unit] of [
    [0, 1],
    [20, 4],
    [50, 0],
  ]) {
    const value = run.adjoints.dL_dh.values[t * 16 + unit];
    assert.equal(
      image.pixels[unit * 51 + t],
      colour(view.maps.adjoint, adjointShade(value, Math.log10(Math.abs(value)))),
    );
  }
});

test("after a divergence there is no colour, before it there is", () => {
  const run = answer("diverged");
  const { step } = run.divergence;
  const [image] = images(alignedFigure(run, viewOf(run), strings).paint, "y2");
  assert.notEqual(image.pixels[step - 2], 0);
  assert.equal(image.pixels[step + 1], 0);
});

test("where the loss isn't known, neither is its gradient", () => {
  const run = answer("diverged");
  const [image] = images(alignedFigure(run, viewOf(run), strings).paint, "y3");
  assert.ok(image.pixels.every((/** @type {number} */ pixel) => pixel === 0));
});

test("the flow matrix has the colour of norm 1 on its diagonal's scale and nothing above it", () => {
  const run = answer("default");
  const view = viewOf(run);
  const [image] = images(flowMatrixFigure(run, view, strings).paint, "y");
  assert.equal(image.pixels[0 * 51 + 1], 0);
  assert.equal(image.pixels[30 * 51 + 10], colour(view.maps.norm, normShade(flowAt(run, 30, 10))));
  assert.ok(Math.abs(flowAt(run, 50, 0) - frobeniusNorms(run)[0]) < 1e-6);
});

test("what is exactly zero is told as zero, not as unknown", () => {
  const run = answer("zero");
  assert.equal(frobeniusNorms(run)[0], Number.NEGATIVE_INFINITY);
  assert.equal(flowAt(run, 5, 2), Number.NEGATIVE_INFINITY);
  assert.equal(thickness(Number.NEGATIVE_INFINITY, 40), 0);
  const flow = alignedFigure(run, viewOf(run), strings).paint.find((mark) => mark.mark === "polygons");
  assert.equal(flow?.points.length, 0);
});

test("the flow is one arrow per step, from right to left, thinner where the norm is smaller", () => {
  const run = answer("default");
  const flow = /** @type {any} */ (
    alignedFigure(run, viewOf(run), strings).paint.find((mark) => mark.mark === "polygons")
  );
  assert.equal(flow.points.length, 50);
  for (const ring of flow.points) assert.ok(ring[0] > ring[4], "starts at the right, ends at the left");
  const [first, last] = [flow.points[0], flow.points[49]].map((ring) => ring[1] - ring[9]);
  assert.ok(last < first / 1.5, `${first} → ${last}`);
  assert.ok(thickness(0, 40) < thickness(2, 40) && thickness(-2, 40) < thickness(0, 40));
});

test("how much of a step is drawn follows from its pixels", () => {
  const run = answer("textbook");
  assert.equal(laneOf(run, viewOf(run), [-0.5, 3.5], 900, 300).detail, "units");
  assert.equal(laneOf(run, viewOf(run), [-0.5, 3.5], 300, 300).detail, "strips");
  const long = answer("long");
  assert.equal(laneOf(long, viewOf(long), [-0.5, 700.5], 900, 300).detail, "bands");
  assert.equal(laneOf(long, viewOf(long), [100, 150], 900, 300).detail, "strips");
});

test("the textbook drawing has every unit and every weight", () => {
  const run = answer("textbook");
  const { paint } = alignedFigure(run, viewOf(run), strings);
  const lines = paint.find((mark) => mark.mark === "segments" && Array.isArray(mark.width));
  assert.equal(lines?.x0.length, 3 * (4 * 4 + 4 * 3 + 2 * 4));
  const circles = paint.filter(
    (mark) => mark.mark === "points" && Array.isArray(mark.fill) && mark.shape === undefined,
  );
  assert.deepEqual(
    circles.map((mark) => mark.x.length),
    [4 * 4, 3 * 3, 3 * 2],
  );
});

test("a wide picture of 700 steps draws no more marks than it has pixels", () => {
  const run = answer("long");
  const flow = /** @type {any} */ (
    alignedFigure(run, viewOf(run), strings).paint.find((mark) => mark.mark === "polygons")
  );
  assert.ok(flow.points.length <= 1000);
});

test("what truncation cuts is veiled up to the cut", () => {
  const run = answer("truncated");
  const { paint } = alignedFigure(run, viewOf(run), strings);
  const veil = paint.filter((mark) => mark.fill === "veil");
  assert.equal(veil.length, 1, "with a loss at every step only the flow from the last one is cut");
  assert.deepEqual([veil[0].x0, veil[0].x1], [[-0.5], [22.5]]);
  assert.ok(paint.some((mark) => mark.mark === "text" && mark.text[0] === "cut: K = 8"));
  assert.ok(
    !alignedFigure(run, viewOf(run, { backward: { ...viewOf(run).backward, window: null } }), strings).paint.some(
      (mark) => mark.fill === "veil",
    ),
  );
});

test("the spectral norms have a line, a key and words only where they are switched on and have come", () => {
  const both = answer("default");
  const { jacobian_norms: norms } = both;
  const without = { ...both, jacobian_norms: { ...norms, log10_spectral: null } };
  const of = (/** @type {any} */ run, /** @type {any} */ change) => {
    const view = viewOf(run, change);
    const { paint, layout, scales } = alignedFigure(run, view, strings);
    const lines = paint.filter((mark) => mark.mark === "line" && mark.width === 1.75 && mark.x.length === 51);
    const dots = alignedOverlay(run, { ...view, pointer: { k: 20 } }, { ...layout, ...scales });
    return {
      lines: lines.length,
      key: paint.filter((mark) => mark.text?.[0] === strings("norms.spectral")).length,
      dots: dots.filter((mark) => mark.mark === "points" && mark.yaxis === "y4").length,
      words: alignedSummary(run, view, strings).filter((sentence) => /spectral/.test(sentence)).length,
    };
  };
  assert.deepEqual(of(both, { spectral: true }), { lines: 1, key: 1, dots: 2, words: 1 });
  assert.deepEqual(of(both, {}), { lines: 0, key: 0, dots: 1, words: 0 });
  assert.deepEqual(of(without, { spectral: true }), { lines: 0, key: 1, dots: 1, words: 0 });
  const names = (/** @type {any} */ run) => alignedReading(run, { k: 20 }, strings).rows.map(([name]) => name);
  assert.ok(names(both).includes("‖∂h_50/∂h_20‖_2"));
  assert.ok(!names(without).includes("‖∂h_50/∂h_20‖_2"));
});

test("pointing finds the step and the unit, and reads out the API's numbers", () => {
  const run = answer("default");
  const view = viewOf(run);
  const { layout, scales } = alignedFigure(run, view, strings);
  const axes = { ...layout, ...scales };
  const [x, y] = [axisOf(axes, "x").pixel(20), axisOf(axes, "y2").pixel(5)];
  assert.deepEqual(alignedPoint(run, view, axes, x, y), { k: 20, unit: 5 });
  assert.equal(alignedPoint(run, view, axes, 3, y), null);
  const { title, rows } = alignedReading(run, { k: 20, unit: 5 }, strings);
  assert.equal(title, `Step 20 · ${run.sequence.labels[19]}`);
  const read = Object.fromEntries(rows);
  assert.equal(read["h_20[5]"], number(run.states.h.values[20 * 16 + 4]));
  assert.equal(read["‖∂h_50/∂h_20‖_F"], norm(run.jacobian_norms.log10_frobenius.values[20]));
});

test("pointing at the flow matrix and at W", () => {
  const run = answer("default");
  const view = viewOf(run);
  const matrix = flowMatrixFigure(run, view, strings).layout;
  assert.deepEqual(flowMatrixPoint(run, view, matrix, axisOf(matrix, "x").pixel(3), axisOf(matrix, "y").pixel(40)), {
    k: 3,
    t: 40,
  });
  assert.equal(flowMatrixPoint(run, view, matrix, axisOf(matrix, "x").pixel(40), axisOf(matrix, "y").pixel(3)), null);
  assert.match(flowMatrixReading(run, { k: 3, t: 40 }, strings).title, /37 steps/);
  const { layout } = spectrumFigure(run, view, strings);
  const { eigenvalues } = run.spectrum;
  const found = spectrumInspect(
    run,
    layout,
    axisOf(layout, "x").pixel(eigenvalues.real.values[0]),
    axisOf(layout, "y").pixel(eigenvalues.imag.values[0]),
    strings,
  );
  assert.equal(found?.rows[1][1], number(Math.hypot(eigenvalues.real.values[0], eigenvalues.imag.values[0])));
  const gradient = gradientFigure(run, view, strings).layout;
  const lag = gradientInspect(run, gradient, axisOf(gradient, "x").pixel(4), axisOf(gradient, "y").start + 5, strings);
  assert.equal(lag?.title, "Lag 4");
});

test("the overlay follows pointer and wave", () => {
  const run = answer("default");
  const { layout, scales } = alignedFigure(run, viewOf(run), strings);
  const axes = { ...layout, ...scales };
  assert.equal(alignedOverlay(run, viewOf(run), axes).length, 0);
  assert.ok(alignedOverlay(run, viewOf(run, { pointer: { k: 3 } }), axes).length > 0);
  const wave = alignedOverlay(run, viewOf(run, { wave: 12.4 }), axes);
  assert.ok(wave.some((mark) => mark.fill === "veil" && mark.x1[0] === 12.4));
});

test("truncated and clipped norms derived on the page are those of the API", () => {
  const run = answer("default");
  const view = viewOf(run);
  for (const [saved, mode] of /** @type {const} */ ([
    ["truncated", "per_parameter"],
    ["truncated", "global_norm"],
  ])) {
    const other = answer(saved);
    const asked = { ...viewOf(other).backward, clipMode: mode };
    assert.equal(updateDerivable(other, asked), true);
    const now = updateNow(other, asked);
    assert.ok(Math.abs((now?.truncated ?? 0) / other.gradients.truncated.norm - 1) < 1e-5);
  }
  const windows = run.gradient_by_lag.truncated.parameter_norms;
  for (const K of [1, 7, 50]) {
    const now = updateNow(run, { ...view.backward, window: K, threshold: 1e9 });
    const norms = Object.values(windows).map((tensor) => /** @type {any} */ (tensor).values[K - 1]);
    assert.ok(Math.abs((now?.truncated ?? 0) / Math.hypot(...norms) - 1) < 1e-5, `K = ${K}`);
    assert.equal(now?.clipped, now?.truncated);
  }
  const clipped = updateNow(run, { ...view.backward, threshold: 0.25 });
  assert.ok(Math.abs((clipped?.clipped ?? 0) - 0.25) < 1e-6);
});

test("what only the server can compute isn't derived", () => {
  const run = answer("chunked");
  const { backward } = viewOf(run);
  assert.equal(updateDerivable(run, backward), true);
  assert.equal(updateDerivable(run, { ...backward, window: 5 }), false);
  assert.equal(updateNow(run, { ...backward, window: 5 }), null);
  assert.equal(updateDerivable(run, { ...backward, clipMode: "value" }), false);
});

test("the mean of states near the end of float64 does not overflow", () => {
  const run = answer("default");
  const h = { ...run.states.h, values: new Float64Array(run.states.h.values.length).fill(1e308) };
  assert.match(
    stateSummary(
      { ...run, states: { ...run.states, h }, parameters: { ...run.parameters, activation: "identity" } },
      strings,
    ),
    /1\.0·10³⁰⁸/,
  );
});

test("a gradient that left float64 is not said to be under the threshold", () => {
  const run = answer("diverged");
  assert.doesNotMatch(gradientSummary(run, viewOf(run), strings).join(" "), /threshold/);
});
