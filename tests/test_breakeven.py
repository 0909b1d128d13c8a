"""Breakpoints: exact by hand, against all ways listed, and against routes solved on both sides."""

from __future__ import annotations

import json
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors import kernel
from corridors.arcs import DESTINATION, ORIGIN
from tests import tiny

# Three ways from a to e: short past one border, longer past another, longest past none.
DRAWING = """
    a -- road 100 left -- b -- road 100 -- e
    a -- road 150 right -- c -- road 200 -- e
    a -- road 700 -- e
"""
CORRIDORS = [
    {"id": "fam-left", "links": "a-b-road-0; b-e-road-1", "toll_gates": "left"},
    {"id": "fam-right", "links": "a-c-road-2; c-e-road-3", "toll_gates": "right"},
    {"id": "free", "links": "a-e-road-4"},
]
CORRIDORS = [{**row, "title": row["id"], "source": "assumed"} for row in CORRIDORS]
COUNTRIES = {"a": "AA", "b": "BB", "c": "CC", "e": "BB"}
#: USD of the three ways without a duty: 1 USD a km (10 t at 0.1), 100 USD a border, 20 loading.
LEFT, RIGHT, FREE = 320.0, 470.0, 720.0


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("breakeven") / "seeds"
    return tiny.network(folder, DRAWING, countries=COUNTRIES, extra={"corridors": CORRIDORS})


def leaders(found):
    return [item.lead.corridor for item in found.ranges]


def charged(net, target, usd):
    change = co.Change("charge", (target,), usd, "usd_per_shipment")
    return net.under(co.Scenario("duty", changes=(change,)))


# by hand


def test_a_duty_drives_the_way_off_where_the_next_is_as_cheap(net):
    found = co.breakeven(net, "a", "e", lever="duty:left")
    assert found.breakpoints == pytest.approx((RIGHT - LEFT,))
    assert leaders(found) == ["fam-left", "fam-right"]
    assert [item.slope for item in found.ranges] == pytest.approx([1, 0])
    assert found.worth(0) == pytest.approx(LEFT)
    assert found.worth(100) == pytest.approx(LEFT + 100)
    assert found.worth(found.lever.high) == pytest.approx(RIGHT)


def test_a_duty_on_a_family_is_paid_at_any_of_its_gates_once(net):
    found = co.breakeven(net, "a", "e", lever="duty:fam")
    assert found.breakpoints == pytest.approx((FREE - LEFT,))
    assert leaders(found) == ["fam-left", "free"]


def test_a_duty_on_entering_a_country(net):
    found = co.breakeven(net, "a", "e", lever="duty:BB")
    assert found.breakpoints == pytest.approx((RIGHT - LEFT,))


def test_a_duty_stands_in_place_of_the_one_in_force(net):
    under = charged(net, "left", 40.0)
    found = co.breakeven(under, "a", "e", lever="duty:left")
    assert found.lever.now == 40.0
    assert found.breakpoints == pytest.approx((RIGHT - LEFT,))


def test_hours_at_a_border(net):
    found = co.breakeven(net, "a", "e", lever="dwell:left", by="time", high=100)
    # 50 km/h: 4 h, 7 h + 10 h at the other border, 14 h; all with 2 h of loading.
    assert found.breakpoints == pytest.approx((14 - 4,))
    assert leaders(found) == ["fam-left", "free"]
    assert found.lever.now == 10


def test_a_speed_moves_by_its_inverse(tmp_path):
    drawing = "a -- road 600 -- e\n a -- rail-1520 400 -- e"
    net = tiny.network(tmp_path, drawing)
    found = co.breakeven(net, "a", "e", lever="speed:p1", by="time", high=130)
    # rail: 400/v + 10 h; road: 600/50 + 2 h
    assert found.lever.inverse
    assert found.breakpoints == pytest.approx((400 / (600 / 50 + 2 - 10),))
    assert found.worth(40) == pytest.approx(min(400 / 40 + 10, 14))
    assert found.ranges[-1].slope == pytest.approx(400)


def test_a_rate_a_length_and_the_value_of_the_goods(tmp_path):
    drawing = "a -- road 600 -- e\n a -- rail-1520 800 -- e"
    net = tiny.network(tmp_path, drawing)
    rate = co.breakeven(net, "a", "e", lever="rate:p4", by="cost")
    # road: 6000 r + 20; rail: 800 * 10 * 0.05 + 40
    assert rate.breakpoints == pytest.approx(((400 + 40 - 20) / 6000,))
    km = co.breakeven(net, "a", "e", lever="length:a-e-road-0", by="cost", low=100, high=1000)
    assert km.breakpoints == pytest.approx((420.0,))
    value = co.breakeven(net, "a", "e", lever="p28", by="generalised", low=0, high=1e6)
    # rail is 180 USD cheaper and 16 h slower: 30 h against 14 h
    assert value.breakpoints == pytest.approx((180 / (16 / 24 * 0.01),))


# against other witnesses


def every_way(net):
    """Arcs of all loopless ways."""
    paths = nx.all_simple_edge_paths(net.graph(), ("a", ORIGIN), ("e", DESTINATION))
    return [[key for _, _, key in path] for path in paths]


@settings(max_examples=25)
@given(
    km=st.lists(st.integers(50, 900), min_size=7, max_size=7),
    gates=st.lists(st.sampled_from(["g", "h", ""]), min_size=7, max_size=7),
    by=st.sampled_from(["cost", "generalised"]),
    data=st.data(),
)
def test_the_envelope_is_the_least_of_all_ways(tmp_path_factory, km, gates, by, data):
    hops = ["a b", "b e", "a c", "c e", "b c", "a e", "c b"]
    modes = ["road", "rail-1520", "road", "road", "rail-1520", "road", "road"]
    lines = [
        f"{hop[0]} -- {mode} {length} {gate} -- {hop[2]}"
        for hop, mode, length, gate in zip(hops, modes, km, gates, strict=True)
    ]
    net = tiny.network(tmp_path_factory.mktemp("n") / "s", "\n".join(lines))
    if "g" not in gates:
        with pytest.raises(co.UnknownNameError):
            co.breakeven(net, "a", "e", lever="duty:g", by=by)
        return
    found = co.breakeven(net, "a", "e", lever="duty:g", by=by, high=3000)
    ways = every_way(net)
    behind = set(net.arcs.gate_arcs["g"].tolist())
    base = net.figures().by(by)
    for value in [0.0, 3000.0, data.draw(st.floats(0, 3000)), *found.breakpoints]:
        least = min(sum(base[way]) + value * len(behind.intersection(way)) for way in ways)
        assert found.worth(value) == pytest.approx(least)
    slopes = [item.slope for item in found.ranges]
    assert slopes == sorted(slopes, reverse=True)
    ends = [(item.start, item.end) for item in found.ranges]
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    assert (ends[0][0], ends[-1][1]) == (0, 3000)


@pytest.mark.parametrize(
    ("scenario", "lever"),
    [
        ("araz-open", "duty:araz"),
        ("araz-open", "duty:araz-rail"),
        ("both-open", "duty:araz"),
        ("both-open", "duty:zangezur"),
        ("both-open", "duty:bilasuvar-road"),
    ],
)
def test_both_sides_of_a_breakpoint_solved_apart_agree(bundled, lever, scenario):
    net = bundled.under(scenario)
    target = lever.partition(":")[2]
    for by in ("cost", "generalised"):
        found = co.breakeven(net, "baku", "nakhchivan", lever=lever, by=by, low=0, high=2000)
        for value, left, right in zip(
            found.breakpoints, found.ranges, found.ranges[1:], strict=False
        ):
            for side, item in ((value * (1 - 1e-6), left), (value * (1 + 1e-6), right)):
                apart = co.route(charged(net, target, side), "baku", "nakhchivan", by=by)
                assert apart.total({"cost": "usd", "generalised": "generalised_usd"}[by]) == (
                    pytest.approx(found.worth(side))
                )
                assert apart.links == item.route.links


def test_a_speed_solved_apart_agrees(bundled):
    found = co.breakeven(
        bundled,
        "moscow",
        "bandar-abbas",
        lever="speed:speed-rail-ru",
        by="generalised",
        low=5,
        high=120,
    )
    for value in np.geomspace(5, 120, 9):
        change = co.Change("set", ("parameters.speed-rail-ru.value",), float(value))
        apart = co.route(
            bundled.under(co.Scenario("v", changes=(change,))),
            "moscow",
            "bandar-abbas",
            by="generalised",
        )
        assert apart.generalised_usd == pytest.approx(found.worth(float(value)))


def test_the_worked_example_has_an_answer(bundled):
    # at what duty does Baku-Nakhchivan leave Araz, and for what?
    for scenario in ("araz-open", "both-open"):
        found = co.breakeven(bundled.under(scenario), "baku", "nakhchivan", lever="duty:araz")
        assert found.ranges[0].lead.corridor.startswith("araz")
        assert found.ranges[0].slope > 0.5
        assert found.breakpoints
        assert found.ranges[-1].slope == 0
        assert all(
            gate not in found.ranges[-1].route.gates
            for gate in ("bilasuvar-road", "aghband-kalaleh-road")
        )


# the kernel's part of it


@settings(max_examples=40)
@given(lines=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_the_lower_envelope_of_lines(lines):
    low, high = (np.array(ends, dtype=float) for ends in zip(*lines, strict=True))
    pieces = list(kernel.lower_envelope(lambda weight: [int(np.argmin(weight))], low, high))
    assert pieces[0].start == 0
    assert pieces[-1].end == 1
    for t in np.linspace(0, 1, 41):
        piece = next(item for item in pieces if t <= item.end)
        assert piece.at(t) == pytest.approx(min(low + t * (high - low)))


# what it says


def test_the_result_tells_itself(net):
    found = co.breakeven(net, "a", "e", lever="duty:left")
    table = found.table()
    assert list(table["corridor"]) == ["fam-left", "fam-right"]
    assert list(table["from"][1:]) == list(found.breakpoints)
    assert json.loads(json.dumps(found.to_dict()))["breakpoints"] == pytest.approx([150.0])
    assert len(found.words().splitlines()) == 3
    assert "fam-right" in found._repr_html_()
    assert found.leaders()[0] == ("fam-left", 0.0, found.breakpoints[0])
    assert found.at(0).lead.corridor == "fam-left"


# bad input


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"lever": "duty:lft"}, "lft.*left"),
        ({"lever": "tax:left"}, "tax:left"),
        ({"lever": "dwell:lft"}, "gate 'lft'.*left"),
        ({"lever": "speed:p4"}, "speed among the parameters 'p4'"),
        ({"lever": "rate:p0"}, "rate among the parameters 'p0'"),
        ({"lever": "length:a-b"}, "link 'a-b'"),
        ({"lever": "p99"}, "parameter 'p99'"),
        ({"lever": "duty:left", "by": "time"}, "does not enter"),
        ({"lever": "duty:left", "low": 10, "high": 5}, "range"),
        ({"lever": "duty:left", "low": -1}, "range"),
        ({"lever": "duty:left", "high": math.inf}, "range"),
        ({"lever": "duty:free"}, "names no gate"),
        ({"lever": "duty:left", "by": "speed"}, "objective"),
        ({"lever": "speed:p0", "by": "time", "low": 0}, "within 1 or more to 130 km/h"),
        ({"lever": "p7"}, "does not enter"),
    ],
)
def test_bad_input_is_named(net, asked, message):
    with pytest.raises(co.CorridorsError, match=message):
        co.breakeven(net, "a", "e", **asked)


def test_no_way_is_no_range(net):
    with pytest.raises(co.NoRoute):
        co.breakeven(net.under(close=["a-e-road-4", "left", "right"]), "a", "e", lever="duty:left")


def test_values_outside_the_range_are_refused(net):
    found = co.breakeven(net, "a", "e", lever="duty:left", high=10)
    with pytest.raises(co.CorridorsError, match="outside"):
        found.at(11)


def test_where_no_way_avoids_the_duty_it_is_followed_far(net):
    only = net.under(close=["right", "a-e-road-4"])
    found = co.breakeven(only, "a", "e", lever="duty:left")
    assert found.breakpoints == ()
    assert found.lever.high > LEFT
