// The tasks of a lab: what is yours already, what is not yet, and four rungs of help for each.

import { element, say } from "./dom.js";
import { post } from "./machine.js";

export function taskList() {
  const list = element("ol", { class: "tasks", "aria-label": "Tasks" });
  const boxes = new Map();
  return {
    list,
    fill(tasks, find) {
      list.replaceChildren(...tasks.map((task) => {
        const box = taskBox(task, find);
        boxes.set(task.id, box);
        return box.item;
      }));
    },
    earned(reports) {
      for (const report of reports) boxes.get(report.id)?.earned(report.earned, report.points, report.note);
    },
  };
}

function taskBox(task, find) {
  const points = element("span", { class: "points" });
  const note = element("span", { class: "small" });
  const hints = element("ol", { class: "hints", "aria-live": "polite" });
  const more = element("button", { type: "button", click: async () => draw(await post("/api/lab/hint", { task: task.id }).catch(() => task)) });
  const answer = answerField(task.id);
  const draw = (now) => {
    hints.replaceChildren(...now.hints.map((hint) => element("li", {}, element("b", {}, `${hint.rung}: `), hint.text)));
    more.hidden = now.hints.length >= now.rungs;
    say(more, `Hint ${now.hints.length + 1} of ${now.rungs}`);
    answer.hidden = !now.hints.some((hint) => hint.text.includes("--answer"));
  };
  const earned = (got, of, words = "") => {
    item.dataset.state = got >= of ? "yours" : got > 0 ? "partly" : "not-yet";
    say(points, `${got >= of ? "✔ yours" : got > 0 ? "◐ partly" : "○ not yet"} · ${got} of ${of}`);
    say(note, words);
  };
  const item = element("li", {},
    element("div", { class: "task-line" }, element("b", {}, `${task.id} ${task.title}`), points, note,
      element("button", { type: "button", click: () => find(task.id) }, "In the code"), more), hints, answer);
  draw(task);
  earned(task.earned, task.points);
  return { item, earned };
}

/** Some tasks ask for a word instead of code. */
function answerField(task) {
  const field = element("input", { type: "text", "aria-label": `Your answer to task ${task}`, maxlength: "200" });
  const told = element("output", { class: "small" });
  return element("form", { class: "cell-bar", submit: async (event) => {
    event.preventDefault();
    await post("/api/lab/answer", { task, answer: field.value }).then(() => say(told, "Noted: the next check looks at it."), (problem) => say(told, problem.message));
  } }, field, element("button", {}, "Give this answer"), told);
}
