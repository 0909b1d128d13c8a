/* Draws a corridors page: basemap, network, gates, corridors, routes, panel. Text goes in as text. */
function drawCorridors(map, data) {
  "use strict";
  const STYLE = {
    rail: { color: "#4f5a66", weight: 1.7 },
    road: { color: "#b98f52", weight: 1.3 },
    sea: { color: "#5d9bbd", weight: 1.4, dashArray: "1 5", lineCap: "round" },
    ferry: { color: "#3f7fa6", weight: 1.6, dashArray: "6 4" },
  };
  const SHUT = { color: "#b3261e", weight: 1.9, dashArray: "2 5", lineCap: "round" };
  const KINDS = { border: "border crossing", project: "line not built", strait: "strait or canal", service: "shipping service" };

  function make(tag, parent, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    if (parent) parent.appendChild(element);
    return element;
  }
  function number(value, digits) {
    return value.toLocaleString("en-GB", { maximumFractionDigits: digits || 0 });
  }
  function duration(hours) {
    if (hours < 120) return number(hours, 1) + " h";
    return number(hours / 24, 1) + " days";
  }
  function sourceLine(parent, ids) {
    const line = make("small", parent, "Source: ");
    ids.forEach((id, index) => {
      if (index) line.append("; ");
      const known = data.sources[id];
      if (known && /^https?:\/\//.test(known[1])) {
        const link = make("a", line, known[0]);
        link.href = known[1]; link.target = "_blank"; link.rel = "noopener";
      } else {
        line.append(known ? known[0] : id === "assumed" ? "assumed, no source" : id);
      }
    });
  }
  function facts(parent, rows) {
    const list = make("dl", parent);
    rows.filter((row) => row[1] !== "" && row[1] !== undefined).forEach(([name, value, className]) => {
      make("dt", list, name);
      make("dd", list, value, className);
    });
  }

  ["land", "network", "corridor", "casing", "routes", "gates", "labels"].forEach((name, index) => {
    map.createPane(name).style.zIndex = 300 + index * 20;
  });
  map.getPane("labels").style.pointerEvents = "none";

  /* Basemap */
  L.geoJSON(data.countries, {
    pane: "land", interactive: false,
    style: { fillColor: "#f6f2e9", fillOpacity: 1, color: "#b9ae9b", weight: 0.9 },
  }).addTo(map);
  L.geoJSON(data.lakes, {
    pane: "land", interactive: false,
    style: { fillColor: "#dbe7ec", fillOpacity: 1, color: "#b9ae9b", weight: 0.9 },
  }).addTo(map);

  /* Network */
  const byId = {};
  const gateTitles = Object.fromEntries(data.gates.map((gate) => [gate.id, gate.title]));
  const network = { rail: L.layerGroup(), road: L.layerGroup(), sea: L.layerGroup(), ferry: L.layerGroup() };
  Object.values(network).forEach((layer) => layer.addTo(map));
  const lines = [];
  function lineStyle(link) {
    const style = link.open ? STYLE[link.mode] : SHUT;
    return Object.assign({ pane: "network", opacity: 0.85, dashArray: null, lineCap: "butt" }, style);
  }
  data.links.forEach((link) => {
    byId[link.id] = link;
    const line = L.polyline(link.line, lineStyle(link));
    lines.push({ link, line });
    line.bindPopup(() => {
      const box = make("div", null, null, "co-pop");
      make("h3", box, link.title);
      facts(box, [
        ["Length", number(link.km, 1) + " km"],
        ["Gauge", link.gauge ? link.gauge + " mm" : ""],
        ["Line", link.status],
        ["Passable", link.open ? "yes" : "no, a gate is shut", link.open ? "state-open" : "state-shut"],
        ["Gates", link.gates.map((id) => gateTitles[id] || id).join(", ")],
      ]);
      if (link.note) make("small", box, link.note);
      sourceLine(box, link.source);
      return box;
    });
    line.addTo(network[link.mode]);
  });

  /* Corridors, hidden until chosen */
  const corridorLayers = data.corridors.map((corridor) => {
    const layer = L.layerGroup();
    corridor.links.forEach((id) => {
      if (byId[id]) L.polyline(byId[id].line, { pane: "corridor", color: corridor.colour, weight: 5, opacity: 0.55, interactive: false }).addTo(layer);
    });
    return layer;
  });

  /* Routes */
  const bounds = L.latLngBounds([]);
  const seen = new Set();
  /* Ways that run along one line: the first is drawn widest and each later one on top of it. */
  const colours = [...new Set(data.routes.filter((route) => !route.ghost).map((route) => route.colour))];
  data.routes.forEach((route) => {
    const key = route.legs.map((leg) => leg.link).join("|");
    route.first = !seen.has(key);
    if (!route.first) return;
    seen.add(key);
    route.legs.forEach((leg) => {
      const dash = leg.mode === "sea" || leg.mode === "ferry" ? "2 9" : route.ghost ? "9 7" : null;
      const width = route.ghost ? 4 : 5 + Math.min(9, 4 * (colours.length - 1 - colours.indexOf(route.colour)));
      L.polyline(leg.line, { pane: "casing", color: "#fff", weight: width + 4.5, opacity: 0.9, interactive: false }).addTo(map);
      L.polyline(leg.line, { pane: "routes", color: route.colour, weight: width, opacity: route.ghost ? 0.75 : 0.95, dashArray: dash, lineCap: "round" })
        .bindTooltip(() => make("span", null, route.label + ": " + (byId[leg.link] ? byId[leg.link].title : leg.link)), { sticky: true })
        .bindPopup(() => {
          const box = make("div", null, null, "co-pop");
          make("h3", box, route.label);
          if (route.chart) {
            const chart = make("img", box);
            chart.src = route.chart; chart.width = 520;
            chart.alt = "Time along the way: km across, hours up, borders and transfers as steps";
          }
          return box;
        }, { maxWidth: 560 })
        .addTo(map);
      leg.line.forEach((point) => bounds.extend(point));
    });
  });

  /* Gates: shape by kind, filled and crossed when shut */
  function gateSvg(kind, open, size) {
    const fill = open ? "#fffdf9" : "#b3261e";
    const edge = open ? "#1b7f5c" : "#b3261e";
    const shapes = {
      border: '<circle cx="8" cy="8" r="5.6"/>',
      project: '<path d="M8 1.8 14.6 13.6H1.4Z"/>',
      strait: '<path d="M8 1.4 14.6 8 8 14.6 1.4 8Z"/>',
      service: '<rect x="2.6" y="2.6" width="10.8" height="10.8" rx="1.5"/>',
    };
    const cross = open ? "" : '<path d="M5.6 6 10.4 10.8M10.4 6 5.6 10.8" stroke="#fff" stroke-width="1.6" fill="none"/>';
    return '<svg width="' + size + '" height="' + size + '" viewBox="0 0 16 16" aria-hidden="true"><g fill="' + fill +
      '" stroke="' + edge + '" stroke-width="2">' + shapes[kind] + "</g>" + cross + "</svg>";
  }
  const onRoute = new Set(data.routes.flatMap((route) => route.gates));
  const gateLayer = L.layerGroup().addTo(map);
  const gateMarkers = data.gates.map((gate) => {
    const marker = L.marker(gate.at, {
      pane: "gates", keyboard: true, alt: gate.title + (gate.open ? ", open" : ", shut"),
      icon: L.divIcon({ className: "co-gate", iconSize: [16, 16], html: "" }),
    });
    marker.bindTooltip(() => make("span", null, gate.title + (gate.open ? " (open)" : " (shut)")));
    marker.bindPopup(() => {
      const box = make("div", null, null, "co-pop");
      make("h3", box, gate.title);
      facts(box, [
        ["Kind", KINDS[gate.kind] + (gate.countries.length ? ", " + gate.countries.join(" and ") : "")],
        ["State", gate.open ? "open" : "shut", gate.open ? "state-open" : "state-shut"],
        ["Shown as of", data.shown],
        ["May open", gate.spread.length ? gate.spread[1] + " (" + gate.spread[0] + " to " + gate.spread[2] + ")" : ""],
        ["Dwell", gate.dwell.join("; ")],
      ]);
      if (gate.note) make("small", box, gate.note);
      sourceLine(box, gate.source);
      gate.events.forEach((event) => {
        const line = make("p", box);
        make("b", line, event.date + " " + event.event + ". ");
        line.append(event.note + " ");
        sourceLine(line, event.source);
      });
      return box;
    }, { maxWidth: 380 });
    marker.addTo(gateLayer);
    marker.gate = gate;
    return marker;
  });
  function sizeGates() {
    const zoom = map.getZoom();
    gateMarkers.forEach((marker) => {
      const chosen = onRoute.has(marker.gate.id);
      const size = (zoom < 4.5 ? 7 : zoom < 6 ? 11 : 15) + (chosen ? 4 : 0);
      const minor = marker.gate.kind === "service" && zoom < 5.5 && !chosen;
      marker.getElement().style.display = minor ? "none" : "";
      const svg = gateSvg(marker.gate.kind, marker.gate.open, size);
      marker.setIcon(L.divIcon({ className: "co-gate", iconSize: [size, size], html: svg }));
    });
  }

  /* Labels: the ends of routes first, then cities, then the rest; none over another */
  const ends = new Set(data.routes.flatMap((route) => [route.origin, route.destination]));
  const onWay = new Set(data.routes.flatMap((route) => route.legs.map((leg) => leg.link)));
  const nearWay = new Set();
  data.links.forEach((link) => { if (onWay.has(link.id)) { nearWay.add(String(link.line[0])); nearWay.add(String(link.line[link.line.length - 1])); } });
  const rank = (place) => (ends.has(place.name) ? 0 : nearWay.has(String(place.at)) && ["city", "port", "station"].includes(place.kind) ? 1 : place.kind === "city" ? 2 : place.kind === "port" ? 3 : place.kind === "station" ? 4 : 5);
  const labelled = data.places.map((place) => ({ place, rank: rank(place) })).sort((a, b) => a.rank - b.rank || a.place.id.localeCompare(b.place.id));
  const labels = L.layerGroup().addTo(map);
  function placeCountries(taken, view) {
    data.labels.forEach((country) => {
      if (!view.contains(country.at)) return;
      const spot = map.latLngToContainerPoint(country.at);
      const half = country.name.length * 5.4;
      if (!claim(taken, [spot.x - half, spot.y - 8, spot.x + half, spot.y + 8])) return;
      L.marker(country.at, { pane: "labels", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "co-country", html: make("span", null, country.name), iconSize: null }) }).addTo(labels);
    });
  }
  function claim(taken, box) {
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    taken.push(box);
    return true;
  }
  function placeLabels() {
    labels.clearLayers();
    const zoom = map.getZoom();
    const view = map.getBounds().pad(0.05);
    const taken = [];
    const panel = document.querySelector(".co-panel").getBoundingClientRect();
    const frame = map.getContainer().getBoundingClientRect();
    taken.push([panel.left - frame.left, panel.top - frame.top, panel.right - frame.left, panel.bottom - frame.top]);
    labelled.forEach(({ place, rank: order }) => {
      if (order > (zoom < 4.5 ? 1 : zoom < 5.5 ? 2 : zoom < 6.5 ? 3 : zoom < 8.5 ? 4 : 5) || !view.contains(place.at)) return;
      const spot = map.latLngToContainerPoint(place.at);
      const size = order === 0 ? 8.2 : 6.3;
      const box = [spot.x + 6, spot.y - 9, spot.x + 10 + place.name.length * size, spot.y + 9];
      if (!claim(taken, box)) return;
      L.circleMarker(place.at, { pane: "labels", radius: order === 0 ? 5 : 2, weight: order === 0 ? 2.5 : 1, color: "#12181d", fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(labels);
      const text = make("span", null, place.name);
      L.marker(place.at, { pane: "labels", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "co-label" + (order === 0 ? " end" : ""), html: text, iconSize: null, iconAnchor: [-7, order === 0 ? 11 : 9] }) }).addTo(labels);
    });
    placeCountries(taken, view);
  }

  /* Panel */
  const panel = make("section", map.getContainer(), null, "co-panel");
  panel.setAttribute("aria-label", "Figures and legend");
  L.DomEvent.disableClickPropagation(panel);
  L.DomEvent.disableScrollPropagation(panel);
  make("h1", panel, data.title);
  if (data.subtitle) make("p", panel, data.subtitle, "co-sub");
  const base = data.routes.find((route) => route.ghost);
  const groups = new Map();
  data.routes.forEach((route) => {
    const key = [route.legs.map((leg) => leg.link).join("|"), route.hours, route.usd].join("#");
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(route);
  });
  groups.forEach((same) => {
    const route = same.find((other) => other === base) || same[0];
    const card = make("article", panel, null, "co-route");
    const head = make("header", card);
    const swatch = make("span", head, null, "co-swatch" + (route.ghost ? " ghost" : ""));
    swatch.style.background = route.colour;
    make("span", head, route.label);
    const figures = make("div", card, null, "co-figures");
    [["time", "hours", duration, ""], ["USD a TEU", "usd", number, ""], ["km", "km", number, ""], ["kg CO\u2082e", "co2_kg", number, ""]].forEach(([name, field, show]) => {
      const cell = make("div", figures);
      make("b", cell, show(route[field]));
      make("span", cell, name);
      if (base && route !== base) {
        const change = route[field] - base[field];
        const sign = change > 0 ? "+" : change < 0 ? "\u2212" : "\u00b1";
        make("span", cell, sign + show(Math.abs(change)), "co-change " + (change < 0 ? "better" : change > 0 ? "worse" : ""));
      }
    });
    make("div", card, "through " + route.countries.join(" \u203a ") + ", " + route.borders + (route.borders === 1 ? " border" : " borders") +
      (route.gauge_changes ? ", " + route.gauge_changes + " gauge change" + (route.gauge_changes > 1 ? "s" : "") : ""), "co-through");
    const others = same.filter((other) => other !== route).map((other) => other.label);
    if (others.length) make("div", card, "Same under: " + others.join("; "), "co-also");
  });
  function section(title, open) {
    const fold = make("details", panel);
    fold.open = open;
    make("summary", fold, title);
    return fold;
  }
  if (data.changes.length) {
    const changes = make("ul", section("What this scenario changes", data.routes.length < 3), null, "co-changes");
    data.changes.forEach((change) => make("li", changes, change));
  }

  const legendBox = section("Legend", true);
  const layers = make("div", section("Corridors and layers", !data.routes.length), null, "co-layers");
  const yearLabel = make("label", layers, null, "co-year");
  const yearText = make("span", yearLabel);
  const year = make("input", yearLabel);
  year.type = "range"; year.min = data.years.first; year.max = data.years.last; year.value = data.years.now;
  const asShown = { gates: data.gates.map((gate) => gate.open), links: data.links.map((link) => link.open) };
  function showYear() {
    const chosen = Number(year.value);
    const index = chosen - data.years.first;
    const now = chosen === data.years.now;
    yearText.textContent = "Gates in " + chosen + (now ? " (as shown)" : chosen > data.years.now ? ", at their likely openings" : "");
    data.gates.forEach((gate, place) => { gate.open = now ? asShown.gates[place] : data.years.states[gate.id][index] === "1"; });
    data.links.forEach((link, place) => {
      link.open = now ? asShown.links[place] : link.gates.every((gate) => data.years.states[gate][index] === "1");
    });
    lines.forEach(({ link, line }) => line.setStyle(lineStyle(link)));
    sizeGates();
    document.documentElement.dataset.openGates = data.gates.filter((gate) => gate.open).length;
  }
  year.addEventListener("input", showYear);
  function toggle(title, colour, layer, on) {
    const label = make("label", layers);
    const box = make("input", label);
    box.type = "checkbox"; box.checked = on;
    if (colour) make("span", label, null, "co-swatch").style.background = colour;
    const [short, rest] = title.split(" (");
    make("span", label, short);
    if (rest) label.title = rest.replace(/\)$/, "");
    box.addEventListener("change", () => (box.checked ? layer.addTo(map) : map.removeLayer(layer)));
  }
  data.corridors.forEach((corridor, index) => toggle(corridor.title, corridor.colour, corridorLayers[index], false));
  [["Railways", "rail"], ["Roads", "road"], ["Ferries", "ferry"], ["Sea lanes", "sea"]].forEach(([title, mode]) =>
    toggle(title, STYLE[mode].color, network[mode], true));
  toggle("Gates", "#1b7f5c", gateLayer, true);

  const legend = make("div", legendBox, null, "co-legend");
  function entry(svg, text) {
    const row = make("div", legend);
    row.innerHTML = svg; /* drawn here, never from the data */
    make("span", row, text);
  }
  const stroke = (style) => '<svg width="30" height="8" aria-hidden="true"><line x1="2" y1="4" x2="28" y2="4" stroke="' + style.color +
    '" stroke-width="' + (style.weight + 0.8) + '" stroke-dasharray="' + (style.dashArray || "") + '" stroke-linecap="' + (style.lineCap || "butt") + '"/></svg>';
  entry(stroke(STYLE.rail), "railway");
  entry(stroke(STYLE.road), "road");
  entry(stroke(STYLE.ferry), "ferry");
  entry(stroke(STYLE.sea), "sea lane");
  entry(stroke(SHUT), "not passable");
  entry(gateSvg("border", true, 15), "border, open");
  entry(gateSvg("border", false, 15), "border, shut");
  entry(gateSvg("project", false, 15), "not built");
  entry(gateSvg("strait", true, 15), "strait, canal");
  entry(gateSvg("service", true, 15), "service");

  const foot = make("div", panel, null, "co-foot");
  make("p", foot, "Gates as of " + data.shown + "; data of " + data.date + "; scenario " + data.scenario + ".");
  data.notes.forEach((note) => make("p", foot, note));
  data.attribution.forEach((line) => make("p", foot, line));
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution("\u00a9 OpenStreetMap contributors (ODbL), Natural Earth; data " + data.date);

  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  const wide = window.innerWidth > 720;
  const whole = L.latLngBounds([[35.5, 40], [44, 56]]);
  const padding = wide ? { paddingTopLeft: [400, 40], paddingBottomRight: [40, 40] } : { paddingTopLeft: [30, 20], paddingBottomRight: [70, window.innerHeight * 0.5] };
  map.fitBounds(bounds.isValid() ? bounds : whole, padding);
  map.on("zoomend", sizeGates);
  map.on("zoomend moveend", placeLabels);
  showYear();
  placeLabels();
  document.documentElement.dataset.ready = "yes";
}
