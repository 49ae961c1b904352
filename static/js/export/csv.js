/** Tables of a run as CSV, from the answer's lists: every digit, as spreadsheets and pandas read them. A new table is one entry. */

/** @typedef {(string | number | null)[]} Row */

/**
 * @typedef {object} Table
 * @property {string} name
 * @property {(run: any) => boolean} there
 * @property {(run: any) => { head: string[], rows: Row[] }} table
 */

/** @type {Table[]} */
export const TABLES = [
  {
    name: "norms",
    there: (run) => "jacobian_norms" in run,
    table: ({ jacobian_norms: norms }) => ({
      head: ["k", "log10_frobenius", "log10_spectral"],
      rows: norms.log10_frobenius.map((/** @type {any} */ value, /** @type {number} */ k) => [
        k,
        orZero(value, k, norms.exact_zero),
        orZero(norms.log10_spectral[k], k, norms.exact_zero),
      ]),
    }),
  },
  {
    name: "states",
    there: (run) => "states" in run,
    table: ({ states, sequence, loss }) => ({
      head: [
        "t",
        "label",
        ...named("x", sequence.x[0]),
        ...named("s", states.s[0]),
        ...named("h", states.h[0]),
        ...named("y", states.y[0]),
        ...named("target", sequence.target[0]),
        "loss",
      ],
      rows: states.h.map((/** @type {Row} */ h, /** @type {number} */ t) => {
        const step = (/** @type {Row[]} */ rows) => (t === 0 ? rows[0].map(() => null) : rows[t - 1]);
        return [
          t,
          t === 0 ? null : sequence.labels[t - 1],
          ...step(sequence.x),
          ...step(states.s),
          ...h,
          ...step(states.y),
          ...step(sequence.target),
          t === 0 ? null : loss.per_step[t - 1],
        ];
      }),
    }),
  },
  {
    name: "adjoints",
    there: (run) => "adjoints" in run,
    table: ({ adjoints }) => ({
      head: ["t", "log10_norm", ...named("dL_dh", adjoints.dL_dh[0])],
      rows: adjoints.dL_dh.map((/** @type {Row} */ row, /** @type {number} */ t) => [
        t,
        orZero(adjoints.log10_norm[t], t, adjoints.exact_zero),
        ...row,
      ]),
    }),
  },
  {
    name: "flow_matrix",
    there: (run) => "flow_matrix" in run,
    table: ({ flow_matrix: { log10_frobenius: matrix, exact_zero: zeros } }) => ({
      head: ["t", ...matrix.map((/** @type {any} */ _, /** @type {number} */ k) => `k${k}`)],
      rows: matrix.map((/** @type {Row} */ row, /** @type {number} */ t) => [
        t,
        ...row.map((value, k) => (value === null && zeros[t] !== null && k <= zeros[t] ? "-inf" : value)),
      ]),
    }),
  },
  {
    name: "gradient_by_lag",
    there: (run) => "gradient_by_lag" in run,
    table: ({ gradient_by_lag: by }) => ({
      head: [
        "lag",
        "norm",
        "log10_norm",
        "cosine",
        "window",
        "truncated_norm",
        "truncated_relative_bias",
        "truncated_cosine",
      ],
      rows: by.norm.map((/** @type {any} */ norm, /** @type {number} */ lag) => [
        lag,
        norm,
        by.log10_norm[lag],
        by.cosine[lag],
        lag + 1,
        by.truncated.norm[lag],
        by.truncated.relative_bias[lag],
        by.truncated.cosine[lag],
      ]),
    }),
  },
  {
    name: "spectrum",
    there: (run) => "spectrum" in run,
    table: ({ spectrum: { eigenvalues, singular_values: singular } }) => ({
      head: ["i", "eigenvalue_real", "eigenvalue_imag", "singular_value"],
      rows: singular.map((/** @type {number} */ value, /** @type {number} */ i) => [
        i + 1,
        eigenvalues.real[i],
        eigenvalues.imag[i],
        value,
      ]),
    }),
  },
];

/** @param {{ head: string[], rows: Row[] }} table */
export function asCsv({ head, rows }) {
  return [head, ...rows]
    .map((row) => row.map(field).join(","))
    .join("\r\n")
    .concat("\r\n");
}

/** @param {string | number | null | undefined} value */
function field(value) {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/**
 * The logarithm of an exact zero is no gap.
 * @param {number | null} value
 * @param {number} index
 * @param {number[]} zeros
 */
function orZero(value, index, zeros) {
  return value === null && zeros.includes(index) ? "-inf" : value;
}

/**
 * @param {string} name
 * @param {Row} row
 */
function named(name, row) {
  return row.map((_, i) => `${name}_${i + 1}`);
}
