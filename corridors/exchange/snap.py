"""Which node of a network each station, port and town takes, and what must be joined to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.trace import EARTH_RADIUS_KM, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from corridors.exchange.junctions import Kind, Ways
    from corridors.exchange.osm import Spot
    from corridors.schema import Point

#: How far a station may lie from its track, and ports and towns from the network.
STATION_REACH_KM = 0.5
PORT_REACH_KM = 5.0
TOWN_REACH_KM = 10.0
_PLURAL = {"city": "towns", "station": "stations", "port": "ports"}


class Join(NamedTuple):
    """A short way that the file lacks: from a town or port to the nearest node of a net."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes that can be found by where they lie.

    Attributes
    ----------
    ids, points
        Sorted ids, shape (n,), and points (lon, lat), shape (n, 2).
    kind
        Kind of a way through each, by its place in the ways' kinds, shape (n,).
    index
        A k-d tree over the points on the unit sphere.
    """

    ids: NDArray[np.int64]
    points: NDArray[np.float64]
    kind: NDArray[np.int64]
    index: Any

    @classmethod
    def of(
        cls, ids: NDArray[np.int64], points: NDArray[np.float64], kind: NDArray[np.int64]
    ) -> Nodes:
        """Nodes of which each may be given more than once."""
        from scipy.spatial import cKDTree

        known, first = np.unique(ids, return_index=True)
        return cls(known, points[first], kind[first], cKDTree(unit_vectors(points[first])))

    @classmethod
    def of_ways(cls, ways: Ways) -> Nodes:
        """All nodes of some ways."""
        return cls.of(ways.refs, ways.points, np.repeat(ways.kind, np.diff(ways.start)))

    def near(self, point: Point, reach_km: float) -> list[tuple[float, int]]:
        """Distance in km and id of the nodes within reach, nearest first."""
        vector = unit_vectors(np.array([point]))[0]
        hits = self.index.query_ball_point(vector, reach_km / EARTH_RADIUS_KM)
        gaps = np.linalg.norm(self.index.data[hits] - vector, axis=1) if hits else []
        found = zip(np.multiply(gaps, EARTH_RADIUS_KM).tolist(), hits, strict=True)
        return sorted((gap, int(self.ids[at])) for gap, at in found)

    def nearest(self, point: Point, reach_km: float) -> tuple[float, int] | None:
        """Distance in km and id of the nearest node within reach."""
        vector = unit_vectors(np.array([point]))[0]
        reach = reach_km / EARTH_RADIUS_KM
        gap, at = self.index.query(vector, distance_upper_bound=reach)
        return (float(gap * EARTH_RADIUS_KM), int(self.ids[at])) if np.isfinite(gap) else None

    def find(self, node: int) -> int | None:
        """Where a node stands in the arrays."""
        at = int(np.searchsorted(self.ids, node))
        return at if at < len(self.ids) and int(self.ids[at]) == node else None


@dataclass(frozen=True)
class Snapped:
    """Places on the network.

    Attributes
    ----------
    taken
        What stands at a node.
    landings
        Nodes at which a ferry lands.
    joins
        Ways to add.
    left_out
        What found no node, and how often.
    """

    taken: dict[int, Spot] = field(default_factory=dict)
    landings: frozenset[int] = frozenset()
    joins: list[Join] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def stops(self) -> set[int]:
        """Nodes at which links must end."""
        return {*self.taken, *self.landings, *(end for join in self.joins for end in join[:2])}


def snap(nets: Mapping[str, Ways], spots: Iterable[Spot]) -> Snapped:
    """Put stations, ports and towns on the network.

    Parameters
    ----------
    nets
        Ways by net, ``rail`` and ``road``; a ferry belongs to the net it carries.
    spots
        What to put there.

    Returns
    -------
    Snapped

    Notes
    -----
    A station takes the nearest track within 500 m, a port the nearest landing, track or road
    within 5 km. A town takes a station within 10 km, one of its own name first, and is joined to
    the nearest road; without a station it takes the nearest point of a road. Ports and landings
    are joined to rails and roads within 5 km. Larger towns come first.
    """
    order = sorted(spots, key=lambda spot: (-spot.rank, spot.id))
    landings = _landings(nets)
    made = Snapped(landings=frozenset(landings.ids.tolist()))
    lines = {net: Nodes.of_ways(_only(ways, net)) for net, ways in nets.items()}
    tracks = Nodes.of_ways(_only(nets["rail"], "rail", unbuilt=True))
    for spot in order:
        if spot.kind == "station":
            _take(made, spot, [tracks], STATION_REACH_KM)
    for spot in order:
        if spot.kind == "port":
            _take(made, spot, [landings, *lines.values()], PORT_REACH_KM)
    stations = _stations(made, tracks)
    for spot in order:
        if spot.kind == "city" and not _at_station(made, spot, stations):
            _take(made, spot, [lines["road"]], TOWN_REACH_KM)
    made.joins.extend(_joins(made, nets, lines, [landings, tracks, *lines.values()]))
    return made


def _only(ways: Ways, mode: str, *, unbuilt: bool = False) -> Ways:
    """Ways of a mode that can be used, or the unbuilt besides."""
    fits = [kind.mode == mode and (unbuilt or kind.status == "open") for kind in ways.kinds]
    return ways.only(np.array([*fits, False])[ways.kind])


def _landings(nets: Mapping[str, Ways]) -> Nodes:
    ids, points, kinds = [], [], []
    for ways in nets.values():
        ferry = ways.only(np.array([*(k.mode == "ferry" for k in ways.kinds), False])[ways.kind])
        for at in (ferry.start[:-1], ferry.start[1:] - 1):
            ids.append(ferry.refs[at])
            points.append(ferry.points[at])
            kinds.append(ferry.kind)
    return Nodes.of(np.concatenate(ids), np.concatenate(points), np.concatenate(kinds))


def _take(made: Snapped, spot: Spot, nodes: Sequence[Nodes], reach_km: float) -> None:
    """Let a spot have the nearest node, unless it is far or taken."""
    hits = [hit for some in nodes if (hit := some.nearest(spot.point, reach_km))]
    if not hits:
        made.left_out[f"{_PLURAL[spot.kind]} far from the network"] += 1
    elif min(hits)[1] in made.taken:
        made.left_out[f"{_PLURAL[spot.kind]} where another place stands"] += 1
    else:
        made.taken[min(hits)[1]] = spot


def _stations(made: Snapped, tracks: Nodes) -> Nodes:
    at = np.array([tracks.find(ref) for ref, spot in made.taken.items() if spot.kind == "station"])
    at = at.astype(np.int64)
    return Nodes.of(tracks.ids[at], tracks.points[at], tracks.kind[at])


def _at_station(made: Snapped, town: Spot, stations: Nodes) -> bool:
    """Whether a station within reach became the town."""
    near = [
        ref
        for _, ref in stations.near(town.point, TOWN_REACH_KM)
        if made.taken[ref].kind == "station"
    ]
    named = [ref for ref in near if same_name(made.taken[ref], town)]
    if near:
        made.taken[(named or near)[0]] = town
    return bool(near)


def same_name(one: Spot, other: Spot) -> bool:
    """Whether two spots share a name in any language, case aside."""
    names = [
        {name.casefold() for name in (spot.name, spot.local_name) if name} for spot in (one, other)
    ]
    return not names[0].isdisjoint(names[1])


def _joins(
    made: Snapped, nets: Mapping[str, Ways], lines: Mapping[str, Nodes], known: Sequence[Nodes]
) -> Iterator[Join]:
    ports = [ref for ref, spot in made.taken.items() if spot.kind == "port"]
    towns = [ref for ref, spot in made.taken.items() if spot.kind == "city"]
    wanted = [(ref, "road", TOWN_REACH_KM) for ref in towns]
    wanted += [
        (ref, net, PORT_REACH_KM)
        for ref in dict.fromkeys([*ports, *sorted(made.landings)])
        for net in nets
    ]
    for ref, net, reach_km in dict.fromkeys(wanted):
        if lines[net].find(ref) is not None:
            continue
        point = next(nodes.points[at] for nodes in known if (at := nodes.find(ref)) is not None)
        hit = lines[net].nearest((float(point[0]), float(point[1])), reach_km)
        at = lines[net].find(hit[1]) if hit else None
        if hit and at is not None:
            yield Join(ref, hit[1], nets[net].kinds[lines[net].kind[at]])
