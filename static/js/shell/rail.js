/** Builds the control rail from a registry of controls and keeps it in step with the state. */

import { make } from "../controls/slider.js";

/**
 * @param {HTMLElement} element
 * @param {{ groups: { name: string, controls: import("../controls/index.js").Control[] }[], situation: () => import("../controls/index.js").Situation, strings: import("../figures/answer.js").Strings,
 *   change: (change: import("../state/url.js").Parameters) => void, locked: Set<string>, hidden: Set<string> }} options
 */
export function mountRail(element, { groups, situation, strings, change, locked, hidden }) {
  element.replaceChildren();
  /** @type {{ control: import("../controls/index.js").Control, handle: import("../controls/index.js").Handle }[]} */
  const mounted = [];
  const tabs = element.appendChild(make("div", "rail-tabs"));
  tabs.setAttribute("role", "tablist");
  const sections = groups.map((group) => {
    const section = element.appendChild(make("section", "group"));
    section.id = `group-${group.name}`;
    const heading = section.appendChild(make("h2", "group-title", strings(`group.${group.name}`)));
    heading.id = `group-${group.name}-title`;
    section.setAttribute("aria-labelledby", heading.id);
    const body = section.appendChild(make("div", "group-body"));
    /** @type {HTMLElement | null} */
    let more = null;
    for (const control of group.controls) {
      if (control.more && !more) {
        const details = section.appendChild(make("details", "more"));
        details.appendChild(make("summary", "", strings("rail.more")));
        more = details.appendChild(make("div", "group-body"));
      }
      const holder = (control.more && more ? more : body).appendChild(make("div"));
      if (control.width === "half") holder.classList.add("half");
      const handle = control.mount(holder, situation(), strings, change);
      if (locked.has(control.name)) {
        handle.lock(true);
        holder.classList.add("locked");
      }
      mounted.push({ control, handle });
    }
    const tab = tabs.appendChild(make("button", "rail-tab", strings(`group.${group.name}`)));
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", section.id);
    tab.addEventListener("click", () => select(group.name));
    return { group, section, tab };
  });

  /** On a phone one group is shown at a time. @param {string} name */
  function select(name) {
    for (const { group, section, tab } of sections) {
      section.classList.toggle("selected", group.name === name);
      tab.setAttribute("aria-selected", String(group.name === name));
    }
  }
  select(groups[0].name);
  update();

  function update() {
    const now = situation();
    for (const { control, handle } of mounted) {
      handle.element.hidden = hidden.has(control.name) || (control.shown !== undefined && !control.shown(now));
      handle.update(control.now(now, strings));
    }
  }

  return {
    update,
    /**
     * Tell an error where it arose; one that isn't in sight there is left to the caller too.
     * @param {string | null} parameter
     * @param {string | null} message
     */
    problem(parameter, message) {
      const mine = mounted.filter(
        ({ control, handle }) =>
          parameter !== null && (control.parameters ?? [control.name]).includes(parameter) && !handle.element.hidden,
      );
      const place = mine.find(({ control }) => control.name === parameter) ?? mine[0];
      for (const each of mounted) each.handle.problem(each === place ? message : null);
      return place?.handle.element.checkVisibility() ?? false;
    },
  };
}
