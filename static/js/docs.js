/** The page /docs: Swagger UI over this server's own description, nothing from elsewhere. The bar above it is that of every page. */

import { dressLinks } from "./shell/links.js";
import { createStrings, loadDictionary, pickLanguage, translate } from "./shell/strings.js";
import { applyTheme, resolveTheme } from "./shell/theme.js";

const page = Object.fromEntries(new URLSearchParams(location.search));

function dress() {
  const theme = resolveTheme(page.theme);
  applyTheme(theme);
  document.documentElement.classList.toggle("dark-mode", theme === "dark"); // Swagger UI's own name for it
}

dress();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
dressLinks(page);
/** @type {any} */ (globalThis).SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  showCommonExtensions: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});

const language = pickLanguage(page.lang);
document.documentElement.lang = language;
translate(document, createStrings(await loadDictionary(language)));
