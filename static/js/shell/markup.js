/** Words with mathematics in them: `h_T` and `h_{12}` lower what follows, `10^{-3}` raises it. A Korean particle stays on the line. */

/**
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function nodesOf(text) {
  return text
    .split(/([_^](?:\{[^}]*\}|(?:(?!\p{Script=Hangul})[\p{L}\d])+))/u)
    .filter((part) => part !== "")
    .map((part) => {
      if (!/^[_^]./.test(part)) return part;
      const element = document.createElement(part[0] === "_" ? "sub" : "sup");
      element.textContent = part.slice(1).replace(/^\{|\}$/g, "");
      return element;
    });
}
