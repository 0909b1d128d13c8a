"""Trace lines along the OpenStreetMap rail and highway networks that scgraph_data packages.

The packaged networks are OpenStreetMap's (ODbL 1.0, attribution
"(c) OpenStreetMap contributors"). They are used while data are being built, never at run
time, so they live in the extra ``[trace]``.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

Mode = Literal["rail", "road"]
Point = tuple[float, float]

EARTH_RADIUS_KM = 6371.0088
HEAL_KM = 2.0
TWO_WAYS = 2  # arcs at a dead end: there and back
#: Tracing is for Eurasia and the Gulf; the rest of the world is left out for speed.
WINDOW = (5.0, 5.0, 125.0, 66.0)
_MODULES = {"rail": "world_railways", "road": "world_highways"}


@dataclass(frozen=True, eq=False)
class Background:
    """A packaged network as arrays: points (lon, lat), arcs in km, and an index to snap by."""

    lon_lat: NDArray[np.float64]
    arcs: csr_array
    index: cKDTree


@dataclass(frozen=True)
class Trace:
    """A line traced between way points.

    ``length_km`` is the length along the network plus the snapped ends' gaps;
    ``worst_snap_km`` is the farthest that a way point lay from the network.
    """

    length_km: float
    line: tuple[Point, ...]
    worst_snap_km: float


def unit_vectors(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (n, 3), so that a k-d tree measures the globe."""
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


@cache
def background(mode: Mode) -> Background:
    """Load a packaged network, clip it to the window and heal its gaps."""
    from scipy.sparse import coo_array
    from scipy.spatial import cKDTree

    geograph = _packaged(mode)
    lat_lon = np.asarray(geograph.nodes, dtype=np.float64)
    lon_lat = lat_lon[:, ::-1]
    west, south, east, north = WINDOW
    inside = (
        (lon_lat[:, 0] >= west)
        & (lon_lat[:, 0] <= east)
        & (lon_lat[:, 1] >= south)
        & (lon_lat[:, 1] <= north)
    )
    keep = np.flatnonzero(inside)
    new = np.full(len(lon_lat), -1)
    new[keep] = np.arange(len(keep))
    ends = [
        (new[tail], new[head], km)
        for tail in keep
        for head, km in geograph.graph[tail].items()
        if inside[head] and head != tail
    ]
    tail, head, km = (np.asarray(column) for column in zip(*ends, strict=True))
    lon_lat = lon_lat[keep]
    vectors = unit_vectors(lon_lat)
    bridges = _bridges(vectors, tail.astype(int), head.astype(int))
    tail = np.concatenate([tail, bridges[0], bridges[1]])
    head = np.concatenate([head, bridges[1], bridges[0]])
    km = np.concatenate([np.maximum(km, 1e-6), bridges[2], bridges[2]])
    arcs = coo_array((km, (tail, head)), shape=(len(keep), len(keep))).tocsr()
    return Background(lon_lat, arcs, cKDTree(vectors))


def trace(points: Sequence[Point], *, mode: Mode) -> Trace:
    """Follow the network from the first point over each further one to the last.

    Parameters
    ----------
    points
        At least two (lon, lat) pairs; those between the ends are way points.
    mode
        ``rail`` or ``road``.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        When two neighbouring points lie on parts of the network that do not meet.

    Notes
    -----
    Shortest way by length (Dijkstra) on OpenStreetMap lines; gaps under 2 km between
    separate parts of the network are bridged.
    """
    from scipy.sparse.csgraph import dijkstra

    net = background(mode)
    snapped_km, nodes = net.index.query(unit_vectors(np.asarray(points, dtype=np.float64)))
    snapped_km = snapped_km * EARTH_RADIUS_KM
    total = float(snapped_km.sum() * 2 - snapped_km[0] - snapped_km[-1])
    line: list[Point] = [points[0]]
    for start, end in pairwise(nodes):
        km, before = dijkstra(
            net.arcs, indices=int(start), return_predecessors=True, limit=_reach(net, start, end)
        )
        if not np.isfinite(km[end]):
            a, b = net.lon_lat[start], net.lon_lat[end]
            message = f"the {mode} network has no way from {a.tolist()} to {b.tolist()}"
            raise ValueError(message)
        total += float(km[end])
        way = [int(end)]
        while way[-1] != start:
            way.append(int(before[way[-1]]))
        line.extend((float(lon), float(lat)) for lon, lat in net.lon_lat[way[::-1]])
    line.append(points[-1])
    return Trace(total, tuple(line), float(snapped_km.max()))


def _packaged(mode: Mode) -> Any:
    """Import a packaged network; it was written for a module that scgraph has since renamed."""
    import scgraph.geograph

    sys.modules.setdefault("scgraph.core", scgraph.geograph)
    name = _MODULES[mode]
    return getattr(importlib.import_module(f"scgraph_data.{name}"), f"{name}_geograph")


def _reach(net: Background, start: int, end: int) -> float:
    """How far a search may go: three times the straight way, and at least 100 km."""
    gap = unit_vectors(net.lon_lat[[start, end]])
    straight = 2 * EARTH_RADIUS_KM * np.arcsin(np.linalg.norm(gap[0] - gap[1]) / 2)
    return float(max(100.0, 3 * straight))


def _bridges(
    vectors: NDArray[np.float64], tail: NDArray[np.int64], head: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Join every dead end to the nearest point of another part, if within HEAL_KM."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    count = len(vectors)
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(count, count)).tocsr()
    _, part = connected_components(graph, directed=False)
    degree = np.bincount(np.concatenate([tail, head]), minlength=count)
    dead_ends = np.flatnonzero(degree <= TWO_WAYS)
    near = cKDTree(vectors).query_ball_point(
        vectors[dead_ends], HEAL_KM / EARTH_RADIUS_KM, return_sorted=False
    )
    found: dict[tuple[int, int], float] = {}
    for node, others in zip(dead_ends.tolist(), near, strict=True):
        apart = [other for other in others if part[other] != part[node]]
        if apart:
            gaps = np.linalg.norm(vectors[apart] - vectors[node], axis=1) * EARTH_RADIUS_KM
            best = int(np.argmin(gaps))
            # two dead ends may choose each other; twice the same arc would count its km twice
            found[min(node, apart[best]), max(node, apart[best])] = float(max(gaps[best], 1e-6))
    ends = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array(list(found.values()))
