"""From ways and spots to tables: junctions, towns, borders and gates of a network."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors import schema
from corridors import seeds as seed_tables
from corridors.exchange.junctions import Strand, Ways, strands
from corridors.exchange.snap import Nodes, snap
from corridors.exchange.tables import Draft
from geo.frontiers import natural_earth
from geo.measure import geodesics_km, lengths_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from corridors.exchange.junctions import Kind
    from corridors.exchange.osm import Extract, Spot
    from corridors.exchange.snap import Snapped
    from corridors.schema import Point
    from geo.frontiers import Frontiers

NETS = ("rail", "road")
#: Crossings of one border by one mode that lie this close are one gate.
ONE_CROSSING_KM = 3.0
#: How far away a name may be borrowed from.
NAME_REACH_KM = 100.0
#: The table's least length; shorter links are entered with it.
LEAST_KM = 0.05
#: How far a stored line may stray from the true one, in degrees (about 10 m).
SIMPLIFY_DEGREES = 1e-4
DEGREE_PLACES = 6
LAST_GAUGE = "1435"
SOURCE = "osm"
BORDERS = schema.Source(
    id="natural-earth",
    title="Natural Earth, countries 1:50m (world-atlas 2.0.2)",
    publisher="Natural Earth",
    date="",
    url="https://www.naturalearthdata.com",
    note="country of a place, and where lines cross a border, if the file has no boundary",
)
ATTRIBUTION = "Network: © OpenStreetMap contributors, ODbL 1.0"
BORDERS_ATTRIBUTION = "Borders that the file does not hold: Natural Earth 1:50m, public domain"
_STATE = {"construction": "under construction", "planned": "planned", "disused": "disused"}
_NOUN = {"rail": "Railway", "road": "Road"}
#: Letters that do not come apart into a plain one and a mark.
_LETTERS = str.maketrans({"ə": "a", "Ə": "a", "\u0131": "i", "ł": "l", "ø": "o", "đ": "d"})
Ref = int | str


@dataclass(frozen=True)
class Report:
    """What an import made, and what it passed over.

    Attributes
    ----------
    km, links
        Length and number of links by mode.
    places, gates
        Their numbers by kind.
    left_out
        What was passed over, and how often.
    assumed_gauge_km
        Length of track whose gauge was not tagged, by the gauge given to it.
    borders
        Countries (ISO) whose boundary came from the file; other borders are Natural Earth's.
    """

    km: Mapping[str, float]
    links: Mapping[str, int]
    places: Mapping[str, int]
    gates: Mapping[str, int]
    left_out: Mapping[str, int]
    assumed_gauge_km: Mapping[str, float]
    borders: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"links: {_counts(self.links)}; km: {_counts(self.km)}",
            f"places: {_counts(self.places)}; gates: {_counts(self.gates)}",
            f"borders from the file: {' '.join(self.borders) or 'none'}; others: Natural Earth",
        ]
        if self.assumed_gauge_km:
            lines.append(f"km of track with an assumed gauge: {_counts(self.assumed_gauge_km)}")
        if self.left_out:
            lines.append(f"left out: {_counts(self.left_out)}")
        return "\n".join(lines)


def _counts(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{count:,.0f} {what}" for what, count in counts.items()) or "none"


@dataclass(frozen=True, eq=False)
class Piece:
    """A strand, or the part of one that lies in one country."""

    strand: Strand
    ends: tuple[Ref, Ref]
    points: NDArray[np.float64]
    gates: tuple[str, ...] = ()


class Crossing(NamedTuple):
    """Where a line passes a border: a place is made there, in the country entered."""

    country: str
    title: str


def weave(extract: Extract) -> tuple[Draft, Report]:
    """Make tables of what a file holds.

    Parameters
    ----------
    extract
        Ways, spots and borders, as :func:`corridors.exchange.osm.read_osm` gives them.

    Returns
    -------
    tuple
        The tables, and a report.

    Notes
    -----
    Links run from junction to junction, are cut where they cross a border, and carry their true
    geometry and its geodesic length. A town stands at its station, or at a trunk road; a short
    road link that the file does not have joins its station to the road. Parameters are those
    bundled ones that hold for no place in particular. What has no source is marked ``assumed``.
    """
    frontiers = natural_earth().with_(extract.borders)
    ways = with_gauges(extract.ways, frontiers)
    net = np.array([kind.net for kind in ways.kinds])[ways.kind]
    nets = {name: ways.only(net == name) for name in NETS}
    snapped = snap(nets, extract.spots)
    found = [strand for ways in nets.values() for strand in strands(ways, snapped.stops)]
    open_ended = [strand for strand in found if strand.ends[0] != strand.ends[1]]
    snapped.left_out.update({"loops": len(found) - len(open_ended)})
    return _Tables(extract, frontiers, snapped).of(open_ended)


def with_gauges(ways: Ways, frontiers: Frontiers) -> Ways:
    """Ways whose untagged tracks have the gauge that prevails in their country.

    That is the gauge of most tagged kilometres of the country in the file; failing these, of its
    links in the bundled tables; failing those, 1435 mm.
    """
    rails = np.flatnonzero(np.array([kind.net == "rail" for kind in ways.kinds])[ways.kind])
    country = frontiers.countries(ways.points[ways.start[rails]])
    length = lengths_km([ways.points[ways.start[at] : ways.start[at + 1]] for at in rails])
    tagged: dict[str, Counter[str]] = defaultdict(Counter)
    for at, code, km in zip(rails, country, length, strict=True):
        tagged[code].update(dict.fromkeys(ways.kinds[ways.kind[at]].gauge_mm, float(km)))
    usual = _bundled_gauges()
    kinds = {kind: number for number, kind in enumerate(ways.kinds)}
    kind = ways.kind.copy()
    for at, code in zip(rails, country, strict=True):
        own = ways.kinds[kind[at]]
        if not own.gauge_mm:
            counts = tagged[code] or usual.get(code) or {LAST_GAUGE: 1.0}
            gauge = max(counts, key=lambda gauge: counts[gauge])
            kind[at] = kinds.setdefault(own._replace(gauge_mm=(gauge,)), len(kinds))
    return replace(ways, kind=kind, kinds=tuple(kinds))


def _bundled_gauges() -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for link in seed_tables.read().links.values():
        found[link.country].update(dict.fromkeys(link.gauge_mm, link.length_km))
    return found


class _Tables:
    """Makes the rows; remembers which ids are given."""

    def __init__(self, extract: Extract, frontiers: Frontiers, snapped: Snapped) -> None:
        self.extract = extract
        self.frontiers = frontiers
        self.snapped = snapped
        self.given: set[str] = set()
        self.gates: list[schema.Gate] = []
        self.crossings: dict[str, Crossing] = {}
        self.border_gates: dict[tuple[str, tuple[str, str]], list[tuple[Point, schema.Gate]]] = {}
        self.named = _Gazetteer(spot for spot in extract.spots if spot.kind in {"city", "station"})
        self.posts = _Gazetteer(spot for spot in extract.spots if spot.kind == "border")
        self.place_id: dict[Ref, str] = {
            ref: self._free(slug(spot.name) or f"{spot.kind}-{spot.id}")
            for ref, spot in snapped.taken.items()
        }

    def _free(self, wanted: str) -> str:
        """The id wanted, numbered if it is given already."""
        found, number = wanted, 1
        while found in self.given:
            number += 1
            found = f"{wanted}-{number}"
        self.given.add(found)
        return found

    def of(self, found: list[Strand]) -> tuple[Draft, Report]:
        pieces = self._cut_at_borders(self._behind_gates(found))
        points = {
            end: piece.points[at]
            for piece in pieces
            for end, at in zip(piece.ends, (0, -1), strict=True)
        }
        joins = [join for join in self.snapped.joins if join.start in points and join.end in points]
        pieces += [_joined(join.start, join.end, join.kind, points) for join in joins]
        self.place_id |= {ref: self._free(f"n{ref}") for ref in points if ref not in self.place_id}
        links = self._links(pieces)
        places = self._places(points)
        rows: dict[str, list[Any]] = {
            "places": places,
            "links": links,
            "gates": self.gates,
            "lines": _lines(links, pieces),
            "transfers": self._transfers(links),
            **self._numbers(),
        }
        title = f"OpenStreetMap network of {self.extract.name}"
        attribution = (ATTRIBUTION, BORDERS_ATTRIBUTION)
        made = Draft(title, self.extract.date or dt.date.today(), attribution, rows)
        return made, self._report(links, places)

    # gates

    def _behind_gates(self, found: list[Strand]) -> list[Piece]:
        """Strands as pieces: one gate a connected stretch that is not built, and a ferry."""
        import networkx as nx

        graph: Any = nx.MultiGraph()
        for number, strand in enumerate(found):
            kind = strand.kind
            if kind.status != "open" or kind.mode == "ferry":
                start, end = ((kind.mode, kind.status, ref) for ref in strand.ends)
                graph.add_edge(start, end, number)
        gates: dict[int, tuple[str, ...]] = {}
        for group in nx.connected_components(graph):
            members = sorted(number for _, _, number in graph.edges(group, keys=True))
            gate = self._group_gate([found[number] for number in members])
            gates |= dict.fromkeys(members, (gate.id,))
            self.gates.append(gate)
        return [
            Piece(strand, strand.ends, strand.points, gates.get(number, ()))
            for number, strand in enumerate(found)
        ]

    def _group_gate(self, group: list[Strand]) -> schema.Gate:
        kind = group[0].kind
        longest = max(group, key=lambda strand: len(strand.points))
        point = _middle(longest.points)
        name = next((strand.name for strand in [longest, *group] if strand.name), "")
        where = name or self.named.near(point)
        ends = np.array([strand.points[at] for strand in group for at in (0, -1)])
        countries = tuple(dict.fromkeys(filter(None, self.frontiers.countries(ends))))
        way = min(strand.way for strand in group)
        if kind.mode == "ferry":
            gate = self._free(f"ferry-w{way}")
            return _gate(gate, f"Ferry {where}", "service", countries, point)
        gate = self._free(f"{kind.status}-{kind.mode}-w{way}")
        title = f"{_NOUN[kind.mode]} {_STATE[kind.status]}, {where}"
        return _gate(gate, title, "project", countries, point, state="shut")

    def _cut_at_borders(self, pieces: list[Piece]) -> list[Piece]:
        import shapely

        land = [at for at, piece in enumerate(pieces) if piece.strand.kind.mode != "ferry"]
        lines = [shapely.linestrings(pieces[at].points) for at in land]
        touching = {land[at] for at in self.frontiers.crossing(lines)}
        return [
            part
            for at, piece in enumerate(pieces)
            for part in (self._cut(piece) if at in touching else (piece,))
        ]

    def _cut(self, piece: Piece) -> Iterator[Piece]:
        """A piece cut where it enters another country; the gate stands before that place."""
        parts = self.frontiers.pieces([(float(x), float(y)) for x, y in piece.points])
        start = piece.ends[0]
        for (code, points), (entered, _) in pairwise(parts):
            gate = self._border_gate(points[-1], code, entered, piece.strand.kind.net)
            border = self._free(f"b{piece.strand.way}")
            self.place_id[border] = border
            self.crossings[border] = Crossing(entered, gate.title)
            gates = (*piece.gates, gate.id)
            yield replace(piece, ends=(start, border), points=np.array(points), gates=gates)
            start = border
        yield replace(piece, ends=(start, piece.ends[1]), points=np.array(parts[-1][1]))

    def _border_gate(self, point: Point, left: str, entered: str, net: str) -> schema.Gate:
        """The gate of a crossing; crossings close by are one."""
        pair = (min(left, entered), max(left, entered))
        known = self.border_gates.setdefault((net, pair), [])
        gaps = geodesics_km([other for other, _ in known], [point] * len(known))
        if gaps and min(gaps) <= ONE_CROSSING_KM:
            return known[gaps.index(min(gaps))][1]
        post = self.posts.name(point, ONE_CROSSING_KM)
        head = f"Border {'-'.join(pair)}"
        title = f"{head} ({net}) {f'at {post}' if post else self.named.near(point)}"
        made = _gate(self._free(f"{slug(post) or slug(head)}-{net}"), title, "border", pair, point)
        self.gates.append(made)
        known.append((point, made))
        return made

    # rows

    def _links(self, pieces: list[Piece]) -> list[schema.Link]:
        lengths = np.maximum(lengths_km([piece.points for piece in pieces]), LEAST_KM)
        middles = np.array([_middle(piece.points) for piece in pieces])
        countries = self.frontiers.countries(middles, nowhere=schema.HIGH_SEAS)
        return [
            self._link(piece, float(km), country)
            for piece, km, country in zip(pieces, lengths, countries, strict=True)
        ]

    def _link(self, piece: Piece, km: float, country: str) -> schema.Link:
        strand = piece.strand
        kind = strand.kind
        assumed = not strand.way
        notes = [strand.name]
        notes += ["Straight line; that a way leads there is assumed."] * assumed
        notes += ["Gauge not tagged; the country's usual one."] * (not kind.gauge_known)
        start, end = (self.place_id[ref] for ref in piece.ends)
        return schema.Link(
            id=self._free(f"{start}-{kind.mode}" if assumed else f"w{strand.way}"),
            from_=start,
            to=end,
            mode=kind.mode,
            carries=kind.carries,
            gauge_mm=kind.gauge_mm,
            length_km=round(km, 3),
            source=(schema.ASSUMED,) if assumed else (SOURCE,),
            confidence="low" if assumed else "high",
            status=kind.status,
            electrified=kind.electrified,
            country=country,
            gates=piece.gates,
            way_points=(),
            note="; ".join(filter(None, notes)),
        )

    def _places(self, points: Mapping[Ref, NDArray[np.float64]]) -> list[schema.Place]:
        countries = self.frontiers.countries(
            np.array(list(points.values())), nowhere=schema.HIGH_SEAS
        )
        return [
            self._place(ref, point, country)
            for (ref, point), country in zip(points.items(), countries, strict=True)
        ]

    def _place(self, ref: Ref, point: NDArray[np.float64], country: str) -> schema.Place:
        lon, lat = float(point[0]), float(point[1])
        spot = self.snapped.taken.get(ref) if isinstance(ref, int) else None
        note = ""
        if ref in self.crossings:
            crossing = self.crossings[str(ref)]
            kind, country = "border", crossing.country
            name = crossing.title
        elif spot:
            kind, name = spot.kind, spot.name
            off_km = geodesics_km([spot.point], [(lon, lat)])[0]
            note = f"{off_km:.1f} km from the point of its name." if off_km >= LEAST_KM else ""
        elif ref in self.snapped.landings:
            kind, name = "port", f"Ferry landing {self.named.near((lon, lat))}"
        else:
            kind, name = "junction", f"Junction {ref}"
        local = spot.local_name if spot and spot.local_name != name else ""
        return schema.Place(
            id=self.place_id[ref],
            name=" ".join(name.split()),
            local_names=tuple(part.strip() for part in local.split(";") if part.strip()),
            country=country,
            kind=kind,
            lon=round(lon, DEGREE_PLACES),
            lat=round(lat, DEGREE_PLACES),
            transfers=kind in {"city", "port"},
            source=(SOURCE,),
            note=note,
        )

    def _transfers(self, links: Iterable[schema.Link]) -> list[schema.Transfer]:
        """Transshipment is assumed at named places where tracks of two gauges meet."""
        named = {self.place_id[ref] for ref in self.snapped.taken}
        gauges: dict[str, set[str]] = defaultdict(set)
        for link in links:
            for end in (link.from_, link.to):
                if end in named:
                    gauges[end].update(link.gauge_mm)
        return [
            schema.Transfer(
                id=f"{place}-{one}-{other}",
                place=place,
                from_layer=f"rail-{one}",
                to_layer=f"rail-{other}",
                kind="transshipment",
                source=(schema.ASSUMED,),
                note="Tracks of both gauges meet here; that goods are transshipped is assumed.",
            )
            for place in sorted(gauges)
            for one, other in combinations(sorted(gauges[place]), 2)
        ]

    def _numbers(self) -> dict[str, list[Any]]:
        """Bundled parameters that hold for no place in particular, and all sources."""
        bundled = seed_tables.read()
        parameters = [row for row in bundled.parameters.values() if not row.at]
        own = [
            schema.Source(
                id=SOURCE,
                title=f"OpenStreetMap, {self.extract.name}",
                publisher="OpenStreetMap contributors",
                date=str(self.extract.date or ""),
                url="https://www.openstreetmap.org/copyright",
                note="ODbL 1.0",
            ),
            BORDERS,
        ]
        named = {source for row in parameters for source in row.source}
        used = named - {SOURCE, BORDERS.id, schema.ASSUMED}
        return {
            "parameters": parameters,
            "sources": own + [row for row in bundled.sources.values() if row.id in used],
        }

    def _report(self, links: list[schema.Link], places: list[schema.Place]) -> Report:
        km: dict[str, float] = defaultdict(float)
        assumed: dict[str, float] = defaultdict(float)
        for link in links:
            km[link.mode] += link.length_km
            if "Gauge not tagged" in link.note:
                assumed[" and ".join(link.gauge_mm)] += link.length_km
        left_out = Counter(self.extract.left_out) + self.snapped.left_out
        return Report(
            km={mode: round(value, 1) for mode, value in km.items()},
            links=Counter(link.mode for link in links),
            places=Counter(place.kind for place in places),
            gates=Counter(gate.kind for gate in self.gates),
            left_out=left_out,
            assumed_gauge_km={gauge: round(value, 1) for gauge, value in assumed.items()},
            borders=tuple(sorted(self.extract.borders)),
        )


class _Gazetteer:
    """Names by where they are."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self.spots = [spot for spot in spots if spot.name]
        count = len(self.spots)
        points = np.array([spot.point for spot in self.spots]).reshape(-1, 2)
        self.nodes = Nodes.of(np.arange(count), points, np.zeros(count, dtype=np.int64))

    def name(self, point: Point, reach_km: float) -> str:
        """The nearest name within reach, or nothing."""
        hit = self.nodes.nearest(point, reach_km)
        return self.spots[hit[1]].name if hit else ""

    def near(self, point: Point) -> str:
        """Where a point lies, in words."""
        name = self.name(point, NAME_REACH_KM)
        return f"near {name}" if name else f"at {point[1]:.2f}, {point[0]:.2f}"


def slug(name: str) -> str:
    """An id made of a name; empty where nothing of it can be spelt.

    Examples
    --------
    >>> slug("Gəncə"), slug("Böyük Kəsik"), slug("Баку")
    ('ganca', 'boyuk-kasik', '')
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    letters = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _joined(start: int, end: int, kind: Kind, points: Mapping[Ref, NDArray[np.float64]]) -> Piece:
    """A straight way between two nodes; way 0 marks that the file does not have it."""
    line = np.array([points[start], points[end]])
    strand = Strand(0, "", kind._replace(electrified=None), (start, end), line)
    return Piece(strand, (start, end), line)


def _middle(points: NDArray[np.float64]) -> Point:
    """The middle of a line's middle step."""
    at = len(points) // 2
    lon, lat = (points[at - 1] + points[at]) / 2
    return (float(lon), float(lat))


def _gate(
    gate: str,
    title: str,
    kind: str,
    countries: tuple[str, ...],
    point: Point,
    *,
    state: str = "open",
) -> schema.Gate:
    return schema.Gate(
        id=gate,
        title=" ".join(title.split()),
        kind=kind,
        countries=countries,
        lon=round(point[0], DEGREE_PLACES),
        lat=round(point[1], DEGREE_PLACES),
        state=state,
        opening_low=None,
        opening_likely=None,
        opening_high=None,
        opens_with="",
        season_from="",
        season_until="",
        source=(SOURCE,),
        note="",
    )


def _lines(links: list[schema.Link], pieces: list[Piece]) -> list[schema.Line]:
    import shapely

    points = np.concatenate([piece.points for piece in pieces])
    of_piece = np.repeat(np.arange(len(pieces)), [len(piece.points) for piece in pieces])
    whole: Any = shapely.linestrings(points, indices=of_piece)
    shapes = np.atleast_1d(shapely.simplify(whole, SIMPLIFY_DEGREES))
    return [
        schema.Line(
            link=link.id,
            method="traced",
            points=tuple(map(tuple, shapely.get_coordinates(shape).round(DEGREE_PLACES).tolist())),
            source=link.source,
        )
        for link, shape in zip(links, shapes, strict=True)
        if link.source == (SOURCE,)
    ]
