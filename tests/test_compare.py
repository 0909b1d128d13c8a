"""Comparisons: what the long table says, against what, and what cannot be asked."""

from __future__ import annotations

import json

import numpy as np
import pytest

import corridors as co
from corridors.compare import COMPARED
from tests import tiny

DRAWING = """
    a -- road 100 border -- b -- rail 80 -- c
    a -- road 300 project -- b
    a -- sea 900 strait -- d
"""
PAIRS = [("a", "b"), ("a", "c"), ("a", "d")]


def switching(name, **verbs):
    changes = tuple(co.Change(verb, (gate,)) for verb, gate in verbs.items())
    return co.Scenario(id=name, title=name.title(), changes=changes)


SHUT = switching("shut", close="border")
DETOUR = switching("detour", close="border", open="project")
NO_SHIPS = switching("no-ships", close="strait")


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare") / "seeds"
    return tiny.network(folder, DRAWING, shut=["project"])


@pytest.fixture(scope="module")
def comparison(net):
    return co.compare(net, ["base", SHUT, DETOUR, NO_SHIPS], PAIRS, by="time")


def test_one_row_for_each_scenario_pair_and_measure(comparison):
    table = comparison.table
    assert len(table) == 4 * len(PAIRS) * len(COMPARED)
    keys = ["scenario", "origin", "destination", "measure"]
    assert not table.duplicated(keys).any()
    assert list(table.columns) == [
        *keys, "unit", "value", "base", "change", "change_percent", "way", "countries", "needs",
    ]  # fmt: skip
    units = dict(zip(table["measure"], table["unit"], strict=True))
    assert units == COMPARED


def test_values_are_those_of_the_routes(comparison, net):
    table = comparison.table.set_index(["scenario", "origin", "destination", "measure"])
    detour = net.under(DETOUR)
    for pair in PAIRS:
        way, base = co.route(detour, *pair), co.route(net, *pair)
        for measure in COMPARED:
            row = table.loc[("detour", *pair, measure)]
            assert row["value"] == pytest.approx(way.total(measure))
            assert row["base"] == pytest.approx(base.total(measure))
            assert row["change"] == pytest.approx(way.total(measure) - base.total(measure))
            if base.total(measure):
                percent = 100 * (way.total(measure) / base.total(measure) - 1)
                assert row["change_percent"] == pytest.approx(percent)


def test_the_base_changes_nothing(comparison):
    base = comparison.table.query("scenario == 'base'")
    assert (base["change"] == 0).all()
    assert set(base["way"]) == {"base"}


def test_no_way_is_never_a_number(comparison):
    table = comparison.table
    cut = table[table["way"] == "cut"]
    assert set(zip(cut["scenario"], cut["destination"], strict=True)) == {
        ("shut", "b"),
        ("shut", "c"),
        ("no-ships", "d"),
    }
    assert cut[["value", "change", "change_percent"]].isna().all(axis=None)
    assert set(cut["countries"]) == {""}
    assert set(cut["needs"]) == {"project", "strait"}
    assert table[table["way"] != "cut"]["value"].notna().all()


@pytest.mark.parametrize(
    ("base", "scenario", "pair", "change"),
    [
        ("base", "base", ("a", "b"), "base"),
        ("base", "detour", ("a", "b"), "other"),
        ("base", "detour", ("a", "d"), "same"),
        ("base", "shut", ("a", "b"), "cut"),
        ("shut", "shut", ("a", "b"), "none"),
        ("shut", "base", ("a", "b"), "opened"),
        ("shut", "shut", ("a", "d"), "base"),
    ],
)
def test_how_a_way_changes_is_told(net, base, scenario, pair, change):
    found = co.compare(net, ["base", SHUT, DETOUR], [pair], base=base)
    assert found.change_of_way(scenario, pair) == change
    assert found.base == base


def test_no_way_on_either_side_is_told(net):
    both = switching("both", close="border", open="strait")
    found = co.compare(net, [SHUT, both], [("a", "b")])
    assert found.change_of_way("both", ("a", "b")) == "none"


def test_a_wide_table_is_infinite_where_no_way_leads(comparison, net):
    wide = comparison.wide("usd")
    assert list(wide.columns) == ["base", "shut", "detour", "no-ships"]
    assert wide.index.names == ["origin", "destination"]
    assert wide.loc[("a", "b"), "base"] == pytest.approx(co.route(net, "a", "b").usd)
    assert np.isinf(wide.loc[("a", "b"), "shut"])
    assert wide.isna().sum().sum() == 0


def test_plain_data_can_be_printed_as_json(comparison):
    said = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert said["base"] == "base"
    assert said["scenarios"]["detour"]["changes"] == ["shut border", "open project"]
    assert len(said["rows"]) == 4 * len(PAIRS)
    none = [row for row in said["rows"] if row["route"] is None]
    assert {row["change_of_way"] for row in none} == {"cut"}
    assert all(row["needs"] for row in none)


def test_routes_can_be_had_one_by_one(comparison, net):
    assert comparison.route("base", ("a", "b")) == co.route(net, "a", "b")
    assert comparison.route("shut", ("a", "b")) is None


def test_objective_cargo_and_modes_are_those_of_a_route(net):
    cargo = co.Cargo(tonnes=20)
    found = co.compare(net, ["base"], [("a", "c")], by="cost", cargo=cargo, modes=["road", "rail"])
    way = co.route(net, "a", "c", by="cost", cargo=cargo, modes=["road", "rail"])
    assert found.route("base", ("a", "c")) == way
    by_road = co.compare(net, ["base"], [("a", "b")], modes="road")
    assert by_road.route("base", ("a", "b")).modes == ("road",)


def test_networks_may_stand_for_scenarios(net):
    found = co.compare(net, [net, net.under(SHUT), net.under(close="strait")], [("a", "b")])
    assert found.scenarios == ("base", "shut", "close strait")


def test_a_scenario_keeps_its_name_on_a_network_that_has_it_already(bundled):
    under = bundled.under("zangezur-open")
    found = co.compare(under, ["base", "zangezur-open"], [("baku", "ganja")])
    assert found.scenarios == ("base", "zangezur-open")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: co.compare(net, [], PAIRS), "at least one scenario and one pair"),
        (lambda net: co.compare(net, ["base"], []), "at least one scenario and one pair"),
        (lambda net: co.compare(net, ["bas"], PAIRS), "unknown scenario 'bas'"),
        (lambda net: co.compare(net, ["base"], [("a", "zz")]), "unknown place 'zz'"),
        (lambda net: co.compare(net, ["base"], PAIRS, by="tim"), "unknown objective 'tim'"),
        (lambda net: co.compare(net, ["base"], PAIRS, base="shut"), "'shut' is not among the"),
        (lambda net: co.compare(net, ["base"], PAIRS, modes=["rial"]), "unknown mode 'rial'"),
        (lambda net: co.compare(net, ["base"], ("aaa", "b")), "'aaa' is not an origin and a dest"),
        (lambda net: co.compare(net, [net, net.on("2027-01-01")], PAIRS), "'base' stands twice"),
    ],
)
def test_what_cannot_be_asked_is_refused(net, ask, message):
    with pytest.raises(co.CorridorsError, match=message):
        ask(net)


def test_it_can_be_shown_in_a_notebook_and_drawn(comparison):
    assert "against base" in comparison._repr_html_()
    page = comparison.map(("a", "b")).get_root().render()
    assert "Detour" in page
    with pytest.raises(co.CorridorsError, match="not in this comparison"):
        comparison.map(("b", "c"))
