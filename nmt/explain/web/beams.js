// The beam search: each column is a step, each box a hypothesis; the path to the result is emphasised.

const STEP = 0, POSITION = 1, PARENT = 2, NODE_ID = 3, NODE_PIECE = 4, RANK = 5, SCORE = 6; // of a node in the data
const LEFT = 52; // of the first column
const BOX = { width: 86, height: 38, column: 104, row: 48 };
let pickedNode = data.beams ? data.beams.best.at(-1) : 0;

function beamPanel(container) {
  const picture = make("div"), details = make("div");
  container.append(picture, details);
  show(picture, ["node", "step"], beamPicture);
  show(details, ["node"], () => [nodeDetails(), finishedTable()]);
}

function pathTo(node) {
  const path = [];
  for (let current = node; current !== null && current !== undefined; current = data.beams.nodes[current][PARENT]) path.unshift(current);
  return path;
}

function isEnded(node) {
  return node[NODE_ID] === EOS;
}

function boxCorner(node) {
  const below = isEnded(node) ? data.beams.beam_size * BOX.row + 26 : 0;
  return [LEFT + (node[STEP] - 1) * BOX.column, 34 + below + node[POSITION] * BOX.row];
}

function beamPicture() {
  const { nodes, best } = data.beams;
  const steps = Math.max(...nodes.map((node) => node[STEP]));
  const ended = Math.max(0, ...nodes.filter(isEnded).map((node) => node[POSITION])) + 1;
  const width = LEFT + steps * BOX.column + 4, height = 34 + data.beams.beam_size * BOX.row + 26 + ended * BOX.row;
  const winning = new Set(best), shown = new Set(pathTo(pickedNode));
  const parents = new Set(nodes.map((node) => node[PARENT]));
  const svg = draw("svg", { class: "map", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": t("tree_description") });
  for (let step = 1; step <= steps; step += 1) {
    const x = LEFT + (step - 1) * BOX.column;
    if (!data.forced && step === chosen.step + 1) svg.append(draw("rect", { class: "column-mark", x: x - 7, y: 2, width: BOX.width + 14, height: height - 6, rx: 8 }));
    svg.append(draw("text", { x: x + BOX.width / 2, y: 20, "text-anchor": "middle", class: "quiet" }, t("step_number", { step })));
  }
  const endY = 34 + data.beams.beam_size * BOX.row + 10;
  svg.append(draw("line", { class: "divide", x1: 0, x2: width, y1: endY, y2: endY }), draw("text", { x: 4, y: endY + 16, class: "quiet" }, t("finished")));
  svg.append(draw("text", { x: 20, y: 34 + BOX.height / 2 + 4, "text-anchor": "middle", class: "label" }, "<s>"));
  nodes.forEach((node, index) => svg.append(edge(node, winning.has(index), shown.has(index))));
  nodes.forEach((node, index) => svg.append(box(node, index, {
    winning: winning.has(index), shown: shown.has(index), dropped: !isEnded(node) && !parents.has(index), ended: isEnded(node),
  })));
  return [make("div", { class: "scroll", "data-key": "beams" }, svg), make("p", { class: "legend quiet" },
    make("span", { class: "key winning" }), t("key_winning"), make("span", { class: "key ended" }), t("key_ended"), make("span", { class: "key dropped" }), t("key_dropped"))];
}

function stepShare(node) {
  const before = node[PARENT] === null ? 0 : data.beams.nodes[node[PARENT]][RANK];
  return Math.exp(node[RANK] - before);
}

function edge(node, winning, shown) {
  const [x, y] = boxCorner(node);
  const [a, b] = node[PARENT] === null ? [36 - BOX.width, 34] : boxCorner(data.beams.nodes[node[PARENT]]);
  const [startX, startY, endY] = [a + BOX.width, b + BOX.height / 2, y + BOX.height / 2];
  const path = `M ${startX} ${startY} C ${startX + 18} ${startY}, ${x - 18} ${endY}, ${x} ${endY}`;
  return draw("path", { d: path, class: `edge${winning ? " winning" : ""}${shown ? " shown" : ""}`, "stroke-width": 0.8 + 3.4 * stepShare(node) });
}

function box(node, index, flags) {
  const [x, y] = boxCorner(node);
  const classes = Object.keys(flags).filter((flag) => flags[flag]).join(" ");
  const pick = () => { pickedNode = index; choose({ node: index }); };
  const label = t("node_label", { piece: node[NODE_PIECE], share: percent(stepShare(node)), rank: number(node[RANK]) });
  return draw("g", {
    class: `node ${classes}${index === pickedNode ? " picked" : ""}`, tabindex: index === pickedNode ? 0 : -1, role: "button", "aria-label": label, "data-key": `node-${index}`,
    onclick: pick, onkeydown: (event) => moveInTree(event, index, pick),
  },
  draw("rect", { x, y, width: BOX.width, height: BOX.height, rx: 7 }),
  draw("text", { x: x + BOX.width / 2, y: y + 16, "text-anchor": "middle", class: "piece" }, pieceNodes(fit(node[NODE_PIECE], BOX.width - 12), draw)),
  draw("text", { x: x + BOX.width / 2, y: y + 31, "text-anchor": "middle", class: "small" }, `${percent(stepShare(node))}  Σ ${number(node[RANK])}`));
}

// The arrow keys move along the tree: to the parent, to the first child, and between the hypotheses of a step.
function moveInTree(event, index, pick) {
  const { nodes } = data.beams;
  const node = nodes[index];
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); return; }
  const beside = (by) => nodes.findIndex((other) => other[STEP] === node[STEP] && isEnded(other) === isEnded(node) && other[POSITION] === node[POSITION] + by);
  const goal = { ArrowLeft: () => node[PARENT] ?? -1, ArrowRight: () => nodes.findIndex((other) => other[PARENT] === index), ArrowUp: () => beside(-1), ArrowDown: () => beside(1) }[event.key]?.();
  if (goal === undefined) return;
  event.preventDefault();
  if (goal < 0) return;
  pickedNode = goal;
  choose({ node: goal });
  document.querySelector(`[data-key="node-${goal}"]`)?.focus({ preventScroll: true });
}

function prefixOf(index) {
  return pathTo(index).map((number) => data.beams.nodes[number][NODE_PIECE]);
}

function nodeDetails() {
  const node = data.beams.nodes[pickedNode];
  const logs = pathTo(pickedNode).map((number) => Math.log(stepShare(data.beams.nodes[number])));
  return make("div", { class: "details" },
    make("p", { class: "mono" }, prefixOf(pickedNode).join(" ")),
    make("p", { class: "mono quiet" }, `log P = ${logs.map(bracket).join(" + ")} = ${number(node[RANK])}`),
    make("p", { class: "mono" }, `${t("score")} = ${number(node[RANK])} / ${node[STEP]}^${data.beams.length_penalty} = ${number(node[SCORE], 3)}`));
}

function finishedTable() {
  const best = data.beams.best.at(-1);
  const rows = data.beams.nodes.map((node, index) => [node, index]).filter(([node]) => isEnded(node)).sort((one, other) => other[0][SCORE] - one[0][SCORE]);
  return make("div", { class: "scroll" }, make("table", { class: "finished" },
    make("caption", {}, t("finished_title")),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("hypothesis")), ...["log P", t("length"), t("score")].map((text) => make("th", { scope: "col", class: "number" }, text)))),
    make("tbody", {}, rows.map(([node, index]) => make("tr", { class: index === best ? "picked" : "" },
      make("td", {}, make("button", { type: "button", class: "plain", "data-key": `finished-${index}`, onclick: () => { pickedNode = index; choose({ node: index }); } }, prefixOf(index).slice(0, -1).join("").replaceAll("\u2581", " ").trim())),
      make("td", { class: "number" }, number(node[RANK])), make("td", { class: "number" }, node[STEP]), make("td", { class: "number" }, number(node[SCORE], 3)))))));
}
