"""Timelines: years, openings early, likely and late, and the gates that turn a way."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import corridors as co
from corridors.network import open_on
from tests import tiny

DRAWING = """
    a -- road 900 -- e
    a -- road 400 project-mid -- e
    a -- road 100 project-near -- m -- road 100 project-far -- e
    e -- road 50 project-only -- z
"""
SPREADS = {
    "project-mid": ("2028-01-01", "2030-01-01", "2034-01-01"),
    "project-near": ("2029-01-01", "2031-01-01", "2040-01-01"),
    "project-far": ("2029-01-01", "2033-01-01", "2041-01-01"),
    "project-only": ("2030-01-01", "2032-01-01", "2036-01-01"),
}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tiny.draw(tmp_path_factory.mktemp("timeline") / "seeds", DRAWING, shut=SPREADS)
    for gate, (low, likely, high) in SPREADS.items():
        cells = {"opening_low": low, "opening_likely": likely, "opening_high": high}
        tiny.alter(folder, "gates", gate, **cells)
    return co.load(folder, date="2026-01-01")


def turns(found):
    return {(turn.pair[1], turn.year): set(turn.gates) for turn in found.turns}


def test_a_way_turns_when_its_gates_open(net):
    found = co.timeline(net, [("a", "e")], range(2026, 2037))
    assert turns(found) == {("e", 2030): {"project-mid"}, ("e", 2033): {"project-far"}}
    assert [found.routes[("a", "e"), year].km for year in (2029, 2030, 2033)] == [900, 400, 200]


def test_gates_may_open_early_or_late(net):
    early = co.timeline(net, [("a", "e")], range(2026, 2045), opening="low")
    late = co.timeline(net, [("a", "e")], range(2026, 2045), opening="high")
    assert turns(early) == {
        ("e", 2028): {"project-mid"},
        ("e", 2029): {"project-near", "project-far"},
    }
    assert {year for _, year in turns(late)} == {2034, 2041}


def test_a_first_way_names_the_gates_that_made_it(net):
    found = co.timeline(net, [("e", "z")], [2030, 2033])
    assert found.turns[0].old is None
    assert turns(found) == {("z", 2033): {"project-only"}}
    assert "no way" in found.words()


def test_scenarios_hold_in_every_year(net):
    under = net.under(close=["project-mid"])
    assert {year for _, year in turns(co.timeline(under, [("a", "e")], range(2026, 2037)))} == {
        2033
    }


def test_the_day_of_the_year_counts(net):
    on_new_year = co.timeline(net, [("a", "e")], range(2026, 2037), day="01-01")
    assert {year for _, year in turns(on_new_year)} == {2030, 2033}
    before = co.timeline(net.under(open=["project-mid"]), [("a", "e")], [2032, 2033], day="12-31")
    assert {year for _, year in turns(before)} == {2033}


def test_each_year_is_the_route_of_its_day(bundled):
    years = (2026, 2028, 2032, 2042)
    found = co.timeline(bundled, [("baku", "nakhchivan")], years, by="cost", opening="high")
    for year in years:
        net = bundled.under(date=dt.date(year, 7, 1), opening="high")
        apart = co.route(net, "baku", "nakhchivan", by="cost")
        assert found.routes[("baku", "nakhchivan"), year].links == apart.links


def test_what_is_open_early_is_open_later_too(bundled):
    for year in (2027, 2030, 2035):
        day = dt.date(year, 7, 1)
        late, likely, early = (open_on(bundled.seeds, day, at) for at in ("high", "likely", "low"))
        assert late <= likely <= early


def test_the_opening_is_kept_from_network_to_network(net):
    early = net.under(opening="low").on("2028-06-01")
    assert early.opening == "low"
    assert "project-mid" in early.open_gates
    assert "project-mid" not in net.on("2028-06-01").open_gates
    assert "project-mid" in co.load(net.seeds.folder, date="2028-06-01", opening="low").open_gates


def test_the_result_tells_itself(net):
    found = co.timeline(net, [("a", "e"), ("e", "z")], [2029, 2031, 2034])
    table = found.table
    assert len(table) == 6
    assert list(table[table.changed].gates) == ["project-mid", "project-far", "project-only"]
    plain = json.loads(json.dumps(found.to_dict()))
    assert [row["km"] for row in plain["rows"]][3] is None
    assert "2034" in found.words()
    assert "<li>" in found._repr_html_()


@pytest.mark.parametrize(
    ("pairs", "years", "options", "message"),
    [
        ([], [2026], {}, "needs pairs"),
        ([("a", "e")], [], {}, "years"),
        ([("a", "e")], [2027, 2026], {}, "ascend"),
        ([("a", "x")], [2026], {}, "'x'"),
        ([("a", "e")], [2026], {"opening": "likly"}, "likely"),
        ([("a", "e")], [2026], {"day": "02-31"}, "make a day"),
        ([("a", "e")], [2026], {"by": "tme"}, "time"),
    ],
)
def test_bad_input_is_named(net, pairs, years, options, message):
    with pytest.raises(co.CorridorsError, match=message):
        co.timeline(net, pairs, years, **options)
