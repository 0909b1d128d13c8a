"""Shares: by hand, and what overlap must and must not do to them."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.choice import path_sizes
from tests import tiny

# One way of its own, and two that share all but a siding.
DRAWING = """
    a -- road 200 -- e
    a -- road 180 -- m -- road 20 -- e
    m -- road 20 -- e
"""


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    net = tiny.network(tmp_path_factory.mktemp("choice") / "seeds", DRAWING)
    return sorted(co.alternatives(net, "a", "e", k=3, by="cost"), key=lambda way: way.links)


def test_path_sizes_by_hand(ways):
    alone, one, other = path_sizes(ways)
    assert alone == 1
    assert one == other == pytest.approx(180 / 200 / 2 + 20 / 200)


def test_shares_by_hand(ways):
    found = co.shares(ways, scale=10)
    size = 0.55
    expected = [1 / (1 + 2 * size), size / (1 + 2 * size), size / (1 + 2 * size)]
    assert [item.share for item in found.shares] == pytest.approx(expected)


def test_two_ways_that_differ_by_a_siding_count_little_more_than_one(ways):
    plain = co.shares(ways, beta=0)
    assert [item.share for item in plain.shares] == pytest.approx([1 / 3] * 3)
    assert co.shares(ways).shares[0].share > 0.47


def test_a_dearer_way_is_taken_less_often(tmp_path):
    net = tiny.network(tmp_path, "a -- road 200 -- e\n a -- road 240 -- e")
    found = co.shares(co.alternatives(net, "a", "e", by="distance"), scale=10)
    left, right = (item.share for item in found.shares)
    assert left / right == pytest.approx(math.exp(10 * 0.2))


@settings(max_examples=30)
@given(scale=st.floats(0, 50), beta=st.floats(0, 5), by=st.sampled_from(["time", "cost", None]))
def test_shares_add_up_to_one(ways, scale, beta, by):
    found = co.shares(ways, by=by, scale=scale, beta=beta)
    assert sum(item.share for item in found.shares) == pytest.approx(1)
    assert all(0 <= item.share <= 1 for item in found.shares)
    assert all(0 < item.path_size <= 1 for item in found.shares)


def test_shares_by_corridor_add_up_too(bundled):
    net = bundled.under("both-open")
    found = co.shares(co.alternatives(net, "baku", "nakhchivan", k=5, by="cost", distinct=True))
    assert sum(found.by_corridor().values()) == pytest.approx(1)
    best = max(found.shares, key=lambda item: item.share)
    assert best.route.usd < 1.2 * found.shares[0].route.usd


def test_the_result_tells_itself(ways):
    found = co.shares(ways)
    assert list(found.table["share"]) == [item.share for item in found.shares]
    assert len(json.loads(json.dumps(found.to_dict()))["ways"]) == 3
    assert "path-size" in found._repr_html_()


def test_one_way_takes_all(ways):
    assert co.shares(ways[:1]).shares[0].share == 1


def test_bad_input_is_named(ways, bundled):
    with pytest.raises(co.CorridorsError, match="one pair"):
        co.shares([])
    with pytest.raises(co.CorridorsError, match="one pair"):
        co.shares([ways[0], co.route(bundled, "baku", "ganja")])
    with pytest.raises(co.CorridorsError, match="scale -1"):
        co.shares(ways, scale=-1)
    with pytest.raises(co.CorridorsError, match="beta nan"):
        co.shares(ways, beta=math.nan)
    with pytest.raises(co.UnknownNameError, match="cost"):
        co.shares(ways, by="csot")
