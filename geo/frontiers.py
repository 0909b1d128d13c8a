"""Which country a point lies in, and where a line crosses from one to the next.

The polygons are those of :mod:`geo.basemap` (Natural Earth 1:50m, simplified to about 1 km) unless
better ones are given: near a border that is no finer than the data are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.basemap import ENGLISH, countries
from geo.measure import length_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Point = tuple[float, float]

#: A point off the polygons belongs to the nearest, if that is no farther (about 30 km).
COAST_DEGREES = 0.3
#: A line that comes back sooner has not left: polygons are coarser than roads.
LEAST_ABROAD_KM = 5.0
_CODES = (
    "AD Andorra; AE United Arab Emirates; AF Afghanistan; AL Albania; AM Armenia; "
    "AO Angola; AT Austria; AU Australia; AX Åland; AZ Azerbaijan; BA Bosnia and Herz.; "
    "BD Bangladesh; BE Belgium; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; "
    "BJ Benin; BN Brunei; BT Bhutan; BW Botswana; BY Belarus; CD Dem. Rep. Congo; "
    "CF Central African Rep.; CG Congo; CH Switzerland; CI Côte d'Ivoire; CM Cameroon; "
    "CN China; CV Cabo Verde; CY Cyprus; CY N. Cyprus; CZ Czechia; DE Germany; "
    "DJ Djibouti; DK Denmark; DZ Algeria; EE Estonia; EG Egypt; EH W. Sahara; ER Eritrea; "
    "ES Spain; ET Ethiopia; FI Finland; FJ Fiji; FO Faeroe Is.; FR France; GA Gabon; "
    "GB United Kingdom; GE Georgia; GH Ghana; GL Greenland; GM Gambia; GN Guinea; "
    "GQ Eq. Guinea; GR Greece; GW Guinea-Bissau; HK Hong Kong; HR Croatia; HU Hungary; "
    "ID Indonesia; IE Ireland; IL Israel; IM Isle of Man; IN India; IQ Iraq; IR Iran; "
    "IS Iceland; IT Italy; JO Jordan; JP Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia; "
    "KM Comoros; KP North Korea; KR South Korea; KW Kuwait; KZ Kazakhstan; LA Laos; "
    "LB Lebanon; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania; LU Luxembourg; "
    "LV Latvia; LY Libya; MA Morocco; MD Moldova; ME Montenegro; MG Madagascar; "
    "MK Macedonia; ML Mali; MM Myanmar; MN Mongolia; MR Mauritania; MT Malta; "
    "MU Mauritius; MW Malawi; MY Malaysia; MZ Mozambique; NA Namibia; NE Niger; "
    "NG Nigeria; NL Netherlands; NO Norway; NP Nepal; OM Oman; PH Philippines; "
    "PK Pakistan; PL Poland; PS Palestine; PT Portugal; QA Qatar; RO Romania; RS Serbia; "
    "RU Russia; RW Rwanda; SA Saudi Arabia; SD Sudan; SE Sweden; SG Singapore; "
    "SI Slovenia; SK Slovakia; SL Sierra Leone; SN Senegal; SO Somalia; SO Somaliland; "
    "SS S. Sudan; ST São Tomé and Principe; SY Syria; SZ eSwatini; TD Chad; TG Togo; "
    "TH Thailand; TJ Tajikistan; TL Timor-Leste; TM Turkmenistan; TN Tunisia; TR Turkey; "
    "TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda; UZ Uzbekistan; VN Vietnam; XK Kosovo; "
    "YE Yemen; ZA South Africa; ZM Zambia; ZW Zimbabwe"
)
#: Steps of a border that are looked at together.
RUN = 32
#: ISO 3166-1 alpha-2 of the countries as Natural Earth names them. Two of its shapes have no
#: code of their own and take that of the state ISO counts them to; Siachen has none.
ISO = {item[3:]: item[:2] for item in _CODES.split("; ")}
_NAMES = {code: ENGLISH.get(name, name) for name, code in reversed(ISO.items())}


def country_name(code: str) -> str:
    """The usual English name of a country by its ISO code; the code itself if it is not known.

    Examples
    --------
    >>> country_name("TR"), country_name("XZ")
    ('Türkiye', 'XZ')
    """
    return _NAMES.get(code, code)


@dataclass(frozen=True, eq=False)
class Frontiers:
    """Countries as polygons that do not overlap.

    Attributes
    ----------
    codes
        ISO code of each polygon.
    shapes
        The polygons, in degrees, shape (n,).
    """

    codes: tuple[str, ...]
    shapes: NDArray[np.object_]

    @classmethod
    def of(cls, shapes: Mapping[str, Any]) -> Frontiers:
        """Polygons by their codes."""
        import shapely

        made = np.array(list(shapes.values()), dtype=object)
        shapely.prepare(made)
        return cls(tuple(shapes), made)

    @cached_property
    def _bounds(self) -> NDArray[np.float64]:
        import shapely

        return shapely.bounds(self.shapes)

    @cached_property
    def _tree(self) -> Any:
        import shapely

        return shapely.STRtree(self.shapes)

    @cached_property
    def _edges(self) -> tuple[NDArray[np.object_], NDArray[np.int64], Any]:
        """Borders in short runs, the polygon that each belongs to, and an index of them."""
        import shapely

        rings, owner = shapely.get_parts(shapely.boundary(self.shapes), return_index=True)
        runs, owners = [], []
        for ring, number in zip(rings, owner, strict=True):
            points = shapely.get_coordinates(ring)
            for at in range(0, len(points) - 1, RUN):
                runs.append(shapely.linestrings(points[at : at + RUN + 1]))
                owners.append(number)
        made = np.array(runs, dtype=object)
        return made, np.array(owners, dtype=np.int64), shapely.STRtree(made)

    def with_(self, shapes: Mapping[str, Any]) -> Frontiers:
        """The same with better polygons for some countries, which their neighbours give way to."""
        import shapely

        if not shapes:
            return self
        better = shapely.union_all(list(shapes.values()))
        kept = {
            code: shape.difference(better) if shape.intersects(better) else shape
            for code, shape in zip(self.codes, self.shapes, strict=True)
            if code not in shapes
        }
        return Frontiers.of({**shapes, **kept})

    def countries(self, points: NDArray[np.float64], *, nowhere: str = "") -> list[str]:
        """The country of each point.

        Parameters
        ----------
        points
            Longitudes and latitudes, shape (n, 2).
        nowhere
            What points at sea get, and others farther than 30 km from any polygon.

        Returns
        -------
        list of str
            n codes.
        """
        import shapely

        points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        lon, lat = points.T
        found = np.full(len(points), -1)
        extent = shapely.envelope(shapely.multipoints(points))
        for number in sorted(self._tree.query(extent).tolist()):
            west, south, east, north = self._bounds[number]
            near = (found < 0) & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            inside = np.flatnonzero(near)
            if len(inside):
                hit = shapely.contains_xy(self.shapes[number], lon[inside], lat[inside])
                found[inside[hit]] = number
        left = np.flatnonzero(found < 0)
        if len(left):
            _, owner, tree = self._edges
            which, nearest = tree.query_nearest(
                shapely.points(points[left]), max_distance=COAST_DEGREES, all_matches=False
            )
            found[left[which]] = owner[nearest]
        codes = np.array([*self.codes, nowhere], dtype=object)
        return [str(code) for code in codes[found]]

    def crossing(self, lines: Sequence[Any]) -> list[int]:
        """Which of some lines touch a border; the others lie in one country, or in none."""
        tree = self._edges[2]
        return sorted(set(tree.query(np.asarray(lines, dtype=object), "intersects")[0].tolist()))

    def pieces(self, line: Sequence[Point]) -> list[tuple[str, list[Point]]]:
        """A line cut where it passes from one country to another.

        Excursions under ``LEAST_ABROAD_KM``, and stretches off every country, do not count.

        Returns
        -------
        list of tuple
            Code and points of each piece, in order; neighbours share their end.
        """
        from shapely.geometry import LineString
        from shapely.ops import substring

        whole = LineString(line)
        cuts = self._cuts(whole)
        middles = [whole.interpolate((a + b) / 2).coords[0][:2] for a, b in pairwise(cuts)]
        codes = self.countries(np.array(middles))
        parts = [
            (code, [(x, y) for x, y, *_ in substring(whole, a, b).coords])
            for code, (a, b) in zip(codes, pairwise(cuts), strict=True)
        ]
        return _settled(parts)

    def _cuts(self, whole: Any) -> list[float]:
        """Where along a line the edges of polygons lie, its ends included."""
        import shapely

        runs, _, tree = self._edges
        crossed = runs[tree.query(whole, "intersects")]
        hits = shapely.get_coordinates(shapely.intersection(whole, crossed))
        at = shapely.line_locate_point(whole, shapely.points(hits))
        inside = {float(cut) for cut in at if 0 < cut < whole.length}
        return [0.0, *sorted(inside), whole.length]


def _settled(parts: Iterable[tuple[str, list[Point]]]) -> list[tuple[str, list[Point]]]:
    """Neighbouring pieces of one country joined, short excursions with them."""
    joined: list[tuple[str, list[Point]]] = []
    for code, points in parts:
        if joined and (not code or joined[-1][0] in {"", code}):
            before, line = joined[-1]
            joined[-1] = (before or code, [*line, *points[1:]])
        else:
            joined.append((code, points))
    for at in range(1, len(joined) - 1):
        (before, line), (_, abroad), (after, rest) = joined[at - 1 : at + 2]
        if before == after and length_km(abroad) < LEAST_ABROAD_KM:
            whole = (before, [*line, *abroad[1:], *rest[1:]])
            return _settled([*joined[: at - 1], whole, *joined[at + 2 :]])
    return joined


@cache
def natural_earth() -> Frontiers:
    """The countries of :mod:`geo.basemap`; shapes that share a code are one."""
    import shapely
    from shapely.geometry import shape

    found: dict[str, Any] = {}
    for feature in countries()["features"]:
        code = ISO.get(feature["properties"]["name"])
        if code:
            part = shapely.make_valid(shape(feature["geometry"]))
            found[code] = found[code].union(part) if code in found else part
    return Frontiers.of(found)
