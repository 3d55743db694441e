// The XenStore: a tree with the owner's hue on every node, what was done to it lately, and a line to
// write a node as domain 0 would.

import { element, ownerClass, say } from "../dom.js";
import { input } from "../machine.js";
import { toggleBreak } from "../breaks.js";
import { textTwin } from "../views.js";
import { textField } from "./choices.js";

export class StoreView {
  constructor(ask) {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.choices = element("span", { class: "choices" },
      textField("Path to show", "/local/domain/1", (path) => ask({ path: path || "/" })));
    this.tree = element("ul", { class: "store-tree", "aria-label": "Nodes", tabindex: "0" });
    this.deeds = element("ol", { class: "store-deeds", "aria-label": "What was done lately" });
    this.picture = element("div", { class: "store" }, this.tree,
      element("div", {}, element("h3", {}, "Lately"), this.deeds, writeForm()));
  }

  show(data, frame, old) {
    this.tell(data.text);
    const isOld = !old || old.text === data.text;
    if (!isOld || this.isMarked || data.text !== this.shown) {
      const before = old && new Map(old.nodes.map((node) => [node.path, node.value]));
      this.tree.replaceChildren(...data.nodes.map((node) => nodeItem(node, before)));
      this.isMarked = !isOld;
      this.shown = data.text;
    }
    const newest = data.recent.at(-1)?.seq;
    if (newest !== this.newest) this.deeds.replaceChildren(...data.recent.map(deedItem));
    this.newest = newest;
  }
}

function nodeItem(node, before) {
  const old = before?.get(node.path);
  const changed = before && old !== node.value;
  return element("li", { class: `${ownerClass(node.owner)}${changed ? " changed" : ""}`, "data-depth": Math.min(node.depth, 8) },
    element("button", {
      type: "button", class: "node-name", title: "Stop when this node is touched", click: () => toggleBreak({ kind: "path", value: node.path }),
    }, node.name || "/"),
    node.value ? element("span", { class: "node-value" }, changed && old ? element("del", {}, old) : null, ` ${node.value}`) : null,
    element("span", { class: "node-permissions", title: "permissions, the owner first" }, node.permissions));
}

function deedItem(deed) {
  const words = { written: "wrote", removed: "removed", watched: "watches", fired: "is told of", answered: "asked about" };
  return element("li", {}, `d${deed.domain} ${words[deed.kind] ?? deed.kind} ${deed.path}`,
    deed.detail ? element("span", { class: "node-value" }, ` ${deed.detail}`) : null);
}

/** Domain 0 writes a node: an input, which the journal keeps. */
function writeForm() {
  const path = element("input", { type: "text", "aria-label": "Path to write", placeholder: "/local/domain/1/…", spellcheck: "false" });
  const value = element("input", { type: "text", "aria-label": "Value to write", placeholder: "value", spellcheck: "false" });
  const told = element("output", {});
  return element("form", { class: "store-write", submit: (event) => {
    event.preventDefault();
    say(told, "");
    input({ kind: "store", path: path.value, value: value.value });
  } }, path, value, element("button", { type: "submit" }, "Write as dom0"), told);
}
