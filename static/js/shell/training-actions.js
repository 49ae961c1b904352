/** What can be done with the page of training runs: a button in the bar and a key each. A new action is one entry. */

/** @typedef {import("../train.js").TrainDesk} TrainDesk */

/** @type {{ name: string, key: string, bar?: boolean, act: (desk: TrainDesk) => unknown }[]} */
export const TRAINING_ACTIONS = [
  {
    name: "training_export",
    key: "e",
    act: (desk) => import("../dialogs/export-training.js").then(({ open }) => open(desk)),
  },
  {
    name: "run",
    key: "r",
    bar: false,
    act: ({ store, runner }) => (store.get().running ? runner.pause() : runner.start()),
  },
  { name: "step", key: "s", bar: false, act: ({ runner }) => runner.step() },
];
