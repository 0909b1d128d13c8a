"""The best way that uses a named corridor, and what it costs over the free best."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import kernel, schema
from corridors.arcs import DESTINATION, ORIGIN, State
from corridors.cost import OBJECTIVES
from corridors.errors import NoRoute, UnknownNameError
from corridors.routing import MEASURES, UNITS, Query, Route, back_graph, check_place, graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from corridors.cost import Cargo
    from corridors.network import Network
    from corridors.seeds import Seeds


@dataclass(frozen=True, eq=False)
class Forced:
    """A way bound to a corridor, beside the free best.

    Attributes
    ----------
    corridor
        Id of the corridor.
    start, end
        Places (ids) at which the way enters the corridor and leaves it.
    share
        The part of the corridor's km that is used, 0 to 1.
    route
        The bound way.
    best
        The free best.
    """

    corridor: str
    start: str
    end: str
    share: float
    route: Route = field(repr=False)
    best: Route = field(repr=False)

    @property
    def regret(self) -> float:
        """What the corridor costs over the free best, in the unit of the objective."""
        measure = OBJECTIVES[self.route.by]
        return self.route.total(measure) - self.best.total(measure)

    def total(self, measure: str) -> float:
        """What the corridor costs over the free best by another measure; may be less than 0."""
        return self.route.total(measure) - self.best.total(measure)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "corridor": self.corridor,
            "start": self.start,
            "end": self.end,
            "share": round(self.share, 4),
            "by": self.route.by,
            "regret": round(self.regret, 3),
            "difference": {measure: round(self.total(measure), 3) for measure in MEASURES},
            "route": self.route.to_dict(),
            "best": self.best.to_dict(),
        }

    def words(self) -> str:
        """One sentence."""
        names = self.route.network.seeds.places
        unit = UNITS[self.route.by]
        return (
            f"{names[self.route.origin].name} to {names[self.route.destination].name} by "
            f"{self.corridor}, {names[self.start].name} to {names[self.end].name} "
            f"({self.share:.0%} of it): {self.regret:,.1f} {unit} over the best way, "
            f"through {' '.join(self.route.countries)}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.words())}</p>"


def forced(
    net: Network,
    origin: str,
    destination: str,
    corridor: str,
    *,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    avoid: Iterable[str] = (),
) -> Forced:
    """The best way bound to a corridor, and its regret against the free best.

    The way enters the corridor where it comes nearest the origin and leaves it where it comes
    nearest the destination, by the same objective; in between it keeps to the corridor's own
    links, past its toll gates if it names any. So a pair at the corridor's ends uses all of it,
    and another pair the stretch between.

    Parameters
    ----------
    net, origin, destination, by, cargo, modes, avoid
        As for :func:`corridors.route`.
    corridor
        Id of a corridor.

    Returns
    -------
    Forced

    Raises
    ------
    NoRoute
        When the corridor cannot be passed; says which of its gates are shut.
    UnknownNameError
        When a name is not known; shows the nearest.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load().under("both-open")
    >>> co.forced(net, "baku", "nakhchivan", "zangezur-rail", by="cost").regret >= 0
    True
    """
    for place in (origin, destination):
        check_place(net, place)
    seeds = net.seeds
    if corridor not in seeds.corridors:
        what = "corridor"
        raise UnknownNameError(what, corridor, seeds.corridors)
    query = Query(net, by=by, cargo=cargo, modes=modes, avoid=avoid)
    free = query.weight_between(origin, destination)
    off = _elsewhere(net, corridor)
    bound = np.where(off, np.inf, free)
    best = query.through(free, [origin, destination])
    if best is None:
        raise NoRoute(origin, destination, query.needs([origin, destination]))
    stretches = _stretches(query, free, corridor, (origin, destination))
    for start, end in stretches:
        legs = ((start, free), (end, bound), (destination, free))
        way = _along(query, origin, legs)
        if way is not None:
            break
    else:
        needs = _shut_on(query, off, (origin, destination), stretches)
        raise NoRoute(origin, destination, needs)
    found = query.as_route(origin, destination, way)
    return Forced(
        corridor=corridor,
        start=start,
        end=end,
        share=_share(net, corridor, found),
        route=found,
        best=query.as_route(origin, destination, best),
    )


def _elsewhere(net: Network, corridor: str) -> NDArray[np.bool_]:
    """Hauls that do not lie on the corridor, shape (arcs,)."""
    own = set(net.seeds.corridors[corridor].links)
    off = np.array([link not in own for link in net.arcs.links] + [False])
    elsewhere: NDArray[np.bool_] = off[net.arcs.link]
    return elsewhere


def _stretches(
    query: Query, free: NDArray[np.float64], corridor: str, pair: tuple[str, str]
) -> list[tuple[str, str]]:
    """Where to enter and to leave, for either direction along the corridor, the nearer first."""
    net = query.net
    places, first, last = _walk(net.seeds, corridor)
    node, back = net.arcs.node, free[net.arcs.back_arc]
    to = kernel.distances_to(graph(net), free, node[State(pair[0], ORIGIN)])
    on = kernel.distances_to(back_graph(net), back, node[State(pair[1], DESTINATION)])
    found = []
    for one, other in ((places[: first + 1], places[last:]), (places[last:], places[: first + 1])):
        start = min(one, key=lambda place: _least(net, to, place))
        ends = [place for place in other if place != start]
        if ends:
            end = min(ends, key=lambda place: _least(net, on, place))
            found.append((_least(net, to, start) + _least(net, on, end), start, end))
    return [(start, end) for _, start, end in sorted(found)]


def _walk(seeds: Seeds, corridor: str) -> tuple[list[str], int, int]:
    """Places along a corridor, and where its toll gates begin and end; all of it if it has none."""
    row = seeds.corridors[corridor]
    links = [seeds.links[link] for link in row.links]
    places: list[str] = []
    for number, link in enumerate(links):
        ends = [link.from_, link.to]
        if not places:
            after = links[number + 1] if len(links) > 1 else None
            turned = after is not None and link.from_ in (after.from_, after.to)
            places += ends[::-1] if turned else ends
        else:
            places.append(ends[1] if places[-1] == ends[0] else ends[0])
    tolls = [
        number
        for number, link in enumerate(links)
        if not set(row.toll_gates).isdisjoint(link.gates)
    ]
    return (places, tolls[0], tolls[-1] + 1) if tolls else (places, len(places) - 1, 0)


def _least(net: Network, far: NDArray[np.float64], place: str) -> float:
    """Distance to a place in whichever layer is nearest."""
    states = (State(place, layer) for layer in schema.LAYERS)
    return min(
        (float(far[net.arcs.node[at]]) for at in states if at in net.arcs.node), default=np.inf
    )


def _along(
    query: Query, origin: str, legs: Iterable[tuple[str, NDArray[np.float64]]]
) -> list[int] | None:
    """The least way over places, each reached under its own weights."""
    stops, weights = [origin], []
    for place, weight in legs:
        if place != stops[-1]:
            stops.append(place)
            weights.append(weight)
    return query.through(weights, stops)


def _shut_on(
    query: Query,
    off: NDArray[np.bool_],
    pair: tuple[str, str],
    stretches: Iterable[tuple[str, str]],
) -> tuple[str, ...]:
    """Shut gates on the stretch that would be used if all stood open."""
    net = query.net
    stand_open = net.open_for(*(net.seeds.places[place].country for place in pair))
    weight = np.where(off, np.inf, net.figures(query.cargo).by(query.by))
    for stretch in stretches:
        way = query.through(weight, stretch) or []
        links = (net.arcs.links[net.arcs.link[arc]] for arc in way if net.arcs.link[arc] >= 0)
        gates = dict.fromkeys(gate for link in links for gate in net.seeds.links[link].gates)
        if way:
            return tuple(gate for gate in gates if gate not in stand_open)
    return ()


def _share(net: Network, corridor: str, route: Route) -> float:
    own = dict.fromkeys(net.seeds.corridors[corridor].links)
    km = {link: float(net.values[net.arcs.length[link]]) for link in own}
    used = set(route.links)
    return sum(length for link, length in km.items() if link in used) / sum(km.values())


__all__ = ["Forced", "forced"]
