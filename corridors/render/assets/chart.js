/* Time, cost or emissions against distance for several ways: stairs whose steps are borders and
   changes of mode. */
const CHART_MEASURES = {
  hours: { name: "Hours", unit: "h", digits: 1 },
  usd: { name: "USD a shipment", unit: "USD", digits: 0 },
  co2_kg: { name: "kg CO\u2082e a shipment", unit: "kg", digits: 0 },
};
/* The page's colours by name of style variable; a picture that leaves the page needs them as values. */
const CHART_COLOURS = { ink: "var(--ink)", muted: "var(--muted)", line: "var(--line)", now: "var(--now)", base: "var(--base)", paper: "none" };
const PAPER_COLOURS = { ink: "#1f2a33", muted: "#55606a", line: "#ddd6c8", now: "#c04d00", base: "#3c4650", paper: "#ffffff", font: "'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif" };

function distanceChart(ways, options) {
  const { measure, colours, width, title } = options;
  const top = (title ? 24 : 4) + 17 * ways.length + 18;
  const frame = { left: 46, right: width - 12, top, bottom: top + Math.round(width * 0.46) };
  const height = frame.bottom + 36;
  const how = CHART_MEASURES[measure];
  const most = Math.max(...ways.map((way) => way.route[measure]), 1e-9) * 1.04;
  const longest = Math.max(...ways.map((way) => way.route.km), 1e-9) * 1.02;
  const x = (km) => frame.left + (km / longest) * (frame.right - frame.left);
  const y = (value) => frame.bottom - (value / most) * (frame.bottom - frame.top);
  const svg = makeSvg("svg", null, { viewBox: "0 0 " + width + " " + height, width, height, role: "img", "font-size": 11.5 });
  if (colours.font) svg.setAttribute("font-family", colours.font);
  svg.setAttribute("aria-label", how.name + " over distance. " + ways.map((way) => way.label + ": " + totals(way.route)).join("; "));
  if (colours.paper !== "none") makeSvg("rect", svg, { width, height, fill: colours.paper });
  const text = (parent, at, words, more) => makeSvg("text", parent, Object.assign({ x: at[0], y: at[1], fill: colours.muted }, more), words);

  function totals(route) {
    return number(route.km) + " km, " + number(route[measure], how.digits) + " " + how.unit;
  }
  function ticks(limit, count) {
    const rough = limit / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
    return Array.from({ length: Math.floor(limit / step) + 1 }, (_, index) => index * step);
  }
  const digitsOf = (list) => (list.length > 1 && list[1] < 1 ? 1 : 0);
  const across = ticks(longest, 5);
  const up = ticks(most, 5);
  up.forEach((value) => {
    makeSvg("line", svg, { x1: frame.left, x2: frame.right, y1: y(value), y2: y(value), stroke: colours.line, "stroke-width": value ? 0.7 : 1.2 });
    text(svg, [frame.left - 6, y(value) + 4], number(value, digitsOf(up)), { "text-anchor": "end" });
  });
  across.forEach((km) => text(svg, [x(km), frame.bottom + 16], number(km, digitsOf(across)), { "text-anchor": "middle" }));
  text(svg, [frame.right, frame.bottom + 31], "km from the origin", { "text-anchor": "end" });
  text(svg, [4, frame.top - 7], how.name);
  if (title) text(svg, [4, 16], title, { fill: colours.ink, "font-weight": 600, "font-size": 13 });

  /* Corners of the stairs, and the steps worth a name */
  function stairs(route) {
    const corners = [[0, 0]];
    const steps = [];
    let [km, value] = [0, 0];
    const move = (distance, amount) => {
      km += distance;
      value += amount;
      corners.push([km, value]);
    };
    route.legs.forEach((leg) => {
      const border = measure === "hours" ? leg.border_h : 0;
      const waiting = measure === "hours" ? leg.waiting_h : 0;
      const from = value;
      if (waiting) move(0, waiting);
      if (leg.km) move(leg.km, leg[measure] - border - waiting);
      else move(0, leg[measure] - waiting);
      if (border) move(0, border);
      const step = leg.km ? border + waiting : leg[measure];
      if (step > 0.05 * most) steps.push({ km, low: from, value: step, place: leg.kind === "haul" && border ? leg.endName : leg.startName });
    });
    return { corners, steps };
  }
  const taken = [];
  ways.forEach((way, index) => {
    const { corners, steps } = stairs(way.route);
    const line = { fill: "none", stroke: colours[way.colour], "stroke-width": way.dash ? 2 : 2.6, "stroke-dasharray": way.dash || "none", "stroke-linejoin": "round" };
    makeSvg("polyline", svg, Object.assign({ points: corners.map(([km, value]) => x(km).toFixed(1) + "," + y(value).toFixed(1)).join(" ") }, line));
    const row = (title ? 24 : 4) + 17 * index + 10;
    makeSvg("line", svg, Object.assign({}, line, { x1: 4, x2: 30, y1: row - 4, y2: row - 4 }));
    const label = text(svg, [38, row], way.label + ": ", { fill: colours.ink });
    makeSvg("tspan", label, { "font-weight": 600 }, totals(way.route));
    way.steps = steps;
    corners.slice(1).forEach(([km, value], at) => {
      const [before, low] = corners[at];
      for (let part = 0; part <= 8; part += 1) {
        const [px, py] = [x(before + ((km - before) * part) / 8), y(low + ((value - low) * part) / 8)];
        taken.push([px - 2, py - 2, px + 2, py + 2]);
      }
    });
  });
  /* Names beside the longest steps, where no line or other name stands */
  const named = ways.flatMap((way) => way.steps.map((step) => Object.assign({ colour: colours[way.colour] }, step)));
  named.sort((a, b) => b.value - a.value).slice(0, 7).forEach((step) => {
    const name = step.place.length > 22 ? step.place.slice(0, 20).trim() + "\u2026" : step.place;
    const words = name + " " + signed(step.value, how.digits ? (step.value < 10 ? 1 : 0) : 0);
    const long = words.length * 5.6;
    const middle = y(step.low + step.value / 2);
    for (const [side, shift] of [[1, 0], [-1, 0], [1, 13], [-1, -13], [1, -13], [-1, 13]]) {
      const at = x(step.km) + side * 7;
      const box = side > 0 ? [at, middle - 8 + shift, at + long, middle + 6 + shift] : [at - long, middle - 8 + shift, at, middle + 6 + shift];
      if (box[2] > frame.right + 8 || box[0] < frame.left || box[3] > frame.bottom || box[1] < frame.top - 4 || !claim(taken, box)) continue;
      text(svg, [at, middle + 4 + shift], words, { "text-anchor": side > 0 ? "start" : "end", fill: step.colour });
      break;
    }
  });
  return svg;
}

/* The chart as a picture of its own, twice as fine as the screen. */
function chartPicture(svg, done) {
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0, width, height);
    done(canvas.toDataURL("image/png"));
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
}
