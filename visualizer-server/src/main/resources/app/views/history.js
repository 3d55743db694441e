// Time as a list: the newest events, each in a sentence. Pressing one goes there.

import { duration, element } from "../dom.js";
import { time } from "../machine.js";
import { textTwin } from "../views.js";
import { wordSelect } from "./choices.js";

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

  show(data) {
    this.tell(data.text);
    this.rows.replaceChildren(...data.rows.map((row) => element("li", { class: `topic-${row.topic}` },
      element("button", { type: "button", class: "link", click: () => time({ do: "seek", t: row.seq }) }, String(row.seq)),
      element("span", { class: "history-time" }, duration(row.nanos)), " ", row.sentence)));
    this.picture.scrollTop = this.picture.scrollHeight;
  }
}
