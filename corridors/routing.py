"""Routes, alternatives and matrices over a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import kernel, schema
from corridors.arcs import DESTINATION, KINDS, ORIGIN, State
from corridors.cost import DUTY, OBJECTIVES, breakdown
from corridors.errors import CorridorsError, NoRoute, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.cost import Cargo
    from corridors.network import Network

#: Figures that add up over legs, with their units.
MEASURES = {"km": "km", "hours": "h", "usd": "USD", "co2_kg": "kg CO2e", "generalised_usd": "USD"}
#: Makes opening one more gate dearer than any way through those that stand open.
_GATE_PENALTY = 1e9


@dataclass(frozen=True, slots=True)
class Leg:
    """One arc of a route: a haul along a link, a change of mode or gauge, loading or unloading.

    ``hours_by`` and ``usd_by`` break its figures down by part and add up to them.
    """

    kind: str
    link: str
    mode: str
    start: str
    end: str
    from_layer: str
    to_layer: str
    country: str
    gates: tuple[str, ...]
    crosses: bool
    km: float
    hours: float
    usd: float
    co2_kg: float
    generalised_usd: float
    hours_by: dict[str, float]
    usd_by: dict[str, float]


@dataclass(frozen=True)
class Route:
    """A way from door to door; every total is the sum of its legs.

    Attributes
    ----------
    origin, destination
        Ids of its ends.
    by
        What it minimises.
    scenario, date
        The network it was found on.
    legs
        Legs in order.
    """

    origin: str
    destination: str
    by: str
    scenario: str
    date: str
    legs: tuple[Leg, ...]
    network: Network = field(repr=False, compare=False)

    @property
    def km(self) -> float:
        """Length in km."""
        return sum(leg.km for leg in self.legs)

    @property
    def hours(self) -> float:
        """Time in hours, from the start of loading to the end of unloading."""
        return sum(leg.hours for leg in self.legs)

    @property
    def usd(self) -> float:
        """Cost in USD a shipment."""
        return sum(leg.usd for leg in self.legs)

    @property
    def co2_kg(self) -> float:
        """Emissions in kg CO2e a shipment."""
        return sum(leg.co2_kg for leg in self.legs)

    @property
    def generalised_usd(self) -> float:
        """Cost plus the goods' cost of time, in USD a shipment."""
        return sum(leg.generalised_usd for leg in self.legs)

    @property
    def hauls(self) -> tuple[Leg, ...]:
        """Legs along links."""
        return tuple(leg for leg in self.legs if leg.link)

    @property
    def links(self) -> tuple[str, ...]:
        """Ids of its links in order."""
        return tuple(leg.link for leg in self.hauls)

    @property
    def places(self) -> tuple[str, ...]:
        """Ids of its places in order."""
        return (self.origin, *(leg.end for leg in self.hauls))

    @property
    def gates(self) -> tuple[str, ...]:
        """Ids of the gates it passes, in order."""
        return tuple(dict.fromkeys(gate for leg in self.hauls for gate in leg.gates))

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries (ISO) in the order they are entered."""
        places = self.network.seeds.places
        ends = [places[self.origin].country]
        for leg in self.hauls:
            ends += [leg.country, places[leg.end].country]
        return tuple(dict.fromkeys(country for country in ends if country != schema.HIGH_SEAS))

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes in the order they are first used."""
        return tuple(dict.fromkeys(leg.mode for leg in self.hauls))

    @property
    def borders(self) -> int:
        """How many borders it crosses: by land, by ferry, or by sea from one coast to another."""
        return sum(leg.crosses for leg in self.legs) + self._frontiers_at_sea()

    def _frontiers_at_sea(self) -> int:
        """Voyages that end in another country than they began in."""
        places = self.network.seeds.places
        found, boarded = 0, ""
        for leg in self.legs:
            if leg.mode == "sea":
                boarded = boarded or places[leg.start].country
                landed = places[leg.end].country
                if landed not in {schema.HIGH_SEAS, boarded}:
                    found, boarded = found + 1, landed
            else:
                boarded = ""
        return found

    @property
    def transfers(self) -> int:
        """How many times it changes mode or gauge."""
        return sum(leg.kind == "transfer" for leg in self.legs)

    @property
    def gauge_changes(self) -> int:
        """How many times it changes between rails of two gauges."""
        return sum(
            leg.kind == "transfer"
            and leg.from_layer.startswith("rail")
            and leg.to_layer.startswith("rail")
            for leg in self.legs
        )

    def total(self, measure: str) -> float:
        """A total by the name of its measure."""
        counted: dict[str, float] = {
            "borders": self.borders,
            "gauge_changes": self.gauge_changes,
            "transfers": self.transfers,
        }
        return counted[measure] if measure in counted else float(getattr(self, measure))

    def line(self) -> list[schema.Point]:
        """Its drawn line, link by link."""
        points: list[schema.Point] = [self.network.seeds.places[self.origin].point]
        for leg in self.hauls:
            points.extend(leg_line(self.network, leg)[1:])
        return points

    def frame(self) -> pd.DataFrame:
        """One row a leg, with running totals of km, hours and USD."""
        import pandas as pd

        names = ("kind", "mode", "start", "end", "link", "country", "km", "hours", "usd", "co2_kg")
        table = pd.DataFrame([{name: getattr(leg, name) for name in names} for leg in self.legs])
        table["gates"] = [", ".join(leg.gates) for leg in self.legs]
        for name in ("km", "hours", "usd"):
            table[f"total_{name}"] = table[name].cumsum()
        return table

    def to_dict(self) -> dict[str, Any]:
        """Plain data of the route, as ``--json`` prints it."""
        return {
            "origin": self.origin,
            "destination": self.destination,
            "by": self.by,
            "scenario": self.scenario,
            "date": self.date,
            **{measure: round(self.total(measure), 3) for measure in MEASURES},
            "borders": self.borders,
            "transfers": self.transfers,
            "gauge_changes": self.gauge_changes,
            "countries": list(self.countries),
            "modes": list(self.modes),
            "gates": list(self.gates),
            "links": list(self.links),
            "places": list(self.places),
            "legs": [_leg_dict(leg) for leg in self.legs],
        }

    def __repr__(self) -> str:
        return (
            f"<Route {self.origin} to {self.destination} by {self.by}: {self.km:,.0f} km, "
            f"{self.hours:,.1f} h, {self.usd:,.0f} USD, {self.co2_kg:,.0f} kg CO2e, "
            f"{self.borders} borders, through {' '.join(self.countries)}>"
        )

    def _repr_html_(self) -> str:
        names = self.network.seeds.places
        head = f"{names[self.origin].name} to {names[self.destination].name}"
        return f"<h4>{escape(head)}</h4>{self.frame().round(1).to_html(index=False)}"


def leg_line(net: Network, leg: Leg) -> tuple[schema.Point, ...]:
    """A leg's drawn line in the direction of travel."""
    line = net.seeds.line(leg.link)
    return line if net.seeds.links[leg.link].from_ == leg.start else line[::-1]


def _leg_dict(leg: Leg) -> dict[str, Any]:
    names = ("kind", "mode", "link", "start", "end", "country", "km", "hours", "usd", "co2_kg")
    plain: dict[str, Any] = {name: getattr(leg, name) for name in names}
    for name, value in plain.items():
        if isinstance(value, float):
            plain[name] = round(value, 3)
    parts = {"hours_by": leg.hours_by, "usd_by": leg.usd_by}
    rounded = {
        name: {part: round(value, 3) for part, value in by.items()} for name, by in parts.items()
    }
    return {**plain, "gates": list(leg.gates), **rounded}


def route(
    net: Network,
    origin: str,
    destination: str,
    *,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    via: Sequence[str] = (),
    avoid: Iterable[str] = (),
) -> Route:
    """The best way between two places.

    Parameters
    ----------
    net
        The network, as of its day and under its scenarios.
    origin, destination
        Ids of places.
    by
        ``time``, ``cost``, ``co2``, ``generalised`` or ``distance``.
    cargo
        The shipment; one loaded TEU when left out.
    modes
        Modes it may use: any when left out.
    via
        Places it must pass, in order.
    avoid
        Ids of places, corridors or countries (ISO) that it must not touch.

    Returns
    -------
    Route

    Raises
    ------
    NoRoute
        When there is no way; says which shut gates would have to open.
    UnknownNameError
        When a name is not known; shows the nearest.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.route(co.load(), "baku", "ganja", by="distance", modes=["rail"])
    >>> found.countries
    ('AZ',)
    """
    query = Query(net, by=by, cargo=cargo, modes=modes, avoid=avoid)
    stops = [origin, *via, destination]
    for place in stops:
        check_place(net, place)
    arcs = query.through(query.weight_between(origin, destination), stops)
    if arcs is None:
        raise NoRoute(origin, destination, query.needs(stops))
    return query.as_route(origin, destination, arcs)


def alternatives(
    net: Network,
    origin: str,
    destination: str,
    *,
    k: int = 5,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    avoid: Iterable[str] = (),
) -> list[Route]:
    """The ``k`` best loopless ways, least first; parallel links are told apart.

    Parameters are those of :func:`route`. Ways that use the same links in the same order count
    once, at their best. Fewer ways come back where there are fewer.

    Raises
    ------
    NoRoute
        When there is none.
    """
    if k < 1:
        message = f"k {k!r} must be 1 or more"
        raise CorridorsError(message)
    query = Query(net, by=by, cargo=cargo, modes=modes, avoid=avoid)
    for place in (origin, destination):
        check_place(net, place)
    if origin == destination:
        return [query.as_route(origin, destination, [])]
    arcs = net.arcs
    weight = query.weight_between(origin, destination)
    source, target = arcs.node[State(origin, ORIGIN)], arcs.node[State(destination, DESTINATION)]
    bounds = kernel.distances_to(_back(net), weight[arcs.back_arc], target)
    asked, distinct = k, {}
    while True:
        ways = kernel.alternatives(
            _graph(net), weight, source, target, count=asked, potential=bounds
        )
        distinct = {tuple(arcs.link[way][arcs.link[way] >= 0]): way for _, way in reversed(ways)}
        if len(distinct) >= k or len(ways) < asked:
            break
        asked *= 2
    if not distinct:
        raise NoRoute(origin, destination, query.needs([origin, destination]))
    return [query.as_route(origin, destination, way) for way in [*distinct.values()][::-1][:k]]


def matrix(
    net: Network,
    origins: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    *,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Least figures between many places.

    Parameters
    ----------
    net
        The network.
    origins, destinations
        Ids of places; all cities when left out, the origins again for destinations.
    by, cargo, modes
        As for :func:`route`.

    Returns
    -------
    DataFrame
        Origins by destinations, in hours, USD, kg or km; infinity where no way leads.
    """
    import pandas as pd

    cities = [place.id for place in net.seeds.places.values() if place.kind == "city"]
    rows = list(cities if origins is None else origins)
    columns = list(rows if destinations is None else destinations)
    for place in [*rows, *columns]:
        check_place(net, place)
    found = costs(net, rows, columns, by=by, cargo=cargo, modes=modes)
    index = pd.Index(rows, name="origin")
    return pd.DataFrame(found, index=index, columns=pd.Index(columns, name="destination"))


def costs(
    net: Network,
    origins: Sequence[str],
    destinations: Sequence[str],
    *,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
) -> NDArray[np.float64]:
    """The values of :func:`matrix` alone, shape (origins, destinations)."""
    query = Query(net, by=by, cargo=cargo, modes=modes)
    node = net.arcs.node
    sources = np.array([node[State(place, ORIGIN)] for place in origins], dtype=np.int64)
    targets = np.array([node[State(place, DESTINATION)] for place in destinations], dtype=np.int64)
    country = {place: net.seeds.places[place].country for place in {*origins, *destinations}}
    found = np.empty((len(origins), len(destinations)))
    groups: dict[frozenset[str], list[tuple[int, int]]] = {}
    for row, origin in enumerate(origins):
        for column, destination in enumerate(destinations):
            gates = net.open_for(country[origin], country[destination])
            groups.setdefault(gates, []).append((row, column))
    for gates, cells in groups.items():
        rows = np.array(sorted({row for row, _ in cells}))
        columns = np.array(sorted({column for _, column in cells}))
        solved = kernel.matrix(_graph(net), query.weight(gates), sources[rows], targets[columns])
        at_row, at_column = np.array(cells).T
        found[at_row, at_column] = solved[
            np.searchsorted(rows, at_row), np.searchsorted(columns, at_column)
        ]
    same = np.array(origins)[:, None] == np.array(destinations)[None, :]
    found[same] = 0.0
    return found


def check_place(net: Network, place: str) -> None:
    """Refuse an id that no place has."""
    if place not in net.seeds.places:
        what = "place"
        raise UnknownNameError(what, place, net.seeds.places)


def _graph(net: Network) -> kernel.Graph:
    arcs = net.arcs
    return kernel.Graph(arcs.start, arcs.head, arcs.tail)


def _back(net: Network) -> kernel.Graph:
    arcs = net.arcs
    return kernel.Graph(arcs.back_start, arcs.back_head, arcs.back_tail)


class Query:
    """What one question asks of a network: objective, cargo, modes, and what to keep off."""

    def __init__(
        self,
        net: Network,
        *,
        by: str,
        cargo: Cargo | None = None,
        modes: Iterable[str] | None = None,
        avoid: Iterable[str] = (),
    ) -> None:
        if by not in OBJECTIVES:
            what = "objective"
            raise UnknownNameError(what, by, OBJECTIVES)
        self.net = net
        self.by = by
        self.cargo = cargo or net.cargo
        self.modes = None if modes is None else _checked_modes(modes)
        self.avoid = (*self.cargo.avoid, *((avoid,) if isinstance(avoid, str) else avoid))

    @cached_property
    def _off_limits(self) -> NDArray[np.bool_]:
        """Arcs that the question itself rules out."""
        arcs, seeds = self.net.arcs, self.net.seeds
        off = np.zeros(arcs.count + 1, dtype=bool)
        of_link = np.zeros(len(arcs.links) + 1, dtype=bool)
        if self.modes is not None:
            of_link[:-1] = [seeds.links[link].mode not in self.modes for link in arcs.links]
        for target in self.avoid:
            of_link[:-1] |= _touching(self.net, target)
        off[:-1] = of_link[arcs.link]
        return off[:-1]

    def weight(self, gates: frozenset[str]) -> NDArray[np.float64]:
        """The objective on every arc, infinite where these open gates do not let it pass."""
        net = self.net
        base = net.figures(self.cargo).by(self.by)
        shut = net.shut_arcs if gates == net.open_gates else net.shut_under(gates)
        if self.modes is not None or self.avoid:
            shut = shut | self._off_limits
        weight: NDArray[np.float64] = np.where(shut, np.inf, base)
        return weight

    def weight_between(self, origin: str, destination: str) -> NDArray[np.float64]:
        """The objective on every arc for cargo between two places."""
        return self.weight(self._gates(origin, destination))

    def _gates(self, origin: str, destination: str) -> frozenset[str]:
        places = self.net.seeds.places
        return self.net.open_for(places[origin].country, places[destination].country)

    def through(self, weight: NDArray[np.float64], stops: Sequence[str]) -> list[int] | None:
        """Arcs of the least way from door to door over places in order; None where none leads.

        A stop may be reached and left in any of its layers; the least way to each is kept, so
        the whole is exact.
        """
        node = self.net.arcs.node
        first, *further_stops = (stop for stop, _ in groupby(stops))
        ways: dict[int, tuple[float, list[int]]] = {node[State(first, ORIGIN)]: (0.0, [])}
        for left, stop in enumerate(further_stops, start=1 - len(further_stops)):
            layers = schema.LAYERS if left else (DESTINATION,)
            goals = [node[State(stop, layer)] for layer in layers if State(stop, layer) in node]
            reached: dict[int, tuple[float, list[int]]] = {}
            for source, (spent, arcs) in ways.items():
                for goal in goals:
                    cost, further = kernel.shortest(_graph(self.net), weight, source, goal)
                    if spent + cost < reached.get(goal, (np.inf, []))[0]:
                        reached[goal] = (spent + cost, arcs + further)
            ways = reached
        return min(ways.values(), key=lambda way: way[0])[1] if ways else None

    def needs(self, stops: Sequence[str]) -> tuple[str, ...]:
        """The fewest shut gates that would have to open for there to be a way over the stops."""
        net, arcs = self.net, self.net.arcs
        weight = np.where(self._off_limits, np.inf, net.figures(self.cargo).by(self.by))
        stand_open = self._gates(stops[0], stops[-1])
        shut = [gate for gate in arcs.gate_arcs if gate not in stand_open]
        for gate in shut:
            weight[arcs.gate_arcs[gate]] += _GATE_PENALTY
        way = self.through(weight, stops) or []
        links = [arcs.links[arcs.link[arc]] for arc in way if arcs.link[arc] >= 0]
        passed = dict.fromkeys(gate for link in links for gate in net.seeds.links[link].gates)
        return tuple(gate for gate in passed if gate in shut)

    def as_route(self, origin: str, destination: str, way: list[int]) -> Route:
        """A route from the arcs of a way."""
        return Route(
            origin=origin,
            destination=destination,
            by=self.by,
            scenario=self.net.name,
            date=str(self.net.date),
            legs=tuple(self._leg(arc) for arc in way),
            network=self.net,
        )

    def _leg(self, arc: int) -> Leg:
        net, arcs = self.net, self.net.arcs
        figures = net.figures(self.cargo)
        start, end = arcs.states[int(arcs.tail[arc])], arcs.states[int(arcs.head[arc])]
        link = net.seeds.links[arcs.links[arcs.link[arc]]] if arcs.link[arc] >= 0 else None
        hours_by, usd_by = breakdown(arcs, net.values, self.cargo, arc)
        duty = float(figures.usd[arc]) - sum(usd_by.values())
        if net.charges and duty > 1e-9:  # noqa: PLR2004 - rounding
            usd_by[DUTY] = duty
        return Leg(
            kind=KINDS[int(arcs.kind[arc])],
            link=link.id if link else "",
            mode=link.mode if link else "",
            start=start.place,
            end=end.place,
            from_layer=start.layer,
            to_layer=end.layer,
            country=link.country if link else net.seeds.places[start.place].country,
            gates=link.gates if link else (),
            crosses=bool(arcs.crosses[arc]),
            km=float(figures.km[arc]),
            hours=float(figures.hours[arc]),
            usd=float(figures.usd[arc]),
            co2_kg=float(figures.co2_kg[arc]),
            generalised_usd=float(figures.generalised_usd[arc]),
            hours_by=hours_by,
            usd_by=usd_by,
        )


def _checked_modes(modes: Iterable[str]) -> frozenset[str]:
    chosen = frozenset((modes,) if isinstance(modes, str) else modes)
    for mode in chosen:
        if mode not in schema.MODES:
            what = "mode"
            raise UnknownNameError(what, mode, schema.MODES)
    return chosen


def _touching(net: Network, target: str) -> NDArray[np.bool_]:
    """Links that touch a place, a corridor or a country, shape (links,)."""
    seeds = net.seeds
    links = [seeds.links[link] for link in net.arcs.links]
    if target in seeds.places:
        return np.array([target in (link.from_, link.to) for link in links])
    if target in seeds.corridors:
        chosen = set(seeds.corridors[target].links)
        return np.array([link.id in chosen for link in links])
    countries = {place.country for place in seeds.places.values()}
    if target not in countries:
        what = "place, corridor or country"
        raise UnknownNameError(what, target, [*seeds.places, *seeds.corridors, *countries])
    of = {place.id: place.country for place in seeds.places.values()}
    return np.array([target in (link.country, of[link.from_], of[link.to]) for link in links])
