"use strict";
// Charts as SVG, as wide as their container, so that their text is readable on a phone. All text is inserted as text.
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 6; // classes s0 to s5 of the style sheet

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function shape(name, attributes = {}, text = null) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  return node;
}

const colour = (number) => `s${number % COLOURS}`;
const dashes = (number) => (number < COLOURS ? "none" : "5 3");
const shortNumber = (value) =>
  Math.abs(value) >= 10000 ? `${+(value / 1000).toFixed(1)}k` : `${+(Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2))}`;

// About five round values from low to high.
function ticks(low, high, count = 5) {
  const span = high - low || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step) values.push(+value.toPrecision(12));
  return values;
}

// A drawing area with axes; x and y turn values into coordinates.
class Plot {
  constructor(container, { low, high, label, xLabel = "", height = 230, left = 44, bottom = 38 }) {
    this.width = Math.max(260, Math.min(620, container.clientWidth || 480));
    this.height = height;
    this.inside = { left, right: this.width - 10, top: 16, bottom: height - bottom };
    this.low = low;
    this.high = high > low ? high : low + 1;
    this.svg = shape("svg", { width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: "img", "aria-label": label });
    container.append(this.svg);
    for (const tick of ticks(this.low, this.high)) {
      const y = this.y(tick);
      this.add("line", { x1: this.inside.left, x2: this.inside.right, y1: y, y2: y, class: "axis" });
      this.text(this.inside.left - 6, y + 4, shortNumber(tick), "end");
    }
    this.text((this.inside.left + this.inside.right) / 2, height - 4, xLabel, "middle");
  }
  add(name, attributes, text = null) {
    const node = shape(name, attributes, text);
    this.svg.append(node);
    return node;
  }
  text(x, y, words, anchor) {
    this.add("text", { x, y, "text-anchor": anchor, class: "quiet" }, words);
  }
  y(value) {
    const share = (value - this.low) / (this.high - this.low);
    return this.inside.bottom - share * (this.inside.bottom - this.inside.top);
  }
  // The middle of category `number` of `count`.
  middle(number, count) {
    return this.inside.left + ((number + 0.5) / count) * (this.inside.right - this.inside.left);
  }
  categories(labels) {
    const room = (this.inside.right - this.inside.left) / labels.length;
    const widest = Math.max(...labels.flatMap((label) => label.split(" ")).map((part) => part.length));
    const every = Math.max(1, Math.ceil((widest * 7.3 + 6) / room));
    labels.forEach((label, number) => {
      if (number % every !== 0) return;
      const x = this.middle(number, labels.length);
      label.split(" ").forEach((part, row) => this.text(x, this.inside.bottom + 15 + 14 * row, part, "middle"));
    });
  }
  series(points, number, titles) {
    const known = points.filter(([, y]) => y !== null);
    const path = known.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${this.y(y).toFixed(1)}`).join("");
    this.add("path", { d: path, class: `line ${colour(number)}`, "stroke-dasharray": dashes(number) });
    if (!titles) return;
    points.forEach(([x, y], index) => {
      if (y === null) return;
      const dot = this.add("circle", { cx: x, cy: this.y(y), r: 4, class: `dot ${colour(number)}` });
      dot.append(shape("title", {}, titles[index]));
    });
  }
}

function legend(container, names, { reference = false } = {}) {
  if (names.length + reference < 2) return;
  const items = names.map((name, number) => element("span", { class: colour(number) }, element("i", { class: "key" }), " ", element("b", {}, name)));
  if (reference) items.unshift(element("span", { class: "reference" }, element("i", { class: "key" }), " ", element("b", {}, "reference")));
  container.append(element("div", { class: "legend" }, ...items));
}

// Bins with a value for each system: [label, how many, [values]].
function binChart(container, bins, names, { what, xLabel, zero = false }) {
  legend(container, names);
  const values = bins.flatMap(([, , each]) => each).filter((value) => value !== null);
  const low = zero ? 0 : Math.max(0, Math.floor((Math.min(...values) - 4) / 5) * 5);
  const high = Math.min(100, Math.ceil((Math.max(...values) + 2) / 5) * 5);
  const plot = new Plot(container, { low, high, label: xLabel, xLabel });
  plot.categories(bins.map(([label]) => label));
  names.forEach((name, number) => {
    const points = bins.map(([, , each], index) => [plot.middle(index, bins.length), each[number]]);
    const titles = bins.map(([label, count, each]) => `${name}, ${label}: ${each[number]?.toFixed(1)} (${count.toLocaleString("en")} ${what})`);
    plot.series(points, number, titles);
  });
}

// Categories of words side by side, a bar for each system.
function barChart(container, bins, names) {
  legend(container, names);
  const plot = new Plot(container, { low: 0, high: 100, label: "F1 by category of words", xLabel: "(number in the reference)", bottom: 70 });
  plot.categories(bins.map(([label, count]) => `${label} (${count.toLocaleString("en")})`));
  const width = Math.min(34, ((plot.inside.right - plot.inside.left) / bins.length) * (0.7 / names.length));
  bins.forEach(([label, count, values], index) => {
    values.forEach((value, number) => {
      if (value === null) return;
      const x = plot.middle(index, bins.length) + (number - names.length / 2) * width;
      const bar = plot.add("rect", { x, y: plot.y(value), width: width - 2, height: plot.inside.bottom - plot.y(value), class: `bar ${colour(number)}` });
      bar.append(shape("title", {}, `${names[number]}, ${label}: ${value.toFixed(1)} (${count.toLocaleString("en")} in the reference)`));
      plot.text(x + width / 2 - 1, plot.y(value) - 3, value.toFixed(0), "middle");
    });
  });
}

// Counts by step: bars for one row, outlines for several rows.
function histogram(container, { step, counts }, names, { xLabel, reference = false }) {
  legend(container, names, { reference });
  const plot = new Plot(container, { low: 0, high: Math.max(1, ...counts.flat()), label: xLabel, xLabel });
  const bars = counts[0].length;
  const edge = (number) => plot.inside.left + (number / bars) * (plot.inside.right - plot.inside.left);
  const every = Math.max(1, Math.ceil(bars / 10));
  for (let number = 0; number < bars; number += every) plot.text(edge(number), plot.inside.bottom + 16, `${number * step}`, "middle");
  counts.forEach((row, index) => {
    const number = reference ? index - 1 : index;
    const style = number < 0 ? "reference" : colour(number);
    if (counts.length === 1) {
      row.forEach((count, bar) => {
        const rect = plot.add("rect", { x: edge(bar), y: plot.y(count), width: Math.max(1, edge(1) - edge(0) - 1), height: plot.inside.bottom - plot.y(count), class: `bar ${style}` });
        rect.append(shape("title", {}, `${bar * step} to ${(bar + 1) * step}: ${count}`));
      });
      return;
    }
    const path = row.map((count, bar) => `${bar ? "L" : "M"}${edge(bar).toFixed(1)} ${plot.y(count).toFixed(1)}H${edge(bar + 1).toFixed(1)}`).join("");
    plot.add("path", { d: path, class: `line ${style}`, "stroke-dasharray": number < 0 ? "2 3" : dashes(number) });
  });
}

// One row for each metric and system: the score and its interval.
function intervalChart(container, systems) {
  legend(container, systems.map((system) => system.name));
  const metrics = systems[0].scores.map((score) => score.name);
  const row = 22;
  const width = Math.max(260, Math.min(620, container.clientWidth || 480));
  const height = metrics.length * (systems.length * row + 26);
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Scores with their intervals" });
  container.append(svg);
  metrics.forEach((metric, index) => {
    const shown = systems.map((system) => system.scores[index]);
    const ends = shown.flatMap(({ score, interval }) => (interval ? [score, interval[0] - interval[1], interval[0] + interval[1]] : [score]));
    const margin = Math.max(0.5, (Math.max(...ends) - Math.min(...ends)) * 0.08);
    const [low, high] = [Math.min(...ends) - margin, Math.max(...ends) + margin];
    const x = (value) => 70 + ((value - low) / (high - low)) * (width - 90);
    const top = index * (systems.length * row + 26);
    svg.append(shape("text", { x: 0, y: top + 16 }, metric));
    for (const tick of ticks(low, high, 4)) {
      svg.append(shape("line", { x1: x(tick), x2: x(tick), y1: top + 2, y2: top + systems.length * row + 4, class: "axis" }));
      svg.append(shape("text", { x: x(tick), y: top + systems.length * row + 17, "text-anchor": "middle", class: "quiet" }, shortNumber(tick)));
    }
    shown.forEach(({ score, interval }, number) => {
      const y = top + (number + 0.5) * row;
      if (interval) svg.append(shape("line", { x1: x(interval[0] - interval[1]), x2: x(interval[0] + interval[1]), y1: y, y2: y, class: `line ${colour(number)}` }));
      const dot = shape("circle", { cx: x(score), cy: y, r: 5, class: `dot ${colour(number)}` });
      dot.append(shape("title", {}, `${systems[number].name}: ${metric} ${score.toFixed(2)}`));
      svg.append(dot);
    });
  });
}

// Values by update of one or several models.
function curveChart(container, curves, name) {
  const shown = curves.filter((each) => each.curves[name]?.length);
  legend(container, shown.map((each) => each.model));
  const points = shown.flatMap((each) => each.curves[name]);
  const values = points.map(([, value]) => value);
  const last = Math.max(...points.map(([step]) => step), 1);
  const low = name.includes("loss") ? Math.min(...values) * 0.95 : 0;
  const plot = new Plot(container, { low, high: Math.max(...values), label: name, xLabel: "updates", left: 56 });
  const x = (step) => plot.inside.left + (step / last) * (plot.inside.right - plot.inside.left);
  for (const tick of ticks(0, last, plot.width / 90)) plot.text(x(tick), plot.inside.bottom + 16, shortNumber(tick), "middle");
  shown.forEach((each, number) => {
    const line = each.curves[name].map(([step, value]) => [x(step), value]);
    const titles = line.length > 40 ? null : each.curves[name].map(([step, value]) => `${each.model}, update ${step}: ${value}`);
    plot.series(line, number, titles);
  });
}
