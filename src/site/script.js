// The reading site's script: search, and the comparison of any two versions. Everything else works without it.
"use strict";

// The site's words in the book's language, by their English texts; `briefWords` stands before this script.
const say = (text, values = {}) =>
  Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), briefWords[text] ?? text);

const element = (name, text, attributes = {}) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// ---- Search ----

const letters = { ß: "ss", ł: "l", ø: "o", đ: "d", ð: "d", æ: "ae", œ: "oe", þ: "th", ı: "i", ħ: "h" };

// As the index was folded: lower case, no accents, numbers without what separates their thousands.
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/\p{M}|['’]/gu, "")
    .replace(/[ßłøđðæœþıħ]/gu, (letter) => letters[letter])
    .replace(/(?<!\d)\d{1,3}(?:[,. ]\d{3})+(?!\d)/g, (number) => number.replace(/\D/g, ""));

const spaceless = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}";
const runs = new RegExp(`[${spaceless}]+|(?:(?![${spaceless}])[\\p{L}\\p{N}])+`, "gu");
const isSpaceless = new RegExp(`^[${spaceless}]`, "u");

// Words; of scripts without spaces, each two letters.
const wordsOf = (text) =>
  (fold(text).match(runs) ?? []).flatMap((run) => {
    const signs = [...run];
    if (!isSpaceless.test(run) || signs.length < 3) return [run];
    return signs.slice(1).map((sign, at) => signs[at] + sign);
  });

// Whether a word begins as another does, but for one letter that is wrong, missing, too many, or changed places with its neighbour.
const beginsAlmost = (word, wanted) => {
  let at = 0;
  while (at < wanted.length && word[at] === wanted[at]) at += 1;
  const rest = wanted.slice(at + 1);
  return (
    word.startsWith(rest, at + 1) ||
    word.startsWith(rest, at) ||
    word.startsWith(wanted.slice(at), at + 1) ||
    (word[at] === wanted[at + 1] && word[at + 1] === wanted[at] && word.startsWith(wanted.slice(at + 2), at + 2))
  );
};

// The words of the index that are meant by a word, each with its weight.
const meant = (index, word) => {
  const found = [];
  let low = 0;
  let high = index.words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.words[middle] < word) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < index.words.length && index.words[at].startsWith(word); at += 1) {
    found.push([at, index.words[at] === word ? 2 : 1]);
  }
  if (found.length > 0 || word.length < 4 || /^\d+$/.test(word)) return found;
  index.words.forEach((other, at) => {
    if (Math.abs(other.length - word.length) < 6 && beginsAlmost(other, word)) found.push([at, other[0] === word[0] ? 0.5 : 0.25]);
  });
  return found;
};

const readIndex = (index) => {
  const words = index.words === "" ? [] : index.words.split(" ");
  const lists = index.places.split(" ");
  return { words, lists, documents: index.documents, sections: index.sections };
};

const placesOf = (list) => {
  let number = 0;
  return list.split(",").map((gap) => (number += parseInt(gap, 36)));
};

// The sections in which every word of the question is meant by some word, the best first; and the words that were found.
const find = (index, question) => {
  const wanted = [...new Set(wordsOf(question))];
  const hits = new Set();
  let scores;
  for (const word of wanted) {
    const found = new Map();
    const meantBy = new Set();
    for (const [at, weight] of meant(index, word)) {
      hits.add(index.words[at]);
      meantBy.add(index.words[at]);
      const places = placesOf(index.lists[at]);
      const rare = weight * Math.log(1 + index.sections.length / places.length);
      for (const place of places) found.set(place, Math.max(found.get(place) ?? 0, rare));
    }
    const before = scores;
    scores = new Map();
    for (const [place, weight] of found) {
      if (before !== undefined && !before.has(place)) continue;
      const [document, id, heading] = index.sections[place];
      const named = wordsOf(heading || (id === "" ? index.documents[document][0] : "")).some((other) => meantBy.has(other)) ? 4 : 0;
      scores.set(place, (before?.get(place) ?? 0) + weight + named);
    }
  }
  const places = [...(scores ?? [])].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([place]) => place);
  return { places, hits };
};

// The part of a text that holds the first hit, with the hits marked.
const parted = (text) => text.split(/([\p{L}\p{N}\p{M}'’]+(?:[,. ]\d{3}(?!\d))*)/u);
const isHit = (part, hits) => wordsOf(part).some((word) => hits.has(word));
const marked = (parts, hits) => parts.map((part) => (isHit(part, hits) ? element("mark", part) : part));
const snippet = (text, hits) => {
  const parts = parted(text);
  const first = Math.max(0, parts.findIndex((part, at) => at % 2 === 1 && isHit(part, hits)));
  const start = Math.max(0, first - 16);
  const line = element("p", start > 0 ? "… " : "");
  line.append(...marked(parts.slice(start, first + 34), hits));
  if (first + 34 < parts.length) line.append(" …");
  return line;
};

const SHOWN = 50;

const search = async (input) => {
  if (!window.briefNewest) return;
  const asked = (text) => new URLSearchParams(text).get("q");
  const addressed = asked(location.hash.slice(1)) ?? asked(location.search);
  input.value = addressed ?? input.value;
  // Until the index is there, somebody may have begun to type.
  await loadScript(window.briefNewest.index);
  const index = readIndex(window.briefIndex);
  const list = document.getElementById("results");
  const texts = async (name) => window.briefTexts?.[name] ?? loadScript(`assets/text.${name}.js`).then(() => window.briefTexts[name]);
  let latest = 0;
  const show = async () => {
    const mine = (latest += 1);
    const question = input.value.trim();
    const { places, hits } = find(index, question);
    const shown = places.slice(0, SHOWN);
    // All at once, so that nothing moves under who reads.
    const loaded = await Promise.all(shown.map((place) => texts(index.documents[index.sections[place][0]][2]).catch(() => undefined)));
    if (mine !== latest) return;
    const items = shown.map((place, at) => {
      const [number, id, heading, text] = index.sections[place];
      const [title, path] = index.documents[number];
      const item = element("li");
      const address = path.replace(/^latest\//, `v${window.briefNewest.version}/`);
      const link = element("a", "", { href: id ? `${address}#${id}` : address });
      link.append(...marked(parted(heading && heading !== title ? `${title} › ${heading}` : title), hits));
      item.append(link);
      if (loaded[at]) item.append(snippet(loaded[at][text], hits));
      return item;
    });
    list.replaceChildren(...items);
    const count = say("Places found for “{question}”: {count}", { count: places.length, question });
    const cut = places.length > SHOWN ? `; ${say("the first {count} are shown", { count: SHOWN })}` : "";
    document.getElementById("count").textContent = question === "" ? "" : `${count}${cut}`;
  };
  const address = () => {
    const question = `q=${encodeURIComponent(input.value)}`;
    try {
      history.replaceState(null, "", `?${question}`);
    } catch {
      // On a disk, only the fragment of an address can change.
      location.replace(`#${question}`);
    }
  };
  input.addEventListener("input", () => {
    address();
    show();
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  if (input.value !== (addressed ?? "")) address();
  show();
  input.focus();
};

// ---- Comparison ----

// What was taken out of, and what was put into, a text: runs of words.
const compareWords = (old, now) => {
  const split = (text) => text.match(/\S+\s*/g) ?? [];
  const [a, b] = [split(old), split(now)];
  if (a.length * b.length > 1_000_000) return [["del", old], ["ins", now]];
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const same = a[i].trim() === b[j].trim();
      lengths[i][j] = same ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const runs = [];
  const push = (kind, word) => {
    if (runs.at(-1)?.[0] === kind) runs.at(-1)[1] += word;
    else runs.push([kind, word]);
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i].trim() === b[j].trim()) {
      push("same", b[j]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      push("del", a[i]);
      i += 1;
    } else {
      push("ins", b[j]);
      j += 1;
    }
  }
  return runs;
};

const change = (kind, text) => {
  const made = element(kind);
  made.append(element("span", `${kind === "del" ? say("deleted:") : say("inserted:")} `, { class: "said" }), text);
  return made;
};

const cell = (old, now) => {
  const made = element("td");
  if (old === now) made.append(old, element("p", say("It reads the same, and is written otherwise: what it cites differs, say."), { class: "quiet" }));
  else if (old === undefined) made.append(change("ins", now));
  else if (now === undefined) made.append(change("del", old));
  else if (old.length + now.length > 80) {
    for (const [kind, text] of compareWords(old, now)) made.append(kind === "same" ? text : change(kind, text));
  } else made.append(change("del", old), " ", change("ins", now));
  return made;
};

// Records that differ: [record, name, kind, rows of [label, part, old, new]].
const compareRecords = (old, now) => {
  const differing = [];
  for (const record of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const [before, after] = [old[record], now[record]];
    const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    const rows = new Map();
    for (const [path, label, part, text, written] of before?.[1] ?? []) rows.set(`${path} ${part}`, [label, part, text, undefined, written]);
    for (const [path, label, part, text, written] of after?.[1] ?? []) {
      const known = rows.get(`${path} ${part}`);
      if (known === undefined) rows.set(`${path} ${part}`, [label, part, undefined, text, undefined, written]);
      else [known[3], known[5]] = [text, written];
    }
    // Texts that read the same may be written otherwise: they cite other sources, say.
    const changed = [...rows.values()].filter(([, , before, after, one, other]) => before !== after || one !== other);
    if (changed.length > 0 || kind !== "changed") differing.push([record, (after ?? before)[0], kind, changed]);
  }
  return differing;
};

// Documents that differ: [id, title, what happened and why].
const compareDocuments = (old, now, recordsDiffer) => {
  const differing = [];
  for (const id of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const [before, after] = [old[id], now[id]];
    if (before === undefined) differing.push([id, after[0], say("added")]);
    else if (after === undefined) differing.push([id, before[0], say("removed")]);
    else if (before[1] !== after[1]) differing.push([id, after[0], `${say("changed")} (${whyDifferent(before[2], after[2], recordsDiffer)})`]);
  }
  return differing;
};

const whyDifferent = (before, after, recordsDiffer) => {
  if (before.text === undefined || after.text === undefined) return say("why is not recorded");
  const differs = (part) => before[part] !== after[part];
  const reasons = new Set();
  if (differs("text")) {
    if (recordsDiffer) reasons.add("records");
    if (differs("settings")) reasons.add("settings");
    if (differs("template")) reasons.add("template");
  }
  if (differs("options")) reasons.add("settings");
  for (const part of Object.keys(after)) if (part.startsWith("image ") && before[part] !== undefined && differs(part)) reasons.add(part);
  for (const part of ["theme", "fonts", "tools"]) if (differs(part)) reasons.add(part);
  return reasons.size > 0 ? [...reasons].map((reason) => reason.replace(/^\w+/, (word) => say(word))).join(", ") : say("records or settings");
};

const showComparison = (old, now, from, to) => {
  const differing = compareRecords(old.records, now.records);
  const documents = compareDocuments(old.documents, now.documents, differing.length > 0);
  const count = `${say("Records that differ: {count}", { count: differing.length })}; ${say("Documents that differ: {count}", { count: documents.length })}`;
  const parts = [element("h2", `v${from} → v${to}. ${count}`)];
  if (documents.length > 0) {
    const list = element("ul");
    for (const [id, title, said] of documents) list.append(element("li", `${title} (${id}): ${said}`, { "data-document": id }));
    parts.push(element("h3", say("Documents")), list);
  }
  for (const [record, name, kind, rows] of differing) {
    const section = element("section", undefined, { "data-record": record });
    section.append(element("h3", `${name}: ${say(kind)}`));
    if (rows.length > 0) {
      const holder = element("div", undefined, { class: "table", role: "group", tabindex: "0", "aria-label": name });
      const table = element("table");
      const body = element("tbody");
      for (const [label, part, before, after] of rows) {
        const row = element("tr");
        row.append(element("th", part === "value" ? label : [label, say(part.replace("_", " "))].filter(Boolean).join(", "), { scope: "row" }), cell(before, after));
        body.append(row);
      }
      table.append(body);
      holder.append(table);
      section.append(holder);
    }
    parts.push(section);
  }
  document.getElementById("comparison").replaceChildren(...parts);
};

const compare = (form) => {
  const paths = JSON.parse(document.getElementById("data").textContent);
  const numbers = Object.keys(paths).map(Number).sort((a, b) => b - a);
  if (numbers.length < 2) return;
  const [from, to] = [form.elements.from, form.elements.to];
  for (const select of [from, to]) select.append(...numbers.map((number) => element("option", say("Version {number}", { number }), { value: number })));
  const load = (number) =>
    new Promise((resolve, reject) => {
      if (window.briefVersions?.[number]) {
        resolve(window.briefVersions[number]);
        return;
      }
      const script = element("script", undefined, { src: paths[number] });
      script.addEventListener("load", () => resolve(window.briefVersions[number]));
      script.addEventListener("error", reject);
      document.head.append(script);
    });
  let latest = 0;
  const show = async () => {
    const [a, b] = [Number(from.value), Number(to.value)];
    const mine = (latest += 1);
    try {
      const [old, now] = await Promise.all([load(a), load(b)]);
      if (mine === latest) showComparison(old, now, a, b);
    } catch {
      document.getElementById("comparison").textContent = say("The data of these versions can’t be loaded.");
    }
  };
  // `compare.html#v3..v7` names a comparison.
  const read = () => {
    const named = /^#v(\d+)\.\.v(\d+)$/.exec(location.hash);
    const known = named && [named[1], named[2]].every((number) => numbers.includes(Number(number)));
    [from.value, to.value] = known ? [named[1], named[2]] : [String(numbers[1]), String(numbers[0])];
    show();
  };
  form.addEventListener("change", () => {
    location.hash = `v${from.value}..v${to.value}`;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
};

// ---- The newest version ----

const root = document.querySelector('link[rel="stylesheet"]').getAttribute("href").replace(/assets\/[^/]*$/, "");

const loadScript = (path) =>
  new Promise((resolve, reject) => {
    const script = element("script", undefined, { src: root + path });
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });

// `latest/book.html#troops` leads to that place in the newest version.
const openNewest = async (line) => {
  await loadScript(window.briefNewest.places);
  // A chapter may have gone, or another name: the document knows where its places are now.
  const chapter = line.dataset.place;
  const place = [chapter, chapter.replace(/\.chapter-[^/]*\.html$/, ".html")].find((page) => window.briefPlaces[page] !== undefined);
  if (place === undefined) {
    line.hidden = true;
    document.getElementById("gone").hidden = false;
    return;
  }
  location.replace(`${root}v${window.briefNewest.version}/${place}${location.search}${location.hash}`);
};

// An older page leads to the same place in the newest version, and to the version after it.
const leadOn = (line) => {
  const link = line.querySelector("a");
  const path = link.getAttribute("href");
  const follow = () => link.setAttribute("href", path + location.hash);
  addEventListener("hashchange", follow);
  follow();
  const around = document.querySelector(".around");
  const number = Number(document.documentElement.dataset.version) + 1;
  if (around) around.append(element("a", say("Version {number}", { number }), { rel: "next", href: `${root}v${number}/index.html` }));
};

const wantedId = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    // What is no address names nothing.
    return "";
  }
};

// A place that is on another page of its document: an address from before the document was in chapters, say.
const findChapter = async ({ chapters, document: page }) => {
  const id = wantedId();
  if (id === "" || document.getElementById(id)) return;
  if (!window.briefChapters) await loadScript(chapters);
  const found = Object.entries(window.briefChapters[page] ?? {}).find(([, ids]) => ids.split(" ").includes(id));
  if (found) location.replace(`${root}v${document.documentElement.dataset.version}/${found[0]}${location.hash}`);
};

// ---- Notes ----

// A note stands below the block in which its mark is, or above it where there is no room, and never over its text.
let clicked;
const placeNote = (note) => {
  const mark = clicked?.getAttribute("popovertarget") === note.id ? clicked : document.querySelector(`[popovertarget="${note.id}"]`);
  const block = mark?.closest("tr, p, li, h1, h2, h3, h4, h5, h6, figcaption, caption, dd, dt, blockquote");
  if (!block) return;
  const [box, at] = [block.getBoundingClientRect(), mark.getBoundingClientRect()];
  const room = document.documentElement.clientWidth - note.offsetWidth - 16;
  const isAbove = box.bottom + note.offsetHeight + 8 > innerHeight && box.top > note.offsetHeight + 8;
  note.style.cssText = "position:absolute;inset:auto;margin:0;position-area:none;position-try:none";
  note.style.left = `${scrollX + Math.max(16, Math.min(at.left, room))}px`;
  note.style.top = `${scrollY + (isAbove ? box.top - note.offsetHeight - 4 : box.bottom + 4)}px`;
  note.scrollIntoView({ block: "nearest" });
};

// Several marks may open one note: the last that was clicked did.
addEventListener("click", (event) => (clicked = event.target.closest?.("[popovertarget]") ?? clicked), true);

// `toggle` does not bubble, but it is captured.
addEventListener("toggle", (event) => event.newState === "open" && event.target.matches(".note") && placeNote(event.target), true);

addEventListener("DOMContentLoaded", () => {
  const latest = document.getElementById("latest");
  if (latest && window.briefNewest) openNewest(latest);
  const older = document.querySelector(".older");
  if (older && "older" in document.documentElement.dataset) leadOn(older);
  const { dataset } = document.documentElement;
  if (dataset.chapters) {
    findChapter(dataset);
    addEventListener("hashchange", () => findChapter(dataset));
  }
  const input = document.getElementById("q");
  if (document.getElementById("results")) search(input);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
  const form = document.getElementById("compare");
  if (form) compare(form);
});
