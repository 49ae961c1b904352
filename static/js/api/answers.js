/** Answers beside the picture's own: for thumbnails, pins and exports. Each is asked for once and kept, a failure is not. */

import { ApiError, requestOf } from "./client.js";
import { decode } from "./decode.js";

const MOST_KEPT = 40;

/** @typedef {import("./client.js").Question} Question */

/** @param {typeof fetch} [ask] */
export function createAnswers(ask = fetch.bind(globalThis)) {
  /** @type {Map<string, Promise<any>>} */
  const kept = new Map();

  /**
   * @param {Question} question
   * @returns {Promise<string>} The body as it came.
   */
  async function text(question) {
    const response = await ask(...requestOf(question));
    const answer = await response.text();
    if (!response.ok) throw new ApiError(JSON.parse(answer).error);
    return answer;
  }

  return {
    text,

    /**
     * @param {Question} question
     * @returns {Promise<any>} Decoded.
     */
    get(question) {
      if (question.body) return text(question).then((answer) => decode(JSON.parse(answer)));
      const known = kept.get(question.query);
      if (known) return known;
      if (kept.size >= MOST_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
      const asked = text(question).then((answer) => decode(JSON.parse(answer)));
      kept.set(question.query, asked);
      asked.catch(() => kept.delete(question.query));
      return asked;
    },
  };
}
