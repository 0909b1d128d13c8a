"""The explorer: one offline page that carries the compiled arcs and solves in the browser.

What the page needs of the model goes into it as numbers: figures of every arc, linear in the
cargo; the arcs on which a duty or a gate's hours fall; the dated states of every gate; and for each
scenario the gates it sets and the figures it changes. The page adds them up and finds shortest
ways; it holds no speed, no rate and no rule of the cost model.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import Counter
from html import escape
from itertools import product
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors.analysis.leads import LEAST_FOLLOWED, LEAST_SHARE
from corridors.arcs import HOURS, KINDS, TRANSFER
from corridors.asked import listed
from corridors.cargo import bundled_cargoes, profile
from corridors.cost import OBJECTIVES, Cargo, charged_arcs
from corridors.errors import CorridorsError
from corridors.files import write_text
from corridors.network import OPENINGS, Network, bundled_scenarios, open_on, stands_open
from corridors.render.maps import asset
from corridors.render.payload import change_words, page_data
from corridors.routing import Query, check_place
from corridors.schema import PARTS
from geo.leaflet import leaflet_css, leaflet_js, script_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.arcs import Arcs
    from corridors.scenario import Scenario
    from corridors.seeds import Seeds

#: The pair shown first where the tables have it: the one the two corridors are argued about.
FIRST_PAIR = ("baku", "nakhchivan")
#: How many places the table of all pairs begins with; the reader may choose others.
MAIN_PLACES = {"city": 9, "port": 5}
#: The slider starts at most this many years before the day of the network, and ends so many after
#: the last likely opening.
YEARS_BACK = 10
YEARS_ON = 5
#: Digits of an exported number: sums over a way stay equal to Python's to rounding.
DIGITS = 9
#: What an arc's exported figures are, in order. USD is the sum of the four prices, each times
#: one, the tonnes, the containers and the value of the cargo.
COLUMNS = (
    "km",
    "hours",
    "border_h",
    "waiting_h",
    "usd",
    "usd_per_tonne",
    "usd_per_teu",
    "usd_per_value_usd",
    "kg_per_tonne",
)
CARGO = ("tonnes", "teu", "value_usd", "time_cost_share_per_day")
SCRIPTS = (
    "common.js",
    "graph.js",
    "chart.js",
    "atlas.js",
    "answer.js",
    "pairs.js",
    "about.js",
    "explorer.js",
)
LIMITS = (
    (
        "Figures are the model's for one shipment, door to door, and carry wide ranges; those of "
        "each parameter stand below."
    ),
    (
        "The way shown is the least one under the chosen objective. Freight is not spread over "
        "several ways here, and no way fills up."
    ),
    (
        "Lengths are published ones where there are any. Lines are drawn for the eye; some are "
        "traced, some only join points."
    ),
    (
        "A gate is either open or shut on a day. Queues, quotas, visas and paperwork count only "
        "through the hours and fees of the gate."
    ),
    (
        "An unbuilt line opens on its likely day, or on the early or late day of its spread if you "
        "choose so."
    ),
)
Spans = list[tuple[str, int]]


def explorer(
    net: Network,
    path: str | Path = "explorer.html",
    *,
    origin: str | None = None,
    destination: str | None = None,
    by: str = "time",
    scenarios: Sequence[str | Path | Scenario] | None = None,
    places: Sequence[str] | None = None,
) -> Path:
    """Write the explorer: one HTML file that works without a network.

    Parameters
    ----------
    net
        The network that everything in the page is held against, as of its day.
    path
        File to write.
    origin, destination
        Ids of the places shown first.
    by
        What the ways shown first minimise.
    scenarios
        Presets: bundled ids, paths of TOML files, or scenarios; all bundled ones when left out.
    places
        Ids of the places that the table of all pairs begins with; those that published figures
        speak of most when left out.

    Returns
    -------
    Path
        Where the page stands.

    Raises
    ------
    CorridorsError
        When a name is not known, or the file cannot be written.

    Examples
    --------
    >>> import corridors as co, tempfile
    >>> page = co.explorer(co.load(), tempfile.mkdtemp() + "/explorer.html")
    >>> page.stat().st_size < 2_000_000
    True
    """
    data = explorer_data(
        net, origin=origin, destination=destination, by=by, scenarios=scenarios, places=places
    )
    return write_text(path, explorer_page(data))


def explorer_page(data: Mapping[str, Any]) -> str:
    """The page as text; only its own scripts may run in it, and it may ask nothing of a network."""
    own = "\n".join(map(asset, SCRIPTS))
    ours = f'(() => {{\n"use strict";\n{own}\nsetTimeout(startExplorer);\n}})();\n'
    script = f"{leaflet_js()}\n{ours}".replace("\r\n", "\n")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template(asset("explorer.html")).substitute(
        title=escape(data["title"]),
        style=f"{leaflet_css()}\n{asset('explorer.css')}".replace("\r\n", "\n"),
        script=script,
        script_hash=digest,
        data=script_json(data),
    )


def explorer_data(
    net: Network,
    *,
    origin: str | None = None,
    destination: str | None = None,
    by: str = "time",
    scenarios: Sequence[str | Path | Scenario] | None = None,
    places: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Everything the page holds, as plain data; parameters are those of :func:`explorer`."""
    if by not in OBJECTIVES:
        net.figures().by(by)
    chosen = list(listed(places)) if places is not None else _main_places(net.seeds)
    pair = _first_pair(net.seeds, chosen, origin, destination)
    for place in (*pair, *chosen):
        check_place(net, place)
    presets, left_out = _presets(net, scenarios)
    first, last = _years(net, [preset["date"] for preset in presets])
    days = _days(net.seeds, first, last)
    profiles, faulty = _profiles(net)
    return {
        **page_data(net, title=net.seeds.title, notes=LIMITS),
        "graph": _graph(net),
        "states": {opening: gate_spans(net.seeds, days, opening) for opening in OPENINGS},
        "special": {opening: _special_spans(net.seeds, days, opening) for opening in OPENINGS},
        "conditions": [
            {"title": row.title, "gates": row.gates, "needs": row.needs, "source": row.source}
            for row in net.seeds.conditions.values()
        ],
        "presets": presets,
        "profiles": profiles,
        "left_out": [*left_out, *faulty],
        "days": [str(first), str(last)],
        "ends": _ends(net.seeds, (*pair, *chosen)),
        "main": chosen,
        "start": {
            "origin": pair[0],
            "destination": pair[1],
            "by": by,
            "date": str(net.date),
            "opening": net.opening,
        },
        "publishers": {
            row.id: [row.publisher, row.date, row.note] for row in net.seeds.sources.values()
        },
        "parameters": _parameters(net),
    }


def gate_spans(seeds: Seeds, days: Sequence[dt.date], opening: str = "likely") -> list[Spans]:
    """For each gate the days on which its state turns, with the state from then on (1 is open)."""
    stand = [open_on(seeds, day, opening) for day in days]
    return [_turns(days, [gate in gates for gates in stand]) for gate in seeds.gates]


def _special_spans(seeds: Seeds, days: Sequence[dt.date], opening: str) -> dict[str, Any]:
    """The same where it differs for the cargo of some countries, under ``AM>*`` and its like."""

    def turns(gate: str, pair: tuple[str, str] | None) -> Spans:
        states = [stands_open(seeds, gate, day, pair, opening=opening) for day in days]
        return _turns(days, states)

    found: dict[str, Any] = {}
    for gate, events in seeds.gate_events.items():
        origins = {country for event in events for country in event.origin}
        destinations = {country for event in events for country in event.destination}
        if not origins | destinations:
            continue
        general = turns(gate, None)
        classes = {
            ">".join(country or "*" for country in pair): spans
            for pair in product(("", *sorted(origins)), ("", *sorted(destinations)))
            if (spans := turns(gate, pair)) != general
        }
        if classes:
            found[gate] = {
                "origins": sorted(origins),
                "destinations": sorted(destinations),
                "spans": classes,
            }
    return found


def _turns(days: Sequence[dt.date], states: Sequence[bool]) -> Spans:
    return [
        (str(day), int(state))
        for index, (day, state) in enumerate(zip(days, states, strict=True))
        if not index or state != states[index - 1]
    ]


def _days(seeds: Seeds, first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day on which some gate may turn, the first day among them."""
    days = {first, *(event.date for event in seeds.events)}
    for gate in seeds.gates.values():
        days |= {day for name in OPENINGS if (day := getattr(gate, f"opening_{name}"))}
        if gate.season_from:
            for year in range(first.year - 1, last.year + 1):
                days.add(_day_in(year, gate.season_from))
                days.add(_day_in(year, gate.season_until) + dt.timedelta(days=1))
    return sorted(day for day in days if first <= day <= last)


def _day_in(year: int, month_day: str) -> dt.date:
    """A month and day in a year; the last day of February where it has no 29th."""
    month, day = (int(part) for part in month_day.split("-"))
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month, day - 1)


def _years(net: Network, presets: Iterable[str]) -> tuple[dt.date, dt.date]:
    """First and last day of the slider: what the tables and the presets speak of."""
    events = [event.date.year for event in net.seeds.events]
    back = max(min(events, default=net.date.year), net.date.year - YEARS_BACK)
    years = [net.date.year, back, *(int(day[:4]) for day in presets if day)]
    openings = [row.opening_likely.year for row in net.seeds.gates.values() if row.opening_likely]
    return dt.date(min(years), 1, 1), dt.date(max([*years, *openings]) + YEARS_ON, 12, 31)


def _graph(net: Network) -> dict[str, Any]:
    """The state graph and the figures of its arcs."""
    arcs, seeds = net.arcs, net.seeds
    places, layers = list(seeds.places), list(dict.fromkeys(at.layer for at in arcs.states))
    return {
        "places": [[row.id, row.name, row.country] for row in seeds.places.values()],
        "layers": layers,
        "node_place": [places.index(at.place) for at in arcs.states],
        "node_layer": [layers.index(at.layer) for at in arcs.states],
        "tail": arcs.tail.tolist(),
        "head": arcs.head.tolist(),
        "link": arcs.link.tolist(),
        "kind": arcs.kind.tolist(),
        "kinds": KINDS,
        "crosses": np.flatnonzero(arcs.crosses).tolist(),
        "regauges": _regauging(arcs),
        "link_from": [places.index(seeds.links[link].from_) for link in arcs.links],
        "link_country": [seeds.links[link].country for link in arcs.links],
        "gate_arcs": [arcs.gate_arcs[gate].tolist() for gate in seeds.gates],
        "charged": {
            name: [title, charged_arcs(arcs, seeds, name).tolist()]
            for name, title in _chargeable(seeds).items()
        },
        "lead": {"least_share": LEAST_SHARE, "least_followed": LEAST_FOLLOWED},
        "touching": _touching(net),
        "columns": {name: _plain(column) for name, column in _figures(net).items()},
        "cargo": _cargo(net),
        "usd_per_h": Cargo(value_usd=1.0, time_cost_share_per_day=1.0).usd_per_h,
        "shut_links": sorted(net.shut_links),
        "high_seas": schema.HIGH_SEAS,
    }


def _regauging(arcs: Arcs) -> list[int]:
    """Arcs that change between rails of two gauges."""
    rail = np.array([at.layer.startswith("rail") for at in arcs.states], dtype=bool)
    changes = (arcs.kind == TRANSFER) & rail[arcs.tail] & rail[arcs.head]
    found: list[int] = np.flatnonzero(changes).tolist()
    return found


def _figures(net: Network) -> dict[str, NDArray[np.float64]]:
    """``COLUMNS`` of every arc: what the cost model gives for four unit cargoes."""
    bare = net.figures(Cargo(tonnes=0.0, teu=0.0))
    tonne = net.figures(Cargo(tonnes=1.0, teu=0.0))
    boxed = net.figures(Cargo(tonnes=0.0, teu=1.0))
    dear = net.figures(Cargo(tonnes=0.0, teu=0.0, value_usd=1.0))
    figures = (
        bare.km,
        bare.hours,
        _hours_of(net, "border"),
        _hours_of(net, "waiting"),
        bare.usd,
        tonne.usd - bare.usd,
        boxed.usd - bare.usd,
        dear.usd - bare.usd,
        tonne.co2_kg,
    )
    return dict(zip(COLUMNS, figures, strict=True))


def _hours_of(net: Network, part: str) -> NDArray[np.float64]:
    """Hours of one part of every arc's time."""
    terms = net.arcs.terms[HOURS]
    amounts = np.where(terms.part == PARTS.index(part), terms.amounts(net.values), 0.0)
    return np.bincount(terms.arc, weights=amounts, minlength=net.arcs.count).astype(np.float64)


def _plain(column: NDArray[np.float64]) -> list[float]:
    """Numbers with no more digits than they need, and without what subtraction left over."""
    rounded = [float(f"{round(value, DIGITS):.{DIGITS}g}") for value in column]
    return [int(value) if value.is_integer() else value for value in rounded]


def _cargo(net: Network) -> dict[str, float]:
    return {name: getattr(net.cargo, name) for name in CARGO}


def _profiles(net: Network) -> tuple[list[dict[str, Any]], list[str]]:
    """Cargo profiles of the tables: what each gives, and with what source; and faulty ones."""
    profiles, faulty = [], []
    for name in bundled_cargoes(net.seeds):
        try:
            said = profile(name, net.seeds)
        except CorridorsError as error:
            faulty.append(str(error))
            continue
        given = {key: said[key] for key in (*CARGO, "avoid") if key in said}
        profiles.append(
            {
                "id": name,
                "title": said.get("title", name),
                "reason": said.get("reason", ""),
                "cargo": {key: given[key]["value"] for key in CARGO if key in given},
                "avoid": given["avoid"]["value"] if "avoid" in given else [],
                "grounds": [
                    [key, entry["value"], entry["source"], entry.get("note", "")]
                    for key, entry in given.items()
                ],
            }
        )
    return profiles, faulty


def _chargeable(seeds: Seeds) -> dict[str, str]:
    """Corridors on which a duty can be levied, families of them first, with their titles."""
    tolled = {row.id: row.title for row in seeds.corridors.values() if row.toll_gates}
    stems = Counter(name.partition("-")[0] for name in tolled)
    families = {
        stem: f"{stem.title()}: all its corridors"
        for stem, count in stems.items()
        if count > 1 and stem not in seeds.corridors
    }
    return families | tolled


def _touching(net: Network) -> dict[str, list[int]]:
    """Arcs that touch each country, for cargo that must keep off it."""
    every = frozenset(net.arcs.gate_arcs)
    free = np.isfinite(Query(net, by="distance").weight(every))
    countries = sorted({row.country for row in net.seeds.places.values()} - {schema.HIGH_SEAS})
    off = {
        country: ~np.isfinite(Query(net, by="distance", avoid=[country]).weight(every))
        for country in countries
    }
    return {country: np.flatnonzero(shut & free).tolist() for country, shut in off.items()}


def _presets(
    net: Network, scenarios: Sequence[str | Path | Scenario] | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The network itself as the base, each scenario over it, and those that cannot be shown."""
    reason = net.scenarios[-1].reason if net.scenarios else ""
    presets = [_preset(net, net, "base", net.title if net.scenarios else "Base", reason)]
    left_out = []
    for item in bundled_scenarios(net.seeds) if scenarios is None else scenarios:
        try:
            under = net.under(item)
        except CorridorsError as error:
            if scenarios is not None:
                raise
            left_out.append(f"{item}: {error}")
            continue
        last = under.scenarios[-1]
        if last.id == "base" or last in net.scenarios:
            presets[0]["reason"] = presets[0]["reason"] or last.reason
        elif not _same_graph(net, under):
            left_out.append(f"{last.title or last.id}: it changes the network's own tables")
        else:
            presets.append(_preset(net, under, last.id, last.title or last.id, last.reason))
    return presets, left_out


def _same_graph(net: Network, under: Network) -> bool:
    """Whether a scenario leaves arcs, gates and dates as they are."""
    if net.seeds is under.seeds:
        return True
    return (
        net.arcs.states == under.arcs.states
        and np.array_equal(net.arcs.head, under.arcs.head)
        and np.array_equal(net.arcs.link, under.arcs.link)
        and net.seeds.gates == under.seeds.gates
        and net.seeds.links == under.seeds.links
        and net.seeds.conditions == under.seeds.conditions
        and net.seeds.corridors == under.seeds.corridors
    )


def _preset(net: Network, under: Network, name: str, title: str, reason: str) -> dict[str, Any]:
    old, new = _figures(net), _figures(under)
    changed = np.flatnonzero(np.any([old[name] != new[name] for name in COLUMNS], axis=0))
    figures = zip(*(_plain(new[name][changed]) for name in COLUMNS), strict=True)
    return {
        "id": name,
        "title": title,
        "reason": reason,
        "date": str(under.date) if under.date != net.date else "",
        "changes": [change_words(under, effect) for effect in under.effects],
        "gates": _settings(under),
        "shut_links": sorted(under.shut_links),
        "arcs": dict(zip(map(str, changed.tolist()), map(list, figures), strict=True)),
        "cargo": _cargo(under),
    }


def _settings(under: Network) -> list[tuple[str, dict[str, int]]]:
    """From which day on which gates are set: a line may be built on a day of the scenario."""
    changes = [change for scenario in under.scenarios for change in scenario.changes]
    days = sorted({change.on for change in changes if change.on})
    found = []
    for day in (dt.date.min, *days):
        effects = under.on(day).effects if days else under.effects
        gates = {effect.key[1]: int(bool(effect.value)) for effect in effects if _is_gate(effect)}
        found.append((str(day) if day in days else "", gates))
    return found


def _is_gate(effect: Any) -> bool:
    return bool(effect.key[0] == "gate")


def _ends(seeds: Seeds, wanted: Iterable[str]) -> list[str]:
    """Places offered as ends of a way: cities and ports that a link reaches."""
    reached = {place for link in seeds.links.values() for place in (link.from_, link.to)}
    offered = {
        row.id
        for row in seeds.places.values()
        if row.kind in {"city", "port"} and row.id in reached
    }
    return [place for place in seeds.places if place in offered | set(wanted)]


def _main_places(seeds: Seeds) -> list[str]:
    """The cities and ports that published figures name most, in the order of the table."""
    named = Counter(end for row in seeds.observed.values() for end in (row.from_, row.to))
    ends = sorted(_ends(seeds, ()), key=lambda end: -named[end])
    kept = {
        place
        for kind, count in MAIN_PLACES.items()
        for place in [end for end in ends if seeds.places[end].kind == kind][:count]
    }
    return [place for place in seeds.places if place in kept]


def _first_pair(
    seeds: Seeds, places: Sequence[str], origin: str | None, destination: str | None
) -> tuple[str, str]:
    known = all(place in seeds.places for place in FIRST_PAIR)
    ends = FIRST_PAIR if known else (*places, *seeds.places)
    start = origin or next((place for place in ends if place != destination), None)
    if start is None:
        message = "an explorer needs two places; the network has none"
        raise CorridorsError(message)
    return start, destination or next((place for place in ends if place != start), start)


def _parameters(net: Network) -> list[list[Any]]:
    """Each parameter with its range and where it rests, as rows of a table."""
    where = net.arcs.parameter
    return [
        [
            schema.PARAMETERS[row.name][3],
            " ".join(filter(None, [row.mode, row.country, row.at, f"to {row.to}" * bool(row.to)])),
            float(net.values[where[row.id]]),
            row.low,
            row.high,
            row.unit,
            row.source,
            row.confidence,
            row.note,
        ]
        for row in net.seeds.parameters.values()
    ]


__all__ = ["explorer", "explorer_data", "explorer_page", "gate_spans"]
