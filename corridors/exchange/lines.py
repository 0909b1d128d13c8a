"""Draw the links of a seeds folder along packaged OpenStreetMap lines and store the shapes.

A link is traced between its ends over its way points. The trace is kept when it agrees with the
published length and every way point lies near the network. Otherwise each stretch between way
points is tried by itself, and those that the network lacks are drawn straight.
Run it when links or way points have changed; it needs the extra ``[trace]``::

    python -m corridors.exchange.lines seeds
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corridors import schema
from corridors import seeds as seed_tables
from corridors.files import write_text
from geo.measure import geodesics_km, length_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.seeds import Seeds
    from geo.trace import Mode

#: How far a trace may differ from the published length.
TOLERANCE = 0.15
#: How far a way point may lie from the traced network.
SNAP_KM = 2.5
#: How far the stored line may stray from the traced one, in degrees (about 400 m).
SIMPLIFY_DEGREES = 0.004
#: No stored step may be longer: long ones are drawn straight over whatever lies between.
LONGEST_STEP_KM = 60.0
#: Below this the rounding of points shows.
SHORT_KM = 15.0
#: A stretch drawn more than this many times as long as the straight way is another line's.
DETOUR = 1.6
SOURCES = {"rail": "osm-rail", "road": "osm-road"}


def draw_line(seeds: Seeds, link: schema.Link) -> schema.Line:
    """The line of one link: along the network where it can be, by its way points elsewhere."""
    ends = seeds.places[link.from_].point, seeds.places[link.to].point
    points = (ends[0], *link.way_points, ends[1])
    if link.mode in ("rail", "road"):
        mode: Mode = "rail" if link.mode == "rail" else "road"
        traced = _traced(points, link.length_km, mode)
        if traced:
            return schema.Line(link.id, "traced", traced, (SOURCES[link.mode],))
        pieced = _pieced(points, link.length_km, mode)
        if pieced:
            source = dict.fromkeys((SOURCES[link.mode], *link.source))
            return schema.Line(link.id, "traced", pieced, tuple(source))
    method = "sea lane" if link.mode in ("sea", "ferry") else "way points"
    return schema.Line(link.id, method, points, link.source)


def _traced(
    points: Sequence[schema.Point], published_km: float, mode: Mode
) -> tuple[schema.Point, ...] | None:
    """The whole line along the network, if that agrees with the published length."""
    from geo.trace import trace

    try:
        found = trace(points, mode=mode)
    except ValueError:
        return None
    agrees = abs(found.length_km / published_km - 1) <= TOLERANCE
    if not agrees or found.worst_snap_km > SNAP_KM or _strays(found.line, points):
        return None
    return _simpler(found.line)


def _pieced(
    points: Sequence[schema.Point], published_km: float, mode: Mode
) -> tuple[schema.Point, ...] | None:
    """Each stretch by itself: along the network if it holds the stretch, straight if not.

    It is kept when it comes nearer to the published length than the way points do.
    """
    from geo.trace import trace

    pairs = [(_holds(pair, mode), pair) for pair in pairwise(points)]
    line: list[schema.Point] = []
    for held, run in groupby(pairs, key=itemgetter(0)):
        stretch = [pair for _, pair in run]
        way = (stretch[0][0], *(end for _, end in stretch))
        line.extend(trace(way, mode=mode).line if held else way)
    drawn, plain = length_km(line), length_km(points)
    if abs(drawn - published_km) < abs(plain - published_km):
        return _simpler(line)
    return None


def _holds(pair: tuple[schema.Point, schema.Point], mode: Mode) -> bool:
    """Whether the network runs between two points, near both and without a great detour."""
    from geo.trace import trace

    try:
        found = trace(pair, mode=mode)
    except ValueError:
        return False
    direct = length_km(pair) + 2 * SNAP_KM
    near = found.worst_snap_km <= SNAP_KM and not _strays(found.line, pair)
    return near and length_km(found.line) <= DETOUR * direct


def _strays(line: Sequence[schema.Point], points: Sequence[schema.Point]) -> bool:
    """Whether the trace has steps so long that the way points know better."""
    own = max(geodesics_km(points[:-1], points[1:]))
    longest = max(geodesics_km(line[:-1], line[1:]))
    return longest > max(LONGEST_STEP_KM, own)


def _simpler(line: Sequence[schema.Point]) -> tuple[schema.Point, ...]:
    from shapely.geometry import LineString

    coordinates = LineString(line).simplify(SIMPLIFY_DEGREES).coords
    points = [(round(point[0], 4), round(point[1], 4)) for point in coordinates]
    kept = [points[0]] + [b for a, b in pairwise(points) if a != b]
    return tuple(kept)


class Misfit(NamedTuple):
    """A link whose drawn line and published length differ."""

    link: str
    length_km: float
    drawn_km: float
    why: str


def misfits(seeds: Seeds, *, tolerance: float = TOLERANCE) -> list[Misfit]:
    """Links whose drawn line and published length differ by more than a share, worst first."""
    found = []
    for link in seeds.links.values():
        drawn_km = length_km(seeds.line(link.id))
        if abs(drawn_km / link.length_km - 1) > tolerance:
            found.append(Misfit(link.id, link.length_km, drawn_km, _why(seeds, link)))
    return sorted(found, key=lambda item: -abs(item.drawn_km / item.length_km - 1))


def _why(seeds: Seeds, link: schema.Link) -> str:
    """Why a line that was not traced need not have the published length."""
    if link.length_km < SHORT_KM:
        return "a short link between points that are rounded"
    if link.status in {"planned", "dismantled", "disused", "construction"}:
        return f"the line is {link.status}; its way points are few"
    line = seeds.lines.get(link.id)
    if line is not None and line.method == "traced":
        return "the packaged network draws long straight steps here"
    return "the packaged networks lack the line; it is drawn by way points that cut its bends"


def table(lines: Iterable[schema.Line]) -> str:
    """``lines.csv`` as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.columns("lines"))
    for line in lines:
        points = "; ".join(f"{lon:g} {lat:g}" for lon, lat in line.points)
        writer.writerow([line.link, line.method, points, "; ".join(line.source)])
    return out.getvalue()


def main() -> None:
    """Write ``lines.csv`` of the folder named on the command line."""
    folder = Path(sys.argv[1])
    path = folder / "lines.csv"
    with tempfile.TemporaryDirectory() as room:
        # lines of old need not fit the links of now: the tables are read without them
        bare = Path(room) / "seeds"
        shutil.copytree(folder, bare, ignore=shutil.ignore_patterns(path.name))
        seeds = seed_tables.read(bare)
    lines = [draw_line(seeds, link) for link in seeds.links.values()]
    write_text(path, table(lines))
    methods = [line.method for line in lines]
    counts = ", ".join(f"{methods.count(name)} {name}" for name in dict.fromkeys(methods))
    sys.stdout.write(f"wrote {path}: {counts}\n")


if __name__ == "__main__":
    main()
