/**
 * A training run as it happens. The browser's own EventSource reconnects and says which step it had last, so what arrives is one gapless series,
 * whichever server answers. What EventSource keeps to itself, namely why a connection was refused, is found out by asking again.
 *
 * @typedef {object} Listeners
 * @property {(event: string, data: any) => void} onEvent
 * @property {(state: StreamState) => void} onState
 * @property {(error: ApiError) => void} onError  What the server refused, or what failed in it. Nothing follows.
 *
 * @typedef {"connecting" | "open" | "lost" | "busy" | "closed"} StreamState
 */

import { ApiError } from "./client.js";

const EVENTS = ["started", "snapshot", "step", "diverged", "finished", "interrupted", "failed"];
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 8000;

/**
 * @param {{ query: string, after: number, stopAfter: number | null }} run  Of GET /api/v1/trainings/events; the step to go on after, and the one to end after.
 * @param {Listeners} listeners
 * @param {{ EventSource?: typeof EventSource, fetch?: typeof fetch, setTimeout?: typeof setTimeout, clearTimeout?: typeof clearTimeout }} [platform]
 */
export function openTraining({ query, after, stopAfter }, listeners, platform = {}) {
  const Source = platform.EventSource ?? EventSource;
  const ask = platform.fetch ?? fetch.bind(globalThis);
  const later = platform.setTimeout ?? setTimeout.bind(globalThis);
  const never = platform.clearTimeout ?? clearTimeout.bind(globalThis);
  let last = after;
  let closed = false;
  let failures = 0;
  /** @type {EventSource | null} */
  let source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asking = new AbortController();

  const address = () => {
    const more = [last > 0 ? `last_event_id=${last}` : "", stopAfter === null ? "" : `stop_after=${stopAfter}`];
    return `api/v1/trainings/events?${[query, ...more].filter(Boolean).join("&")}`;
  };

  function connect() {
    if (closed) return;
    listeners.onState("connecting");
    const mine = new Source(address());
    source = mine;
    mine.onopen = () => {
      failures = 0;
      listeners.onState("open");
    };
    mine.onerror = () => {
      if (closed || source !== mine) return;
      if (mine.readyState === Source.CLOSED) findOutWhy();
      else listeners.onState("lost");
    };
    for (const name of EVENTS) mine.addEventListener(name, (event) => hear(name, /** @type {MessageEvent} */ (event)));
  }

  /**
   * @param {string} name
   * @param {MessageEvent} message
   */
  function hear(name, message) {
    if (closed) return;
    const data = JSON.parse(message.data);
    if (name === "failed") {
      close();
      listeners.onError(new ApiError(data.error));
      return;
    }
    if (name === "step") last = data.last;
    listeners.onEvent(name, data);
    // A server that shuts down says so, and another one may go on: EventSource asks for it.
    if (name === "finished" || (name === "interrupted" && data.reason === "stop_after")) {
      close();
      listeners.onState("closed");
    }
  }

  /** EventSource gave up: on an answer that isn't 200, or at once where nobody answered. */
  async function findOutWhy() {
    source?.close();
    asking = new AbortController();
    try {
      const response = await ask(address(), { signal: asking.signal });
      if (response.ok && response.status !== 204) {
        asking.abort();
        connect();
      } else if (response.status === 204) {
        close();
        listeners.onState("closed");
      } else if (response.status === 503) again("busy", 1000 * Number(response.headers.get("Retry-After")));
      else if (response.status >= 500 && response.status !== 502) again("lost", 0);
      else {
        // 502: the server ended while it computed this; a proxy's own 502 isn't JSON and counts as lost below.
        const { error } = await response.json();
        close();
        listeners.onError(new ApiError(error));
      }
    } catch (error) {
      if (!closed && (error instanceof TypeError || error instanceof SyntaxError)) again("lost", 0);
      else if (!closed) throw error;
    }
  }

  /**
   * @param {"busy" | "lost"} state
   * @param {number} pause
   */
  function again(state, pause) {
    if (closed) return;
    failures += 1;
    listeners.onState(state);
    timer = later(connect, pause > 0 ? pause : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)));
  }

  function close() {
    closed = true;
    never(timer);
    asking.abort();
    source?.close();
  }

  connect();
  return {
    /** The server notices and stops computing. */
    close,
    /** The network is back: don't wait out the pause. */
    retryNow() {
      if (closed || source?.readyState !== Source.CLOSED) return;
      never(timer);
      connect();
    },
  };
}
