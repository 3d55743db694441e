// The heat map: a row for each page of guest code that is translated, a bar for each 64 bytes of it.
// The bar's height says the heat, its hue whose code it is. A canvas, because there are thousands.

import { element } from "../dom.js";
import { onThemeChange } from "../appearance.js";

const CELLS = 64;
const CELL = 9;
const LEFT = 142;
const ROW = 20;
const WIDTH = LEFT + CELLS * CELL + 6;
const BAR = 1.6;

export class HeatMap {
  /** `chosen` is told the address of the place that somebody picks. */
  constructor(chosen) {
    this.chosen = chosen;
    this.pages = [];
    this.at = null;
    this.canvas = element("canvas", {
      class: "heat-map", role: "img", tabindex: "0", "aria-label": "Heat of translated code",
      click: (event) => this.pick(event), keydown: (event) => this.walk(event),
    });
    this.probe = element("span", { class: "probe", hidden: true });
    this.whole = element("div", { class: "wall-frame" }, this.canvas, this.probe);
    onThemeChange(() => this.draw());
  }

  /** Shows pages, with the place `at` (sixteen hex digits) outlined. */
  show(pages, cooler, at) {
    const seen = JSON.stringify([pages, at]);
    if (seen === this.seen) return;
    this.seen = seen;
    this.pages = pages;
    this.at = at;
    this.draw();
    const hot = pages.reduce((best, page) => (most(page) > most(best) ? page : best), pages[0] ?? null);
    this.canvas.setAttribute("aria-label", hot
      ? `Heat of translated code in ${pages.length} pages${cooler > 0 ? `, and ${cooler} cooler ones left out` : ""}; the hottest is ${hot.vaddr} of domain ${hot.owner}`
      : "No code is translated yet");
  }

  draw() {
    const { pages } = this;
    const pen = this.sized(Math.max(1, pages.length) * ROW);
    const hues = ["--dom0", "--dom1", "--dom2", "--dom3"].map((name) => this.resolved(name));
    const [ink, line, focus] = ["--ink", "--line", "--focus"].map((name) => this.resolved(name));
    pen.font = "12px monospace";
    pages.forEach((page, row) => {
      const floor = (row + 1) * ROW - 2;
      pen.fillStyle = ink;
      pen.fillText(`d${page.owner} ${page.vaddr}`, 2, floor - 3);
      pen.fillStyle = line;
      pen.fillRect(LEFT, floor, CELLS * CELL, 1);
      pen.fillStyle = hues[page.owner % 4];
      for (let cell = 0; cell < CELLS; cell++) {
        const heat = page.cells[cell];
        if (heat === ".") continue;
        const tall = 2 + Number(heat) * BAR;
        pen.fillRect(LEFT + cell * CELL, floor - tall, CELL - 1, tall);
      }
    });
    this.outline(pen, focus);
  }

  /** A pen for an empty canvas of that height. It is as much larger as the page's letters are, in a
      lecture hall, and as fine as the screen. */
  sized(height) {
    const { canvas } = this;
    const larger = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const fine = larger * (window.devicePixelRatio || 1);
    canvas.style.width = `${WIDTH * larger}px`;
    canvas.width = Math.round(WIDTH * fine);
    canvas.height = Math.round(height * fine);
    const pen = canvas.getContext("2d");
    pen.scale(fine, fine);
    return pen;
  }

  outline(pen, colour) {
    const row = this.at ? this.pages.findIndex((page) => page.vaddr.slice(0, 13) === this.at.slice(0, 13)) : -1;
    if (row < 0) return;
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(LEFT + cellOf(this.at) * CELL - 1.5, row * ROW + 1, CELL + 2, ROW - 2);
  }

  /** A colour of the page as a canvas can take it: a variable may say "light or dark". */
  resolved(name) {
    this.probe.style.color = `var(${name})`;
    return getComputedStyle(this.probe).color;
  }

  pick(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = WIDTH / box.width;
    const row = Math.floor((event.clientY - box.top) * scale / ROW);
    const cell = Math.floor(((event.clientX - box.left) * scale - LEFT) / CELL);
    this.choose(row, cell);
  }

  /** The arrow keys walk: up and down from page to page, left and right from hot place to hot place. */
  walk(event) {
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const step = steps[event.key];
    if (!step || this.pages.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const now = this.at ? this.pages.findIndex((page) => page.vaddr.slice(0, 13) === this.at.slice(0, 13)) : 0;
    this.choose(Math.max(0, now) + step[0], (this.at ? cellOf(this.at) : 0) + step[1], step[1]);
  }

  /** Chooses the place there, or the nearest one in its page that holds translated code. */
  choose(row, cell, onwards = 0) {
    const page = this.pages[Math.min(Math.max(0, row), this.pages.length - 1)];
    if (!page) return;
    const hot = [...page.cells].flatMap((heat, index) => (heat === "." ? [] : [index]));
    const ahead = hot.filter((index) => onwards === 0 || (index - cell) * onwards >= 0);
    const from = ahead.length > 0 ? ahead : hot;
    const nearest = from.reduce((best, index) => (Math.abs(index - cell) < Math.abs(best - cell) ? index : best), from[0]);
    this.chosen(page.vaddr.slice(0, 13) + (nearest * CELLS).toString(16).padStart(3, "0"));
  }
}

const most = (page) => Math.max(...[...page.cells].map((heat) => (heat === "." ? -1 : Number(heat))));
const cellOf = (vaddr) => Number.parseInt(vaddr.slice(13), 16) >> 6;
