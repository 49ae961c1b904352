/** Makes a lesson's link: what it leaves out, what it locks, whether it is for another page. */

import { labelNodes, make } from "../controls/slider.js";
import { LANGUAGES } from "../facts.js";
import { copyField, openDialog } from "../shell/dialog.js";
import { embedCode, lessonParameters } from "../state/lesson.js";

/** @param {import("../shell/actions.js").GuidedDesk} desk */
export function open(desk) {
  const strings = desk.strings();
  const { title, parts, actions, groups } = desk.guide;
  const { body } = openDialog({
    name: "lesson",
    title: strings("lesson.title"),
    about: strings("lesson.about"),
    close: strings("close"),
    wide: true,
  });
  if (desk.bereaves?.()) body.appendChild(make("p", "problem", strings("lesson.own")));

  const form = body.appendChild(make("form", "lesson"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", update);

  const figures = group(strings("lesson.figures"));
  for (const name of parts) figures.append(checkbox(`show-${name}`, strings(`part.${name}`), true));
  const tools = group(strings("lesson.tools"));
  for (const { name } of actions.filter(({ bar }) => bar !== false))
    tools.append(checkbox(`show-${name}`, strings(`action.${name}`), true));

  const rest = group(strings("lesson.reader"));
  rest.append(checkbox("embed", strings("lesson.embed"), false));
  const language = rest.appendChild(make("label", "lesson-line"));
  language.append(strings("lesson.language"), " ");
  const select = language.appendChild(make("select"));
  select.name = "lang";
  for (const value of ["", ...LANGUAGES])
    select.append(Object.assign(make("option", "", strings(`lesson.language.${value || "any"}`)), { value }));

  const controls = group(strings("lesson.controls"));
  controls.classList.add("lesson-controls");
  const rail = controls.appendChild(checkbox("show-rail", strings("lesson.rail"), true));
  rail.classList.add("lesson-rail");
  for (const { name: groupName, controls: each } of groups) {
    const list = controls.appendChild(make("div", "lesson-group"));
    list.appendChild(make("p", "lesson-group-title", strings(`group.${groupName}`)));
    for (const { name, words = name, symbol, shown } of each) {
      if (shown && !shown(desk.situation())) continue;
      list.append(choiceOf(name, strings(`control.${words}.label`), symbol));
    }
  }

  const result = body.appendChild(make("section", "dialog-section"));
  result.appendChild(make("h3", "dialog-subtitle", strings("lesson.link")));
  const link = copyField({ label: strings("lesson.link"), text: "", strings });
  result.append(link.element);
  const open = result.appendChild(make("a", "button lesson-open", strings("lesson.open")));
  open.target = "_blank";
  const frame = result.appendChild(make("div", "lesson-frame"));
  frame.appendChild(make("h3", "dialog-subtitle", strings("lesson.code")));
  const code = copyField({ label: strings("lesson.code"), text: "", strings });
  frame.append(code.element);
  update();

  function update() {
    const data = new FormData(form);
    const names = [...new Set([...parts, ...actions.map(({ name }) => name), "rail"])];
    const controlNames = groups.flatMap(({ controls: each }) => each.map(({ name }) => name));
    const withRail = data.has("show-rail");
    for (const list of form.querySelectorAll(".lesson-group")) list.toggleAttribute("hidden", !withRail);
    const lesson = {
      hide: [
        ...names.filter((name) => form.elements.namedItem(`show-${name}`) && !data.has(`show-${name}`)),
        ...(withRail ? controlNames.filter((name) => data.get(`control-${name}`) === "hide") : []),
      ],
      lock: controlNames.filter((name) => data.get(`control-${name}`) === "lock"),
      embed: data.has("embed"),
      lang: String(data.get("lang") ?? ""),
    };
    const address = `${location.origin}${location.pathname}?${desk.query(lessonParameters(lesson))}`;
    link.update(address);
    open.href = address;
    frame.hidden = !lesson.embed;
    code.update(embedCode(address, strings(title)));
  }

  /** @param {string} text */
  function group(text) {
    const fieldset = form.appendChild(make("fieldset", "lesson-fields"));
    fieldset.appendChild(make("legend", "dialog-subtitle", text));
    return fieldset;
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {boolean} checked
   */
  function checkbox(name, text, checked) {
    const label = make("label", "lesson-line");
    const input = label.appendChild(make("input"));
    Object.assign(input, { type: "checkbox", name, checked });
    label.append(" ", text);
    return label;
  }

  /**
   * Free, locked or hidden.
   * @param {string} name
   * @param {string} text
   * @param {string} [symbol]
   */
  function choiceOf(name, text, symbol) {
    const row = make("div", "lesson-control");
    row.setAttribute("role", "radiogroup");
    const label = row.appendChild(make("span"));
    label.append(...labelNodes(text, symbol));
    row.setAttribute("aria-label", label.textContent ?? text);
    const segments = row.appendChild(make("div", "segment-row"));
    for (const value of ["free", "lock", "hide"]) {
      const label = segments.appendChild(make("label", "segment"));
      const input = label.appendChild(make("input"));
      Object.assign(input, { type: "radio", name: `control-${name}`, value, checked: value === "free" });
      label.appendChild(make("span", "", strings(`lesson.${value}`)));
    }
    return row;
  }
}
