"use strict";
// What all parts of the page share: data and texts, elements, numbers, and the reader's choices.

const data = JSON.parse(document.getElementById("data").textContent);
const EOS = 3;

function t(key, values = {}) {
  return data.labels[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// An element. This is the only place where users' text enters the document, and it enters as text.
function make(tag, attributes = {}, ...children) {
  return setUp(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return setUp(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function setUp(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, part] of Object.entries(value)) element.style.setProperty(key, part);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function number(value, digits = 2) {
  if (value === -Infinity) return "−∞";
  return value.toFixed(digits).replace("-", "−");
}

function percent(value) {
  const share = 100 * value;
  if (share > 99.9 && share < 100) return ">99.9%";
  if (share > 0 && share < 0.1) return "<0.1%";
  return `${share.toFixed(share < 10 ? 1 : 0)}%`;
}

function dot(one, other) {
  return one.reduce((sum, value, index) => sum + value * other[index], 0);
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((one, other) => one + other, 0);
  return powers.map((power) => power / sum);
}

function meanOfHeads(heads) {
  return heads[0].map((row, r) => row.map((_, c) => heads.reduce((sum, head) => sum + head[r][c], 0) / heads.length));
}

// The width of a text in pixels at font size 13: an ideograph is as wide as two letters.
function textWidth(text) {
  return [...text].reduce((width, character) => width + (character.codePointAt(0) > 0x2e80 ? 13.5 : 7.6), 0);
}

// As much of a text as fits into `most` pixels.
function fit(text, most) {
  if (textWidth(text) <= most) return text;
  let kept = "";
  for (const character of text) {
    if (textWidth(kept + character) > most - 9) break;
    kept += character;
  }
  return kept + "…";
}

// A piece with a faint space mark, in HTML or SVG.
function pieceNodes(piece, element = make) {
  const bare = piece.replace(/^\u2581/, "");
  return bare === piece ? [piece] : [element(element === make ? "span" : "tspan", { class: "space" }, "\u2581"), bare];
}

const ID = 0, PIECE = 1, START = 2, END = 3, WORD = 4; // of a subword in the data

function sentencePieces(name) {
  return data[name].subwords.map((subword) => subword[PIECE]);
}

// The reader's choices. A part of the page declares which choices it shows, and is rebuilt when one of them changes.
const chosen = {
  source: 0,
  step: 0,
  units: "subwords",
  encoder: { layer: 0, head: 0 },
  decoder: { layer: 0, head: 0 },
  cross: { layer: data.model?.alignment_heads[0][0] ?? 0, head: data.model?.alignment_heads[0][1] ?? 0 },
};
const parts = [];

function show(container, keys, build) {
  const part = { container, keys, build };
  parts.push(part);
  rebuild(part);
}

function choose(changes) {
  Object.assign(chosen, changes);
  const names = Object.keys(changes);
  for (const part of parts) if (part.keys.some((key) => names.includes(key))) rebuild(part);
}

// Keeps the keyboard focus and the scroll positions.
function rebuild({ container, build }) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const scrolled = [...container.querySelectorAll(".scroll[data-key]")].map((box) => [box.dataset.key, box.scrollLeft, box.scrollTop]);
  container.replaceChildren(...[build()].flat().filter(Boolean));
  for (const [key, left, top] of scrolled) {
    const box = container.querySelector(`.scroll[data-key="${key}"]`);
    if (box) { box.scrollLeft = left; box.scrollTop = top; }
  }
  if (focused) container.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => parts.forEach(rebuild));

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A row of buttons, one of them pressed.
function buttons(name, options, current, onChoose, label) {
  const group = make("div", { class: "buttons", role: "group", "aria-label": label });
  for (const [value, text] of options) {
    group.append(make("button", {
      type: "button", "data-key": `${name}-${value}`, "aria-pressed": String(value === current),
      onclick: () => onChoose(value),
    }, text));
  }
  return group;
}

// A vector as a strip of colours: blue above zero, orange below.
function strip(values, { most, title = "", tall = false } = {}) {
  const canvas = make("canvas", { class: tall ? "strip tall" : "strip", width: values.length, height: 1, role: "img", "aria-label": title, title });
  paintRows(canvas, [values], most ?? Math.max(...values.map(Math.abs), 1e-9));
  return canvas;
}

function paintRows(canvas, rows, most) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(rows[0].length, rows.length);
  const [above, below] = [toRgb(colour("--accent")), toRgb(colour("--second"))];
  rows.flat().forEach((value, index) => {
    image.data.set(value >= 0 ? above : below, 4 * index);
    image.data[4 * index + 3] = 255 * Math.min(1, Math.abs(value) / most);
  });
  context.putImageData(image, 0, 0);
}

function toRgb(text) {
  return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
}

// Subwords as a row of buttons.
function chips(name, pieces, current, onChoose, { below = [], styles = [] } = {}) {
  return make("div", { class: "chips" }, pieces.map((piece, index) =>
    make("button", {
      type: "button", class: "chip", "data-key": `${name}-${index}`, "aria-pressed": String(index === current),
      style: styles[index], onclick: () => onChoose(index),
    }, make("span", {}, pieceNodes(piece)), below[index] === undefined ? null : make("small", {}, below[index]))));
}

function bar(share, { faint = false } = {}) {
  return make("span", { class: faint ? "bar faint" : "bar" }, make("span", { style: { width: `${100 * Math.max(0, Math.min(1, share))}%` } }));
}
