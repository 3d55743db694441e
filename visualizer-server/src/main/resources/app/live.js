// Views that the bench makes: asks for one, says again from time to time that somebody still looks,
// and passes on what comes with every frame.

import { get, on, take } from "./machine.js";

const AGAIN_MILLIS = 10_000;

/** The bench keeps one view for each page: what it has looked at before is drawn no more. */
const PAGE = Math.random().toString(36).slice(2, 12);

export class LiveView {
  constructor(name, heard, failed) {
    this.name = name;
    this.heard = heard;
    this.failed = failed;
    this.focus = {};
    this.key = null;
    this.open = false;
    setInterval(() => { if (this.open && !document.hidden) this.ask(); }, AGAIN_MILLIS);
    document.addEventListener("visibilitychange", () => { if (this.open && !document.hidden) this.ask(); });
    on("state", (now, before) => this.pass(now, before));
  }

  /** Looks at something else from now on. */
  look(focus) {
    this.focus = focus;
    this.open = true;
    return this.ask();
  }

  close() {
    this.open = false;
    this.key = null;
  }

  async ask() {
    const query = new URLSearchParams({ name: this.name, page: PAGE });
    for (const [name, value] of Object.entries(this.focus)) {
      if (value !== "" && value !== null && value !== undefined) query.set(name, value);
    }
    const asked = JSON.stringify(this.focus);
    try {
      const answer = await get(`/api/view?${query}`);
      if (!this.open || asked !== JSON.stringify(this.focus)) return;
      this.key = answer.key;
      take(answer.frame);
      this.pass(answer.frame, null);
    } catch (problem) {
      this.failed(problem.message);
    }
  }

  pass(now, before) {
    if (!this.open || !this.key || !now.views) return;
    const data = now.views[this.key];
    if (!data) return;
    if (data.absent) this.failed(data.absent);
    else this.heard(data, now, before?.views?.[this.key] ?? null);
  }
}
