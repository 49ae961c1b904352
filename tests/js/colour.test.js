import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adjointShade,
  css,
  MAPS_OF_THEME,
  normShade,
  pixels,
  shadeWithin,
  table,
} from "../../static/js/math/colour.js";

const channels = (/** @type {number} */ word) => [word & 255, (word >> 8) & 255, (word >> 16) & 255];
/** CIE lightness of an sRGB colour. @param {number} word */
function lightness(word) {
  const [r, g, b] = channels(word).map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

for (const [theme, maps] of Object.entries(MAPS_OF_THEME)) {
  for (const [what, name] of Object.entries(maps)) {
    test(`${theme} ${what}: lightness runs one way from the middle to either end, about evenly`, () => {
      const shades = [...table(name)].map(lightness);
      const sign = theme === "light" ? 1 : -1;
      for (const half of [shades.slice(0, 128), shades.slice(128).reverse()]) {
        const steps = half.slice(8, 112).map((value, i) => sign * (half[i + 16] - value));
        assert.ok(
          steps.every((step) => step > 0),
          `${name} isn't monotonous`,
        );
        const rates = [half.slice(8, 64), half.slice(64, 120)].map((part) => part[55] - part[0]);
        assert.ok(rates[0] / rates[1] < 3 && rates[0] / rates[1] > 1 / 3, `${name}: ${rates}`);
      }
    });
  }
}

test("the middle of the scale is 0, its ends are clamped, NaN is transparent", () => {
  const colours = table("vik");
  const got = pixels("vik", 5, (i) => [-9, -1, 0, 1, Number.NaN][i]);
  assert.deepEqual([...got], [colours[0], colours[0], colours[128], colours[255], 0]);
  assert.equal(css("vik", 1), `rgb(${channels(colours[255]).join(" ")})`);
});

test("norms are coloured around norm 1, on a scale that never changes", () => {
  assert.equal(normShade(0), 0);
  assert.equal(normShade(-8), -1);
  assert.equal(normShade(400), 1);
  assert.equal(normShade(Number.NEGATIVE_INFINITY), -1);
  assert.equal(normShade(4), -normShade(-4));
});

test("a signed gradient has the hue of its sign and the strength of its log size", () => {
  assert.equal(adjointShade(1, 4), 1);
  assert.equal(adjointShade(-1, 4), -1);
  assert.equal(adjointShade(0.3, -2), 0.5);
  assert.equal(adjointShade(-0.3, -2), -0.5);
  assert.equal(adjointShade(-1, -400), -0);
  assert.equal(adjointShade(0, 3), 0);
});

test("states are coloured evenly, an exploding run by its logarithm, so that its beginning isn't blank", () => {
  assert.equal(shadeWithin(1)(-0.5), -0.5);
  const shade = shadeWithin(1e300);
  assert.equal(shade(1e300), 1);
  assert.equal(shade(-1e300), -1);
  assert.equal(shade(0), 0);
  assert.ok(Math.abs(shade(1e150) - 0.5) < 0.01);
  assert.ok(Number.isNaN(shade(Number.NaN)));
});
