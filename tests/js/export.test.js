import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { asCurl, asPython } from "../../static/js/export/code.js";
import { asCsv, TABLES } from "../../static/js/export/csv.js";
import { createSvgContext, fontOf } from "../../static/js/export/svg-context.js";
import { alignedFigure } from "../../static/js/figures/aligned.js";
import { flowMatrixFigure } from "../../static/js/figures/flow-matrix.js";
import { gradientFigure } from "../../static/js/figures/gradient.js";
import { spectrumFigure } from "../../static/js/figures/spectrum.js";
import { workedFigure } from "../../static/js/figures/worked-example.js";
import { paint } from "../../static/js/paint/canvas.js";
import { answer, stringsOf, viewOf } from "./answers.js";

const REQUEST = {
  address: "http://127.0.0.1:8000/api/v1/runs",
  parameters: { text: "it's “so”\n$HOME", seed: 1 },
  include: ["jacobian_norms"],
  own: null,
};

test("curl gets its words through a shell unharmed", () => {
  const line = asCurl(REQUEST).replace(/^curl/, "printf '%s\\n'");
  const words = execFileSync("sh", ["-c", line], { encoding: "utf8", env: { HOME: "/nowhere" } });
  assert.ok(words.includes("text=it's “so”\n$HOME\n"));
  assert.ok(words.includes("include=jacobian_norms\n"));
  const own = asCurl({ ...REQUEST, parameters: { seed: 1 }, own: { x: [[1], [2]] } });
  const body = /--data '(.*?)'/.exec(own)?.[1] ?? "";
  assert.deepEqual(JSON.parse(body), { seed: 1, include: ["jacobian_norms"], x: [[1], [2]] });
});

test("Python has every parameter, and data of one's own by POST", () => {
  const code = asPython(REQUEST);
  assert.match(code, /httpx\.get\(/);
  assert.ok(code.includes('"text": "it\'s “so”\\n$HOME"'));
  const own = asPython({ ...REQUEST, own: { weights: { W: [[1, 0.5]] } } });
  assert.match(own, /httpx\.post\(/);
  assert.ok(own.includes('"weights": {"W": [[1, 0.5]]}'));
});

test("Python's title holds where no change comes through, and there is no factor", () => {
  const [, title] = asPython(REQUEST).match(/title=(f".*"),/) ?? [];
  const script = `run = {"verdict": {"kind": "vanishing", "factor_per_step": None}}\nprint(${title})`;
  assert.match(String(execFileSync("python3", ["-c", script])), /^vanishing: × 0 per step back on average/);
});

test("CSV quotes what needs it, and an exact zero is no gap", () => {
  assert.equal(
    asCsv({
      head: ["a", "b"],
      rows: [
        [1, 'x,"y"'],
        [null, -0.5],
      ],
    }),
    'a,b\r\n1,"x,""y"""\r\n,-0.5\r\n',
  );
  const norms = TABLES.find(({ name }) => name === "norms");
  const run = {
    jacobian_norms: { log10_frobenius: [null, null, 0.5], log10_spectral: [null, null, 0], exact_zero: [0] },
  };
  assert.deepEqual(norms?.table(run).rows, [
    [0, "-inf", "-inf"],
    [1, null, null],
    [2, 0.5, 0],
  ]);
});

test("each table has a cell for every heading", () => {
  const run = {
    jacobian_norms: { log10_frobenius: [-1, 0], log10_spectral: [-1, 0], exact_zero: [] },
    states: {
      h: [
        [0, 0],
        [1, 2],
      ],
      s: [[3, 4]],
      y: [[5]],
      z: [[5]],
    },
    sequence: { x: [[6]], target: [[7]], labels: ["2000"], symbols: null },
    loss: { per_step: [8] },
    adjoints: {
      dL_dh: [
        [0, 0],
        [1, 2],
      ],
      log10_norm: [null, 0.3],
      exact_zero: [0],
    },
    flow_matrix: {
      log10_frobenius: [
        [0, null],
        [null, 0],
      ],
      exact_zero: [null, 0],
    },
    gradient_by_lag: {
      norm: [1],
      log10_norm: [0],
      cosine: [1],
      truncated: { norm: [1], relative_bias: [0], cosine: [1] },
    },
    spectrum: { eigenvalues: { real: [1, 0], imag: [0, 0] }, singular_values: [1, 0.5] },
  };
  for (const { name, there, table } of TABLES) {
    assert.ok(there(run), name);
    const { head, rows } = table(run);
    assert.ok(rows.length > 0);
    for (const row of rows) assert.equal(row.length, head.length, name);
  }
  const states = TABLES.find(({ name }) => name === "states")?.table(run);
  assert.deepEqual(states?.head, ["t", "label", "x_1", "s_1", "s_2", "h_1", "h_2", "y_1", "target_1", "loss"]);
  assert.deepEqual(states?.rows[1], [1, "2000", 6, 3, 4, 1, 2, 5, 7, 8]);
  assert.deepEqual(TABLES.find(({ name }) => name === "flow_matrix")?.table(run).rows, [
    [0, 0, null],
    [1, "-inf", 0],
  ]);
});

/** What only a browser has: an image to draw in, and widths. */
function inSvg(/** @type {any} */ drawing) {
  const images = /** @type {number[][]} */ ([]);
  const { context, document: written } = createSvgContext({
    widthOf: (font, text) => 0.5 * fontOf(font).size * text.length,
    addressOf: (_image, ...numbers) => {
      images.push(/** @type {number[]} */ (numbers.slice(0, 6)));
      return "data:image/png;base64,AAAA";
    },
  });
  /** @type {any} */ (globalThis).document = {
    createElement: () => ({ getContext: () => ({ putImageData() {} }), width: 1, height: 1 }),
  };
  /** @type {any} */ (globalThis).ImageData = class {};
  paint(context, drawing.paint, { ...drawing.layout, ...drawing.scales });
  return { svg: written({ width: 100, height: 50, title: "a < b", background: "#fff" }), images };
}

for (const [name, figure] of /** @type {[string, any][]} */ ([
  ["aligned", alignedFigure],
  ["flow_matrix", flowMatrixFigure],
  ["spectrum", spectrumFigure],
  ["gradient", gradientFigure],
  ["worked", workedFigure],
])) {
  test(`SVG of ${name} holds every mark of the screen, and is well formed`, () => {
    for (const language of ["en", "ko"]) {
      const run = answer("textbook");
      const strings = stringsOf(language);
      const view = viewOf(run, { width: 900, path: { t: 3, k: 1, loss: true } });
      const drawing = figure(run, view, strings);
      const { svg, images } = inSvg(drawing);
      const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).join("");
      for (const mark of drawing.paint) {
        for (const text of mark.text ?? []) {
          const plain = text
            .replace(/[_^](?:\{([^}]*)\}|([^\s]))/g, "$1$2")
            .replace(/&/g, "&amp;")
            .replace(/</g, "&lt;");
          assert.ok(texts.includes(plain.trim()) || plain === "", `${plain} in ${name}`);
        }
      }
      assert.ok(images.length > 0 || !drawing.paint.some((/** @type {any} */ mark) => mark.mark === "image"));
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
      for (const [, id] of svg.matchAll(/url\(#(\w+)\)/g)) assert.ok(svg.includes(`id="${id}"`));
      assert.equal((svg.match(/<g|<svg|<text/g) ?? []).length, (svg.match(/<\/g>|<\/svg>|<\/text>/g) ?? []).length);
      assert.ok(svg.includes("<title>a &lt; b</title>"));
    }
  });
}

test("the context remembers what it was told, and forgets it on restore", () => {
  const { context, document: written } = createSvgContext({ widthOf: () => 10, addressOf: () => "" });
  context.save();
  context.translate(5, 5);
  context.globalAlpha = 0.5;
  context.setLineDash([4, 2]);
  context.beginPath();
  context.rect(0, 0, 10, 10);
  context.clip();
  context.strokeStyle = "red";
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(1.23456, 2);
  context.stroke();
  context.restore();
  context.beginPath();
  context.arc(3, 4, 2, 0, 2 * Math.PI);
  context.fill();
  const svg = written({ width: 20, height: 20, title: "", background: "white" });
  assert.ok(
    svg.includes(
      '<path d="M5 5L6.23 7" fill="none" stroke="red" stroke-width="1" stroke-linejoin="miter" stroke-linecap="butt" stroke-dasharray="4 2" clip-path="url(#clip1)" opacity="0.5"/>',
    ),
  );
  assert.ok(svg.includes('<path d="M1 4a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z" fill="#000"/>'));
});

test("fonts are taken apart as the style sheet writes them", () => {
  assert.deepEqual(fontOf('italic 600 15.5px\n    "STIX Two Text", serif'), {
    style: "italic",
    weight: "600",
    size: 15.5,
    family: '"STIX Two Text", serif',
  });
});
