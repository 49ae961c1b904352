import assert from "node:assert/strict";
import { test } from "node:test";
import { openTraining } from "../../static/js/api/training-stream.js";
import { TRAINING_COLUMNS } from "../../static/js/facts.js";
import { createRunner } from "../../static/js/shell/runner.js";

/** EventSource, fetch and a clock that do as they are told. */
function stand(after = 0, stopAfter = /** @type {number | null} */ (null)) {
  const log = /** @type {any[]} */ ([]);
  const sources = /** @type {FakeSource[]} */ ([]);
  const timers = /** @type {(() => void)[]} */ ([]);
  const asked = /** @type {{ url: string, answer: (response: any) => void, fail: () => void }[]} */ ([]);

  class FakeSource {
    static CLOSED = 2;
    readyState = 0;
    /** @type {Record<string, (event: { data: string }) => void>} */
    listeners = {};
    onopen = () => {};
    onerror = () => {};
    /** @param {string} url */
    constructor(url) {
      this.url = url;
      sources.push(this);
    }
    /**
     * @param {string} name
     * @param {any} listener
     */
    addEventListener(name, listener) {
      this.listeners[name] = listener;
    }
    close() {
      this.readyState = 2;
    }
    /**
     * @param {string} name
     * @param {any} data
     */
    say(name, data) {
      this.listeners[name]({ data: JSON.stringify(data) });
    }
    /** @param {number} state */
    break(state) {
      this.readyState = state;
      this.onerror();
    }
  }

  const stream = openTraining(
    { query: "seed=1", after, stopAfter },
    {
      onEvent: (event, data) => log.push([event, data.last ?? data.reason ?? null]),
      onState: (state) => log.push(state),
      onError: (error) => log.push(["error", error.code, error.parameter]),
    },
    /** @type {any} */ ({
      EventSource: FakeSource,
      fetch: (/** @type {string} */ url, /** @type {any} */ { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
          asked.push({ url, answer: resolve, fail: () => reject(new TypeError("network")) });
        }),
      setTimeout: (/** @type {() => void} */ action) => timers.push(action),
      clearTimeout: () => {},
    }),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { stream, sources, timers, asked, log, settle };
}

const answer = (/** @type {number} */ status, /** @type {any} */ body = null, headers = {}) => ({
  status,
  ok: status < 300,
  headers: new Headers(headers),
  json: () => Promise.resolve(body),
});

test("the address says where to go on and where to end", () => {
  assert.equal(stand().sources[0].url, "api/v1/trainings/events?seed=1");
  assert.equal(stand(7, 8).sources[0].url, "api/v1/trainings/events?seed=1&last_event_id=7&stop_after=8");
});

test("EventSource reconnects by itself; that it does is told", () => {
  const { sources, log } = stand();
  sources[0].onopen();
  sources[0].say("step", { last: 3 });
  sources[0].break(0);
  sources[0].onopen();
  sources[0].say("step", { last: 4 });
  assert.deepEqual(log, ["connecting", "open", ["step", 3], "lost", "open", ["step", 4]]);
  assert.equal(sources.length, 1);
});

test("the end closes the connection, a server that shuts down does not", () => {
  const shutdown = stand();
  shutdown.sources[0].say("interrupted", { reason: "shutdown" });
  assert.equal(shutdown.sources[0].readyState, 0);
  const finished = stand();
  finished.sources[0].say("finished", {});
  assert.deepEqual([finished.sources[0].readyState, finished.log.at(-1)], [2, "closed"]);
  const stopped = stand(0, 1);
  stopped.sources[0].say("interrupted", { reason: "stop_after" });
  assert.deepEqual([stopped.sources[0].readyState, stopped.log.at(-1)], [2, "closed"]);
});

test("a refusal is asked for its reason", async () => {
  const { sources, asked, log, settle } = stand();
  sources[0].break(2);
  asked[0].answer(answer(422, { error: { code: "invalid_parameter", message: "no", parameter: "length" } }));
  await settle();
  assert.deepEqual(log.at(-1), ["error", "invalid_parameter", "length"]);
  assert.equal(sources.length, 1);
});

test("a busy server is asked again, after the last step that came", async () => {
  const { sources, asked, log, timers, settle } = stand();
  sources[0].say("step", { last: 5 });
  sources[0].break(2);
  assert.equal(asked[0].url, "api/v1/trainings/events?seed=1&last_event_id=5");
  asked[0].answer(answer(503, null, { "Retry-After": "5" }));
  await settle();
  assert.equal(log.at(-1), "busy");
  timers[0]();
  assert.equal(sources[1].url, "api/v1/trainings/events?seed=1&last_event_id=5");
});

test("where nobody answers it is tried again, and not after it was closed", async () => {
  const { sources, asked, log, timers, settle, stream } = stand();
  sources[0].break(2);
  asked[0].fail();
  await settle();
  assert.equal(log.at(-1), "lost");
  stream.close();
  timers[0]();
  assert.equal(sources.length, 1);
});

test("an answer after all is heard by a new EventSource", async () => {
  const { sources, asked, settle } = stand();
  sources[0].break(2);
  asked[0].answer(answer(200));
  await settle();
  assert.equal(sources.length, 2);
});

test("a failure in the server ends the run with its error", () => {
  const { sources, log } = stand();
  sources[0].say("failed", { error: { code: "internal", message: "sorry" } });
  assert.deepEqual(log.at(-1), ["error", "internal", null]);
  assert.equal(sources[0].readyState, 2);
});

/** Runs with streams that are only written down. */
function runners(queries = ["steps=5&a=1", "steps=5&a=2"]) {
  /** @type {import("../../static/js/shell/runner.js").Run[]} */
  let runs = [];
  const opened = /** @type {any[]} */ ([]);
  const running = /** @type {boolean[]} */ ([]);
  const runner = createRunner({
    runs: () => runs,
    onRuns: (next) => {
      runs = next;
    },
    onRunning: (now) => running.push(now),
    onError: () => {},
    open: (run, listeners) => {
      const stream = { ...run, ...listeners, closed: false };
      opened.push(stream);
      return {
        close() {
          stream.closed = true;
        },
        retryNow() {},
      };
    },
  });
  runner.become(queries);
  /**
   * @param {any} stream
   * @param {number} first
   * @param {number} last
   */
  const step = (stream, first, last) => {
    const list = Array.from({ length: last - first + 1 }, () => 1);
    stream.onEvent("step", {
      ...Object.fromEntries(TRAINING_COLUMNS.map((name) => [name, list])),
      first,
      last,
      progress: null,
    });
  };
  return { runner, opened, running, step, runs: () => runs };
}

test("whoever is still at the first step when all are to run goes on from there", () => {
  const { runner, opened, running, step } = runners();
  runner.start(1);
  runner.start();
  assert.equal(opened.length, 2);
  for (const stream of [opened[0], opened[1]]) {
    step(stream, 1, 1);
    stream.onState("closed");
  }
  assert.deepEqual(
    opened.slice(2).map(({ query, after, stopAfter }) => [query, after, stopAfter]),
    [
      ["steps=5&a=1", 1, null],
      ["steps=5&a=2", 1, null],
    ],
  );
  assert.deepEqual(running, [true]);
});

test("all variants run to the end; what is told belongs to its variant", () => {
  const { runner, opened, running, step, runs } = runners();
  runner.start();
  assert.deepEqual(
    opened.map(({ query, after, stopAfter }) => [query, after, stopAfter]),
    [
      ["steps=5&a=1", 0, null],
      ["steps=5&a=2", 0, null],
    ],
  );
  step(opened[1], 1, 3);
  assert.deepEqual(
    runs().map(({ series }) => series.count),
    [0, 3],
  );
  for (const stream of opened) {
    stream.onEvent("finished", { completed: true });
    stream.onState("closed");
  }
  assert.deepEqual(running, [true, false]);
});

test("a pause closes, going on asks for what follows", () => {
  const { runner, opened, running, step } = runners();
  runner.start();
  step(opened[0], 1, 3);
  runner.pause();
  assert.ok(opened.every(({ closed }) => closed));
  runner.start();
  assert.deepEqual(
    opened.slice(2).map(({ after }) => after),
    [3, 0],
  );
  assert.deepEqual(running, [true, false, true]);
});

test("a step brings whoever is behind to the others, then all one further", () => {
  const { runner, opened, step } = runners();
  runner.start();
  step(opened[0], 1, 3);
  runner.pause();
  runner.step();
  assert.deepEqual(
    opened.slice(2).map(({ query, after, stopAfter }) => [query, after, stopAfter]),
    [["steps=5&a=2", 0, 3]],
  );
  step(opened[2], 1, 3);
  opened[2].onState("closed");
  runner.step();
  assert.deepEqual(
    opened.slice(3).map(({ after, stopAfter }) => [after, stopAfter]),
    [
      [3, 4],
      [3, 4],
    ],
  );
});

test("another setting begins anew what it changes, and keeps the rest", () => {
  const { runner, opened, step, runs } = runners();
  runner.start();
  step(opened[0], 1, 2);
  step(opened[1], 1, 2);
  runner.become(["steps=5&a=1", "steps=5&a=3"]);
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [false, true],
  );
  assert.deepEqual(
    runs().map(({ series }) => series.count),
    [2, 0],
  );
});

test("steps that never came are asked for", () => {
  const { runner, opened, step, runs } = runners(["steps=5"]);
  runner.start();
  step(opened[0], 1, 1);
  step(opened[0], 3, 4);
  assert.equal(opened[0].closed, true);
  assert.equal(opened[1].after, 1);
  assert.equal(runs()[0].series.count, 1);
});

test("a beginning forgets everything", () => {
  const { runner, opened, step, runs } = runners(["steps=5"]);
  runner.start();
  step(opened[0], 1, 3);
  runner.reset();
  assert.equal(runs()[0].series.count, 0);
  assert.deepEqual([opened[1].after, opened[1].stopAfter], [0, 1]);
});
