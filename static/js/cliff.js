/**
 * The page of the cliff: makes the parts and joins them. The surface is asked for when the network, its slice or the region changes; the descents,
 * a small answer, whenever their start or their steps do.
 *
 * @typedef {import("./state/url.js").Parameters} Parameters
 * @typedef {object} State
 * @property {Parameters} parameters
 * @property {any} surface
 * @property {any} bifurcation
 * @property {any} descents  The newest that came; null before.
 * @property {{ w: number, b: number } | null} pointer
 * @property {Record<string, string>} page  What only the page reads from the URL.
 * @property {string} language
 * @property {string} theme
 *
 * @typedef {object} CliffParts
 * @property {ReturnType<typeof import("./state/store.js").createStore<State>>} store
 * @property {any} catalog  With the form of the cliff as its parameters.
 * @property {() => any} run
 * @property {(theme?: string) => ReturnType<typeof import("./shell/theme.js").readTheme>} lookOf
 * @property {() => Parameters} changed  Parameters that aren't at their default.
 * @property {() => import("./api/client.js").Question} question  Of the API, for all of it.
 * @property {ReturnType<typeof import("./api/answers.js").createAnswers>} answers
 * @property {() => "error" | "gradient"} show
 * @property {() => string} address  Of what is seen.
 * @property {(text: string) => void} say
 *
 * @typedef {import("./shell/actions.js").GuidedDesk & CliffParts} CliffDesk  The page, as its parts and dialogs see it.
 */

import { createAnswers } from "./api/answers.js";
import { createClient } from "./api/client.js";
import { make } from "./controls/slider.js";
import { CLIFF_STORIES } from "./facts.js";
import { CLIFF_FIGURES } from "./figures/cliff/index.js";
import { placeAt } from "./figures/cliff/surface.js";
import { cliffWords } from "./figures/cliff/verdict.js";
import { CLIFF_GUIDE } from "./guides/cliff.js";
import { number } from "./math/format.js";
import { mountActions } from "./shell/actions.js";
import { createAnnouncer } from "./shell/announcer.js";
import { nodesOf } from "./shell/markup.js";
import { embedded, openPage, pageState } from "./shell/page.js";
import { mountRail } from "./shell/rail.js";
import { refusalIn } from "./shell/refusal.js";
import { createStage } from "./shell/stage.js";
import { createStatus } from "./shell/status.js";
import { mountTools } from "./shell/toolbar.js";
import { changedCliff, cliffStoryOf, DESCENT, moved, zoomed } from "./state/cliff.js";
import { createStore } from "./state/store.js";
import { changedFrom, parseQuery, toQuery } from "./state/url.js";

const PATH = "api/v1/cliff";
/** The grid of the surface once nothing moves any more; while something does, the API's own. */
const FINE = Object.freeze({ w_points: 221, b_points: 301 });
/** Milliseconds without a change after which nothing is thought to move. */
const PAUSE = 200;

const whole = embedded("catalog");
const catalog = { ...whole, parameters: whole.cliff_parameters };
const specifications = catalog.parameters;
const { parameters: asked, page: shown } = parseQuery(location.search, specifications);

const store = createStore(
  /** @type {State} */ ({
    parameters: asked,
    surface: null,
    bifurcation: null,
    descents: null,
    pointer: null,
    ...pageState(shown),
  }),
);

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
let said = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let fineTimer;

const page = await openPage({
  store,
  title: CLIFF_GUIDE.title,
  query: address,
  draw,
  print: () => stage.drawForPrint(),
  spoken: () => {
    rail = railOf();
    actions.update();
    tools.update();
    buildStories();
  },
});
const { strings } = page;

const status = createStatus(find("status"));
const announcer = createAnnouncer();

/** What the figures read. @returns {any} */
function run() {
  const { surface, bifurcation, descents, parameters } = store.get();
  return {
    parameters,
    ...(surface && bifurcation ? { surface, bifurcation } : {}),
    ...(descents ? { descents } : {}),
  };
}

/** @type {CliffDesk} */
const desk = {
  store,
  catalog,
  strings,
  guide: CLIFF_GUIDE,
  situation,
  query: address,
  run,
  lookOf: page.lookOf,
  changed: changedOnly,
  question: () => ({ path: PATH, query: toQuery(store.get().parameters) }),
  answers: createAnswers(),
  show: showNow,
  address: () => `${location.origin}${location.pathname}?${address()}`,
  say: announcer.now,
};

const stage = createStage({
  figures: CLIFF_FIGURES,
  root: find("figures"),
  run,
  view: () =>
    /** @type {any} */ ({
      compact: page.compact(),
      theme: store.get().theme,
      ...page.look(),
      pointer: store.get().pointer,
      range: null,
      show: showNow(),
    }),
  strings,
  onRange: () => {},
  onPointer: () => {},
  onInView: () => page.schedule("draw"),
});

const actions = mountActions(find("actions"), CLIFF_GUIDE.actions, desk, page.hidden);
const tools = mountTools(
  find("surface-tools"),
  [
    ["zoom.in", "zoom-in", () => zoom(0.5)],
    ["zoom.out", "zoom-out", () => zoom(2)],
    ["cliff.zoom_all", "zoom-all", () => zoom(null)],
  ],
  strings,
);
let rail = railOf();

/** @param {(answer: any) => Partial<State>} take */
const clientOf = (take) =>
  createClient({
    onAnswer: (answer) => {
      status.clear();
      rail.problem(null, null);
      store.update(take(answer));
    },
    onError: (error) => {
      const message = refusalIn(error, strings(), store.get().language);
      if (!rail.problem(error.parameter, message)) status.error(message);
      else status.clear();
    },
    onState: (state) => status.state(state, strings()),
  });
const surfaces = clientOf(({ surface, bifurcation }) => ({ surface, bifurcation }));
const descents = clientOf((answer) => ({ descents: answer.descents }));

store.subscribe((now, before) => {
  const changed = now.parameters !== before.parameters;
  if (changed) {
    ask(before.parameters);
    rail.update();
  }
  if (now.page !== before.page) rail.update();
  if (changed || now.page !== before.page) page.writeAddress();
  if (now.pointer !== before.pointer && !changed && now.descents === before.descents && now.surface === before.surface)
    page.schedule("overlay");
  else page.schedule("draw");
});

listenToSurface();
buildStories();
ask(null);
page.schedule("draw");
addEventListener("online", () => {
  surfaces.retryNow();
  descents.retryNow();
});
addEventListener("popstate", () => location.reload());

/** Only what is out of date. @param {Parameters | null} before */
function ask(before) {
  const { parameters: now } = store.get();
  const differ = Object.keys(now).filter((name) => before === null || now[name] !== before[name]);
  if (differ.some((name) => !DESCENT.includes(name))) {
    clearTimeout(fineTimer);
    const questionOf = (/** @type {Parameters} */ grid) => ({
      path: PATH,
      query: `${toQuery({ ...now, ...grid, descent_steps: 0 })}&arrays=typed`,
    });
    surfaces.request(questionOf({}));
    fineTimer = setTimeout(() => surfaces.request({ ...questionOf(FINE), patient: true }), PAUSE);
  }
  if (differ.some((name) => name !== "bifurcation_w"))
    descents.request({
      path: PATH,
      query: `${toQuery({ ...now, w_points: 2, b_points: 2, bifurcation_points: 2 })}&arrays=typed`,
    });
}

/** @param {Set<string>} what */
function draw(what) {
  if (!what.has("draw")) {
    stage.drawOverlays();
    return;
  }
  const { descents: have } = store.get();
  if (have) drawWords();
  updateStories();
  stage.draw();
}

function drawWords() {
  const words = cliffWords(run(), strings());
  const key = JSON.stringify(words);
  if (key === said) return;
  said = key;
  const verdict = find("verdict");
  verdict.dataset.kind = words.kind;
  verdict.replaceChildren(
    make("strong", "verdict-title", words.title),
    ...words.sentences.flatMap((sentence, i) => [
      " ",
      make("span", `path-key path-${i === 0 ? "raw" : "clipped"}`),
      ...nodesOf(sentence),
    ]),
  );
  const { w_start: w, b_start: b } = store.get().parameters;
  announcer.later(
    `${strings()("cliff.start", { w: number(Number(w), 3), b: number(Number(b), 3) })}. ${verdict.textContent}`,
  );
}

/** A press on the surface moves the start there, dragging takes it along; arrow keys move it a little. */
function listenToSurface() {
  const panel = stage.panels.find(({ figure }) => figure.name === "surface");
  if (!panel) return;
  const { holder, surface } = panel;
  let dragging = false;
  const at = (/** @type {PointerEvent} */ event) => {
    const layout = surface.layout();
    if (!layout) return null;
    const box = holder.getBoundingClientRect();
    return placeAt(layout, event.clientX - box.left, event.clientY - box.top);
  };
  holder.addEventListener("pointerdown", (event) => {
    const place = at(event);
    if (!place || event.button !== 0) return;
    dragging = true;
    holder.setPointerCapture(event.pointerId);
    start(place);
  });
  holder.addEventListener("pointermove", (event) => {
    const place = at(event);
    if (dragging && place) start(place);
    store.update({ pointer: place });
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
    holder.addEventListener(name, () => {
      dragging = false;
    });
  holder.addEventListener("pointerleave", () => store.update({ pointer: null }));
  holder.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (by) {
      event.preventDefault();
      const { parameters } = store.get();
      start(moved(parameters, by[0], by[1], event.shiftKey));
    } else if (["+", "=", "-", "0"].includes(event.key)) {
      event.preventDefault();
      zoom(event.key === "0" ? null : event.key === "-" ? 2 : 0.5);
    }
  });
}

/** What a lesson's link has locked stays where it is. @param {{ w: number, b: number }} place */
function start({ w, b }) {
  const place = Object.entries({ w_start: Number(w.toFixed(4)), b_start: Number(b.toFixed(4)) });
  change(Object.fromEntries(place.filter(([name]) => !page.locked.has(name))));
}

/** @param {Parameters} difference */
function change(difference) {
  const { show, ...rest } = difference;
  const { parameters, page: own } = store.get();
  if (show !== undefined) store.update({ page: { ...own, show: String(show) } });
  if (Object.keys(rest).length > 0) store.update({ parameters: changedCliff(parameters, rest) });
}

/** Into the surface around the start, or out of it; null shows the region of the beginning. @param {number | null} factor */
function zoom(factor) {
  const { parameters } = store.get();
  change(zoomed(parameters, factor, specifications));
}

function showNow() {
  return store.get().page.show === "gradient" ? "gradient" : "error";
}

function railOf() {
  return mountRail(find("rail"), {
    groups: CLIFF_GUIDE.groups,
    situation,
    strings: strings(),
    change,
    locked: page.locked,
    hidden: page.hidden,
  });
}

function situation() {
  return { parameters: { ...store.get().parameters, show: showNow() }, run: null, catalog };
}

function buildStories() {
  const row = find("stories");
  row.replaceChildren();
  for (const { name, parameters } of CLIFF_STORIES) {
    const button = row.appendChild(make("button", "story-button", strings()(`cliff.story.${name}.title`)));
    button.type = "button";
    button.dataset.story = name;
    button.addEventListener("click", () => {
      page.writeAddressNow();
      history.pushState(null, "");
      const { parameters: defaults } = parseQuery("", specifications);
      store.update({ parameters: { ...defaults, ...parameters } });
      page.writeAddressNow();
      announcer.now(strings()(`cliff.story.${name}.watch`).replace(/[_{}]/g, ""));
    });
  }
  updateStories();
}

function updateStories() {
  const story = cliffStoryOf(store.get().parameters, specifications);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (find("stories").querySelectorAll("button")))
    button.setAttribute("aria-pressed", String(button.dataset.story === story));
  const words = strings()(story ? `cliff.story.${story}.watch` : "cliff.about");
  const about = find("about");
  if (about.dataset.said === words) return;
  about.dataset.said = words;
  about.replaceChildren(...nodesOf(words));
}

/** Parameters that aren't at their default. */
function changedOnly() {
  return changedFrom(store.get().parameters, specifications);
}

/** What stands behind the question mark: what isn't at its default. */
function address(shown = store.get().page) {
  const { show: _, ...rest } = shown;
  return toQuery(changedOnly(), { ...rest, ...(showNow() === "gradient" ? { show: "gradient" } : {}) });
}
