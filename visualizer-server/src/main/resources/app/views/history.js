// Time as a list: the newest events, each in a sentence. Pressing one goes there.

import { duration, element, say } from "../dom.js";
import { time } from "../machine.js";
import { textTwin } from "../views.js";
import { wordSelect } from "./choices.js";

/** As many as one sees at once; nobody can read them, and each costs. */
const WHILE_RUNNING = 20;
const TOPICS = ["cpu", "domain", "grant", "memory", "ports", "ring", "sched", "store"];

export class HistoryView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.choices = element("span", { class: "choices" },
      wordSelect("Topic", [["", "all topics"], ...TOPICS.map((topic) => [topic, topic])], (topic) => ask({ topic })));
    this.rows = element("ol", { class: "history", "aria-label": "Events, the newest last" });
    this.picture = element("div", { class: "history-frame", tabindex: "0", "aria-label": "Events" }, this.rows);
  }

  show(data, now) {
    this.tell(data.text);
    const rows = now?.running ? data.rows.slice(-WHILE_RUNNING) : data.rows;
    while (this.rows.children.length > rows.length) this.rows.lastChild.remove();
    while (this.rows.children.length < rows.length) this.rows.append(rowItem());
    rows.forEach((row, index) => this.rows.children[index].tell(row));
    const newest = data.rows.at(-1)?.seq;
    if (newest !== this.newest) this.picture.scrollTop = this.picture.scrollHeight;
    this.newest = newest;
  }
}

/** A line that says one event after the other: making sixty anew, twenty times a second, is felt. */
function rowItem() {
  let seq = 0;
  const number = element("button", { type: "button", class: "link", click: () => time({ do: "seek", t: seq }) });
  const when = element("span", { class: "history-time" });
  const words = element("span");
  const item = element("li", {}, number, when, " ", words);
  item.tell = (row) => {
    seq = row.seq;
    item.className = `topic-${row.topic}`;
    say(number, String(row.seq));
    say(when, duration(row.nanos));
    say(words, row.sentence);
  };
  return item;
}
