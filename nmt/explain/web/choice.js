// From logits to the next subword: softmax with a temperature, and what top-k, top-p and a beam would leave.

const settings = { temperature: data.temperatures?.indexOf(1) ?? 0, k: 0, p: 1, beam: data.beams?.beam_size ?? 1, all: false, drawn: null };
const SHOWN = 12;

function choiceRoom(container) {
  const sliders = make("div", { class: "sliders" }), table = make("div");
  container.append(sliders, table);
  const count = data.steps[0].candidates.length;
  const change = (values) => { Object.assign(settings, values, { drawn: null }); choose({ choice: true }); };
  sliders.append(
    slider(say("temperature"), "τ", 0, data.temperatures.length - 1, 1, settings.temperature, (value) => number(data.temperatures[value], 1), (temperature) => change({ temperature })),
    slider("top-k", "", 0, count, 1, settings.k, (value) => (value ? String(value) : say("off")), (k) => change({ k })),
    slider("top-p", "", 0.05, 1, 0.05, settings.p, (value) => (value < 1 ? number(value, 2) : say("off")), (p) => change({ p })),
    slider(say("beam"), "K", 1, 10, 1, settings.beam, String, (beam) => change({ beam })));
  show(table, ["step", "choice"], () => candidateTable(count));
}

function slider(name, letter, min, max, step, value, format, onChange) {
  const output = make("output", {}, format(value));
  const input = make("input", { type: "range", min, max, step, value, "aria-label": name, oninput: () => { output.textContent = format(Number(input.value)); onChange(Number(input.value)); } });
  return make("label", { class: "slider" }, make("span", {}, name, letter ? make("i", {}, ` ${letter}`) : ""), input, output);
}

// The probabilities of the candidates at a temperature, and of all the rest together: exact, for the rest's sum is known.
function distribution(step, temperature) {
  const tau = data.temperatures[temperature];
  const scores = step.candidates.map((candidate) => candidate[2] / tau);
  return softmax([...scores, step.rest[temperature] ?? -Infinity]);
}

// How many candidates, the most probable first, are left to draw from; Infinity where some of the rest are, too.
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
  const left = kept === Infinity ? 1 : shares.slice(0, kept).reduce((sum, share) => sum + share, 0);
  const written = data.target.subwords[chosen.step][ID];
  const rows = step.candidates.slice(0, settings.all ? count : Math.max(SHOWN, Math.min(count, settings.beam)));
  const before = data.target.subwords.slice(0, chosen.step).map((subword) => subword[PIECE]).join(" ") || say("nothing_yet");
  const truncated = kept !== Infinity;
  const restCount = data.model.vocabulary - count;
  return [
    make("p", {}, say("after_so_far"), " ", make("span", { class: "mono sofar" }, before), " ", make("strong", { class: "mono" }, "?")),
    make("div", { class: "scroll" }, make("table", { class: "candidates" },
      make("thead", {}, make("tr", {}, ...["", say("candidate"), say("logit"), `÷ τ`, say("probability"), "", truncated ? say("drawn_with") : null, ""].filter((text) => text !== null)
        .map((text, place) => make("th", { scope: "col", class: [2, 3, 4, 6].includes(place) ? "number" : "" }, text)))),
      make("tbody", {}, rows.map(([id, piece, logit], place) => make("tr", { class: place < kept ? "" : "cut" },
        make("td", { class: "number quiet" }, place + 1), make("th", { scope: "row" }, spell(piece)),
        make("td", { class: "number" }, number(logit)), make("td", { class: "number" }, number(logit / data.temperatures[settings.temperature])),
        make("td", { class: "number" }, percent(shares[place])), make("td", { class: "wide" }, bar(shares[place], { faint: place >= kept })),
        truncated ? make("td", { class: "number" }, place < kept ? percent(shares[place] / left) : "–") : null,
        make("td", {}, id === written ? make("span", { class: "badge" }, say("written")) : "", place < settings.beam ? make("span", { class: "badge second" }, say("in_beam")) : "",
          settings.drawn === place ? make("span", { class: "badge third" }, say("drawn")) : "")))),
      make("tfoot", {}, make("tr", { class: kept === Infinity ? "" : "cut" }, make("td"), make("th", { scope: "row" }, say("rest", { count: (restCount + count - rows.length).toLocaleString("en") })),
        make("td", { colspan: 2 }), make("td", { class: "number" }, percent(shares.slice(rows.length).reduce((sum, share) => sum + share, 0))),
        make("td", { colspan: truncated ? 2 : 1 }), make("td", {}, settings.drawn >= rows.length ? make("span", { class: "badge third" }, say("drawn")) : ""))))),
    make("div", { class: "controls" },
      make("button", { type: "button", "data-key": "draw", onclick: () => { settings.drawn = drawOne(shares, kept); choose({ choice: true }); } }, say("draw")),
      make("button", { type: "button", "data-key": "all", "aria-pressed": String(settings.all), onclick: () => { settings.all = !settings.all; choose({ choice: true }); } }, say("show_all", { count }))),
    make("p", { class: "quiet" }, verdict(step, shares, kept, left, written)),
  ];
}

// One subword drawn at random from what is left; anything beyond the list is "the rest".
function drawOne(shares, kept) {
  const open = kept === Infinity ? shares : shares.slice(0, kept);
  let point = Math.random() * open.reduce((sum, share) => sum + share, 0);
  return open.findIndex((share) => (point -= share) < 0);
}

function verdict(step, shares, kept, left, written) {
  const place = step.candidates.findIndex((candidate) => candidate[0] === written);
  const rank = step.written.rank + 1;
  const greedy = step.candidates[0][1];
  const drawn = kept === Infinity ? say("draws_from_all") : say("draws_from", { count: kept, share: percent(left) });
  const wrote = place === 0 ? say("wrote_best") : say("wrote_rank", { rank, share: percent(Math.exp(step.written.log_probability)) });
  return [say("greedy_takes", { piece: greedy }), drawn, say("beam_keeps", { count: settings.beam }), wrote, say("uncertainty", { bits: number(step.entropy, 2), choices: number(2 ** step.entropy, 1) })].join(say("between_sentences"));
}
