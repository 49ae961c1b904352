/** What the Explore page is made of. A new action is one entry. */

import { GROUPS } from "../controls/index.js";

/** @type {import("../shell/actions.js").Guide<import("../shell/actions.js").Desk>} */
export const EXPLORE_GUIDE = {
  title: "page.title",
  groups: GROUPS,
  actions: [
    { name: "presets", key: "p", load: () => import("../dialogs/presets.js") },
    { name: "pin", key: "c", act: (desk) => desk.compare.toggle(), pressed: (desk) => desk.compare.isPinned() },
    { name: "own", key: "d", load: () => import("../dialogs/own-data.js") },
    { name: "lesson", key: "l", load: () => import("../dialogs/lesson-link.js") },
    { name: "export", key: "e", load: () => import("../dialogs/export.js") },
    { name: "help", key: "?", load: () => import("../dialogs/help.js") },
    { name: "play", key: "b", bar: false, act: (desk) => desk.togglePlay() },
    { name: "spectral", key: "n", bar: false, of: "aligned", act: (desk) => desk.spectral.toggle() },
  ],
  parts: ["verdict", "aligned", "compare", "worked", "flow_matrix", "spectrum", "gradient"],
  reading: ["verdict", "flow", "states", "adjoints", "norms", "flow_matrix", "backward"],
  keys: [
    [
      "figure",
      [
        [["←", "→"], "step"],
        [["Shift", "←", "→"], "leap"],
        [["Home", "End"], "ends"],
        [["+", "−", "0"], "zoom"],
        [["Esc"], "leave"],
      ],
    ],
    ["term", [[["Enter"], "term"]]],
  ],
  more: "explore",
};
