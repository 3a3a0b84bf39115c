// Building elements without markup strings: no text that arrives ever passes an HTML parser here.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Properties that start with "on" are listeners, `text` is its text, `true` sets an
 * empty attribute, `false`, null and undefined set none; anything else is an attribute.
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An SVG element with the given attributes. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A symbol of icons.svg, hidden from assistive technology: the control around it has the name. */
export function icon(name) {
  const href = new URL(`icons.svg#${name}`, import.meta.url).href;
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href }));
}

/** A button that shows only an icon; `label` is its name and its tooltip. */
export function iconButton(name, label, onclick) {
  return el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick },
    icon(name),
  );
}
