/**
 * The page of training runs: makes the parts and joins them.
 *
 * @typedef {import("./state/url.js").Parameters} Parameters
 * @typedef {object} State
 * @property {import("./state/variants.js").Setting} setting
 * @property {import("./shell/runner.js").Run[]} runs
 * @property {boolean} running
 * @property {number | null} scope  The variant that the controls change; null: what all share.
 * @property {number | null} at  The step of training whose network is shown; null: the newest.
 * @property {any} pointer
 * @property {Record<string, string>} page  What only the page reads from the URL.
 * @property {string} language
 * @property {string} theme
 *
 * @typedef {object} TrainParts
 * @property {ReturnType<typeof import("./state/store.js").createStore<State>>} store
 * @property {any} catalog  With the form of a training run as its parameters.
 * @property {() => import("./figures/training/session.js").Session} session
 * @property {(index: number) => import("./shell/runner.js").Run} runOf
 * @property {(index: number) => string[]} contrastOf
 * @property {(index: number) => ReturnType<typeof import("./figures/training/outcome.js").outcomeWords> | null} outcomeOf  Once it has ended.
 * @property {ReturnType<typeof import("./shell/runner.js").createRunner>} runner
 * @property {(setting: import("./state/variants.js").Setting) => void} go  To another setting; the browser's Back returns.
 * @property {(theme?: string) => ReturnType<typeof import("./shell/theme.js").readTheme>} lookOf
 * @property {(theme: string) => string[]} coloursOf  Of the variants.
 * @property {(index: number) => string} shortQuery  Of a variant's run: what isn't at its default.
 * @property {() => string} address  Of what is seen.
 * @property {(text: string) => void} say
 * @property {(text: string) => void} later
 *
 * @typedef {import("./shell/actions.js").GuidedDesk & TrainParts} TrainDesk  The page, as its parts and dialogs see it.
 */

import { TRAINING_FIGURES } from "./figures/training/index.js";
import { outcomeWords } from "./figures/training/outcome.js";
import { TRAINING_GUIDE } from "./guides/training.js";
import { mountActions } from "./shell/actions.js";
import { createAnnouncer } from "./shell/announcer.js";
import { embedded, openPage, pageState } from "./shell/page.js";
import { mountRail } from "./shell/rail.js";
import { refusalIn } from "./shell/refusal.js";
import { createRunBar } from "./shell/run-bar.js";
import { createRunner } from "./shell/runner.js";
import { createScrubber } from "./shell/scrubber.js";
import { createStage } from "./shell/stage.js";
import { createStatus } from "./shell/status.js";
import { createStory } from "./shell/story.js";
import { contrastOf, createScope, createVariants } from "./shell/variants.js";
import { EMPTY, isComplete } from "./state/series.js";
import { createStore } from "./state/store.js";
import { changedFrom, toQuery } from "./state/url.js";
import {
  changedSetting,
  LETTERS,
  lengthOf,
  parametersOf,
  parseSetting,
  queryOf,
  settingOf,
  settingQuery,
  storyOf,
  taskOf,
} from "./state/variants.js";

/** Least milliseconds between two drawings while numbers come in. */
const FRAME = 50;
/** Milliseconds between two changes of the address while training goes on. */
const ADDRESS_PAUSE = 2000;
/** The share of chance that counts as learned where no story says another. */
const GOAL = 0.4;

const whole = embedded("catalog");
const catalog = { ...whole, parameters: whole.training_parameters };
const specifications = catalog.training_parameters;
const { setting: asked, page: opened } = parseSetting(location.search, specifications);

const store = createStore(
  /** @type {State} */ ({
    setting: asked ?? settingOf(catalog.training_presets[0], catalog),
    runs: [],
    running: false,
    scope: null,
    at: numberOf(opened.at),
    pointer: null,
    ...pageState(opened),
  }),
);

/** The session as it was last made. @type {{ key: any[], session: import("./figures/training/session.js").Session } | null} */
let kept = null;
/** When the address was last written. */
let writtenAt = 0;

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const page = await openPage({
  store,
  title: TRAINING_GUIDE.title,
  query: address,
  draw,
  print: () => stage.drawForPrint(),
  spoken: () => {
    rail = railOf();
    actions.update();
  },
  rest: FRAME,
});
const { strings } = page;

const status = createStatus(find("status"));
const announcer = createAnnouncer();
const runner = createRunner({
  runs: () => store.get().runs,
  onRuns: (runs) => store.update({ runs }),
  onRunning: (running) => store.update({ running }),
  onError: (error) => {
    const message = refusalIn(error, strings(), store.get().language);
    if (!rail.problem(error.parameter, message)) status.error(message);
  },
});

/** @type {TrainDesk} */
const desk = {
  store,
  catalog,
  strings,
  guide: TRAINING_GUIDE,
  situation,
  query: address,
  session,
  runOf,
  contrastOf: (index) => contrastOf(store.get().setting, index, catalog, strings()),
  outcomeOf,
  runner,
  go,
  lookOf: page.lookOf,
  coloursOf: (theme) => page.dressed(theme, coloursNow),
  shortQuery: (index) => toQuery(changedFrom(parametersOf(store.get().setting, index), specifications)),
  address: () => `${location.origin}${location.pathname}?${address()}`,
  say: announcer.now,
  later: announcer.later,
};

const stage = createStage({
  figures: TRAINING_FIGURES,
  root: find("figures"),
  run: session,
  view: () =>
    /** @type {any} */ ({
      compact: page.compact(),
      theme: store.get().theme,
      ...page.look(),
      pointer: store.get().pointer,
      range: null,
      colours: coloursNow(),
    }),
  strings,
  onRange: () => {},
  onPointer: (pointer) => store.update({ pointer }),
  onInView: () => page.schedule("draw"),
});

const story = createStory(find("stories"), find("story"), desk);
const variants = createVariants(find("variants"), desk);
const runBar = createRunBar(find("run-bar"), desk);
const scrubber = createScrubber(find("scrubber"), desk);
let rail = railOf();
const scope = createScope(find("scope"), find("rail"), desk);
const actions = mountActions(find("actions"), TRAINING_GUIDE.actions, desk, page.hidden);

for (const panel of stage.panels) {
  if (panel.figure.along !== "step") continue;
  const look = () => {
    const step = store.get().pointer?.step;
    if (step !== undefined) store.update({ at: step >= session().reached ? null : step });
  };
  panel.holder.addEventListener("click", look);
  panel.holder.addEventListener("keydown", (event) => {
    if (event.key === "Enter") look();
  });
}

store.subscribe((now, before) => {
  const asks = now.setting !== before.setting;
  if (asks) {
    if (stale(now, before)) runner.become(queries());
    rail.problem(null, null);
    status.clear();
  }
  if (asks || now.scope !== before.scope) rail.update();
  if (asks || now.at !== before.at || now.page !== before.page || (before.running && !now.running)) page.writeAddress();
  else if (now.runs !== before.runs) writeAddressLater();
  if (now.runs !== before.runs) tellConnection();
  if (now.pointer !== before.pointer && now.runs === before.runs && now.at === before.at && !asks)
    page.schedule("overlay");
  else page.schedule("draw");
});

runner.become(queries());
// A link shows what its maker saw: as many steps as there were.
runner.start(Math.max(1, numberOf(opened.until) ?? 1));
page.schedule("draw");

addEventListener("online", () => runner.retryNow());
addEventListener("pagehide", () => runner.pause());
addEventListener("popstate", () => location.reload());

/** @param {Set<string>} what */
function draw(what) {
  if (!what.has("draw")) {
    stage.drawOverlays();
    return;
  }
  story.update();
  variants.update();
  runBar.update();
  scope.update();
  scrubber.update();
  stage.draw();
}

/** The queries of all variants, each once. */
function queries() {
  const { setting } = store.get();
  return [...new Set(setting.variants.map((_, i) => queryOf(setting, i)))];
}

/**
 * @param {State} now
 * @param {State} before
 */
function stale(now, before) {
  const all = (/** @type {State} */ { setting }) => setting.variants.map((_, i) => queryOf(setting, i)).join(" ");
  return all(now) !== all(before);
}

/**
 * @param {number} index
 * @returns {import("./shell/runner.js").Run}
 */
function runOf(index) {
  const { setting, runs } = store.get();
  const query = queryOf(setting, index);
  return runs.find((run) => run.query === query) ?? { query, series: EMPTY, state: "idle", error: null };
}

/** What the figures read; the same object as long as nothing of it changes. */
function session() {
  const { setting, runs, at, language } = store.get();
  const key = [setting, runs, at, language];
  if (kept?.key.every((part, i) => part === key[i])) return kept.session;
  const told = storyOf(setting, catalog);
  const all = setting.variants.map((_, i) => {
    const contrast = contrastOf(setting, i, catalog, strings());
    const name = told
      ? strings()(`story.${told.name}.${told.variants[i].name}`)
      : contrast.join(" · ") || strings()("variants.shared");
    return { letter: LETTERS[i], name, series: runOf(i).series, parameters: parametersOf(setting, i) };
  });
  const plan = all.find(({ series }) => series.plan)?.series.plan ?? null;
  const reached = Math.max(0, ...all.map(({ series }) => series.count));
  const made = {
    variants: all,
    steps: Number(plan?.steps ?? setting.shared.steps),
    reached,
    at: at === null ? reached : Math.min(at, reached),
    chance: plan?.task.chance ?? taskOf(setting.shared, catalog)?.chance ?? null,
    parameters: { length: lengthOf(setting.shared, catalog) },
  };
  kept = { key, session: made };
  return made;
}

/** @param {number} index */
function outcomeOf(index) {
  const { series } = runOf(index);
  if (!isComplete(series) || series.count === 0) return null;
  const goal = storyOf(store.get().setting, catalog)?.goal ?? GOAL;
  return outcomeWords(session(), index, goal, strings());
}

/** @param {import("./state/variants.js").Setting} setting */
function go(setting) {
  page.writeAddressNow();
  history.pushState(null, "");
  runner.pause();
  store.update({ setting, scope: null, at: null });
  page.writeAddressNow();
}

function railOf() {
  return mountRail(find("rail"), {
    groups: TRAINING_GUIDE.groups,
    situation,
    strings: strings(),
    change: (change) => {
      const { setting, scope: to } = store.get();
      store.update({ setting: changedSetting(setting, change, to, catalog) });
    },
    locked: page.locked,
    hidden: page.hidden,
  });
}

function situation() {
  const { setting, scope: to } = store.get();
  return { parameters: to === null ? setting.shared : parametersOf(setting, to), run: null, catalog };
}

/** What stands behind the question mark: the setting, how far it has come, where the person looks. */
function address(shown = store.get().page) {
  const { setting, runs, at } = store.get();
  const reached = Math.max(0, ...runs.map(({ series }) => series.count));
  const { until: _, at: __, ...rest } = shown;
  return settingQuery(setting, specifications, {
    ...rest,
    ...(reached > 1 ? { until: String(reached) } : {}),
    ...(at !== null ? { at: String(at) } : {}),
  });
}

/** While steps come in, the address follows now and then. */
function writeAddressLater() {
  if (performance.now() - writtenAt < ADDRESS_PAUSE) return;
  writtenAt = performance.now();
  page.writeAddressNow();
}

/** Above the figures only what concerns everything: nobody answers. */
function tellConnection() {
  const states = store.get().runs.map(({ state }) => state);
  const trouble = /** @type {const} */ (["lost", "busy"]).find((state) => states.includes(state));
  if (trouble) status.state(trouble, () => strings()(`run.${trouble}`));
  else status.state("idle", strings());
}

function coloursNow() {
  const style = getComputedStyle(document.documentElement);
  return LETTERS.map((_, i) => style.getPropertyValue(`--variant-${i + 1}`).trim());
}

/** @param {string | undefined} text */
function numberOf(text) {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value >= 0 ? value : null;
}
