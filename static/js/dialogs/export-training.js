/** @param {import("../train.js").TrainDesk} desk */
export function open(desk) {
  desk.say("");
}
