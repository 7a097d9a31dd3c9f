// The three kinds of attention: choose a layer and a head, see a map or arcs, and the arithmetic of one row.

const AVERAGE = -1;
const WIDE = 14; // maps with more columns get a separate line

const ATTENTIONS = {
  encoder: {
    layers: () => data.encoder.map((layer) => layer.attention),
    attending: "source", attended: "source", rowKey: "source", masked: () => false,
  },
  decoder: {
    layers: () => data.decoder.map((layer) => layer.attention),
    attending: "decoder_input", attended: "decoder_input", rowKey: "step", masked: (row, column) => column > row,
  },
  cross: {
    layers: () => data.decoder.map((layer) => layer.cross_attention),
    attending: "target", attended: "source", rowKey: "step", masked: () => false,
  },
};
const views = { encoder: "map", decoder: "map", cross: "map" };

function chosenWeights(which) {
  const { layer, head } = chosen[which];
  const { weights } = ATTENTIONS[which].layers()[layer];
  return head === AVERAGE ? meanOfHeads(weights) : weights[head];
}

function headName(which) {
  const { layer, head } = chosen[which];
  return head === AVERAGE ? t("layer_average", { layer: layer + 1 }) : t("layer_head", { layer: layer + 1, head: head + 1 });
}

function attentionPanel(which, container) {
  const picker = make("div", { class: "picker" }), figure = make("div", { class: "figure" }), arithmetic = make("div");
  container.append(make("div", { class: "heads-and-map" }, picker, figure), arithmetic);
  show(picker, [which], () => headPicker(which));
  show(figure, [which, ATTENTIONS[which].rowKey, "units", `view-${which}`], () => {
    figure.classList.toggle("wide", views[which] === "arcs" || data[ATTENTIONS[which].attended].subwords.length > WIDE);
    return attentionFigure(which);
  });
  show(arithmetic, [which, ATTENTIONS[which].rowKey], () => arithmeticOf(which));
}

// All heads of all layers as small maps; the arrow keys move between them.
function headPicker(which) {
  const layers = ATTENTIONS[which].layers();
  const heads = [...layers[0].weights.keys(), AVERAGE];
  const grid = make("div", { class: "heads", role: "group", "aria-label": t("choose_head"), style: { "--heads": heads.length } });
  grid.append(make("span"), ...heads.map((head) => make("small", { class: "quiet" }, head === AVERAGE ? t("average") : t("head_number", { head: head + 1 }))));
  layers.forEach((attention, layer) => {
    grid.append(make("small", { class: "quiet" }, t("layer_number", { layer: layer + 1 })));
    heads.forEach((head) => {
      const current = chosen[which].layer === layer && chosen[which].head === head;
      const label = head === AVERAGE ? t("layer_average", { layer: layer + 1 }) : t("layer_head", { layer: layer + 1, head: head + 1 });
      grid.append(make("button", {
        type: "button", class: "head", "data-key": `${which}-head-${layer}-${head}`, "aria-pressed": String(current), "aria-label": label, title: label,
        tabindex: current ? 0 : -1, onclick: () => choose({ [which]: { layer, head } }), onkeydown: (event) => moveBetweenHeads(event, which, heads, layers.length),
      }, thumbnail(head === AVERAGE ? meanOfHeads(attention.weights) : attention.weights[head])));
    });
  });
  return make("div", { class: "scroll", "data-key": `${which}-heads` }, grid);
}

function moveBetweenHeads(event, which, heads, layers) {
  const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!move) return;
  event.preventDefault();
  const layer = Math.min(layers - 1, Math.max(0, chosen[which].layer + move[0]));
  const column = Math.min(heads.length - 1, Math.max(0, heads.indexOf(chosen[which].head) + move[1]));
  choose({ [which]: { layer, head: heads[column] } });
  document.querySelector(`[data-key="${which}-head-${layer}-${heads[column]}"]`)?.focus({ preventScroll: true });
}

function attentionFigure(which) {
  const { attending, attended, rowKey, masked } = ATTENTIONS[which];
  const byWord = chosen.units === "words";
  const [from, to] = [data[attending], data[attended]];
  const [rowPositions, columnPositions] = [positionsOfWords(from), positionsOfWords(to)];
  const weights = byWord ? mergeWords(chosenWeights(which), rowPositions, columnPositions) : chosenWeights(which);
  const rows = byWord ? from.words : sentencePieces(attending);
  const columns = byWord ? to.words : sentencePieces(attended);
  const current = byWord ? from.subwords[chosen[rowKey]][WORD] : chosen[rowKey];
  const output = make("output", { class: "summary", "aria-live": "polite" });
  const name = which, description = t("map_description", { head: headName(which) });
  const describe = (row, column) => { output.textContent = t("looks_at", { from: rows[row], to: columns[column], weight: number(weights[row][column], 3) }); };
  const onChoose = (row) => choose({ [rowKey]: byWord ? rowPositions[row].at(-1) : row });
  output.textContent = summary(weights[current], rows[current], columns);
  const settings = { name, weights, rows, columns, current, onChoose, describe, description };
  const hidden = byWord ? (row, column) => columnPositions[column][0] > rowPositions[row].at(-1) : masked;
  const picture = views[which] === "map" ? heatMap({ ...settings, masked: which === "decoder" ? hidden : undefined })
    : which === "cross" ? crossArcs(settings) : selfArcs(settings);
  return [
    make("div", { class: "controls" },
      buttons(`${which}-view`, [["map", t("heat_map")], ["arcs", t("arcs")]], views[which], (view) => { views[which] = view; choose({ [`view-${which}`]: view }); }, t("view")),
      buttons(`${which}-units`, [["subwords", t("subwords")], ["words", t("words")]], chosen.units, (units) => choose({ units }), t("units")),
      make("strong", { class: "now" }, headName(which))),
    picture,
    make("p", { class: "quiet legend" }, views[which] === "map" ? t("map_legend") : t("arcs_legend"), which === "decoder" && views[which] === "map" ? ` ${t("mask_legend")}` : ""),
    output,
  ];
}

// The row of the current word in words: the three words that it attends to most.
function summary(row, word, columns) {
  const best = [...row.keys()].sort((one, other) => row[other] - row[one]).slice(0, 3).filter((position, rank) => rank === 0 || row[position] >= 0.05);
  return t("row_summary", { word, list: best.map((position) => `${columns[position]} ${percent(row[position])}`).join(" · ") });
}
