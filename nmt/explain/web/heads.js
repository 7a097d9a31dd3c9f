// The heads of a model: one coloured grid for each kind of attention, and a table to sort.

const MEASURES = ["left", "previous", "itself", "next", "right", "aligned", "punctuation", "boundary", "entropy"];
const reading = { measure: data.bleu ? "cost" : "entropy", sort: data.bleu ? "cost" : null, rising: false };

function valueOf(head, measure) {
  return measure === "cost" ? head.cost : measure === "entropy" ? head.entropy : head.shares[measure];
}

function isShare(measure) {
  return measure !== "cost" && measure !== "entropy";
}

function written(value, measure) {
  if (value === undefined || value === null) return "";
  return isShare(measure) ? percent(value) : number(value);
}

function measures() {
  return data.bleu ? ["cost", ...MEASURES] : MEASURES;
}

function strongest(measure) {
  return isShare(measure) ? 1 : Math.max(...data.heads.map((head) => valueOf(head, measure) ?? 0), 1e-9);
}

function grids() {
  const select = make("select", { "data-key": "measure", "aria-label": say("measure"), onchange: () => { reading.measure = select.value; choose({ reading: true }); } },
    measures().map((measure) => make("option", { value: measure, selected: measure === reading.measure }, say(`measure_${measure}`))));
  return [
    make("div", { class: "controls" }, make("label", {}, say("measure"), " ", select)),
    make("div", { class: "columns" }, ["encoder", "decoder", "cross"].map((which) => make("div", {}, make("h3", {}, say(`which_${which}`)), grid(which)))),
    make("p", { class: "quiet" }, say("text_note", { lines: data.lines })),
    data.bleu ? make("p", { class: "quiet" }, say("cost_note", { bleu: number(data.bleu.score), signature: data.bleu.signature })) : null,
  ];
}

function grid(which) {
  const own = data.heads.filter((head) => head.which === which);
  const count = data.model.heads, most = strongest(reading.measure);
  const rows = [...new Set(own.map((head) => head.layer))];
  if (valueOf(own[0], reading.measure) === undefined) return make("p", { class: "quiet" }, say("not_here"));
  return make("div", { class: "scroll", "data-key": `grid-${which}` }, make("table", { class: "head-grid" },
    make("thead", {}, make("tr", {}, make("td", { class: "quiet" }, say("head")), [...Array(count).keys()].map((head) => make("th", { scope: "col", class: "number" }, head + 1)))),
    make("tbody", {}, rows.map((layer) => make("tr", {}, make("th", { scope: "row" }, say("layer_number", { layer })),
      own.filter((head) => head.layer === layer).map((head) => measured(head, reading.measure, most)))))));
}

function measured(head, measure, most) {
  const value = valueOf(head, measure);
  return make("td", { class: "measured", style: { "--share": Math.max(0, Math.min(1, (value ?? 0) / most)) } }, written(value, measure));
}

function headTable() {
  const sorted = [...data.heads];
  if (reading.sort) sorted.sort((one, other) => ((valueOf(other, reading.sort) ?? -Infinity) - (valueOf(one, reading.sort) ?? -Infinity)) * (reading.rising ? -1 : 1) || 0);
  const columns = measures();
  const sortBy = (measure) => { reading.rising = reading.sort === measure && !reading.rising; reading.sort = measure; choose({ reading: true }); };
  return [
    make("p", { class: "quiet" }, say("sort_note")),
    make("div", { class: "scroll", "data-key": "table" }, make("table", { class: "all-heads" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("head")), make("th", { scope: "col" }, say("role")),
        columns.map((measure) => make("th", { scope: "col", class: "number", "aria-sort": reading.sort === measure ? (reading.rising ? "ascending" : "descending") : "none" },
          make("button", { type: "button", class: "plain", "data-key": `sort-${measure}`, onclick: () => sortBy(measure) }, say(`measure_${measure}`), reading.sort === measure ? (reading.rising ? " ▲" : " ▼") : ""))))),
      make("tbody", {}, sorted.map((head) => make("tr", {},
        make("th", { scope: "row" }, `${say(`which_${head.which}`)} ${head.layer}.${head.head}`), make("td", {}, say(`role_${head.role}`)),
        columns.map((measure) => measured(head, measure, strongest(measure)))))))),
  ];
}

const room = document.getElementById("room-heads");
const [above, below] = [make("div"), make("div")];
room.append(above, below);
show(above, ["reading"], grids);
show(below, ["reading"], headTable);
