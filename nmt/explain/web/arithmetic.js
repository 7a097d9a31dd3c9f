// One row of one head, number by number: q·k, divided by √d, the mask, softmax, and the weighted sum of values.

const TERMS = 4; // of a product of vectors that are written out
const pickedKeys = {};

function arithmeticOf(which) {
  const { looking, looked, rowKey, masked } = ATTENTIONS[which];
  const { layer, head } = chosen[which];
  if (head === AVERAGE) return make("p", { class: "quiet" }, say("choose_one_head"));
  const attention = ATTENTIONS[which].layers()[layer];
  const row = chosen[rowKey];
  const query = attention.queries[head][row], keys = attention.keys[head], values = attention.values[head];
  const weights = attention.weights[head][row];
  const places = [...keys.keys()];
  const products = places.map((place) => dot(query, keys[place]));
  const root = Math.sqrt(query.length);
  const scores = products.map((product, place) => (masked(row, place) ? -Infinity : product / root));
  const result = values[0].map((_, column) => places.reduce((sum, place) => sum + weights[place] * values[place][column], 0));
  const most = { key: largest([query, ...keys]), value: largest([...values, result]) };
  const picked = pickedKeys[which] < keys.length && !masked(row, pickedKeys[which]) ? pickedKeys[which] : weights.indexOf(Math.max(...weights));
  const labels = { from: sentencePieces(looking)[row], to: sentencePieces(looked) };
  const table = make("table", { class: "arithmetic" },
    make("thead", {}, make("tr", {}, ...[say("looked_at"), say("key"), "q·k", `÷ √${query.length}`, which === "decoder" ? say("mask") : null, "softmax", "", say("value")]
      .filter((text) => text !== null).map((text, place) => make("th", { scope: "col", class: place > 1 && text && text !== say("value") ? "number" : "" }, text)))),
    make("tbody", {}, places.map((place) => make("tr", {
      class: place === picked ? "picked" : masked(row, place) ? "hidden-key" : "",
      onclick: () => { pickedKeys[which] = place; choose({ [which]: { layer, head } }); },
    },
    make("th", { scope: "row" }, make("button", { type: "button", class: "plain", "data-key": `${which}-key-${place}` }, spell(labels.to[place]))),
    make("td", {}, strip(keys[place], { most: most.key, title: say("key_of", { word: labels.to[place] }) })),
    make("td", { class: "number" }, number(products[place])),
    make("td", { class: "number" }, number(products[place] / root)),
    which === "decoder" ? make("td", { class: "number" }, masked(row, place) ? "−∞" : "+ 0") : null,
    make("td", { class: "number" }, number(weights[place], 3)),
    make("td", { class: "wide" }, bar(weights[place])),
    make("td", {}, strip(values[place], { most: most.value, title: say("value_of", { word: labels.to[place] }) }))))),
    make("tfoot", {}, make("tr", {}, make("th", { scope: "row", colspan: which === "decoder" ? 5 : 4 }, say("weighted_sum")),
      make("td", { class: "number" }, number(weights.reduce((sum, weight) => sum + weight, 0), 2)), make("td"),
      make("td", {}, strip(result, { most: most.value, title: say("weighted_sum") })))));
  return make("details", { class: "sums", open: true },
    make("summary", {}, say("arithmetic_of", { word: labels.from, head: headName(which) })),
    make("p", { class: "query" }, make("span", {}, say("query_of", { word: labels.from })), strip(query, { most: most.key, title: say("query_of", { word: labels.from }) })),
    make("div", { class: "scroll", "data-key": `${which}-sums` }, table),
    make("p", { class: "mono worked" }, ...worked(query, keys[picked], products[picked], scores, picked, weights)),
    make("p", { class: "quiet" }, say("arithmetic_note", { size: query.length, heads: attention.weights.length })));
}

function largest(rows) {
  return Math.max(...rows.flat().map(Math.abs), 1e-9);
}

// The way from two vectors to one weight, for the key that is picked.
function worked(query, key, product, scores, place, weights) {
  const terms = query.slice(0, TERMS).map((value, index) => `${bracket(value)}·${bracket(key[index])}`);
  const rest = query.length > TERMS ? ` + … (${say("terms", { count: query.length })})` : "";
  const root = Math.sqrt(query.length);
  const computed = softmax(scores)[place];
  return [
    make("span", {}, `q·k = ${terms.join(" + ")}${rest} = ${number(product)}`),
    make("span", {}, `s = ${number(product)} / √${query.length} = ${number(product)} / ${number(root)} = ${number(product / root)}`),
    make("span", {}, `softmax: e^${bracket(product / root)} / Σ e^s = ${number(computed, 3)}`, Math.abs(computed - weights[place]) < 0.003 ? " ✓" : ""),
  ];
}

function bracket(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
