"""Read rail, trunk roads, ferries, stations, towns and ports from an OpenStreetMap file.

One pass over the file by pyosmium (extra ``[osm]``): locations of nodes are kept (16 bytes each),
everything without a tag of interest is dropped before Python sees it.
"""

from __future__ import annotations

import datetime as dt
import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors.errors import CorridorsError
from corridors.exchange.junctions import Kind, Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from corridors.schema import Point

EXTRA = "reading OpenStreetMap files needs pyosmium: pip install 'corridors[osm]'"
ROADS = ("motorway", "trunk")
#: What a tag of a way's own state says of it.
STATES = {"construction": "construction", "proposed": "planned", "disused": "disused"}
#: Gauges that are mapped under another number, in mm.
SAME_GAUGE = {"1524": "1520"}
_GAUGE = re.compile(r"\d{3,4}")
_SPOTS = (
    ("place", "city"),
    ("place", "town"),
    ("railway", "station"),
    ("amenity", "ferry_terminal"),
    ("industrial", "port"),
    ("landuse", "port"),
    ("harbour", "yes"),
    ("barrier", "border_control"),
)
_BORDER = ("admin_level", "2")


@dataclass(frozen=True, slots=True)
class Spot:
    """A town, station, port or border post as the file has it.

    Attributes
    ----------
    id
        Its id in the file, such as ``n123``.
    kind
        ``city``, ``station``, ``port`` or ``border``.
    name, local_name
        English name where there is one, else the local name; and the local name.
    point
        Longitude and latitude.
    rank
        The higher the sooner it is served: population, with cities before towns.
    """

    id: str
    kind: str
    name: str
    local_name: str
    point: Point
    rank: float = 0.0


@dataclass(frozen=True, eq=False)
class Extract:
    """What a file holds for us.

    Attributes
    ----------
    name, date
        Name of the file and the day of its data, if it says so.
    ways
        Rail, roads and ferries.
    spots
        Towns, stations, ports and border posts.
    borders
        Polygon of each country whose boundary is whole in the file, by ISO code.
    left_out
        What was passed over, and how often.
    """

    name: str
    date: dt.date | None
    ways: Ways
    spots: tuple[Spot, ...]
    borders: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_osm(
    path: str | Path, *, primary: bool = False, progress: Callable[[int], None] | None = None
) -> Extract:
    """Read what makes a freight network from an OpenStreetMap file.

    Parameters
    ----------
    path
        A file in a format that libosmium knows, such as ``region.osm.pbf``.
    primary
        Whether primary roads come too, besides motorways and trunk roads.
    progress
        Called now and then with the number of objects taken so far.

    Returns
    -------
    Extract

    Raises
    ------
    CorridorsError
        When pyosmium is missing, or the file is missing, cut short, or no OpenStreetMap file.

    Notes
    -----
    Sidings, yards and spurs (``service=*``), industrial and military tracks, and abandoned lines
    are left out; so are gauges that the tables do not know.
    """
    try:
        import osmium
    except ImportError:
        raise CorridorsError(EXTRA) from None
    if not Path(path).is_file():
        message = f"no file at {str(path)!r}"
        raise CorridorsError(message)
    roads = (*ROADS, "primary") if primary else ROADS
    gather = _Gather(osmium, roads, progress or (lambda _: None))
    try:
        processor = osmium.FileProcessor(str(path)).with_locations()
        processor.with_filter(osmium.filter.TagFilter(*_wanted(roads)))
        for item in processor:
            gather.take(item)
        date = _date(processor.header)
    except (RuntimeError, OSError, ValueError) as error:
        message = f"cannot read {str(path)!r} as an OpenStreetMap file: {error}"
        raise CorridorsError(" ".join(message.split())) from None
    return gather.extract(Path(path).name, date)


def _wanted(roads: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from _SPOTS
    yield _BORDER
    yield "route", "ferry"
    yield "railway", "rail"
    for road in roads:
        yield "highway", road
        yield "highway", f"{road}_link"
    for state in STATES:
        yield "railway", state
        yield f"{state}:railway", "rail"
        if state != "disused":
            yield "highway", state


def _date(header: Any) -> dt.date | None:
    stamps = (header.get(key, "")[:10] for key in ("osmosis_replication_timestamp", "timestamp"))
    stamp = next(filter(None, stamps), "")
    return dt.date.fromisoformat(stamp) if stamp else None


class _Gather:
    """Takes objects as they come and keeps what is of use, in flat arrays."""

    def __init__(self, osmium: Any, roads: Iterable[str], progress: Callable[[int], None]) -> None:
        self.osmium = osmium
        self.line = osmium.geom.WKBFactory().create_linestring
        self.every_node = osmium.geom.ALL
        self.roads = {name: None for road in roads for name in (road, f"{road}_link")}
        self.progress = progress
        self.taken = 0
        self.refs, self.points = array("q"), array("d")
        self.start, self.id, self.kind = array("q", [0]), array("q"), array("q")
        self.kinds: dict[Kind, int] = {}
        self.name: list[str] = []
        self.spots: list[Spot] = []
        self.border_ways: dict[int, Any] = {}
        self.border_members: dict[str, list[tuple[int, bool]]] = {}
        self.left_out: dict[str, int] = {}

    def take(self, item: Any) -> None:
        self.taken += 1
        if self.taken % 1000 == 0:
            self.progress(self.taken)
        if item.is_way():
            self._way(item)
        elif item.is_node():
            place = item.location
            if place.valid():
                self._spot(item, f"n{item.id}", (place.lon, place.lat))
        elif item.is_relation():
            self._boundary(item)

    def _way(self, way: Any) -> None:
        tags = way.tags
        if tags.get("admin_level") == _BORDER[1]:
            self._border_way(way)
        kind = self._kind(tags)
        if kind is None:
            points = self._points(way)
            if len(points):
                lon, lat = points[:-1].mean(axis=0) if len(points) > 1 else points[0]
                self._spot(way, f"w{way.id}", (float(lon), float(lat)))
            return
        points = self._points(way)
        refs = [node.ref for node in way.nodes]
        if len(points) == len(refs):
            self._keep(way, kind, refs, points)
        else:
            self._keep_parts(way, kind)

    def _points(self, way: Any) -> Any:
        """Points of a way, shape (n, 2); none where a node of it is missing from the file."""
        try:
            text = self.line(way, self.every_node)
        except (RuntimeError, self.osmium.InvalidLocationError):
            return np.empty((0, 2))
        return np.frombuffer(bytes.fromhex(text), dtype="<f8", offset=9).reshape(-1, 2)

    def _keep(self, way: Any, kind: Kind, refs: list[int], points: Any) -> None:
        self.refs.extend(refs)
        self.points.frombytes(points.tobytes())
        self.start.append(len(self.refs))
        self.id.append(way.id)
        self.kind.append(self.kinds.setdefault(kind, len(self.kinds)))
        self.name.append(way.tags.get("name:en") or way.tags.get("name") or "")

    def _keep_parts(self, way: Any, kind: Kind) -> None:
        """Runs of a way whose nodes the file does hold."""
        self._pass_over("ways with nodes that the file lacks")
        run: list[tuple[int, float, float]] = []
        for node in [*way.nodes, None]:
            if node is not None and node.location.valid():
                run.append((node.ref, node.location.lon, node.location.lat))
                continue
            if len(run) > 1:
                refs = [ref for ref, _, _ in run]
                self._keep(way, kind, refs, np.array([place for _, *place in run]))
            run = []

    def _kind(self, tags: Any) -> Kind | None:
        if tags.get("route") == "ferry":
            return self._ferry(tags)
        return self._rail(tags) or self._road(tags)

    def _rail(self, tags: Any) -> Kind | None:
        status = _state(tags, "railway", {"rail": None})
        if not status:
            return None
        if "service" in tags or tags.get("usage") in {"industrial", "military", "test", "tourism"}:
            self._pass_over("sidings, yards, spurs and industrial tracks")
            return None
        gauges = _gauges(tags)
        if gauges is None:
            self._pass_over("tracks of other gauges")
            return None
        power = tags.get("electrified")
        wired = None if power is None else power != "no"
        return Kind("rail", "", gauges, bool(gauges), status, wired)

    def _road(self, tags: Any) -> Kind | None:
        status = _state(tags, "highway", self.roads)
        return Kind("road", status=status) if status and status != "disused" else None

    def _ferry(self, tags: Any) -> Kind | None:
        if "yes" in {tags.get("rail"), tags.get("train")} or tags.get("railway") == "ferry":
            gauges = _gauges(tags)
            if gauges is not None:
                return Kind("ferry", "rail", gauges, bool(gauges))
        if tags.get("hgv") != "yes" and "no" in {
            tags.get(key) for key in ("motor_vehicle", "motorcar", "hgv")
        }:
            self._pass_over("ferries that take no vehicles")
            return None
        return Kind("ferry", "road")

    def _spot(self, item: Any, name: str, point: Point) -> None:
        tags = item.tags
        kind = _spot_kind(tags)
        local = tags.get("name", "")
        english = tags.get("name:en") or tags.get("int_name") or local
        if kind and (english or kind == "border"):
            rank = _population(tags.get("population", "")) + 1e9 * (tags.get("place") == "city")
            self.spots.append(Spot(name, kind, english, local, point, rank))

    def _border_way(self, way: Any) -> None:
        points = self._points(way)
        if len(points) > 1:
            self.border_ways[way.id] = points

    def _boundary(self, relation: Any) -> None:
        tags = relation.tags
        code = tags.get("ISO3166-1:alpha2") or tags.get("ISO3166-1") or ""
        if tags.get("admin_level") == _BORDER[1] and re.fullmatch("[A-Z]{2}", code):
            self.border_members.setdefault(code, []).extend(
                (member.ref, member.role == "inner")
                for member in relation.members
                if member.type == "w"
            )

    def _pass_over(self, what: str) -> None:
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def extract(self, name: str, date: dt.date | None) -> Extract:
        ways = Ways(
            refs=np.array(self.refs, dtype=np.int64),
            points=np.array(self.points, dtype=np.float64).reshape(-1, 2),
            start=np.array(self.start, dtype=np.int64),
            id=np.array(self.id, dtype=np.int64),
            kind=np.array(self.kind, dtype=np.int64),
            kinds=tuple(self.kinds),
            name=tuple(self.name),
        )
        if not len(ways.id):
            message = f"{name!r} holds no rail, no trunk roads and no ferries"
            raise CorridorsError(message)
        return Extract(name, date, ways, tuple(self.spots), self._borders(), self.left_out)

    def _borders(self) -> dict[str, Any]:
        """Polygons of the countries whose boundary closes in the file."""
        found = {}
        for code, members in self.border_members.items():
            if all(way in self.border_ways for way, _ in members):
                outer, inner = (
                    _filled([self.border_ways[way] for way, hole in members if hole is wanted])
                    for wanted in (False, True)
                )
                if not outer.is_empty:
                    found[code] = outer.difference(inner)
            if code not in found:
                self._pass_over(f"the boundary of {code}, which is not whole in the file")
        return found


def _filled(lines: list[Any]) -> Any:
    import shapely

    rings = shapely.polygonize([shapely.linestrings(line) for line in lines])
    return shapely.union_all(list(rings.geoms))


def _state(tags: Any, key: str, values: Mapping[str, Any]) -> str:
    """Status of a way if it is one of the values, built or not; empty if it is none."""
    own = tags.get(key)
    if own in values:
        return "open"
    for tag, status in STATES.items():
        if tags.get(f"{tag}:{key}") in values or (own == tag and tags.get(tag, "rail") in values):
            return status
    return ""


def _gauges(tags: Any) -> tuple[str, ...] | None:
    """Gauges we know; empty where none is tagged, None where all are strange."""
    text = tags.get("gauge", "")
    said = [SAME_GAUGE.get(gauge, gauge) for gauge in _GAUGE.findall(text.replace(",", ""))]
    known = tuple(sorted({gauge for gauge in said if gauge in schema.GAUGES_MM}))
    return None if said and not known else known


def _spot_kind(tags: Any) -> str:
    if tags.get("place") in {"city", "town"}:
        return "city"
    if tags.get("railway") == "station":
        foreign = {"subway", "light_rail", "monorail", "funicular", "tram"}
        return "" if tags.get("station") in foreign else "station"
    if tags.get("barrier") == "border_control":
        return "border"
    ports = {("amenity", "ferry_terminal"), ("industrial", "port"), ("landuse", "port")}
    ports.add(("harbour", "yes"))
    return "port" if any(tags.get(key) == value for key, value in ports) else ""


def _population(text: str) -> float:
    digits = re.sub(r"[^\d]", "", text)
    return float(digits[:10]) if digits else 0.0
