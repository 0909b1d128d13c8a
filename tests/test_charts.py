"""Charts: their curves are the routes', their words are there, and the files are whole."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.render.charts import breakeven_chart, distance_chart, stretches
from tests import tiny

DRAWING = """
    a -- road 100 -- b -- road 50 east -- c -- rail-1520 80 -- e
    a -- road 400 -- e
    c -- ferry-road 200 service -- d
"""
COUNTRIES = {"a": "AA", "b": "AA", "c": "BB", "e": "BB", "d": "DD"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "seeds"
    return tiny.network(folder, DRAWING, countries=COUNTRIES)


@pytest.fixture(scope="module")
def way(net):
    return co.route(net, "a", "e", by="distance")


def words(svg):
    return " ".join(text.strip() for text in ET.fromstring(svg).itertext())  # noqa: S314 - our own


@pytest.mark.parametrize("measure", ["hours", "usd"])
def test_a_curve_is_its_route(net, measure):
    for way in (co.route(net, "a", "e", by="distance"), co.route(net, "a", "d")):
        pieces = list(stretches(way, measure))
        assert sum(piece.km for piece in pieces) == pytest.approx(way.km)
        assert sum(piece.amount for piece in pieces) == pytest.approx(way.total(measure))
        assert all(piece.km == 0 or not piece.label for piece in pieces)


def test_steps_are_borders_transfers_and_waits(net, way):
    steps = {piece.label: piece.amount for piece in stretches(way, "hours") if piece.label}
    assert steps == pytest.approx(
        {"Loading": 1, "C (AA-BB)": 10, "C: road to rail 1520": 8, "Unloading": 5}
    )
    ferry = {piece.label for piece in stretches(co.route(net, "a", "d"), "hours")}
    assert "C: wait to sail" in ferry


@settings(max_examples=8)
@given(
    by=st.sampled_from(["time", "cost"]),
    pair=st.sampled_from([("baku", "nakhchivan"), ("moscow", "bandar-abbas")]),
)
def test_bundled_curves_are_their_routes(bundled, by, pair):
    way = co.route(bundled, *pair, by=by)
    for measure in ("hours", "usd"):
        amounts = [piece.amount for piece in stretches(way, measure)]
        assert sum(amounts) == pytest.approx(way.total(measure))
        assert min(amounts) >= 0


def test_svg_holds_words_that_can_be_read(way):
    said = words(co.chart(way).svg())
    for word in ("A to E", "C (AA-BB)", "hours since the start of loading", "km", "BB"):
        assert word in said


def test_two_routes_lie_over_each_other(net, way):
    other = co.route(net, "a", "e", by="time")
    said = words(co.chart(way, other, measure="usd", labels=["short", "fast"]).svg())
    assert "short: 230 km" in said
    assert "fast:" in said
    assert "USD a shipment" in said
    assert words(co.chart(way.explain(other)).svg())


def test_the_same_chart_is_the_same_file(way):
    assert co.chart(way).svg() == co.chart(way).svg()
    assert co.chart(way).png(dpi=40) == co.chart(way).png(dpi=40)
    assert co.chart(way).png(dpi=40).startswith(PNG)


def test_a_chart_shows_itself_in_a_notebook(way):
    assert co.chart(way)._repr_svg_().startswith("<svg")


def test_breakpoints_are_drawn_with_their_values(bundled):
    net = bundled.under("both-open")
    found = co.breakeven(net, "baku", "nakhchivan", lever="duty:araz")
    said = words(breakeven_chart(found).svg())
    assert f"{found.breakpoints[0]:,.4g} USD" in said
    assert "duty on araz" in said
    assert "now" in said
    titles = [net.seeds.corridors[item.lead.corridor].title for item in found.ranges]
    assert all(title.partition(" (")[0] in said for title in titles)


def test_a_speed_is_drawn_too(tmp_path):
    net = tiny.network(tmp_path, "a -- road 600 -- e\n a -- rail-1520 400 -- e")
    found = co.breakeven(net, "a", "e", lever="speed:p1", by="time", high=130)
    assert "100 km/h" in words(co.chart(found).svg())


def test_a_route_to_nowhere_can_be_drawn(net):
    assert words(co.chart(co.route(net, "a", "a")).svg())


def test_markup_in_a_name_is_inert(tmp_path):
    folder = tiny.draw(tmp_path, DRAWING, countries=COUNTRIES)
    tiny.alter(folder, "places", "a", name="<script>$x$ & y</script>")
    svg = co.chart(co.route(co.load(folder), "a", "e")).svg()
    assert "<script>" not in svg
    assert "<script>$x$ & y</script>" in words(svg)


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_files_are_written_whole(way, tmp_path, ending):
    path = co.chart(way).save(tmp_path / "deep" / f"chart{ending}")
    assert path.read_bytes()[:4] in (PNG[:4], b"<svg")
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_bad_input_is_named(way, tmp_path):
    with pytest.raises(co.CorridorsError, match=r"\.svg or \.png"):
        co.chart(way).save(tmp_path / "chart.pdf")
    with pytest.raises(co.UnknownNameError, match="hours"):
        co.chart(way, measure="hour")
    with pytest.raises(co.CorridorsError, match="needs routes"):
        distance_chart([])
    with pytest.raises(co.CorridorsError, match="label for each"):
        co.chart(way, labels=["one", "two"])
