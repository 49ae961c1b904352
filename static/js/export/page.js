/** A figure as a page of its own: what it is, what it says, the picture, and the address that shows it again. */

import { paint } from "../paint/canvas.js";
import { createSvgContext } from "./svg-context.js";

const MARGIN = 24;
const LINE = 19;
const FOOT_LINE = 15;

/**
 * @typedef {object} Sheet
 * @property {import("../figures/answer.js").Drawing} drawing
 * @property {import("../figures/answer.js").View} view
 * @property {string} title
 * @property {string} text
 * @property {string} address
 */

/**
 * @param {Sheet} sheet
 * @param {number} ratio  Pixels per unit.
 * @returns {HTMLCanvasElement}
 */
function asCanvas(sheet, ratio) {
  const { width, height, lines, foot } = measured(sheet);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = sheet.view.palette.paper;
  context.fillRect(0, 0, width, height);
  compose(context, sheet, { lines, foot }, height);
  return canvas;
}

/** Pixels per unit of a picture to take away. */
const PIXELS_PER_UNIT = 2;

/**
 * @param {Sheet} sheet
 * @returns {Promise<Blob>}
 */
export async function asPng(sheet) {
  const canvas = asCanvas(sheet, PIXELS_PER_UNIT);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return /** @type {Blob} */ (blob);
}

/**
 * @param {Sheet} sheet
 * @param {string} fonts  A style sheet with the fonts in it.
 * @returns {string}
 */
export function asSvg(sheet, fonts) {
  const { width, height, lines, foot } = measured(sheet);
  const { context, document: written } = createSvgContext({ widthOf, addressOf });
  compose(context, sheet, { lines, foot }, height);
  const svg = written({ width, height, title: `${sheet.title}. ${sheet.text}`, background: sheet.view.palette.paper });
  return svg.replace("<defs>", `<defs><style>${fonts}</style>`);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Sheet} sheet
 * @param {{ lines: string[], foot: string[] }} words
 * @param {number} height
 */
function compose(context, { drawing, view, title }, { lines, foot }, height) {
  const { palette } = view;
  const layout = { ...drawing.layout, ...drawing.scales };
  const write = (
    /** @type {string} */ text,
    /** @type {number} */ y,
    /** @type {string} */ font,
    /** @type {string} */ fill,
  ) => {
    context.font = font;
    context.fillStyle = fill;
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.fillText(text, MARGIN, y);
  };
  write(title, MARGIN + 14, `650 16px ${palette.sans}`, palette.ink);
  lines.forEach((line, i) => {
    write(line, MARGIN + 38 + i * LINE, `400 13px ${palette.sans}`, palette.muted);
  });
  foot.forEach((line, i) => {
    write(line, height - MARGIN + 6 - (foot.length - 1 - i) * FOOT_LINE, `400 10.5px ${palette.sans}`, palette.muted);
  });
  context.save();
  context.translate(MARGIN, top(lines));
  paint(context, drawing.paint, layout);
  context.restore();
}

/** @param {string[]} lines */
function top(lines) {
  return MARGIN + 32 + lines.length * LINE;
}

/** @param {Sheet} sheet */
function measured({ drawing, view, text, address }) {
  const { width, height } = drawing.layout;
  const lines = wrapped(text, width, `400 13px ${view.palette.sans}`);
  const foot = broken(address, width, `400 10.5px ${view.palette.sans}`);
  const below = MARGIN + 4 + foot.length * FOOT_LINE;
  return { width: width + 2 * MARGIN, height: height + top(lines) + below, lines, foot };
}

/**
 * @param {string} text
 * @param {number} width
 * @param {string} font
 */
function wrapped(text, width, font) {
  const lines = /** @type {string[]} */ ([]);
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && widthOf(font, longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * An address has no spaces: it is broken where the line is full.
 * @param {string} text
 * @param {number} width
 * @param {string} font
 */
function broken(text, width, font) {
  const lines = /** @type {string[]} */ ([]);
  let rest = text;
  while (rest) {
    let length = rest.length;
    while (widthOf(font, rest.slice(0, length)) > width) length = Math.floor(length * 0.95);
    lines.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return lines;
}

/**
 * @param {string} font
 * @param {string} text
 */
function widthOf(font, text) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  context.font = font;
  return context.measureText(text).width;
}

/** A part of an image in the size it is drawn in, so that no viewer smoothes its cells. @type {import("./svg-context.js").Helpers["addressOf"]} */
function addressOf(image, sx, sy, sw, sh, width, height, smooth) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(2 * Math.abs(width)));
  canvas.height = Math.max(1, Math.round(2 * Math.abs(height)));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingEnabled = smooth;
  context.drawImage(image, sx, sy, sw, sh, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

const FONTS = /** @type {const} */ ([
  ["Inter", "400 700", "normal", "inter/inter-4.1-subset.woff2", ""],
  ["STIX Two Text", "400", "italic", "stix/stix-two-text-latin-400-italic.woff2", ""],
  ["STIX Two Text", "400", "italic", "stix/stix-two-text-greek-400-italic.woff2", "unicode-range:U+0370-03FF;"],
]);

/** The page's fonts as a style sheet that needs nothing else. @returns {Promise<string>} */
export async function fontSheet() {
  const faces = FONTS.map(async ([family, weight, style, file, range]) => {
    const response = await fetch(new URL(`../../vendor/${file}`, import.meta.url));
    const bytes = new Uint8Array(await response.arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};${range}src:url(data:font/woff2;base64,${btoa(binary)}) format("woff2")}`;
  });
  return (await Promise.all(faces)).join("");
}
