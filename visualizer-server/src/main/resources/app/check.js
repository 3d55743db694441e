// The lab's checks: start them, watch them come in line by line, and put your part into its slot.

import { element, say } from "./dom.js";
import { on, post } from "./machine.js";

export function checkPanel(lab) {
  const lines = element("ol", { class: "check-lines" });
  const verdict = element("div", { class: "verdict", role: "status" });
  const fold = element("details", { class: "checks", hidden: true }, element("summary", {}, "Every check"), lines);
  const start = element("button", { type: "button", class: "primary", click: () => check() }, "Check my part");
  const holder = element("p", { class: "small" });
  const mine = element("button", { type: "button", click: () => swap() }, "Use my part");
  let yours = false;
  let mineNow = [];

  async function check() {
    lines.replaceChildren();
    fold.hidden = false;
    fold.open = true;
    say(verdict, "Checking…");
    start.disabled = true;
    try {
      const answer = await post("/api/check", { lab });
      if (answer.verdict) finish(answer.verdict);
    } catch (problem) {
      finish(problem.message);
    }
  }

  function finish(words) {
    say(verdict, typeof words === "string" ? words : words.text ?? "done");
    start.disabled = false;
    fold.open = false;
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
    if (event.line !== undefined) lines.append(lineOf(event.line));
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
  return element("section", { class: "check", "aria-label": `Lab ${lab}` },
    element("h2", {}, `Lab ${lab}`), holder, element("div", { class: "cell-bar" }, start, mine), verdict, fold);
}

function lineOf(line) {
  const text = typeof line === "string" ? line : line.text ?? "";
  const status = typeof line === "object" ? line.status : text.includes("✔") ? "passed" : text.includes("✘") ? "failed" : "";
  return element("li", { class: status }, text);
}
