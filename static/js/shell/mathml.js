/** Formulas on the page: MathML elements of the nodes that figures describe. */

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/**
 * @param {import("../math/mathml.js").MathNode} node
 * @returns {MathMLElement}
 */
export function mathOf(node) {
  const math = /** @type {MathMLElement} */ (document.createElementNS(NAMESPACE, "math"));
  math.append(elementOf(node));
  return math;
}

/**
 * @param {import("../math/mathml.js").MathNode} node
 * @returns {Element}
 */
function elementOf({ tag, text, children, className, share }) {
  const element = /** @type {MathMLElement} */ (document.createElementNS(NAMESPACE, tag));
  if (className) element.setAttribute("class", className);
  // Slanted letters come from the page's font, not from the few fonts that have the mathematical alphabet.
  if (tag === "mi") element.setAttribute("mathvariant", "normal");
  if (text !== undefined) element.textContent = text;
  if (share) {
    element.classList.add(share > 0 ? "positive" : "negative");
    element.style.setProperty("--share", Math.abs(share).toFixed(3));
  }
  if (children) element.append(...children.map(elementOf));
  return element;
}
