// Compare: the machine on the bench beside one with the same seed and inputs in which the reference holds
// all slots. Here are the two lanes in time, the first difference and the way to it; lanes.js doubles
// the picture.

import { duration, element, grouped, say, shape } from "./dom.js";
import { frame, get, on, post, take } from "./machine.js";
import { controls } from "./transport.js";

const WIDTH = 820;
const LANE = 22;

/** What is compared just now, or null. */
export const lanesOf = (now) => now?.lanes ?? null;

/** Begins or ends comparing. */
export async function compare(isOn) {
  take(await post("/api/compare", { on: isOn }));
}

/** Another run is about to be put on the bench: compare as soon as it stands there. */
let isDue = false;
export function compareOnceThere() {
  isDue = true;
}

/** To the first event that differs, where one was found. */
export function toDifference() {
  const first = frame?.lanes?.first;
  if (first) controls.seek(first.seq);
}

/** The panel, for the stage. */
export function comparePanel() {
  const words = element("p", { class: "lane-words", role: "status" });
  const begin = element("button", { type: "button", "aria-pressed": "false", click: () => toggle() }, "Compare with the reference");
  const go = element("button", { type: "button", class: "primary", "aria-keyshortcuts": "x", hidden: true, click: toDifference }, "To the first difference");
  const picture = twoLanes();
  const rows = element("tbody");
  const table = element("div", { class: "lane-rows", tabindex: "0", role: "region", "aria-label": "The newest events of both lanes", hidden: true },
    element("table", { class: "facts" }, element("caption", {}, "The newest events, side by side"),
      element("thead", {}, element("tr", {}, ...["event", "yours", "the reference"].map((head) => element("th", { scope: "col" }, head)))), rows));
  const panel = element("details", { class: "compare" }, element("summary", { "aria-keyshortcuts": "c" }, "Yours beside the reference"),
    holderForm(words), element("div", { class: "cell-bar" }, begin, go), words, picture.svg, table);
  let wanted = false;

  async function toggle() {
    wanted = !wanted;
    panel.open = true;
    await compare(wanted).catch((problem) => say(words, problem.message));
  }

  on("state", (now) => {
    const lanes = lanesOf(now);
    wanted = Boolean(lanes);
    begin.setAttribute("aria-pressed", String(wanted));
    say(begin, wanted ? "Compare no more" : "Compare with the reference");
    go.hidden = !lanes?.first;
    table.hidden = !lanes?.rows?.length;
    picture.show(now, lanes);
    if (lanes && !panel.open) panel.open = true;
    if (!lanes) return;
    say(words, inWords(lanes, now));
    rows.replaceChildren(...lanes.rows.map(rowOf));
  });
  on("bench", ({ status }) => {
    if (status !== "restarted" || !(wanted || isDue)) return;
    isDue = false;
    compare(true).catch(() => {});
  });
  return { panel, toggle };
}

/** One sentence on how the lanes stand. */
function inWords(lanes, now) {
  const who = `On the bench: ${lanes.mine}.`;
  if (lanes.state === "looking") return `${who} Comparing; the same up to event ${grouped(lanes.same)} so far…`;
  if (lanes.state === "same") return `${who} Every event up to ${grouped(lanes.same)} is the same in both lanes.`;
  const { seq, sentence, wanted } = lanes.first;
  const where = now.t < seq ? `, ${grouped(seq - now.t)} on from here` : now.t === seq ? ", here" : `, ${grouped(now.t - seq)} back`;
  return `${who} The first difference is event ${grouped(seq)}${where}. Yours: ${sentence} The reference: ${wanted}`;
}

function rowOf(row) {
  const late = row.mine === row.reference && row.mineNanos !== row.referenceNanos;
  const side = (words, nanos) => element("td", {}, words || "nothing", late ? ` (at ${duration(nanos)})` : "");
  return element("tr", { class: row.differs ? "differs" : "" }, element("th", { scope: "row" }, `${row.differs ? "≠ " : ""}${grouped(row.seq)}`),
    side(row.mine, row.mineNanos), side(row.reference, row.referenceNanos));
}

/** The whole run as two bars: equal up to the first difference, hatched from there. */
function twoLanes() {
  const title = shape("title");
  const bars = shape("g");
  const svg = shape("svg", { class: "two-lanes", viewBox: `0 0 ${WIDTH} ${2 * LANE + 22}`, role: "img" }, title, bars);
  svg.style.display = "none";
  const show = (now, lanes) => {
    svg.style.display = lanes ? "" : "none";
    if (!lanes) return;
    const last = Math.max(1, now.end);
    const x = (seq) => 90 + Math.min(1, seq / last) * (WIDTH - 100);
    const equal = lanes.first ? lanes.first.seq - 1 : lanes.state === "same" ? now.end : lanes.same;
    bars.replaceChildren(
      ...["yours", "reference"].flatMap((name, index) => lane(name, index * (LANE + 4), x, equal, lanes.first ? now.end : equal)),
      lanes.first ? shape("g", { class: "parting", click: toDifference },
        shape("path", { d: `M${x(lanes.first.seq)} 0 V${2 * LANE + 6}` }),
        shape("text", { x: Math.min(x(lanes.first.seq), WIDTH - 60), y: 2 * LANE + 19, "text-anchor": "middle" }, `≠ ${grouped(lanes.first.seq)}`)) : "",
      shape("path", { class: "cursor", d: `M${x(now.t)} 0 V${2 * LANE + 6} m-5 4 l5 -6 l5 6 z` }));
    const words = lanes.first ? `Two lanes: equal up to event ${lanes.first.seq - 1} of ${now.end}, different from event ${lanes.first.seq} on` : `Two lanes, equal up to event ${equal} of ${now.end}`;
    say(title, words);
    svg.setAttribute("aria-label", words);
  };
  return { svg, show };
}

function lane(name, y, x, equal, end) {
  return [
    shape("text", { class: "lane-name", x: 0, y: y + 15 }, name),
    shape("rect", { class: "lane-equal", x: x(0), y, width: Math.max(0, x(equal) - x(0)), height: LANE }),
    shape("rect", { class: `lane-after ${name}`, x: x(equal), y, width: Math.max(0, x(end) - x(equal)), height: LANE }),
  ];
}

/** Who is on the bench: my part, a mutant, or the reference. A mutant is a part with one bug, to be found. */
function holderForm(words) {
  const lab = document.body.dataset.lab;
  const choice = element("select", { "aria-label": "On the bench" });
  const form = element("form", { class: "cell-bar", hidden: !lab, submit: async (event) => {
    event.preventDefault();
    try {
      await post("/api/parts", { mine: choice.value ? [choice.value] : [] });
      say(words, "The computer is made anew; let it run, then compare.");
    } catch (problem) {
      say(words, problem.message);
    }
  } }, element("label", { class: "field" }, "On the bench", choice), element("button", {}, "Put it there"));
  const fill = async () => {
    const mutants = await get(`/api/mutants?lab=${lab}`);
    const { mine } = await get("/api/parts");
    choice.replaceChildren(element("option", { value: "" }, "the reference"), element("option", { value: lab }, `my part of lab ${lab}`),
      ...mutants.map((one) => element("option", { value: one.id }, `${one.id.slice(3)}: a part with one bug`)));
    choice.value = mine.find((one) => one.startsWith(lab)) ?? "";
  };
  if (lab) on("bench", ({ status }) => { if (status !== "starting") fill().catch(() => {}); });
  return form;
}
