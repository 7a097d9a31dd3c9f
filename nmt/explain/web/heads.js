// The heads of a model: a coloured grid for each kind of attention, and a sortable table.

const MEASURES = ["left", "previous", "itself", "next", "right", "aligned", "punctuation", "boundary", "entropy"];
const view = { measure: data.bleu ? "cost" : "entropy", sort: data.bleu ? "cost" : null, rising: false };

function valueOf(head, measure) {
  return measure === "cost" ? head.cost : measure === "entropy" ? head.entropy : head.shares[measure];
}

function isShare(measure) {
  return measure !== "cost" && measure !== "entropy";
}

function formatted(value, measure) {
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
  const select = make("select", { "data-key": "measure", "aria-label": t("measure"), onchange: () => { view.measure = select.value; choose({ view: true }); } },
    measures().map((measure) => make("option", { value: measure, selected: measure === view.measure }, t(`measure_${measure}`))));
  return [
    make("div", { class: "controls" }, make("label", {}, t("measure"), " ", select)),
    make("div", { class: "columns" }, ["encoder", "decoder", "cross"].map((which) => make("div", {}, make("h3", {}, t(`which_${which}`)), grid(which)))),
    make("p", { class: "quiet" }, t("text_note", { lines: data.lines })),
    data.bleu ? make("p", { class: "quiet" }, t("cost_note", { bleu: number(data.bleu.score), signature: data.bleu.signature })) : null,
  ];
}

function grid(which) {
  const heads = data.heads.filter((head) => head.which === which);
  const count = data.model.heads, most = strongest(view.measure);
  const rows = [...new Set(heads.map((head) => head.layer))];
  if (valueOf(heads[0], view.measure) === undefined) return make("p", { class: "quiet" }, t("not_here"));
  return make("div", { class: "scroll", "data-key": `grid-${which}` }, make("table", { class: "head-grid" },
    make("thead", {}, make("tr", {}, make("td", { class: "quiet" }, t("head")), [...Array(count).keys()].map((head) => make("th", { scope: "col", class: "number" }, head + 1)))),
    make("tbody", {}, rows.map((layer) => make("tr", {}, make("th", { scope: "row" }, t("layer_number", { layer })),
      heads.filter((head) => head.layer === layer).map((head) => measured(head, view.measure, most)))))));
}

function measured(head, measure, most) {
  const value = valueOf(head, measure);
  return make("td", { class: "measured", style: { "--share": Math.max(0, Math.min(1, (value ?? 0) / most)) } }, formatted(value, measure));
}

function headTable() {
  const sorted = [...data.heads];
  if (view.sort) sorted.sort((one, other) => ((valueOf(other, view.sort) ?? -Infinity) - (valueOf(one, view.sort) ?? -Infinity)) * (view.rising ? -1 : 1) || 0);
  const columns = measures();
  const sortBy = (measure) => { view.rising = view.sort === measure && !view.rising; view.sort = measure; choose({ view: true }); };
  return [
    make("p", { class: "quiet" }, t("sort_note")),
    make("div", { class: "scroll", "data-key": "table" }, make("table", { class: "all-heads" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("head")), make("th", { scope: "col" }, t("role")),
        columns.map((measure) => make("th", { scope: "col", class: "number", "aria-sort": view.sort === measure ? (view.rising ? "ascending" : "descending") : "none" },
          make("button", { type: "button", class: "plain", "data-key": `sort-${measure}`, onclick: () => sortBy(measure) }, t(`measure_${measure}`), view.sort === measure ? (view.rising ? " ▲" : " ▼") : ""))))),
      make("tbody", {}, sorted.map((head) => make("tr", {},
        make("th", { scope: "row" }, `${t(`which_${head.which}`)} ${head.layer}.${head.head}`), make("td", {}, t(`role_${head.role}`)),
        columns.map((measure) => measured(head, measure, strongest(measure)))))))),
  ];
}

const panel = document.getElementById("panel-heads");
const [above, below] = [make("div"), make("div")];
panel.append(above, below);
show(above, ["view"], grids);
show(below, ["view"], headTable);
