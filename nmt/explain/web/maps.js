// Weights as a heat map, as arcs between words, and as a thumbnail.

// The attention between words: the mean over the subwords of the row of the sum over those of the column.
function mergeWords(weights, rows, columns) {
  return rows.map((fromWord) => columns.map((toWord) =>
    fromWord.reduce((sum, row) => sum + toWord.reduce((part, column) => part + weights[row][column], 0), 0) / fromWord.length));
}

function positionsOfWords(sentence) {
  const positions = sentence.words.map(() => []);
  sentence.subwords.forEach((subword, position) => positions[subword[WORD]].push(position));
  return positions;
}

// weights: rows attend to columns. masked(row, column): what a row must not see.
function heatMap({ name, weights, rows, columns, current, masked = () => false, onChoose, describe, description }) {
  const cell = columns.length > 28 ? 22 : columns.length > 12 ? 27 : 34;
  const left = Math.min(150, Math.max(...rows.map(textWidth)) + 16);
  const top = Math.min(110, Math.max(...columns.map(textWidth)) * 0.78 + 18);
  const tail = Math.max(24, textWidth(columns[columns.length - 1]) * 0.64);
  const width = left + columns.length * cell + tail, height = top + rows.length * cell + 4;
  const svg = draw("svg", {
    class: "map", width, height, viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "img", "aria-label": description, "data-key": `${name}-map`,
  });
  svg.append(hatching(name));
  columns.forEach((label, column) => {
    const x = left + (column + 0.5) * cell;
    svg.append(draw("text", { x, y: top - 7, transform: `rotate(-50 ${x} ${top - 7})`, class: "label" }, pieceNodes(fit(label, 110), draw)));
  });
  rows.forEach((label, row) => {
    const y = top + row * cell;
    const line = draw("g", { class: row === current ? "row current" : "row", onclick: () => onChoose(row) });
    line.append(draw("text", { x: left - 8, y: y + cell / 2 + 4, "text-anchor": "end", class: "label" }, pieceNodes(fit(label, 134), draw)));
    columns.forEach((_, column) => line.append(...heatCell(name, weights[row][column], left + column * cell, y, cell, masked(row, column), () => describe(row, column))));
    svg.append(line);
  });
  svg.append(draw("rect", { class: "chosen-row", x: left - 1, y: top + current * cell - 1, width: columns.length * cell + 1, height: cell + 1 }));
  let column = weights[current].indexOf(Math.max(...weights[current]));
  svg.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    column = Math.min(columns.length - 1, Math.max(0, column + move[1]));
    if (move[0]) onChoose(Math.min(rows.length - 1, Math.max(0, current + move[0])));
    else describe(current, column);
  });
  return make("div", { class: "scroll", "data-key": `${name}-scroll` }, svg);
}

function heatCell(name, weight, x, y, cell, masked, onOver) {
  const box = { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1 };
  if (masked) return [draw("rect", { ...box, fill: `url(#hatch-${name})`, onpointerover: onOver })];
  const parts = [draw("rect", { ...box, class: "empty" }), draw("rect", { ...box, class: "heat", "fill-opacity": weight, onpointerover: onOver })];
  if (weight >= 0.095 && cell > 24) {
    parts.push(draw("text", { x: x + cell / 2, y: y + cell / 2 + 4, class: weight > 0.55 ? "value inverse" : "value" }, weight > 0.995 ? "1" : weight.toFixed(2).slice(1)));
  }
  return parts;
}

function hatching(name) {
  return draw("defs", {}, draw("pattern", { id: `hatch-${name}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    draw("rect", { width: 6, height: 6, class: "hatch-ground" }), draw("rect", { width: 1.6, height: 6, class: "hatch-line" })));
}

// Words in a line, with arcs from each word to those it attends to; the arcs of the current word are emphasised.
function selfArcs({ name, weights, rows, current, onChoose, description }) {
  const spans = spread(rows, 16);
  const middles = spans.map(([x, width]) => x + width / 2);
  const width = spans.at(-1)[0] + spans.at(-1)[1] + 16;
  const reach = Math.min(190, 26 + 0.42 * Math.max(...middles.map((x) => Math.abs(x - middles[current])), 40));
  const base = reach + 14;
  const svg = draw("svg", { class: "map", width, height: base + 40, viewBox: `0 0 ${width} ${base + 40}`, role: "img", "aria-label": description });
  for (const strong of [false, true]) {
    weights.forEach((row, from) => row.forEach((weight, to) => {
      if ((from === current) !== strong || weight < (strong ? 0.01 : 0.15)) return;
      const [a, b] = [middles[from], middles[to]];
      const lift = Math.min(base - 8, 22 + Math.abs(a - b) * 0.62);
      const path = a === b
        ? `M ${a - 7} ${base} C ${a - 20} ${base - 34}, ${a + 20} ${base - 34}, ${a + 7} ${base}`
        : `M ${a} ${base} C ${a} ${base - lift}, ${b} ${base - lift}, ${b} ${base}`;
      svg.append(draw("path", { d: path, class: strong ? "arc strong" : "arc", "stroke-width": 0.6 + 7 * weight, "stroke-opacity": strong ? 0.25 + 0.75 * weight : 0.3 * weight }));
    }));
  }
  rows.forEach((label, position) => svg.append(...lineWord(name, label, spans[position], base + 4, position === current, weights[current][position], () => onChoose(position))));
  return make("div", { class: "scroll", "data-key": `${name}-arcs` }, svg);
}

// The attending words below, the attended words above, and lines between them.
function crossArcs({ name, weights, rows, columns, current, onChoose, description }) {
  const above = spread(columns, 16), below = spread(rows, 16);
  const middle = ([x, width]) => x + width / 2;
  const width = Math.max(above.at(-1)[0] + above.at(-1)[1], below.at(-1)[0] + below.at(-1)[1]) + 16;
  const [top, bottom] = [36, 168];
  const svg = draw("svg", { class: "map", width, height: bottom + 40, viewBox: `0 0 ${width} ${bottom + 40}`, role: "img", "aria-label": description });
  for (const strong of [false, true]) {
    weights.forEach((row, from) => row.forEach((weight, to) => {
      if ((from === current) !== strong || weight < (strong ? 0.01 : 0.15)) return;
      const [a, b] = [middle(below[from]), middle(above[to])];
      const path = `M ${a} ${bottom} C ${a} ${bottom - 60}, ${b} ${top + 60}, ${b} ${top}`;
      svg.append(draw("path", { d: path, class: strong ? "arc strong" : "arc", "stroke-width": 0.6 + 7 * weight, "stroke-opacity": strong ? 0.25 + 0.75 * weight : 0.3 * weight }));
    }));
  }
  columns.forEach((label, position) => svg.append(...lineWord(name, label, above[position], top - 28, false, weights[current][position], null)));
  rows.forEach((label, position) => svg.append(...lineWord(name, label, below[position], bottom + 4, position === current, 0, () => onChoose(position))));
  return make("div", { class: "scroll", "data-key": `${name}-arcs` }, svg);
}

function lineWord(name, label, [x, width], y, current, weight, onClick) {
  const box = draw("rect", { x, y, width, height: 24, rx: 5, class: current ? "word current" : "word" });
  const heat = draw("rect", { x, y, width, height: 24, rx: 5, class: "heat", "fill-opacity": weight * 0.8 });
  const text = draw("text", { x: x + width / 2, y: y + 16.5, "text-anchor": "middle", class: weight > 0.65 ? "inverse" : "label" }, pieceNodes(label, draw));
  const group = draw("g", { class: onClick ? "pick" : "", onclick: onClick ?? undefined }, box, heat, text);
  return [group];
}

function spread(labels, gap) {
  let x = 8;
  return labels.map((label) => {
    const width = Math.max(22, textWidth(label) + 10);
    const span = [x, width];
    x += width + gap;
    return span;
  });
}

function thumbnail(weights) {
  const canvas = make("canvas", { class: "thumbnail", width: weights[0].length, height: weights.length });
  paintRows(canvas, weights, 1);
  return canvas;
}
