/**
 * Runs the variants: a stream each, started, paused, stepped and begun anew together. Every stream continues where its series ends, so a pause is
 * only a closed connection.
 *
 * @typedef {object} Run
 * @property {string} query  Of the run: what it is the answer to.
 * @property {import("../state/series.js").Series} series
 * @property {"idle" | import("../api/training-stream.js").StreamState} state
 * @property {import("../api/client.js").ApiError | null} error  What the server said against it.
 */

import { openTraining } from "../api/training-stream.js";
import { EMPTY, isComplete, told } from "../state/series.js";

/** Milliseconds without a change of the setting after which the server is asked. */
const PAUSE = 250;

/**
 * @param {object} options
 * @param {() => Run[]} options.runs
 * @param {(runs: Run[]) => void} options.onRuns  With what was changed replaced.
 * @param {(running: boolean) => void} options.onRunning
 * @param {(error: import("../api/client.js").ApiError) => void} options.onError
 * @param {typeof openTraining} [options.open]
 */
export function createRunner({ runs, onRuns, onRunning, onError, open = openTraining }) {
  /** @type {Map<string, ReturnType<typeof openTraining>>} */
  const streams = new Map();
  /** The step up to which everything is to run; null: to the end. @type {number | null} */
  let target = 1;
  let running = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /**
   * @param {string} query
   * @param {Partial<Run>} change
   */
  function change(query, change) {
    onRuns(runs().map((run) => (run.query === query ? { ...run, ...change } : run)));
  }

  /** @param {string} query */
  const find = (query) => runs().find((run) => run.query === query);

  /** @param {Run} run */
  const done = (run) => run.error !== null || isComplete(run.series) || (target !== null && run.series.count >= target);

  /** A stream for every run that has something left to do. */
  function ensure() {
    clearTimeout(timer);
    for (const run of runs()) if (!done(run) && !streams.has(run.query)) start(run);
    tellRunning();
  }

  /** @param {Run} run */
  function start({ query, series }) {
    const { steps } = Object.fromEntries(new URLSearchParams(query));
    const stopAfter = target !== null && (!steps || target < Number(steps)) ? target : null;
    streams.set(
      query,
      open(
        { query, after: series.count, stopAfter },
        {
          onEvent: (event, data) => hear(query, event, data),
          onState: (state) => {
            if (state === "closed") end(query, { state: "idle" }, stopAfter);
            else change(query, { state });
          },
          onError: (error) => {
            end(query, { state: "idle", error });
            onError(error);
          },
        },
      ),
    );
  }

  /**
   * @param {string} query
   * @param {string} event
   * @param {any} data
   */
  function hear(query, event, data) {
    const run = find(query);
    if (!run) return;
    try {
      change(query, { series: told(run.series, event, data) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Steps that never came: ask for them.
      close(query);
      start(run);
    }
  }

  /**
   * @param {string} query
   * @param {Partial<Run>} how
   * @param {number | null} [stopAfter]  Where it was to end.
   */
  function end(query, how, stopAfter = null) {
    streams.delete(query);
    change(query, how);
    const run = find(query);
    // Meanwhile a farther end may have been asked for.
    if (run && stopAfter !== null && stopAfter !== target && !done(run)) start(run);
    tellRunning();
  }

  /** @param {string} query */
  function close(query) {
    streams.get(query)?.close();
    streams.delete(query);
  }

  function tellRunning() {
    const now = target === null && streams.size > 0;
    if (now === running) return;
    running = now;
    // What is changed after the end only shows its first step.
    if (!running && target === null) target = 1;
    onRunning(running);
  }

  function closeAll() {
    clearTimeout(timer);
    for (const query of [...streams.keys()]) close(query);
    onRuns(runs().map((run) => (run.state === "idle" ? run : { ...run, state: "idle" })));
  }

  return {
    /** Run to a step, or to the end. @param {number | null} [step] */
    start(step = null) {
      target = step;
      ensure();
    },
    pause() {
      target = 1;
      closeAll();
      tellRunning();
    },
    /** Everyone one step further; whoever is behind, to where the others are. */
    step() {
      closeAll();
      const counts = runs()
        .filter((run) => run.error === null && !isComplete(run.series))
        .map(({ series }) => series.count);
      if (counts.length === 0) return;
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      target = least === most ? least + 1 : most;
      ensure();
    },
    reset() {
      closeAll();
      target = 1;
      onRuns(runs().map(({ query }) => ({ query, series: EMPTY, state: "idle", error: null })));
      ensure();
    },
    /** The variants are others: what is still asked keeps its series, the rest begins anew. @param {string[]} queries  Different from each other. */
    become(queries) {
      for (const query of [...streams.keys()]) if (!queries.includes(query)) close(query);
      onRuns(queries.map((query) => find(query) ?? { query, series: EMPTY, state: "idle", error: null }));
      clearTimeout(timer);
      timer = setTimeout(ensure, PAUSE);
      tellRunning();
    },
    retryNow() {
      for (const stream of streams.values()) stream.retryNow();
    },
    /** How many streams are open. */
    open: () => streams.size,
  };
}
