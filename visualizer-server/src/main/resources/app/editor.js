// The editor of one lab's files: CodeMirror on the text that lies on disk. What is typed is saved a
// moment later, what another program saves is shown; where both happen at once, the reader decides, and
// both texts are kept.

import { autocompletion } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { java } from "@codemirror/lang-java";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

import { element, say } from "./dom.js";
import { on, post } from "./machine.js";

const IDLE_MILLIS = 900;

/** Marks a change that did not come from the keyboard. */
const fromDisk = Annotation.define();

const look = EditorView.theme({
  "&": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "6px", fontSize: ".8rem", height: "26rem", resize: "vertical", overflow: "hidden" },
  "&.cm-focused": { outline: "3px solid var(--focus)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--quiet)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--wash)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--changed)" },
  ".cm-selectionMatch": { backgroundColor: "var(--wash)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--warn-edge)" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": { minHeight: "24px" },
});

// Weight and two tints, like the listings: nothing hangs on hue alone.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword, tags.definitionKeyword, tags.typeOperator], fontWeight: "600" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.string, tags.number, tags.bool, tags.null, tags.character], color: "var(--accent)" },
]);

/** One file in the editor. */
export class FileEditor {
  constructor(lab, file, place) {
    this.lab = lab;
    this.name = file.file;
    this.path = file.path;
    this.base = file.version;
    this.onDisk = file.text;
    this.sent = null;
    this.told = element("p", { class: "small", role: "status" });
    this.conflict = element("div", { class: "conflict", role: "alert", hidden: true });
    this.view = new EditorView({ parent: place, state: this.state(file.text) });
    place.append(this.told, this.conflict);
    on("file", (news) => { if (news.lab === lab && news.file.file === this.name) this.hear(news.file); });
    addEventListener("pagehide", () => this.keepDraft());
    this.openDraft();
  }

  state(text) {
    return EditorState.create({ doc: text, extensions: [
      basicSetup, java(), autocompletion(), lintGutter(), look, syntaxHighlighting(colours), indentUnit.of("    "),
      keymap.of([indentWithTab, { key: "Mod-s", run: () => { this.save(); return true; } }]),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": `${this.name}. Escape, then Tab, leaves the editor.` }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((one) => one.annotation(fromDisk))) this.typed();
      }),
    ] });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  get isDirty() {
    return this.text !== this.onDisk;
  }

  typed() {
    say(this.told, "Not saved yet …");
    this.keepDraft();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), IDLE_MILLIS);
  }

  /** Puts what stands in the editor onto the disk; says whether it is there now. */
  async save() {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (!this.conflict.hidden) return false;
    if (!this.isDirty) {
      this.saved();
      return true;
    }
    this.sent = this.text;
    this.sending = this.send(this.sent);
    const isGood = await this.sending;
    this.sending = null;
    return isGood;
  }

  async send(text) {
    try {
      const { version } = await post("/api/lab/save", { lab: this.lab, file: this.name, text, base: this.base });
      this.base = version;
      this.onDisk = text;
      if (!this.isDirty) this.saved();
      return true;
    } catch (problem) {
      if (problem.content?.onDisk) this.ask(problem.content.onDisk);
      else say(this.told, `Not saved: ${problem.message} The text is kept in this browser.`);
      return false;
    }
  }

  saved() {
    say(this.told, `Saved in ${this.path}`);
    localStorage.removeItem(this.draftKey);
  }

  /** Somebody has written the file: this page, another one, or an IDE. */
  hear(file) {
    if (file.version === this.base) return;
    if (file.text === this.text || file.text === this.sent) {
      this.base = file.version;
      this.onDisk = file.text;
      this.conflict.hidden = true;
      return;
    }
    if (this.isDirty) this.ask(file);
    else {
      this.take(file);
      say(this.told, "Another program has saved this file; here is its text.");
    }
  }

  ask(file) {
    clearTimeout(this.timer);
    this.keepDraft();
    this.conflict.hidden = false;
    this.conflict.replaceChildren(
      element("p", {}, `${this.name} was changed here and by another program. Both texts are kept in the history.`),
      element("div", { class: "cell-bar" },
        element("button", { type: "button", click: () => this.takeTheirs(file) }, "Take the other program's"),
        element("button", { type: "button", click: () => this.keepMine(file) }, "Keep mine")));
    say(this.told, "Not saved: decide first.");
  }

  async takeTheirs(file) {
    await post("/api/lab/keep", { lab: this.lab, file: this.name, text: this.text });
    this.conflict.hidden = true;
    this.take(file);
    this.saved();
  }

  async keepMine(file) {
    await post("/api/lab/keep", { lab: this.lab, file: this.name, text: file.text });
    this.conflict.hidden = true;
    this.base = file.version;
    this.onDisk = file.text;
    await this.save();
  }

  take(file) {
    this.base = file.version;
    this.onDisk = file.text;
    this.replace(file.text, [fromDisk.of(true)]);
  }

  /** Another text, changed only where it differs, so that the cursor stays where it is. */
  replace(text, annotations = []) {
    const now = this.text;
    let start = 0;
    while (start < now.length && start < text.length && now[start] === text[start]) start++;
    let end = 0;
    while (end < now.length - start && end < text.length - start && now.at(-1 - end) === text.at(-1 - end)) end++;
    this.view.dispatch({ changes: { from: start, to: now.length - end, insert: text.slice(start, text.length - end) }, annotations });
  }

  /** Marks what the compiler does not accept. */
  complain(complaints) {
    const lines = this.view.state.doc.lines;
    const diagnostics = complaints.filter((one) => one.file === this.name).map((one) => {
      const line = this.view.state.doc.line(Math.min(Math.max(one.line, 1), lines));
      const indent = line.text.length - line.text.trimStart().length;
      return { from: line.from + indent, to: Math.max(line.to, line.from + indent), severity: "error",
        message: one.plainly ? `${one.words}\n${one.plainly}` : one.words };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  goTo(position) {
    this.view.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "center" }) });
    this.view.focus();
  }

  goToLine(number) {
    this.goTo(this.view.state.doc.line(Math.min(Math.max(number, 1), this.view.state.doc.lines)).from);
  }

  get line() {
    return this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
  }

  get draftKey() {
    return `xenarium.draft.${this.path}`;
  }

  /** What is not on disk yet survives in the browser, even where the server is gone. */
  keepDraft() {
    if (this.isDirty) localStorage.setItem(this.draftKey, JSON.stringify({ base: this.base, text: this.text }));
  }

  openDraft() {
    let draft = null;
    try {
      draft = JSON.parse(localStorage.getItem(this.draftKey));
    } catch {
      localStorage.removeItem(this.draftKey);
    }
    if (!draft || draft.text === this.onDisk) {
      say(this.told, `This is the file ${this.path}`);
      return;
    }
    const file = { version: this.base, text: this.onDisk };
    this.replace(draft.text, [fromDisk.of(true)]);
    if (draft.base === this.base) this.typed();
    else this.ask(file);
  }
}
