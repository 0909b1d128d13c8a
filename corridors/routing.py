"""Routes, alternatives and matrices over a network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import kernel, schema
from corridors.arcs import DESTINATION, KINDS, ORIGIN, State
from corridors.asked import check_count, find, listed
from corridors.cost import DUTY, OBJECTIVES, Cargo, breakdown
from corridors.errors import CorridorsError, NoRoute, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.analysis.explain import Explanation
    from corridors.arcs import Arcs
    from corridors.network import Network
    from corridors.seeds import Seeds

#: Figures that add up over legs, with their units.
MEASURES = {"km": "km", "hours": "h", "usd": "USD", "co2_kg": "kg CO2e", "generalised_usd": "USD"}
#: The unit of what each objective minimises.
UNITS = {by: MEASURES[measure] for by, measure in OBJECTIVES.items()}
#: Alternatives are asked for by the handful: hundreds take seconds, and tell nothing more.
MOST_WAYS = 1000
#: Two distinct ways have no more than this share of the shorter one's km in common.
OVERLAP = 0.8
#: Distinct ways are looked for up to this many times the best one's cost.
_FAR = 10.0
#: Makes opening one more gate dearer than any way through those that stand open.
_GATE_PENALTY = 1e9
_ROUNDING = 1e-6


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
    arcs
        Ids of the arcs of :attr:`Network.arcs` that they run along.
    asked
        What else was asked of it: ``cargo``, ``modes``, ``via`` and ``avoid`` of :func:`route`.
    """

    origin: str
    destination: str
    by: str
    scenario: str
    date: str
    legs: tuple[Leg, ...]
    arcs: tuple[int, ...] = field(repr=False, compare=False)
    network: Network = field(repr=False, compare=False)
    asked: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

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
        if measure not in (known := ("borders", "gauge_changes", "transfers", *MEASURES)):
            what = "measure"
            raise UnknownNameError(what, measure, known)
        return float(getattr(self, measure))

    def on(self, net: Network, **asked: Any) -> Route:
        """The best way on another network for the same question, save what ``asked`` changes."""
        options = {"by": self.by, **self.asked, **asked}
        return route(net, self.origin, self.destination, **options)

    def explain(self, other: Route) -> Explanation:
        """What changes from this route to another, and why; see :func:`corridors.explain`."""
        from corridors.analysis.explain import explain

        return explain(self, other)

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
        rows = [{name: getattr(leg, name) for name in names} for leg in self.legs]
        table = pd.DataFrame(rows, columns=list(names))
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
        head = f"{names[self.origin].name} to {names[self.destination].name}, by {self.by}"
        whole = f"{repr(self).partition(': ')[2][:-1]}; scenario {self.scenario}, {self.date}"
        legs = self.frame().round(1).to_html(index=False)
        return f"<h4>{escape(head)}</h4><p>{escape(whole)}</p>{legs}"


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
        Ids of places, links, corridors or countries (ISO) that it must not touch.

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
    passed = listed(via)
    stops = [origin, *passed, destination]
    for place in stops:
        check_place(net, place)
    arcs = query.through(query.weight_between(origin, destination), stops)
    if arcs is None:
        raise NoRoute(origin, destination, query.needs(stops))
    return query.as_route(origin, destination, arcs, via=passed)


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
    distinct: bool = False,
    overlap: float | None = None,
) -> list[Route]:
    """The ``k`` best loopless ways, least first; parallel links are told apart.

    Ways that use the same links in the same order count once, at their best. Fewer ways come back
    where there are fewer.

    Parameters
    ----------
    net, origin, destination, by, cargo, modes, avoid
        As for :func:`route`.
    k
        How many ways at most.
    distinct
        Whether each is to differ from the others by corridor, not by a siding.
    overlap
        The share of the shorter one's km that two distinct ways may have in common, above 0 and
        below 1; 0.8 when left out. Giving it asks for distinct ways.

    Returns
    -------
    list of Route
        The first is that of :func:`route`.

    Raises
    ------
    NoRoute
        When there is none.

    Notes
    -----
    All ways: J. Y. Yen (1971), with E. L. Lawler's (1972) partition. Distinct ways: each next one
    is the least under a price on km shared with those found, the lowest price that keeps the
    overlap within the limit; that is the Lagrangian relaxation of the constrained shortest path
    (G. Y. Handler and I. Zang 1980), its prices walked exactly by breakpoints rather than by the
    steps of the iterative penalty method (V. Akgün, E. Erkut and R. Batta 2000). Ways more than
    ten times as costly as the best are not looked for.
    """
    check_count("k", k, most=MOST_WAYS)
    if overlap is not None and not 0 < overlap < 1:
        message = f"overlap {overlap!r} must be a share above 0 and below 1"
        raise CorridorsError(message)
    query = Query(net, by=by, cargo=cargo, modes=modes, avoid=avoid)
    for place in (origin, destination):
        check_place(net, place)
    if origin == destination:
        return [query.as_route(origin, destination, [])]
    arcs = net.arcs
    weight = query.weight_between(origin, destination)
    source, target = arcs.node[State(origin, ORIGIN)], arcs.node[State(destination, DESTINATION)]
    if distinct or overlap is not None:
        limit = OVERLAP if overlap is None else overlap
        ways = _distinct_ways(query, weight, (source, target), k, limit)
    else:
        bounds = kernel.distances_to(back_graph(net), weight[arcs.back_arc], target)
        found = kernel.alternatives(
            graph(net), weight, source, target, count=k, potential=bounds, label=arcs.link
        )
        ways = [way for _, way in found]
    if not ways:
        raise NoRoute(origin, destination, query.needs([origin, destination]))
    return [query.as_route(origin, destination, way) for way in ways]


def _distinct_ways(
    query: Query,
    weight: NDArray[np.float64],
    ends: tuple[int, int],
    count: int,
    overlap: float,
) -> list[list[int]]:
    """Ways of which no two share more than ``overlap`` of the shorter one's km, least first."""
    arcs, on = query.net.arcs, graph(query.net)
    km = query.net.figures(query.cargo).km

    def solve(weights: NDArray[np.float64]) -> list[int]:
        return kernel.shortest(on, weights, *ends)[1]

    first = solve(weight)
    found = [first] if first else []
    uses = np.zeros(len(arcs.links) + 1)
    while found and len(found) < count:
        uses[np.unique(arcs.link[found[-1]])] += 1
        uses[-1] = 0
        shortest_km = min(float(km[way].sum()) for way in found)
        price = _FAR * float(weight[first].sum()) / max(overlap * shortest_km, 1e-9)
        dearer = weight + price * km * uses[arcs.link]
        pieces = kernel.lower_envelope(solve, weight, dearer)
        apart = (
            piece.way
            for piece in pieces
            if all(_overlap(arcs, km, piece.way, other) <= overlap for other in found)
        )
        new = next(apart, None)
        if new is None:
            break
        found.append(new)
    return sorted(found, key=lambda way: float(weight[way].sum()))


def _overlap(arcs: Arcs, km: NDArray[np.float64], left: list[int], right: list[int]) -> float:
    """The share of the shorter way's km that two ways have in common, either way along."""
    shared = np.isin(arcs.link[left], arcs.link[right][arcs.link[right] >= 0])
    shorter = min(float(km[left].sum()), float(km[right].sum()))
    return float(km[left][shared].sum()) / shorter if shorter else 0.0


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
    given = [(ends,) if isinstance(ends, str) else ends for ends in (origins, destinations)]
    rows = list(cities if given[0] is None else given[0])
    columns = list(rows if given[1] is None else given[1])
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
    found = np.empty((len(origins), len(destinations)))
    for gates, cells in _by_gates(net, origins, destinations):
        rows, columns = (np.flatnonzero(cells.any(axis=axis)) for axis in (1, 0))
        solved = kernel.matrix(graph(net), query.weight(gates), sources[rows], targets[columns])
        asked = cells[np.ix_(rows, columns)]
        found[cells] = solved[asked]
    same = np.array(origins)[:, None] == np.array(destinations)[None, :]
    found[same] = 0.0
    return found


def _by_gates(
    net: Network, origins: Sequence[str], destinations: Sequence[str]
) -> Iterator[tuple[frozenset[str], NDArray[np.bool_]]]:
    """Cells of a matrix, shape (origins, destinations), by the gates open to their cargo."""
    of = net.seeds.places
    ends = [[of[place].country for place in places] for places in (origins, destinations)]
    left, right = (list(dict.fromkeys(countries)) for countries in ends)
    number: dict[frozenset[str], int] = {}
    group = np.array(
        [
            [number.setdefault(net.open_for(one, other), len(number)) for other in right]
            for one in left
        ]
    ).reshape(len(left), len(right))
    rows = np.array([left.index(country) for country in ends[0]], dtype=np.int64)
    columns = np.array([right.index(country) for country in ends[1]], dtype=np.int64)
    cells = group[np.ix_(rows, columns)]
    for gates, chosen in number.items():
        yield gates, cells == chosen


def check_place(net: Network, place: str) -> None:
    """Refuse an id that no place has."""
    if not isinstance(place, str) or place not in net.seeds.places:
        what = "place"
        raise UnknownNameError(what, place, net.seeds.places)


def graph(net: Network) -> kernel.Graph:
    """The network's state graph as the kernel takes it."""
    arcs = net.arcs
    return kernel.Graph(arcs.start, arcs.head, arcs.tail)


def back_graph(net: Network) -> kernel.Graph:
    """The same graph turned round."""
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
        find("objective", by, OBJECTIVES)
        self.net = net
        self.by = by
        self.cargo = _shipment(cargo) or net.cargo
        self.modes = None if modes is None else _checked_modes(modes)
        kept_off = listed(avoid)
        self.avoid = (*self.cargo.avoid, *kept_off)
        self.asked: dict[str, Any] = {"cargo": cargo, "modes": self.modes, "avoid": kept_off}

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

    def through(
        self, weight: NDArray[np.float64] | Sequence[NDArray[np.float64]], stops: Sequence[str]
    ) -> list[int] | None:
        """Arcs of the least way from door to door over places in order; None where none leads.

        A stop may be reached and left in any of its layers; the least way to each is kept, so
        the whole is exact. Weights may differ from stop to stop: one for each stretch between
        stops, of which then no two in a row may be the same place.
        """
        node = self.net.arcs.node
        first, *further_stops = (stop for stop, _ in groupby(stops))
        ways: dict[int, tuple[float, list[int]]] = {node[State(first, ORIGIN)]: (0.0, [])}
        weights = [weight] * len(further_stops) if isinstance(weight, np.ndarray) else weight
        for left, stop in enumerate(further_stops, start=1 - len(further_stops)):
            layers = schema.LAYERS if left else (DESTINATION,)
            goals = [node[State(stop, layer)] for layer in layers if State(stop, layer) in node]
            reached: dict[int, tuple[float, list[int]]] = {}
            for source, (spent, arcs) in ways.items():
                for goal in goals:
                    cost, further = kernel.shortest(
                        graph(self.net), weights[left - 1], source, goal
                    )
                    if spent + cost < reached.get(goal, (np.inf, []))[0]:
                        reached[goal] = (spent + cost, arcs + further)
            ways = reached
        return min(ways.values(), key=lambda way: way[0])[1] if ways else None

    def needs(self, stops: Sequence[str]) -> tuple[str, ...]:
        """The fewest shut gates that would have to open for there to be a way over the stops.

        A gate may be passed more than once, and counts once: so each passing is charged a part of
        it that cannot be too much, and whether such a gate opens is tried both ways (branch and
        bound) until no smaller set can be left.
        """
        net, arcs = self.net, self.net.arcs
        beyond_help = self._off_limits | net.shut_under(frozenset(arcs.gate_arcs))
        free = np.where(beyond_help, np.inf, net.figures(self.cargo).by(self.by))
        stand_open = self._gates(stops[0], stops[-1])
        passings = {
            gate: max(1, len(links) * (len(stops) - 1))
            for gate, links in net.seeds.gate_links.items()
            if gate not in stand_open
        }
        fewest: tuple[str, ...] | None = None
        trials: list[tuple[frozenset[str], frozenset[str]]] = [(frozenset(), frozenset())]
        while trials:
            opened, refused = trials.pop()
            weight = free.copy()
            for gate in passings.keys() - opened:
                due = np.inf if gate in refused else _GATE_PENALTY / passings[gate]
                weight[arcs.gate_arcs[gate]] += due
            way = self.through(weight, stops)
            if way is None:
                continue
            passed = Counter(gate for gate in self._passed(way) if gate in passings)
            if fewest is None or len(passed) < len(fewest):
                fewest = tuple(passed)
            parts = {gate: n / passings[gate] for gate, n in passed.items() if gate not in opened}
            unsure = [gate for gate, part in parts.items() if part < 1]
            if unsure and ceil(len(opened) + sum(parts.values()) - _ROUNDING) < len(fewest):
                trials += [(opened, refused | {unsure[0]}), (opened | {unsure[0]}, refused)]
        return _untied(net.seeds, stand_open, fewest or ())

    def _passed(self, way: list[int]) -> list[str]:
        """Gates that a way passes, each as often as it does."""
        arcs, links = self.net.arcs, self.net.seeds.links
        hauls = (arcs.links[arcs.link[arc]] for arc in way if arcs.link[arc] >= 0)
        return [gate for link in hauls for gate in links[link].gates]

    def as_route(
        self, origin: str, destination: str, way: list[int], *, via: tuple[str, ...] = ()
    ) -> Route:
        """A route from the arcs of a way."""
        return Route(
            origin=origin,
            destination=destination,
            by=self.by,
            scenario=self.net.name,
            date=str(self.net.date),
            legs=tuple(self._leg(arc) for arc in way),
            arcs=tuple(way),
            network=self.net,
            asked={**self.asked, "via": via},
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


def _untied(seeds: Seeds, stand_open: frozenset[str], needed: tuple[str, ...]) -> tuple[str, ...]:
    """Gates needed, with one more for each condition that would keep one of them shut."""
    for condition in seeds.conditions.values():
        kept_shut = set(needed).intersection(condition.gates)
        if kept_shut and not stand_open.union(needed).intersection(condition.needs):
            return _untied(seeds, stand_open, (*needed, condition.needs[0]))
    return needed


def _shipment(cargo: Any) -> Cargo | None:
    if cargo is None or isinstance(cargo, Cargo):
        return cargo
    message = f"cargo {cargo!r} must be a Cargo; co.cargo(name, net) makes one of a profile"
    raise CorridorsError(message)


def _checked_modes(modes: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(listed(modes))
    for mode in chosen:
        if mode not in schema.MODES:
            what = "mode"
            raise UnknownNameError(what, mode, schema.MODES)
    return chosen


#: What a way may be kept off.
GROUNDS = "place, link, corridor or country"


def grounds(seeds: Seeds) -> tuple[str, ...]:
    """Ids of all that a way may be kept off."""
    countries = dict.fromkeys(place.country for place in seeds.places.values())
    return (*seeds.places, *seeds.links, *seeds.corridors, *countries)


def _touching(net: Network, target: str) -> NDArray[np.bool_]:
    """Links that touch a place, a link itself, a corridor or a country, shape (links,)."""
    seeds = net.seeds
    links = [seeds.links[link] for link in net.arcs.links]
    if target in seeds.links:
        return np.array([link.id == target for link in links])
    if target in seeds.places:
        return np.array([target in (link.from_, link.to) for link in links])
    if target in seeds.corridors:
        chosen = set(seeds.corridors[target].links)
        return np.array([link.id in chosen for link in links])
    if target not in (known := grounds(seeds)):
        raise UnknownNameError(GROUNDS, target, known)
    of = {place.id: place.country for place in seeds.places.values()}
    return np.array([target in (link.country, of[link.from_], of[link.to]) for link in links])
