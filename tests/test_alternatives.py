"""Distinct alternatives and forced corridors: what they share, and what they cost over the best."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from tests import tiny

MODES = ("road", "rail-1520")
HOPS = ("a b", "b e", "a c", "c e", "b c", "a e", "b d", "d e", "c d", "a d")


def overlap(left, right):
    """The share of the shorter way's km on links of both, counted anew."""
    km = {leg.link: leg.km for leg in left.hauls}
    shared = sum(km[link] for link in set(left.links) & set(right.links))
    return shared / min(left.km, right.km)


# sidings and corridors


def test_sidings_are_passed_over(tmp_path):
    drawing = """
        a -- road 100 -- m -- road 10 -- n -- road 100 -- e
        m -- road 11 -- n
        m -- road 12 -- n
        a -- road 150 -- x -- road 150 -- e
    """
    net = tiny.network(tmp_path, drawing)
    plain = co.alternatives(net, "a", "e", k=2, by="distance")
    assert [way.km for way in plain] == [210, 211]
    apart = co.alternatives(net, "a", "e", k=2, by="distance", distinct=True)
    assert [way.km for way in apart] == [210, 300]


def test_two_diamonds_in_a_row(tmp_path):
    drawing = """
        a -- road 100 -- m -- road 100 -- e
        a -- road 110 -- m
        m -- road 120 -- e
    """
    net = tiny.network(tmp_path, drawing)
    half = co.alternatives(net, "a", "e", k=3, by="distance", overlap=0.55)
    assert [way.km for way in half] == [200, 210, 220]
    none = co.alternatives(net, "a", "e", k=3, by="distance", overlap=0.1)
    assert [way.km for way in none] == [200, 230]


@settings(max_examples=30)
@given(
    km=st.lists(st.integers(20, 400), min_size=len(HOPS), max_size=len(HOPS)),
    modes=st.lists(st.sampled_from(MODES), min_size=len(HOPS), max_size=len(HOPS)),
    limit=st.sampled_from([0.2, 0.5, 0.8]),
    by=st.sampled_from(["time", "cost", "distance"]),
)
def test_distinct_ways_share_no_more_than_allowed(tmp_path_factory, km, modes, limit, by):
    lines = [
        f"{hop[0]} -- {mode} {length} -- {hop[2]}"
        for hop, mode, length in zip(HOPS, modes, km, strict=True)
    ]
    net = tiny.network(tmp_path_factory.mktemp("n") / "s", "\n".join(lines))
    ways = co.alternatives(net, "a", "e", k=4, by=by, overlap=limit)
    measure = {"time": "hours", "cost": "usd", "distance": "km"}[by]
    worth = [way.total(measure) for way in ways]
    assert worth == sorted(worth)
    assert worth[0] == pytest.approx(co.route(net, "a", "e", by=by).total(measure))
    for left, right in combinations(ways, 2):
        assert overlap(left, right) <= limit + 1e-9
    for way in ways:
        states = [(leg.start, leg.from_layer) for leg in way.legs]
        assert len(set(states)) == len(states)


@pytest.mark.parametrize("by", ["time", "cost", "generalised"])
def test_bundled_ways_differ_by_corridor(bundled, by):
    net = bundled.under("both-open")
    ways = co.alternatives(net, "baku", "nakhchivan", k=5, by=by, distinct=True)
    assert len(ways) > 1
    assert ways[0].links == co.route(net, "baku", "nakhchivan", by=by).links
    assert all(overlap(*pair) <= 0.8 + 1e-9 for pair in combinations(ways, 2))


def test_results_do_not_hang_on_the_hash_seed():
    code = (
        "import corridors as co; net = co.load().under('both-open')\n"
        "ask = (net, 'baku', 'nakhchivan')\n"
        "print([way.links for way in co.alternatives(*ask, k=6, by='cost')])\n"
        "print([way.links for way in co.alternatives(*ask, k=4, by='cost', distinct=True)])\n"
        "print(co.breakeven(*ask, lever='duty:araz').to_dict())\n"
        "print(co.route(co.load(), *ask[1:]).explain(co.route(*ask)).to_dict())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != b""


@pytest.mark.parametrize("limit", [0, 1, -0.5, 2])
def test_an_overlap_that_is_no_share_is_refused(bundled, limit):
    with pytest.raises(co.CorridorsError, match="share above 0 and below 1"):
        co.alternatives(bundled, "baku", "tbilisi", overlap=limit)


def test_no_way_is_told_of_distinct_ways_too(tmp_path):
    net = tiny.network(tmp_path, "a -- road 10 gate -- b", shut=["gate"])
    with pytest.raises(co.NoRoute) as no:
        co.alternatives(net, "a", "b", distinct=True)
    assert no.value.needs == ("gate",)


# forced corridors

LADDER = """
    o -- road 50 -- a -- road 100 -- b -- road 100 toll -- c -- road 100 -- d -- road 50 -- z
    o -- road 90 -- z
    b -- road 20 -- y
"""
ROW = {"title": "Ladder", "source": "assumed"}
LINKS = "a-b-road-1; b-c-road-2; c-d-road-3"


@pytest.fixture(scope="module")
def ladder(tmp_path_factory):
    rows = [
        {**ROW, "id": "tolled", "links": LINKS, "toll_gates": "toll"},
        {**ROW, "id": "whole", "links": LINKS},
        {**ROW, "id": "one", "links": "b-c-road-2"},
    ]
    folder = tmp_path_factory.mktemp("forced") / "seeds"
    return tiny.network(folder, LADDER, extra={"corridors": rows})


@pytest.mark.parametrize("corridor", ["tolled", "whole"])
def test_a_pair_beyond_both_ends_uses_all_of_it(ladder, corridor):
    for origin, destination in (("o", "z"), ("z", "o")):
        found = co.forced(ladder, origin, destination, corridor, by="distance")
        assert found.route.km == 400
        assert found.best.km == 90
        assert found.regret == 310
        assert found.share == 1


def test_a_pair_beside_it_uses_the_stretch_between(ladder):
    found = co.forced(ladder, "y", "z", "tolled", by="distance")
    assert (found.start, found.end) == ("b", "d")
    assert found.route.km == 20 + 200 + 50
    assert found.share == pytest.approx(2 / 3)
    assert "66%" in found.words() or "67%" in found.words()


def test_a_corridor_of_one_link_is_passed_in_the_nearer_direction(ladder):
    assert (f := co.forced(ladder, "o", "z", "one", by="distance")).route.places[2:4] == ("b", "c")
    assert f.regret == 310


def test_a_shut_corridor_names_its_gates(ladder):
    with pytest.raises(co.NoRoute) as no:
        co.forced(ladder.under(close=["toll"]), "o", "z", "tolled")
    assert no.value.needs == ("toll",)


@pytest.mark.parametrize(
    "corridor", ["zangezur-rail", "araz-rail", "araz-road", "btk", "georgia-road"]
)
def test_bundled_regret_is_never_less_than_nothing(bundled, corridor):
    net = bundled.under("both-open")
    for by in ("time", "cost"):
        found = co.forced(net, "baku", "nakhchivan", corridor, by=by)
        assert found.regret >= -1e-9
        assert 0 < found.share <= 1
        assert found.best.links == co.route(net, "baku", "nakhchivan", by=by).links
        own = set(net.seeds.corridors[corridor].links)
        tolls = set(net.seeds.corridors[corridor].toll_gates)
        assert own & set(found.route.links)
        assert not tolls or tolls & set(found.route.gates)
        assert json.loads(json.dumps(found.to_dict()))["corridor"] == corridor


def test_the_free_best_on_its_own_corridor_has_no_regret(ladder):
    found = co.forced(ladder.under(close=["o-z-road-5"]), "o", "z", "tolled", by="cost")
    assert found.regret == 0
    assert found.route.links == found.best.links


def test_names_that_are_not_there_are_refused(bundled):
    with pytest.raises(co.UnknownNameError, match="btk"):
        co.forced(bundled, "baku", "kars", "btkk")
    with pytest.raises(co.UnknownNameError, match="place"):
        co.forced(bundled, "bakku", "kars", "btk")
