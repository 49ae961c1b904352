/**
 * Training runs to take away: tables, everything as one JSON, the requests as code. Numbers are those of the server, to the last digit.
 *
 * @typedef {import("../state/series.js").Series} Series
 * @typedef {object} Told  A variant with what it is asked by.
 * @property {string} letter
 * @property {string} name
 * @property {string} query
 * @property {Series} series
 */

import { TRAINING_COLUMNS } from "../facts.js";
import { pythonDict, quoted } from "./code.js";

/** A new table is one entry. @type {{ name: string, table: (variants: Told[]) => { head: string[], rows: import("./csv.js").Row[] } }[]} */
export const TRAINING_TABLES = [
  {
    name: "steps",
    table: (variants) => ({
      head: ["variant", "name", "step", ...TRAINING_COLUMNS],
      rows: variants.flatMap(({ letter, name, series }) =>
        Array.from({ length: series.count }, (_, i) => [
          letter,
          name,
          i + 1,
          ...TRAINING_COLUMNS.map((column) => orNull(series.columns[column][i])),
        ]),
      ),
    }),
  },
  {
    name: "norm_curves",
    table: (variants) => ({
      head: ["variant", "name", "step", "k", "log10_frobenius", "log10_spectral"],
      rows: variants.flatMap(({ letter, name, series }) =>
        series.snapshots.flatMap(({ step, jacobian_norms: norms }) =>
          Array.from(norms.log10_frobenius.values, (value, k) => {
            const zero = norms.exact_zero.includes(k);
            const spectral = norms.log10_spectral?.values[k] ?? Number.NaN;
            return [letter, name, step, k, zero ? "-inf" : orNull(value), zero ? "-inf" : orNull(spectral)];
          }),
        ),
      ),
    }),
  },
  {
    name: "verdicts",
    table: (variants) => {
      const names = ["kind", "cause", "factor_per_step", "slope_log10_per_step", "spectral_radius", "sigma_max"];
      return {
        head: ["variant", "name", "step", ...names],
        rows: variants.flatMap(({ letter, name, series }) =>
          series.snapshots.map(({ step, verdict }) => [
            letter,
            name,
            step,
            ...names.map((each) => /** @type {any} */ (verdict)[each] ?? null),
          ]),
        ),
      };
    },
  },
];

/**
 * Everything that has been told, in the words of the API.
 * @param {Told[]} variants
 * @param {string} address
 */
export function asTrainingJson(variants, address) {
  return JSON.stringify({
    page: address,
    variants: variants.map(({ letter, name, query, series }) => ({
      variant: letter,
      name,
      query,
      parameters: series.parameters,
      plan: series.plan,
      steps: {
        first: 1,
        last: series.count,
        ...Object.fromEntries(TRAINING_COLUMNS.map((column) => [column, listOf(series, column)])),
      },
      snapshots: series.snapshots.map((snapshot) => plain(snapshot)),
      divergence: series.divergence,
    })),
  });
}

/**
 * @param {Series} series
 * @param {import("../state/series.js").Column} column
 */
function listOf(series, column) {
  if (column === "accuracy" && !series.accurate) return null;
  const values = Array.from(series.columns[column], orNull);
  return column === "clipped" ? values.map((value) => value === 1) : values;
}

/**
 * Arrays with their shape as nested lists again.
 * @param {any} value
 * @returns {any}
 */
function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value.values instanceof Float64Array) return nested(Array.from(value.values, orNull), value.shape);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/**
 * @param {(number | null)[]} flat
 * @param {number[]} shape
 * @returns {any[]}
 */
function nested(flat, [rows, ...inner]) {
  if (inner.length === 0) return flat;
  const size = flat.length / rows;
  return Array.from({ length: rows }, (_, i) => nested(flat.slice(i * size, (i + 1) * size), inner));
}

/** @param {number} value */
function orNull(value) {
  return Number.isNaN(value) ? null : value;
}

/**
 * One run as events.
 * @param {string} address  Of the API's trainings.
 * @param {string} query
 */
export function asTrainingCurl(address, query) {
  const lines = [...new URLSearchParams(query)].map(
    ([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`,
  );
  return `curl --no-buffer --fail-with-body --get ${quoted(`${address}/events`)} \\\n${lines.join(" \\\n")}\n`;
}

/**
 * All of them, with their losses drawn.
 * @param {string} address
 * @param {{ name: string, query: string }[]} variants
 */
export function asTrainingPython(address, variants) {
  const requests = Object.fromEntries(
    variants.map(({ name, query }) => [
      name,
      Object.fromEntries([...new URLSearchParams(query)].map(([key, value]) => [key, numberOf(value)])),
    ]),
  );
  return `# pip install httpx plotly
import httpx
import plotly.graph_objects as go

variants = ${pythonDict(requests, 0)}

figure = go.Figure()
for name, parameters in variants.items():
    response = httpx.get(${JSON.stringify(address)}, params=parameters, timeout=120)
    response.raise_for_status()
    run = response.json()
    figure.add_scatter(x=list(range(1, run["steps"]["last"] + 1)), y=run["steps"]["loss"], name=name)
figure.add_hline(y=run["plan"]["task"]["chance"], line_dash="dash", annotation_text="chance")
figure.update_yaxes(type="log", title="loss")
figure.update_xaxes(title="training step")
figure.show()
`;
}

/** @param {string} text */
function numberOf(text) {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
