// The lab's checks: start them, watch them come in tier by tier, put your part into its slot, and go to
// the moment where it went wrong.

import { compareOnceThere } from "./compare.js";
import { element, say } from "./dom.js";
import { on, post } from "./machine.js";
import { stepLanes } from "./steps.js";

const TIERS = ["contract", "lock-step", "interleavings", "system", "hostile"];

/** The head with the buttons, and the body with what came of it. `before` may refuse to begin; `after`
    gets the verdict. */
export function checks(lab, { before, after }) {
  const lines = element("ol", { class: "check-lines" });
  const verdict = element("div", { class: "verdict", role: "status" });
  const places = element("ul", { class: "places" });
  const gauges = tierGauges();
  const fold = element("details", { class: "checks", hidden: true }, element("summary", {}, "Every check"), lines);
  const start = element("button", { type: "button", class: "primary", click: () => check() }, "Check my part");
  const steps = stepLanes((moment) => offer(moment));
  const holder = element("p", { class: "small" });
  const mine = element("button", { type: "button", click: () => swap() }, "Use my part");
  let yours = false;
  let mineNow = [];

  async function check() {
    lines.replaceChildren();
    places.replaceChildren();
    gauges.clear();
    fold.hidden = false;
    say(verdict, "Checking…");
    start.disabled = true;
    try {
      await before();
      await post("/api/check", { lab });
    } catch (problem) {
      finish({ text: problem.message });
    }
  }

  function finish(words) {
    say(verdict, words.text ?? "done");
    start.disabled = false;
    after(words);
  }

  function heardLine(line) {
    lines.append(element("li", { class: line.status }, line.text));
    if (line.token) {
      places.append(element("li", {}, element("button", { type: "button", click: () => steps.show(line.token) },
        `Yours beside the reference: ${line.headline || line.sentence}`)));
    }
    gauges.count(line);
  }

  /** A failing run of a whole machine can be looked at. */
  function offer(moment) {
    places.append(element("li", {}, element("button", { type: "button", click: () => openMoment(moment, verdict) },
      `Look at it: ${moment.headline}, one event before (event ${moment.t})`)));
  }

  async function swap() {
    try {
      const others = mineNow.filter((other) => other !== lab);
      await post("/api/parts", { mine: yours ? others : [...others, lab] });
    } catch (problem) {
      say(verdict, problem.message);
    }
  }

  on("check", (event) => {
    if (event.lab !== lab) return;
    if (event.compiledMillis !== undefined) say(verdict, `Compiled in ${event.compiledMillis} ms; checking…`);
    if (event.line !== undefined) heardLine(event.line);
    if (event.moment !== undefined) offer(event.moment);
    if (event.verdict !== undefined) finish(event.verdict);
  });
  on("state", ({ slots }) => {
    const slot = slots?.find((one) => one.lab === lab);
    if (!slot) return;
    yours = slot.holder === "yours";
    mineNow = slots.filter((one) => one.holder === "yours").map((one) => one.lab);
    const words = { reference: "the reference", yours: "your part", mutant: "a mutant" }[slot.holder] ?? slot.holder;
    say(holder, `Slot ${slot.slot.toLowerCase().replaceAll("_", " ")}: ${words}, called ${slot.calls} times.`);
    say(mine, yours ? "Back to the reference" : "Use my part");
  });
  const head = element("div", {}, element("h2", {}, `Lab ${lab}`), holder, element("div", { class: "cell-bar" }, start, mine));
  return { head, body: element("div", {}, gauges.list, verdict, places, steps.place, fold), look: steps.show };
}

/** Puts the failing run onto the bench, one event before it goes wrong. */
async function openMoment(moment, verdict) {
  try {
    compareOnceThere();
    await post("/api/moment", { token: moment.token, t: moment.t });
    compareOnceThere();
    document.getElementById("stage")?.scrollIntoView({ block: "nearest" });
  } catch (problem) {
    say(verdict, problem.message);
  }
}

/** One box a tier, which counts what passed and what did not. */
function tierGauges() {
  const boxes = TIERS.map((name, index) => ({ name, passed: 0, failed: 0, waiting: 0, item: element("li", { "data-tier": index + 1 }) }));
  const draw = (box) => {
    const index = boxes.indexOf(box) + 1;
    box.item.dataset.state = box.failed ? "failed" : box.waiting ? "waiting" : box.passed ? "passed" : "";
    const sign = box.failed ? "✘" : box.waiting ? "…" : box.passed ? "✔" : "·";
    say(box.item, `${sign} T${index} ${box.name}${box.passed || box.failed || box.waiting ? ` ${box.passed}/${box.passed + box.failed + box.waiting}` : ""}`);
  };
  boxes.forEach(draw);
  return {
    list: element("ol", { class: "tiers", "aria-label": "Tiers" }, ...boxes.map(({ item }) => item)),
    clear() {
      for (const box of boxes) {
        Object.assign(box, { passed: 0, failed: 0, waiting: 0 });
        draw(box);
      }
    },
    count({ tier, status }) {
      const box = boxes[tier - 1];
      if (!box) return;
      if (status === "passed") box.passed++;
      else if (status === "failed") box.failed++;
      else box.waiting++;
      draw(box);
    },
  };
}
