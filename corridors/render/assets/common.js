/* Shared by the pages: elements, numbers, sources, gate signs, labels. Text from tables goes in as
   text, never as markup. */
const SVG_SPACE = "http://www.w3.org/2000/svg";
const GATE_KINDS = {
  border: "border crossing", project: "line not built", strait: "strait or canal", service: "shipping or rail service",
};
const GATE_SHAPES = {
  border: ["circle", { cx: 8, cy: 8, r: 5.6 }],
  project: ["path", { d: "M8 1.8 14.6 13.6H1.4Z" }],
  strait: ["path", { d: "M8 1.4 14.6 8 8 14.6 1.4 8Z" }],
  service: ["rect", { x: 2.6, y: 2.6, width: 10.8, height: 10.8, rx: 1.5 }],
};

function make(tag, parent, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  if (parent) parent.appendChild(element);
  return element;
}

function makeSvg(tag, parent, attributes, text) {
  const element = document.createElementNS(SVG_SPACE, tag);
  Object.entries(attributes || {}).forEach(([name, value]) => element.setAttribute(name, value));
  if (text !== undefined) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}

const NUMBERS = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const DAYS = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const COUNTRIES = new Intl.DisplayNames(["en-GB"], { type: "region" });

function number(value, digits) {
  return NUMBERS[digits || 0].format(value);
}

/* The difference of two figures as they are shown, so that a reader finds it right. */
function apart(value, base, digits) {
  const unit = 10 ** (digits || 0);
  return (Math.round(value * unit) - Math.round(base * unit)) / unit;
}

/* A change with its sign; what rounds to nothing is a plus-minus nought. */
function signed(value, digits) {
  const shown = number(Math.abs(value), digits);
  if (Number(shown.replace(/,/g, "")) === 0) return "\u00b10";
  return (value > 0 ? "+" : "\u2212") + shown;
}

/* 2026-11-01 as 1 Nov 2026, never broken over two lines */
function dayWords(day) {
  return DAYS.format(new Date(day + "T00:00:00Z")).replace(/ /g, "\u00a0");
}

function plural(count, word, many) {
  return count + " " + (count === 1 ? word : many || word + "s");
}

/* "a, b and c" */
function listed(words) {
  return words.length < 2 ? words.join("") : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
}

function countryName(code) {
  try {
    return COUNTRIES.of(code);
  } catch {
    return code;
  }
}

/* The sources a row rests on, each with its link where it has one. */
function sourceLine(parent, ids, sources) {
  const line = make("small", parent, "Source: ", "source");
  ids.forEach((id, index) => {
    if (index) line.append("; ");
    const known = sources[id];
    if (known && /^https?:\/\//.test(known[1])) {
      const link = make("a", line, known[0]);
      link.href = known[1];
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    } else {
      line.append(known ? known[0] : id === "assumed" ? "assumed, no source" : id);
    }
  });
  return line;
}

function facts(parent, rows) {
  const list = make("dl", parent, null, "facts");
  rows.filter((row) => row[1] !== "" && row[1] !== undefined).forEach(([name, value, className]) => {
    make("dt", list, name);
    make("dd", list, value, className);
  });
  return list;
}

/* A gate's sign: shape by kind, hollow when open, filled and crossed when shut; style by class. */
function gateSign(kind, open) {
  const svg = makeSvg("svg", null, { class: "gate-sign " + (open ? "open" : "shut"), viewBox: "0 0 16 16", "aria-hidden": "true" });
  const [shape, attributes] = GATE_SHAPES[kind];
  makeSvg(shape, svg, Object.assign({ class: "shape" }, attributes));
  makeSvg("path", svg, { class: "cross", d: "M5.7 6.2 10.3 10.8M10.3 6.2 5.7 10.8" });
  return svg;
}

/* Takes a box on the screen unless something stands there already. */
function claim(taken, box) {
  if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
  taken.push(box);
  return true;
}

function download(name, type, text) {
  const link = document.createElement("a");
  link.href = typeof text === "string" ? URL.createObjectURL(new Blob([text], { type })) : text.href;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/* Cells quoted; one that a spreadsheet would run as a formula is kept as text. */
function csvText(rows) {
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
