"""Scenarios: what they may say, what they do, what they contradict, and what does not matter."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors.scenario import load_scenario, parse
from tests import tiny

DRAWING = """
    a -- road 100 border -- b -- rail 50 project -- c -- road 70 -- d
    a -- sea 500 strait -- c -- rail 40 border-rail -- d
    a -- ferry-road 80 service -- d
"""
ROAD, RAIL, INLAND, SEA, RAIL_D, FERRY = (
    "a-b-road-0", "b-c-rail-1", "c-d-road-2", "a-c-sea-3", "c-d-rail-4", "a-d-ferry-road-5",
)  # fmt: skip
COUNTRIES = {"a": "AA", "b": "BB", "c": "CC", "d": "DD"}


def drawn(folder):
    tiny.draw(
        folder,
        DRAWING,
        shut=["project"],
        countries=COUNTRIES,
        extra={
            "corridors": [
                {"id": "way", "title": "Way", "links": f"{ROAD}; {RAIL}; {INLAND}"}
                | {"toll_gates": "border", "source": "assumed"},
                {"id": "free", "title": "Free", "links": ROAD, "source": "assumed"},
            ],
            "parameters": [
                {"id": "slow-cc", "name": "speed_kmh", "mode": "road", "country": "CC", "value": 25}
                | {"low": 20, "high": 30, "unit": "km/h", "source": "assumed"}
            ],
        },
    )
    for gate, joins in {
        "border": "AA; BB",
        "border-rail": "CC; DD",
        "service": "AA; DD",
        "project": "BB; CC",
    }.items():
        tiny.alter(folder, "gates", gate, countries=joins)
    return folder


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    return co.load(drawn(tmp_path_factory.mktemp("scenario") / "seeds"), date="2026-01-01")


def laid(net, *changes, **head):
    """The network under one scenario, written as TOML would have it."""
    return net.under(parse({"id": "x", "changes": list(changes), **head}, name="x.toml"))


def state(net):
    """All that a scenario can change, in a form that can be compared."""
    return (
        net.date, net.open_gates, net.shut_links, frozenset(net.charges), net.values.tolist(),
        net.acted, *(tuple(getattr(net.seeds, name).items()) for name in ("places", "links")),
    )  # fmt: skip


# what a file may say

FAULTY = [
    ({"titel": "X"}, "unknown key 'titel'; did you mean title?"),
    ({"id": ""}, "id is missing"),
    ({"id": 5}, "id"),
    ({"date": "2026-01-01"}, "date '2026-01-01' must be a day such as"),
    ({"date": dt.datetime(2026, 1, 1, 12)}, "must be a day such as"),
    ({"title": ["X"]}, "title"),
    ({"extends": ["base"]}, "extends"),
    ({"changes": "close border"}, "change"),
    ({"changes": ["close border"]}, "change 1: must hold one of open, close, build, set"),
    ({"changes": [{"shut": "border"}]}, "change 1: must hold one of"),
    ({"changes": [{"open": "border", "close": "border"}]}, "change 1: must hold one of"),
    ({"changes": [{"close": "border", "mod": "rail"}]}, "unknown key 'mod'; did you mean mode?"),
    ({"changes": [{"close": 5}]}, "change 1: close"),
    ({"changes": [{"close": []}]}, "change 1: close"),
    ({"changes": [{"close": ["border", 5]}]}, "change 1: close"),
    ({"changes": [{"close": {"gate": "border"}}]}, "change 1: close"),
    ({"changes": [{"close": "way", "mode": 5}]}, "change 1: mode 5"),
    ({"changes": [{"close": "border", "override": "yes"}]}, "change 1: override 'yes'"),
    ({"changes": [{"build": "project", "on": "2030"}]}, "change 1: on '2030' must be a day"),
    ({"changes": [{"build": "project", "on": dt.datetime(2030, 1, 1)}]}, "must be a day"),
    ({"changes": [{"set": "places.a.name"}]}, "set needs 'to'"),
    ({"changes": [{"set": "places.a.name", "to": ["A"]}]}, "change 1: set"),
    ({"changes": [{"set": "places.a.name", "to": {"a": 1}}]}, "change 1: set"),
    ({"changes": [{"scale": "parameters.speed_kmh"}]}, "scale needs 'by'"),
    ({"changes": [{"scale": "parameters.speed_kmh", "by": "fast"}]}, "must be a number"),
    ({"changes": [{"scale": "parameters.speed_kmh", "by": -1}]}, "not negative"),
    ({"changes": [{"scale": "parameters.speed_kmh", "by": float("nan")}]}, "must be a number"),
    ({"changes": [{"scale": "parameters.speed_kmh", "by": True}]}, "must be a number"),
    ({"changes": [{"charge": "border"}]}, "a charge has one of usd_per_shipment"),
    ({"changes": [{"charge": "border", "usd_per_tonne": 1, "share_of_value": 1}]}, "has one of"),
    ({"changes": [{"charge": "border", "usd_per_tonne": float("inf")}]}, "must be a number"),
]


@pytest.mark.parametrize(("said", "message"), FAULTY)
def test_what_is_not_understood_is_named(said, message):
    with pytest.raises(co.ScenarioError) as caught:
        parse({"id": "x", **said}, name="x.toml")
    assert str(caught.value).startswith("x.toml: ")
    assert message in str(caught.value)


def test_all_faults_of_a_file_come_at_once():
    said = {"titel": "X", "changes": [{"shut": "a"}, {"open": "b"}, {"open": "b", "mod": "rail"}]}
    with pytest.raises(co.ScenarioError) as caught:
        parse(said, name="x.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert [line.split(":")[1].strip() for line in lines[2:]] == ["change 1", "change 3"]


def test_a_file_that_is_not_toml_is_named(net, tmp_path):
    (tmp_path / "broken.toml").write_text("id = ")
    (tmp_path / "latin.toml").write_bytes('id = "über"'.encode("latin-1"))
    for name in ("broken.toml", "latin.toml"):
        with pytest.raises(co.ScenarioError, match=f"{name}: not TOML"):
            net.under(tmp_path / name)


def test_a_file_may_be_given_by_its_path(net, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\ntitle = "Mine"\n[[changes]]\nclose = "border"\n')
    for named in (path, str(path)):
        assert net.under(named).name == "mine"
        assert "border" not in net.under(named).open_gates


def test_a_file_that_changed_is_read_again(net, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\n[[changes]]\nclose = "border"\n')
    net.under(path)
    path.write_text('id = "mine"\n[[changes]]\nclose = ["strait"]\n')
    assert net.open_gates - net.under(path).open_gates == {"strait"}


# names that are not there

UNKNOWN = [
    ({"close": "bordr"}, "'bordr'; did you mean border"),
    ({"open": "c-d-rail-9"}, f"did you mean {RAIL_D}"),
    ({"close": "wey"}, "did you mean way"),
    ({"close": "BB-DD"}, "unknown gate, link, corridor"),
    ({"close": "ZZ"}, "unknown gate, link, corridor"),
    ({"close": "AA-BB-CC"}, "unknown gate, link, corridor"),
    ({"close": ""}, "unknown gate, link, corridor"),
    ({"build": "projekt"}, "unknown project 'projekt'; did you mean project?"),
    ({"build": "border"}, "unknown project 'border'"),
    ({"close": "way", "mode": "sea"}, "way"),
    ({"close": "way", "mode": "rial"}, "rial"),
    ({"close": "AA-BB", "mode": "rail"}, "AA-BB"),
    ({"set": "place.a.name", "to": "A"}, "unknown table 'place'; did you mean places"),
    ({"set": "events.border.date", "to": "A"}, "unknown table 'events'"),
    ({"set": "places.e.name", "to": "A"}, "unknown place 'e'"),
    ({"set": "places.a.nam", "to": "A"}, "unknown column 'nam'; did you mean name?"),
    ({"set": "places.a", "to": "A"}, "must read table.id.column, or parameters.name"),
    ({"scale": "parameters.speed", "by": 2}, "unknown parameter 'speed'; did you mean speed_kmh"),
    ({"scale": "parameters.speed_kmh", "by": 2, "mode": "air"}, "no speed_kmh for air"),
    ({"scale": "parameters.speed_kmh", "by": 2, "country": "ZZ"}, "no speed_kmh for"),
    ({"scale": "places.a.name", "by": 2}, "is not a number and cannot be scaled"),
    ({"scale": "parameters.speed_kmh", "by": 1000}, "does not lie between 1 and 130"),
    ({"set": "parameters.p0.value", "to": 0}, "does not lie between 1 and 130"),
    ({"set": "parameters.p0.value", "to": "fast"}, "must be a number"),
    ({"set": f"links.{ROAD}.length_km", "to": 0.001}, "does not lie between 0.05 and 20000"),
    ({"charge": "bordr", "usd_per_tonne": 1}, "unknown gate, corridor or country 'bordr'"),
    ({"charge": ROAD, "usd_per_tonne": 1}, "unknown gate, corridor or country"),
]


@pytest.mark.parametrize(("change", "message"), UNKNOWN)
def test_names_and_values_out_of_place_are_named(net, change, message):
    with pytest.raises(co.ScenarioError) as caught:
        laid(net, {"open": "border"}, change)
    assert str(caught.value).startswith("scenario 'x', change 2: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_faults_of_a_scenario_come_at_once(net):
    with pytest.raises(co.ScenarioError) as caught:
        laid(net, {"close": "nope"}, {"close": "border"}, {"build": "nope"})
    changes = [line.split(":")[0] for line in str(caught.value).splitlines()]
    assert changes == ["scenario 'x', change 1", "scenario 'x', change 3"]


def test_an_unknown_scenario_shows_the_nearest(bundled):
    with pytest.raises(co.ScenarioError, match=r"unknown scenario 'zangezur-opn'.*zangezur-open"):
        bundled.under("zangezur-opn")


def test_a_cell_that_breaks_a_table_is_a_fault_of_the_table(net):
    with pytest.raises(co.SeedsError, match=r"places\.csv.*kind.*must be one of"):
        laid(net, {"set": "places.a.kind", "to": "village"})
    with pytest.raises(co.SeedsError, match=r"unknown gate 'bordr'"):
        laid(net, {"set": f"links.{INLAND}.gates", "to": "bordr"})


# what changes do


def test_gates_open_close_and_are_built(net):
    assert laid(net, {"close": ["border", "strait"]}).open_gates == net.open_gates - {
        "border",
        "strait",
    }
    assert laid(net, {"build": "project"}).open_gates == net.open_gates | {"project"}
    assert laid(net, {"open": "project"}).open_gates == net.open_gates | {"project"}


def test_a_line_may_be_built_from_a_day_on(net):
    change = {"build": "project", "on": dt.date(2030, 1, 1)}
    assert "project" not in laid(net, change).open_gates
    assert "project" not in laid(net, change, date=dt.date(2029, 12, 31)).open_gates
    assert "project" in laid(net, change, date=dt.date(2030, 1, 1)).open_gates


def test_a_link_is_closed_alone(net):
    shut = laid(net, {"close": INLAND})
    assert shut.shut_links == {INLAND}
    assert shut.open_gates == net.open_gates


def test_a_corridor_is_closed_link_by_link_and_may_be_narrowed_to_a_mode(net):
    assert laid(net, {"close": "way"}).shut_links == {ROAD, RAIL, INLAND}
    assert laid(net, {"close": "way", "mode": "road"}).shut_links == {ROAD, INLAND}


def shut_to_traffic(net):
    return {link for link in net.seeds.links if not net.passable(link)}


def test_a_country_pair_is_all_crossings_between_the_two(net):
    before = shut_to_traffic(net)
    assert shut_to_traffic(laid(net, {"close": "AA-BB"})) == before | {ROAD}
    assert shut_to_traffic(laid(net, {"close": "DD-AA"})) == before | {FERRY}
    assert shut_to_traffic(laid(net, {"close": "AA-CC"})) == before | {SEA}
    assert shut_to_traffic(laid(net, {"close": "CC-DD", "mode": "rail"})) == before | {RAIL_D}


def test_a_country_is_all_its_crossings(net):
    before = shut_to_traffic(net)
    assert shut_to_traffic(laid(net, {"close": "AA"})) == before | {ROAD, FERRY, SEA}
    assert shut_to_traffic(laid(net, {"close": "AA", "mode": "road"})) == before | {ROAD}


def moving_h(net, link):
    way = co.route(net, *_ends(net, link), by="distance", modes=["road"])
    assert way.links == (link,)
    return way.hauls[0].hours_by["moving"]


def _ends(net, link):
    row = net.seeds.links[link]
    return row.from_, row.to


def test_parameters_are_set_and_scaled_by_name_mode_and_country(net):
    assert moving_h(net, ROAD) == pytest.approx(100 / 50)
    assert moving_h(net, INLAND) == pytest.approx(70 / 25)
    twice = {"scale": "parameters.speed_kmh", "by": 1.5}
    assert moving_h(laid(net, twice), ROAD) == pytest.approx(100 / 75)
    assert moving_h(laid(net, twice), INLAND) == pytest.approx(70 / 37.5)
    narrowed = laid(net, {**twice, "country": "CC"})
    assert moving_h(narrowed, ROAD) == pytest.approx(100 / 50)
    assert moving_h(narrowed, INLAND) == pytest.approx(70 / 37.5)
    assert moving_h(laid(net, {**twice, "mode": "rail"}), ROAD) == pytest.approx(100 / 50)
    one = laid(net, {"set": "parameters.slow-cc.value", "to": 35})
    assert moving_h(one, INLAND) == pytest.approx(2)


def test_lengths_are_set_and_scaled_without_new_tables(net):
    longer = laid(net, {"scale": f"links.{ROAD}.length_km", "by": 3})
    assert moving_h(longer, ROAD) == pytest.approx(300 / 50)
    assert co.route(longer, "a", "b", modes="road").km == pytest.approx(300)
    assert longer.seeds is net.seeds
    assert net.seeds.links[ROAD].length_km == 100


def test_any_other_column_may_be_set(net):
    regauged = laid(net, {"set": f"links.{RAIL_D}.gauge_mm", "to": "1435; 1520"})
    assert regauged.seeds.links[RAIL_D].gauge_mm == ("1435", "1520")
    assert net.seeds.links[RAIL_D].gauge_mm == ("1520",)
    moved = laid(net, {"set": "places.d.lon", "to": 50.0015})
    assert moved.seeds.places["d"].lon == 50.0015
    barred = laid(net, {"set": "places.c.transfers", "to": "no"})
    with pytest.raises(co.NoRoute):
        co.route(barred.under(close=["border", "service"]), "a", "d", modes=["sea", "rail"])
    opened = laid(net, {"set": "gates.project.opening_likely", "to": dt.date(2025, 1, 1)},
                  {"set": "gates.project.opening_low", "to": dt.date(2024, 1, 1)},
                  {"set": "gates.project.opening_high", "to": dt.date(2029, 1, 1)})  # fmt: skip
    assert "project" in opened.open_gates


def usd(net, start="a", end="b"):
    return co.route(net, start, end, by="distance", modes=["road", "rail"]).usd


@pytest.mark.parametrize(
    ("basis", "amount", "due"),
    [("usd_per_shipment", 70, 70), ("usd_per_tonne", 7, 70), ("share_of_value", 0.01, 240)],
)
@pytest.mark.parametrize("target", ["border", "way", "BB"])
def test_a_charge_falls_on_a_gate_a_corridor_and_a_country(net, target, basis, amount, due):
    charged = laid(net, {"charge": target, basis: amount})
    assert usd(charged) - usd(net) == pytest.approx(due)
    (leg,) = [leg for leg in co.route(charged, "a", "b", modes="road").legs if leg.link]
    assert leg.usd_by["duty"] == pytest.approx(due)


def test_a_charge_on_a_country_falls_on_entering_it_alone(net):
    charged = laid(net, {"charge": "BB", "usd_per_shipment": 70})
    assert usd(charged, "b", "a") == pytest.approx(usd(net, "b", "a"))


def test_a_charge_on_a_country_does_not_fall_within_it(tmp_path):
    drawing = "a -- road 10 border -- b -- road 10 border -- c"
    countries = {"a": "AA", "b": "BB", "c": "BB"}
    net = tiny.network(tmp_path / "seeds", drawing, countries=countries)
    charged = laid(net, {"charge": "BB", "usd_per_shipment": 70})
    assert usd(charged, "a", "c") - usd(net, "a", "c") == pytest.approx(70)


def test_charges_on_two_targets_add_up(net):
    charged = laid(net, {"charge": "border", "usd_per_shipment": 70},
                   {"charge": "BB", "usd_per_tonne": 2})  # fmt: skip
    assert usd(charged) - usd(net) == pytest.approx(90)


def test_a_corridor_that_names_no_toll_gate_cannot_be_charged(net):
    with pytest.raises(co.CorridorsError, match="free"):
        usd(laid(net, {"charge": "free", "usd_per_shipment": 70}))


def test_effects_are_told_in_words(net):
    under = laid(net, {"close": "border"}, {"charge": "border", "usd_per_tonne": 7},
                 {"scale": "parameters.p0.value", "by": 1.1})  # fmt: skip
    words = [str(effect) for effect in under.effects]
    assert words[0] == "shut border"
    assert all(word in words[1] for word in ("charge", "border", "7"))
    assert all(word in words[2] for word in ("p0", "55"))


# layers


def test_a_scenario_stands_on_what_it_extends(tmp_path):
    folder = drawn(tmp_path / "seeds")
    (folder / "scenarios").mkdir()
    files = {
        "one": 'id = "one"\n[[changes]]\nclose = ["border", "strait"]\n',
        "two": 'id = "two"\nextends = "one"\n[[changes]]\nopen = "border"\n',
        "three": 'id = "three"\nextends = "two"\ndate = 2030-05-01\n'
        '[[changes]]\nclose = "service"\n',
    }
    for name, text in files.items():
        (folder / "scenarios" / f"{name}.toml").write_text(text)
    net = co.load(folder)
    three = net.under("three")
    assert three.open_gates == net.open_gates - {"strait", "service"}
    assert [scenario.id for scenario in three.scenarios] == ["one", "two", "three"]
    assert three.date == dt.date(2030, 5, 1)
    assert state(net.under("one").under("two").under("three")) == state(three)
    assert net.under("three", date="2026-01-01").date == dt.date(2026, 1, 1)


@pytest.mark.parametrize("end", ["one", "two"])
def test_a_scenario_cannot_extend_itself(tmp_path, end):
    folder = drawn(tmp_path / "seeds")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "one.toml").write_text('id = "one"\nextends = "two"\n')
    (folder / "scenarios" / "two.toml").write_text(f'id = "two"\nextends = "{end}"\n')
    with pytest.raises(co.ScenarioError, match="extends itself"):
        co.load(folder).under("one")


def test_what_it_extends_must_be_there(net):
    with pytest.raises(co.ScenarioError, match="unknown scenario 'nothing'"):
        laid(net, extends="nothing")


def closing(name, verb="close", *, override=False):
    change = co.Change(verb, ("border",), override=override)
    return co.Scenario(id=name, changes=(change,))


def test_layers_that_contradict_each_other_are_refused(net):
    with pytest.raises(co.ScenarioError) as caught:
        net.under(closing("one"), closing("two", "open"))
    text = str(caught.value)
    assert all(word in text for word in ("'one'", "'two'", "gate.border", "override"))
    with pytest.raises(co.ScenarioError, match="both change"):
        net.under(closing("one")).under(closing("two", "open"))


def test_layers_that_agree_are_no_contradiction(net):
    assert "border" not in net.under(closing("one"), closing("two")).open_gates


def test_a_later_change_may_override(net):
    under = net.under(closing("one"), closing("two", "open", override=True))
    assert "border" in under.open_gates


def test_numbers_contradict_each_other_too(net):
    def setting(name, value):
        change = co.Change("set", ("parameters.p0.value",), value=value)
        return co.Scenario(id=name, changes=(change,))

    with pytest.raises(co.ScenarioError, match=r"parameters\.p0\.value"):
        net.under(setting("one", 40.0), setting("two", 45.0))
    assert net.under(setting("one", 40.0), setting("two", 40.0)).values[1] == 40.0


def test_what_is_switched_by_hand_overrides(net):
    assert "border" in net.under(closing("one")).under(open="border").open_gates
    assert "border" in net.under(closing("one"), open=["border"]).open_gates
    with pytest.raises(co.ScenarioError, match="did you mean border"):
        net.under(close=["bordr"])


def test_the_same_scenario_twice_counts_once(net):
    charge = co.Change("charge", ("border",), value=70.0, basis="usd_per_shipment")
    scenario = co.Scenario(id="duty", changes=(charge,))
    assert usd(net.under(scenario, scenario)) == usd(net.under(scenario))
    assert usd(net.under(scenario).under(scenario)) == usd(net.under(scenario))


def test_the_base_needs_no_file(net):
    assert state(net.under("base")) == state(net)
    assert load_scenario("base", net.seeds).changes == ()


# properties

TARGETS = ["border", "strait", "service", "border-rail", "project"]
changes = st.one_of(
    st.builds(
        lambda verb, target: {verb: target},
        st.sampled_from(["open", "close"]),
        st.sampled_from(TARGETS),
    ),
    st.builds(lambda link: {"close": link}, st.sampled_from([ROAD, INLAND, SEA])),
    st.builds(
        lambda row, by: {"scale": f"parameters.{row}.value", "by": by},
        st.sampled_from(["p4", "p5", "p11", "p12", "p14"]),
        st.floats(0.5, 2),
    ),
    st.builds(
        lambda target, amount: {"charge": target, "usd_per_shipment": amount},
        st.sampled_from(["border", "strait", "DD"]),
        st.floats(0, 500),
    ),
)


def touched(change):
    verb = next(iter(change))
    return ("switch" if verb in {"open", "close"} else verb, change[verb])


@given(st.lists(changes, max_size=4, unique_by=touched))
def test_the_empty_scenario_changes_nothing(net, given_changes):
    under = laid(net, *given_changes)
    empty = co.Scenario(id="empty")
    assert state(under.under(empty)) == state(under)
    assert state(net.under(empty, *under.scenarios)) == state(under)
    assert np.array_equal(under.under(empty).figures().usd, under.figures().usd)


@given(st.lists(changes, min_size=2, max_size=3, unique_by=touched), st.integers(0, 5))
def test_independent_changes_commute(net, given_changes, order):
    scenarios = [
        parse({"id": f"s{number}", "changes": [change]}, name="s")
        for number, change in enumerate(given_changes)
    ]
    orders = list(permutations(scenarios))
    other = orders[order % len(orders)]
    one, two = net.under(*scenarios), net.under(*other)
    assert state(one) == state(two)
    assert np.allclose(one.figures().usd, two.figures().usd, rtol=1e-12)


def test_every_bundled_scenario_can_be_laid(bundled):
    from corridors.network import bundled_scenarios

    names = list(bundled_scenarios(bundled.seeds))
    assert len(names) >= 8
    for name in names:
        under = bundled.under(name)
        scenario = under.scenarios[-1]
        assert scenario.id == name
        assert scenario.title
        assert scenario.reason
