// The life of domains: the states that Xen knows, with the domains that are in each just now, and what
// one can do with them. Mermaid draws the states once; after that only classes change.

import { element, say, scrollable, shape } from "../dom.js";
import { draw } from "../diagrams.js";
import { onThemeChange } from "../appearance.js";
import { input, on } from "../machine.js";
import { textTwin } from "../views.js";
import { table } from "./choices.js";

const SOURCE = `stateDiagram-v2
  accTitle: The life of a domain
  accDescr: Building, paused, running, shut down, crashed and dying, with the ways between them
  direction LR
  [*] --> building
  building --> paused: built
  paused --> running: unpause
  running --> paused: pause
  running --> shutdown: SCHEDOP_shutdown
  running --> crashed: beyond repair
  shutdown --> dying: destroy
  crashed --> dying: destroy
  dying --> [*]`;
const STATES = ["building", "paused", "running", "shutdown", "crashed", "dying"];
const ORDERS = ["pause", "unpause", "shutdown", "destroy"];

export class LifeView {
  constructor() {
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.diagram = scrollable(element("div", { class: "life-diagram" }), "States of a domain");
    this.list = table("xl list", ["name", "id", "memory", "vCPUs", "state"]);
    this.orders = element("ul", { class: "orders", "aria-label": "What one can do" });
    this.picture = element("div", { class: "life" }, this.diagram, this.list.whole, this.orders);
    this.drawn = false;
    this.shown = "";
    onThemeChange(() => { this.drawn = false; this.mark(); });
    on("state", (now) => this.take(now));
  }

  show() {
    this.mark();
  }

  take(now) {
    this.domains = now.domains ?? [];
    const key = JSON.stringify(this.domains);
    if (key === this.shown) return;
    this.shown = key;
    this.tell(xlList(this.domains));
    this.list.fill(this.domains.map((domain) => [
      domain.name, domain.id, `${Math.ceil(domain.pages / 256)} MiB`, domain.vcpus, `${domain.state} (${domain.letters})`]));
    this.orders.replaceChildren(...this.domains.filter((domain) => domain.id !== 0).map((domain) => element("li", {},
      `d${domain.id} ${domain.name}`, ...ORDERS.map((order) => element("button", {
        type: "button", "aria-label": `${order} d${domain.id}`, click: () => input({ kind: order, domain: domain.id }),
      }, order)))));
    this.mark();
  }

  /** Lights the states in which a domain is; draws them first, once they can be seen. */
  async mark() {
    if (!this.picture.isConnected) return;
    if (!this.drawn) {
      this.drawn = true;
      await draw(SOURCE, this.diagram);
    }
    for (const state of STATES) {
      const here = this.domains?.filter((domain) => domain.state === state) ?? [];
      const node = [...this.diagram.querySelectorAll("g.node")].find((one) => one.id.includes(`state-${state}-`));
      if (!node) continue;
      node.classList.toggle("here", here.length > 0);
      let token = node.querySelector(".token");
      if (!token) {
        token = shape("text", { class: "token", y: 34, "text-anchor": "middle" });
        node.append(token);
      }
      say(token, here.map((domain) => `d${domain.id}`).join(" "));
    }
  }
}

function xlList(domains) {
  const lines = domains.map((domain) => `${domain.name.slice(0, 38).padEnd(40)}${String(domain.id).padStart(4)} ${String(Math.ceil(domain.pages / 256)).padStart(5)} ${String(domain.vcpus).padStart(5)}     ${domain.letters}`);
  return [`${"Name".padEnd(40)}${"ID".padStart(4)} ${"Mem".padStart(5)} ${"VCPUs".padStart(5)}     State`, ...lines].join("\n");
}
