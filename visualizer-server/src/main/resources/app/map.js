// The whole machine, on the home page. Mermaid lays the map out once for a set of domains; after
// that only classes and words of its boxes change, found by their ids.

import { onThemeChange } from "./appearance.js";
import { draw } from "./diagrams.js";
import { duration, element, grouped, ownerClass, say, scrollable } from "./dom.js";
import { frame, get, on, post } from "./machine.js";
import { transport } from "./transport.js";

const PARTS = { CONSOLE_IO: "Console I/O", PROCESSOR: "Processor", PV_ENTRY: "Entry", PAGING: "Paging", PV_MMU: "Direct paging", EVENT_CHANNELS: "Event channels", GUEST_TIME: "Time", DOMAIN_BUILDER: "Domain builder", SCHEDULER: "Scheduler", GRANTS: "Grant tables", SPLIT_DRIVER: "Handshake", BLOCK_BACKEND: "Block back-end" };

/** How many parts of Xen stand side by side. */
const ROW = 4;

/** Letters that a label may hold: names come from guests and users. */
const plain = (name) => String(name).replace(/[^A-Za-z0-9 ._-]/g, "·").slice(0, 24);

function source(domains, slots) {
  const guests = domains.filter((domain) => domain.id !== 0);
  const lines = [
    "flowchart TB",
    "  accTitle: The whole machine",
    "  accDescr: Guests on top, Xen with its replaceable parts below them, the hardware at the bottom",
    '  subgraph guests["Domains"]', "    direction TB",
    '    d0["dom0<br>control domain"]',
    ...guests.map((domain) => `    d${domain.id}["d${domain.id} ${plain(domain.name)}<br>${domain.pages} pages"]`),
    "  end",
    '  subgraph xen["Xen"]', "    direction TB",
    ...slots.map((slot) => `    s${slot.slot}["${PARTS[slot.slot] ?? plain(slot.slot)}<br>${slot.holder}"]`),
    ...rows(slots.map((slot) => `s${slot.slot}`)), "  end",
    '  subgraph hardware["Machine"]', "    direction TB",
    '    cpu["x86-64 CPU"]', '    memory["Memory"]', '    clock["Clock"]', "  end",
    '  guests <-->|"hypercalls, upcalls"| xen', '  xen <-->|"traps, registers, frames"| hardware',
  ];
  return lines.join("\n");
}

/** Unseen links that stack boxes in rows, so that the map is no wider than its words can bear. */
const rows = (ids) => ids.slice(ROW).map((id, index) => `    ${ids[index]} ~~~ ${id}`);

/** The home page: the map where the text has room for it, the clock below. */
export function drawMap() {
  const { place, tables } = machineMap();
  const sentence = element("p", { class: "sentence" });
  on("state", (now) => say(sentence, now.sentence ?? ""));
  const stage = element("section", { class: "stage map-stage", "aria-label": "The machine" },
    place, sentence, transport(), tables, guestChoice());
  const text = document.getElementById("text");
  (text.querySelector("#map")?.closest(".sect1") ?? text).append(stage);
}

/** Which guest to boot, where there is more than one to choose from. */
function guestChoice() {
  const box = element("p", { class: "guests", hidden: true }, "Boot another guest: ");
  const boot = (guest) => post("/api/machine", { guest }).catch(() => refresh());
  const refresh = async () => {
    const { guests = [], guest } = await get("/api/parts");
    const others = guests.filter((one) => one.id !== guest);
    box.hidden = others.length === 0;
    box.replaceChildren("Boot another guest: ",
      ...others.map((one) => element("button", { type: "button", click: () => boot(one.id) }, `${one.name}, ${one.memoryMiB} MiB`)));
  };
  on("bench", ({ status }) => { if (status === "ready") refresh().catch(() => {}); });
  return box;
}

/** The map and the tables that say the same; nothing is done for what nobody sees. */
export function machineMap() {
  const place = scrollable(element("div", { class: "map" }), "Map of the machine");
  const tables = element("div", { class: "map-tables" });
  let topology = "";
  let svg = null;
  let drawing = false;

  const redraw = async () => {
    if (!frame || drawing) return;
    const now = source(frame.domains ?? [], frame.slots ?? []);
    const wanted = now.replace(/<br>(reference|yours|mutant)"/g, '"');
    if (wanted === topology) return;
    topology = wanted;
    drawing = true;
    svg = await draw(now, place);
    drawing = false;
    restyle(frame, null);
  };
  const restyle = (now, before) => {
    if (!svg) return;
    for (const domain of now.domains ?? []) {
      const box = boxOf(svg, `d${domain.id}`);
      if (!box) continue;
      box.classList.add(ownerClass(domain.id));
      box.classList.toggle("busy", now.event?.domain === domain.id);
      box.classList.toggle("gone", /crashed|dying|shutdown/i.test(domain.state));
    }
    for (const slot of now.slots ?? []) {
      const box = boxOf(svg, `s${slot.slot}`);
      if (!box) continue;
      box.classList.remove("holder-reference", "holder-yours", "holder-mutant");
      box.classList.add("slot", `holder-${slot.holder}`);
      const was = before?.slots?.find((other) => other.slot === slot.slot);
      box.classList.toggle("busy", Boolean(was) && was.calls !== slot.calls);
      const words = [...box.querySelectorAll("tspan")].filter((one) => /^(reference|yours|mutant)$/.test(one.textContent.trim()));
      if (words.length) say(words[0], slot.holder);
    }
  };
  onThemeChange(() => { topology = ""; redraw(); });
  const update = (now, before) => {
    redraw();
    restyle(now, before);
    if (!tables.hidden) fillTables(tables, now);
  };
  on("state", (now, before) => { if (place.isConnected) update(now, before); });
  tables.reveal = () => { if (frame) fillTables(tables, frame); };
  return { place, tables, show: () => { if (frame) update(frame, null); } };
}

function boxOf(svg, id) {
  return svg.querySelector(`g.node[id*="flowchart-${id}-"]`);
}

/** The map's text twin: what `xl list` says, and who holds which slot. */
function fillTables(place, now) {
  const domains = table(["Name", "ID", "Pages", "vCPUs", "State"],
    (now.domains ?? []).map((one) => [one.name, one.id, grouped(one.pages), one.vcpus, one.letters ?? one.state]));
  const slots = table(["Part", "Lab", "Holder", "Calls"],
    (now.slots ?? []).map((one) => [PARTS[one.slot] ?? one.slot, one.lab, one.holder, grouped(one.calls)]));
  const words = element("p", { class: "small" }, `${grouped(now.end)} events in ${duration(now.endNanos ?? now.nanos)} of virtual time.`);
  place.replaceChildren(domains, slots, words);
}

function table(heads, rows) {
  return element("table", { class: "tableblock" },
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, String(cell)))))));
}
