/* Cards of gates, links and places; and the page on data, sources, borders drawn and limits. */
function drawCards(data, act) {
  function gateCard(gate) {
    const state = act.gateState(gate.id);
    const box = make("div", null, null, "card");
    make("h3", box, gate.title);
    facts(box, [
      ["Kind", GATE_KINDS[gate.kind] + (gate.countries.length ? ", " + listed(gate.countries.map(countryName)) : "")],
      ["State", state.open ? "open" : "shut", state.open ? "state-open" : "state-shut"],
      ["As of", dayWords(state.date)],
      ["In the base", state.baseOpen ? "open" : "shut"],
      ["Kept shut by", state.kept],
      ["For this cargo", state.special],
      ["May open", gate.spread.length ? dayWords(gate.spread[1]) + " (" + dayWords(gate.spread[0]) + " to " + dayWords(gate.spread[2]) + ")" : ""],
      ["Dwell", gate.dwell.join("; ")],
    ]);
    const switches = make("button", box, state.open ? "Shut it" : gate.kind === "project" ? "Build it" : "Open it", "main");
    switches.type = "button";
    switches.addEventListener("click", () => act.toggle(gate.id));
    if (gate.note) make("p", box, gate.note);
    sourceLine(box, gate.source, data.sources);
    gate.events.forEach((event) => {
      const line = make("p", box, null, "event");
      make("b", line, dayWords(event.date) + ", " + event.event + ". ");
      line.append(event.note + " ");
      sourceLine(line, event.source, data.sources);
    });
    return box;
  }
  function linkCard(link) {
    const box = make("div", null, null, "card");
    make("h3", box, link.title);
    facts(box, [
      ["Length", number(link.km, 1) + " km"], ["Gauge", link.gauge ? link.gauge + " mm" : ""], ["Line", link.status],
      ["Gates", link.gates.map(act.gateTitle).join("; ")],
    ]);
    if (link.note) make("p", box, link.note);
    sourceLine(box, link.source, data.sources);
    return box;
  }
  function placeCard(place) {
    const box = make("div", null, null, "card");
    make("h3", box, place.name);
    facts(box, [["Country", countryName(place.country)], ["Also", place.local], ["Kind", place.kind]]);
    const row = make("div", box, null, "row");
    [["From here", "origin"], ["To here", "destination"]].forEach(([words, end]) => {
      const button = make("button", row, words);
      button.type = "button";
      button.addEventListener("click", () => act.setEnd(end, place.id));
    });
    sourceLine(box, place.source, data.sources);
    return box;
  }
  return { gateCard, linkCard, placeCard };
}

const LEAFLET_LICENCE = `Leaflet 1.9.3, BSD 2-Clause License. Copyright (c) 2010-2022, Volodymyr Agafonkin. Copyright (c) 2010-2011, CloudMade. All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;

function drawAbout(view, data) {
  const page = make("div", view, null, "page");
  make("h2", page, "Data and limits");
  make("p", page, data.title + ". Data of " + dayWords(data.date) + ": " + data.graph.places.length + " places, " + data.links.length + " links, " + data.gates.length +
    " gates, " + data.parameters.length + " parameters, " + Object.keys(data.sources).length + " sources. This page carries all of it and asks nothing of a network unless you switch on online tiles.");
  make("h3", page, "Borders drawn, and limits");
  const limits = make("ul", page);
  data.notes.forEach((note) => make("li", limits, note));
  if (data.conditions.length) {
    make("h3", page, "Gates tied together");
    const tied = make("ul", page);
    data.conditions.forEach((condition) => sourceLine(make("li", tied, condition.title + ". "), condition.source, data.sources));
  }
  if (data.left_out.length) {
    make("h3", page, "Scenarios not shown here");
    const out = make("ul", page);
    data.left_out.forEach((line) => make("li", out, line));
  }
  make("h3", page, "How it counts");
  make("p", page, "Hours, USD and kg of every stretch, border and transfer are computed beforehand by the model; the page adds them up and finds the least way by Dijkstra's method (1959). Generalised cost is money plus time at the goods' own cost of a day, the share of their value that a day in transit takes (Hummels and Schaur 2013). The next best ways are the best ones left when a gate of the best way is shut.");
  lazyTable("Parameters", ["What", "Where", "Value", "Low", "High", "Unit", "Source", "Trust", "Note"], () => data.parameters.map((row) =>
    [row[0], row[1], row[2], row[3], row[4], row[5], { ids: row[6] }, row[7], row[8]]));
  if (data.profiles.length) {
    lazyTable("Cargo profiles", ["Cargo", "What", "Value", "Source", "Note"], () => data.profiles.flatMap((profile) =>
      profile.grounds.map(([key, value, ids, note]) => [profile.title, key.replace(/_/g, " "), Array.isArray(value) ? listed(value.map(countryName)) : value, { ids }, note])));
  }
  lazyTable("Sources", ["Source", "Publisher", "Date", "What it says"], () => Object.keys(data.sources).map((id) =>
    [{ ids: [id] }, ...data.publishers[id]]));
  make("h3", page, "Licences");
  const licences = make("ul", page);
  data.attribution.forEach((line) => make("li", licences, line));
  const box = make("details", page);
  make("summary", box, "Leaflet");
  LEAFLET_LICENCE.split("\n\n").forEach((paragraph) => make("p", box, paragraph));

  /* A long table that is drawn when it is first opened, with a field to search it */
  function lazyTable(name, headings, rows) {
    const fold = make("details", page);
    make("summary", fold, name);
    fold.addEventListener("toggle", () => {
      if (fold.open && fold.childElementCount === 1) fill();
    });
    function fill() {
      const label = make("label", fold, "Search " + name.toLowerCase() + " ");
      const find = make("input", label);
      find.type = "search";
      const scroll = make("div", fold, null, "scroll");
      scroll.tabIndex = 0;
      scroll.setAttribute("role", "region");
      scroll.setAttribute("aria-label", name);
      const table = make("table", scroll, null, "plain");
      const head = make("tr", make("thead", table));
      headings.forEach((heading) => { make("th", head, heading).scope = "col"; });
      const body = make("tbody", table);
      const lines = rows().map((cells) => {
        const line = make("tr", body);
        cells.forEach((value) => {
          const cell = make("td", line, typeof value === "object" ? null : typeof value === "number" ? value.toLocaleString("en-GB", { maximumSignificantDigits: 6 }) : value);
          if (typeof value === "number") cell.className = "number";
          if (typeof value === "object") sourceLine(cell, value.ids, data.sources).firstChild.remove();
        });
        return [line, line.textContent.toLowerCase()];
      });
      find.addEventListener("input", () => lines.forEach(([line, text]) => { line.hidden = !text.includes(find.value.trim().toLowerCase()); }));
    }
  }
}
