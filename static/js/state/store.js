/**
 * The one place that holds what can change. Values are replaced, never altered, so a listener can compare by identity.
 * @template {object} State
 * @param {State} initial
 */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  /** @type {Set<(state: Readonly<State>, before: Readonly<State>) => void>} */
  const listeners = new Set();
  return {
    get: () => state,

    /** @param {Partial<State>} change */
    update(change) {
      const before = state;
      state = Object.freeze({ ...state, ...change });
      for (const listener of listeners) listener(state, before);
    },

    /**
     * @param {(state: Readonly<State>, before: Readonly<State>) => void} listener
     * @returns {() => void} ends the subscription
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
