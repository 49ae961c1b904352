/** The request of a picture as code that runs as pasted: for curl, and for Python with the norm curve drawn by plotly.py. */

/**
 * @typedef {object} Request
 * @property {string} address  Of the API's runs.
 * @property {Record<string, string | number>} parameters  Those that aren't at their default, and the seed.
 * @property {string[]} include
 * @property {import("../state/own.js").Own | null} own
 */

/** @param {Request} request */
export function asCurl({ address, parameters, include, own }) {
  if (own) {
    const body = JSON.stringify({ ...parameters, include, ...own });
    return `curl --fail-with-body --header 'Content-Type: application/json' --data ${quoted(body)} \\\n  ${quoted(address)}\n`;
  }
  const query = Object.entries({ ...parameters, include: include.join(",") })
    .map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`)
    .join(" \\\n");
  return `curl --fail-with-body --get ${quoted(address)} \\\n${query}\n`;
}

/** For a POSIX shell. @param {string} text */
export function quoted(text) {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/** @param {Request} request */
export function asPython({ address, parameters, include, own }) {
  const named = { ...parameters, include: include.join(",") };
  const call = own
    ? `httpx.post(\n    ${python(address)},\n    json=${pythonDict({ ...parameters, include, ...own }, 1)},\n    timeout=60,\n)`
    : `httpx.get(\n    ${python(address)},\n    params=${pythonDict(named, 1)},\n    timeout=60,\n)`;
  return `# pip install httpx plotly
import httpx
import plotly.graph_objects as go

response = ${call}
response.raise_for_status()
run = response.json()

# log10 of the norm of ∂h_T/∂h_k for k = 0..T; None where it is exactly zero.
norms = run["jacobian_norms"]
figure = go.Figure()
figure.add_scatter(y=norms["log10_frobenius"], name="Frobenius")
figure.add_scatter(y=norms["log10_spectral"], name="spectral")
figure.add_hline(y=0)
figure.update_layout(
    title=f"{run['verdict']['kind']}: × {run['verdict']['factor_per_step'] or 0:.3g} per step back on average",
    xaxis_title="k",
    yaxis_title="log10 ‖∂h_T/∂h_k‖",
)
figure.show()
`;
}

/**
 * @param {Record<string, any>} entries
 * @param {number} depth
 */
export function pythonDict(entries, depth) {
  const indent = "    ".repeat(depth + 1);
  const lines = Object.entries(entries).map(([name, value]) => `${indent}${python(name)}: ${python(value)},\n`);
  return `{\n${lines.join("")}${"    ".repeat(depth)}}`;
}

/**
 * A value as Python writes it.
 * @param {any} value
 * @returns {string}
 */
export function python(value) {
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, inner]) => `${python(name)}: ${python(inner)}`)
      .join(", ")}}`;
  // JSON's strings are Python's too: the escapes are the same.
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
