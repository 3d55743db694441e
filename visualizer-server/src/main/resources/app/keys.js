// The stage's keys. They act only while the stage has the focus, and never while one types.

import { element } from "./dom.js";
import { controls } from "./transport.js";

const KEYS = [
  ["Space", "run or pause"],
  ["n", "step"],
  ["p", "step back"],
  ["[  ]", "finer or coarser unit"],
  ["g", "go to an event by its number"],
  ["b", "stop at events like this one, or no more"],
  ["N  P", "with Shift: to the next or the previous breakpoint"],
  ["f", "break something on purpose"],
  ["q", "a question about what comes next"],
  ["c", "compare with the reference, or no more"],
  ["x", "to the first difference from the reference"],
  ["m", "mark this moment"],
  ["'", "go to the newest mark"],
  ["w", "why? to the event that led to this one"],
  ["1 … 9", "another view"],
  ["t", "picture or text"],
  ["d", "lecture or full depth"],
  ["Esc", "back to the text"],
  ["?", "this list"],
];

export function attachKeys(stage, does) {
  const help = helpDialog();
  stage.append(help);
  const actions = {
    " ": controls.toggle, n: () => controls.step(), p: () => controls.back(), "[": controls.finer,
    "]": controls.coarser, g: does.goTo, m: does.mark, "'": does.toMark, w: does.askWhy, f: does.openFaults, b: does.breakHere,
    q: does.predict, c: does.compare, x: does.toDifference,
    N: does.toNextBreak, P: does.toPreviousBreak, t: does.toggleTable, d: does.toggleDepth,
    Escape: () => document.getElementById("text").focus({ preventScroll: true }),
    "?": () => help.showModal(),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === " " && event.target.closest("button, [role=button], summary, select")) return;
    const action = /^[1-9]$/.test(event.key) ? () => does.chooseView(Number(event.key)) : actions[event.key];
    if (!action || (event.key === "Escape" && help.open)) return;
    event.preventDefault();
    action();
  });
  return () => help.showModal();
}

function isTyping(target) {
  return target.closest("textarea, .xterm, .cell, select, input:not([type=range])") !== null;
}

function helpDialog() {
  const close = element("button", { type: "button", click: () => dialog.close() }, "Close");
  const dialog = element("dialog", { class: "help", "aria-label": "Keys" },
    element("h2", {}, "Keys of the stage"),
    element("dl", {}, ...KEYS.flatMap(([key, words]) =>
      [element("dt", {}, element("kbd", {}, key)), element("dd", {}, words)])),
    element("p", {}, "They act while the stage has the focus. On the time bar, the arrow keys move one event."),
    close);
  return dialog;
}
