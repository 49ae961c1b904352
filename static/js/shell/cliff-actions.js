/** What can be done with the page of the cliff: a button in the bar and a key each. A new action is one entry. */

/** @typedef {import("../cliff.js").CliffDesk} CliffDesk */

/** @type {{ name: string, key: string, act: (desk: CliffDesk) => unknown }[]} */
export const CLIFF_ACTIONS = [
  {
    name: "export",
    key: "e",
    act: (desk) => import("../dialogs/export-cliff.js").then(({ open }) => open(desk)),
  },
];
