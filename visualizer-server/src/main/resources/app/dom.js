// Making elements. Text always goes in as text: whatever a guest says can never become mark-up.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes (a function value is an event listener) and children. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets text only where it differs, so that nothing flickers and no reader hears it twice. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A button with a visible sign and words for those who do not see it. */
export function button(sign, words, onPress, attributes = {}) {
  return element("button",
    { type: "button", "aria-label": words, title: words, click: onPress, ...attributes }, sign);
}

const SMALL = window.matchMedia("(max-width: 700px)");

/** What is wider than a small window is scrolled there, with keys as well. */
export function scrollable(node, words) {
  const update = () => (SMALL.matches ? node.setAttribute("tabindex", "0") : node.removeAttribute("tabindex"));
  SMALL.addEventListener("change", update);
  update();
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", words);
  return node;
}

/** Numbers with thin spaces, as the stage writes them. */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Virtual time in the largest unit that keeps it readable. */
export function duration(nanos) {
  if (nanos < 10_000) return `${grouped(nanos)} ns`;
  if (nanos < 10_000_000) return `${(nanos / 1e3).toFixed(1)} µs`;
  if (nanos < 1_000_000_000) return `${(nanos / 1e6).toFixed(3)} ms`;
  return `${(nanos / 1e9).toFixed(6)} s`;
}

/** "dom0" and the like; the owner's class carries colour and hatch. */
export function ownerClass(domain) {
  return `owner-${domain % 4}`;
}
