// The stage's keys. They act only while the stage has the focus, and never while one types.

import { element } from "./dom.js";
import { controls } from "./transport.js";

const KEYS = [
  ["Space", "run or pause"],
  ["n", "step"],
  ["p", "step back"],
  ["[  ]", "finer or coarser unit"],
  ["g", "go to an event by its number"],
  ["m", "mark this moment"],
  ["'", "go to the mark"],
  ["w", "why? to the event that led to this one"],
  ["t", "picture or table"],
  ["d", "lecture or full depth"],
  ["Esc", "back to the text"],
  ["?", "this list"],
];

export function attachKeys(stage, { toggleTable, toggleDepth, goTo, mark, toMark, askWhy }) {
  const help = helpDialog();
  stage.append(help);
  const actions = {
    " ": controls.toggle, n: () => controls.step(), p: () => controls.back(), "[": controls.finer,
    "]": controls.coarser, g: goTo, m: mark, "'": toMark, w: askWhy, t: toggleTable, d: toggleDepth,
    Escape: () => document.getElementById("text").focus({ preventScroll: true }),
    "?": () => help.showModal(),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === " " && event.target.closest("button, [role=button], summary, select")) return;
    const action = actions[event.key];
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
