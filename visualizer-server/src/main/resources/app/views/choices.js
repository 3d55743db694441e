// Small controls that several views share: which domain, which number, which of a few words.

import { element } from "../dom.js";
import { on } from "../machine.js";

/** A select of the domains that exist; the empty choice is the youngest guest. */
export function domainSelect(changed) {
  const select = element("select", { "aria-label": "Domain", change: () => changed(select.value) });
  on("state", (now) => {
    const ids = (now.domains ?? []).map((domain) => `${domain.id} ${domain.name}`).join();
    if (select.dataset.ids === ids) return;
    const chosen = select.value;
    select.dataset.ids = ids;
    select.replaceChildren(element("option", { value: "" }, "youngest guest"),
      ...(now.domains ?? []).map((domain) => element("option", { value: domain.id }, `d${domain.id} ${domain.name}`)));
    select.value = [...select.options].some((option) => option.value === chosen) ? chosen : "";
  });
  return select;
}

/** A select of a few words. */
export function wordSelect(label, words, changed) {
  const select = element("select", { "aria-label": label, change: () => changed(select.value) },
    ...words.map(([value, text]) => element("option", { value }, text)));
  return select;
}

/** A field that is read when one presses Enter or leaves it. */
export function textField(label, placeholder, changed) {
  const field = element("input", {
    type: "text", "aria-label": label, placeholder, size: 19, spellcheck: "false", autocomplete: "off",
    change: () => changed(field.value.trim()),
  });
  return field;
}

/** A table whose rows are made anew. */
export function table(caption, heads) {
  const body = element("tbody");
  const whole = element("table", { class: "facts" }, element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))), body);
  return { whole, fill: (rows) => body.replaceChildren(...rows.map((cells) =>
    element("tr", {}, ...cells.map((cell) => element("td", {}, cell))))) };
}
