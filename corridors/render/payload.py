"""A network and its routes as plain data, the one form that every page is drawn from."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from corridors.arcs import Lookup, Scope
from corridors.network import gate_point
from corridors.routing import Route, leg_line
from geo.basemap import ATTRIBUTION, BORDERS_NOTE, countries, country_labels, lakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors import schema
    from corridors.network import Network
    from corridors.scenario import Effect

#: Okabe & Ito (2008): colours that colour-blind readers tell apart.
ROUTE_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
GHOST_COLOUR = "#3c4650"
#: Years that the slider of a map reaches back and on.
YEARS_BEFORE, YEARS_AFTER = 10, 15
LAST_DAY_OF_EVERY_MONTH = 28
CORRIDOR_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195")
#: Figures as they are shown, so that a reader finds their differences right.
SHOWN_DIGITS = {"km": 0, "hours": 1, "usd": 0, "co2_kg": 0}
#: Degrees are rounded to about 100 m on a page.
PLACES_OF_DEGREE = 3


def page_data(
    net: Network,
    *,
    title: str,
    subtitle: str = "",
    routes: Sequence[dict[str, Any]] = (),
    notes: Iterable[str] = (),
) -> dict[str, Any]:
    """Everything that a map page shows.

    Parameters
    ----------
    net
        The network whose gates are shown.
    title, subtitle
        Heading of the page.
    routes
        Drawn routes, made by :func:`drawn_route`.
    notes
        Sentences for the foot of the page.
    """
    seeds = net.seeds
    return {
        "title": title,
        "subtitle": subtitle,
        "date": str(seeds.data_date),
        "shown": str(net.date),
        "scenario": net.name,
        "changes": [change_words(net, effect) for effect in net.effects],
        "labels": country_labels(),
        "countries": countries(),
        "lakes": lakes(),
        "places": [_place(place) for place in seeds.places.values() if place.kind != "sea"],
        "links": [_link(net, link) for link in seeds.links.values()],
        "gates": [_gate(net, gate) for gate in seeds.gates.values()],
        "years": _years(net),
        "corridors": [
            {
                "id": row.id,
                "title": row.title,
                "links": list(row.links),
                "toll_gates": list(row.toll_gates),
                "colour": colour,
            }
            for row, colour in zip(
                seeds.corridors.values(),
                _cycle(CORRIDOR_COLOURS, len(seeds.corridors)),
                strict=True,
            )
        ],
        "routes": list(routes),
        "sources": {row.id: [row.title, row.url] for row in seeds.sources.values()},
        "notes": [*notes, BORDERS_NOTE],
        "attribution": [ATTRIBUTION, *seeds.attribution],
    }


def change_words(net: Network, effect: Effect) -> str:
    """What one change does, with the names that a reader knows."""
    kind, target, *rest = effect.key
    titles = {"gate": net.seeds.gates, "charge": net.seeds.gates}
    row = titles.get(kind, {}).get(target) or net.seeds.corridors.get(target)
    name = row.title if row else target
    if kind in {"gate", "link"}:
        return f"{'opens' if effect.value else 'shuts'}: {name}"
    if kind == "charge":
        return f"charges {effect.value:g} {rest[0].replace('_', ' ')}: {name}"
    return f"sets {'.'.join(effect.key)} to {effect.value}"


def drawn_route(
    route: Route,
    *,
    label: str,
    colour: str = ROUTE_COLOURS[0],
    ghost: bool = False,
    chart: str = "",
) -> dict[str, Any]:
    """A route as a page draws it: its line by leg and its figures; a ghost is a way left.

    ``chart`` is an SVG for the popup of its line.
    """
    net = route.network
    colour = GHOST_COLOUR if ghost else colour
    names = net.seeds.places
    return {
        "label": label,
        "chart": f"data:image/svg+xml;base64,{b64encode(chart.encode()).decode()}" if chart else "",
        "colour": colour,
        "ghost": ghost,
        "origin": names[route.origin].name,
        "destination": names[route.destination].name,
        "by": route.by,
        **{name: round(route.total(name), digits) for name, digits in SHOWN_DIGITS.items()},
        "borders": route.borders,
        "gauge_changes": route.gauge_changes,
        "countries": list(route.countries),
        "gates": list(route.gates),
        "legs": [
            {"mode": leg.mode, "link": leg.link, "line": lat_lon(leg_line(net, leg))}
            for leg in route.hauls
        ],
    }


def lat_lon(line: Iterable[schema.Point]) -> list[list[float]]:
    """A line as Leaflet wants it: latitude first, rounded."""
    return [[round(lat, PLACES_OF_DEGREE), round(lon, PLACES_OF_DEGREE)] for lon, lat in line]


def link_title(net: Network, link: schema.Link) -> str:
    """What a reader calls a link: its ends and its mode."""
    names = net.seeds.places
    mode = f"{link.carries} ferry" if link.mode == "ferry" else link.mode
    return f"{names[link.from_].name} to {names[link.to].name}, {mode}"


def _place(place: schema.Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "local": ", ".join(place.local_names),
        "country": place.country,
        "kind": place.kind,
        "at": [round(place.lat, PLACES_OF_DEGREE), round(place.lon, PLACES_OF_DEGREE)],
        "source": list(place.source),
    }


def _link(net: Network, link: schema.Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "title": link_title(net, link),
        "mode": link.mode,
        "status": link.status,
        "open": net.passable(link.id),
        "km": link.length_km,
        "gauge": ", ".join(link.gauge_mm),
        "gates": list(link.gates),
        "source": list(link.source),
        "note": link.note,
        "line": lat_lon(net.seeds.line(link.id)),
    }


def _gate(net: Network, gate: schema.Gate) -> dict[str, Any]:
    lon, lat = gate_point(net.seeds, gate.id)
    spread = [str(day) for day in (gate.opening_low, gate.opening_likely, gate.opening_high) if day]
    return {
        "id": gate.id,
        "title": gate.title,
        "kind": gate.kind,
        "open": gate.id in net.open_gates,
        "at": [round(lat, PLACES_OF_DEGREE), round(lon, PLACES_OF_DEGREE)],
        "countries": list(gate.countries),
        "spread": spread,
        "dwell": _dwell(net, gate),
        "source": list(gate.source),
        "note": gate.note,
        "events": [
            {
                "date": str(event.date),
                "event": f"promised for {event.due}" if event.due else event.event,
                "note": event.note,
                "source": list(event.source),
            }
            for event in net.seeds.gate_events[gate.id]
        ],
    }


def _years(net: Network) -> dict[str, Any]:
    """Which gates stand open in each year, on the network's own day of it."""
    first = net.date.year - YEARS_BEFORE
    nets = [
        net.on(dt.date(year, net.date.month, min(net.date.day, LAST_DAY_OF_EVERY_MONTH)))
        for year in range(first, net.date.year + YEARS_AFTER + 1)
    ]
    states = {
        gate: "".join("1" if gate in under.open_gates else "0" for under in nets)
        for gate in net.seeds.gates
    }
    last = net.date.year + YEARS_AFTER
    return {"first": first, "last": last, "now": net.date.year, "states": states}


def _dwell(net: Network, gate: schema.Gate) -> list[str]:
    """Dwell and fee of a border, by country entered and mode, with where they rest."""
    lookup = Lookup(net.seeds.parameters)
    said: dict[str, None] = {}
    for link in (net.seeds.links[link] for link in net.seeds.gate_links[gate.id]):
        for entered in gate.countries:
            mode = (link.carries or link.mode,)
            found = lookup.find("dwell_h", Scope(mode=mode, at=(gate.id,), to=(entered,)))
            row = net.seeds.parameters[found] if found else None
            if row and (gate.kind == "border" or row.at == gate.id):
                hours = net.values[net.arcs.parameter[row.id]]
                rests = ", ".join(row.source)
                text = f"into {entered}: {hours:g} h ({row.low:g} to {row.high:g}; {rests})"
                said[text] = None
    return list(said)


def _cycle(colours: Sequence[str], count: int) -> list[str]:
    return [colours[index % len(colours)] for index in range(count)]
