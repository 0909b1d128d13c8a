/* The explorer: keeps the question, hands it to the solver, shows the answer, keeps it in the URL. */
function startExplorer() {
  const began = performance.now();
  const data = JSON.parse(document.getElementById("data").textContent);
  const graph = corridorsGraph(data);
  const find = (id) => document.getElementById(id);
  const VIEWS = ["map", "pairs", "about"];
  const CARGO = ["tonnes", "teu", "value_usd", "time_cost_share_per_day"];
  const OPENINGS = { low: "early", likely: "likely", high: "late" };
  const MODES = [...new Set(data.links.map((link) => link.mode))];
  const known = { gate: (id) => graph.gateAt.has(id), corridor: (id) => id in data.graph.charged, end: (id) => graph.placeAt.has(id) };
  const base = data.presets[0].id;
  const fresh = () => ({ origin: data.start.origin, destination: data.start.destination, by: data.start.by, preset: base, date: data.start.date, opening: data.start.opening,
    open: [], shut: [], duty: {}, wait: {}, profile: "", cargo: null, avoid: null, modes: null });
  let ask = fresh();
  let view = "map";
  let places = data.main;
  let answer = null;
  const kept = {};
  const timings = [];
  let drawn = {};

  /* The question in the URL: what differs from the page as it opens */
  function toHash() {
    const said = new URLSearchParams();
    const start = fresh();
    ["origin", "destination", "by", "preset", "date", "opening", "profile"].forEach((name) => { if (ask[name] !== start[name]) said.set(name, ask[name]); });
    ["open", "shut"].forEach((name) => { if (ask[name].length) said.set(name, ask[name].join(" ")); });
    ["duty", "wait"].forEach((name) => {
      const list = Object.entries(ask[name]).map(([id, amount]) => id + ":" + amount);
      if (list.length) said.set(name, list.join(" "));
    });
    if (ask.cargo) CARGO.forEach((name) => { if (name in ask.cargo) said.set(name, ask.cargo[name]); });
    ["modes", "avoid"].forEach((name) => { if (ask[name]) said.set(name, ask[name].join(" ")); });
    if (view !== "map") said.set("view", view);
    if (places.join() !== data.main.join()) said.set("places", places.join(" "));
    return said.toString();
  }
  function fromHash(text) {
    const said = new URLSearchParams(text);
    const asked = fresh();
    const refused = [];
    const take = (name, allowed, use) => {
      if (!said.has(name)) return;
      if (allowed(said.get(name))) use(said.get(name));
      else refused.push(name + " " + said.get(name));
    };
    const list = (name, allowed, use) => use((said.get(name) || "").split(/\s+/).filter((id) => id && (allowed(id) || (refused.push(name + " " + id), false))));
    const amounts = (name, allowed) => list(name, (item) => allowed(item.split(":")[0]) && Number(item.split(":")[1]) > 0, (items) => {
      asked[name] = Object.fromEntries(items.map((item) => [item.split(":")[0], Number(item.split(":")[1])]));
    });
    ["origin", "destination"].forEach((name) => take(name, known.end, (id) => { asked[name] = id; }));
    take("by", (by) => by in OBJECTIVES, (by) => { asked.by = by; });
    take("preset", (id) => data.presets.some((preset) => preset.id === id), (id) => { asked.preset = id; asked.date = presetDate(id); });
    take("opening", (opening) => opening in OPENINGS, (opening) => { asked.opening = opening; });
    take("profile", (id) => data.profiles.some((profile) => profile.id === id), (id) => { asked.profile = id; });
    take("date", isDay, (day) => { asked.date = day; });
    ["open", "shut"].forEach((name) => list(name, known.gate, (ids) => { asked[name] = [...new Set(ids)]; }));
    asked.open = asked.open.filter((gate) => !asked.shut.includes(gate));
    amounts("duty", known.corridor);
    amounts("wait", known.gate);
    CARGO.forEach((name) => take(name, (text_) => text_ !== "" && Number(text_) >= 0 && Number(text_) < 1e12, (text_) => { asked.cargo = Object.assign({}, asked.cargo, { [name]: Number(text_) }); }));
    if (said.has("modes")) list("modes", (mode) => MODES.includes(mode), (modes) => { asked.modes = modes; });
    if (said.has("avoid")) list("avoid", (code) => code in data.graph.touching, (codes) => { asked.avoid = codes; });
    view = VIEWS.includes(said.get("view")) ? said.get("view") : "map";
    places = data.main;
    if (said.has("places")) list("places", known.end, (ids) => { places = ids.length > 1 ? ids : data.main; });
    if (refused.length) say("The link names what this page does not know: " + refused.join(", ") + ".", true);
    return asked;
  }
  const isDay = (day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) && day >= data.days[0] && day <= data.days[1];
  const presetDate = (id) => data.presets.find((preset) => preset.id === id).date || data.start.date;
  let keeping = 0;
  function keepInUrl() {
    clearTimeout(keeping);
    keeping = setTimeout(keepNow, 120); /* browsers refuse an address that changes with every step of a slider */
  }
  function keepNow() {
    clearTimeout(keeping);
    try {
      history.replaceState(null, "", "#" + toHash());
    } catch {
      /* a page inside another may not touch its address */
    }
  }

  /* What controls do */
  /* To those who listen; shown to those who look where nothing else on the page says it */
  let hiding = 0;
  function say(words, shown) {
    const line = find("status");
    line.textContent = words;
    line.className = shown ? "toast" : "hidden";
    clearTimeout(hiding);
    if (shown) hiding = setTimeout(() => { line.className = "hidden"; }, 8000);
  }
  function set(changes) {
    const from = performance.now();
    const moved = ["origin", "destination"].some((end) => end in changes && changes[end] !== ask[end]);
    ask = Object.assign({}, ask, changes);
    render({ fit: moved });
    timings.push(performance.now() - from);
    find("speed").textContent = "Last answer in " + number(timings[timings.length - 1]) + " ms.";
  }
  function toggle(gate) {
    const wanted = answer.open[graph.gateAt.get(gate)] ? 0 : 1;
    const without = (list) => list.filter((other) => other !== gate);
    const plain = Object.assign({}, ask, { open: without(ask.open), shut: without(ask.shut) });
    const [from, to] = [ask.origin, ask.destination].map(graph.countryOf);
    const already = graph.openFor(plain, from, to).open[graph.gateAt.get(gate)] === wanted;
    const next = already ? plain : graph.withGate(ask, gate, wanted);
    set({ open: next.open, shut: next.shut });
    if (answer.kept[gate]) say(titleOf(gate) + " stays shut: " + answer.kept[gate].title, true);
    else say(titleOf(gate) + (wanted ? " is open. " : " is shut. ") + spoken());
  }
  const titleOf = (gate) => data.gates[graph.gateAt.get(gate)].title;
  const presetTitle = () => graph.presetOf(ask).title + (ask.open.length + ask.shut.length ? ", with " + plural(ask.open.length + ask.shut.length, "gate") + " switched" : "");
  function spoken() {
    if (!answer.now.found) return "No way leads there.";
    const more = answer.base.found && !answer.same ? ", " + signed(apart(answer.now.hours, answer.base.hours, 1), 1) + " hours against the base" : "";
    return "Best way " + number(answer.now.km) + " kilometres, " + number(answer.now.hours, 1) + " hours, " + number(answer.now.usd) + " dollars" + more + ".";
  }
  function gateState(gate) {
    const index = graph.gateAt.get(gate);
    const kept_ = answer.kept[gate];
    return {
      open: !!answer.open[index], baseOpen: !!answer.baseOpen[index], date: ask.date, kept: kept_ ? kept_.title : "",
      special: gate in answer.special ? (answer.special[gate] ? "open to it, shut to others" : "shut to it, open to others") : "",
    };
  }
  const act = {
    toggle, gateState, gateTitle: titleOf, presetTitle,
    openAll: (gates) => {
      const next = gates.reduce((question, gate) => graph.withGate(question, gate, 1), ask);
      set({ open: next.open, shut: next.shut });
      say(spoken());
    },
    setEnd: (end, id) => { set({ [end]: id }); atlas.map.closePopup(); },
    setPair: (origin, destination) => { view = "map"; set({ origin, destination }); showView(true); },
    setPlaces: (ids) => { if (ids.length > 1) { places = ids; render({}); } },
    redraw: () => drawAnswer(find("answer"), answer, data, act, kept),
    linkDialog: (link) => {
      const dialog = make("dialog", document.body, null, "sheet");
      dialog.setAttribute("aria-label", link.title);
      dialog.append(cards.linkCard(link));
      const close = make("button", dialog, "Close", "main");
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
    },
  };
  const cards = drawCards(data, act);
  act.linkCard = cards.linkCard;
  act.placeCard = cards.placeCard;
  act.gateCard = cards.gateCard;
  const atlas = drawAtlas(find("map"), data, act);
  let pairs = null;

  /* Controls */
  function choices(id, type, entries, run) {
    entries.forEach(([value, words]) => {
      const label = make("label", find(id));
      const input = make("input", label);
      Object.assign(input, { type, name: id, value, id: id + "-" + value });
      input.addEventListener("change", run);
      make("span", label, words);
    });
  }
  function endOptions(select) {
    const byCountry = new Map();
    data.ends.forEach((id) => {
      const code = graph.countryOf(id);
      if (!byCountry.has(code)) byCountry.set(code, []);
      byCountry.get(code).push(id);
    });
    [...byCountry].map(([code, ids]) => [countryName(code), ids]).sort((a, b) => a[0].localeCompare(b[0])).forEach(([country, ids]) => {
      const group = make("optgroup", select);
      group.label = country;
      const name = (id) => data.graph.places[graph.placeAt.get(id)][1];
      ids.sort((a, b) => name(a).localeCompare(name(b))).forEach((id) => { make("option", group, name(id)).value = id; });
    });
  }
  function showEnd(select, id) {
    if (![...select.options].some((option) => option.value === id)) make("option", select, data.graph.places[graph.placeAt.get(id)][1]).value = id;
    select.value = id;
  }
  function buildControls() {
    find("title").textContent = data.title;
    find("asof").textContent = "Data of " + dayWords(data.date);
    ["origin", "destination"].forEach((end) => {
      endOptions(find(end));
      find(end).addEventListener("change", () => { set({ [end]: find(end).value }); say(spoken()); });
    });
    find("swap").addEventListener("click", () => { set({ origin: ask.destination, destination: ask.origin }); say(spoken()); });
    choices("by", "radio", Object.entries(OBJECTIVES).map(([by, words]) => [by, words[1]]), (event) => { set({ by: event.target.value }); say(spoken()); });
    choices("modes", "checkbox", MODES.map((mode) => [mode, MODE_NAMES[mode]]), () => {
      const on = MODES.filter((mode) => find("modes-" + mode).checked);
      set({ modes: on.length === MODES.length ? null : on });
    });
    const countries = Object.keys(data.graph.touching);
    choices("avoid", "checkbox", countries.map((code) => [code, countryName(code)]).sort((a, b) => a[1].localeCompare(b[1])), () => {
      set({ avoid: countries.filter((code) => find("avoid-" + code).checked) });
    });
    choices("opening", "radio", Object.entries(OPENINGS), (event) => { set({ opening: event.target.value }); say(spoken()); });
    make("option", find("profile"), "As the tables have it: one loaded container").value = "";
    data.profiles.forEach((profile) => { make("option", find("profile"), profile.title).value = profile.id; });
    find("profile").addEventListener("change", () => { set({ profile: find("profile").value, cargo: null, avoid: null }); say(spoken()); });
    data.presets.forEach((preset) => { make("option", find("preset"), preset.title).value = preset.id; });
    find("preset").addEventListener("change", () => {
      set({ preset: find("preset").value, date: presetDate(find("preset").value), open: [], shut: [] });
      say(spoken());
    });
    const year = find("year");
    [year.min, year.max] = data.days.map((day) => day.slice(0, 4));
    year.addEventListener("input", () => {
      const day = year.value + ask.date.slice(4);
      set({ date: isDay(day) ? day : year.value + "-" + ask.date.slice(5, 7) + "-28" });
    });
    const date = find("date");
    [date.min, date.max] = data.days;
    date.addEventListener("change", () => { if (isDay(date.value)) set({ date: date.value }); });
    CARGO.forEach((name) => find(name).addEventListener("change", () => {
      const typed = find(name).value;
      const cargo = Object.assign({}, ask.cargo);
      delete cargo[name];
      if (typed !== "" && Number(typed) >= 0 && Number.isFinite(Number(typed))) cargo[name] = Number(typed);
      set({ cargo: Object.keys(cargo).length ? cargo : null });
    }));
    lever("duty", Object.entries(data.graph.charged).map(([id, [title]]) => [id, title]), " USD");
    lever("wait", data.gates.filter((gate) => gate.kind === "border" || gate.kind === "strait").map((gate) => [gate.id, gate.title]).sort((a, b) => a[1].localeCompare(b[1])), " h");
    find("reset").addEventListener("click", () => { set(fresh()); say("Back to the base. " + spoken()); });
    find("print").addEventListener("click", () => window.print());
    find("copy").addEventListener("click", copyLink);
    find("skip").addEventListener("click", () => find("answer").focus());
    find("tiles").addEventListener("change", () => {
      find("tiles-note").textContent = "";
      atlas.useTiles(find("tiles").checked, () => { find("tiles-note").textContent = "The tiles did not load."; });
    });
    VIEWS.forEach((name, index) => {
      const tab = find("tab-" + name);
      tab.addEventListener("click", () => { view = name; showView(); });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        view = VIEWS[(index + step + VIEWS.length) % VIEWS.length];
        showView();
        find("tab-" + view).focus();
      });
    });
    buildGates();
  }
  /* A slider that belongs to whatever the list beside it names; each keeps its own amount */
  function lever(name, entries, unit) {
    const select = find(name + "-at");
    const slider = find(name);
    entries.forEach(([id, words]) => { make("option", select, words).value = id; });
    select.closest(".lever").hidden = !entries.length;
    find("levers").hidden = ![...find("levers").querySelectorAll(".lever")].some((one) => !one.hidden);
    const showAmount = () => {
      const amount = ask[name][select.value] || 0;
      slider.value = amount;
      find(name + "-shown").textContent = number(amount) + unit;
    };
    select.addEventListener("change", showAmount);
    slider.addEventListener("input", () => change(name, select.value, Number(slider.value)));
    kept[name] = showAmount;
  }
  function change(name, id, amount) {
    const next = Object.assign({}, ask[name]);
    if (amount > 0) next[id] = amount;
    else delete next[id];
    set({ [name]: next });
  }
  function drawSet() {
    const list = find("set");
    list.replaceChildren();
    list.hidden = !(Object.keys(ask.duty).length + Object.keys(ask.wait).length);
    if (!list.hidden) find("levers").open = true;
    const corridor = (id) => data.graph.charged[id][0];
    [["duty", " USD on ", corridor], ["wait", " h at ", titleOf]].forEach(([name, unit, title]) => Object.entries(ask[name]).forEach(([id, amount]) => {
      const item = make("li", list, number(amount) + unit + title(id) + " ");
      const remove = make("button", item, "Remove", "plain");
      remove.type = "button";
      remove.setAttribute("aria-label", "Remove " + number(amount) + unit + title(id));
      remove.addEventListener("click", () => change(name, id, 0));
    }));
  }
  function copyLink() {
    keepNow();
    const link = location.href;
    const done = () => say("The link to this view is copied.", true);
    const failed = () => say("Copy the link from the address bar.", true);
    if (navigator.clipboard) navigator.clipboard.writeText(link).then(done, failed);
    else failed();
  }

  /* The list of gates: one switch each, its card behind a button */
  const rows = new Map();
  function buildGates() {
    [["project", "Lines not built"], ["border", "Borders"], ["strait", "Straits and approaches"], ["service", "Ferries, ships and services"]].forEach(([kind, words]) => {
      const gates = data.gates.filter((gate) => gate.kind === kind);
      if (!gates.length) return;
      const fold = make("details", find("gate-list"));
      fold.open = kind === "project";
      const summary = make("summary", fold, words + " ");
      const count = make("span", summary, null, "count");
      const list = make("ul", fold);
      gates.sort((a, b) => a.title.localeCompare(b.title)).forEach((gate) => gateRow(list, gate));
      fold.count = () => { count.textContent = gates.filter((gate) => answer.open[graph.gateAt.get(gate.id)]).length + " of " + gates.length + " open"; };
    });
    find("find").addEventListener("input", filterGates);
  }
  function gateRow(list, gate) {
    const item = make("li", list);
    const label = make("label", item);
    const box = make("input", label);
    box.type = "checkbox";
    box.setAttribute("role", "switch");
    const sign = make("span", label, null, "sign");
    make("span", label, gate.title);
    const flag = make("span", label, null, "flag");
    const about = make("button", item, "about", "plain");
    about.type = "button";
    about.setAttribute("aria-label", "About " + gate.title);
    about.setAttribute("aria-expanded", "false");
    box.addEventListener("change", () => toggle(gate.id));
    about.addEventListener("click", () => {
      const open = about.getAttribute("aria-expanded") === "true";
      about.setAttribute("aria-expanded", String(!open));
      if (open) item.querySelector(".card").remove();
      else item.append(cards.gateCard(gate));
    });
    const words = (gate.title + " " + gate.id + " " + gate.countries.map((code) => code + " " + countryName(code)).join(" ")).toLowerCase();
    rows.set(gate.id, { gate, item, box, sign, flag, about, words });
  }
  function filterGates() {
    const wanted = find("find").value.trim().toLowerCase();
    rows.forEach(({ item, words }) => { item.hidden = !words.includes(wanted); });
    find("gate-list").querySelectorAll("details").forEach((fold) => {
      fold.hidden = ![...fold.querySelectorAll("li")].some((item) => !item.hidden);
      if (wanted) fold.open = true;
    });
  }
  function drawGates() {
    rows.forEach(({ gate, item, box, sign, flag, about }) => {
      const index = graph.gateAt.get(gate.id);
      const open = !!answer.open[index];
      box.checked = open;
      const flags = [];
      if (open !== !!answer.baseOpen[index]) flags.push(answer.baseOpen[index] ? "shut here" : "opened here");
      if (answer.kept[gate.id]) flags.push("kept shut: " + answer.kept[gate.id].title);
      if (answer.now.gates.includes(gate.id)) flags.push("on the way");
      flag.textContent = flags.join(", ");
      if (sign.dataset.open !== String(open)) {
        sign.dataset.open = String(open);
        sign.replaceChildren(gateSign(gate.kind, open));
      }
      if (about.getAttribute("aria-expanded") === "true") item.querySelector(".card").replaceWith(cards.gateCard(gate));
    });
    find("gate-list").querySelectorAll("details").forEach((fold) => fold.count());
  }
  function drawControls() {
    ["origin", "destination"].forEach((end) => showEnd(find(end), ask[end]));
    find("by-" + ask.by).checked = true;
    MODES.forEach((mode) => { find("modes-" + mode).checked = !ask.modes || ask.modes.includes(mode); });
    const avoided = graph.avoidOf(ask);
    Object.keys(data.graph.touching).forEach((code) => { find("avoid-" + code).checked = avoided.includes(code); });
    find("opening-" + ask.opening).checked = true;
    find("profile").value = ask.profile;
    find("profile-reason").textContent = graph.profileOf(ask).reason;
    find("preset").value = ask.preset;
    find("reason").textContent = graph.presetOf(ask).reason;
    find("year").value = ask.date.slice(0, 4);
    find("year-shown").textContent = ask.date.slice(0, 4);
    if (document.activeElement !== find("date")) find("date").value = ask.date;
    const cargo = graph.cargoOf(ask);
    CARGO.forEach((name) => { if (document.activeElement !== find(name)) find(name).value = cargo[name]; });
    const names = (from, to) => data.gates.filter((_, index) => answer.open[index] === to && answer.baseOpen[index] === from).map((gate) => gate.title);
    const [opened, closed] = [names(0, 1), names(1, 0)];
    const some = (list) => list.slice(0, 3).join("; ") + (list.length > 3 ? " and " + (list.length - 3) + " more" : "");
    find("turned").textContent = [opened.length ? "Open, unlike the base: " + some(opened) + "." : "", closed.length ? "Shut, unlike the base: " + some(closed) + "." : ""].filter(Boolean).join(" ");
    kept.duty();
    kept.wait();
    drawSet();
  }

  /* Drawing */
  function render({ fit }) {
    answer = answerTo(graph, ask);
    drawControls();
    drawGates();
    if (view === "map") drawMapView(fit);
    else drawn.map = false;
    drawn.pairs = false;
    if (view === "pairs") drawPairsView();
    keepInUrl();
  }
  function drawMapView(fit) {
    atlas.show(answer);
    drawAnswer(find("answer"), answer, data, act, kept);
    if (fit) atlas.fit();
    drawn.map = true;
  }
  function drawPairsView() {
    pairs = pairs || drawPairs(find("view-pairs"), data, graph, act);
    pairs.show(ask, places);
    drawn.pairs = true;
  }
  function showView(fit) {
    VIEWS.forEach((name) => {
      const on = name === view;
      find("tab-" + name).setAttribute("aria-selected", String(on));
      find("tab-" + name).tabIndex = on ? 0 : -1;
      find("view-" + name).hidden = !on;
    });
    document.body.dataset.view = view;
    if (view === "map" && (fit || !drawn.map)) drawMapView(true);
    if (view === "pairs" && !drawn.pairs) drawPairsView();
    if (view === "about" && !drawn.about) {
      drawAbout(find("view-about"), data);
      drawn.about = true;
    }
    keepInUrl();
  }
  function drawLegend() {
    const list = make("ul", find("legend-list"));
    const entry = (sample, words) => {
      const item = make("li", list);
      item.append(sample);
      item.append(words);
    };
    const stroke = (...classes) => {
      const svg = makeSvg("svg", null, { width: 30, height: 10, viewBox: "0 0 30 10", "aria-hidden": "true" });
      classes.forEach((name) => makeSvg("path", svg, { d: "M2 5H28", class: name }));
      return svg;
    };
    entry(stroke("way now road"), "best way");
    entry(stroke("way base"), "base way");
    entry(stroke("way other"), "next best ways");
    entry(stroke("way now rail", "sleepers"), "by rail");
    entry(stroke("way now sea"), "by ship or ferry");
    entry(stroke("net rail"), "railway");
    entry(stroke("net road"), "road");
    entry(stroke("net sea"), "sea lane, ferry");
    entry(stroke("net shut"), "not passable");
    entry(gateSign("border", true), "border, open");
    entry(gateSign("border", false), "border, shut");
    entry(gateSign("project", false), "not built");
    entry(gateSign("strait", true), "strait");
    entry(gateSign("service", true), "service");
    find("legend").open = window.innerWidth > 1180;
    find("legend").addEventListener("toggle", () => atlas.fit());
  }

  const measure = () => { kept.width = Math.max(280, Math.min(520, find("answer").clientWidth - 32 || 360)); };
  make("p", find("view-map").querySelector(".left"), null, "reason").id = "speed";
  measure();
  buildControls();
  drawLegend();
  ask = fromHash(location.hash.slice(1));
  render({ fit: false });
  showView(true);
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) === toHash()) return;
    ask = fromHash(location.hash.slice(1));
    render({ fit: true });
    showView();
  });
  find("answer").addEventListener("scroll", () => { kept.scroll = find("answer").scrollTop; }, { passive: true });
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { measure(); if (view === "map") { atlas.fit(); act.redraw(); } }, 150);
  });
  window.addEventListener("beforeprint", () => { find("legend").open = true; atlas.fit(); });
  window.addEventListener("afterprint", () => atlas.fit());
  find("speed").textContent = "Page ready in " + number(performance.now() - began) + " ms.";

  /* For tests and for those who script the page */
  window.corridors = {
    data, graph, timings,
    solve: (settings) => graph.solve(Object.assign(fresh(), settings)),
    fan: (settings, destinations) => graph.fan(Object.assign(fresh(), settings), destinations),
    settings: () => Object.assign({}, ask, { view }),
    set,
    answer: () => answer,
  };
  document.documentElement.dataset.ready = "yes";
}
