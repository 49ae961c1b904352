/** Says what the server is doing when that matters: slow, busy, lost, refused. The picture before it stays. */

/** @param {HTMLElement} element */
export function createStatus(element) {
  let refused = "";
  /**
   * @param {string} kind
   * @param {string} text
   */
  function show(kind, text) {
    element.dataset.kind = kind;
    element.textContent = text;
    element.hidden = text === "";
  }
  return {
    /**
     * @param {"idle" | "asking" | "slow" | "busy" | "lost"} state
     * @param {import("../figures/answer.js").Strings} strings
     */
    state(state, strings) {
      if (state === "idle" || state === "asking") {
        if (!refused && state === "idle") show("", "");
      } else show(state, strings(`status.${state}`));
    },
    /** @param {string} message */
    error(message) {
      refused = message;
      show("error", message);
    },
    clear() {
      refused = "";
      show("", "");
    },
    /** What was refused is no longer asked for. */
    accepted() {
      if (!refused) return;
      refused = "";
      show("", "");
    },
  };
}
