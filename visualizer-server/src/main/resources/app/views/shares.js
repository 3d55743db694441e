// Weights and caps, a row for each guest: a slider for the hand, a field for the exact number, and what share of a
// processor came of it. Each change is an input, as `xl sched-credit2 -d -w -c` would give it.

import { element, ownerClass, say } from "../dom.js";
import { input } from "../machine.js";

/** The slider of weights goes by powers of two, in quarters of a step: twice as heavy is as far everywhere. */
const WEIGHT = { least: 0, most: 16, step: 0.25, max: 65535 };

export class ShareRows {
  constructor(keepBusy) {
    this.keepBusy = keepBusy;
    this.rows = new Map();
    this.body = element("tbody");
    this.whole = element("div", { class: "strip-frame" }, element("table", { class: "facts share-rows" },
      element("caption", {}, "Weight and cap, and what came of them"),
      element("thead", {}, element("tr", {}, ...["guest", "weight", "cap, % of a processor", "last 1 s", "last 10 s", ""].map((head) => element("th", { scope: "col" }, head)))), this.body));
  }

  show(shares, tracks) {
    for (const [id, row] of this.rows) {
      if (!shares.some((share) => share.domain === id)) {
        row.line.remove();
        this.rows.delete(id);
      }
    }
    for (const share of shares) {
      if (!this.rows.has(share.domain)) {
        this.rows.set(share.domain, new ShareRow(share, this.keepBusy));
        this.body.append(this.rows.get(share.domain).line);
      }
      this.rows.get(share.domain).show(share, tracks.filter((track) => track.domain === share.domain));
    }
  }
}

class ShareRow {
  constructor({ domain, name }, keepBusy) {
    this.domain = domain;
    const who = `of d${domain} ${name}`;
    const range = (label, attributes, follow) => element("input", { type: "range", "aria-label": `${label} ${who}`, ...attributes,
      input: () => { follow(); this.speak(); }, change: () => this.send() });
    const field = (label, min, max) => element("input", { type: "number", "aria-label": `${label} ${who}, exact`, min, max, change: () => this.send() });
    this.weightSlider = range("Weight", { min: WEIGHT.least, max: WEIGHT.most, step: WEIGHT.step },
      () => { this.weight.value = Math.min(WEIGHT.max, Math.round(2 ** Number(this.weightSlider.value))); });
    this.weight = field("Weight", 1, WEIGHT.max);
    this.capSlider = range("Cap", { min: 0, max: 100, step: 5 }, () => { this.cap.value = this.capSlider.value; });
    this.cap = field("Cap in percent, 0 for none", 0, 100);
    this.state = element("span", { class: "small" });
    this.second = element("td", { "data-label": "last 1 s" });
    this.ten = element("td", { "data-label": "last 10 s" });
    this.line = element("tr", { class: ownerClass(domain) },
      element("th", { scope: "row" }, `d${domain} ${name} `, this.state),
      element("td", { "data-label": "weight" }, element("span", { class: "share" }, this.weightSlider, this.weight)),
      element("td", { "data-label": "cap, %" }, element("span", { class: "share" }, this.capSlider, this.cap)),
      this.second, this.ten,
      element("td", {}, element("button", { type: "button", "aria-label": `Keep d${domain} busy`, title: "Its clock becomes unreadable for up to a second: it reads it again and again", click: () => keepBusy(domain) }, "Keep it busy")));
  }

  /** Where somebody is about to change a number, it is left alone. */
  show({ weight, cap, isParked }, tracks) {
    if (!this.line.contains(document.activeElement) || this.shown !== `${weight} ${cap}`) {
      this.shown = `${weight} ${cap}`;
      this.set(weight, cap);
    }
    say(this.state, isParked ? "(parked: its budget is spent)" : "");
    const sum = (name) => (tracks.some((track) => track[name] < 0) ? "—" : `${(tracks.reduce((all, track) => all + track[name], 0) / 10).toFixed(1)} %`);
    say(this.second, sum("second"));
    say(this.ten, sum("ten"));
  }

  set(weight, cap) {
    this.weight.value = weight;
    this.weightSlider.value = Math.log2(weight);
    this.cap.value = cap;
    this.capSlider.value = cap;
    this.speak();
  }

  /** A slider leads, its field follows: what is sent stands in the fields. */
  speak() {
    this.weightSlider.setAttribute("aria-valuetext", `weight ${this.weight.value}`);
    this.capSlider.setAttribute("aria-valuetext", Number(this.cap.value) === 0 ? "no cap" : `${this.cap.value} %`);
  }

  send() {
    input({ kind: "share", domain: this.domain, weight: Number(this.weight.value), cap: Number(this.cap.value) });
  }
}
