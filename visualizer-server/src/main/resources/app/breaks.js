// Breakpoints: what a run stops at. They are set by pressing the thing itself, with the key b for the
// kind of event one stands at, or in words here.

import { element, say } from "./dom.js";
import { frame, on, post, take, time } from "./machine.js";

const UNBOUNDED = 10 ** 12;
const KINDS = [
  ["hypercall", "hypercall", "mmu_update"], ["trap", "trap with vector", "14"], ["event", "kind of event", "Sent"],
  ["port", "port", "2"], ["frame", "frame", "0x1a2f"], ["domain", "life of domain", "1"], ["path", "XenStore node", "/local/domain/1"],
];

/** Sets a breakpoint, or takes it away where it is set already. */
export async function toggleBreak(what) {
  try {
    take(await post("/api/break", what));
    return "";
  } catch (problem) {
    return problem.message;
  }
}

/** At events like the one of this moment. */
export function breakHere() {
  const event = frame?.event;
  if (!event) return;
  if (event.kind === "HypercallEntered") {
    const name = /calls Xen: ([a-z0-9_]+)/.exec(event.sentence)?.[1];
    if (name) toggleBreak({ kind: "hypercall", value: name });
  } else if (event.kind === "Trapped") toggleBreak({ kind: "trap", value: String(event.vector) });
  else toggleBreak({ kind: "event", value: event.kind });
}

export const toNextBreak = () => time({ do: "run", speed: UNBOUNDED });
export const toPreviousBreak = () => time({ do: "runBack" });

export function breakPanel() {
  const chips = element("ul", { class: "chips", "aria-label": "Breakpoints" });
  const previous = element("button", { type: "button", "aria-keyshortcuts": "Shift+P", click: toPreviousBreak }, "◀◀ Previous");
  const next = element("button", { type: "button", "aria-keyshortcuts": "Shift+N", click: toNextBreak }, "Next ▶▶");
  const told = element("output", { class: "small" });
  const kind = element("select", { "aria-label": "Stop at a", change: () => hint() },
    ...KINDS.map(([value, words]) => element("option", { value }, words)));
  const value = element("input", { type: "text", "aria-label": "Which one", size: 16, spellcheck: "false", autocomplete: "off" });
  const hint = () => { value.placeholder = KINDS.find(([name]) => name === kind.value)[2]; };
  hint();
  const form = element("form", { class: "break-form", submit: async (event) => {
    event.preventDefault();
    const domain = frame?.domains?.at(-1)?.id ?? 1;
    say(told, await toggleBreak({ kind: kind.value, value: value.value.trim() || value.placeholder, domain }));
  } }, kind, value, element("button", { type: "submit" }, "Stop there"), told);
  const moves = element("span", { class: "break-moves", hidden: true }, previous, next);
  on("state", (now) => {
    const words = now.breakpoints ?? [];
    moves.hidden = words.length === 0;
    if (chips.dataset.words === words.join("\n")) return;
    chips.dataset.words = words.join("\n");
    chips.replaceChildren(...words.map((word) => element("li", {}, element("button", {
      type: "button", "aria-label": `Take away the breakpoint ${word}`, click: async () => take(await post("/api/break", { remove: word })),
    }, `${word} ×`))));
  });
  return element("details", { class: "breaks" }, element("summary", {}, "Breakpoints"), form, chips, moves);
}
