// One row of one head, number by number: q·k, the division by √d, the mask, softmax, and the weighted sum of values.

const TERMS = 4; // of a product of vectors that are shown
const pickedKeys = {};

function arithmeticOf(which) {
  const { attending, attended, rowKey, masked } = ATTENTIONS[which];
  const { layer, head } = chosen[which];
  if (head === AVERAGE) return make("p", { class: "quiet" }, t("choose_one_head"));
  const attention = ATTENTIONS[which].layers()[layer];
  const row = chosen[rowKey];
  const query = attention.queries[head][row], keys = attention.keys[head], values = attention.values[head];
  const weights = attention.weights[head][row];
  const positions = [...keys.keys()];
  const products = positions.map((position) => dot(query, keys[position]));
  const root = Math.sqrt(query.length);
  const scores = products.map((product, position) => (masked(row, position) ? -Infinity : product / root));
  const result = values[0].map((_, column) => positions.reduce((sum, position) => sum + weights[position] * values[position][column], 0));
  const most = { key: largest([query, ...keys]), value: largest([...values, result]) };
  const picked = pickedKeys[which] < keys.length && !masked(row, pickedKeys[which]) ? pickedKeys[which] : weights.indexOf(Math.max(...weights));
  const labels = { from: sentencePieces(attending)[row], to: sentencePieces(attended) };
  const table = make("table", { class: "arithmetic" },
    make("thead", {}, make("tr", {}, ...[t("looked_at"), t("key"), "q·k", `÷ √${query.length}`, which === "decoder" ? t("mask") : null, "softmax", "", t("value")]
      .filter((text) => text !== null).map((text, position) => make("th", { scope: "col", class: position > 1 && text && text !== t("value") ? "number" : "" }, text)))),
    make("tbody", {}, positions.map((position) => make("tr", {
      class: position === picked ? "picked" : masked(row, position) ? "hidden-key" : "",
      onclick: () => { pickedKeys[which] = position; choose({ [which]: { layer, head } }); },
    },
    make("th", { scope: "row" }, make("button", { type: "button", class: "plain", "data-key": `${which}-key-${position}` }, pieceNodes(labels.to[position]))),
    make("td", {}, strip(keys[position], { most: most.key, title: t("key_of", { word: labels.to[position] }) })),
    make("td", { class: "number" }, number(products[position])),
    make("td", { class: "number" }, number(products[position] / root)),
    which === "decoder" ? make("td", { class: "number" }, masked(row, position) ? "−∞" : "+ 0") : null,
    make("td", { class: "number" }, number(weights[position], 3)),
    make("td", { class: "wide" }, bar(weights[position])),
    make("td", {}, strip(values[position], { most: most.value, title: t("value_of", { word: labels.to[position] }) }))))),
    make("tfoot", {}, make("tr", {}, make("th", { scope: "row", colspan: which === "decoder" ? 5 : 4 }, t("weighted_sum")),
      make("td", { class: "number" }, number(weights.reduce((sum, weight) => sum + weight, 0), 2)), make("td"),
      make("td", {}, strip(result, { most: most.value, title: t("weighted_sum") })))));
  return make("details", { class: "sums", open: true },
    make("summary", {}, t("arithmetic_of", { word: labels.from, head: headName(which) })),
    make("p", { class: "query" }, make("span", {}, t("query_of", { word: labels.from })), strip(query, { most: most.key, title: t("query_of", { word: labels.from }) })),
    make("div", { class: "scroll", "data-key": `${which}-sums` }, table),
    make("p", { class: "mono calculation" }, ...calculation(query, keys[picked], products[picked], scores, picked, weights)),
    make("p", { class: "quiet" }, t("arithmetic_note", { size: query.length, heads: attention.weights.length })));
}

function largest(rows) {
  return Math.max(...rows.flat().map(Math.abs), 1e-9);
}

// The calculation from two vectors to one weight, for the selected key.
function calculation(query, key, product, scores, position, weights) {
  const terms = query.slice(0, TERMS).map((value, index) => `${bracket(value)}·${bracket(key[index])}`);
  const remainder = query.length > TERMS ? ` + … (${t("terms", { count: query.length })})` : "";
  const root = Math.sqrt(query.length);
  const computed = softmax(scores)[position];
  return [
    make("span", {}, `q·k = ${terms.join(" + ")}${remainder} = ${number(product)}`),
    make("span", {}, `s = ${number(product)} / √${query.length} = ${number(product)} / ${number(root)} = ${number(product / root)}`),
    make("span", {}, `softmax: e^${bracket(product / root)} / Σ e^s = ${number(computed, 3)}`, Math.abs(computed - weights[position]) < 0.003 ? " ✓" : ""),
  ];
}

function bracket(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
