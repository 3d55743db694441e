// The event-channel view. Two domains face to face; each port is a row with a fixed place:
//
//   upcall flag ← selector ← mask (a gate) ← pending ← socket ═ wire ═ socket → pending → …
//
// A signal travels from the wire outwards, in the order in which Xen sets the bits. Nothing moves
// between steps; what changed keeps its old value beside it, struck through, for one step.

import { toggleBreak } from "./breaks.js";
import { ownerClass, say, shape } from "./dom.js";
import { frame as latest, input, on } from "./machine.js";

const ROW = 36;
const TOP = 128;
const FLAG = 58;
const WORD = 96;
const LEAST_SLOTS = 6;
const MOST_SLOTS = 24;

/** Where things stand, as offsets from a side's outer edge, and how long a label or a word's value may be. */
const WIDE = {
  width: 820, side: 318, text: 18, number: 30, label: 50, selector: 196, mask: 232, pending: 268, socket: 306,
  letters: 19, name: 22, word: 22,
};
const NARROW = {
  width: 560, side: 256, text: 14, number: 22, label: 38, selector: 146, mask: 180, pending: 212, socket: 244,
  letters: 11, name: 16, word: 12,
};

export class EventsView {
  constructor() {
    this.picture = shape("svg", {
      class: "events", role: "group", "aria-label": "Event channels of two domains",
      preserveAspectRatio: "xMidYMin meet",
    });
    this.chosen = [null, null];
    const narrow = matchMedia("(max-width: 640px)");
    this.build(narrow.matches ? NARROW : WIDE);
    narrow.addEventListener("change", () => {
      this.build(narrow.matches ? NARROW : WIDE);
      if (latest) this.show(latest, null);
    });
    on("state", (frame, before) => this.show(frame, before));
  }

  build(plan) {
    this.plan = plan;
    this.slots = 0;
    this.wires = shape("g", { class: "wires" });
    this.sides = [new Side(plan, false), new Side(plan, true)];
    this.picture.replaceChildren(this.wires, ...this.sides.map((side) => side.group));
  }

  /** Which two domains are shown: the reader's choice, else dom0 and the youngest guest. */
  pair(domains) {
    const ids = domains.map((domain) => domain.id);
    const chosen = this.chosen.map((id) => (ids.includes(id) ? id : null));
    const left = chosen[0] ?? ids[0];
    const right = chosen[1] ?? ids.filter((id) => id !== left).at(-1);
    return [left, right].map((id) => domains.find((domain) => domain.id === id));
  }

  show(frame, before) {
    const events = frame.events;
    if (!events?.domains?.length) return;
    const pair = this.pair(events.domains);
    this.setSlots(slotsFor(pair));
    const stepped = before && !frame.running;
    this.sides.forEach((side, index) => {
      const old = before?.events?.domains?.find((domain) => domain.id === pair[index]?.id);
      side.show(pair[index], stepped ? old : null, nameOf(frame, pair[index]));
    });
    this.drawWires(pair, frame);
  }

  setSlots(slots) {
    if (slots === this.slots) return;
    this.slots = slots;
    const height = TOP + slots * ROW + 14;
    this.picture.setAttribute("viewBox", `0 0 ${this.plan.width} ${height}`);
    this.sides.forEach((side) => side.setSlots(slots));
  }

  drawWires([left, right], frame) {
    this.wires.replaceChildren();
    if (!left || !right) return;
    const lit = frame.running ? null : litPort(frame.event);
    for (const port of left.ports) {
      if (port.kind !== "interdomain" || port.peerDomain !== right.id) continue;
      if (port.port > this.slots || port.peerPort > this.slots) continue;
      const [from, to] = [rowMiddle(port.port), rowMiddle(port.peerPort)];
      const [start, end] = [this.plan.socket + 8, this.plan.width - this.plan.socket - 8];
      const bend = (end - start) / 2;
      const path = `M${start} ${from} C${start + bend} ${from} ${end - bend} ${to} ${end} ${to}`;
      const busy = lit && ((lit.domain === left.id && lit.port === port.port)
        || (lit.domain === right.id && lit.port === port.peerPort));
      this.wires.append(shape("path", { d: path, class: busy ? "wire busy" : "wire" }));
    }
  }
}

function slotsFor(pair) {
  const highest = Math.max(0, ...pair.flatMap((domain) =>
    (domain?.ports ?? []).filter((port) => port.kind !== "free").map((port) => port.port)));
  return Math.min(MOST_SLOTS, Math.max(LEAST_SLOTS, highest));
}

function nameOf(frame, domain) {
  return frame.domains?.find((other) => other.id === domain?.id)?.name ?? "";
}

/** The port that the event at this moment signals, where it does. */
function litPort(event) {
  if (event?.topic !== "PORTS" || event.port === undefined) return null;
  return { domain: event.to ?? event.subject ?? event.domain, port: Number(event.port) };
}

const rowMiddle = (port) => TOP + (port - 1) * ROW + ROW / 2;

/** One domain: its vCPU's words on top, its ports below. The right side is the left one mirrored. */
class Side {
  constructor(plan, mirrored) {
    this.plan = plan;
    this.mirrored = mirrored;
    const outer = mirrored ? plan.width : 0;
    this.domain = null;
    this.group = shape("g", { class: "side" });
    this.frame = shape("rect", { class: "domain-frame", y: 4, width: plan.side, rx: 8, x: Math.max(0, outer - plan.side) });
    this.title = shape("text", { class: "domain-name", x: this.x(plan.text), y: 28, "text-anchor": this.anchor() });
    this.head = shape("g");
    this.bus = shape("g", { class: "bus" });
    this.rows = shape("g");
    this.hatch = shape("rect", { class: "hatch", y: 4, width: 8, x: Math.max(0, outer - 8) });
    this.group.append(this.frame, this.hatch, this.title, this.bus, this.head, this.rows);
    this.header();
    this.portRows = [];
  }

  x(offset) {
    return this.mirrored ? this.plan.width - offset : offset;
  }

  anchor() {
    return this.mirrored ? "end" : "start";
  }

  /** The first vCPU's upcall flag and, below it, its selector word: where the rows' column S leads. */
  header() {
    const at = this.plan;
    this.upcall = new Lamp(this, "flag", this.x(at.selector), FLAG, "upcall");
    this.upcallLabel = shape("text", { class: "small-label", x: this.x(at.text), y: FLAG + 4, "text-anchor": this.anchor() });
    this.selector = new Lamp(this, "cell", this.x(at.selector), WORD, "selector");
    this.selectorText = shape("text", { class: "small-label", x: this.x(at.text), y: WORD + 4, "text-anchor": this.anchor() });
    this.head.append(this.upcall.group, this.upcallLabel, this.selector.group, this.selectorText);
    for (const [letter, offset] of [["M", at.mask], ["P", at.pending]]) {
      this.head.append(shape("text", { class: "column", x: this.x(offset), y: TOP - 4, "text-anchor": "middle" }, letter));
    }
  }

  setSlots(slots) {
    this.frame.setAttribute("height", TOP + slots * ROW + 6);
    this.hatch.setAttribute("height", TOP + slots * ROW + 6);
    while (this.portRows.length < slots) {
      const row = new PortRow(this, this.portRows.length + 1);
      this.portRows.push(row);
      this.rows.append(row.group);
    }
    this.portRows.forEach((row, index) => { row.group.style.display = index < slots ? "" : "none"; });
    this.bus.replaceChildren(shape("path", { d: `M${this.x(this.plan.selector)} ${rowMiddle(slots)} V${FLAG}` }));
  }

  show(domain, before, name) {
    this.domain = domain?.id ?? null;
    this.group.style.display = domain ? "" : "none";
    if (!domain) return;
    this.group.setAttribute("class", `side ${ownerClass(domain.id)}`);
    say(this.title, clipped(`d${domain.id}  ${name}`, this.plan.name));
    this.showVcpu(domain.vcpus[0], before?.vcpus?.[0]);
    const ports = new Map(domain.ports.map((port) => [port.port, port]));
    const old = before && new Map(before.ports.map((port) => [port.port, port]));
    this.portRows.forEach((row, index) => row.show(ports.get(index + 1), old?.get(index + 1), Boolean(before)));
  }

  showVcpu(vcpu, before) {
    if (!vcpu) return;
    const word = BigInt(`0x${String(vcpu.selector).replace(/^0x/, "") || "0"}`);
    const old = before && BigInt(`0x${String(before.selector).replace(/^0x/, "") || "0"}`);
    this.upcall.set(vcpu.upcall, before?.upcall, `upcall flag of vCPU ${vcpu.id}`);
    this.selector.set(word !== 0n, old === undefined || old === null ? undefined : old !== 0n, "selector word");
    say(this.upcallLabel, `upcall${vcpu.masked ? " masked" : ""}`);
    const hex = `0x${word.toString(16)}`;
    const changed = before && old !== word;
    const was = changed ? `0x${old.toString(16)}` : "";
    const isRoomFor = (...words) => words.filter(Boolean).join(" ").length <= this.plan.word;
    const now = isRoomFor(hex) ? hex : `${hex.slice(0, 6)}…`;
    this.selectorText.replaceChildren(isRoomFor("selector", was, now) ? "selector " : "",
      changed && isRoomFor(was, now) ? shape("tspan", { class: "old" }, was) : "", changed ? " " : "", now);
  }
}

/** One port in its place. A free place stays visible, faintly: the next port goes there. */
class PortRow {
  constructor(side, port) {
    this.side = side;
    this.port = port;
    const y = rowMiddle(port);
    const at = side.plan;
    this.group = shape("g", { class: "port" });
    this.number = shape("text", { class: "port-number", x: side.x(at.number), y: y + 5, "text-anchor": "middle" }, String(port));
    this.label = shape("text", { class: "port-label", x: side.x(at.label), y: y - 1, "text-anchor": side.anchor() });
    this.peer = shape("text", { class: "port-peer", x: side.x(at.label), y: y + 12, "text-anchor": side.anchor() });
    this.track = shape("path", { class: "track", d: `M${side.x(at.socket)} ${y} H${side.x(at.selector)}` });
    this.selector = new Lamp(side, "square", side.x(at.selector), y, "selector");
    this.mask = new Lamp(side, "gate", side.x(at.mask), y, "mask");
    this.pending = new Lamp(side, "round", side.x(at.pending), y, "pending");
    this.socket = shape("rect", { class: "socket", x: side.x(at.socket) - 8, y: y - 8, width: 16, height: 16, rx: 3 });
    this.send = pressable(this.socket, side.x(at.socket), y, () => ({ kind: "send" }), this);
    const gate = pressable(this.mask.group, side.x(at.mask), y, () => ({ kind: this.mask.lit ? "unmask" : "mask" }), this);
    this.gate = gate;
    this.stop = pressable(this.number, side.x(at.number), y, null, this);
    this.group.append(this.stop, this.label, this.peer, this.track, this.selector.group, gate,
      this.pending.group, this.send);
  }

  show(port, before, stepped) {
    const free = !port || port.kind === "free";
    this.group.classList.toggle("free", free);
    const old = stepped ? before ?? { pending: false, masked: false, selector: false, kind: "free" } : undefined;
    const name = `port ${this.port}`;
    this.pending.set(!free && port.pending, old?.pending, `${name}: pending`);
    this.mask.set(!free && port.masked, old?.masked, `${name}: mask`);
    this.selector.set(!free && port.selector, old?.selector, `${name}: its selector bit`);
    this.group.classList.toggle("new", stepped && !free && old.kind === "free");
    say(this.label, free ? "" : clipped(port.label || port.kind, this.side.plan.letters));
    say(this.peer, free ? "" : peerOf(port));
    for (const [node, words] of [[this.send, "send through"], [this.gate, port?.masked ? "unmask" : "mask"],
      [this.stop, "stop at"]]) {
      node.setAttribute("tabindex", free ? "-1" : "0");
      node.setAttribute("aria-hidden", String(free));
      node.setAttribute("aria-label", `${words} port ${this.port} of domain ${this.side.domain}`);
    }
  }
}

const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function peerOf(port) {
  const to = { interdomain: `to d${port.peerDomain} port ${port.peerPort}`, unbound: `waits for d${port.peerDomain}`,
    virq: "from Xen", ipi: "between vCPUs" }[port.kind] ?? "";
  return port.vcpu ? `${to}, vCPU ${port.vcpu}` : to;
}

/** Makes a shape a button of at least 28 by 28 units that posts an input, or sets a breakpoint where
    there is none to post. */
function pressable(content, x, y, what, row) {
  const press = () => {
    if (row.group.classList.contains("free")) return;
    if (what === null) toggleBreak({ kind: "port", domain: row.side.domain, value: String(row.port) });
    else input({ ...what(), domain: row.side.domain, port: row.port });
  };
  return shape("g", {
    role: "button", class: "press", click: press,
    keydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      press();
    },
  }, shape("rect", { class: "reach", x: x - 16, y: y - 16, width: 32, height: 32 }), content);
}

/** One bit. Its shape says what it is, filled or empty says whether it is set. */
class Lamp {
  constructor(side, kind, x, y, name) {
    this.kind = kind;
    this.lit = false;
    this.title = shape("title");
    this.body = lampShape(kind, x, y);
    this.ring = shape("rect", { class: "ring", x: x - 13, y: y - 13, width: 26, height: 26, rx: 6 });
    this.old = shape("text", { class: "old", x: x + 12, y: y - 8 });
    this.group = shape("g", { class: `lamp ${kind} ${name}`, role: "img" }, this.title, this.ring, ...this.body, this.old);
  }

  set(lit, before, words) {
    this.lit = Boolean(lit);
    const changed = before !== undefined && before !== null && Boolean(before) !== this.lit;
    this.group.classList.toggle("lit", this.lit);
    this.group.classList.toggle("changed", changed);
    say(this.old, changed ? (before ? "1" : "0") : "");
    const state = `${words} ${this.lit ? "is set" : "is clear"}${changed ? ", just changed" : ""}`;
    say(this.title, state);
    this.group.setAttribute("aria-label", state);
  }
}

function lampShape(kind, x, y) {
  if (kind === "round") return [shape("circle", { class: "bulb", cx: x, cy: y, r: 8 })];
  if (kind === "square") return [shape("rect", { class: "bulb", x: x - 7, y: y - 7, width: 14, height: 14 })];
  if (kind === "cell") return [shape("rect", { class: "bulb", x: x - 9, y: y - 9, width: 18, height: 18, rx: 2 })];
  if (kind === "flag") {
    return [shape("path", { class: "pole", d: `M${x - 7} ${y + 11} V${y - 10}` }),
      shape("path", { class: "bulb", d: `M${x - 7} ${y - 10} h15 l-4 5.5 l4 5.5 h-15 z` })];
  }
  // The gate: across the track when the port is masked, along it when it is not.
  return [shape("rect", { class: "bulb", x: x - 7, y: y - 9, width: 14, height: 18 }),
    shape("path", { class: "bar open", d: `M${x - 5} ${y} h10` }),
    shape("path", { class: "bar shut", d: `M${x} ${y - 12} v24` })];
}
