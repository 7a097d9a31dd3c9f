// The stages besides attention: text, embeddings, feed-forward networks, the finished text; and the navigation.

function overview(container) {
  const { encoder_layers: encoders, decoder_layers: decoders } = data.model;
  const block = (id, title, extra = "") => make("a", { href: `#${id}`, class: `block ${extra}` }, title);
  container.append(make("div", { class: "machine" },
    make("div", { class: "column" },
      make("span", { class: "sentence" }, data.source.text), arrow(),
      block("text", data.stages.text.short), arrow(), block("embedding", data.stages.embedding.short), arrow(),
      make("div", { class: "stack" }, make("small", {}, `× ${encoders}`), block("encoder", data.stages.encoder.short, "hot"), block("feed_forward", data.stages.feed_forward.short))),
    make("div", { class: "bridge", "aria-hidden": "true" }, "→"),
    make("div", { class: "column" },
      make("span", { class: "sentence" }, data.target.text || data.translation), arrow("↑"),
      block("beams", data.stages.beams.short), arrow("↑"), block("choice", data.stages.choice.short), arrow("↑"),
      make("div", { class: "stack" }, make("small", {}, `× ${decoders}`), block("feed_forward", data.stages.feed_forward.short), block("cross", data.stages.cross.short, "hot"), block("decoder", data.stages.decoder.short, "hot")), arrow("↑"),
      make("small", { class: "quiet" }, t("written_so_far")))));
}

function arrow(sign = "↓") {
  return make("span", { class: "arrow", "aria-hidden": "true" }, sign);
}

function textPanel(container) {
  show(container, ["source"], () => [
    make("p", { class: "segments" }, segments(data.source, (position) => ({ class: `segment tint-${position % 4}${position === chosen.source ? " current" : ""}` }))),
    chips("text", sentencePieces("source"), chosen.source, (source) => choose({ source }), { below: data.source.subwords.map((subword) => subword[ID]) }),
    make("p", { class: "quiet" }, t("ids_note", { vocabulary: data.model.vocabulary.toLocaleString("en") })),
  ]);
}

// The text of a sentence, with a separate element for each subword.
function segments(sentence, attributesOf) {
  const parts = [];
  let end = 0;
  sentence.subwords.forEach((subword, position) => {
    if (subword[END] <= end) return;
    if (subword[START] > end) parts.push(sentence.text.slice(end, subword[START]));
    parts.push(make("span", attributesOf(position), sentence.text.slice(Math.max(end, subword[START]), subword[END])));
    end = subword[END];
  });
  parts.push(sentence.text.slice(end));
  return parts;
}

function embeddingPanel(container) {
  show(container, ["source"], () => {
    const position = chosen.source, { source, positions, neighbours } = data.embedding;
    const vector = source[position], encoding = positions[position];
    const sum = vector.map((value, index) => value + encoding[index]);
    const most = largest([vector, encoding, sum]);
    const piece = sentencePieces("source")[position];
    const line = (sign, name, values) => [make("span", { class: "sign" }, sign), make("span", {}, name), strip(values, { most, title: name, tall: true }),
      make("span", { class: "mono quiet first" }, values.slice(0, 3).map((value) => number(value)).join("  ") + " …")];
    return [
      chips("embedding", sentencePieces("source"), position, (source) => choose({ source })),
      make("div", { class: "addition" },
        ...line("", t("embedding_of", { piece, dimension: data.model.dimension }), vector),
        ...line("+", t("position_of", { position }), encoding),
        ...line("=", t("input_of", { piece }), sum)),
      make("div", { class: "columns" },
        make("div", {}, make("h3", {}, t("neighbours_of", { piece })),
          make("ul", { class: "near" }, neighbours[position].map(([other, cosine]) => make("li", {}, make("span", {}, pieceNodes(other)), bar(cosine), make("span", { class: "number" }, number(cosine)))))),
        make("div", {}, make("h3", {}, t("all_positions")), positionPicture(positions, position), make("p", { class: "quiet" }, t("positions_note")))),
    ];
  });
}

function positionPicture(positions, position) {
  const canvas = make("canvas", { class: "positions", width: positions[0].length, height: positions.length, role: "img", "aria-label": t("all_positions") });
  paintRows(canvas, positions, 1);
  const share = 100 / positions.length;
  return make("div", { class: "positions-box" }, canvas, make("span", { class: "marker", style: { top: `${position * share}%`, height: `${share}%` } }));
}

const feedForward = { side: "decoder", layer: data.model ? data.model.decoder_layers - 1 : 0 };

function feedForwardPanel(container) {
  show(container, ["source", "step", "feed-forward"], () => {
    const side = feedForward.side, layers = data[side];
    const layer = Math.min(feedForward.layer, layers.length - 1);
    const position = side === "encoder" ? chosen.source : chosen.step;
    const piece = sentencePieces(side === "encoder" ? "source" : "decoder_input")[position];
    const choosePart = (change) => { Object.assign(feedForward, change); choose({ "feed-forward": true }); };
    const neurons = layers[layer].neurons[position];
    const strongest = Math.max(...neurons.strongest.map(([, value]) => value), 1e-9);
    return [
      make("div", { class: "controls" },
        buttons("side", [["encoder", t("encoder")], ["decoder", t("decoder")]], side, (value) => choosePart({ side: value }), t("side")),
        buttons("ff-layer", layers.map((_, index) => [index, t("layer_number", { layer: index + 1 })]), layer, (value) => choosePart({ layer: value }), t("layer")),
        make("strong", { class: "now" }, piece)),
      make("div", { class: "columns" },
        make("div", {}, make("h3", {}, t("neurons_of", { piece, layer: layer + 1 })),
          make("p", {}, t("active_neurons", { active: neurons.active, all: data.model.feed_forward, share: percent(neurons.active / data.model.feed_forward) })),
          make("ul", { class: "near" }, neurons.strongest.filter(([, value]) => value > 0).map(([index, value]) => make("li", {}, make("span", {}, `#${index}`), bar(value / strongest), make("span", { class: "number" }, number(value)))))),
        make("div", {}, make("h3", {}, t("stream_of", { piece })), make("div", { class: "scroll", "data-key": "stream" }, streamTable(layers, position, layer)), make("p", { class: "quiet" }, t("stream_note")))),
      side === "decoder" ? lensTable(position) : null,
    ];
  });
}

// The lengths of the vectors that each sublayer adds at one position, and of the sum after it.
function streamTable(layers, position, current) {
  const rows = layers.flatMap((layer, index) => layer.residual.map((part) => [index, part]));
  const most = Math.max(...rows.flatMap(([, part]) => [part.after[position], part.output[position]]));
  return make("table", { class: "stream" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("sublayer")), make("th", { scope: "col" }, t("added")), make("th", { scope: "col" }, t("after")))),
    make("tbody", {}, rows.map(([index, part]) => make("tr", { class: index === current ? "picked" : "" },
      make("th", { scope: "row" }, `${index + 1} ${t(`sublayer_${part.sublayer}`)}`),
      make("td", { class: "wide" }, bar(part.output[position] / most, { faint: true }), make("span", { class: "number" }, number(part.output[position], 1))),
      make("td", { class: "wide" }, bar(part.after[position] / most), make("span", { class: "number" }, number(part.after[position], 1)))))));
}

// What the decoder would predict at this position if it ended early.
function lensTable(position) {
  return make("div", {}, make("h3", {}, t("lens_title", { piece: sentencePieces("decoder_input")[position] })), make("p", { class: "quiet" }, t("lens_note")),
    make("div", { class: "scroll" }, make("table", { class: "lens" }, make("tbody", {}, data.lens.map((positions, layer) => make("tr", {},
      make("th", { scope: "row" }, layer === 0 ? t("before_layers") : t("after_layer", { layer })),
      ...positions[position].map(([piece, share]) => make("td", { style: { "--share": share } }, make("span", {}, pieceNodes(piece)), make("small", {}, ` ${percent(share)}`)))))))));
}

function resultPanel(container) {
  show(container, ["step"], () => {
    const shares = data.steps.map((step) => Math.exp(step.written.log_probability));
    const total = data.log_probability;
    return [
      chips("result", sentencePieces("target"), chosen.step, (step) => choose({ step }), {
        below: shares.map(percent), styles: shares.map((share) => ({ "--share": share })),
      }),
      make("p", { class: "arrow" }, "↓"),
      make("p", { class: "segments result" }, segments(data.target, (position) => ({ class: `segment tint-${position % 4}${position === chosen.step ? " current" : ""}` }))),
      make("p", { class: "quiet" }, t("result_note", { total: number(total), mean: percent(Math.exp(total / shares.length)) })),
      data.forced ? make("p", {}, t("forced_note", { translation: data.translation })) : null,
    ];
  });
}

// The shown step of the decoder: one control for all stages that depend on it, always visible.
function stepPanel(container) {
  show(container, ["step"], () => {
    const last = data.steps.length - 1, step = chosen.step;
    const go = (to) => choose({ step: Math.min(last, Math.max(0, to)) });
    return [
      make("button", { type: "button", "data-key": "step-back", "aria-label": t("step_back"), disabled: step === 0, onclick: () => go(step - 1) }, "‹"),
      make("span", { class: "step" }, make("small", { class: "quiet" }, t("step_of", { step: step + 1, all: last + 1 })),
        make("span", {}, make("span", { class: "quiet" }, pieceNodes(sentencePieces("decoder_input")[step])), " → ", make("strong", {}, pieceNodes(sentencePieces("target")[step])))),
      make("button", { type: "button", "data-key": "step-on", "aria-label": t("step_on"), disabled: step === last, onclick: () => go(step + 1) }, "›"),
    ];
  });
}

// Marks the visible stage in the list of stages.
function followStages() {
  const links = new Map([...document.querySelectorAll(".stages a")].map((link) => [link.hash.slice(1), link]));
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) visible[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => visible.has(id));
    if (!current) return;
    for (const [id, link] of links) link.setAttribute("aria-current", String(id === current));
    const link = links.get(current), list = link.closest("ol");
    list.scrollLeft = link.offsetLeft - list.clientWidth / 2;
  }, { rootMargin: "-25% 0px -60% 0px" });
  for (const id of links.keys()) observer.observe(document.getElementById(id));
}
