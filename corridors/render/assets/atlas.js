/* The map of the explorer: land, network, the ways, gates to click, names that never overlap. */
function drawAtlas(container, data, act) {
  const map = L.map(container, { center: [40, 47], zoom: 6, minZoom: 2, maxZoom: 12, zoomSnap: 0.25, zoomControl: false, attributionControl: true });
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  map.attributionControl.addAttribution("\u00a9 OpenStreetMap contributors (ODbL); land, lakes and border lines: Natural Earth");
  ["tiles", "land", "countries", "network", "other", "casing", "base", "now", "places", "gates", "names"].forEach((name, index) => {
    map.createPane(name).style.zIndex = 300 + index * 10;
  });
  ["land", "countries", "casing", "base", "names"].forEach((name) => { map.getPane(name).style.pointerEvents = "none"; });
  const line = (points, pane, className, more) => L.polyline(points, Object.assign({ pane, className }, more));

  const land = L.geoJSON(data.countries, { pane: "land", interactive: false, style: { className: "land" } }).addTo(map);
  const lakes = L.geoJSON(data.lakes, { pane: "land", interactive: false, style: { className: "lake" } }).addTo(map);
  const card = (content) => [content, { maxWidth: 340, minWidth: 240, autoPanPadding: [20, 20] }];

  const lines = data.links.map((link) => line(link.line, "network", "net " + link.mode)
    .bindPopup(...card(() => act.linkCard(link))).addTo(map));
  const ways = { other: L.layerGroup().addTo(map), base: L.layerGroup().addTo(map), now: L.layerGroup().addTo(map) };

  const signs = data.gates.map((gate) => {
    const box = make("span", null, null, "gate");
    box.append(gateSign(gate.kind, false));
    const marker = L.marker(gate.at, { pane: "gates", keyboard: false, icon: L.divIcon({ className: "gate-spot", iconSize: [22, 22], html: box }) });
    marker.bindTooltip(() => make("span", null, gate.title + (box.classList.contains("is-open") ? " (open)" : " (shut)")), { direction: "top", offset: [0, -8] });
    marker.bindPopup(...card(() => act.gateCard(gate)));
    marker.on("click", () => act.toggle(gate.id));
    marker.addTo(map).box = box;
    return marker;
  });
  const spots = new Map(data.places.map((place) => [place.id, place]));
  const dots = new Map();
  data.ends.forEach((id) => {
    const place = spots.get(id);
    if (!place) return;
    const dot = L.circleMarker(place.at, { pane: "places", radius: 3, className: "dot" });
    dot.bindPopup(...card(() => act.placeCard(place))).addTo(map);
    dots.set(id, dot);
  });

  /* Names: ends first, then places on the way, cities, the rest; then countries where room is left */
  const names = L.layerGroup().addTo(map);
  let shown = { ends: [], onWay: new Set() };
  function rank(place) {
    if (shown.ends.includes(place.id)) return 0;
    if (shown.onWay.has(place.id) && place.kind !== "border" && place.kind !== "junction") return 1;
    return { city: 2, port: 3, station: 4 }[place.kind] || 5;
  }
  let letters = [];
  function label(at, text, className, anchor) {
    L.marker(at, { pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({ className, html: make("span", null, text), iconSize: null, iconAnchor: anchor }) }).addTo(names);
  }
  function drawNames() {
    names.clearLayers();
    const zoom = map.getZoom();
    const size = map.getSize();
    const view = map.getBounds().pad(0.02);
    container.dataset.zoom = zoom < 4.5 ? "far" : zoom < 6.5 ? "middle" : "near";
    const taken = [[size.x - 50, 0, size.x, 80], ...drawSigns()];
    const finest = zoom < 4.5 ? 1 : zoom < 5.75 ? 2 : zoom < 7 ? 3 : zoom < 8.5 ? 4 : 5;
    const ranked = data.places.map((place) => [rank(place), place]).filter(([order, place]) => order <= finest && view.contains(place.at));
    ranked.sort((a, b) => a[0] - b[0] || (a[1].id < b[1].id ? -1 : 1));
    ranked.forEach(([order, place]) => {
      const spot = map.latLngToContainerPoint(place.at);
      const wide = place.name.length * (order === 0 ? 8.4 : 6.5) + 4;
      const half = order === 0 ? 10 : 8;
      const gap = order === 0 ? 10 : 6;
      const right = [spot.x + gap, spot.y - half, spot.x + gap + wide, spot.y + half];
      const left = [spot.x - gap - wide, spot.y - half, spot.x - gap, spot.y + half];
      const style = "name" + (order === 0 ? " end" : order === 1 ? " on-way" : "");
            const inside = (box) => box[0] > 0 && box[2] < size.x;
      const fits = (box) => inside(box) && claim(taken, box);
      if (order === 0) taken.push(inside(right) ? right : left);
      if (order === 0 ? inside(right) : fits(right)) label(place.at, place.name, style, [order === 0 ? -11 : -7, half]);
      else if (order === 0 || fits(left)) label(place.at, place.name, style, [wide + gap - 2, half]);
    });
    if (zoom > 3.5) data.labels.forEach((country) => {
      if (!view.contains(country.at)) return;
      const spot = map.latLngToContainerPoint(country.at);
      const half = country.name.length * 5;
      if (claim(taken, [spot.x - half, spot.y - 8, spot.x + half, spot.y + 8])) label(country.at, country.name, "country-name", null);
    });
  }
  /* Signs of the gates that matter to the ways first; one that would stand on another waits for a closer look */
  function drawSigns() {
    const taken = letters.map((at) => around(at, 10));
    const weight = (box) => (box.classList.contains("on-way") ? 2 : 0) + (box.classList.contains("changed") ? 1 : 0);
    signs.slice().sort((a, b) => weight(b.box) - weight(a.box)).forEach((marker) => {
      const order = weight(marker.box);
      const half = order > 1 ? 6 : order ? 7 : { far: 4, middle: 6, near: 7 }[container.dataset.zoom];
      const shown_ = claim(taken, around(marker.getLatLng(), half)) || order > 1;
      marker.getElement().style.display = shown_ ? "" : "none";
    });
    return taken;
  }
  function around(at, half) {
    const spot = map.latLngToContainerPoint(at);
    return [spot.x - half, spot.y - half, spot.x + half, spot.y + half];
  }
  map.on("zoomend moveend resize", drawNames);

  /* Lines of a way, joined where neighbouring legs go by the same mode */
  function stretches(route) {
    const found = [];
    route.legs.filter((leg) => leg.link).forEach((leg) => {
      const points = leg.row.line;
      const along = leg.forward ? points : points.slice().reverse();
      const last = found[found.length - 1];
      if (last && last.mode === leg.mode) last.points.push(...along.slice(1));
      else found.push({ mode: leg.mode, points: along.slice() });
    });
    return found;
  }
  function drawWay(route, kind) {
    const layer = ways[kind];
    stretches(route).forEach(({ mode, points }) => {
      if (kind !== "other") line(points, "casing", "casing " + kind, { interactive: false }).addTo(layer);
      line(points, kind, "way " + kind + " " + mode, { interactive: false }).addTo(layer);
      if (kind === "now" && mode === "rail") line(points, kind, "sleepers", { interactive: false }).addTo(layer);
    });
  }
  /* A letter on the longest stretch that a way has to itself */
  function letter(route, sign, against) {
    const own = route.legs.filter((leg) => leg.link && !against.has(leg.link));
    const leg = own.sort((a, b) => b.km - a.km)[0];
    if (!leg) return;
    const at = leg.row.line[Math.floor(leg.row.line.length / 2)];
    letters.push(at);
    L.marker(at, { pane: "gates", interactive: false, keyboard: false, icon: L.divIcon({ className: "letter", html: make("span", null, sign), iconSize: [18, 18] }) }).addTo(ways.other);
  }

  let bounds = L.latLngBounds([]);
  function show(answer) {
    const { now, base, others, ask } = answer;
    Object.values(ways).forEach((layer) => layer.clearLayers());
    const same = now.found && base.found && now.links.join() === base.links.join();
    letters = [];
    others.filter((other) => other.route.links.join() !== base.links.join() || same).forEach((other) => drawWay(other.route, "other"));
    others.forEach((other) => letter(other.route, other.letter, new Set(others.filter((each) => each !== other).flatMap((each) => each.route.links).concat(now.links))));
    if (base.found && !same) drawWay(base, "base");
    if (now.found) drawWay(now, "now");
    bounds = L.latLngBounds([now, base].filter((route) => route.found).flatMap((route) => route.legs.filter((leg) => leg.link).flatMap((leg) => leg.row.line)));
    [ask.origin, ask.destination].forEach((id) => { if (spots.has(id)) bounds.extend(spots.get(id).at); });
    const passable = (link) => link.gates.every((gate) => answer.open[answer.gateAt.get(gate)]) && !answer.shutLinks.includes(link.id);
    lines.forEach((each, index) => each.getElement().classList.toggle("shut", !passable(data.links[index])));
    signs.forEach((marker, index) => {
      const gate = data.gates[index].id;
      const open = !!answer.open[index];
      marker.box.classList.toggle("is-open", open);
      marker.box.classList.toggle("changed", open !== !!answer.baseOpen[index]);
      marker.box.classList.toggle("on-way", now.gates.includes(gate) || base.gates.includes(gate) || (now.needs || []).includes(gate));
      const sign = marker.box.firstChild;
      if (sign.classList.contains("open") !== open) marker.box.replaceChildren(gateSign(data.gates[index].kind, open));
      if (marker.isPopupOpen()) marker.getPopup().update();
    });
    shown = { ends: [ask.origin, ask.destination], onWay: new Set([...now.legs, ...base.legs].flatMap((leg) => [leg.start, leg.end])) };
    dots.forEach((dot, id) => dot.setRadius(shown.ends.includes(id) ? 6 : 3).getElement().classList.toggle("end", shown.ends.includes(id)));
    drawNames();
  }
  function fit() {
    map.invalidateSize({ animate: false });
    const small = container.clientWidth < 500;
    if (bounds.isValid()) map.fitBounds(bounds, { animate: false, maxZoom: 9, paddingTopLeft: [30, 34], paddingBottomRight: small ? [30, 30] : [60, 40] });
  }
  let tiles = null;
  function useTiles(on, failed) {
    if (on && !tiles) {
      tiles = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { pane: "tiles", maxZoom: 12, attribution: "Tiles \u00a9 OpenStreetMap contributors" });
      tiles.on("tileerror", failed);
    }
    if (on) tiles.addTo(map).bringToBack();
    else if (tiles) map.removeLayer(tiles);
    [land, lakes].forEach((under) => under.eachLayer((layer) => layer.getElement().classList.toggle("under-tiles", on)));
  }
  return { map, show, fit, useTiles };
}
