/**
 * A drawing context that writes SVG. It knows as much of CanvasRenderingContext2D as the painters use, so that the same code that paints
 * the screen makes the file, and nothing can be missing from it.
 */

/**
 * @typedef {object} Helpers
 * @property {(font: string, text: string) => number} widthOf  What only a browser can measure.
 * @property {(image: any, sx: number, sy: number, sw: number, sh: number, width: number, height: number, smooth: boolean) => string} addressOf
 *   A part of an image as a data: address, in the size it is drawn in.
 */

/** @type {any} */
const INITIAL = Object.freeze({
  fillStyle: "#000",
  strokeStyle: "#000",
  lineWidth: 1,
  lineJoin: "miter",
  lineCap: "butt",
  globalAlpha: 1,
  font: "10px sans-serif",
  textAlign: "left",
  textBaseline: "alphabetic",
  imageSmoothingEnabled: true,
});

/** Where the baseline of a text lies below the middle of its letters, as a part of the size. */
const MIDDLE = 0.35;

/** @param {Helpers} helpers */
export function createSvgContext({ widthOf, addressOf }) {
  const parts = /** @type {string[]} */ ([]);
  /** @type {Map<string, string>} */
  const clips = new Map();
  let path = "";
  /** @type {any[]} */
  const stack = [];
  let shift = [0, 0];
  let dash = /** @type {number[]} */ ([]);
  let clip = "";

  const at = (/** @type {number} */ x, /** @type {number} */ y) => `${short(x + shift[0])} ${short(y + shift[1])}`;

  const context = {
    ...INITIAL,

    save() {
      const { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha, font, textAlign, textBaseline } =
        context;
      stack.push({
        own: { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha, font, textAlign, textBaseline },
        shift,
        dash,
        clip,
      });
    },
    restore() {
      const before = stack.pop();
      if (!before) return;
      Object.assign(context, before.own);
      ({ shift, dash, clip } = before);
    },
    /**
     * @param {number} x
     * @param {number} y
     */
    translate(x, y) {
      shift = [shift[0] + x, shift[1] + y];
    },
    beginPath() {
      path = "";
    },
    closePath() {
      path += "Z";
    },
    /**
     * @param {number} x
     * @param {number} y
     */
    moveTo(x, y) {
      path += `M${at(x, y)}`;
    },
    /**
     * @param {number} x
     * @param {number} y
     */
    lineTo(x, y) {
      path += `L${at(x, y)}`;
    },
    /**
     * @param {number} cx
     * @param {number} cy
     * @param {number} x
     * @param {number} y
     */
    quadraticCurveTo(cx, cy, x, y) {
      path += `Q${at(cx, cy)} ${at(x, y)}`;
    },
    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    rect(x, y, width, height) {
      path += `M${at(x, y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
    },
    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {number} radius
     */
    roundRect(x, y, width, height, radius) {
      const r = Math.min(radius, Math.abs(width) / 2, Math.abs(height) / 2);
      const [w, h] = [short(width - 2 * r), short(height - 2 * r)];
      const corner = (/** @type {number} */ dx, /** @type {number} */ dy) =>
        `a${r} ${r} 0 0 1 ${short(dx)} ${short(dy)}`;
      path += `M${at(x + r, y)}h${w}${corner(r, r)}v${h}${corner(-r, r)}h-${w}${corner(-r, -r)}v-${h}${corner(r, -r)}Z`;
    },
    /**
     * Whole circles, which is all that is drawn.
     * @param {number} x
     * @param {number} y
     * @param {number} radius
     * @param {number} _from
     * @param {number} _to
     */
    arc(x, y, radius, _from, _to) {
      const r = short(radius);
      path += `M${at(x - radius, y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0Z`;
    },
    clip() {
      let id = clips.get(path);
      if (!id) {
        id = `clip${clips.size + 1}`;
        clips.set(path, id);
      }
      clip = id;
    },
    fill() {
      emit(`<path d="${path}" fill="${escaped(context.fillStyle)}"/>`);
    },
    stroke() {
      emit(`<path d="${path}" fill="none"${strokeAttributes()}/>`);
    },
    /**
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    strokeRect(x, y, width, height) {
      const before = path;
      path = "";
      context.rect(x, y, width, height);
      context.stroke();
      path = before;
    },
    /** @param {number[]} lengths */
    setLineDash(lengths) {
      dash = lengths;
    },
    /** @param {string} text */
    measureText(text) {
      return { width: widthOf(context.font, text) };
    },
    /**
     * @param {string} text
     * @param {number} x
     * @param {number} y
     */
    fillText(text, x, y) {
      write(text, x, y, `fill="${escaped(context.fillStyle)}"`);
    },
    /**
     * @param {string} text
     * @param {number} x
     * @param {number} y
     */
    strokeText(text, x, y) {
      write(text, x, y, `fill="none"${strokeAttributes()}`);
    },
    /**
     * @param {any} image
     * @param {...number} numbers  The place and size, or a part of the image and its place and size.
     */
    drawImage(image, ...numbers) {
      const [sx, sy, sw, sh, x, y, width, height] =
        numbers.length === 4 ? [0, 0, image.width, image.height, ...numbers] : numbers;
      const address = addressOf(image, sx, sy, sw, sh, width, height, context.imageSmoothingEnabled);
      const [left, top] = at(x, y).split(" ");
      emit(
        `<image x="${left}" y="${top}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none" href="${address}"/>`,
      );
    },
  };

  /** @param {string} element */
  function emit(element) {
    const alpha = context.globalAlpha < 1 ? ` opacity="${context.globalAlpha}"` : "";
    const clipped = clip ? ` clip-path="url(#${clip})"` : "";
    parts.push(element.replace(/\/?>/, (end) => `${clipped}${alpha}${end}`));
  }

  function strokeAttributes() {
    const { strokeStyle, lineWidth, lineJoin, lineCap } = context;
    const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    return ` stroke="${escaped(strokeStyle)}" stroke-width="${short(lineWidth)}" stroke-linejoin="${lineJoin}" stroke-linecap="${lineCap}"${dashed}`;
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {string} paint
   */
  function write(text, x, y, paint) {
    const { style, weight, size, family } = fontOf(context.font);
    const [left, top] = at(x, y + (context.textBaseline === "middle" ? MIDDLE * size : 0)).split(" ");
    const look = `font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}"${style === "normal" ? "" : ` font-style="${style}"`}`;
    emit(`<text x="${left}" y="${top}" ${look} ${paint} xml:space="preserve">${escaped(text)}</text>`);
  }

  return {
    context: /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context)),

    /** @param {{ width: number, height: number, title: string, background: string }} page */
    document({ width, height, title, background }) {
      const shapes = [...clips].map(([d, id]) => `<clipPath id="${id}"><path d="${d}"/></clipPath>`).join("");
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<defs>${shapes}</defs>
<rect width="${width}" height="${height}" fill="${escaped(background)}"/>
${parts.join("\n")}
</svg>
`;
    },
  };
}

/** "italic 600 15px Inter, sans-serif" in its parts. @param {string} font */
export function fontOf(font) {
  const [, before = "", size = "10", family = "sans-serif"] =
    /^(.*?)\s*([\d.]+)px\s+(.*)$/.exec(font.replace(/\s+/g, " ")) ?? [];
  return {
    style: /italic/.test(before) ? "italic" : "normal",
    weight: /\b(\d{3}|bold)\b/.exec(before)?.[1] ?? "400",
    size: Number(size),
    family,
  };
}

/** A hundredth of a pixel is enough. @param {number} value */
function short(value) {
  return String(Math.round(100 * value) / 100);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
