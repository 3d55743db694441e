// Grant tables: the entries of one domain, each a key to a frame. Whether the key is in the lock, and
// which way it is turned, is what the reading and writing bits say.

import { element, ownerClass, say } from "../dom.js";
import { textTwin } from "../views.js";

export class GrantsView {
  constructor() {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.picture = element("div", { class: "grants" });
    this.tables = new Map();
  }

  show(data, frame, old) {
    this.tell(data.text);
    for (const table of data.domains) {
      if (!this.tables.has(table.domain)) {
        this.tables.set(table.domain, new Table(table.domain));
        this.picture.append(this.tables.get(table.domain).box);
      }
      this.tables.get(table.domain).show(table, old?.domains.find((one) => one.domain === table.domain));
    }
    for (const [domain, table] of this.tables) table.box.hidden = !data.domains.some((one) => one.domain === domain);
  }
}

class Table {
  constructor(domain) {
    this.words = element("p", { class: "small" });
    this.rows = element("ol", { class: "grant-rows", tabindex: "0", "aria-label": `Entries of domain ${domain}` });
    this.box = element("section", { class: `grant-table ${ownerClass(domain)}`, "aria-label": `Grant table of domain ${domain}` },
      element("h3", {}, `d${domain} lends`), this.words, this.rows);
  }

  show(table, old) {
    const frames = table.frames === 1 ? "one frame" : `${table.frames} frames`;
    say(this.words, `${frames} of table, ${table.entries.length} entries in use`);
    const before = new Map((old?.entries ?? []).map((entry) => [entry.ref, entry]));
    this.rows.replaceChildren(...table.entries.slice(0, 200).map((entry) => row(entry, old ? before.get(entry.ref) : entry)));
  }
}

function row(entry, old) {
  const changed = !old || old.flags !== entry.flags || old.mfn !== entry.mfn || old.to !== entry.to;
  const use = entry.writing ? "writing" : entry.reading ? "reading" : "idle";
  return element("li", { class: `grant ${use}${changed ? " changed" : ""}` },
    element("span", { class: "grant-ref" }, `ref ${entry.ref}`),
    element("span", { class: `key ${ownerClass(entry.to)}`, "aria-hidden": "true" }, entry.readOnly ? "◇" : "◆"),
    element("span", {}, `to d${entry.to}${entry.readOnly ? ", read-only" : ""}`),
    element("span", { class: "grant-mfn" }, `mfn ${entry.mfn}`),
    element("span", { class: "grant-use" }, { writing: "mapped, writing", reading: "mapped, reading", idle: "not mapped" }[use]),
    element("span", { class: "grant-flags" }, changed && old ? element("del", {}, old.flags) : null, changed && old ? " " : null, entry.flags));
}
