// How far the reader is, lab by lab, on the home page: what is yours, what is the reference's, and what is
// not yet.

import { element, say } from "./dom.js";
import { get, on } from "./machine.js";

export function drawProgress() {
  const place = document.querySelector("#text .neighbours");
  const rows = element("tbody");
  const table = element("table", { class: "tableblock progress" },
    element("caption", {}, "How far you are"),
    element("thead", {}, element("tr", {}, ...["Lab", "Points", "Tasks", "In the machine now"].map((words) => element("th", { scope: "col" }, words)))), rows);
  const box = element("div", { class: "tablewrap", tabindex: "0", role: "region", "aria-label": "How far you are" }, table);
  const holders = new Map();
  get("/api/labs").then((labs) => {
    rows.replaceChildren(...labs.map((lab) => {
      const holder = element("td");
      holders.set(lab.lab, holder);
      return element("tr", {},
        element("th", { scope: "row" }, element("a", { href: `/lab/${lab.lab}` }, `${lab.lab} ${lab.title}`)),
        element("td", {}, `${lab.earned} of ${lab.points}`),
        element("td", {}, ...lab.tasks.map(taskMark)), holder);
    }));
    place?.before(box);
  }).catch(() => {});
  on("state", ({ slots }) => {
    for (const slot of slots ?? []) {
      const cell = holders.get(slot.lab);
      if (cell) say(cell, slot.holder === "yours" ? "yours" : "the reference");
    }
  });
}

function taskMark(task) {
  const state = task.earned >= task.points ? "yours" : task.earned > 0 ? "partly" : "not yet";
  const sign = { yours: "✔", partly: "◐", "not yet": "○" }[state];
  return element("span", { class: "task-mark", title: `${task.id} ${task.title}: ${state}` },
    `${sign} ${task.id.slice(3)}`, element("span", { class: "hidden-words" }, ` ${task.title}: ${state}. `));
}
