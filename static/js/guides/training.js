/** What the page of training runs is made of. A new action is one entry. */

import { TRAINING_GROUPS } from "../controls/training.js";

/** @type {import("../shell/actions.js").Guide<import("../train.js").TrainDesk>} */
export const TRAINING_GUIDE = {
  title: "training.title",
  groups: TRAINING_GROUPS,
  actions: [
    { name: "lesson", key: "l", load: () => import("../dialogs/lesson-link.js") },
    { name: "export", key: "e", load: () => import("../dialogs/export-training.js") },
    { name: "help", key: "?", load: () => import("../dialogs/help.js") },
    {
      name: "run",
      key: "r",
      bar: false,
      act: ({ store, runner }) => (store.get().running ? runner.pause() : runner.start()),
    },
    { name: "step", key: "s", bar: false, of: "run", act: ({ runner }) => runner.step() },
  ],
  parts: [
    "stories",
    "story",
    "run",
    "variants",
    "learning",
    "gradient_norms",
    "weights",
    "scrubber",
    "snapshot_norms",
    "snapshot_flows",
  ],
  reading: ["variants", "scope", "learning", "gradient_norms", "weights", "snapshots"],
  keys: [
    [
      "figure",
      [
        [["←", "→"], "training_step"],
        [["Shift", "←", "→"], "training_leap"],
        [["Home", "End"], "ends"],
        [["Enter"], "snapshot"],
        [["Esc"], "leave"],
      ],
    ],
  ],
  more: "training",
};
