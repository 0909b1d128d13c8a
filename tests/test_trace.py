"""Tracing along a packaged network, here a small one of our own in its place."""

from __future__ import annotations

import csv
import sys
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from corridors.errors import SeedsError
from corridors.exchange import lines
from corridors.exchange.lines import draw_line
from geo import trace as tracing
from geo.measure import geodesics_km, length_km
from tests import tiny

LAT = 40.0
DEGREE_KM = geodesics_km([(50.0, LAT)], [(51.0, LAT)])[0]


def packaged(points, ways):
    """A network as scgraph packages it: nodes by latitude, arcs in km as a list of mappings."""
    graph = [{} for _ in points]
    for way in ways:
        for start, end in pairwise(way):
            km = geodesics_km([points[start]], [points[end]])[0]
            graph[start][end] = graph[end][start] = km
    return SimpleNamespace(nodes=[[lat, lon] for lon, lat in points], graph=graph)


@pytest.fixture
def drawn(monkeypatch):
    """Puts a drawn network in the place of the packaged one."""

    def put(points, ways):
        tracing.background.cache_clear()
        monkeypatch.setattr(tracing, "_packaged", lambda _: packaged(points, ways))

    yield put
    tracing.background.cache_clear()


#     3 -------- 4
#     |          |       a detour to the north is longer than the straight way
#     0 -- 1 --- 2
LADDER = [(50.0, LAT), (50.4, LAT), (51.0, LAT), (50.0, LAT + 0.5), (51.0, LAT + 0.5)]
RUNGS = [(0, 1, 2), (0, 3, 4, 2)]


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_the_shortest_way_is_followed(drawn, mode):
    drawn(LADDER, RUNGS)
    found = tracing.trace([LADDER[0], LADDER[2]], mode=mode)
    inner = list(dict.fromkeys(found.line))
    assert np.allclose(inner, [LADDER[0], LADDER[1], LADDER[2]])
    assert found.length_km == pytest.approx(DEGREE_KM, rel=1e-4)
    assert found.worst_snap_km == pytest.approx(0, abs=1e-3)


def test_way_points_are_passed_in_order(drawn):
    drawn(LADDER, RUNGS)
    found = tracing.trace([LADDER[0], LADDER[4], LADDER[2]], mode="rail")
    assert np.allclose(list(dict.fromkeys(found.line)), [LADDER[number] for number in (0, 3, 4, 2)])
    north = length_km([LADDER[number] for number in (0, 3, 4, 2)])
    assert found.length_km == pytest.approx(north, rel=1e-4)


def test_points_beside_the_network_are_snapped_and_their_gap_counts(drawn):
    drawn(LADDER, RUNGS)
    beside = (LADDER[0][0], LAT - 0.1)
    gap = geodesics_km([beside], [LADDER[0]])[0]
    found = tracing.trace([beside, LADDER[2]], mode="rail")
    assert found.line[0] == beside
    assert found.worst_snap_km == pytest.approx(gap, rel=0.01)
    assert found.length_km == pytest.approx(gap + DEGREE_KM, rel=0.01)


def test_a_way_point_beside_the_network_counts_there_and_back(drawn):
    drawn(LADDER, RUNGS)
    beside = (LADDER[1][0], LAT - 0.1)
    gap = geodesics_km([beside], [LADDER[1]])[0]
    found = tracing.trace([LADDER[0], beside, LADDER[2]], mode="rail")
    assert found.length_km == pytest.approx(2 * gap + DEGREE_KM, rel=0.01)


def test_gaps_under_two_km_are_healed(drawn):
    gap_degrees = 1.5 / DEGREE_KM
    points = [(50.0, LAT), (50.3, LAT), (50.3 + gap_degrees, LAT), (50.6, LAT)]
    drawn(points, [(0, 1), (2, 3)])
    found = tracing.trace([points[0], points[3]], mode="rail")
    assert found.length_km == pytest.approx(0.6 * DEGREE_KM, rel=1e-3)


def test_wider_gaps_are_not_healed(drawn):
    gap_degrees = 2.5 / DEGREE_KM
    points = [(50.0, LAT), (50.3, LAT), (50.3 + gap_degrees, LAT), (50.6, LAT)]
    drawn(points, [(0, 1), (2, 3)])
    with pytest.raises(ValueError, match=r"rail network has no way from .*50\.0.* to .*50\.6"):
        tracing.trace([points[0], points[3]], mode="rail")


def test_only_dead_ends_are_joined(drawn):
    # two lines cross without a junction: their inner points lie near, yet are no dead ends
    near = 0.5 / DEGREE_KM
    west_east = [(50.0 + 0.1 * step, LAT) for step in range(5)]
    south_north = [(50.2 + near, LAT - 0.2 + 0.1 * step) for step in range(5)]
    drawn([*west_east, *south_north], [range(5), range(5, 10)])
    with pytest.raises(ValueError, match="no way"):
        tracing.trace([west_east[0], south_north[0]], mode="road")


def test_a_search_gives_up_on_absurd_detours(drawn):
    far = [(50.0, LAT), (50.0, LAT + 8), (51.0, LAT + 8), (51.0, LAT)]
    drawn(far, [(0, 1, 2, 3)])
    with pytest.raises(ValueError, match="no way"):
        tracing.trace([far[0], far[3]], mode="road")


def test_what_lies_outside_the_window_is_left_out(drawn):
    america = [(-100.0, LAT), (-99.0, LAT)]
    drawn([*LADDER, *america], [*RUNGS, (5, 6)])
    assert len(tracing.background("rail").lon_lat) == len(LADDER)


def test_unit_vectors_have_unit_length():
    vectors = tracing.unit_vectors(np.array([[0.0, 0.0], [90.0, 0.0], [12.0, 90.0], [50.0, 40.0]]))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:3], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def link_over(points, length_km):
    """A tables' worth of one railway over some points, and that railway."""
    places = {"a": SimpleNamespace(point=points[0]), "b": SimpleNamespace(point=points[-1])}
    link = SimpleNamespace(
        id="a-b", from_="a", to="b", mode="rail", source=("assumed",),
        way_points=tuple(points[1:-1]), length_km=length_km,
    )  # fmt: skip
    return SimpleNamespace(places=places), link


BEYOND = (51.6, LAT)


def test_a_stretch_that_the_network_lacks_is_drawn_straight(drawn):
    bent = [LADDER[0], (50.5, LAT + 0.3), LADDER[2]]
    drawn(bent, [(0, 1, 2)])
    tables, link = link_over([bent[0], bent[2], BEYOND], length_km([*bent, BEYOND]))
    line = draw_line(tables, link)
    assert np.allclose(line.points, [*bent, BEYOND], atol=1e-3)
    assert (line.method, line.source) == ("traced", ("osm-rail", "assumed"))


def test_a_stretch_is_not_drawn_by_a_detour_that_no_length_speaks_for(drawn):
    drawn(LADDER, [(0, 3, 4, 2)])
    tables, link = link_over([LADDER[0], LADDER[2], BEYOND], 1.7 * DEGREE_KM)
    line = draw_line(tables, link)
    assert line.points == (LADDER[0], LADDER[2], BEYOND)
    assert line.method == "way points"


def test_tables_that_cannot_be_read_keep_their_lines(tmp_path, monkeypatch):
    folder = tiny.draw(tmp_path / "s", "a -- road 100 -- b")
    kept = tiny.lay(folder, "lines.csv", "link,method,points,source\n")
    tiny.alter(folder, "links", "a-b-road-0", mode="rod")
    monkeypatch.setattr(sys, "argv", ["lines", str(folder)])
    with pytest.raises(SeedsError, match="must be one of rail"):
        lines.main()
    assert kept.read_text(encoding="utf-8") == "link,method,points,source\n"


def test_lines_are_drawn_anew_whatever_stood_there(tmp_path, monkeypatch, drawn):
    drawn(LADDER, [(0, 1, 2)])
    folder = tiny.draw(tmp_path / "s", "a -- road 100 -- b")
    stale = tiny.lay(
        folder, "lines.csv", "link,method,points,source\ngone,traced,0 0; 1 1,assumed\n"
    )
    monkeypatch.setattr(sys, "argv", ["lines", str(folder)])
    lines.main()
    (row,) = csv.DictReader(stale.read_text(encoding="utf-8").splitlines())
    assert (row["link"], row["method"]) == ("a-b-road-0", "way points")
