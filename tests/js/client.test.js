import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { createClient } from "../../static/js/api/client.js";

/** A server and a clock that do as they are told. */
function stand() {
  const asked =
    /** @type {{ url: string, signal: AbortSignal, answer: (response: any) => Promise<void>, fail: () => Promise<void> }[]} */ ([]);
  const timers = /** @type {{ at: number, action: () => void }[]} */ ([]);
  const log = /** @type {any[]} */ ([]);
  let time = 0;
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const fetch = (/** @type {string} */ url, /** @type {any} */ { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      asked.push({
        url,
        signal,
        async answer(response) {
          resolve(response);
          await settle();
        },
        async fail() {
          reject(new TypeError("network"));
          await settle();
        },
      });
    });
  const platform = /** @type {any} */ ({
    fetch,
    now: () => time,
    setTimeout: (/** @type {() => void} */ action, /** @type {number} */ delay) => {
      const timer = { at: time + delay, action };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (/** @type {any} */ timer) => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    },
  });
  const client = createClient(
    {
      onAnswer: (answer, question) => log.push(["answer", question.query, answer.n]),
      onError: (error, question) => log.push(["error", question.query, error.code, error.parameter]),
      onState: (state) => log.push(["state", state]),
    },
    platform,
  );
  return {
    client,
    asked,
    log,
    settle,
    queries: () => asked.map(({ url }) => url.split("?")[1]),
    answers: () => log.filter(([kind]) => kind === "answer").map(([, query]) => query),
    async pass(/** @type {number} */ milliseconds) {
      const until = time + milliseconds;
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.splice(timers.indexOf(due), 1);
        time = due.at;
        due.action();
        await settle();
      }
      time = until;
    },
  };
}

const ok = (/** @type {any} */ body = { n: 1 }) => ({
  ok: true,
  status: 200,
  headers: new Headers(),
  json: async () => body,
});
const refused = (/** @type {any} */ error) => ({
  ok: false,
  status: 422,
  headers: new Headers(),
  json: async () => ({ error }),
});
const busy = (/** @type {string | null} */ seconds) => ({
  ok: false,
  status: 503,
  headers: new Headers(seconds ? { "Retry-After": seconds } : {}),
  json: async () => ({}),
});

test("of the questions that come while one is under way only the newest is asked", async () => {
  const { client, asked, queries, answers } = stand();
  for (const query of ["a", "b", "c"]) client.request({ query });
  assert.deepEqual(queries(), ["a"]);
  await asked[0].answer(ok());
  assert.deepEqual(queries(), ["a", "c"]);
  await asked[1].answer(ok());
  assert.deepEqual(answers(), ["a", "c"]);
});

test("the question under way isn't asked twice", async () => {
  const { client, asked, queries } = stand();
  client.request({ query: "a" });
  client.request({ query: "b" });
  client.request({ query: "a" });
  await asked[0].answer(ok());
  assert.deepEqual(queries(), ["a"]);
});

test("an answer that is late and out of date is aborted, and never drawn", async () => {
  const { client, asked, queries, answers, pass, settle } = stand();
  client.request({ query: "slow" });
  await pass(100);
  client.request({ query: "new" });
  assert.equal(asked[0].signal.aborted, false);
  await pass(400);
  assert.equal(asked[0].signal.aborted, true);
  assert.deepEqual(queries(), ["slow", "new"]);
  await asked[0].answer(ok());
  await asked[1].answer(ok());
  await settle();
  assert.deepEqual(answers(), ["new"]);
});

test("where answers usually take long, they are waited for, so that a moving slider still draws", async () => {
  const { client, asked, queries, pass, answers } = stand();
  client.request({ query: "first" });
  await pass(1000);
  await asked[0].answer(ok());
  client.request({ query: "second" });
  await pass(900);
  client.request({ query: "third" });
  await pass(800);
  assert.equal(asked[1].signal.aborted, false);
  await asked[1].answer(ok());
  assert.deepEqual(queries(), ["first", "second", "third"]);
  assert.deepEqual(answers(), ["first", "second"]);
});

test("a patient question makes room at once", async () => {
  const { client, asked, queries, settle } = stand();
  client.request({ query: "heavy", patient: true });
  client.request({ query: "light" });
  await settle();
  assert.equal(asked[0].signal.aborted, true);
  assert.deepEqual(queries(), ["heavy", "light"]);
});

test("a question of no interest any more is dismissed", async () => {
  const { client, asked, answers, settle } = stand();
  client.request({ query: "left" });
  client.dismiss(({ query }) => query === "left");
  await settle();
  assert.equal(asked[0].signal.aborted, true);
  await asked[0].answer(ok());
  assert.deepEqual(answers(), []);
});

test("a busy server is asked again after as long as it says", async () => {
  const { client, asked, queries, log, pass } = stand();
  client.request({ query: "a" });
  await asked[0].answer(busy("3"));
  assert.deepEqual(log.at(-1), ["state", "busy"]);
  await pass(2900);
  assert.deepEqual(queries(), ["a"]);
  await pass(200);
  assert.deepEqual(queries(), ["a", "a"]);
});

test("a lost server is asked again after growing pauses, and for the newest question", async () => {
  const { client, asked, queries, log, pass, answers } = stand();
  client.request({ query: "a" });
  await asked[0].fail();
  assert.deepEqual(log.at(-1), ["state", "lost"]);
  await pass(500);
  await asked[1].fail();
  await pass(999);
  assert.deepEqual(queries(), ["a", "a"]);
  await pass(1);
  assert.deepEqual(queries(), ["a", "a", "a"]);
  await asked[2].fail();
  client.request({ query: "b" });
  await asked[3].answer(ok());
  assert.deepEqual(answers(), ["b"]);
  assert.deepEqual(log.slice(-2), [
    ["state", "idle"],
    ["answer", "b", 1],
  ]);
});

test("when the network is back, the pause isn't waited out", async () => {
  const { client, asked, queries } = stand();
  client.request({ query: "a" });
  await asked[0].fail();
  client.retryNow();
  assert.deepEqual(queries(), ["a", "a"]);
});

test("a refusal is told with its parameter, unless a newer question is there", async () => {
  const { client, asked, log } = stand();
  const error = { code: "invalid_parameter", message: "no", parameter: "length" };
  client.request({ query: "a" });
  await asked[0].answer(refused(error));
  assert.deepEqual(log.at(-1), ["error", "a", "invalid_parameter", "length"]);
  client.request({ query: "b" });
  client.request({ query: "c" });
  await asked[1].answer(refused(error));
  assert.deepEqual(
    log.filter(([kind]) => kind === "error").map(([, query]) => query),
    ["a"],
  );
});

test("a mistake in drawing an answer isn't taken for a lost network", () => {
  const script = `
    import { createClient } from ${JSON.stringify(new URL("../../static/js/api/client.js", import.meta.url).href)};
    let asked = 0;
    const answer = { ok: true, status: 200, headers: new Headers(), json: async () => ({}) };
    const onAnswer = () => { throw new TypeError("a bug"); };
    createClient({ onAnswer, onError() {} }, { fetch: async () => { asked += 1; return answer; } }).request({ query: "a" });
    setTimeout(() => process.stdout.write(String(asked)), 700);`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--unhandled-rejections=warn", "--input-type=module", "--eval", script],
    { encoding: "utf8" },
  );
  assert.match(stderr, /a bug/);
  assert.equal(stdout, "1");
});

test("being slow is said only after a while", async () => {
  const { client, log, pass } = stand();
  client.request({ query: "a" });
  await pass(800);
  assert.deepEqual(log, [["state", "asking"]]);
  await pass(200);
  assert.deepEqual(log.at(-1), ["state", "slow"]);
});
