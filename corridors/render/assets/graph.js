/* Shortest ways over the arcs that Python compiled: gates, weights, Dijkstra. Knows no page.

   A question is { origin, destination, by, preset, date, opening, open, shut, duty, wait, profile,
   cargo, avoid, modes }: ids of places, an objective, a scenario, a day, which day of their spread
   unbuilt gates open on, gates opened and shut by hand, USD by corridor, hours by gate, a cargo
   profile (or ""), numbers that differ from it (or null), countries to keep off (or null for the
   profile's own) and the modes allowed (or null for all). */
function corridorsGraph(data) {
  const graph = data.graph;
  const arcs = graph.tail.length;
  const nodes = graph.node_place.length;
  const tail = Int32Array.from(graph.tail);
  const head = Int32Array.from(graph.head);
  const link = Int32Array.from(graph.link);
  const start = rowStarts(tail, nodes);
  const crosses = flags(graph.crosses);
  const regauges = flags(graph.regauges);
  const gateIds = data.gates.map((gate) => gate.id);
  const gateAt = new Map(gateIds.map((id, index) => [id, index]));
  const linkAt = new Map(data.links.map((row, index) => [row.id, index]));
  const placeAt = new Map(graph.places.map((row, index) => [row[0], index]));
  const presets = new Map(data.presets.map((preset) => [preset.id, preset]));
  const layer = (name) => graph.layers.indexOf(name);
  const ends = { origin: doors(layer("origin")), destination: doors(layer("destination")) };
  const linkArcs = data.links.map(() => []);
  link.forEach((index, arc) => { if (index >= 0) linkArcs[index].push(arc); });
  const PENALTY = 1e9; /* dearer than any way */

  function flags(list) {
    const found = new Uint8Array(arcs);
    list.forEach((arc) => { found[arc] = 1; });
    return found;
  }
  function rowStarts(sorted, count) {
    const found = new Int32Array(count + 1);
    sorted.forEach((node) => { found[node + 1] += 1; });
    for (let node = 0; node < count; node += 1) found[node + 1] += found[node];
    return found;
  }
  function doors(wanted) {
    const found = new Int32Array(graph.places.length).fill(-1);
    graph.node_layer.forEach((at, node) => { if (at === wanted) found[graph.node_place[node]] = node; });
    return found;
  }
  function remembered(make, size) {
    const kept = new Map();
    return (key, ...rest) => {
      if (!kept.has(key)) {
        if (kept.size >= size) kept.delete(kept.keys().next().value);
        kept.set(key, make(...rest));
      }
      return kept.get(key);
    };
  }
  const countryOf = (place) => graph.places[placeAt.get(place)][2];
  const presetOf = (ask) => presets.get(ask.preset) || data.presets[0];
  const profileOf = (ask) => data.profiles.find((profile) => profile.id === ask.profile) || { cargo: {}, avoid: [], reason: "" };
  const cargoOf = (ask) => Object.assign({}, presetOf(ask).cargo, profileOf(ask).cargo, ask.cargo);
  const avoidOf = (ask) => ask.avoid || profileOf(ask).avoid;

  /* Figures of every arc: the exported columns, with the scenario's own numbers, levers added. */
  const columnsOf = remembered((preset) => {
    const names = Object.keys(graph.columns);
    const columns = {};
    names.forEach((name) => { columns[name] = Float64Array.from(graph.columns[name]); });
    Object.entries(preset.arcs).forEach(([arc, figures]) => {
      names.forEach((name, index) => { columns[name][arc] = figures[index]; });
    });
    return columns;
  }, 12);
  const figuresOf = remembered((ask, cargo) => {
    const columns = columnsOf(presetOf(ask).id, presetOf(ask));
    const found = { km: columns.km, hours: columns.hours.slice(), border_h: columns.border_h.slice(), waiting_h: columns.waiting_h };
    Object.entries(ask.wait || {}).forEach(([gate, hours]) => {
      graph.gate_arcs[gateAt.get(gate)].forEach((arc) => {
        found.hours[arc] += hours;
        found.border_h[arc] += hours;
      });
    });
    found.usd = columns.usd.map((usd, arc) => usd + cargo.tonnes * columns.usd_per_tonne[arc] + cargo.teu * columns.usd_per_teu[arc] + cargo.value_usd * columns.usd_per_value_usd[arc]);
    Object.entries(ask.duty || {}).forEach(([corridor, usd]) => {
      graph.charged[corridor][1].forEach((arc) => { found.usd[arc] += usd; });
    });
    const perHour = cargo.value_usd * cargo.time_cost_share_per_day * graph.usd_per_h;
    found.co2_kg = columns.kg_per_tonne.map((kg) => cargo.tonnes * kg);
    found.generalised_usd = found.usd.map((usd, arc) => usd + perHour * found.hours[arc]);
    return found;
  }, 12);
  function figures(ask) {
    const cargo = cargoOf(ask);
    return figuresOf(JSON.stringify([presetOf(ask).id, ask.wait, ask.duty, cargo]), ask, cargo);
  }
  const MEASURE = { time: "hours", cost: "usd", co2: "co2_kg", generalised: "generalised_usd", distance: "km" };

  /* Gates */
  function stateOn(spans, date) {
    let state = spans[0][1];
    for (const [day, turned] of spans) {
      if (day > date) break;
      state = turned;
    }
    return state;
  }
  /* What the scenario and the reader have set, by gate: the reader has the last word. */
  function decisions(ask) {
    const set = {};
    for (const [day, gates] of presetOf(ask).gates) if (day <= ask.date) Object.assign(set, gates);
    ask.open.forEach((gate) => { set[gate] = 1; });
    ask.shut.forEach((gate) => { set[gate] = 0; });
    return set;
  }
  /* Gates open to cargo in general, and the condition that keeps a gate shut. */
  function openGates(ask, set) {
    const open = Uint8Array.from(data.states[ask.opening], (spans) => stateOn(spans, ask.date));
    Object.entries(set).forEach(([gate, state]) => { open[gateAt.get(gate)] = state; });
    const kept = {};
    for (let again = true; again;) {
      again = false;
      for (const condition of data.conditions) {
        if (condition.needs.some((gate) => open[gateAt.get(gate)])) continue;
        for (const gate of condition.gates) {
          if (!open[gateAt.get(gate)]) continue;
          open[gateAt.get(gate)] = 0;
          kept[gate] = condition;
          again = true;
        }
      }
    }
    return { open, kept };
  }
  /* Gates open to cargo from one country to another: events may bind some cargo only. */
  function openFor(ask, from, to) {
    const set = decisions(ask);
    const { open, kept } = openGates(ask, set);
    const special = {};
    Object.entries(data.special[ask.opening]).forEach(([gate, rule]) => {
      if (gate in set) return;
      const key = (rule.origins.includes(from) ? from : "*") + ">" + (rule.destinations.includes(to) ? to : "*");
      const index = gateAt.get(gate);
      if (!(key in rule.spans)) return;
      const state = stateOn(rule.spans[key], ask.date);
      if (state === stateOn(data.states[ask.opening][index], ask.date)) return;
      open[index] = state;
      special[gate] = state;
    });
    return { open, kept, special };
  }

  /* Weights: infinity is an arc that is shut */
  function shut(weight, list) {
    list.forEach((arc) => { weight[arc] = Infinity; });
  }
  function offLimits(ask, weight) {
    presetOf(ask).shut_links.forEach((id) => shut(weight, linkArcs[linkAt.get(id)]));
    avoidOf(ask).forEach((country) => shut(weight, graph.touching[country]));
    if (ask.modes) data.links.forEach((row, index) => { if (!ask.modes.includes(row.mode)) shut(weight, linkArcs[index]); });
  }
  function weights(ask, open) {
    const weight = figures(ask)[MEASURE[ask.by]].slice();
    graph.gate_arcs.forEach((list, gate) => { if (!open[gate]) shut(weight, list); });
    offLimits(ask, weight);
    return weight;
  }

  /* Dijkstra (1959) with a binary heap; entries that have been bettered are skipped */
  const heapKey = new Float64Array(arcs + 1);
  const heapNode = new Int32Array(arcs + 1);
  let heapSize = 0;
  function push(key, node) {
    let at = heapSize;
    heapSize += 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heapKey[above] <= key) break;
      heapKey[at] = heapKey[above];
      heapNode[at] = heapNode[above];
      at = above;
    }
    heapKey[at] = key;
    heapNode[at] = node;
  }
  function pop() {
    const top = heapNode[0];
    heapSize -= 1;
    const key = heapKey[heapSize];
    const node = heapNode[heapSize];
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heapSize) break;
      if (below + 1 < heapSize && heapKey[below + 1] < heapKey[below]) below += 1;
      if (heapKey[below] >= key) break;
      heapKey[at] = heapKey[below];
      heapNode[at] = heapNode[below];
      at = below;
    }
    heapKey[at] = key;
    heapNode[at] = node;
    return top;
  }
  function search(weight, source, target) {
    const distance = new Float64Array(nodes).fill(Infinity);
    const byArc = new Int32Array(nodes).fill(-1);
    const done = new Uint8Array(nodes);
    heapSize = 0;
    distance[source] = 0;
    push(0, source);
    while (heapSize) {
      const node = pop();
      if (done[node]) continue;
      done[node] = 1;
      if (node === target) break;
      for (let arc = start[node]; arc < start[node + 1]; arc += 1) {
        const reached = distance[node] + weight[arc];
        if (reached < distance[head[arc]]) {
          distance[head[arc]] = reached;
          byArc[head[arc]] = arc;
          push(reached, head[arc]);
        }
      }
    }
    return { distance, byArc };
  }
  function wayTo(byArc, source, target) {
    const way = [];
    for (let node = target; node !== source; node = tail[way[way.length - 1]]) way.push(byArc[node]);
    return way.reverse();
  }
  const doorOut = (place) => ends.origin[placeAt.get(place)];
  const doorIn = (place) => ends.destination[placeAt.get(place)];

  /* A way with its figures: every total is the sum of its arcs */
  function route(ask, way) {
    const figure = figures(ask);
    const found = { found: true, ask, arcs: way, legs: way.map((arc) => leg(figure, arc)) };
    ["km", "hours", "usd", "co2_kg", "generalised_usd", "border_h", "waiting_h"].forEach((name) => {
      found[name] = way.reduce((sum, arc) => sum + figure[name][arc], 0);
    });
    found.cost = found[MEASURE[ask.by]];
    const hauls = found.legs.filter((each) => each.link);
    found.links = hauls.map((each) => each.link);
    found.gates = [...new Set(hauls.flatMap((each) => each.gates))];
    found.modes = [...new Set(hauls.map((each) => each.mode))];
    found.gauge_changes = way.filter((arc) => regauges[arc]).length;
    found.transfers = found.legs.filter((each) => each.kind === "transfer").length;
    found.borders = way.filter((arc) => crosses[arc]).length + frontiersAtSea(found.legs);
    const entered = hauls.flatMap((each) => [each.country, countryOf(each.end)]);
    found.countries = [...new Set([countryOf(ask.origin), ...entered])].filter((code) => code !== graph.high_seas);
    return found;
  }
  function leg(figure, arc) {
    const row = link[arc] >= 0 ? data.links[link[arc]] : null;
    const place = (node) => graph.places[graph.node_place[node]];
    return {
      arc, kind: graph.kinds[graph.kind[arc]], link: row ? row.id : "", row, mode: row ? row.mode : "",
      forward: link[arc] >= 0 && graph.link_from[link[arc]] === graph.node_place[tail[arc]],
      start: place(tail[arc])[0], end: place(head[arc])[0], startName: place(tail[arc])[1], endName: place(head[arc])[1],
      fromLayer: graph.layers[graph.node_layer[tail[arc]]], toLayer: graph.layers[graph.node_layer[head[arc]]],
      country: row ? graph.link_country[link[arc]] : place(tail[arc])[2], gates: row ? row.gates : [], crosses: !!crosses[arc],
      km: figure.km[arc], hours: figure.hours[arc], border_h: figure.border_h[arc], waiting_h: figure.waiting_h[arc],
      usd: figure.usd[arc], co2_kg: figure.co2_kg[arc], generalised_usd: figure.generalised_usd[arc],
    };
  }
  /* The corridor that a way follows, or null: corridors.analysis.leads says by which rule */
  function lead(route) {
    const passed = new Set(route.gates);
    const km = new Map(route.legs.filter((each) => each.link).map((each) => [each.link, each.km]));
    const whole = [...km.values()].reduce((sum, each) => sum + each, 0) || 1;
    let best = { corridor: null, shared: 0, size: 0 };
    data.corridors.forEach((corridor) => {
      const own = [...new Set(corridor.links)];
      const shared = own.reduce((sum, id) => sum + (km.get(id) || 0), 0);
      const size = own.reduce((sum, id) => sum + data.links[linkAt.get(id)].km, 0);
      const entered = corridor.toll_gates.length
        ? corridor.toll_gates.some((gate) => passed.has(gate)) : shared >= graph.lead.least_followed * size;
      if (!entered || shared < graph.lead.least_share * whole) return;
      if (shared > best.shared || (shared === best.shared && size < best.size)) best = { corridor, shared, size };
    });
    return best.corridor;
  }
  /* Voyages that end in another country than they began in */
  function frontiersAtSea(legs) {
    let found = 0;
    let boarded = "";
    legs.forEach((each) => {
      if (each.mode !== "sea") {
        boarded = "";
        return;
      }
      boarded = boarded || countryOf(each.start);
      const landed = countryOf(each.end);
      if (landed !== graph.high_seas && landed !== boarded) {
        found += 1;
        boarded = landed;
      }
    });
    return found;
  }

  function solve(ask) {
    if (ask.origin === ask.destination) return route(ask, []);
    const { open } = openFor(ask, countryOf(ask.origin), countryOf(ask.destination));
    const source = doorOut(ask.origin);
    const target = doorIn(ask.destination);
    const { distance, byArc } = search(weights(ask, open), source, target);
    if (distance[target] < Infinity) return route(ask, wayTo(byArc, source, target));
    return noWay(ask, open);
  }
  /* No way: what would have to open is worked out when it is first asked for */
  function noWay(ask, open) {
    let found = null;
    return {
      found: false, ask, cost: Infinity, links: [], gates: [], legs: [], arcs: [], countries: [], modes: [],
      get needs() {
        found = found || needs(ask, open);
        return found;
      },
    };
  }
  /* The fewest shut gates that would have to open, none if no gate would help. A gate passed more
     than once counts once: each passing is charged a part that cannot be too much, and whether such
     a gate opens is tried both ways until no smaller set can be left (branch and bound). */
  function needs(ask, open) {
    const free = figures(ask)[MEASURE[ask.by]].slice();
    offLimits(ask, free);
    const [source, target] = [doorOut(ask.origin), doorIn(ask.destination)];
    const shutGates = gateIds.filter((_, gate) => !open[gate]);
    const passings = new Map(shutGates.map((gate) => [gate, Math.max(1, new Set(graph.gate_arcs[gateAt.get(gate)].map((arc) => link[arc])).size)]));
    let fewest = null;
    const trials = [[new Set(), new Set()]];
    while (trials.length) {
      const [opened, refused] = trials.pop();
      const weight = free.slice();
      passings.forEach((count, gate) => {
        if (opened.has(gate)) return;
        const due = refused.has(gate) ? Infinity : PENALTY / count;
        graph.gate_arcs[gateAt.get(gate)].forEach((arc) => { weight[arc] += due; });
      });
      const { distance, byArc } = search(weight, source, target);
      if (!(distance[target] < Infinity)) continue;
      const passed = new Map();
      wayTo(byArc, source, target).forEach((arc) => {
        (link[arc] >= 0 ? data.links[link[arc]].gates : []).filter((gate) => passings.has(gate))
          .forEach((gate) => passed.set(gate, (passed.get(gate) || 0) + 1));
      });
      if (!fewest || passed.size < fewest.length) fewest = [...passed.keys()];
      const parts = [...passed].filter(([gate]) => !opened.has(gate)).map(([gate, count]) => [gate, count / passings.get(gate)]);
      const unsure = parts.filter(([, part]) => part < 1).map(([gate]) => gate);
      const least = Math.ceil(opened.size + parts.reduce((sum, [, part]) => sum + part, 0) - 1e-6);
      if (unsure.length && least < fewest.length) {
        trials.push([opened, new Set([...refused, unsure[0]])], [new Set([...opened, unsure[0]]), refused]);
      }
    }
    return untied(open, fewest || []);
  }
  /* With one more gate for each condition that would keep one of them shut */
  function untied(open, needed) {
    const stands = (gate) => open[gateAt.get(gate)] || needed.includes(gate);
    const holds = data.conditions.find((condition) => condition.gates.some((gate) => needed.includes(gate)) && !condition.needs.some(stands));
    return holds ? untied(open, [...needed, holds.needs[0]]) : needed;
  }
  /* Ways from one place to many, one search for all ends whose cargo finds the same gates open */
  function fan(ask, destinations) {
    const from = countryOf(ask.origin);
    const source = doorOut(ask.origin);
    const searched = new Map();
    return destinations.map((destination) => {
      const question = Object.assign({}, ask, { destination });
      if (destination === ask.origin) return route(question, []);
      const { open } = openFor(ask, from, countryOf(destination));
      const key = open.join("");
      if (!searched.has(key)) searched.set(key, search(weights(ask, open), source, -1));
      const { distance, byArc } = searched.get(key);
      const target = doorIn(destination);
      if (!(distance[target] < Infinity)) return noWay(question, open);
      return route(question, wayTo(byArc, source, target));
    });
  }
  /* The question asked of the base: the same goods, ends, modes and objective, nothing changed */
  function baseOf(ask) {
    return Object.assign({}, ask, { preset: data.presets[0].id, date: data.start.date, opening: data.start.opening, open: [], shut: [], duty: {}, wait: {} });
  }
  function withGate(ask, gate, state) {
    const without = (list) => list.filter((other) => other !== gate);
    const changed = { open: without(ask.open), shut: without(ask.shut) };
    changed[state ? "open" : "shut"].push(gate);
    return Object.assign({}, ask, changed);
  }
  return { solve, fan, lead, baseOf, withGate, openFor, cargoOf, avoidOf, profileOf, countryOf, presetOf, gateAt, placeAt };
}
