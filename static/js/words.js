/**
 * The words before the picture: what this page is, and the verdict on the run that came with it. It needs a tenth of the code that the figures
 * need, so it is there while the rest is still on its way; main.js then finds its words already said.
 */

import { createStrings, loadDictionary, pickLanguage, translate } from "./shell/strings.js";
import { applyTheme, resolveTheme } from "./shell/theme.js";
import { showVerdict } from "./shell/verdict.js";

const search = new URLSearchParams(location.search);
const language = pickLanguage(search.get("lang") ?? undefined);
applyTheme(resolveTheme(search.get("theme") ?? undefined));
document.documentElement.lang = language;

const strings = createStrings(await loadDictionary(language));
translate(document, strings);
document.title = strings("page.title");

const run = JSON.parse(document.getElementById("initial")?.textContent || "null");
const verdict = document.getElementById("verdict");
if (run && verdict && !history.state?.own) showVerdict(verdict, run, strings);
