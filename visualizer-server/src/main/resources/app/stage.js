// The stage beside the text: the picture, the sentence of the moment, the clock, the CPU, and the
// inspector with consoles, a cell and the lab's checks.

import { cellBox } from "./cell.js";
import { checkPanel } from "./check.js";
import { consolePanel } from "./console.js";
import { button, element, say } from "./dom.js";
import { EventsView } from "./events.js";
import { attachKeys } from "./keys.js";
import { frame, on, time } from "./machine.js";
import { machineMap } from "./map.js";
import { registers } from "./registers.js";
import { controls, transport } from "./transport.js";

let markAt = null;

export async function setStage() {
  const { name, view, twin, choices } = pictureOf(document.body.dataset.chapter);
  twin.hidden = true;
  const sentence = element("p", { class: "sentence" });
  const spoken = element("p", { class: "hidden-words", "aria-live": "polite" });
  const clock = transport();
  const picture = element("div", { class: "picture" }, view, twin);
  const stage = element("section", { class: "stage", id: "stage", "aria-label": "Stage", tabindex: "-1" });
  const toggleTable = () => showTwin(view, twin, tableSwitch);
  const toggleDepth = () => stage.classList.toggle("lecture");
  const tableSwitch = button("Text", "Show as text", toggleTable, { "aria-pressed": "false", "aria-keyshortcuts": "t" });
  const bar = element("div", { class: "stage-bar" },
    element("h2", {}, name), choices ?? "", tableSwitch,
    button("Depth", "Lecture or full depth", toggleDepth, { "aria-keyshortcuts": "d" }),
    button("?", "Keys", () => showHelp(), { "aria-keyshortcuts": "?" }));
  const why = element("button", { type: "button", class: "why", hidden: true, "aria-keyshortcuts": "w", click: () => askWhy() });
  stage.append(bar, picture, element("div", { class: "told" }, sentence, why), spoken, clock, registers());
  const showHelp = attachKeys(stage, {
    toggleTable, toggleDepth, goTo: askWhere,
    mark: () => { markAt = frame?.t ?? null; },
    toMark: () => { if (markAt !== null) controls.seek(markAt); },
    askWhy,
  });
  document.body.classList.add("staged");
  document.querySelector(".desk").append(element("div", { class: "beside" }, stage, inspector()));
  linkViews(stage);
  on("state", (now, before) => {
    say(sentence, now.sentence ?? "");
    why.hidden = now.running || !now.event?.cause;
    say(why, `Why? Event ${now.event?.cause}`);
    const moved = before && (before.t !== now.t || before.nanos !== now.nanos);
    const stepped = moved && !now.running && !before.running;
    if (stepped) say(spoken, now.sentence ?? "");
    rememberMoment(now);
  });
  await openAtMoment();
}

/** What a chapter shows: the machine as a whole at first, then the part that it is about. */
function pictureOf(chapter) {
  if (chapter === "00") {
    const { place, tables } = machineMap();
    return { name: "The machine", view: place, twin: tables, choices: null };
  }
  const events = new EventsView();
  const twin = element("pre", { class: "twin", tabindex: "0", "aria-label": "The same as text" });
  on("state", (now) => say(twin, now.events?.text ?? ""));
  return { name: "Event channels", view: events.picture, twin, choices: domainChoices(events) };
}

function inspector() {
  const lab = document.body.dataset.lab;
  return element("aside", { class: "inspector", "aria-label": "Inspector" },
    consolePanel(), cellBox("xen", { label: "A cell of your own", free: true }), lab ? checkPanel(lab) : null);
}

function showTwin(svg, twin, toggle) {
  twin.hidden = !twin.hidden;
  svg.style.display = twin.hidden ? "" : "none";
  toggle.setAttribute("aria-pressed", String(!twin.hidden));
}

/** Which two domains face each other, where there are more than two. */
function domainChoices(view) {
  const selects = [0, 1].map((side) => element("select", {
    "aria-label": side === 0 ? "Domain on the left" : "Domain on the right",
    change: (event) => {
      view.chosen[side] = Number(event.target.value);
      view.show(frame, null);
    },
  }));
  const box = element("span", { class: "choices", hidden: true }, ...selects);
  on("state", (now) => {
    const domains = now.domains ?? [];
    box.hidden = domains.length < 3;
    const shown = now.events?.domains ? view.pair(now.events.domains) : [];
    selects.forEach((select, side) => {
      const wanted = domains.map((domain) => `${domain.id}`).join();
      if (select.dataset.ids !== wanted) {
        select.dataset.ids = wanted;
        select.replaceChildren(...domains.map((domain) => element("option", { value: domain.id }, `d${domain.id} ${domain.name}`)));
      }
      if (shown[side]) select.value = shown[side].id;
    });
  });
  return box;
}

/** Buttons in the text that lead the eye to the stage. */
function linkViews(stage) {
  for (const box of document.querySelectorAll(".view")) {
    box.append(element("button", { type: "button", click: () => {
      stage.scrollIntoView({ block: "nearest" });
      stage.focus();
    } }, "Look at it live"));
  }
}

/** Goes to the event that led to this one. */
function askWhy() {
  const cause = Number(frame?.event?.cause ?? 0);
  if (cause > 0 && !frame.running) controls.seek(cause);
}

function askWhere() {
  const answer = prompt("Go to which event?", frame?.t ?? "");
  const number = Number.parseInt(answer, 10);
  if (Number.isFinite(number)) controls.seek(number);
}

/** The moment stands in the address, so that it can be bookmarked and passed on. */
let remembered = null;
function rememberMoment(now) {
  if (now.running || now.t === remembered) return;
  remembered = now.t;
  const address = new URL(location.href);
  address.searchParams.set("t", now.t);
  history.replaceState(null, "", address);
}

/** Opens where the address says, else where the machine is. */
async function openAtMoment() {
  const wanted = new URL(location.href).searchParams.get("t");
  if (wanted !== null && /^\d+$/.test(wanted)) {
    await time({ do: "seek", t: Number(wanted) });
  }
}
