/** What the page of the cliff is made of. A new action is one entry. */

import { CLIFF_GROUPS } from "../controls/cliff.js";

/** @type {import("../shell/actions.js").Guide<import("../cliff.js").CliffDesk>} */
export const CLIFF_GUIDE = {
  title: "cliff.title",
  groups: CLIFF_GROUPS,
  actions: [
    { name: "lesson", key: "l", load: () => import("../dialogs/lesson-link.js") },
    { name: "export", key: "e", load: () => import("../dialogs/export-cliff.js") },
    { name: "help", key: "?", load: () => import("../dialogs/help.js") },
  ],
  parts: ["stories", "story", "verdict", "surface", "descents"],
  reading: ["surface", "start", "paths", "folds", "descents"],
  keys: [
    [
      "surface",
      [
        [["←", "→", "↑", "↓"], "start"],
        [["Shift", "←", "→", "↑", "↓"], "start_far"],
        [["+", "−", "0"], "zoom"],
      ],
    ],
  ],
  more: "cliff",
};
