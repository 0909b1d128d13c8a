/* The second view: from one place to many over the years, and all pairs against the base. */
function drawPairs(view, data, graph, act) {
  const place = new Map(data.graph.places.map((row) => [row[0], row]));
  const first = Number(data.days[0].slice(0, 4));
  const years = Array.from({ length: Number(data.days[1].slice(0, 4)) - first + 1 }, (_, index) => first + index);
  const title = (gate) => data.gates[graph.gateAt.get(gate)].title;
  const short = (name) => name.split(" (")[0];
  const page = make("div", view, null, "page wide");
  const timeline = make("section", page);
  const matrix = make("section", page);
  const chooser = drawChooser(page);

  function corridorOf(route) {
    const found = graph.lead(route);
    return found ? short(found.title) : "";
  }
  function wayName(route, before) {
    const corridor = corridorOf(route);
    if (corridor && !(before && corridorOf(before) === corridor)) return corridor;
    const own = before ? route.gates.filter((gate) => !before.gates.includes(gate)) : [];
    if (own.length) return "by " + listed(own.slice(0, 2).map(title));
    return route.gates.length ? "through " + route.countries.join(" \u203a ") : "by " + listed(route.modes);
  }
  function onYear(ask, year) {
    const day = year + ask.date.slice(4);
    return Object.assign({}, ask, { date: day < data.days[0] ? data.days[0] : day > data.days[1] ? data.days[1] : day });
  }

  function drawTimeline(ask, places) {
    timeline.replaceChildren();
    const [, how, unit, digits] = OBJECTIVES[ask.by];
    make("h2", timeline, "From " + place.get(ask.origin)[1] + ", year by year");
    make("p", timeline, "Least " + OBJECTIVES[ask.by][0] + " under \u201c" + act.presetTitle() + "\u201d on " + dayWords(ask.date).replace(/.\d{4}$/, "") +
      " of each year. A letter is a way; a bar marks the year in which the best way flips.", "sub");
    const ends = places.filter((id) => id !== ask.origin);
    const byYear = years.map((year) => graph.fan(onYear(ask, year), ends));
    const box = scroller(timeline, "Best ways by year");
    const table = make("table", box, null, "timeline");
    make("caption", table, "Best way from " + place.get(ask.origin)[1] + " to each place in each year", "hidden");
    const head = make("tr", make("thead", table));
    make("th", head, "To").scope = "col";
    years.forEach((year) => {
      const cell = make("th", head, String(year).slice(2), year === Number(ask.date.slice(0, 4)) ? "today" : "");
      cell.scope = "col";
      cell.setAttribute("aria-label", String(year));
    });
    make("th", head, "Where it flips (" + how.toLowerCase() + ", " + unit + ")").scope = "col";
    const body = make("tbody", table);
    ends.forEach((end, column) => timelineRow(body, end, byYear.map((routes) => routes[column]), digits));
  }
  function timelineRow(body, end, routes, digits) {
    const row = make("tr", body);
    make("th", row, place.get(end)[1]).scope = "row";
    const letters = new Map();
    const words = make("td", null, null, "words");
    let before = null;
    routes.forEach((route, index) => {
      const key = route.found ? route.links.join() : "";
      const isNew = route.found && !letters.has(key);
      if (isNew) letters.set(key, String.fromCharCode(65 + (letters.size % 26)));
      const sign = route.found ? letters.get(key) : "\u2013";
      const flipped = index > 0 && key !== (before.found ? before.links.join() : "");
      const cell = make("td", row, sign, "way-" + (route.found ? [...letters.keys()].indexOf(key) % 6 : "none") + (flipped ? " flip" : ""));
      cell.title = years[index] + ": " + (route.found ? number(route.cost, digits) : "no way");
      if (!index || flipped) {
        if (index) words.append("; from " + years[index] + " ");
        if (!route.found) words.append("no way");
        else {
          make("b", words, sign);
          if (isNew) words.append(" " + wayName(route, before && before.found ? before : null));
          words.append(", " + (before && before.found ? signed(apart(route.cost, before.cost, digits), digits) : number(route.cost, digits)));
        }
      }
      before = route;
    });
    row.append(words);
  }

  const BANDS = [[-10, "much-less"], [-0.5, "less"], [0.5, "even"], [10, "more"], [Infinity, "much-more"]];
  function drawMatrix(ask, places) {
    matrix.replaceChildren();
    make("h2", matrix, "All pairs against the base");
    make("p", matrix, "Change of the least " + OBJECTIVES[ask.by][0] + " in per cent, row to column, under \u201c" + act.presetTitle() + "\u201d on " + dayWords(ask.date) +
      ". Press a cell to see its way on the map.", "sub");
    const box = scroller(matrix, "Change of all pairs");
    const table = make("table", box, null, "matrix");
    make("caption", table, "Change in per cent by pair", "hidden");
    const head = make("tr", make("thead", table));
    make("td", head);
    places.forEach((id) => {
      const cell = make("th", head);
      cell.scope = "col";
      make("span", cell, place.get(id)[1]);
    });
    const body = make("tbody", table);
    const cells = [];
    places.forEach((origin) => {
      const question = Object.assign({}, ask, { origin });
      const now = graph.fan(question, places);
      const base = graph.fan(graph.baseOf(question), places);
      const row = make("tr", body);
      make("th", row, place.get(origin)[1]).scope = "row";
      places.forEach((destination, column) => {
        const cell = make("td", row);
        if (origin === destination) return;
        const said = changeOf(now[column], base[column]);
        const button = make("button", cell, said.text, said.band);
        button.type = "button";
        button.tabIndex = cells.length ? -1 : 0;
        button.setAttribute("aria-label", said.text + ", " + place.get(origin)[1] + " to " + place.get(destination)[1] + ": " + said.words);
        button.addEventListener("click", () => act.setPair(origin, destination));
        cells.push(button);
      });
    });
    walkWithArrows(body, cells, places.length - 1);
    const legend = make("ul", matrix, null, "bands");
    [["much-less", "\u221215", "10 % less or better"], ["less", "\u22125", "less"], ["even", "0", "within half a per cent"], ["more", "+5", "more"], ["much-more", "+15", "10 % more or worse"],
      ["cut", "cut", "a way in the base, none now"], ["opened", "new", "none in the base, a way now"], ["none", "\u2013", "no way"]].forEach(([band, text, words]) => {
      const item = make("li", legend);
      make("span", item, text, "sample " + band);
      item.append(words);
    });
  }
  function changeOf(now, base) {
    if (!now.found) return base.found ? { text: "cut", band: "cut", words: "cut" } : { text: "\u2013", band: "none", words: "no way" };
    if (!base.found) return { text: "new", band: "opened", words: "a way where there was none" };
    const percent = base.cost ? (100 * (now.cost - base.cost)) / base.cost : 0;
    const band = BANDS.find(([limit]) => percent <= limit)[1];
    return { text: band === "even" ? "0" : signed(percent, 0), band, words: band === "even" ? "no change" : signed(percent, 1) + " per cent" };
  }
  /* One stop for the tab key; arrows walk the cells */
  function walkWithArrows(body, cells, wide) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide };
    body.addEventListener("keydown", (event) => {
      const at = cells.indexOf(event.target);
      const next = cells[at + steps[event.key]];
      if (at < 0 || !next) return;
      event.preventDefault();
      cells[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }
  function scroller(parent, name) {
    const box = make("div", parent, null, "scroll");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", name);
    return box;
  }
  function drawChooser(parent) {
    const fold = make("details", parent, null, "chooser");
    make("summary", fold, "Places in these tables");
    const byCountry = new Map();
    data.ends.forEach((id) => {
      const code = place.get(id)[2];
      if (!byCountry.has(code)) byCountry.set(code, []);
      byCountry.get(code).push(id);
    });
    const boxes = new Map();
    byCountry.forEach((ids, code) => {
      const set = make("fieldset", fold);
      make("legend", set, countryName(code));
      ids.forEach((id) => {
        const label = make("label", set);
        const box = make("input", label);
        box.type = "checkbox";
        label.append(" " + place.get(id)[1]);
        box.addEventListener("change", () => act.setPlaces(data.ends.filter((each) => boxes.get(each).checked)));
        boxes.set(id, box);
      });
    });
    return boxes;
  }
  return {
    show(ask, places) {
      chooser.forEach((box, id) => { box.checked = places.includes(id); });
      drawTimeline(ask, places);
      drawMatrix(ask, places);
    },
  };
}
