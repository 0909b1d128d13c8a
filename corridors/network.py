"""The network as of a day and under its scenarios; Network in, Network out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors import seeds as seed_tables
from corridors.arcs import Arcs, compile_arcs
from corridors.asked import find, listed
from corridors.cost import Cargo, Charge, Figures, arc_figures, default_cargo
from corridors.errors import CorridorsError, Fault, SeedsError, UnknownNameError
from corridors.scenario import (
    FAST,
    Change,
    Effect,
    Scenario,
    bundled_scenarios,
    chain,
    expand,
    layered,
    load_scenario,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    from corridors.seeds import Seeds

WGS84 = "EPSG:4326"
#: The days of an opening spread, by their columns in ``gates.csv``.
OPENINGS = ("low", "likely", "high")
#: How many changes a notebook lists of a network.
_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Network:
    """Checked tables, a day, and the layers laid over them.

    Attributes
    ----------
    seeds
        The tables, with what scenarios have set in them.
    as_read
        The tables before any scenario.
    date
        The day whose gates it shows.
    scenarios
        Scenarios laid over it, in order.
    effects
        Every change that made it, expanded and in order.
    open_gates
        Gates that stand open.
    wanted_gates
        Gates that would stand open if no condition kept them shut.
    acted
        Conditions that kept a gate shut.
    shut_links
        Links closed one by one.
    charges
        Duties and tolls.
    values
        The vector of parameters and lengths.
    opening
        Which day of an unbuilt gate's spread it opens on: ``low``, ``likely`` or ``high``.
    """

    seeds: Seeds
    as_read: Seeds = field(repr=False)
    date: dt.date
    scenarios: tuple[Scenario, ...] = ()
    effects: tuple[Effect, ...] = ()
    open_gates: frozenset[str] = frozenset()
    wanted_gates: frozenset[str] = frozenset()
    acted: tuple[str, ...] = ()
    shut_links: frozenset[str] = frozenset()
    charges: tuple[Charge, ...] = ()
    values: NDArray[np.float64] = field(default_factory=lambda: np.ones(1), repr=False)
    opening: str = "likely"
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def arcs(self) -> Arcs:
        """The compiled state graph, shared by all networks over the same tables."""
        return compile_arcs(self.seeds)

    @property
    def name(self) -> str:
        """Ids of its scenarios, ``base`` where there is none; one that is extended goes unsaid."""
        return "+".join(scenario.id for scenario in self._outermost) or "base"

    @property
    def title(self) -> str:
        """Titles of its scenarios, as a reader sees them."""
        titles = [scenario.title or scenario.id for scenario in self._outermost]
        return " + ".join(titles) or f"As of {self.date}"

    @property
    def _outermost(self) -> list[Scenario]:
        extended = {scenario.extends for scenario in self.scenarios}
        if len(self.scenarios) > 1:
            extended.add("base")
        return [scenario for scenario in self.scenarios if scenario.id not in extended]

    @cached_property
    def cargo(self) -> Cargo:
        """The default shipment: one loaded TEU."""
        rows = self.seeds.parameters.values()
        where = self.arcs.parameter
        named = {row.name: float(self.values[where[row.id]]) for row in rows}
        return default_cargo(named)

    def figures(self, cargo: Cargo | None = None) -> Figures:
        """Hours, USD, kg and km of every arc for a cargo."""
        cargo = cargo or self.cargo
        if cargo not in self._memo:
            self._memo[cargo] = arc_figures(self.arcs, self.seeds, self.values, cargo, self.charges)
        figures: Figures = self._memo[cargo]
        return figures

    @cached_property
    def shut_arcs(self) -> NDArray[np.bool_]:
        """Which arcs are shut to cargo in general, shape (arcs,)."""
        return self.shut_under(self.open_gates)

    def shut_under(self, gates: frozenset[str]) -> NDArray[np.bool_]:
        """Which arcs are shut when just these gates stand open, shape (arcs,)."""
        arcs = self.arcs
        shut = np.zeros(arcs.count, dtype=bool)
        for gate, behind in arcs.gate_arcs.items():
            if gate not in gates:
                shut[behind] = True
        if self.shut_links:
            chosen = [index for index, link in enumerate(arcs.links) if link in self.shut_links]
            shut |= np.isin(arcs.link, chosen)
        return shut

    def open_for(self, origin: str, destination: str) -> frozenset[str]:
        """Gates open to cargo from one country to another.

        An event may bind only cargo from or to some countries; of the events that fit a cargo the
        latest decides, unless a scenario has set the gate for all.
        """
        opened, closed = self.special_gates(origin, destination)
        return self.open_gates if not (opened or closed) else (self.open_gates | opened) - closed

    @cached_property
    def decided_gates(self) -> frozenset[str]:
        """Gates that a scenario has set for all."""
        return frozenset(effect.key[1] for effect in self.effects if effect.key[0] == "gate")

    def special_gates(self, origin: str, destination: str) -> tuple[frozenset[str], frozenset[str]]:
        """Gates open, and gates shut, to cargo from one country to another by rules of its own."""
        special = _special_gates(self.seeds, self.date, origin, destination, self.opening)
        opened = {gate for gate, stands in special.items() if stands} - self.decided_gates
        closed = {gate for gate, stands in special.items() if not stands} - self.decided_gates
        return frozenset(opened), frozenset(closed)

    def under(
        self,
        *scenarios: str | Path | Scenario,
        open: Iterable[str] = (),  # noqa: A002 - a name of the public contract
        close: Iterable[str] = (),
        date: str | dt.date | None = None,
        opening: str | None = None,
    ) -> Network:
        """The network under more scenarios.

        Parameters
        ----------
        *scenarios
            Bundled ids, paths of TOML files, or scenarios; laid in order.
        open, close
            Gates (or links, corridors, countries, country pairs) to switch besides.
        date
            Another day; without it, the last scenario's own day, or this network's.
        opening
            On which day of its spread an unbuilt gate opens, ``low`` (early), ``likely`` or
            ``high`` (late); as in this network when left out.

        Returns
        -------
        Network
            A new one; this one stays as it is.

        Raises
        ------
        ScenarioError
            When a scenario is not found or understood, or two contradict each other.
        """
        tables = self.as_read
        added = [_scenario(item, tables) for item in scenarios]
        added += _switched(open, close)
        chained = [item for scenario in added for item in chain(scenario, tables)]
        new = [item for item in dict.fromkeys(chained) if item not in self.scenarios]
        return assemble(
            tables,
            on=_day(date) or _last_date(new) or self.date,
            scenarios=(*self.scenarios, *new),
            opening=opening or self.opening,
        )

    def on(self, date: str | dt.date) -> Network:
        """The network as of another day."""
        return self.under(date=date)

    @property
    def places(self) -> Any:
        """GeoDataFrame of places, indexed by id, in WGS 84."""
        from shapely.geometry import Point

        rows = self.seeds.places.values()
        return _geo_frame(rows, "places", [Point(row.point) for row in rows])

    @property
    def links(self) -> Any:
        """GeoDataFrame of links, indexed by id, with ``open`` as of the network's gates."""
        from shapely.geometry import LineString

        rows = self.seeds.links.values()
        frame = _geo_frame(rows, "links", [LineString(self.seeds.line(row.id)) for row in rows])
        frame["open"] = [self.passable(row.id) for row in rows]
        return frame

    @property
    def gates(self) -> Any:
        """GeoDataFrame of gates, indexed by id, with ``open`` as of this network."""
        from shapely.geometry import Point

        rows = self.seeds.gates.values()
        frame = _geo_frame(rows, "gates", [Point(gate_point(self.seeds, row.id)) for row in rows])
        frame["open"] = [row.id in self.open_gates for row in rows]
        return frame

    def passable(self, link: str) -> bool:
        """Whether every gate of a link stands open."""
        gates = find("link", link, self.seeds.links).gates
        return link not in self.shut_links and self.open_gates.issuperset(gates)

    def graph(
        self,
        *,
        cargo: Cargo | None = None,
        between: tuple[str, str] | None = None,
        closed: bool = False,
    ) -> nx.MultiDiGraph[Any]:
        """The state graph for networkx, on which its algorithms find the routes found here.

        A shortest way from ``(origin, "origin")`` to ``(destination, "destination")`` by the
        weight ``hours``, ``usd``, ``co2_kg``, ``generalised_usd`` or ``km`` is the route by time,
        cost, CO2, generalised cost or distance, loading and unloading included.

        Parameters
        ----------
        cargo
            The shipment; one loaded TEU when left out.
        between
            Origin and destination (ids), whose gates are those open to cargo between them; gates
            open to cargo in general when left out.
        closed
            Whether shut edges come too, marked ``open=False``.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes are ``(place, layer)``, edge keys are arc ids. The attributes are listed with
            their units in :data:`corridors.stategraph.NODE_ATTRIBUTES` and
            :data:`corridors.stategraph.EDGE_ATTRIBUTES`.

        Raises
        ------
        UnknownNameError
            When ``between`` names no place.

        Examples
        --------
        >>> import networkx as nx
        >>> import corridors as co
        >>> net = co.load()
        >>> ends = ("baku", "origin"), ("ganja", "destination")
        >>> hours = nx.shortest_path_length(net.graph(), *ends, weight="hours")
        >>> abs(hours - co.route(net, "baku", "ganja", by="time").hours) < 1e-9
        True
        """
        from corridors.stategraph import state_graph

        shut = self.shut_arcs
        if between is not None:
            shut = self.shut_under(self.open_for(*(self._country(place) for place in between)))
        return state_graph(self.seeds, self.arcs, self.figures(cargo), shut, closed=closed)

    def _country(self, place: str) -> str:
        if place not in self.seeds.places:
            what = "place"
            raise UnknownNameError(what, place, self.seeds.places)
        return self.seeds.places[place].country

    def __repr__(self) -> str:
        tables = self.seeds
        return (
            f"<Network {tables.title!r} as of {self.date}, scenario {self.name}: "
            f"{len(tables.places)} places, {len(tables.links)} links, "
            f"{len(self.open_gates)} of {len(tables.gates)} gates open>"
        )

    def _repr_html_(self) -> str:
        tables = self.seeds
        counts = (
            f"{len(tables.places)} places, {len(tables.links)} links, "
            f"{len(self.open_gates)} of {len(tables.gates)} gates open"
        )
        head = f"<b>{escape(tables.title)}</b><br>as of {self.date}, scenario {escape(self.name)}"
        changes = [escape(str(effect)) for effect in self.effects[:_SHOWN]]
        more = len(self.effects) - len(changes)
        changes += [f"and {more} more"] * bool(more)
        items = "".join(f"<li>{change}</li>" for change in changes)
        said = [f"<p>{head}<br>{counts}</p>", f"<ul>{items}</ul>" if items else ""]
        for condition in self.acted:
            title = tables.conditions[condition].title
            said.append(f"<p>Condition that acted: {escape(title)} ({escape(condition)})</p>")
        return "".join(said)


def load(
    folder: str | Path | None = None,
    *,
    date: str | dt.date | None = None,
    opening: str = "likely",
) -> Network:
    """Load a network.

    Parameters
    ----------
    folder
        A folder of tables; the bundled one when left out.
    date
        The day whose gates it shows, as a date or ``2028-06-01``; the tables' own data date when
        left out.
    opening
        On which day of its spread an unbuilt gate opens: ``low`` (early), ``likely`` or ``high``.

    Returns
    -------
    Network

    Raises
    ------
    SeedsError
        When the tables have faults; all are named.
    """
    tables = seed_tables.read(folder)
    return assemble(tables, on=_day(date) or tables.data_date, opening=opening)


def assemble(
    seeds: Seeds,
    *,
    on: dt.date,
    scenarios: tuple[Scenario, ...] = (),
    opening: str = "likely",
) -> Network:
    """Lay scenarios over tables as of a day."""
    if opening not in OPENINGS:
        what = "opening"
        raise UnknownNameError(what, opening, OPENINGS)
    layers = tuple(tuple(expand(scenario, seeds, on=on)) for scenario in scenarios)
    effects = layered(layers, _related(scenarios))
    last = {effect.key: effect for effect in effects}
    tables = _edited(seeds, last.values())
    arcs = compile_arcs(tables)
    gates = set(open_on(tables, on, opening))
    shut_links = set()
    values, charges = arcs.values, []
    for effect in last.values():
        kind, target, *rest = effect.key
        if kind == "gate":
            (gates.add if effect.value else gates.discard)(target)
        elif kind == "link":
            shut_links |= set() if effect.value else {target}
        elif kind == "charge":
            charges.append(Charge(target, rest[0], float(effect.value)))
        elif (kind, rest[0]) in FAST:
            values = values.copy() if values is arcs.values else values
            where = arcs.parameter if kind == "parameters" else arcs.length
            values[where[target]] = float(effect.value)
    kept, acted = _conditions(tables, gates)
    plain = values is arcs.values and not charges
    return Network(
        seeds=tables,
        as_read=seeds,
        date=on,
        scenarios=scenarios,
        effects=tuple(effects),
        open_gates=frozenset(kept),
        wanted_gates=frozenset(gates),
        acted=acted,
        shut_links=frozenset(shut_links),
        charges=tuple(charges),
        values=values,
        opening=opening,
        _memo=_plain_memo(tables) if plain else {},
    )


@cache
def _plain_memo(seeds: Seeds) -> dict[Any, Any]:  # noqa: ARG001 - one memo for each set of tables
    """Figures shared by all networks whose numbers are the tables' own."""
    return {}


@cache
def open_on(seeds: Seeds, day: dt.date, opening: str = "likely") -> frozenset[str]:
    """Gates that stand open on a day by their events, opening spreads and seasons."""
    return frozenset(gate for gate in seeds.gates if stands_open(seeds, gate, day, opening=opening))


def stands_open(
    seeds: Seeds,
    gate: str,
    day: dt.date,
    cargo: tuple[str, str] | None = None,
    *,
    opening: str = "likely",
) -> bool:
    """Whether a gate stands open on a day, by the tables alone.

    Parameters
    ----------
    cargo
        Countries (ISO) the goods come from and go to; cargo in general if left out.
    opening
        On which day of its spread an unbuilt gate opens: ``low``, ``likely`` or ``high``.
    """
    row = seeds.gates[gate]
    state = row.state == "open"
    for event in seeds.gate_events[gate]:
        if event.date <= day and event.event != "promise" and _binds(event, cargo):
            state = event.event == "opens"
    opens: dt.date | None = getattr(row, f"opening_{opening}")
    if opens and opens <= day:
        state = True
    return state and not _in_season(row.season_from, row.season_until, day)


def _binds(event: schema.Event, cargo: tuple[str, str] | None) -> bool:
    """Whether an event concerns a cargo, given by its countries; cargo in general if None."""
    if cargo is None:
        return not (event.origin or event.destination)
    origin, destination = cargo
    return (not event.origin or origin in event.origin) and (
        not event.destination or destination in event.destination
    )


@cache
def _special_gates(
    seeds: Seeds, day: dt.date, origin: str, destination: str, opening: str
) -> dict[str, bool]:
    """Gates whose state for a cargo differs from that for cargo in general."""
    choosy = {event.gate for event in seeds.events if event.origin or event.destination}
    state = {
        gate: stands_open(seeds, gate, day, (origin, destination), opening=opening)
        for gate in choosy
    }
    general = open_on(seeds, day, opening)
    return {gate: open_ for gate, open_ in state.items() if open_ != (gate in general)}


def _in_season(start: str, end: str, day: dt.date) -> bool:
    """Whether a day falls in a yearly closed season, which may span the new year."""
    if not start:
        return False
    today = f"{day:%m-%d}"
    if start <= end:
        return start <= today <= end
    return today >= start or today <= end


def _conditions(seeds: Seeds, gates: set[str]) -> tuple[set[str], tuple[str, ...]]:
    """Gates left open once every condition holds, and the conditions that acted."""
    acted = []
    changed = True
    while changed:
        changed = False
        for condition in seeds.conditions.values():
            kept_shut = gates.intersection(condition.gates)
            if kept_shut and not gates.intersection(condition.needs):
                gates = gates - kept_shut
                acted.append(condition.id)
                changed = True
    return gates, tuple(dict.fromkeys(acted))


def _edited(seeds: Seeds, effects: Iterable[Effect]) -> Seeds:
    """The tables with cells set that the vector of values does not hold."""
    edits = [
        effect
        for effect in effects
        if effect.key[0] in schema.TABLES and (effect.key[0], effect.key[2]) not in FAST
    ]
    if not edits:
        return seeds
    return _with_cells(seeds, tuple((effect.key, effect.value) for effect in edits))


@cache
def _with_cells(seeds: Seeds, cells: tuple[tuple[tuple[str, ...], Any], ...]) -> Seeds:
    changed: dict[str, Any] = {}
    faults = []
    for (table, row, heading), value in cells:
        rows = changed.setdefault(table, dict(getattr(seeds, table)))
        try:
            cell = seed_tables.read_cell(table, heading, f"{value}")
        except ValueError as error:
            faults.append(Fault(f"{table}.csv", None, heading, str(value), str(error)))
            continue
        names = {item.name.rstrip("_"): item.name for item in fields(schema.TABLES[table])}
        rows[row] = replace(rows[row], **{names[heading]: cell})
    edited = replace(seeds, **changed)
    faults.extend(seed_tables.faults(edited))
    if faults:
        raise SeedsError(faults)
    return edited


def gate_point(seeds: Seeds, gate: str) -> schema.Point:
    """Where a gate is drawn: its own point, or the middle of its first link."""
    from geo.measure import along

    row = seeds.gates[gate]
    if row.lon is not None and row.lat is not None:
        return (row.lon, row.lat)
    links = seeds.gate_links[gate]
    return along(seeds.line(links[0]), 0.5) if links else (0.0, 0.0)


def _related(scenarios: tuple[Scenario, ...]) -> set[tuple[str, str]]:
    """Pairs (earlier, later) of which the later extends the earlier, however far."""
    parent = {scenario.id: scenario.extends for scenario in scenarios}
    found = set()
    for scenario in scenarios:
        above = scenario.extends
        while above:
            found.add((above, scenario.id))
            above = parent.get(above, "")
    return found


def _scenario(item: str | Path | Scenario, seeds: Seeds) -> Scenario:
    return item if isinstance(item, Scenario) else load_scenario(item, seeds)


def _switched(opened: Iterable[str], closed: Iterable[str]) -> list[Scenario]:
    opened, closed = listed(opened), listed(closed)
    changes = [
        Change(verb, targets, override=True)
        for verb, targets in (("open", opened), ("close", closed))
        if targets
    ]
    if not changes:
        return []
    words = [f"{change.verb} {', '.join(change.targets)}" for change in changes]
    return [Scenario(id="; ".join(words), title="; ".join(words), changes=tuple(changes))]


def _last_date(scenarios: Iterable[Scenario]) -> dt.date | None:
    days = [scenario.date for scenario in scenarios if scenario.date]
    return days[-1] if days else None


def _day(date: str | dt.date | None) -> dt.date | None:
    if date is None or isinstance(date, dt.date):
        return date.date() if isinstance(date, dt.datetime) else date
    try:
        return dt.date.fromisoformat(date)
    except (TypeError, ValueError):
        message = f"date {date!r} must be a day such as 2028-06-01"
        raise CorridorsError(message) from None


def _geo_frame(rows: Iterable[Any], table: str, shapes: list[Any]) -> Any:
    import geopandas

    columns: Mapping[str, Any] = schema.columns(table)
    names = {name: name + "_" * (name == "from") for name in columns}
    data = {name: [getattr(row, attribute) for row in rows] for name, attribute in names.items()}
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=WGS84).set_index("id")


__all__ = [
    "Network",
    "assemble",
    "bundled_scenarios",
    "gate_point",
    "load",
    "open_on",
    "stands_open",
]
