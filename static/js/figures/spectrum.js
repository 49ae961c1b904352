/** W itself: eigenvalues in the complex plane with the unit circle, singular values beside them. */

import { number, plain } from "../math/format.js";
import { axisOf, ticks } from "../math/scale.js";
import { paintedAxis } from "./painted-axis.js";

/**
 * @typedef {import("./answer.js").View} View
 * @typedef {import("./answer.js").Strings} Strings
 */

const BOUNDS = [1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 16, 25, 50, 100];
/** Answers come in single precision: a ρ or σ this near to 1 is 1. */
const NEAR = 1e-5;
const CIRCLE = Array.from({ length: 121 }, (_, i) => (i * Math.PI) / 60);

/** @param {number} value */
function boundOf(value) {
  return BOUNDS.find((candidate) => candidate >= value) ?? value * 1.1;
}

/**
 * @param {any} run
 * @param {View} view
 * @param {Strings} strings
 * @returns {import("./answer.js").Drawing}
 */
export function spectrumFigure(run, view, strings) {
  const { palette, compact } = view;
  const { eigenvalues, singular_values: singular, spectral_radius: radius, sigma_max: sigma } = run.spectrum;
  const margin = { l: 44, r: 12, t: 30, b: 44, pad: 0 };
  const room = view.width - margin.l - margin.r;
  const gap = compact ? 42 : 58;
  const side = Math.min(room * (compact ? 0.58 : 0.64), 340);
  const height = side + margin.t + margin.b;
  const reach = boundOf(Math.max(1.1, radius * 1.06));
  const top = boundOf(Math.max(1.1, sigma * 1.05));
  const count = singular.values.length;
  const plane = ticks(-reach, reach, 4);
  const heights = ticks(0, top, 4);
  const tickOf = (/** @type {number[]} */ values) => ({
    tickvals: values,
    ticktext: values.map(plain),
  });
  const imaginaryTicks = { tickvals: plane, ticktext: plane.map((value) => (value === 0 ? "0" : `${plain(value)}i`)) };
  const index = count > 1 ? [1, count] : [1];
  const layout = {
    width: view.width,
    height,
    margin,
    xaxis: { domain: [0, side / room], range: [-reach, reach] },
    yaxis: { domain: [0, 1], range: [-reach, reach] },
    xaxis2: { domain: [(side + gap) / room, 1], range: [0.3, count + 0.7] },
    yaxis2: { domain: [0, 1], range: [0, top] },
  };
  const values = Array.from(singular.values);
  const order = values.map((_, i) => i + 1);
  const second = { xaxis: "x2", yaxis: "y2" };
  const title = (
    /** @type {string} */ text,
    /** @type {any} */ axes,
    /** @type {"left" | "right"} */ side = "left",
  ) => ({
    mark: "text",
    clip: false,
    ...axes,
    edge: side,
    y: [axes.yaxis === "y2" ? top : reach],
    text: [text],
    fill: palette.ink,
    font: `600 ${compact ? 11 : 12}px ${palette.sans}`,
    align: side,
    dy: -14,
  });
  const corner = (
    /** @type {any} */ axes,
    /** @type {number} */ y,
    /** @type {string} */ text,
    /** @type {string} */ fill,
  ) => ({
    mark: "text",
    clip: false,
    ...axes,
    edge: "right",
    y: [y],
    text: [text],
    fill,
    font: `600 11px ${palette.sans}`,
    align: "right",
    dx: -6,
    dy: 11,
    halo: palette.paper,
  });
  return {
    data: [],
    layout,
    paint: [
      {
        mark: "line",
        x: CIRCLE.map(Math.cos),
        y: CIRCLE.map(Math.sin),
        stroke: palette.muted,
        width: 1.25,
        area: palette.accentSoft,
        base: 0,
      },
      { mark: "line", x: [-reach, reach], y: [0, 0], stroke: palette.rule, width: 1 },
      { mark: "line", x: [0, 0], y: [-reach, reach], stroke: palette.rule, width: 1 },
      {
        mark: "line",
        x: CIRCLE.map((angle) => radius * Math.cos(angle)),
        y: CIRCLE.map((angle) => radius * Math.sin(angle)),
        stroke: palette.accent,
        width: 1.25,
        dash: [4, 3],
      },
      {
        mark: "points",
        x: eigenvalues.real.values,
        y: eigenvalues.imag.values,
        radius: 4,
        fill: palette.accent,
        stroke: palette.paper,
        width: 1.25,
      },
      corner({ yaxis: "y" }, reach, `ρ = ${number(radius, 3)}`, palette.accent),
      { mark: "rects", x0: [-reach], x1: [reach], y0: [-reach], y1: [reach], stroke: palette.rule, clip: false },
      title(strings("spectrum.eigenvalues"), { yaxis: "y" }),
      { mark: "line", ...second, x: [0, count + 1], y: [1, 1], stroke: palette.muted, width: 1.25 },
      {
        mark: "segments",
        ...second,
        x0: order,
        x1: order,
        y0: order.map(() => 0),
        y1: values,
        stroke: palette.second,
        width: Math.min(5, Math.max(1.5, (room * 0.2) / count)),
      },
      { mark: "points", ...second, x: order, y: values, radius: count > 40 ? 1.5 : 3, fill: palette.second },
      corner(second, top, `σ_{max} = ${number(sigma, 3)}`, palette.second),
      { mark: "rects", ...second, x0: [0.3], x1: [count + 0.7], y0: [0], y1: [top], stroke: palette.rule, clip: false },
      title(strings("spectrum.singular"), second, compact ? "right" : "left"), // a phone's second panel is narrower
      ...paintedAxis(layout, "x", "y", "x", { ...tickOf(plane), title: strings("spectrum.real") }, view),
      ...paintedAxis(layout, "x", "y", "y", imaginaryTicks, view),
      ...paintedAxis(layout, "x2", "y2", "x", { ...tickOf(index), title: strings("spectrum.index") }, view),
      ...paintedAxis(layout, "x2", "y2", "y", tickOf(heights), view),
    ],
  };
}

/**
 * The nearest eigenvalue or singular value.
 * @param {any} run
 * @param {any} layout
 * @param {number} px
 * @param {number} py
 * @param {Strings} strings
 * @returns {{ title: string, rows: [string, string][] } | null}
 */
export function spectrumInspect(run, layout, px, py, strings) {
  const { eigenvalues, singular_values: singular } = run.spectrum;
  const [x, y, x2, y2] = ["x", "y", "x2", "y2"].map((name) => axisOf(layout, name));
  let [best, distance] = [-1, 18];
  eigenvalues.real.values.forEach((/** @type {number} */ real, /** @type {number} */ i) => {
    const far = Math.hypot(x.pixel(real) - px, y.pixel(eigenvalues.imag.values[i]) - py);
    if (far < distance) [best, distance] = [i, far];
  });
  if (best >= 0) {
    const [real, imaginary] = [eigenvalues.real.values[best], eigenvalues.imag.values[best]];
    return {
      title: strings("spectrum.eigenvalue"),
      rows: [
        [
          "λ",
          imaginary === 0
            ? number(real)
            : `${number(real)} ${imaginary < 0 ? "−" : "+"} ${number(Math.abs(imaginary))} i`,
        ],
        ["|λ|", number(Math.hypot(real, imaginary))],
      ],
    };
  }
  const index = Math.round(x2.value(px));
  if (
    px < x2.start ||
    px > x2.start + x2.length ||
    py < y2.start ||
    py > y2.start + y2.length ||
    !(index - 1 in singular.values)
  )
    return null;
  return {
    title: strings("spectrum.singular_value", { i: index }),
    rows: [[`σ_${index}`, number(singular.values[index - 1])]],
  };
}

/**
 * @param {any} run
 * @param {View} _view
 * @param {Strings} strings
 */
export function spectrumSummary(run, _view, strings) {
  const { eigenvalues, spectral_radius: radius, sigma_max: sigma, sup_derivative: sup } = run.spectrum;
  const outside = eigenvalues.real.values.filter(
    (/** @type {number} */ real, /** @type {number} */ i) => Math.hypot(real, eigenvalues.imag.values[i]) > 1 + NEAR,
  ).length;
  const count = eigenvalues.real.values.length;
  const bound = sigma * sup;
  const kind =
    sup === null
      ? "no_bound"
      : bound < 1 - NEAR
        ? "vanishes"
        : bound < 1 + NEAR
          ? "edge"
          : radius < 1 - NEAR && sigma > 1
            ? "transient"
            : "open";
  return [
    strings("spectrum.summary", { outside, count, radius: number(radius), sigma: number(sigma) }),
    strings(`spectrum.${kind}`, { bound: number(bound) }),
  ];
}
