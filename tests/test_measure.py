"""Lengths on the ellipsoid, held against published ones and against the sphere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString
from shapely.geometry import Point as Dot

from geo.measure import along, geodesics_km, length_km

points = st.tuples(
    st.floats(-179, 179, allow_subnormal=False), st.floats(-85, 85, allow_subnormal=False)
)
EARTH_RADIUS_KM = 6371.0088


def haversine_km(start, end):
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (*start, *end))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def test_known_lengths():
    starts = [(0.0, 0.0), (0.0, 0.0), (-73.8, 40.6)]
    ends = [(1.0, 0.0), (0.0, 1.0), (-0.5, 51.6)]
    # a degree of the equator and of the meridian on WGS 84; New York to London after Karney (2013)
    assert geodesics_km(starts, ends) == pytest.approx([111.3195, 110.5744, 5551.759], abs=1e-3)


def test_nothing_has_no_length():
    assert geodesics_km([], []) == []
    assert length_km([]) == 0
    assert length_km([(49.85, 40.38)]) == 0


def test_lists_of_unequal_length_are_refused():
    with pytest.raises(Exception, match=r"(?i)length|size|same|shape"):
        geodesics_km([(0, 0), (1, 1)], [(0, 0)])


@given(points, points)
def test_agrees_with_the_sphere_and_is_symmetric(start, end):
    there, back = geodesics_km([start, end], [end, start])
    assert there == pytest.approx(back, abs=1e-6)
    assert there == pytest.approx(haversine_km(start, end), rel=0.006, abs=1e-3)


@given(st.lists(points, min_size=2, max_size=6))
def test_a_line_is_no_shorter_than_its_ends_lie_apart(line):
    assert length_km(line) >= geodesics_km(line[:1], line[-1:])[0] - 1e-6
    assert length_km(line) == pytest.approx(length_km(line[::-1]), abs=1e-6)


@given(st.lists(points, min_size=2, max_size=6, unique=True), st.floats(0, 1))
def test_along_is_where_shapely_says(line, share):
    expected = LineString(line).interpolate(share, normalized=True)
    assert Dot(along(line, share)).distance(expected) < 1e-6


def test_along_a_line_that_is_one_point():
    assert along([(5, 7)], 0.5) == (5.0, 7.0)
    assert along([(5, 7), (5, 7)], 0.25) == (5.0, 7.0)


def test_ends_of_along_are_the_ends_of_the_line():
    line = [(0.0, 0.0), (0.0, 0.0), (3.0, 4.0)]
    assert along(line, 0) == (0.0, 0.0)
    assert along(line, 1) == (3.0, 4.0)
