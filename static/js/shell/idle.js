/** When nothing more urgent is to be done. @param {() => void} then */
export function whenIdle(then) {
  if ("requestIdleCallback" in window) requestIdleCallback(then);
  else setTimeout(then, 50);
}
