// The page of an evaluation: charts for each test set, and the browser of segments.
const data = JSON.parse(document.getElementById("data").textContent);

function drawCharts() {
  for (const container of document.querySelectorAll(".chart")) {
    container.replaceChildren();
    const chart = container.dataset.chart;
    if (chart.startsWith("training:")) {
      curveChart(container, data.curves, chart.slice("training:".length));
      continue;
    }
    const set = data.sets[Number(container.closest("[data-set]").dataset.set)];
    const names = set.systems.map((system) => system.name);
    if (chart === "intervals") intervalChart(container, set.systems);
    if (chart === "lengths") binChart(container, set.lengths, names, { what: "lines", xLabel: "words" });
    if (chart === "frequencies") binChart(container, set.frequencies, names, { what: "words", xLabel: "occurrences in the training text", zero: true });
    if (chart === "categories") barChart(container, set.categories, names);
    if (chart === "score-histogram") histogram(container, set.scoreHistogram, names, { xLabel: "chrF2++ of the line" });
    if (chart === "length-histogram") histogram(container, set.lengthHistogram, names, { xLabel: "words", reference: true });
  }
}

// --- words and differences between texts

// Words, punctuation marks and single characters of unsegmented scripts, with offsets counted in characters.
const TOKEN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]\p{M}*|[\p{L}\p{N}\p{M}]+|[^\s]/gu;

function tokens(text) {
  const list = [];
  let offset = 0; // in characters
  let end = 0; // of the last token, in code units
  for (const match of text.matchAll(TOKEN)) {
    const before = text.slice(end, match.index);
    offset += Array.from(before).length;
    const length = Array.from(match[0]).length;
    list.push({ text: match[0], before, start: offset, end: offset + length });
    offset += length;
    end = match.index + match[0].length;
  }
  return list;
}

// For each token of both lists whether it is part of the longest common subsequence.
function common(first, second) {
  const [rows, columns] = [first.length, second.length];
  const kept = [new Array(rows).fill(false), new Array(columns).fill(false)];
  if (rows * columns > 250000) return null;
  const table = Array.from({ length: rows + 1 }, () => new Uint16Array(columns + 1));
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      table[i][j] = first[i].text === second[j].text ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (first[i].text === second[j].text) {
      kept[0][i++] = true;
      kept[1][j++] = true;
    } else if (table[i + 1][j] >= table[i][j + 1]) i++;
    else j++;
  }
  return kept;
}

function word(token) {
  const span = element("span", { class: "word" }, token.text);
  span.dataset.start = token.start;
  span.dataset.end = token.end;
  return span;
}

function plain(text) {
  return tokens(text).flatMap((token) => [token.before, word(token)]);
}

// The translation: words that the reference does not have are marked, words that only the reference has are struck out.
function compared(text, reference) {
  const [translated, expected] = [tokens(text), tokens(reference)];
  const kept = common(expected, translated);
  if (kept === null) return plain(text);
  const parts = [];
  let next = 0; // of the reference
  const missing = () => {
    const lost = [];
    while (next < expected.length && !kept[0][next]) lost.push(expected[next++]);
    if (!lost.length) return;
    const struck = element("del", {}, lost.map((token, index) => (index ? token.before : "") + token.text).join(""));
    if (parts.length) parts.push(lost[0].start ? lost[0].before : " ", struck);
    else parts.push(struck, expected[next]?.before ?? "");
  };
  for (let index = 0; index < translated.length; index++) {
    if (kept[1][index]) {
      missing();
      next++;
      parts.push(translated[index].before, word(translated[index]));
    } else {
      parts.push(translated[index].before, element("ins", {}, word(translated[index])));
    }
  }
  missing();
  return parts;
}

// --- the browser of segments

const state = { set: 0, sort: "order", system: 0, flag: "", query: "", differences: true, shown: 20 };
const PAGE = 20;

const SORTS = {
  order: ["original order", (a, b) => a[0] - b[0]],
  worst: ["worst first", (a, b) => a[3][state.system][1] - b[3][state.system][1]],
  best: ["best first", (a, b) => b[3][state.system][1] - a[3][state.system][1]],
  longest: ["longest first", (a, b) => (b[1] ?? b[2][0]).length - (a[1] ?? a[2][0]).length],
  shortest: ["shortest first", (a, b) => (a[1] ?? a[2][0]).length - (b[1] ?? b[2][0]).length],
  gained: ["best compared with the first", (a, b) => gain(b) - gain(a)],
  lost: ["worst compared with the first", (a, b) => gain(a) - gain(b)],
};
const gain = (segment) => segment[3][state.system][1] - segment[3][0][1];

function choice(name, label, options) {
  const select = element("select", { id: `choose-${name}` }, ...options.map(([value, text]) => element("option", { value }, text)));
  select.value = state[name];
  select.addEventListener("change", () => {
    state[name] = typeof state[name] === "number" ? Number(select.value) : select.value;
    if (name === "set") Object.assign(state, { system: 0, sort: "order" });
    if (name === "sort" && ["gained", "lost"].includes(state.sort) && !state.system) state.system = 1;
    state.shown = PAGE;
    if (name === "set" || name === "sort") buildControls();
    document.getElementById(`choose-${name}`).focus();
    showSegments();
  });
  return element("label", {}, label, " ", select);
}

function buildControls() {
  const set = data.sets[state.set];
  const systems = set.systems.map((system, number) => [number, system.name]);
  const sorts = Object.entries(SORTS).filter(([name]) => systems.length > 1 || !["gained", "lost"].includes(name));
  const search = element("input", { type: "search", id: "search", placeholder: "Search", "aria-label": "Search in all texts" });
  search.value = state.query;
  search.addEventListener("input", () => {
    Object.assign(state, { query: search.value, shown: PAGE });
    showSegments();
  });
  const differences = element("button", { type: "button", id: "differences", "aria-pressed": state.differences }, "Differences from the reference");
  differences.addEventListener("click", () => {
    state.differences = !state.differences;
    differences.setAttribute("aria-pressed", state.differences);
    showSegments();
  });
  const flags = [["", "all lines"], ...Object.keys(data.flags).map((name) => [name, name]), ["any", "any sign of an error"]];
  const controls = [search, choice("sort", "Sort", sorts.map(([name, [text]]) => [name, text])), choice("flag", "Show", flags), differences];
  if (systems.length > 1) controls.splice(2, 0, choice("system", "by", systems));
  if (data.sets.length > 1) controls.unshift(choice("set", "Test set", data.sets.map((each, number) => [number, each.name])));
  document.getElementById("controls").replaceChildren(...controls);
}

function matching() {
  const query = state.query.toLowerCase();
  const isFlagged = (flags) => (state.flag === "any" ? flags.length > 0 : flags.includes(state.flag));
  const matches = data.sets[state.set].segments.filter(([line, source, references, systems]) => {
    if (state.flag && !systems.some((each) => isFlagged(each[2]))) return false;
    if (!query) return true;
    return [`${line}`, source ?? "", ...references, ...systems.map((each) => each[0])].some((text) => text.toLowerCase().includes(query));
  });
  return matches.sort(SORTS[state.sort][1]);
}

function showSegments() {
  const matches = matching();
  const total = data.sets[state.set].segments.length;
  const shown = matches.slice(0, state.shown);
  document.getElementById("matches").textContent = `${matches.length.toLocaleString("en")} of ${total.toLocaleString("en")} lines, ${shown.length.toLocaleString("en")} shown`;
  document.getElementById("segments").replaceChildren(...shown.map(segmentCard));
  document.getElementById("more").hidden = shown.length === matches.length;
}

function segmentCard([line, source, references, systems]) {
  const rows = [];
  const set = data.sets[state.set];
  const direction = (texts) => element("dd", { dir: "auto" }, ...texts);
  if (source !== null) {
    const text = direction(plain(source));
    text.classList.add("source");
    if (systems.some((each) => each[3].length)) text.classList.add("aligned");
    rows.push(element("dt", {}, "source"), text);
  }
  references.forEach((reference, number) => {
    rows.push(element("dt", {}, references.length > 1 ? `reference ${number + 1}` : "reference"), direction([reference]));
  });
  systems.forEach(([translation, score, flags, links], number) => {
    const label = element("dt", {}, element("i", { class: `key ${colour(number)}` }), " ", set.systems[number].name, element("span", { class: "chip" }, score.toFixed(1)));
    label.append(...flags.map((name) => element("span", { class: "chip flag", title: data.flags[name] }, name)));
    const text = direction(state.differences ? compared(translation, references[0]) : plain(translation));
    text.classList.add("translation");
    if (links.length) text.classList.add("aligned");
    text.links = links;
    rows.push(label, text);
  });
  return element("article", { class: "segment" }, element("small", {}, `line ${line.toLocaleString("en")}`), element("dl", {}, ...rows));
}

// --- aligned words

const overlaps = (one, start, end) => Number(one.dataset.start) < end && start < Number(one.dataset.end);

function highlight(pointed) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  const text = pointed?.closest("dd.aligned");
  if (!text) return;
  const card = text.closest(".segment");
  const sourceWords = [...card.querySelectorAll("dd.source .word")];
  const inSource = text.classList.contains("source");
  const translations = inSource ? card.querySelectorAll("dd.translation.aligned") : [text];
  for (const translation of translations) {
    const words = [...translation.querySelectorAll(".word")];
    for (let at = 0; at < translation.links.length; at += 4) {
      const [from, to, start, end] = translation.links.slice(at, at + 4);
      if (!(inSource ? overlaps(pointed, from, to) : overlaps(pointed, start, end))) continue;
      for (const each of sourceWords) if (overlaps(each, from, to)) each.classList.add("lit");
      for (const each of words) if (overlaps(each, start, end)) each.classList.add("lit");
    }
  }
}

for (const name of ["pointerover", "click"]) {
  document.getElementById("segments").addEventListener(name, (event) => highlight(event.target.closest(".word")));
}
document.getElementById("segments").addEventListener("pointerleave", () => highlight(null));
document.getElementById("more").addEventListener("click", () => {
  state.shown += PAGE;
  showSegments();
});

let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return; // on a phone scrolling changes the height
  width = window.innerWidth;
  drawCharts();
});

drawCharts();
buildControls();
showSegments();
