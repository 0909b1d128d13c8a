/* What a question's answer is, why it is so, and how the panel says it. */
const MEASURES = [
  ["hours", "Time", "h", 1], ["border_h", "of it at borders", "h", 1, "time"], ["waiting_h", "of it waiting for ships", "h", 1, "time"],
  ["usd", "Cost", "USD", 0], ["generalised_usd", "Cost with the goods' time", "USD", 0], ["km", "Length", "km", 0],
  ["co2_kg", "CO\u2082e", "kg", 0], ["borders", "Borders", "", 0], ["gauge_changes", "Gauge changes", "", 0], ["transfers", "Changes of mode or gauge", "", 0],
];
const OBJECTIVES = {
  time: ["time", "Time", "h", 1], cost: ["cost", "Cost", "USD", 0], co2: ["CO\u2082e", "CO\u2082e", "kg", 0],
  generalised: ["cost with the goods' time", "Cost and time", "USD", 0], distance: ["distance", "Distance", "km", 0],
};
const MODE_NAMES = { rail: "rail", road: "road", sea: "sea", ferry: "ferry" };
const LETTERS = ["A", "B", "C"];
const NOTHING = 1e-6;

/* The way now and in the base; what each gate on it is worth; the next best ways. */
function answerTo(graph, ask) {
  const now = graph.solve(ask);
  const base = graph.solve(graph.baseOf(ask));
  const [from, to] = [graph.countryOf(ask.origin), graph.countryOf(ask.destination)];
  const gates = graph.openFor(ask, from, to);
  const baseOpen = graph.openFor(graph.baseOf(ask), from, to).open;
  const key = (route) => route.links.join();
  const stands = (gate) => !!gates.open[graph.gateAt.get(gate)];
  const tried = (gate, state) => {
    const other = graph.solve(graph.withGate(ask, gate, state));
    const differs = stands(gate) !== !!baseOpen[graph.gateAt.get(gate)];
    return { gate, state, other, differs, restores: differs && other.found === base.found && key(other) === key(base) && key(other) !== key(now) };
  };
  const passed = now.gates.map((gate) => tried(gate, 0));
  const lost = base.gates.filter((gate) => !stands(gate)).map((gate) => tried(gate, 1));
  const seen = new Set([key(now)]);
  const others = passed.map((row) => row.other).filter((route) => route.found).sort((a, b) => a.cost - b.cost)
    .filter((route) => !seen.has(key(route)) && seen.add(key(route))).slice(0, LETTERS.length)
    .map((route, index) => ({ route, letter: LETTERS[index] }));
  return { ask, now, base, passed, lost, others, same: now.found && base.found && key(now) === key(base), gateAt: graph.gateAt,
    open: gates.open, kept: gates.kept, special: gates.special, baseOpen, shutLinks: graph.presetOf(ask).shut_links };
}

/* One sentence on what makes the way what it is. */
function reasonFor(answer, title) {
  const { now, base, passed, lost, same } = answer;
  if (!now.found) return "The base has a way; what is shut now has cut it.";
  if (same && Math.abs(now.cost - base.cost) < NOTHING) return "The same way and the same figures as in the base.";
  if (same) return "The same way as in the base; its figures change with the scenario's numbers, the cargo, or the duty and hours added.";
  const deciding = [...passed, ...lost].filter((row) => row.restores);
  if (deciding.length) {
    const undo = deciding.every((row) => !row.state) ? "shut" : deciding.every((row) => row.state) ? "open" : "switch";
    const what = deciding.length > 2 ? deciding.length + " gates decide, marked below" : listed(deciding.map((row) => title(row.gate))) + (deciding.length > 1 ? " decide" : " decides");
    return what + ": " + undo + (deciding.length > 1 ? " any one of them" : " it") + (base.found ? " again, and the base way returns." : " again, and there is no way, as in the base.");
  }
  if ([...passed, ...lost].some((row) => row.differs)) return "Several gates decide together: undoing no single one of them brings the base way back.";
  return "No gate of either way differs from the base; the numbers do: the scenario's, the cargo's, or the duty and hours added.";
}

/* Fills the panel; act holds what its buttons do, kept what stays between drawings. */
function drawAnswer(panel, answer, data, act, kept) {
  const { ask, now, base, same } = answer;
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const place = new Map(data.graph.places.map((row) => [row[0], row[1]]));
  const title = (gate) => data.gates[answer.gateAt.get(gate)].title;
  const objective = OBJECTIVES[ask.by];
  const asBase = same && Math.abs(now.cost - base.cost) < NOTHING && Math.abs(now.usd - base.usd) < NOTHING;
  panel.replaceChildren();
  make("h2", panel, place.get(ask.origin) + " to " + place.get(ask.destination), "headline");
  make("p", panel, "Least " + objective[0] + ". " + act.presetTitle() + ". Gates as of " + dayWords(ask.date) + ".", "sub");
  if (now.found) drawFigures();
  else drawNoWay();
  if (now.found) drawWhy();
  if (answer.others.length) drawOthers();
  if (now.found || base.found) drawCharts();
  if (now.found) drawLegs("Legs of the way", now, "legs", new Set(base.links));
  if (base.found && !asBase && !same) drawLegs("Legs of the base way", base, "base-legs", new Set(now.links));
  if (now.found) drawDownloads();
  make("p", panel, "Data of " + dayWords(data.date) + ". " + [data.notes[0], data.notes[data.notes.length - 1]].join(" "), "foot");
  if (kept.scroll) panel.scrollTop = kept.scroll;
  const again = focused && panel.querySelector('[data-key="' + CSS.escape(focused) + '"]');
  if (again) again.focus({ preventScroll: true });

  function button(parent, text, key, run, className) {
    const element = make("button", parent, text, className);
    element.type = "button";
    element.dataset.key = key;
    element.addEventListener("click", run);
    return element;
  }
  function fold(name, key, open) {
    const box = make("details", panel);
    const summary = make("summary", box, name);
    summary.dataset.key = key;
    box.open = key in kept ? kept[key] : open;
    box.addEventListener("toggle", () => { kept[key] = box.open; });
    return box;
  }
  function tableWith(parent, caption, headings, className) {
    const box = make("div", parent, null, "scroll");
    const table = make("table", box, null, className);
    make("caption", table, caption, "hidden");
    const row = make("tr", make("thead", table));
    headings.forEach((heading) => { make("th", row, heading).scope = "col"; });
    return make("tbody", table);
  }
  function change(cell, value, digits) {
    cell.textContent = signed(value, digits);
    cell.className = cell.textContent === "\u00b10" ? "nil" : value < 0 ? "better" : "worse";
  }
  function drawFigures() {
    const compared = base.found && !asBase;
    const body = tableWith(panel, "Figures of the way", ["Figure", compared ? "Now" : "Way"].concat(compared ? ["Base", "Change"] : []), "figures");
    MEASURES.forEach(([name, words, unit, digits, part]) => {
      if (part && !now[name] && !(compared && base[name])) return;
      const row = make("tr", body, null, (part ? "part " : "") + (OBJECTIVE_COLUMN[ask.by] === name ? "asked" : ""));
      const head = make("th", row, words);
      head.scope = "row";
      if (unit) make("span", head, " " + unit, "unit");
      make("td", row, number(now[name], digits));
      if (!compared) return;
      make("td", row, number(base[name], digits), "was");
      change(make("td", row), apart(now[name], base[name], digits), digits);
    });
    const codes = (route) => route.countries.map(countryName).join(" \u203a ");
    const key = make("p", panel, null, "through");
    make("span", key, null, "swatch now");
    key.append(asBase ? "Through " + codes(now) + ", as in the base." : "Through " + codes(now) + ".");
    if (!asBase && base.found && !same) {
      const was = make("p", panel, null, "through");
      make("span", was, null, "swatch base");
      was.append("Base: through " + codes(base) + ".");
    }
    if (!base.found) make("p", panel, "The base has no way.", "through");
  }
  function drawNoWay() {
    const box = make("div", panel, null, "none");
    make("p", box, "No way leads there.", "strong");
    if (!now.needs.length) make("p", box, ask.modes ? "No gate would open one with the modes allowed." : "No gate would open one.");
    else {
      make("p", box, now.needs.length > 1 ? "These gates would have to open:" : "This gate would have to open:");
      const list = make("ul", box);
      now.needs.forEach((gate) => make("li", list, title(gate)));
      button(box, now.needs.length > 1 ? "Open these " + now.needs.length + " gates" : "Open it", "open-needs", () => act.openAll(now.needs), "main");
    }
    if (base.found) make("p", box, "In the base: " + number(base.hours, 1) + " h, " + number(base.usd) + " USD, " + number(base.km) + " km.");
    make("p", box, base.found ? reasonFor(answer, title) : "The base has none either.");
  }
  function drawWhy() {
    make("h3", panel, "Why this way");
    make("p", panel, reasonFor(answer, title), "why");
    const rows = [...answer.passed, ...answer.lost];
    if (!rows.length) {
      make("p", panel, "It passes no gate.", "why");
      return;
    }
    const body = tableWith(panel, "Gates of the way and what each is worth", ["Gate", "If switched, " + objective[2], "Switch"], "gates-of-way");
    rows.forEach((row) => {
      const line = make("tr", body, null, row.restores ? "decides" : "");
      const head = make("th", line);
      head.scope = "row";
      head.append(gateSign(data.gates[answer.gateAt.get(row.gate)].kind, !row.state));
      head.append(title(row.gate));
      const flags = [row.differs ? (row.state ? "shut, unlike the base" : "open, unlike the base") : "", row.restores ? "decides" : ""].filter(Boolean);
      if (flags.length) make("span", head, flags.join("; "), "flag");
      const cell = make("td", line);
      if (!row.other.found) make("span", cell, "no way", "worse");
      else change(cell, apart(row.other.cost, now.cost, objective[3]), objective[3]);
      const switches = button(make("td", line), row.state ? "Open" : "Shut", "gate-" + row.gate, () => act.toggle(row.gate), "small");
      switches.setAttribute("aria-label", (row.state ? "Open " : "Shut ") + title(row.gate));
    });
  }
  function drawOthers() {
    make("h3", panel, "Next best ways");
    make("p", panel, "Each keeps off at least one gate of the best way.", "why");
    const body = tableWith(panel, "Next best ways", ["Way", "By", "h", "USD", "km"], "others");
    answer.others.forEach(({ route, letter }) => {
      const row = make("tr", body);
      const head = make("th", row, letter);
      head.scope = "row";
      head.className = "letter-cell";
      const own = route.gates.filter((gate) => !now.gates.includes(gate)).map(title);
      const by = own.length > 2 ? own.slice(0, 2).join(", ") + " and more" : listed(own) || listed(route.modes.map((mode) => MODE_NAMES[mode]));
      const words = base.links.join() === route.links.join() ? "the base way, by " + by : by;
      make("td", row, words + " (" + route.countries.join(" \u203a ") + ")");
      change(make("td", row), apart(route.hours, now.hours, 1), 1);
      change(make("td", row), apart(route.usd, now.usd, 0), 0);
      change(make("td", row), apart(route.km, now.km, 0), 0);
    });
  }
  function chartWays() {
    const ways = [];
    if (now.found) ways.push({ route: now, label: asBase ? "Base" : "Now", colour: "now" });
    if (base.found && !asBase) ways.push({ route: base, label: "Base", colour: "base", dash: "6 4" });
    return ways;
  }
  function drawCharts() {
    make("h3", panel, "Along the way");
    const choice = make("fieldset", panel, null, "choice small");
    make("legend", choice, "Shown over distance", "hidden");
    kept.measure = kept.measure || "hours";
    Object.entries(CHART_MEASURES).forEach(([measure, how]) => {
      const label = make("label", choice);
      const input = make("input", label);
      Object.assign(input, { type: "radio", name: "measure", value: measure, checked: kept.measure === measure });
      input.dataset.key = "measure-" + measure;
      input.addEventListener("change", () => { kept.measure = measure; act.redraw(); });
      make("span", label, { hours: "Hours", usd: "USD", co2_kg: "CO\u2082e" }[measure]);
    });
    make("div", panel, null, "chart").append(distanceChart(chartWays(), { measure: kept.measure, colours: CHART_COLOURS, width: kept.width }));
  }
  function drawLegs(name, route, key, known) {
    const other = base.found && now.found && !same;
    const box = fold(name + " (" + route.legs.length + ")", key, false);
    const body = tableWith(box, name, ["Leg", "km", "h", "USD", "kg"], "legs");
    route.legs.forEach((leg, index) => {
      const changed = other && leg.link && !known.has(leg.link);
      const row = make("tr", body, null, changed ? "changed" : "");
      const head = make("th", row);
      head.scope = "row";
      make("span", head, legWords(leg), "what");
      if (changed) make("span", head, key === "legs" ? " new" : " left", "flag");
      if (leg.row) button(head, "source", key + index, () => act.linkDialog(leg.row), "plain").setAttribute("aria-label", "Source of " + leg.row.title);
      make("td", row, leg.link ? number(leg.km) : "");
      make("td", row, number(leg.hours, 1));
      make("td", row, number(leg.usd));
      make("td", row, leg.link ? number(leg.co2_kg) : "");
    });
    const total = make("tr", body, null, "total");
    make("th", total, "Total").scope = "row";
    [number(route.km), number(route.hours, 1), number(route.usd), number(route.co2_kg)].forEach((text) => make("td", total, text));
  }
  function drawDownloads() {
    make("h3", panel, "Take away", "take");
    const row = make("div", panel, null, "row");
    const name = ask.origin + "-" + ask.destination;
    button(row, "CSV of legs", "csv", () => download(name + ".csv", "text/csv;charset=utf-8", csvText(legRows(answer))));
    button(row, "GeoJSON of ways", "geojson", () => download(name + ".geojson", "application/geo+json", JSON.stringify(geojson(answer, data))));
    button(row, "PNG of chart", "png", () => {
      const heading = place.get(ask.origin) + " to " + place.get(ask.destination) + ", least " + objective[0] + " (gates as of " + dayWords(ask.date) + ", data of " + dayWords(data.date) + ")";
      const picture = distanceChart(chartWays(), { measure: kept.measure, colours: PAPER_COLOURS, width: 640, title: heading });
      chartPicture(picture, (href) => download(name + ".png", "image/png", { href }));
    });
  }
}
const OBJECTIVE_COLUMN = { time: "hours", cost: "usd", co2: "co2_kg", generalised: "generalised_usd", distance: "km" };

function legWords(leg) {
  if (leg.kind === "load") return "loading at " + leg.startName;
  if (leg.kind === "unload") return "unloading at " + leg.endName;
  const layer = (name) => name.replace("rail-", "rail ");
  if (leg.kind === "transfer") return layer(leg.fromLayer) + " to " + layer(leg.toLayer) + " at " + leg.startName;
  return leg.mode + ", " + leg.startName + " to " + leg.endName;
}

function legRows(answer) {
  const rows = [["way", "number", "kind", "mode", "from", "to", "link", "country", "gates", "km", "hours", "border_h", "waiting_h", "usd", "co2_kg", "generalised_usd"]];
  [["now", answer.now], ["base", answer.base]].forEach(([name, route]) => {
    route.legs.forEach((leg, index) => {
      rows.push([name, index + 1, leg.kind, leg.mode, leg.start, leg.end, leg.link, leg.country, leg.gates.join("; "),
        ...["km", "hours", "border_h", "waiting_h", "usd", "co2_kg", "generalised_usd"].map((measure) => Number(leg[measure].toFixed(4)))]);
    });
  });
  return rows;
}

function geojson(answer, data) {
  const feature = (name, route) => ({
    type: "Feature",
    properties: {
      way: name, origin: answer.ask.origin, destination: answer.ask.destination, by: answer.ask.by, scenario: name === "base" ? data.presets[0].id : answer.ask.preset,
      date: route.ask.date, data_date: data.date, km: route.km, hours: route.hours, usd: route.usd, co2_kg: route.co2_kg, borders: route.borders,
      gauge_changes: route.gauge_changes, countries: route.countries, gates: route.gates, links: route.links, attribution: data.attribution,
    },
    geometry: { type: "MultiLineString", coordinates: route.legs.filter((leg) => leg.link).map((leg) => (leg.forward ? leg.row.line : leg.row.line.slice().reverse()).map(([lat, lon]) => [lon, lat])) },
  });
  const ways = [["now", answer.now], ["base", answer.base]].concat(answer.others.map(({ route, letter }) => [letter, route]));
  return { type: "FeatureCollection", features: ways.filter(([, route]) => route.found).map(([name, route]) => feature(name, route)) };
}
