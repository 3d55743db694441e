// One line under the bar on top: only there when the bench, the process that runs the machine, has
// something to say.

import { element, say } from "./dom.js";
import { on } from "./machine.js";

export function announceBench() {
  const bar = document.getElementById("bench");
  const words = element("span");
  const dismiss = element("button", { type: "button", click: () => show("") }, "Dismiss");
  bar.append(words, dismiss);
  show("");

  on("bench", ({ status, message }) => {
    bar.dataset.status = status;
    if (status === "ready") show("");
    else show(message || { starting: "The bench is starting…", restarted: "The bench was restarted." }[status]);
  });
  on("problem", (message) => {
    bar.dataset.status = "problem";
    show(message);
  });
  on("late", (answers) => {
    if (answers > 0 && !bar.classList.contains("shown")) {
      bar.dataset.status = "late";
      show("Still working…");
    } else if (answers === 0 && bar.dataset.status === "late") show("");
  });
  on("connection", (up) => {
    if (up && bar.dataset.status === "away") show("");
    if (!up) {
      bar.dataset.status = "away";
      show("The server does not answer; trying again…");
    }
  });

  function show(text) {
    say(words, text);
    bar.classList.toggle("shown", text !== "");
  }
}
