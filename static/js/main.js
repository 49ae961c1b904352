/** The composition root: makes the parts and joins them. */

import { createAnswers } from "./api/answers.js";
import { createClient } from "./api/client.js";
import { decode } from "./api/decode.js";
import { loadPlotly } from "./draw.js";
import { MOST_PINS } from "./figures/comparison.js";
import { FIGURES, HEAD_PARTS, HEAD_PARTS_AT_REST } from "./figures/index.js";
import { updateDerivable } from "./figures/update.js";
import { EXPLORE_GUIDE } from "./guides/explore.js";
import { mountActions } from "./shell/actions.js";
import { createAnnouncer } from "./shell/announcer.js";
import { createCompare } from "./shell/compare.js";
import { createHead } from "./shell/head.js";
import { whenIdle } from "./shell/idle.js";
import { createOwnNotice } from "./shell/own-notice.js";
import { embedded, openPage, pageState } from "./shell/page.js";
import { mountRail } from "./shell/rail.js";
import { refusalIn } from "./shell/refusal.js";
import { createStage } from "./shell/stage.js";
import { createStatus } from "./shell/status.js";
import { pickLanguage } from "./shell/strings.js";
import { resolveTheme } from "./shell/theme.js";
import { mountToolbar } from "./shell/toolbar.js";
import { createWave } from "./shell/wave.js";
import { createWhy } from "./shell/why.js";
import { createWorked } from "./shell/worked.js";
import { bodyOf, withoutSequence } from "./state/own.js";
import { backwardOf, baseOf, changed, lengthOf } from "./state/parameters.js";
import { asked, known, merged, missing, outdated } from "./state/parts.js";
import { createStore } from "./state/store.js";
import { parseQuery, toQuery } from "./state/url.js";

/**
 * @typedef {import("./state/url.js").Parameters} Parameters
 * @typedef {object} State
 * @property {Parameters} parameters
 * @property {Record<string, string>} page  What only the page reads from the URL.
 * @property {string[]} pins  Queries of the pinned runs.
 * @property {number} pinned  Answers and refusals of pins so far.
 * @property {import("./state/own.js").Own | null} own  Data that no link holds.
 * @property {import("./state/parts.js").Known | null} known  The newest answer.
 * @property {string} language
 * @property {string} theme
 * @property {[number, number] | null} range
 * @property {import("./figures/answer.js").Pointer | null} pointer
 * @property {number | null} wave
 * @property {import("./figures/answer.js").Path | null} path
 */

const catalog = embedded("catalog");
/** Milliseconds without a change after which nothing is thought to move. */
const PAUSE = 120;
const { parameters, page: opened, pins } = parseQuery(location.search, catalog.parameters);
/** @type {import("./state/own.js").Own | null} */
const own = history.state?.own ?? null;
const initial = own ? null : embedded("initial");
// A link can't bring the data that it was made with.
const bereft = parameters.source === "own" && !own;
if (bereft) parameters.source = catalog.parameters.source.default;

const store = createStore(
  /** @type {State} */ ({
    parameters,
    pins: pins.slice(0, MOST_PINS),
    pinned: 0,
    own,
    known: initial ? known(decode(initial), parameters) : null,
    range: null,
    pointer: null,
    wave: null,
    path: null,
    ...pageState(opened),
  }),
);

start();

async function start() {
  const page = await openPage({
    store,
    title: EXPLORE_GUIDE.title,
    query: () => toQuery(store.get().parameters, store.get().page, store.get().pins),
    // Own data goes beside the address, so that reloading and the browser's Back keep it.
    beside: () => (store.get().own ? { own: store.get().own } : null),
    draw,
    print: () => stage.drawForPrint(),
    spoken: () => {
      rail = railOf();
      toolbar.update();
      actions.update();
    },
  });
  const { strings, hidden } = page;
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

  const run = () => store.get().known?.run ?? null;
  /** @param {Parameters} difference */
  function change(difference) {
    const { parameters: now, own: mine, known: have } = store.get();
    const left = "source" in difference && mine?.x ? { own: withoutSequence(mine), known: outdated(have) } : {};
    store.update({ parameters: changed(now, difference, catalog), ...left });
  }
  function dropOwn() {
    const { parameters: now } = store.get();
    const source = now.source === "own" ? catalog.parameters.source.default : now.source;
    go(changed({ ...now, source: "" }, { source }, catalog), { own: null });
  }
  /**
   * To another setting, in a step that the browser's Back undoes.
   * @param {Parameters} next
   * @param {{ own?: import("./state/own.js").Own | null, pins?: string[] }} [more]  What changes with it.
   */
  function go(next, more = {}) {
    page.writeAddressNow();
    history.pushState(null, "");
    const stale = more.own === undefined ? {} : { known: outdated(store.get().known) };
    store.update({ parameters: next, path: null, range: null, ...more, ...stale });
    page.writeAddressNow();
  }
  const situation = () => ({ parameters: store.get().parameters, run: run(), catalog });

  /** @returns {import("./figures/answer.js").Backward} */
  function backward() {
    const { parameters: now } = store.get();
    return {
      window: now.truncation === null ? null : Number(now.truncation),
      mode: String(now.truncation_mode),
      threshold: Number(now.clip_threshold),
      clipMode: String(now.clip_mode),
      rate: Number(now.learning_rate),
    };
  }

  const spectral = () => store.get().page.spectral === "1";
  function toggleSpectral() {
    const { spectral: on, ...rest } = store.get().page;
    store.update({ page: on === "1" ? rest : { ...rest, spectral: "1" } });
    announcer.now(strings()(spectral() ? "norms.spectral_shown" : "norms.spectral_hidden"));
  }

  const status = createStatus(find("status"));
  const announcer = createAnnouncer();
  const head = createHead(find("verdict"), find("update"));
  const stage = createStage({
    figures: FIGURES,
    root: find("figures"),
    run,
    view: () => ({
      compact: page.compact(),
      theme: store.get().theme,
      ...page.look(),
      range: store.get().range,
      pointer: store.get().pointer,
      wave: store.get().wave,
      backward: backward(),
      ghosts: compare.ghosts(),
      path: store.get().path,
      spectral: spectral(),
    }),
    strings,
    onRange: (range) => store.update({ range }),
    onPointer: (pointer) => store.update({ pointer }),
    onInView: () => {
      page.schedule("draw");
      askForMissing();
    },
  });
  /** @type {import("./shell/actions.js").Desk} */
  const desk = {
    store,
    catalog,
    strings,
    guide: EXPLORE_GUIDE,
    situation,
    query: (shown) => toQuery(store.get().parameters, shown, store.get().pins),
    bereaves: () => store.get().own !== null,
    run,
    backward,
    go,
    answers: createAnswers(),
    look: page.lookOf,
    say: announcer.now,
    dropOwn,
    ghosts: () => compare.ghosts(),
    togglePlay: () => wave.toggle(),
    spectral: { toggle: toggleSpectral, isShown: spectral },
    compare: { toggle: () => compare.toggle(), isPinned: () => compare.isPinned() },
  };
  const figureOf = (/** @type {string} */ name) =>
    hidden.has(name) ? null : /** @type {HTMLElement | null} */ (document.querySelector(`[data-figure="${name}"]`));
  const compare = createCompare(figureOf("compare"), desk);
  const worked = createWorked(figureOf("worked"), desk);
  const why = createWhy(find("why"), desk);
  const ownNotice = createOwnNotice(find("own"), desk);
  const actions = mountActions(find("actions"), EXPLORE_GUIDE.actions, desk, hidden);
  const wave = createWave({
    run,
    backward,
    onMove: (k) => store.update({ wave: k }),
    onPlaying: (playing) => toolbar.playing(playing),
  });
  const toolbar = mountToolbar(find("aligned-tools"), { wave, zoom: stage.zoom, spectral: desk.spectral, strings });
  let rail = railOf();

  const client = createClient({
    onAnswer: (answer, { tag }) => {
      status.clear();
      rail.problem(null, null);
      if (tag.own === store.get().own) store.update({ known: merged(store.get().known, answer, tag.parameters) });
      askForMissing();
    },
    onError: (error) => {
      const now = store.get();
      const length = lengthOf(now.parameters, catalog) ?? run()?.parameters.length ?? null;
      const message = refusalIn(error, strings(), now.language, length);
      if (!rail.problem(error.parameter, message)) status.error(message);
      else status.clear();
    },
    onState: (state) => status.state(state, strings()),
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let laterTimer;

  /** The server is asked only for what changes network, sequence or loss, or for parts that aren't there. */
  function askForMissing() {
    clearTimeout(laterTimer);
    const { known: have, parameters: now, own: mine } = store.get();
    const derivable = () => have !== null && updateDerivable(have.run, backward());
    const length = lengthOf(now, catalog) ?? have?.run.parameters.length ?? 0; // not known yet: taken as short
    const wanted = [...HEAD_PARTS, ...stage.wanted()].filter((part) => part !== "terms" || worked.fits());
    const parts = missing(have, now, wanted, length, derivable, HEAD_PARTS_AT_REST);
    const ask = (/** @type {string[]} */ missing, /** @type {boolean} */ patient) => {
      const { include, norms } = asked(missing);
      client.request({
        query: `${toQuery(now)}&include=${include.join(",")}&norms=${norms}&arrays=typed`,
        body: mine && bodyOf(now, mine, { include, norms, arrays: "typed" }),
        tag: { parameters: now, own: mine },
        patient,
      });
    };
    if (parts.now.length === 0) client.dismiss(({ tag }) => baseOf(tag) !== baseOf(now));
    if (parts.now.length > 0) ask(parts.now, false);
    else {
      // Back at a setting whose answer is here: what the server said about another one is settled.
      status.accepted();
      rail.problem(null, null);
      if (parts.later.length > 0) laterTimer = setTimeout(() => ask(parts.later, true), PAUSE);
    }
  }

  /** @param {Set<string>} what */
  function draw(what) {
    if (!what.has("draw")) {
      stage.drawOverlays();
      return;
    }
    const answer = run();
    worked.update();
    compare.update();
    why.update();
    ownNotice.update();
    if (answer) {
      head.draw(answer, backward(), strings());
      announcer.later(find("verdict").textContent ?? "");
    }
    stage.draw();
  }

  function railOf() {
    const { locked } = page;
    return mountRail(find("rail"), {
      groups: EXPLORE_GUIDE.groups,
      situation,
      strings: strings(),
      change,
      locked,
      hidden,
    });
  }

  store.subscribe((now, before) => {
    const moved = now.parameters !== before.parameters;
    const relooked = now.page.spectral !== before.page.spectral;
    if (moved) {
      if (now.parameters.length !== before.parameters.length || now.parameters.source !== before.parameters.source)
        store.update({ range: null });
      askForMissing();
      if (now.wave !== null) wave.stop();
    } else if (relooked || Boolean(now.pointer) !== Boolean(before.pointer)) askForMissing();
    if (relooked) toolbar.update();
    if (moved || now.known !== before.known) rail.update();
    if (now.pins !== before.pins || (moved && now.pins.length > 0)) actions.update();
    if (moved || now.page !== before.page || now.pins !== before.pins) page.writeAddress();
    // What the server must answer is drawn when it has: until then the last picture stays as it is.
    const redraw =
      now.known !== before.known ||
      now.pins !== before.pins ||
      now.pinned !== before.pinned ||
      now.path !== before.path ||
      now.range !== before.range ||
      now.theme !== before.theme ||
      now.language !== before.language ||
      relooked ||
      (moved && backwardOf(now.parameters) !== backwardOf(before.parameters));
    if (redraw) page.schedule("draw");
    else if (now.pointer !== before.pointer || now.wave !== before.wave) page.schedule("overlay");
  });

  addEventListener("online", () => client.retryNow());
  addEventListener("popstate", () => {
    const there = parseQuery(location.search, catalog.parameters);
    const same = (/** @type {string} */ name) => there.page[name] === store.get().page[name];
    if (!["hide", "lock", "embed"].every(same)) {
      location.reload();
      return;
    }
    const mine = history.state?.own ?? null;
    const stale = mine || store.get().own ? { known: outdated(store.get().known) } : {};
    store.update({
      parameters: there.parameters,
      pins: there.pins.slice(0, MOST_PINS),
      page: there.page,
      own: mine,
      path: null,
      range: null,
      ...stale,
    });
    const language = pickLanguage(there.page.lang);
    if (language !== store.get().language) page.speak(language);
    const theme = resolveTheme(there.page.theme);
    if (theme !== store.get().theme) page.dress(theme);
  });
  if (matchMedia("(hover: hover)").matches) {
    const { plotly = "", plotlyStyles = "" } = document.documentElement.dataset;
    requestAnimationFrame(() => whenIdle(() => loadPlotly(plotly, plotlyStyles, () => stage.drawAxes())));
  }

  page.schedule("draw");
  askForMissing();
  if (bereft) announcer.now(strings()("own.bereft"));
}
