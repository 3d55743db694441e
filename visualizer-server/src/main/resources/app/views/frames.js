// The wall of frames: one tile for each, in the order of machine frame numbers. Hue says the owner,
// the mark in the tile says the type. A canvas, because there are thousands; the table is its twin.

import { element, grouped } from "../dom.js";
import { onThemeChange } from "../appearance.js";
import { toggleBreak } from "../breaks.js";
import { textTwin } from "../views.js";
import { table, textField } from "./choices.js";

const TILE = 6;
const ACROSS = 128;
const MARKS = { l1: 1, l2: 2, l3: 3, l4: 4 };

export class FramesView {
  constructor(ask) {
    this.ask = ask;
    this.focus = {};
    const { twin, tell } = textTwin();
    this.twin = twin;
    this.tell = tell;
    this.field = textField("Machine frame", "mfn, or click a tile", (mfn) => this.look(mfn));
    this.choices = element("span", { class: "choices" }, this.field);
    this.canvas = element("canvas", {
      class: "wall", width: ACROSS * TILE, height: 64, role: "img", tabindex: "0", "aria-label": "Frames of the machine",
      click: (event) => this.pick(event), keydown: (event) => this.walk(event),
    });
    this.probe = element("span", { class: "probe", hidden: true });
    this.totals = table("Frames by owner and type", ["owner and type", "frames"]);
    this.detail = element("div", { class: "frame-detail", "aria-live": "polite" });
    this.picture = element("div", { class: "frames" },
      element("div", { class: "wall-frame" }, this.canvas, this.probe),
      element("p", { class: "small" }, "Hue: the owner. Mark: a page table of level 1 to 4 has as many bars; ",
        "faint is untyped, full is writable, a ring is pinned."),
      element("div", { class: "frames-tables" }, this.detail, this.totals.whole));
    onThemeChange(() => { if (this.data) this.draw(this.data); });
  }

  look(mfn) {
    this.field.value = mfn;
    this.focus = { ...this.focus, mfn };
    this.ask(this.focus);
  }

  pick(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / box.width * ACROSS);
    const row = Math.floor((event.clientY - box.top) / box.height * (this.canvas.height / TILE));
    this.look(`0x${((row * ACROSS + column) * (this.data?.each ?? 1)).toString(16)}`);
  }

  /** The arrow keys walk from frame to frame. */
  walk(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ACROSS, ArrowUp: -ACROSS };
    const step = steps[event.key];
    if (!step || !this.data) return;
    event.preventDefault();
    event.stopPropagation();
    const at = Number(this.focus.mfn ?? 0) + step * this.data.each;
    this.look(`0x${Math.min(Math.max(0, at), this.data.end - 1).toString(16)}`);
  }

  show(data) {
    const seen = JSON.stringify([data.runs, data.frame, this.focus]);
    this.data = data;
    this.tell(data.text);
    if (seen === this.seen) return;
    this.seen = seen;
    this.draw(data);
    this.totals.fill(Object.entries(data.totals).map(([key, count]) => [named(key), grouped(count)]));
    this.showDetail(data.frame);
  }

  draw({ runs, frames, end, each }) {
    const rows = Math.ceil(end / each / ACROSS);
    if (this.canvas.height !== rows * TILE) this.canvas.height = rows * TILE;
    const pen = this.canvas.getContext("2d");
    const colour = (name) => this.resolved(name);
    const hues = ["--dom0", "--dom1", "--dom2", "--dom3"].map(colour);
    const ink = colour("--ink");
    const paper = colour("--paper");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    let at = 0;
    for (const { count, owner, type, pinned } of runs) {
      for (let i = 0; i < count; i++, at++) {
        const x = at % ACROSS * TILE;
        const y = Math.floor(at / ACROSS) * TILE;
        if (owner < 0) continue;
        pen.globalAlpha = type === "none" ? 0.3 : 1;
        pen.fillStyle = owner >= 0x7ff0 ? ink : hues[owner % 4];
        pen.fillRect(x, y, TILE - 1, TILE - 1);
        pen.globalAlpha = 1;
        pen.fillStyle = paper;
        for (let bar = 0; bar < (MARKS[type] ?? 0); bar++) pen.fillRect(x + 1, y + bar * 1.25 + 0.4, TILE - 3, 0.7);
        if (pinned) {
          pen.strokeStyle = ink;
          pen.lineWidth = 1;
          pen.strokeRect(x - 0.5, y - 0.5, TILE, TILE);
        }
      }
    }
    const chosen = Number(this.focus.mfn ?? NaN);
    if (Number.isFinite(chosen)) {
      const tile = Math.floor(chosen / each);
      pen.strokeStyle = colour("--focus");
      pen.lineWidth = 2;
      pen.strokeRect(tile % ACROSS * TILE - 2, Math.floor(tile / ACROSS) * TILE - 2, TILE + 3, TILE + 3);
    }
    this.canvas.setAttribute("aria-label", `${grouped(frames)} frames of the machine, ${each === 1 ? "one" : each} a tile, up to the last that somebody owns`);
  }

  /** A colour of the page as a canvas can take it: a variable may say "light or dark". */
  resolved(name) {
    this.probe.style.color = `var(${name})`;
    return getComputedStyle(this.probe).color;
  }

  showDetail(frame) {
    if (!frame) {
      this.detail.replaceChildren(element("p", { class: "small" }, "Click a tile to see all about its frame."));
      return;
    }
    const list = table("Who refers to it", ["table", "level", "entry", "how"]);
    list.fill(frame.mappings.map((one) => [
      element("button", { type: "button", class: "link", click: () => this.look(one.table) }, one.table),
      `L${one.level}`, one.index, one.writable ? "writable" : "read-only"]));
    this.detail.replaceChildren(
      element("p", { class: "frame-words" }, `Frame ${frame.mfn}: ${ownerOf(frame.owner)}, ${frame.type}, count ${frame.references}, `
        + `type count ${frame.typeCount}${frame.pinned ? ", pinned" : ""}${frame.pfn ? `, pfn ${frame.pfn}` : ", in no p2m"}.`),
      element("button", { type: "button", click: () => toggleBreak({ kind: "frame", value: frame.mfn }) }, "Stop when this frame changes"),
      frame.mappings.length > 0 ? list.whole : element("p", { class: "small" }, "No page table refers to it."));
  }
}

const ownerOf = (owner) => (owner < 0 ? "free" : owner >= 0x7ff0 ? "Xen's" : `domain ${owner}'s`);
const named = (key) => key.replace("free none", "free").replaceAll("_", " ");
