"""Explanations: what they add up to, and whether the gates they name did decide."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.explain import differences, scenario_diff
from corridors.analysis.leads import lead
from corridors.routing import MEASURES
from tests import tiny

# Four ways from a to e, each behind its own gates; the shorter the way, the more gates.
DRAWING = """
    a -- road 1000 gate-long -- e
    a -- road 300 gate-mid -- m -- road 300 -- e
    a -- road 100 project-n1 -- n -- road 100 project-n2 -- e
    a -- rail-1520 150 project-rail -- e
"""
SHUT = ("gate-mid", "project-n1", "project-n2", "project-rail")
COUNTRIES = {"a": "AA", "m": "BB", "n": "CC", "e": "EE"}
CORRIDORS = [
    {"id": "by-m", "title": "By m", "links": "a-m-road-1; m-e-road-2", "source": "assumed"},
    {"id": "by-n", "title": "By n", "links": "a-n-road-3; n-e-road-4", "source": "assumed"},
]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain") / "seeds"
    extra = {"corridors": CORRIDORS}
    return tiny.network(folder, DRAWING, shut=SHUT, countries=COUNTRIES, extra=extra)


def explained(net, **under):
    old = co.route(net, "a", "e", by=under.pop("by", "time"))
    return old.explain(old.on(net.under(**under)))


def test_every_gate_that_is_needed_is_named_alone(net):
    found = explained(net, open=["project-n1", "project-n2"])
    assert {item.key for item in found.decided} == {("gate", "project-n1"), ("gate", "project-n2")}
    assert found.together == ()
    assert all((item.before, item.after) == (False, True) for item in found.decided)


def test_gates_that_stand_in_for_each_other_are_named_together(net):
    found = explained(net, open=["gate-mid", "project-n1", "project-n2"])
    assert found.decided == ()
    named = {item.key[1] for item in found.together}
    assert "gate-mid" in named
    assert len(named) == 2
    assert named < {"gate-mid", "project-n1", "project-n2"}


def test_a_gate_that_shuts_is_named_too(net):
    old = co.route(net.under(open=["gate-mid"]), "a", "e")
    found = old.explain(co.route(net, "a", "e"))
    assert found.gates == ("gate-mid",)
    assert "gate-mid shuts" in found.words()


def test_a_charge_may_decide(net):
    ways = net.under(open=["gate-mid"])
    duty = co.Scenario(
        "duty", changes=(co.Change("charge", ("gate-mid",), 5000.0, "usd_per_shipment"),)
    )
    old = co.route(ways, "a", "e", by="cost")
    found = old.explain(old.on(ways.under(duty)))
    assert [item.key for item in found.decided] == [("charge", "gate-mid", "usd_per_shipment")]
    assert found.gates == ()
    assert "0 to 5000" in found.words()


def test_a_length_may_decide(net):
    ways = net.under(open=["gate-mid"])
    longer = co.Scenario(
        "longer", changes=(co.Change("set", ("links.a-m-road-1.length_km",), 900.0),)
    )
    old = co.route(ways, "a", "e", by="distance")
    found = old.explain(old.on(ways.under(longer)))
    assert [item.key for item in found.decided] == [("links", "a-m-road-1", "length_km")]
    assert (found.decided[0].before, found.decided[0].after) == (300.0, 900.0)


def test_a_closed_link_may_decide(net):
    ways = net.under(open=["gate-mid"])
    old = co.route(ways, "a", "e")
    found = old.explain(old.on(ways.under(close=["m-e-road-2"])))
    assert [item.key for item in found.decided] == [("link", "m-e-road-2")]


def test_another_question_decides_where_the_networks_are_one(net):
    ways = net.under(open=["project-n1", "project-n2", "project-rail"])
    old = co.route(ways, "a", "e", by="time")
    found = old.explain(old.on(ways, by="cost"))
    assert found.asked == ("by",)
    assert found.decided == found.together == ()
    assert "asked by cost, not by time" in found.words()


def test_the_same_way_is_called_the_same(net):
    found = explained(net, open=["gate-mid"], by="time")
    again = found.new.explain(found.new)
    assert not again.changed
    assert again.parts == again.decided == ()
    assert "no difference" in again.words()


def test_the_same_way_at_other_figures_is_told_by_stretch(net):
    slower = co.Scenario("slower", changes=(co.Change("scale", ("parameters.speed_kmh",), 0.5),))
    found = (old := co.route(net, "a", "e")).explain(old.on(net.under(slower)))
    assert [part.change for part in found.parts] == ["kept"]
    assert found.parts[0].hours == pytest.approx(1000 / 25 - 1000 / 50)


def test_borders_and_transfers_go_and_come(tmp_path):
    net = tiny.network(
        tmp_path,
        """
        a -- road 400 east -- b
        a -- rail-1520 50 -- c -- road 50 west -- b
        """,
        shut=["west"],
        countries={"a": "AA", "c": "AA", "b": "BB"},
    )
    found = (old := co.route(net, "a", "b", by="distance")).explain(old.on(net.under(open="west")))
    assert found.borders == (("east",), ("west",))
    assert found.transfers == ((), ("c: rail-1520 > road",))


def test_options_of_the_question_are_kept(net):
    old = co.route(net, "a", "e", by="time", modes=["road"], avoid=["m"])
    new = old.on(net.under(open=["gate-mid", "project-rail"]))
    assert new.links == old.links
    assert new.asked["modes"] == frozenset({"road"})
    assert old.explain(new).asked == ()


@settings(max_examples=25)
@given(
    opened=st.sets(st.sampled_from(SHUT)),
    by=st.sampled_from(["time", "cost", "generalised", "distance"]),
    halved=st.booleans(),
)
def test_parts_add_up_and_gates_named_do_decide(net, opened, by, halved):
    scale = co.Scenario("half", changes=(co.Change("scale", ("parameters.dwell_h",), 0.5),))
    under = net.under(*[scale] * halved, open=sorted(opened))
    old = co.route(net, "a", "e", by=by)
    found = old.explain(new := old.on(under))
    for measure in MEASURES:
        whole = new.total(measure) - old.total(measure)
        assert sum(getattr(part, measure) for part in found.parts) == pytest.approx(whole)
        assert found.total(measure) == pytest.approx(whole)
    if not found.changed:
        return
    restoring = {
        gate
        for gate in opened
        if co.route(under.under(close=[gate]), "a", "e", by=by).links == old.links
    }
    assert {item.key[1] for item in found.decided if item.key[0] == "gate"} == restoring
    if not restoring and not halved:
        named = [item.key[1] for item in found.together]
        for count in range(len(named)):
            for fewer in combinations(named, count):
                shut = under.under(close=fewer) if fewer else under
                assert co.route(shut, "a", "e", by=by).links != old.links
        assert co.route(under.under(close=named), "a", "e", by=by).links == old.links


@pytest.mark.parametrize(
    "scenario", ["araz-open", "zangezur-open", "both-open", "rasht-astara-built"]
)
@pytest.mark.parametrize("by", ["time", "cost"])
def test_bundled_explanations_add_up(bundled, scenario, by):
    for pair in (("baku", "nakhchivan"), ("moscow", "bandar-abbas")):
        old = co.route(bundled, *pair, by=by)
        found = old.explain(old.on(bundled.under(scenario)))
        for measure in MEASURES:
            parts = sum(getattr(part, measure) for part in found.parts)
            assert parts == pytest.approx(found.total(measure), abs=1e-6)
        assert found.changed == bool(found.decided or found.together)
        assert json.loads(json.dumps(found.to_dict()))["changed"] == found.changed
        assert found.words().count("\n") >= len(found.decided)


def test_a_frame_ends_with_the_whole(net):
    frame = explained(net, open=["gate-mid"]).frame()
    assert frame["change"].iloc[-1] == "all"
    assert frame["km"].iloc[:-1].sum() == pytest.approx(frame["km"].iloc[-1])


def test_markup_is_inert_in_a_notebook(tmp_path):
    folder = tiny.draw(tmp_path, DRAWING, shut=SHUT)
    tiny.alter(folder, "gates", "gate-mid", title="<b>mid</b>")
    net = co.load(folder)
    assert "<b>mid" not in explained(net, open=["gate-mid"])._repr_html_()


def test_routes_of_two_pairs_are_refused(net):
    old = co.route(net, "a", "e")
    with pytest.raises(co.CorridorsError, match="same ends"):
        old.explain(co.route(net, "e", "a"))


def test_routes_over_two_folders_are_refused(net, tmp_path):
    other = tiny.network(tmp_path, DRAWING, shut=SHUT)
    with pytest.raises(co.CorridorsError, match="folders"):
        co.route(net, "a", "e").explain(co.route(other, "a", "e"))


def test_differences_are_none_of_a_network_with_itself(net):
    assert differences(net, net.under(co.Scenario("empty"))) == []


def test_a_scenario_shows_as_a_diff(net):
    changes = (
        co.Change("open", ("gate-mid",)),
        co.Change("close", ("gate-long",)),
        co.Change("set", ("parameters.p0.value",), 40.0),
        co.Change("charge", ("gate-mid",), 7.0, "usd_per_tonne"),
    )
    under = net.under(co.Scenario("mixed", title="Mixed", changes=changes))
    found = scenario_diff(net, under)
    lines = found.words().splitlines()
    assert lines[0] == "mixed: Mixed"
    assert {"+ open gate gate-mid (gate-mid)", "- shut gate gate-long (gate-long)"} <= {*lines}
    assert {"- parameters.p0.value 50", "+ parameters.p0.value 40"} <= {*lines}
    assert "+ charge gate-mid 7 usd per tonne" in lines
    assert len(found.to_dict()["differences"]) == 4
    with pytest.raises(co.CorridorsError, match="no scenario"):
        scenario_diff(net, net)


# which corridor a way follows


def test_a_way_follows_the_corridor_most_of_it_lies_on(net):
    assert lead(net, ["a-m-road-1", "m-e-road-2"]) == ("by-m", 1.0)
    assert lead(net, ["a-m-road-1", "n-e-road-4"]) == ("by-m", 0.75)
    assert lead(net, ["a-e-road-0"]).corridor == ""
    assert str(lead(net, [])) == "no corridor"


def test_toll_gates_tell_corridors_on_one_trunk_apart(tmp_path):
    drawing = "a -- road 100 -- b -- road 10 left -- c\n b -- road 10 right -- d -- road 1 -- c"
    row = {"source": "assumed", "links": "a-b-road-0; b-c-road-1"}
    corridors = [
        {**row, "id": "lefts", "title": "L", "toll_gates": "left"},
        {
            **row,
            "id": "rights",
            "title": "R",
            "toll_gates": "right",
            "links": "a-b-road-0; b-d-road-2",
        },
    ]
    net = tiny.network(tmp_path, drawing, extra={"corridors": corridors})
    assert lead(net, ["a-b-road-0", "b-c-road-1"]).corridor == "lefts"
    assert lead(net, ["a-b-road-0", "b-d-road-2", "d-c-road-3"]).corridor == "rights"
    assert lead(net, ["a-b-road-0"]).corridor == ""


@pytest.mark.parametrize(("approach", "leader"), [(40, "short"), (20, "")])
def test_a_corridor_without_tolls_needs_a_quarter_of_it_run_along(tmp_path, approach, leader):
    """Both corridors begin a-b; b-c is 90 km, b-d 900."""
    drawing = f"a -- sea {approach} -- b -- sea 90 -- c\n b -- sea 900 -- d"
    row = {"source": "assumed"}
    corridors = [
        {**row, "id": "long", "title": "L", "links": "a-b-sea-0; b-d-sea-2"},
        {**row, "id": "short", "title": "S", "links": "a-b-sea-0; b-c-sea-1"},
    ]
    net = tiny.network(tmp_path, drawing, extra={"corridors": corridors})
    assert lead(net, ["a-b-sea-0"]).corridor == leader
    assert lead(net, ["a-b-sea-0", "b-c-sea-1"]).corridor == "short"
    assert lead(net, ["a-b-sea-0", "b-d-sea-2"]).corridor == "long"
