/** The composition root: makes the parts and joins them. */

import { createClient } from "./api/client.js";
import { decode } from "./api/decode.js";
import { forgetWidths } from "./draw.js";
import { HEAD_PARTS } from "./figures/index.js";
import { updateDerivable } from "./figures/update.js";
import { createHead } from "./shell/head.js";
import { mountRail } from "./shell/rail.js";
import { createStage } from "./shell/stage.js";
import { createStatus } from "./shell/status.js";
import { createStrings, loadDictionary, pickLanguage, translate } from "./shell/strings.js";
import { applyTheme, readTheme, resolveTheme } from "./shell/theme.js";
import { mountToolbar } from "./shell/toolbar.js";
import { createWave } from "./shell/wave.js";
import { backwardOf, changed, lengthOf } from "./state/parameters.js";
import { known, merged, missing } from "./state/parts.js";
import { createStore } from "./state/store.js";
import { parseQuery, toQuery } from "./state/url.js";

/**
 * @typedef {import("./state/url.js").Parameters} Parameters
 * @typedef {object} State
 * @property {Parameters} parameters
 * @property {Record<string, string>} page  What only the page reads from the URL.
 * @property {string[]} pins
 * @property {import("./state/parts.js").Known | null} known  The newest answer.
 * @property {string} language @property {string} theme
 * @property {[number, number] | null} range
 * @property {import("./figures/answer.js").Pointer | null} pointer
 * @property {number | null} wave
 */

const catalog = embedded("catalog");
const phone = matchMedia("(max-width: 719px)");
const { parameters, page, pins } = parseQuery(location.search, catalog.parameters);
const initial = embedded("initial");

const store = createStore(
  /** @type {State} */ ({
    parameters,
    page,
    pins,
    known: initial ? known(decode(initial), parameters) : null,
    language: pickLanguage(page.lang, navigator.languages),
    theme: resolveTheme(page.theme),
    range: null,
    pointer: null,
    wave: null,
  }),
);

applyTheme(store.get().theme);
document.documentElement.classList.toggle("embedded", page.embed === "1");
start();

async function start() {
  let strings = createStrings(await loadDictionary(store.get().language));
  let look = readTheme();
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const hidden = new Set((page.hide ?? "").split(",").filter(Boolean));
  const locked = new Set((page.lock ?? "").split(",").filter(Boolean));
  for (const name of hidden)
    document.querySelector(`[data-figure="${CSS.escape(name)}"]`)?.toggleAttribute("hidden", true);

  const run = () => store.get().known?.run ?? null;
  const change = (/** @type {Parameters} */ difference) =>
    store.update({ parameters: changed(store.get().parameters, difference, catalog) });
  const situation = () => ({ parameters: store.get().parameters, run: run(), catalog });

  /** @returns {import("./figures/answer.js").Backward} */
  function backward() {
    const { parameters: now } = store.get();
    return {
      window: now.truncation === null ? null : Number(now.truncation),
      mode: String(now.truncation_mode),
      threshold: Number(now.clip_threshold),
      clipMode: String(now.clip_mode),
    };
  }

  const status = createStatus(find("status"));
  const head = createHead(find("verdict"), find("update"));
  const stage = createStage({
    root: find("figures"),
    run,
    view: () => ({
      compact: phone.matches,
      theme: store.get().theme,
      ...look,
      range: store.get().range,
      pointer: store.get().pointer,
      wave: store.get().wave,
      backward: backward(),
      ghosts: [],
    }),
    strings: () => strings,
    onRange: (range) => store.update({ range }),
    onPointer: (pointer) => store.update({ pointer }),
    onInView: () => {
      schedule("draw");
      askForMissing();
    },
  });
  const wave = createWave({
    run,
    backward,
    onMove: (k) => store.update({ wave: k }),
    onPlaying: (playing) => toolbar.playing(playing),
  });
  const toolbar = mountToolbar(find("aligned-tools"), { wave, zoom: stage.zoom, strings: () => strings });
  let rail = mountRail(find("rail"), { situation, strings, change, locked, hidden });

  const client = createClient({
    onAnswer: (answer, { tag }) => {
      status.clear();
      rail.problem(null, null);
      store.update({ known: merged(store.get().known, answer, tag) });
      askForMissing();
    },
    onError: (error) => {
      if (!rail.problem(error.parameter, error.message)) status.error(error.message);
      else status.clear();
    },
    onState: (state) => status.state(state, strings),
  });

  /** The server is asked only for what changes network, sequence or loss, or for parts that aren't there. */
  function askForMissing() {
    const { known: have, parameters: now } = store.get();
    const derivable = () => have !== null && updateDerivable(have.run, backward());
    const length = lengthOf(now, catalog) ?? have?.run.parameters.length ?? 50;
    const include = missing(have, now, [...HEAD_PARTS, ...stage.wanted()], length, derivable);
    if (include.length === 0) return;
    client.request({ query: `${toQuery(now)}&include=${include.join(",")}&arrays=typed`, tag: now });
  }

  const due = new Set(/** @type {string[]} */ ([]));
  /** Everything that happens before the next frame is drawn once, in it. @param {"draw" | "overlay"} what */
  function schedule(what) {
    if (due.size === 0) requestAnimationFrame(render);
    due.add(what);
  }

  function render() {
    const whole = due.has("draw");
    due.clear();
    if (!whole) {
      stage.drawOverlays();
      return;
    }
    const answer = run();
    if (answer) head.draw(answer, backward(), strings);
    stage.draw();
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let addressTimer;
  /** Browsers refuse more than a hundred changes of the address in half a minute. */
  function writeAddress() {
    clearTimeout(addressTimer);
    addressTimer = setTimeout(() => {
      const { parameters: now, page: own, pins: pinned } = store.get();
      history.replaceState(null, "", `?${toQuery(now, own, pinned)}`);
    }, 200);
  }

  store.subscribe((now, before) => {
    const asked = now.parameters !== before.parameters;
    if (asked) {
      if (now.parameters.length !== before.parameters.length || now.parameters.source !== before.parameters.source)
        store.update({ range: null });
      askForMissing();
      if (now.wave !== null) wave.stop();
    }
    if (asked || now.known !== before.known) rail.update();
    if (asked || now.page !== before.page || now.pins !== before.pins) writeAddress();
    // What the server must answer is drawn when it has: until then the last picture stays as it is.
    const redraw =
      now.known !== before.known ||
      now.range !== before.range ||
      now.theme !== before.theme ||
      now.language !== before.language ||
      (asked && backwardOf(now.parameters) !== backwardOf(before.parameters));
    if (redraw) schedule("draw");
    else if (now.pointer !== before.pointer || now.wave !== before.wave) schedule("overlay");
  });

  /** @param {string} language */
  async function speak(language) {
    strings = createStrings(await loadDictionary(language));
    document.documentElement.lang = language;
    translate(document, strings);
    document.title = strings("page.title");
    rail = mountRail(find("rail"), { situation, strings, change, locked, hidden });
    toolbar.update();
    store.update({ language, page: { ...store.get().page, lang: language } });
  }

  /** @param {string} theme */
  function dress(theme) {
    applyTheme(theme);
    look = readTheme();
    store.update({ theme });
  }

  find("language").addEventListener("click", () => speak(store.get().language === "en" ? "ko" : "en"));
  find("theme").addEventListener("click", () => {
    const theme = store.get().theme === "dark" ? "light" : "dark";
    store.update({ page: { ...store.get().page, theme } });
    dress(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (!store.get().page.theme) dress(resolveTheme(undefined));
  });
  addEventListener("online", () => client.retryNow());
  addEventListener("popstate", () => location.reload());
  phone.addEventListener("change", () => schedule("draw"));
  for (const face of ["500 12px Inter", "italic 15px 'STIX Two Text'"]) {
    document.fonts.load(face).then(() => {
      forgetWidths();
      schedule("draw");
    });
  }
  whenPlotlyIsThere(() => stage.drawAxes());

  document.documentElement.lang = store.get().language;
  translate(document, strings);
  document.title = strings("page.title");
  schedule("draw");
  askForMissing();
}

/** JSON that came inside the page. @param {string} id */
function embedded(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}

/** Plotly is large: the first picture is painted before it has arrived. @param {() => void} then */
function whenPlotlyIsThere(then) {
  if ("Plotly" in window) then();
  else document.getElementById("plotly")?.addEventListener("load", then);
}
