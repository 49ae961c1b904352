import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome } from "../../static/js/figures/comparison.js";
import { verdictTitle, verdictWords } from "../../static/js/figures/verdict.js";
import { number, scientificOf } from "../../static/js/math/format.js";
import { answer, NAMES, stringsOf } from "./answers.js";

const INCOMPLETE = /(?<![_^])\{\w+\}|undefined|NaN|null|Infinity|verdict\.|choice\./;
const spaces = (/** @type {string} */ text) =>
  text.replace(/[\u00a0\u2060]/g, (space) => (space === "\u00a0" ? " " : ""));

/**
 * What is said about a verdict that differs from the saved ones, on one line.
 * @param {any} verdict
 * @param {string} [language]
 * @param {string} [activation]
 */
function said(verdict, language = "en", activation = "tanh") {
  const run = answer("default");
  const { title, sentences } = verdictWords(
    { ...run, parameters: { ...run.parameters, activation }, verdict: { ...run.verdict, ...verdict } },
    stringsOf(language),
  );
  return spaces([title, ...sentences].join(" "));
}

const straight = (/** @type {number} */ lags, /** @type {number} */ log10) => ({
  pieces: [{ from_lag: 0, to_lag: lags, slope_log10_per_step: log10 / lags, factor_per_step: 10 ** (log10 / lags) }],
  slope_log10_per_step: log10 / lags,
  log10_gain_h0: log10,
  log10_spectral_h0: log10 + 0.1,
  peak: { lag: log10 > 0 ? lags : 0, log10_gain: Math.max(0, log10) },
  trough: { lag: log10 > 0 ? 0 : lags, log10_gain: Math.min(0, log10) },
  half_life: null,
  doubling_time: null,
});
const hump = {
  ...straight(50, -1),
  kind: "transient",
  peak: { lag: 9, log10_gain: Math.log10(6.2) },
  pieces: [
    { from_lag: 0, to_lag: 9, slope_log10_per_step: 0.09, factor_per_step: 1.2 },
    { from_lag: 9, to_lag: 50, slope_log10_per_step: -0.0223, factor_per_step: 0.95 },
  ],
  half_life: 13.5,
};

for (const name of NAMES) {
  test(`the verdict on ${name} is complete in both languages`, () => {
    for (const language of ["en", "ko"]) {
      const { title, sentences } = verdictWords(answer(name), stringsOf(language));
      assert.doesNotMatch([title, ...sentences].join(" "), INCOMPLETE);
    }
  });
}

test("the verdict says the API's numbers in words", () => {
  const { verdict } = answer("default");
  const text = said({});
  assert.match(
    text,
    /^Vanishing\. A small change in h₀ has shrunk to about 1\/110,000 \(9\.2 × 10⁻⁶\) when it reaches h₅₀ \(root mean square; at most 2\.8 × 10⁻⁵\)\./,
  );
  assert.ok(text.includes(`On average each step back keeps ${number(100 * verdict.factor_per_step, 2)} % of it`), text);
  assert.ok(text.includes(`(half-life ${verdict.half_life.toFixed(1)} steps)`), text);
  assert.ok(text.includes(verdict.sigma_max.toFixed(2)), text);
  const ko = said({}, "ko");
  assert.match(
    ko,
    /^기울기 소실\. h₀의 작은 변화는 h₅₀에 닿을 때 약 1\/110,000배\(9\.2 × 10⁻⁶배\)로 줄어듭니다\(제곱평균제곱근, 최대 2\.8 × 10⁻⁵배\)\./,
  );
});

test("the factors of a step multiply to what is said", () => {
  for (const name of ["default", "sigmoid", "truncated"]) {
    const { title, sentences } = verdictWords(answer(name), stringsOf("en"));
    const [, derivative, weights, product] =
      spaces(sentences.join(" "))
        .match(/keeps most: ([\d.]+) \(f′\) × ([\d.]+) \(W\) = ([\d.]+)/)
        ?.map(Number) ?? [];
    assert.ok(Math.abs(derivative * weights - product) < 0.006 * product, title);
  }
});

for (const [kind, expected, korean] of /** @type {[any, string, string][]} */ ([
  [
    { kind: "exploding", ...straight(50, 5.5), doubling_time: 2.7 },
    "Exploding. A small change in h₀ has grown to 316,000 times its size when it reaches h₅₀ (root mean square; at most 398,000 times). On average each step back multiplies it by 1.29 (doubling time 2.7 steps).",
    "기울기 폭발. h₀의 작은 변화는 h₅₀에 닿을 때 316,000배로 커집니다(제곱평균제곱근, 최대 398,000배).",
  ],
  [{ kind: "exploding", ...straight(50, 11.3) }, "has grown to 2.0 × 10¹¹ times its size", "2.0 × 10¹¹배로 커집니다"],
  [
    { kind: "stable", ...straight(50, -0.0458) },
    "Stable. A small change in h₀ reaches h₅₀ at 0.90 of its size (root mean square; at most 1.1). On average each step back multiplies it by 0.9979.",
    "안정. h₀의 작은 변화는 0.90배의 크기로 h₅₀에 닿습니다(제곱평균제곱근, 최대 1.1배).",
  ],
  [
    { kind: "too_short", ...straight(3, -0.215) },
    "Too short to tell. A small change in h₀ reaches h₅₀ at 0.61 of its size (root mean square; at most 0.77). So few steps say nothing about longer ones.",
    "너무 짧아 판단 불가. h₀의 작은 변화는 0.61배의 크기로 h₅₀에 닿습니다(제곱평균제곱근, 최대 0.77배).",
  ],
  [
    hump,
    "Grows, then fades. A small change in h₄₁ (lag 9) reaches h₅₀ at 6.2 times its size, the most of all; one in h₀ at 0.10 of its size (root mean square; at most 0.13). In the tail each step back is × 0.95 (half-life 14 steps).",
    "커졌다가 사라짐. h₄₁(시차 9)의 작은 변화가 가장 커서 6.2배의 크기로 h₅₀에 닿고, h₀의 변화는 0.10배의 크기로 닿습니다(제곱평균제곱근, 최대 0.13배). 끝부분에서는 한 시점마다 × 0.95입니다(반감기 14시점).",
  ],
  [
    { kind: "transient", ...straight(50, 2), long_run: "fades", spectral_radius: 0.95 },
    "Has grown, will fade. A small change in h₀ has grown to 100 times its size when it reaches h₅₀ (root mean square; at most 126 times). On average each step back multiplies it by 1.10. In the long run it fades: the network is linear, and ρ = 0.95 is below 1.",
    "커졌지만 결국 소실. h₀의 작은 변화는 h₅₀에 닿을 때 100배로 커집니다(제곱평균제곱근, 최대 126배).",
  ],
  [
    {
      kind: "transient",
      ...straight(8, Math.log10(5.8)),
      peak: { lag: 7, log10_gain: Math.log10(6.1) },
      long_run: "fades",
      spectral_radius: 0.95,
    },
    "Has grown, will fade. A small change in h₀ has grown to 5.8 times its size",
    "커졌지만 결국 소실. h₀의 작은 변화는 h₅₀에 닿을 때 5.8배로 커집니다",
  ],
  [
    { kind: "transient", ...straight(50, 0.1), trough: { lag: 2, log10_gain: -3 } },
    "Fades, then comes back. A small change in h₄₈ (lag 2) reaches h₅₀ at about 1/1,000 (1.0 × 10⁻³), the least of all; one in h₀ at 1.3 times its size",
    "줄었다가 되살아남. h₄₈(시차 2)의 작은 변화가 가장 작아서 약 1/1,000배",
  ],
  [
    { kind: "vanishing", ...straight(50, -83.31) },
    "has shrunk to 4.9 × 10⁻⁸⁴ of its size",
    "4.9 × 10⁻⁸⁴배로 줄어듭니다",
  ],
  [
    { kind: "vanishing", ...straight(50, -1627.3) },
    "5.0 × 10⁻¹⁶²⁸ of its size when it reaches h₅₀ (root mean square; at most 6.3 × 10⁻¹⁶²⁸). On average each step back multiplies it by 2.84 × 10⁻³³.",
    "평균 2.84 × 10⁻³³배가 됩니다",
  ],
])) {
  test(`a verdict on ${kind.kind}, ${kind.log10_gain_h0} decades, in both languages`, () => {
    assert.ok(said(kind).includes(expected), said(kind));
    assert.ok(said(kind, "ko").includes(korean), said(kind, "ko"));
    for (const language of ["en", "ko"]) assert.doesNotMatch(said(kind, language), INCOMPLETE);
  });
}

for (const [verdict, activation, expected, korean] of /** @type {[any, string, string, string][]} */ ([
  [{ cause: "weights", derivative_is: null }, "tanh", "Cause: the weights. In the direction", "원인: 가중치. 가장"],
  [{ cause: "derivative", derivative_is: "slope" }, "tanh", "Cause: the slope of tanh.", "원인: tanh의 도함수 f′."],
  [{ cause: "derivative", derivative_is: "saturated" }, "tanh", "Cause: tanh is saturated.", "원인: tanh의 포화."],
  [
    { cause: "derivative", derivative_is: "ceiling" },
    "sigmoid",
    "Cause: the slope of sigmoid, which is never above ¼.",
    "원인: ¼을 넘지 못하는 시그모이드의 도함수 f′.",
  ],
  [
    { cause: "derivative", derivative_is: "switched_off" },
    "relu",
    "Cause: units that are switched off (f′ = 0).",
    "원인: 꺼진 유닛(f′ = 0).",
  ],
  [
    { cause: "both", derivative_is: "slope" },
    "tanh",
    "Cause: the weights and the slope of tanh.",
    "원인: 가중치와 tanh의 도함수 f′.",
  ],
  [
    { cause: "both", derivative_is: "saturated" },
    "tanh",
    "Cause: the weights, and tanh is saturated.",
    "원인: 가중치와 tanh의 포화.",
  ],
  [
    { cause: "both", derivative_is: "ceiling" },
    "sigmoid",
    "Cause: the weights, and the slope of sigmoid, which is never above ¼.",
    "원인: 가중치와, ¼을 넘지 못하는 시그모이드의 도함수 f′.",
  ],
  [
    { cause: "both", derivative_is: "switched_off" },
    "relu",
    "Cause: the weights, and units that are switched off (f′ = 0).",
    "원인: 가중치와 꺼진 유닛(f′ = 0).",
  ],
])) {
  test(`a cause: ${verdict.cause}, ${verdict.derivative_is}`, () => {
    assert.ok(said(verdict, "en", activation).includes(expected), said(verdict, "en", activation));
    assert.ok(said(verdict, "ko", activation).includes(korean), said(verdict, "ko", activation));
  });
}

test("what is exactly zero says from which lag on, and by which factor", () => {
  const zero = {
    kind: "vanishing",
    exactly_zero_from_lag: 4,
    pieces: [],
    slope_log10_per_step: null,
    half_life: null,
    split: null,
  };
  const dead = {
    ...zero,
    cause: "derivative",
    derivative_is: "switched_off",
    zero: { step: 47, factor: "derivative" },
  };
  assert.equal(
    said(dead, "en", "relu"),
    "Vanishing. From lag 4 on, no change reaches h₅₀ at all: ‖∂h_T/∂h_k‖ is exactly zero. Cause: at step 47 every unit on the way is switched off (f′ = 0). ρ = 1.10, σ_{max} = 1.88.",
  );
  assert.match(
    said(dead, "ko", "relu"),
    /시차 4부터는 .* 원인: 시점 47에서 지나갈 유닛이 모두 꺼져 있습니다\(f′ = 0\)\./,
  );
  const weights = { ...zero, cause: "weights", derivative_is: null, zero: { step: 47, factor: "weights" } };
  assert.ok(said(weights).includes("Cause: the weights. W lets nothing through at step 47."));
  assert.ok(said(weights, "ko").includes("원인: 가중치. 시점 47에서 W가 아무것도 통과시키지 않습니다."));
});

test("only a linear network has a long run, and it is said where the curve doesn't show it", () => {
  const fades = { long_run: "fades", spectral_radius: 0.99 };
  assert.ok(said({ ...straight(50, -0.2), kind: "stable", ...fades }).includes("In the long run it fades"));
  assert.ok(!said({ ...straight(50, -9), kind: "vanishing", ...fades }).includes("long run"));
  assert.ok(!said({ ...hump, ...fades }).includes("long run"));
  assert.ok(
    said({ ...straight(50, 0.2), kind: "stable", long_run: "grows", spectral_radius: 1.01 }, "ko").includes(
      "ρ = 1.01 > 1이므로",
    ),
  );
});

test("where W bounds nothing, nothing is said of it", () => {
  const text = said({ split: null, spectral_radius: null, sigma_max: null });
  assert.ok(!text.includes("ρ"), text);
});

test("a diverged run has a title of its own, in the table too", () => {
  const run = answer("diverged");
  assert.equal(verdictTitle(run, stringsOf("en")), "Diverged.");
  assert.equal(verdictWords(run, stringsOf("ko")).kind, "diverged");
  assert.equal(outcome(run, stringsOf("en")).reach, "–");
  assert.equal(outcome(answer("zero"), stringsOf("en")).reach, "0");
});

test("a power of ten in scientific notation", () => {
  assert.deepEqual(
    [
      scientificOf(Math.log10(2.5e-5)),
      scientificOf(-3),
      scientificOf(Math.log10(9.96e5)),
      scientificOf(-1627.3, 3),
    ].map(spaces),
    ["2.5 × 10⁻⁵", "1.0 × 10⁻³", "1.0 × 10⁶", "5.01 × 10⁻¹⁶²⁸"],
  );
});

test("of a cell whose Jacobian isn't f′ times W, no cause and no bound is said, but what its direct path keeps", () => {
  const { sentences } = verdictWords(answer("leaky"), stringsOf("en"));
  const words = spaces(sentences.join(" "));
  assert.doesNotMatch(words, /Cause|ρ|σ/);
  assert.match(words, /past W, a unit keeps 1 − a = 0\.7 of a change/);
});

test("at leak 1 there is no direct path", () => {
  const run = answer("default");
  const rnn = { ...run, parameters: { ...run.parameters, cell: "leaky", leak: 1 } };
  assert.deepEqual(verdictWords(rnn, stringsOf("en")), verdictWords(run, stringsOf("en")));
});
