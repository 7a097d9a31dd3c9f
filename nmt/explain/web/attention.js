// The three kinds of attention: choose layer and head, see map or arcs, follow the arithmetic of one row.

const AVERAGE = -1;
const WIDE = 14; // maps of more columns get a line of their own

const ATTENTIONS = {
  encoder: {
    layers: () => data.encoder.map((layer) => layer.attention),
    looking: "source", looked: "source", rowKey: "source", masked: () => false,
  },
  decoder: {
    layers: () => data.decoder.map((layer) => layer.attention),
    looking: "decoder_input", looked: "decoder_input", rowKey: "step", masked: (row, column) => column > row,
  },
  cross: {
    layers: () => data.decoder.map((layer) => layer.cross_attention),
    looking: "target", looked: "source", rowKey: "step", masked: () => false,
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
  return head === AVERAGE ? say("layer_average", { layer: layer + 1 }) : say("layer_head", { layer: layer + 1, head: head + 1 });
}

function attentionRoom(which, container) {
  const picker = make("div", { class: "picker" }), figure = make("div", { class: "figure" }), arithmetic = make("div");
  container.append(make("div", { class: "heads-and-map" }, picker, figure), arithmetic);
  show(picker, [which], () => headPicker(which));
  show(figure, [which, ATTENTIONS[which].rowKey, "units", `view-${which}`], () => {
    figure.classList.toggle("wide", views[which] === "arcs" || data[ATTENTIONS[which].looked].subwords.length > WIDE);
    return attentionFigure(which);
  });
  show(arithmetic, [which, ATTENTIONS[which].rowKey], () => arithmeticOf(which));
}

// All heads of all layers as small maps; the arrow keys walk among them.
function headPicker(which) {
  const layers = ATTENTIONS[which].layers();
  const heads = [...layers[0].weights.keys(), AVERAGE];
  const grid = make("div", { class: "heads", role: "group", "aria-label": say("choose_head"), style: { "--heads": heads.length } });
  grid.append(make("span"), ...heads.map((head) => make("small", { class: "quiet" }, head === AVERAGE ? say("average") : say("head_number", { head: head + 1 }))));
  layers.forEach((attention, layer) => {
    grid.append(make("small", { class: "quiet" }, say("layer_number", { layer: layer + 1 })));
    heads.forEach((head) => {
      const current = chosen[which].layer === layer && chosen[which].head === head;
      const label = head === AVERAGE ? say("layer_average", { layer: layer + 1 }) : say("layer_head", { layer: layer + 1, head: head + 1 });
      grid.append(make("button", {
        type: "button", class: "head", "data-key": `${which}-head-${layer}-${head}`, "aria-pressed": String(current), "aria-label": label, title: label,
        tabindex: current ? 0 : -1, onclick: () => choose({ [which]: { layer, head } }), onkeydown: (event) => walkHeads(event, which, heads, layers.length),
      }, thumbnail(head === AVERAGE ? meanOfHeads(attention.weights) : attention.weights[head])));
    });
  });
  return make("div", { class: "scroll", "data-key": `${which}-heads` }, grid);
}

function walkHeads(event, which, heads, layers) {
  const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!move) return;
  event.preventDefault();
  const layer = Math.min(layers - 1, Math.max(0, chosen[which].layer + move[0]));
  const place = Math.min(heads.length - 1, Math.max(0, heads.indexOf(chosen[which].head) + move[1]));
  choose({ [which]: { layer, head: heads[place] } });
  document.querySelector(`[data-key="${which}-head-${layer}-${heads[place]}"]`)?.focus({ preventScroll: true });
}

function attentionFigure(which) {
  const { looking, looked, rowKey, masked } = ATTENTIONS[which];
  const byWord = chosen.units === "words";
  const [from, to] = [data[looking], data[looked]];
  const [rowPlaces, columnPlaces] = [placesOfWords(from), placesOfWords(to)];
  const weights = byWord ? mergeWords(chosenWeights(which), rowPlaces, columnPlaces) : chosenWeights(which);
  const rows = byWord ? from.words : sentencePieces(looking);
  const columns = byWord ? to.words : sentencePieces(looked);
  const current = byWord ? from.subwords[chosen[rowKey]][WORD] : chosen[rowKey];
  const output = make("output", { class: "told", "aria-live": "polite" });
  const name = which, describe = say("map_description", { head: headName(which) });
  const tell = (row, column) => { output.textContent = say("looks_at", { from: rows[row], to: columns[column], weight: number(weights[row][column], 3) }); };
  const onChoose = (row) => choose({ [rowKey]: byWord ? rowPlaces[row].at(-1) : row });
  output.textContent = summary(weights[current], rows[current], columns);
  const settings = { name, weights, rows, columns, current, onChoose, tell, describe };
  const hidden = byWord ? (row, column) => columnPlaces[column][0] > rowPlaces[row].at(-1) : masked;
  const picture = views[which] === "map" ? heatMap({ ...settings, masked: which === "decoder" ? hidden : undefined })
    : which === "cross" ? crossArcs(settings) : selfArcs(settings);
  return [
    make("div", { class: "controls" },
      buttons(`${which}-view`, [["map", say("heat_map")], ["arcs", say("arcs")]], views[which], (view) => { views[which] = view; choose({ [`view-${which}`]: view }); }, say("view")),
      buttons(`${which}-units`, [["subwords", say("subwords")], ["words", say("words")]], chosen.units, (units) => choose({ units }), say("units")),
      make("strong", { class: "now" }, headName(which))),
    picture,
    make("p", { class: "quiet legend" }, views[which] === "map" ? say("map_legend") : say("arcs_legend"), which === "decoder" && views[which] === "map" ? ` ${say("mask_legend")}` : ""),
    output,
  ];
}

// The row of the current word in plain words: the three it looks at most.
function summary(row, word, columns) {
  const best = [...row.keys()].sort((one, other) => row[other] - row[one]).slice(0, 3).filter((place, rank) => rank === 0 || row[place] >= 0.05);
  return say("row_summary", { word, list: best.map((place) => `${columns[place]} ${percent(row[place])}`).join(" · ") });
}
