/** Tables of the cliff, from the answer's lists, and its request as code. A new table is one entry. */

import { pythonDict, quoted } from "./code.js";

/** @type {{ name: string, table: (answer: any) => { head: string[], rows: import("./csv.js").Row[] } }[]} */
export const CLIFF_TABLES = [
  {
    name: "descents",
    table: ({ descents }) => ({
      head: ["descent", "update", "w", "b", "error", "gradient_norm", "clipped"],
      rows: ["raw", "clipped"].flatMap((name) => {
        const { w, b, error, gradient_norm: norm, clipped_steps: clipped } = descents[name];
        return w.map((/** @type {number} */ value, /** @type {number} */ i) => [
          name,
          i,
          value,
          b[i],
          error[i],
          norm[i],
          String(clipped.includes(i)),
        ]);
      }),
    }),
  },
  {
    name: "surface",
    table: ({ surface }) => ({
      head: ["w", "b", "error", "dE_dw", "dE_db", "log10_gradient_norm"],
      rows: surface.b.flatMap((/** @type {number} */ b, /** @type {number} */ row) =>
        surface.w.map((/** @type {number} */ w, /** @type {number} */ column) => [
          w,
          b,
          ...["error", "dE_dw", "dE_db", "log10_gradient_norm"].map((name) => surface[name][row][column]),
        ]),
      ),
    }),
  },
  {
    name: "bifurcation",
    table: ({ bifurcation }) => ({
      head: ["branch", "stable", "b", "x"],
      rows: bifurcation.branches.flatMap((/** @type {any} */ { stable, b, x }, /** @type {number} */ i) =>
        b.map((/** @type {number} */ value, /** @type {number} */ at) => [i + 1, String(stable), value, x[at]]),
      ),
    }),
  },
];

/**
 * @param {string} address
 * @param {Record<string, string | number | null>} parameters
 */
export function asCliffCurl(address, parameters) {
  const lines = Object.entries(parameters).map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`);
  return `curl --fail-with-body --get ${quoted(address)}${lines.length > 0 ? ` \\\n${lines.join(" \\\n")}` : ""}\n`;
}

/**
 * @param {string} address
 * @param {Record<string, string | number | null>} parameters
 */
export function asCliffPython(address, parameters) {
  return `# pip install httpx plotly
import httpx
import plotly.graph_objects as go

response = httpx.get(${JSON.stringify(address)}, params=${pythonDict(parameters, 0)}, timeout=60)
response.raise_for_status()
cliff = response.json()

surface, descents = cliff["surface"], cliff["descents"]
figure = go.Figure(go.Surface(x=surface["w"], y=surface["b"], z=surface["error"], opacity=0.9))
for name, path in descents.items():
    figure.add_scatter3d(x=path["w"], y=path["b"], z=path["error"], name=name, mode="lines+markers", marker_size=3)
figure.update_layout(scene={"xaxis_title": "w", "yaxis_title": "b", "zaxis_title": "error"})
figure.show()
`;
}
