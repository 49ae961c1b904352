/** @param {import("../cliff.js").CliffDesk} desk */
export function open(desk) {
  desk.say("");
}
