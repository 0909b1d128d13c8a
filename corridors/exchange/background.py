"""The packaged OpenStreetMap rail and highways of a region as a network of its own.

For routes beyond the curated links: make it, then lay it under them with :func:`corridors.merge`.
Needs the extra ``[background]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors import seeds as seed_tables
from corridors.errors import CorridorsError
from corridors.exchange.junctions import Kind, Ways
from corridors.exchange.osm import Extract, Spot
from corridors.exchange.tables import check_new, write_seeds
from corridors.exchange.weave import weave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.exchange.weave import Report
    from geo.trace import Background, Mode

EXTRA = "the packaged networks need scgraph: pip install 'corridors[background]'"
NAME = "rail and highways as scgraph_data 2.0.0 packages them"
#: Node numbers of the two networks must not meet.
OFFSET = {"rail": 0, "road": 10_000_000}
KINDS = {"rail": Kind("rail", gauge_known=False), "road": Kind("road")}
Box = tuple[float, float, float, float]


def background(
    out: str | Path, box: Box, *, progress: Callable[[str], None] | None = None
) -> Report:
    """Make a folder of tables of a region from the packaged rail and highways.

    Parameters
    ----------
    out
        A folder that does not hold anything yet.
    box
        West, south, east and north, in degrees, within 15-125 E and 5-66 N.
    progress
        Called with a few words at every step.

    Returns
    -------
    Report
        What was made and what was left out.

    Raises
    ------
    CorridorsError
        When the extra is missing, the box holds nothing, or the folder cannot be written.

    Notes
    -----
    The data are OpenStreetMap's (ODbL 1.0) without tags: every line counts as open, and a track
    has the gauge that prevails in its country. Gaps under 2 km between parts are bridged. Towns,
    stations and ports are those of the bundled tables.
    """
    progress = progress or (lambda _: None)
    check_new(out)
    west, south, east, north = box
    if not (west < east and south < north):
        message = f"box {box!r} must be west, south, east, north in degrees"
        raise CorridorsError(message)
    progress("reading the packaged networks")
    nets: tuple[Mode, ...] = ("rail", "road")
    ways = _joined([_ways(mode, box) for mode in nets])
    if not len(ways.id):
        message = f"the packaged networks hold nothing in the box {box!r}"
        raise CorridorsError(message)
    progress(f"joining {len(ways.id):,} ways")
    tables, report = weave(Extract(NAME, None, ways, tuple(_spots(box))))
    progress(f"writing {len(tables.rows['links']):,} links")
    write_seeds(out, tables)
    return report


def _ways(mode: Mode, box: Box) -> Ways:
    """Each step of a packaged network in the box as a way of two nodes."""
    packaged = _packaged(mode)
    from scipy.sparse import triu

    steps = triu(packaged.arcs + packaged.arcs.T).tocoo()
    inside = _inside(packaged.lon_lat, box)
    chosen = inside[steps.row] & inside[steps.col]
    nodes = np.column_stack([steps.row[chosen], steps.col[chosen]]).astype(np.int64).ravel()
    count = len(nodes) // 2
    return Ways(
        refs=nodes + OFFSET[mode] + 1,
        points=packaged.lon_lat[nodes],
        start=np.arange(count + 1) * 2,
        id=np.arange(count) + OFFSET[mode] + 1,
        kind=np.zeros(count, dtype=np.int64),
        kinds=(KINDS[mode],),
        name=("",) * count,
    )


def _packaged(mode: Mode) -> Background:
    from geo import trace

    try:
        return trace.background(mode)
    except ImportError:
        raise CorridorsError(EXTRA) from None


def _inside(lon_lat: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    west, south, east, north = box
    lon, lat = lon_lat.T
    found: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return found


def _joined(nets: list[Ways]) -> Ways:
    """Ways of several networks as one."""
    lengths = np.concatenate([np.diff(ways.start) for ways in nets])
    kinds = tuple(kind for ways in nets for kind in ways.kinds)
    return Ways(
        refs=np.concatenate([ways.refs for ways in nets]),
        points=np.concatenate([ways.points for ways in nets]),
        start=np.concatenate([[0], np.cumsum(lengths)]),
        id=np.concatenate([ways.id for ways in nets]),
        kind=np.concatenate([ways.kind + at for at, ways in enumerate(nets)]),
        kinds=kinds,
        name=tuple(name for ways in nets for name in ways.name),
    )


def _spots(box: Box) -> Iterator[Spot]:
    """Bundled towns, stations and ports in the box."""
    places = seed_tables.read().places.values()
    inside = _inside(np.array([place.point for place in places]), box)
    for place, within in zip(places, inside, strict=True):
        if within and place.kind in {"city", "station", "port"}:
            local = "; ".join(place.local_names)
            yield Spot(place.id, place.kind, place.name, local, place.point)
