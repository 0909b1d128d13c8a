"""Which country a point lies in, and where lines cross."""

from __future__ import annotations

import re

import numpy as np
import pytest
from shapely.geometry import Point, box

from geo.basemap import countries
from geo.frontiers import ISO, LEAST_ABROAD_KM, Frontiers, natural_earth
from geo.measure import length_km

#: a | b, side by side, and c inside b.
SIDE_BY_SIDE = Frontiers.of(
    {
        "AA": box(40, 40, 45, 42),
        "BB": box(45, 40, 50, 42).difference(box(47, 40.9, 48, 41.1)),
        "CC": box(47, 40.9, 48, 41.1),
    }
)


def test_points_lie_in_their_countries():
    points = np.array([[49.9, 40.4], [45.41, 39.21], [44.8, 41.7], [51.4, 35.7], [51.0, 41.6]])
    expected = ["AZ", "AZ", "GE", "IR", "XZ"]
    assert natural_earth().countries(points, nowhere="XZ") == expected


def test_a_point_off_the_coast_belongs_to_it():
    assert SIDE_BY_SIDE.countries(np.array([[42, 39.8], [42, 39.0]])) == ["AA", ""]


def test_every_shape_of_the_basemap_has_a_code_but_one():
    names = {feature["properties"]["name"] for feature in countries()["features"]}
    assert names - set(ISO) == {"Siachen Glacier"}
    assert all(re.fullmatch("[A-Z]{2}", code) for code in ISO.values())
    assert {ISO[name] for name in ("Azerbaijan", "Armenia", "Iran", "Turkey")} == {
        *("AZ", "AM", "IR", "TR")
    }


def test_a_line_is_cut_at_each_border():
    pieces = SIDE_BY_SIDE.pieces([(44, 41), (46, 41), (49, 41)])
    assert [code for code, _ in pieces] == ["AA", "BB", "CC", "BB"]
    cuts = [points[-1] for _, points in pieces[:-1]]
    assert cuts == [pytest.approx(at) for at in ((45, 41), (47, 41), (48, 41))]
    assert sum(length_km(points) for _, points in pieces) == pytest.approx(
        length_km([(44, 41), (46, 41), (49, 41)]), rel=1e-4
    )


def test_short_excursions_do_not_count():
    inside_km = length_km([(47, 40.91), (47.02, 40.91)])
    assert inside_km < LEAST_ABROAD_KM
    line = [(46.5, 40.8), (46.95, 40.95), (47.02, 40.95), (46.95, 41.0), (46.5, 41.2)]
    assert [code for code, _ in SIDE_BY_SIDE.pieces(line)] == ["BB"]
    assert SIDE_BY_SIDE.pieces(line)[0][1][-1] == line[-1]


def test_a_stretch_at_sea_is_no_country():
    line = [(42, 41), (42, 30), (44, 30), (44, 41)]
    assert [code for code, _ in SIDE_BY_SIDE.pieces(line)] == ["AA"]


def test_only_lines_that_touch_a_border_are_named():
    from shapely.geometry import LineString

    lines = [LineString([(41, 41), (42, 41)]), LineString([(44, 41), (46, 41)])]
    assert SIDE_BY_SIDE.crossing(lines) == [1]
    assert SIDE_BY_SIDE.crossing([]) == []


def test_better_polygons_push_their_neighbours_back():
    wider = SIDE_BY_SIDE.with_({"AA": box(40, 40, 46, 42)})
    assert wider.countries(np.array([[45.5, 41], [46.5, 41]])) == ["AA", "BB"]
    assert [code for code, _ in wider.pieces([(44, 41), (46.9, 41)])] == ["AA", "BB"]
    assert SIDE_BY_SIDE.with_({}) is SIDE_BY_SIDE


def test_a_country_new_to_the_map_is_cut_out_of_the_others():
    more = SIDE_BY_SIDE.with_({"DD": Point(42, 41).buffer(0.5)})
    assert more.countries(np.array([[42, 41], [44, 41]])) == ["DD", "AA"]
