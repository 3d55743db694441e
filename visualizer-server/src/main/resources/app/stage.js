// The stage beside the text: the picture, the sentence of the moment, the clock, the CPU, and the
// inspector with consoles, a cell and the lab's checks.

import { breakHere, breakPanel, toNextBreak, toPreviousBreak } from "./breaks.js";
import { cellBox } from "./cell.js";
import { comparePanel, toDifference } from "./compare.js";
import { consolePanel } from "./console.js";
import { button, element, say, scrollable } from "./dom.js";
import { faultPanel } from "./faults.js";
import { forecastPanel } from "./forecast.js";
import { attachKeys } from "./keys.js";
import { labPanel } from "./lab.js";
import { SecondLane, unmark } from "./lanes.js";
import { LiveView } from "./live.js";
import { frame, on, time } from "./machine.js";
import { mark, momentsPanel, toMark } from "./moments.js";
import { registers } from "./registers.js";
import { controls, transport } from "./transport.js";
import { VIEWS, viewOfChapter } from "./views.js";

export async function setStage() {
  const show = new Showing(document.body.dataset.chapter);
  const sentence = element("p", { class: "sentence" });
  const spoken = element("p", { class: "hidden-words", "aria-live": "polite" });
  const clock = transport();
  const faults = faultPanel();
  const beside = comparePanel();
  const forecast = forecastPanel(() => show.select.value);
  const stage = element("section", { class: "stage", id: "stage", "aria-label": "Stage", tabindex: "-1" });
  const toggleDepth = () => stage.classList.toggle("lecture");
  const bar = element("div", { class: "stage-bar" },
    show.select, show.choices, show.tableSwitch,
    button("Depth", "Lecture or full depth", toggleDepth, { "aria-keyshortcuts": "d" }),
    button("?", "Keys", () => showHelp(), { "aria-keyshortcuts": "?" }));
  const why = element("button", { type: "button", class: "why", hidden: true, "aria-keyshortcuts": "w", click: () => askWhy() });
  stage.append(bar, show.picture, element("div", { class: "told" }, sentence, why), spoken, clock,
    forecast.panel, breakPanel(), faults.panel, beside.panel, momentsPanel(), registers());
  const showHelp = attachKeys(stage, {
    toggleTable: () => show.toggleTwin(), toggleDepth, goTo: askWhere,
    chooseView: (number) => show.openNumber(number),
    mark, toMark, askWhy, breakHere, openFaults: faults.open, toNextBreak, toPreviousBreak,
    predict: forecast.ask, compare: beside.toggle, toDifference,
  });
  if (document.documentElement.classList.contains("projector")) {
    stage.classList.add("lecture");
    document.getElementById("top-end").prepend(element("b", { class: "address" }, location.host + location.pathname));
  }
  document.body.classList.add("staged");
  document.querySelector(".desk").append(element("div", { class: "beside" }, stage, inspector()));
  show.openFirst();
  linkViews(stage, show);
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

/** Which view is on the stage. Each is made when it is first wanted and kept; what it looks at stands
    in the address. */
class Showing {
  constructor(chapter) {
    this.chapter = chapter;
    this.made = new Map();
    this.picture = scrollable(element("div", { class: "picture" }), "Picture");
    this.choices = element("span", { class: "choices" });
    this.problem = element("p", { class: "absent", role: "status", hidden: true });
    this.select = element("select", { class: "view-select", "aria-label": "View", change: () => this.open(this.select.value, {}) },
      ...VIEWS.map((view, index) => element("option", { value: view.name }, index < 9 ? `${index + 1}  ${view.title}` : view.title)));
    this.tableSwitch = button("Text", "Show as text", () => this.toggleTwin(), { "aria-pressed": "false", "aria-keyshortcuts": "t" });
    this.asText = false;
    this.second = new SecondLane();
    on("state", () => queueMicrotask(() => this.showLanes()));
  }

  /** Doubles the picture while the lanes are compared and stand at the same event. */
  showLanes() {
    if (!this.current) return;
    const { view, live, kind } = this.current;
    const isThere = Boolean(frame) && this.second.show(kind, view, live?.key ?? null, frame);
    if (isThere !== this.picture.classList.contains("lanes")) {
      this.picture.classList.toggle("lanes", isThere);
      if (isThere) this.picture.append(this.second.figure, this.second.twin);
      else {
        this.second.figure.remove();
        this.second.twin.remove();
        unmark(view.picture);
      }
    }
    if (isThere && this.second.mine.parentNode !== this.picture) this.picture.prepend(this.second.mine);
    if (!isThere) this.second.mine.remove();
    this.showTwin();
  }

  openFirst() {
    const address = new URL(location.href).searchParams;
    const wanted = address.get("view");
    const focus = {};
    for (const [name, value] of address) if (name.startsWith("f.")) focus[name.slice(2)] = value;
    const known = VIEWS.some((view) => view.name === wanted);
    this.open(known ? wanted : viewOfChapter(this.chapter), known ? focus : {});
  }

  openNumber(number) {
    const view = VIEWS[number - 1];
    if (view) this.open(view.name, {});
  }

  open(name, focus) {
    this.current?.live?.close();
    this.current = this.made.get(name) ?? this.make(VIEWS.find((view) => view.name === name));
    this.select.value = name;
    this.picture.replaceChildren(this.current.view.picture, this.current.view.twin, this.problem);
    this.picture.classList.remove("lanes");
    this.choices.replaceChildren(this.current.view.choices ?? "");
    this.problem.hidden = true;
    this.showTwin();
    if (this.current.live) this.current.live.look({ ...this.current.live.focus, ...focus });
    else this.current.view.show();
    rememberView(name, this.current.live?.focus ?? {}, this.chapter);
  }

  make(kind) {
    let live = null;
    const view = kind.make((focus) => {
      live.look(focus);
      rememberView(kind.name, focus, this.chapter);
    });
    if (kind.live) {
      live = new LiveView(kind.name, (data, now, old) => {
        this.problem.hidden = true;
        view.show(data, now, old);
      }, (words) => {
        say(this.problem, words);
        this.problem.hidden = false;
      });
    }
    const made = { view, live, kind };
    this.made.set(kind.name, made);
    return made;
  }

  toggleTwin() {
    this.asText = !this.asText;
    this.showTwin();
  }

  showTwin() {
    const { picture, twin } = this.current.view;
    const isDouble = this.picture.classList.contains("lanes");
    twin.hidden = !this.asText || isDouble;
    twin.reveal?.();
    this.second.twin.hidden = !this.asText;
    this.second.figure.hidden = this.asText;
    picture.style.display = this.asText ? "none" : "";
    this.tableSwitch.setAttribute("aria-pressed", String(this.asText));
  }
}

function inspector() {
  const lab = document.body.dataset.lab;
  return element("aside", { class: "inspector", "aria-label": "Inspector" },
    consolePanel(), cellBox("xen", { label: "A cell of your own", free: true }), lab ? labPanel(lab) : null);
}

/** Buttons in the text that lead the eye to the stage, with the view there that the text is about. */
function linkViews(stage, show) {
  for (const box of document.querySelectorAll(".view")) {
    const view = VIEWS.find(({ name }) => box.classList.contains(`view-${name}`));
    box.append(element("button", { type: "button", click: () => {
      if (view) show.open(view.name, {});
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

/** The view and what it looks at stand in the address too, where they are not the chapter's own. */
function rememberView(name, focus, chapter) {
  const address = new URL(location.href);
  for (const key of [...address.searchParams.keys()]) if (key === "view" || key.startsWith("f.")) address.searchParams.delete(key);
  if (name !== viewOfChapter(chapter)) address.searchParams.set("view", name);
  for (const [key, value] of Object.entries(focus)) if (value !== "" && value !== undefined) address.searchParams.set(`f.${key}`, value);
  history.replaceState(null, "", address);
}

/** Opens where the address says, else where the machine is. */
async function openAtMoment() {
  const wanted = new URL(location.href).searchParams.get("t");
  if (wanted !== null && /^\d+$/.test(wanted)) {
    await time({ do: "seek", t: Number(wanted) });
  }
}
