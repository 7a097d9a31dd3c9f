// From logits to the next subword: softmax with a temperature, and what top-k, top-p and a beam keep.

const settings = { temperature: data.temperatures?.indexOf(1) ?? 0, k: 0, p: 1, beam: data.beams?.beam_size ?? 1, all: false, drawn: null };
const SHOWN = 12;

function choicePanel(container) {
  const sliders = make("div", { class: "sliders" }), table = make("div");
  container.append(sliders, table);
  const count = data.steps[0].candidates.length;
  const change = (values) => { Object.assign(settings, values, { drawn: null }); choose({ choice: true }); };
  sliders.append(
    slider(t("temperature"), "τ", 0, data.temperatures.length - 1, 1, settings.temperature, (value) => number(data.temperatures[value], 1), (temperature) => change({ temperature })),
    slider("top-k", "", 0, count, 1, settings.k, (value) => (value ? String(value) : t("off")), (k) => change({ k })),
    slider("top-p", "", 0.05, 1, 0.05, settings.p, (value) => (value < 1 ? number(value, 2) : t("off")), (p) => change({ p })),
    slider(t("beam"), "K", 1, 10, 1, settings.beam, String, (beam) => change({ beam })));
  show(table, ["step", "choice"], () => candidateTable(count));
}

function slider(name, letter, min, max, step, value, format, onChange) {
  const output = make("output", {}, format(value));
  const input = make("input", { type: "range", min, max, step, value, "aria-label": name, oninput: () => { output.textContent = format(Number(input.value)); onChange(Number(input.value)); } });
  return make("label", { class: "slider" }, make("span", {}, name, letter ? make("i", {}, ` ${letter}`) : ""), input, output);
}

// The probabilities of the candidates at a temperature, and of all others together; exact, because their sum is known.
function distribution(step, temperature) {
  const tau = data.temperatures[temperature];
  const scores = step.candidates.map((candidate) => candidate[2] / tau);
  return softmax([...scores, step.rest[temperature] ?? -Infinity]);
}

// The number of most probable candidates to draw from; Infinity if others than the candidates can be drawn, too.
function countKept(shares, candidates) {
  let kept = settings.k ? Math.min(settings.k, candidates) : Infinity;
  if (settings.p < 1) {
    let sum = 0, count = 0;
    while (count < candidates && sum < settings.p - 1e-9) sum += shares[count++];
    if (sum >= settings.p - 1e-9) kept = Math.min(kept, count);
  }
  return kept;
}

function candidateTable(count) {
  const step = data.steps[chosen.step];
  const shares = distribution(step, settings.temperature);
  const kept = countKept(shares, count);
  const keptShare = kept === Infinity ? 1 : shares.slice(0, kept).reduce((sum, share) => sum + share, 0);
  const written = data.target.subwords[chosen.step][ID];
  const rows = step.candidates.slice(0, settings.all ? count : Math.max(SHOWN, Math.min(count, settings.beam)));
  const before = data.target.subwords.slice(0, chosen.step).map((subword) => subword[PIECE]).join(" ") || t("nothing_yet");
  const truncated = kept !== Infinity;
  const otherCount = data.model.vocabulary - count;
  return [
    make("p", {}, t("after_so_far"), " ", make("span", { class: "mono sofar" }, before), " ", make("strong", { class: "mono" }, "?")),
    make("div", { class: "scroll" }, make("table", { class: "candidates" },
      make("thead", {}, make("tr", {}, ...["", t("candidate"), t("logit"), `÷ τ`, t("probability"), "", truncated ? t("drawn_with") : null, ""].filter((text) => text !== null)
        .map((text, column) => make("th", { scope: "col", class: [2, 3, 4, 6].includes(column) ? "number" : "" }, text)))),
      make("tbody", {}, rows.map(([id, piece, logit], index) => make("tr", { class: index < kept ? "" : "cut" },
        make("td", { class: "number quiet" }, index + 1), make("th", { scope: "row" }, pieceNodes(piece)),
        make("td", { class: "number" }, number(logit)), make("td", { class: "number" }, number(logit / data.temperatures[settings.temperature])),
        make("td", { class: "number" }, percent(shares[index])), make("td", { class: "wide" }, bar(shares[index], { faint: index >= kept })),
        truncated ? make("td", { class: "number" }, index < kept ? percent(shares[index] / keptShare) : "–") : null,
        make("td", {}, id === written ? make("span", { class: "badge" }, t("written")) : "", index < settings.beam ? make("span", { class: "badge second" }, t("in_beam")) : "",
          settings.drawn === index ? make("span", { class: "badge third" }, t("drawn")) : "")))),
      make("tfoot", {}, make("tr", { class: kept === Infinity ? "" : "cut" }, make("td"), make("th", { scope: "row" }, t("rest", { count: (otherCount + count - rows.length).toLocaleString("en") })),
        make("td", { colspan: 2 }), make("td", { class: "number" }, percent(shares.slice(rows.length).reduce((sum, share) => sum + share, 0))),
        make("td", { colspan: truncated ? 2 : 1 }), make("td", {}, settings.drawn >= rows.length ? make("span", { class: "badge third" }, t("drawn")) : ""))))),
    make("div", { class: "controls" },
      make("button", { type: "button", "data-key": "draw", onclick: () => { settings.drawn = drawOne(shares, kept); choose({ choice: true }); } }, t("draw")),
      make("button", { type: "button", "data-key": "all", "aria-pressed": String(settings.all), onclick: () => { settings.all = !settings.all; choose({ choice: true }); } }, t("show_all", { count }))),
    make("p", { class: "quiet" }, explanation(step, shares, kept, keptShare, written)),
  ];
}

// Draws one subword at random from those that are kept; everything beyond the list counts as one.
function drawOne(shares, kept) {
  const candidates = kept === Infinity ? shares : shares.slice(0, kept);
  let point = Math.random() * candidates.reduce((sum, share) => sum + share, 0);
  return candidates.findIndex((share) => (point -= share) < 0);
}

function explanation(step, shares, kept, keptShare, written) {
  const index = step.candidates.findIndex((candidate) => candidate[0] === written);
  const rank = step.written.rank + 1;
  const greedy = step.candidates[0][1];
  const drawn = kept === Infinity ? t("draws_from_all") : t("draws_from", { count: kept, share: percent(keptShare) });
  const wrote = index === 0 ? t("wrote_best") : t("wrote_rank", { rank, share: percent(Math.exp(step.written.log_probability)) });
  return [t("greedy_takes", { piece: greedy }), drawn, t("beam_keeps", { count: settings.beam }), wrote, t("uncertainty", { bits: number(step.entropy, 2), choices: number(2 ** step.entropy, 1) })].join(t("between_sentences"));
}
