// The stages around the attention: text, embeddings, feed-forward networks, the finished text; and the way through.

function overview(container) {
  const { encoder_layers: encoders, decoder_layers: decoders } = data.model;
  const block = (id, title, extra = "") => make("a", { href: `#${id}`, class: `block ${extra}` }, title);
  container.append(make("div", { class: "machine" },
    make("div", { class: "column" },
      make("span", { class: "said" }, data.source.text), arrow(),
      block("text", data.stages.text.short), arrow(), block("embedding", data.stages.embedding.short), arrow(),
      make("div", { class: "stack" }, make("small", {}, `× ${encoders}`), block("encoder", data.stages.encoder.short, "hot"), block("feed_forward", data.stages.feed_forward.short))),
    make("div", { class: "bridge", "aria-hidden": "true" }, "→"),
    make("div", { class: "column" },
      make("span", { class: "said" }, data.target.text || data.translation), arrow("↑"),
      block("beams", data.stages.beams.short), arrow("↑"), block("choice", data.stages.choice.short), arrow("↑"),
      make("div", { class: "stack" }, make("small", {}, `× ${decoders}`), block("feed_forward", data.stages.feed_forward.short), block("cross", data.stages.cross.short, "hot"), block("decoder", data.stages.decoder.short, "hot")), arrow("↑"),
      make("small", { class: "quiet" }, say("written_so_far")))));
}

function arrow(sign = "↓") {
  return make("span", { class: "arrow", "aria-hidden": "true" }, sign);
}

function textRoom(container) {
  show(container, ["source"], () => [
    make("p", { class: "segments" }, segments(data.source, (place) => ({ class: `segment tint-${place % 4}${place === chosen.source ? " current" : ""}` }))),
    chips("text", sentencePieces("source"), chosen.source, (source) => choose({ source }), { below: data.source.subwords.map((subword) => subword[ID]) }),
    make("p", { class: "quiet" }, say("ids_note", { vocabulary: data.model.vocabulary.toLocaleString("en") })),
  ]);
}

// The text of a sentence, each subword an element of its own.
function segments(sentence, dressed) {
  const found = [];
  let end = 0;
  sentence.subwords.forEach((subword, place) => {
    if (subword[END] <= end) return;
    if (subword[START] > end) found.push(sentence.text.slice(end, subword[START]));
    found.push(make("span", dressed(place), sentence.text.slice(Math.max(end, subword[START]), subword[END])));
    end = subword[END];
  });
  found.push(sentence.text.slice(end));
  return found;
}

function embeddingRoom(container) {
  show(container, ["source"], () => {
    const place = chosen.source, { source, positions, neighbours } = data.embedding;
    const vector = source[place], position = positions[place];
    const sum = vector.map((value, index) => value + position[index]);
    const most = largest([vector, position, sum]);
    const piece = sentencePieces("source")[place];
    const line = (sign, name, values) => [make("span", { class: "sign" }, sign), make("span", {}, name), strip(values, { most, title: name, tall: true }),
      make("span", { class: "mono quiet first" }, values.slice(0, 3).map((value) => number(value)).join("  ") + " …")];
    return [
      chips("embedding", sentencePieces("source"), place, (chosenPlace) => choose({ source: chosenPlace })),
      make("div", { class: "addition" },
        ...line("", say("embedding_of", { piece, dimension: data.model.dimension }), vector),
        ...line("+", say("position_of", { place }), position),
        ...line("=", say("input_of", { piece }), sum)),
      make("div", { class: "columns" },
        make("div", {}, make("h3", {}, say("neighbours_of", { piece })),
          make("ul", { class: "near" }, neighbours[place].map(([other, cosine]) => make("li", {}, make("span", {}, spell(other)), bar(cosine), make("span", { class: "number" }, number(cosine)))))),
        make("div", {}, make("h3", {}, say("all_positions")), positionPicture(positions, place), make("p", { class: "quiet" }, say("positions_note")))),
    ];
  });
}

function positionPicture(positions, place) {
  const canvas = make("canvas", { class: "positions", width: positions[0].length, height: positions.length, role: "img", "aria-label": say("all_positions") });
  paintRows(canvas, positions, 1);
  const share = 100 / positions.length;
  return make("div", { class: "positions-box" }, canvas, make("span", { class: "marker", style: { top: `${place * share}%`, height: `${share}%` } }));
}

const feedForward = { side: "decoder", layer: data.model ? data.model.decoder_layers - 1 : 0 };

function feedForwardRoom(container) {
  show(container, ["source", "step", "feed-forward"], () => {
    const side = feedForward.side, layers = data[side];
    const layer = Math.min(feedForward.layer, layers.length - 1);
    const place = side === "encoder" ? chosen.source : chosen.step;
    const piece = sentencePieces(side === "encoder" ? "source" : "decoder_input")[place];
    const choosePart = (change) => { Object.assign(feedForward, change); choose({ "feed-forward": true }); };
    const neurons = layers[layer].neurons[place];
    const strongest = Math.max(...neurons.strongest.map(([, value]) => value), 1e-9);
    return [
      make("div", { class: "controls" },
        buttons("side", [["encoder", say("encoder")], ["decoder", say("decoder")]], side, (value) => choosePart({ side: value }), say("side")),
        buttons("ff-layer", layers.map((_, index) => [index, say("layer_number", { layer: index + 1 })]), layer, (value) => choosePart({ layer: value }), say("layer")),
        make("strong", { class: "now" }, piece)),
      make("div", { class: "columns" },
        make("div", {}, make("h3", {}, say("neurons_of", { piece, layer: layer + 1 })),
          make("p", {}, say("active_neurons", { active: neurons.active, all: data.model.feed_forward, share: percent(neurons.active / data.model.feed_forward) })),
          make("ul", { class: "near" }, neurons.strongest.filter(([, value]) => value > 0).map(([index, value]) => make("li", {}, make("span", {}, `#${index}`), bar(value / strongest), make("span", { class: "number" }, number(value)))))),
        make("div", {}, make("h3", {}, say("stream_of", { piece })), make("div", { class: "scroll", "data-key": "stream" }, streamTable(layers, place, layer)), make("p", { class: "quiet" }, say("stream_note")))),
      side === "decoder" ? lensTable(place) : null,
    ];
  });
}

// How long the vector of one position is before each sublayer, what that adds, and what comes out.
function streamTable(layers, place, current) {
  const rows = layers.flatMap((layer, index) => layer.residual.map((part) => [index, part]));
  const most = Math.max(...rows.flatMap(([, part]) => [part.after[place], part.output[place]]));
  return make("table", { class: "stream" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("sublayer")), make("th", { scope: "col" }, say("added")), make("th", { scope: "col" }, say("after")))),
    make("tbody", {}, rows.map(([index, part]) => make("tr", { class: index === current ? "picked" : "" },
      make("th", { scope: "row" }, `${index + 1} ${say(`sublayer_${part.sublayer}`)}`),
      make("td", { class: "wide" }, bar(part.output[place] / most, { faint: true }), make("span", { class: "number" }, number(part.output[place], 1))),
      make("td", { class: "wide" }, bar(part.after[place] / most), make("span", { class: "number" }, number(part.after[place], 1)))))));
}

// What the decoder would say at this position if it ended early.
function lensTable(place) {
  return make("div", {}, make("h3", {}, say("lens_title", { piece: sentencePieces("decoder_input")[place] })), make("p", { class: "quiet" }, say("lens_note")),
    make("div", { class: "scroll" }, make("table", { class: "lens" }, make("tbody", {}, data.lens.map((positions, layer) => make("tr", {},
      make("th", { scope: "row" }, layer === 0 ? say("before_layers") : say("after_layer", { layer })),
      ...positions[place].map(([piece, share]) => make("td", { style: { "--share": share } }, make("span", {}, spell(piece)), make("small", {}, ` ${percent(share)}`)))))))));
}

function resultRoom(container) {
  show(container, ["step"], () => {
    const shares = data.steps.map((step) => Math.exp(step.written.log_probability));
    const total = data.log_probability;
    return [
      chips("result", sentencePieces("target"), chosen.step, (step) => choose({ step }), {
        below: shares.map(percent), styles: shares.map((share) => ({ "--share": share })),
      }),
      make("p", { class: "arrow" }, "↓"),
      make("p", { class: "segments result" }, segments(data.target, (place) => ({ class: `segment tint-${place % 4}${place === chosen.step ? " current" : ""}` }))),
      make("p", { class: "quiet" }, say("result_note", { total: number(total), mean: percent(Math.exp(total / shares.length)) })),
      data.forced ? make("p", {}, say("forced_note", { translation: data.translation })) : null,
    ];
  });
}

// Which step of the decoder is shown: one control for all stages that depend on it, always in sight.
function stepRoom(container) {
  show(container, ["step"], () => {
    const last = data.steps.length - 1, step = chosen.step;
    const go = (to) => choose({ step: Math.min(last, Math.max(0, to)) });
    return [
      make("button", { type: "button", "data-key": "step-back", "aria-label": say("step_back"), disabled: step === 0, onclick: () => go(step - 1) }, "‹"),
      make("span", { class: "step" }, make("small", { class: "quiet" }, say("step_of", { step: step + 1, all: last + 1 })),
        make("span", {}, make("span", { class: "quiet" }, spell(sentencePieces("decoder_input")[step])), " → ", make("strong", {}, spell(sentencePieces("target")[step])))),
      make("button", { type: "button", "data-key": "step-on", "aria-label": say("step_on"), disabled: step === last, onclick: () => go(step + 1) }, "›"),
    ];
  });
}

// The stage in sight is marked in the list of stages.
function followStages() {
  const links = new Map([...document.querySelectorAll(".stages a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    if (!current) return;
    for (const [id, link] of links) link.setAttribute("aria-current", String(id === current));
    const link = links.get(current), list = link.closest("ol");
    list.scrollLeft = link.offsetLeft - list.clientWidth / 2;
  }, { rootMargin: "-25% 0px -60% 0px" });
  for (const id of links.keys()) observer.observe(document.getElementById(id));
}
