"""The land under the maps: whole, valid, and drawn as the note on every map says."""

from __future__ import annotations

import json
import sys
from itertools import combinations

import pytest
from shapely.geometry import Point, box, shape

from geo import basemap
from geo.basemap import ARAL, BORDERS_NOTE, CORE, WINDOW, clip, clip_lakes, countries, lakes


@pytest.fixture(scope="module")
def land():
    return {
        feature["properties"]["name"]: shape(feature["geometry"])
        for feature in countries()["features"]
    }


def test_every_country_is_a_valid_polygon_inside_the_window(land):
    window = box(*WINDOW).buffer(0.01)
    assert len(land) > 100
    assert len(land) == len(countries()["features"])
    for name, polygon in land.items():
        assert polygon.geom_type == "MultiPolygon", name
        assert window.contains(polygon), name


@pytest.mark.parametrize(
    ("point", "country"),
    [
        ((46.75, 39.82), "Azerbaijan"),  # Khankendi
        ((45.41, 39.21), "Azerbaijan"),  # Nakhchivan
        ((46.24, 38.90), "Armenia"),  # Meghri
        ((41.02, 43.00), "Georgia"),  # Sukhumi
        ((43.97, 42.23), "Georgia"),  # Tskhinvali
        ((34.10, 44.95), "Russia"),  # Simferopol
        ((46.29, 38.08), "Iran"),  # Tabriz
        ((43.10, 40.60), "Turkey"),  # Kars
    ],
)
def test_borders_are_drawn_as_the_note_says(land, point, country):
    assert [name for name, polygon in land.items() if polygon.contains(Point(point))] == [country]
    assert "no opinion" in BORDERS_NOTE


def test_labels_stand_on_their_country(land):
    labels = basemap.country_labels()
    assert {"Azerbaijan", "Iran", "Türkiye"} <= {label["name"] for label in labels}
    named = {basemap.ENGLISH.get(name, name): shape for name, shape in land.items()}
    for label in labels:
        lat, lon = label["at"]
        assert named[label["name"]].buffer(0.02).contains(Point(lon, lat)), label


@pytest.mark.parametrize(
    ("point", "water"),
    [
        ((42.9, 38.6), True),  # Lake Van
        ((45.4, 37.7), True),  # Lake Urmia
        ((45.35, 40.35), True),  # Lake Sevan
        ((77.3, 42.4), True),  # Issyk-Kul
        ((43.38, 38.50), False),  # the town of Van
        (ARAL, False),
    ],
)
def test_lakes_lie_where_they_are(point, water):
    held = [shape(item["geometry"]) for item in lakes()["features"]]
    assert sum(lake.contains(Point(point)) for lake in held) == water


def test_lakes_are_valid_and_apart():
    held = [shape(item["geometry"]) for item in lakes()["features"]]
    assert all(lake.is_valid and lake.intersects(box(*CORE)) for lake in held)
    assert not any(one.overlaps(other) for one, other in combinations(held, 2))


def square(topology, *rings, name):
    topology["objects"]["countries"]["geometries"].append(
        {"type": "Polygon", "arcs": list(rings), "properties": {"name": name}}
    )


@pytest.fixture
def topology():
    """Two squares of two degrees that share an edge with a bump, as steps on a grid of 0.01.

    ::

        +----+----+
        | W  >  E |
        +----+----+
    """
    made = {
        "transform": {"scale": [0.01, 0.01], "translate": [44.0, 40.0]},
        "arcs": [
            [[200, 0], [0, 100], [0, 100]],  # 0: shared edge, upward
            [[200, 200], [-200, 0], [0, -200], [200, 0]],  # 1: round the west
            [[200, 200], [200, 0], [0, -200], [-200, 0]],  # 2: round the east
            [[1000, 1000], [5, 0], [0, 5], [-5, 0], [0, -5]],  # 3: an islet too small to draw
            [[-9000, 0], [200, 0], [0, 200], [-200, 0], [0, -200]],  # 4: outside the window
        ],
        "objects": {"countries": {"geometries": []}},
    }
    square(made, [0, 1], name="West")
    square(made, [~0, ~2], name="East")
    return made


def test_topology_becomes_polygons_in_degrees(topology):
    west, east = (shape(item["geometry"]) for item in clip(topology)["features"])
    assert west.equals(box(44, 40, 46, 42))
    assert east.equals(box(46, 40, 48, 42))


def test_neighbours_keep_the_same_border(topology):
    topology["arcs"][0] = [[200, 0], [30, 60], [1, 40], [-31, 100]]
    west, east = (shape(item["geometry"]) for item in clip(topology)["features"])
    assert west.intersection(east).area == pytest.approx(0, abs=1e-9)
    assert west.union(east).area == pytest.approx(8, abs=1e-6)


def test_specks_and_what_lies_outside_are_left_out(topology):
    square(topology, [3], name="Islet")
    square(topology, [4], name="Far")
    topology["transform"]["translate"] = [44.0, 40.0]
    names = [item["properties"]["name"] for item in clip(topology)["features"]]
    assert names == ["West", "East"]


def test_a_lake_is_taken_from_the_first_file_that_has_it(topology):
    """The west square is a lake in one file, shifted a little in the other; one lies far off."""
    west = {"type": "Polygon", "arcs": [[0, 1]]}
    finer = {**topology, "objects": {"lakes": {"geometries": [west]}}}
    coarser = {
        **topology,
        "transform": {"scale": [0.01, 0.01], "translate": [44.1, 40.0]},
        "objects": {
            "lakes": {
                "geometries": [west, {"type": "Polygon", "arcs": [[2, 0]]}],
            }
        },
    }
    (lake, other) = (shape(item["geometry"]) for item in clip_lakes(finer, coarser)["features"])
    assert lake.equals(box(44, 40, 46, 42))
    assert other.equals(box(46.1, 40, 48.1, 42))
    far = {**finer, "transform": {"scale": [0.01, 0.01], "translate": [-20.0, -20.0]}}
    assert clip_lakes(far)["features"] == []


def test_the_file_is_made_from_the_topology(topology, tmp_path, monkeypatch):
    source = tmp_path / "countries-50m.json"
    source.write_text(json.dumps(topology), encoding="utf-8")
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(basemap, "__file__", str(tmp_path / "basemap.py"))
    water = tmp_path / "lakes-50m.json"
    lake = {"type": "Polygon", "arcs": [[0, 1]]}
    water.write_text(json.dumps({**topology, "objects": {"lakes": {"geometries": [lake]}}}))
    monkeypatch.setattr(sys, "argv", ["basemap", str(source), str(water)])
    basemap.main()
    made = json.loads((tmp_path / "data" / "countries.json").read_text(encoding="utf-8"))
    assert [item["properties"]["name"] for item in made["features"]] == ["West", "East"]
    made = json.loads((tmp_path / "data" / "lakes.json").read_text(encoding="utf-8"))
    assert [shape(item["geometry"]).bounds for item in made["features"]] == [(44, 40, 46, 42)]
