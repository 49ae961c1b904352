/** The backward wave: from the loss at the last step back through time, played, paused or stepped. */

import { cutOf } from "../math/truncation.js";

const SECONDS = 6;
const LEAST_PER_STEP = 0.06;
const MOST_PER_STEP = 0.9;

/**
 * @param {{ run: () => any, backward: () => import("../figures/answer.js").Backward, onMove: (k: number | null) => void, onPlaying: (playing: boolean) => void }} options
 */
export function createWave({ run, backward, onMove, onPlaying }) {
  /** @type {number | null} */
  let at = null;
  let playing = false;
  let before = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /** Where it starts and where it must end: at a cut nothing passes. */
  function ends() {
    const answer = run();
    const { mode, window } = backward();
    const { reach } = cutOf(answer.loss.at, answer.parameters.length, mode, window);
    return { from: answer.jacobian_norms.of_step, to: reach === null ? 0 : Math.ceil(reach) };
  }

  /** @param {number | null} k */
  function move(k) {
    at = k;
    onMove(at);
  }

  /** @param {boolean} on */
  function setPlaying(on) {
    if (playing === on) return;
    playing = on;
    onPlaying(on);
  }

  /** @param {number} time */
  function frame(time) {
    if (!playing || at === null) return;
    const { from, to } = ends();
    const perStep = Math.min(MOST_PER_STEP, Math.max(LEAST_PER_STEP, SECONDS / Math.max(1, from)));
    const elapsed = (time - before) / 1000;
    if (still.matches) {
      // Whole steps, without anything gliding.
      if (elapsed >= Math.max(0.4, perStep)) {
        before = time;
        move(Math.max(to, Math.round(at) - 1));
      }
    } else {
      before = time;
      move(Math.max(to, at - elapsed / (from > SECONDS / LEAST_PER_STEP ? SECONDS / from : perStep)));
    }
    if (at <= to) setPlaying(false);
    else requestAnimationFrame(frame);
  }

  return {
    toggle() {
      if (playing) {
        setPlaying(false);
        return;
      }
      if (!run()) return;
      const { from, to } = ends();
      if (at === null || at <= to) move(from);
      before = performance.now();
      setPlaying(true);
      requestAnimationFrame(frame);
    },
    /** @param {1 | -1} direction  1: one step further back in time. */
    step(direction) {
      if (!run()) return;
      setPlaying(false);
      const { from, to } = ends();
      if (at === null) move(from);
      else move(Math.min(from, Math.max(to, Math.round(at) - direction)));
    },
    stop() {
      setPlaying(false);
      move(null);
    },
    active: () => at !== null,
  };
}
