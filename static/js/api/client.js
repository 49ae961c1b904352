/**
 * Asks the server for runs. The newest question wins: while one is under way only the newest of the later ones waits; an answer that
 * takes long is aborted when its question is out of date. A busy or lost server is asked again, with growing pauses.
 *
 * @typedef {object} Question
 * @property {string} query
 * @property {string} [path]  What is asked; default: api/v1/runs.
 * @property {object | null} [body]  Of a POST instead, with data of one's own.
 * @property {boolean} [patient]  Any other question goes before it.
 * @property {any} [tag]  Handed back with the answer.
 *
 * @typedef {object} Listeners
 * @property {(answer: any, question: Question) => void} onAnswer
 * @property {(error: ApiError, question: Question) => void} onError  What the server refused.
 * @property {(state: "idle" | "asking" | "slow" | "busy" | "lost") => void} [onState]
 */

import { decode } from "./decode.js";

export class ApiError extends Error {
  /** @param {Pick<import("../contract.d.ts").ErrorDetail, "code" | "message"> & Partial<import("../contract.d.ts").ErrorDetail>} body */
  constructor(body) {
    super(body.message);
    this.code = body.code;
    this.parameter = body.parameter ?? null;
    this.allowed = body.allowed ?? null;
    this.details = body.details ?? null;
  }
}

/** An answer that is later than this, and later than such answers usually are, isn't waited for when a newer question is there. */
const PATIENCE = 400;
const SLOW_AFTER = 900;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;

/**
 * @param {Listeners} listeners
 * @param {{ fetch?: typeof fetch, now?: () => number, setTimeout?: typeof setTimeout, clearTimeout?: typeof clearTimeout }} [platform]
 */
export function createClient(listeners, platform = {}) {
  const ask = platform.fetch ?? fetch.bind(globalThis);
  const now = platform.now ?? (() => performance.now());
  const later = platform.setTimeout ?? setTimeout.bind(globalThis);
  const never = platform.clearTimeout ?? clearTimeout.bind(globalThis);

  /** @type {{ question: Question, abort: AbortController, since: number } | null} */
  let underWay = null;
  /** @type {Question | null} */
  let waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let slowTimer;
  let usual = 0;
  let failures = 0;

  /** @param {Question} question */
  function request(question) {
    if (underWay && !underWay.abort.signal.aborted && isSame(underWay.question, question)) {
      waiting = null;
      return;
    }
    waiting = question;
    if (!underWay) {
      failures = 0;
      next();
    } else if (underWay.question.patient || now() - underWay.since > Math.max(PATIENCE, 2 * usual)) {
      underWay.abort.abort();
    } else {
      schedule(underWay.since + Math.max(PATIENCE, 2 * usual) - now(), () => underWay?.abort.abort());
    }
  }

  /**
   * @param {number} delay
   * @param {() => void} action
   */
  function schedule(delay, action) {
    never(timer);
    timer = later(action, Math.max(0, delay));
  }

  function next() {
    never(timer);
    if (!waiting) {
      listeners.onState?.("idle");
      return;
    }
    const question = waiting;
    waiting = null;
    const abort = new AbortController();
    const mine = { question, abort, since: now() };
    underWay = mine;
    listeners.onState?.("asking");
    never(slowTimer);
    slowTimer = later(() => {
      if (underWay === mine) listeners.onState?.("slow");
    }, SLOW_AFTER);
    send(mine);
  }

  /** @param {NonNullable<typeof underWay>} mine */
  async function send({ question, abort, since }) {
    /** @type {Response} */
    let response;
    /** @type {any} */
    let body;
    try {
      response = await ask(...requestOf(question, abort.signal));
      if (response.status === 503) return again(question, "busy", retryAfter(response));
      body = await response.json();
    } catch {
      if (!abort.signal.aborted) return again(question, "lost", null);
      underWay = null;
      return next();
    }
    underWay = null;
    failures = 0;
    usual = usual === 0 ? now() - since : 0.7 * usual + 0.3 * (now() - since);
    never(slowTimer);
    // The next question goes out first, so that the server works on it while this answer is drawn.
    next();
    if (response.ok) listeners.onAnswer(decode(body), question);
    else if (!waiting && !underWay) listeners.onError(new ApiError(body.error), question);
  }

  /**
   * @param {Question} question
   * @param {"busy" | "lost"} state
   * @param {number | null} pause
   */
  function again(question, state, pause) {
    underWay = null;
    waiting ??= question;
    failures += 1;
    never(slowTimer);
    listeners.onState?.(state);
    const growing = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
    schedule(pause ?? growing, next);
  }

  return {
    request,
    /** The network is back: don't wait out the pause. */
    retryNow() {
      if (!underWay && waiting) next();
    },
    /** Forget the questions that are of no interest any more. @param {(question: Question) => boolean} isStale */
    dismiss(isStale) {
      if (waiting && isStale(waiting)) waiting = null;
      if (underWay && isStale(underWay.question)) underWay.abort.abort();
    },
  };
}

/**
 * @param {Question} one
 * @param {Question} other
 */
function isSame(one, other) {
  return one.query === other.query && JSON.stringify(one.body ?? null) === JSON.stringify(other.body ?? null);
}

/**
 * @param {Question} question
 * @param {AbortSignal} [signal]
 * @returns {[string, RequestInit]}
 */
export function requestOf({ query, path = "api/v1/runs", body = null }, signal) {
  const headers = { Accept: "application/json" };
  if (!body) return [`${path}?${query}`, { signal, headers }];
  return [
    path,
    { signal, method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) },
  ];
}

/** Milliseconds the server asks to wait. @param {Response} response */
function retryAfter(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? 1000 * seconds : null;
}
