// How far the reader is, lab by lab, on the home page: what is yours, what is the reference's, and what is
// not yet. All labs in their order, or those of a course in its own.

import { element, say } from "./dom.js";
import { frame, get, on } from "./machine.js";

const CHOSEN = "xenarium.track";

export function drawProgress() {
  const place = document.querySelector("#text .neighbours");
  const rows = element("tbody");
  const table = element("table", { class: "tableblock progress" },
    element("caption", {}, "How far you are"),
    element("thead", {}, element("tr", {}, ...["Lab", "Points", "Tasks", "In the machine now"].map((words) => element("th", { scope: "col" }, words)))), rows);
  const choice = element("select", { change: () => { localStorage.setItem(CHOSEN, choice.value); draw(); } }, element("option", { value: "" }, "All labs"));
  const audience = element("span", { class: "small" });
  const chooser = element("p", { class: "tracks" }, element("label", {}, "Your course: ", choice), " ", audience);
  const box = element("div", { class: "tablewrap", tabindex: "0", role: "region", "aria-label": "How far you are" }, table);
  const holders = new Map();
  let labs = [];
  let tracks = [];
  const draw = () => {
    const track = tracks.find((one) => one.id === choice.value);
    say(audience, track?.audience ?? "");
    const steps = track?.steps ?? labs.map((lab) => ({ lab: lab.lab }));
    rows.replaceChildren(...steps.map((step) => row(step, labs.find((lab) => lab.lab === step.lab), holders)));
    fillHolders(holders, frame?.slots);
  };
  Promise.all([get("/api/labs"), get("/api/tracks")]).then((answers) => {
    [labs, tracks] = answers;
    choice.append(...tracks.map((track) => element("option", { value: track.id }, track.title)));
    choice.value = tracks.some((track) => track.id === localStorage.getItem(CHOSEN)) ? localStorage.getItem(CHOSEN) : "";
    draw();
    place?.before(chooser, box);
  }).catch(() => {});
  on("state", ({ slots }) => fillHolders(holders, slots));
}

/** A lab as a course takes it; one that the workbook does not have is named all the same. */
function row(step, lab, holders) {
  const why = step.why ? element("small", { class: "small" }, `${step.when}: ${step.why}`) : null;
  if (!lab) {
    return element("tr", {}, element("th", { scope: "row" }, `${step.lab} ${step.title} `, why), element("td", { colspan: "3" }, "not in this edition"));
  }
  const holder = element("td");
  holders.set(lab.lab, holder);
  return element("tr", {},
    element("th", { scope: "row" }, element("a", { href: `/lab/${lab.lab}` }, `${lab.lab} ${lab.title}`), " ", why),
    element("td", {}, `${lab.earned} of ${lab.points}`),
    element("td", {}, ...lab.tasks.map(taskMark)), holder);
}

function fillHolders(holders, slots) {
  for (const slot of slots ?? []) {
    const cell = holders.get(slot.lab);
    if (cell) say(cell, slot.holder === "yours" ? "yours" : "the reference");
  }
}

function taskMark(task) {
  const state = task.earned >= task.points ? "yours" : task.earned > 0 ? "partly" : "not yet";
  const sign = { yours: "✔", partly: "◐", "not yet": "○" }[state];
  return element("span", { class: "task-mark", title: `${task.id} ${task.title}: ${state}` },
    `${sign} ${task.id.slice(3)}`, element("span", { class: "hidden-words" }, ` ${task.title}: ${state}. `));
}
