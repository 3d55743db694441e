// A guest's console: xterm.js on what the guest has said. Going back in time takes words back too, so
// a message says where in the stream its bytes stand, and whether they replace what is shown.

import { isDark, onThemeChange } from "./appearance.js";
import { element } from "./dom.js";
import { on, post } from "./machine.js";

const SCROLL_BACK = 5000;
const TYPED_AT_ONCE = 4096;

/** What a terminal answers by itself when it is asked where its cursor is, or what it is. */
const REPLY = /^\x1b(\[[?>]?[\d;]*[Rcn]|[P\]].*)$/s;

function colours() {
  return isDark()
    ? { background: "#1b2027", foreground: "#dfe4e9", cursor: "#7fcfc5", selection: "#3a5550" }
    : { background: "#ffffff", foreground: "#1c2126", cursor: "#17625d", selection: "#cfe5e1" };
}

/** The screen of one domain's console. */
export class Screen {
  constructor(domain, place) {
    this.domain = domain;
    this.typed = "";
    this.sending = false;
    this.end = 0;
    this.terminal = new window.Terminal({
      convertEol: true,
      cursorBlink: false,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
      fontSize: 13,
      rows: 14,
      cols: 80,
      screenReaderMode: true,
      scrollback: SCROLL_BACK,
      theme: colours(),
    });
    this.terminal.open(place);
    place.querySelector(".xterm-accessibility-tree")?.setAttribute("role", "list");
    this.replaying = 0;
    this.terminal.onData((text) => {
      if (!this.replaying || !REPLY.test(text)) this.type(text);
    });
    this.leaveWithEscapeThenTab();
    onThemeChange(() => this.terminal.setOption("theme", colours()));
  }

  leaveWithEscapeThenTab() {
    let escaped = false;
    this.terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== "keydown") return true;
      if (event.key === "Tab" && escaped) return false;
      if (event.key !== "Shift") escaped = event.key === "Escape";
      return true;
    });
  }

  /** Sends what is typed, one request at a time: of two under way one could overtake the other. */
  async type(text) {
    this.typed += text;
    if (this.sending) return;
    this.sending = true;
    while (this.typed) {
      const bytes = new TextEncoder().encode(this.typed.slice(0, TYPED_AT_ONCE));
      this.typed = this.typed.slice(TYPED_AT_ONCE);
      const data = btoa(String.fromCharCode(...bytes));
      await post("/api/console", { domain: this.domain, data }).catch(() => {});
    }
    this.sending = false;
  }

  /** Bytes that start at `offset` of the stream. After a reset they replace all that stands here:
      time went back, and what stood here may never have been said. A question to the terminal in
      them is an old one, so the guest must not get an answer to it. */
  show(offset, bytes, reset) {
    if (reset) {
      this.terminal.reset();
      this.end = offset;
    }
    const known = Math.max(0, this.end - offset);
    if (known >= bytes.length) return;
    this.replaying += reset ? 1 : 0;
    this.terminal.write(bytes.subarray(known), () => {
      this.replaying -= reset ? 1 : 0;
    });
    this.end = offset + bytes.length;
  }
}

/** The console panel: a tab for each domain that has a console. */
export function consolePanel() {
  const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Console of" });
  const screens = element("div", { class: "screens" });
  const all = element("button", { type: "button", "aria-pressed": "false", hidden: true, click: () => {
    const isAll = screens.classList.toggle("all");
    all.setAttribute("aria-pressed", String(isAll));
  } }, "All at once");
  const panel = element("section", { class: "console", "aria-label": "Consoles" },
    element("div", { class: "tab-row" }, tabs, all), screens,
    element("p", { class: "small" }, "Typing goes to the guest. Esc, then Tab, leaves the console."));
  const open = new Map();

  const tabOf = (domain, name) => {
    if (open.has(domain)) return open.get(domain);
    const place = element("div", { class: "screen", role: "tabpanel", id: `console-${domain}` });
    const tab = element("button", {
      type: "button", role: "tab", "aria-controls": `console-${domain}`, click: () => choose(domain),
    }, name);
    tabs.append(tab);
    screens.append(place);
    const entry = { tab, place, screen: new Screen(domain, place) };
    open.set(domain, entry);
    all.hidden = open.size < 2;
    choose(domain);
    return entry;
  };
  const choose = (domain) => {
    for (const [id, { tab, place }] of open) {
      tab.setAttribute("aria-selected", String(id === domain));
      place.hidden = id !== domain;
    }
  };

  on("state", (frame) => {
    for (const domain of frame.domains ?? []) {
      if (!domain.console) continue;
      const name = `${domain.name} (d${domain.id})`;
      const { tab, place } = tabOf(domain.id, "");
      tab.textContent = name;
      place.setAttribute("aria-label", name);
    }
  });
  on("console", ({ domain, text, offset, reset }) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    tabOf(domain, `d${domain}`).screen.show(offset, bytes, reset);
  });
  return panel;
}
