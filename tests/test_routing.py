"""Routes held against sums done by hand, an independent model, networkx, and plain sense."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import fields

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors import schema
from corridors.arcs import DESTINATION, ORIGIN, State
from tests import tiny

#: Written out once more, so that a mix-up of figures in the package is seen here.
OBJECTIVES = {
    "time": "hours",
    "cost": "usd",
    "co2": "co2_kg",
    "generalised": "generalised_usd",
    "distance": "km",
}
MEASURES = tuple(OBJECTIVES.values())

# a route added up by hand

DRAWING = """
    a -- road 100 -- b -- road 50 border -- c -- rail-1520 80 -- e -- rail-1435 120 -- f
    b -- ferry-road 200 service -- d
"""
COUNTRIES = {"a": "AA", "b": "AA", "c": "BB", "e": "BB", "f": "CC", "d": "DD"}
GAUGE_BREAK = {"id": "e-gauge", "place": "e", "from_layer": "rail-1520", "to_layer": "rail-1435"}
FACILITY = GAUGE_BREAK | {"kind": "transshipment", "source": "assumed"}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routing") / "seeds"
    return tiny.network(folder, DRAWING, countries=COUNTRIES, extra={"transfers": [FACILITY]})


def test_a_route_adds_up_as_by_hand(net):
    way = co.route(net, "a", "f", by="time")
    assert [leg.kind for leg in way.legs] == [
        "load", "haul", "haul", "transfer", "haul", "transfer", "haul", "unload",
    ]  # fmt: skip
    assert [leg.hours for leg in way.legs] == pytest.approx([1, 2, 1 + 10, 8, 2, 8, 3, 5])
    assert [leg.usd for leg in way.legs] == pytest.approx([10, 100, 50 + 100, 40, 40, 40, 60, 20])
    assert [leg.km for leg in way.legs] == [0, 100, 50, 0, 80, 0, 120, 0]
    assert (way.hours, way.usd, way.km) == pytest.approx((40, 460, 350))
    assert way.co2_kg == pytest.approx(0.1 * 10 * 150 + 0.03 * 10 * 200)
    assert way.generalised_usd == pytest.approx(460 + 40 * 24000 * 0.01 / 24)


def test_what_a_route_says_of_itself(net):
    way = co.route(net, "a", "f", by="time")
    assert way.places == ("a", "b", "c", "e", "f")
    assert way.gates == ("border",)
    assert way.countries == ("AA", "BB", "CC")
    assert way.modes == ("road", "rail")
    assert (way.borders, way.transfers, way.gauge_changes) == (1, 2, 1)
    assert (way.scenario, way.date, way.by) == ("base", "2026-01-01", "time")
    assert [leg.country for leg in way.hauls] == ["AA", "AA", "BB", "BB"]


def test_parts_of_a_border_leg(net):
    border = co.route(net, "a", "f", by="time").hauls[1]
    assert border.hours_by == pytest.approx({"moving": 1, "border": 10})
    assert border.usd_by == pytest.approx({"haulage": 50, "fees": 100})


def test_a_ferry_waits_sails_and_crosses_a_border(net):
    way = co.route(net, "a", "d", by="time")
    ferry = way.hauls[-1]
    assert ferry.hours_by == pytest.approx({"moving": 10, "waiting": 12, "border": 10})
    assert ferry.usd_by == pytest.approx({"fare": 500, "fees": 100})
    assert ferry.co2_kg == pytest.approx(0.05 * 10 * 200)
    assert (way.hours, way.usd) == pytest.approx((1 + 2 + 32 + 1, 10 + 100 + 600 + 10))
    assert way.borders == 1
    assert way.modes == ("road", "ferry")


def test_the_way_back_costs_the_same_where_nothing_says_otherwise(net):
    there, back = co.route(net, "a", "f"), co.route(net, "f", "a")
    assert there.hours == pytest.approx(back.hours)
    assert there.links == back.links[::-1]
    assert back.countries == ("CC", "BB", "AA")


def test_dwell_may_differ_by_direction(tmp_path):
    row = {"id": "slow-in", "name": "dwell_h", "mode": "road", "at": "border", "to": "BB"}
    row |= {"value": 30, "low": 20, "high": 40, "unit": "h", "source": "assumed"}
    net = tiny.network(tmp_path / "s", DRAWING, countries=COUNTRIES, extra={"parameters": [row]})
    assert co.route(net, "b", "c").hauls[0].hours_by["border"] == 30
    assert co.route(net, "c", "b").hauls[0].hours_by["border"] == 10


def test_a_strait_takes_time_and_dues_only_where_it_has_rows_of_its_own(tmp_path):
    rows = [
        {"id": f"at-t-{unit.lower()}", "name": name, "at": "strait-t", "value": value, "unit": unit}
        | {"low": 0, "high": 99, "source": "assumed"}
        for name, value, unit in (("dwell_h", 14, "h"), ("fee_usd", 60, "USD"))
    ]
    drawing = "a -- sea 100 strait-t -- b -- sea 100 strait-u -- c"
    net = tiny.network(tmp_path / "s", drawing, extra={"parameters": rows})
    passed, free = co.route(net, "a", "c").hauls
    assert passed.hours_by == pytest.approx({"moving": 5, "border": 14})
    assert passed.usd_by == pytest.approx({"haulage": 10, "fees": 60})
    assert free.hours_by == pytest.approx({"moving": 5})
    assert free.usd_by == pytest.approx({"haulage": 10})
    assert not passed.crosses


def test_rest_at_the_wheel_goes_with_driving(tmp_path):
    row = {"id": "rest", "name": "rest_h_per_driving_h", "mode": "road", "value": 0.5}
    row |= {"low": 0, "high": 1, "unit": "h/h", "source": "assumed"}
    net = tiny.network(tmp_path / "s", "a -- road 100 -- b", extra={"parameters": [row]})
    assert co.route(net, "a", "b").hauls[0].hours_by == pytest.approx({"moving": 2, "rest": 1})


def test_a_trade_pays_above_the_miles_in_its_own_direction(tmp_path):
    drawing = "a -- sea 200 -- b"
    rows = [
        {"id": "m", "name": "market_usd", "at": "a-b-sea-0", "to": "b", "value": 300}
        | {"low": 300, "high": 300, "unit": "USD", "source": "assumed"}
    ]
    net = tiny.network(tmp_path / "s", drawing, extra={"parameters": rows})
    asked = {"by": "cost", "modes": ["sea"]}
    out, back = co.route(net, "a", "b", **asked), co.route(net, "b", "a", **asked)
    (leg,) = out.hauls
    assert leg.usd_by == pytest.approx({"haulage": 200 * 0.01 * 10, "fare": 300})
    assert out.usd - back.usd == pytest.approx(300)
    (larger,) = co.route(net, "a", "b", **asked, cargo=co.Cargo(tonnes=10, teu=2)).hauls
    assert larger.usd_by["fare"] == pytest.approx(600), "charged by the container"


def test_a_voyage_of_any_length_has_its_price_where_a_ship_is_boarded(tmp_path):
    """By road from a to the port b, past c to d: boarded once, at b or where it loads."""
    drawing = "a -- road 10 -- b -- sea 100 -- c -- sea 100 -- d"
    boards = {"name": "boarding_usd", "mode": "sea", "unit": "USD", "source": "assumed"}
    rows = [
        boards | {"id": f"boards-{port}", "at": port, "value": usd, "low": usd, "high": usd}
        for port, usd in (("b", 150), ("c", 40))
    ]
    net = tiny.network(tmp_path / "s", drawing, extra={"parameters": rows})
    fares = {
        (start, end): sum(leg.usd_by.get("fare", 0) for leg in co.route(net, start, end).legs)
        for start, end in (("a", "d"), ("b", "d"), ("c", "d"), ("d", "a"))
    }
    assert fares == {("a", "d"): 150, ("b", "d"): 150, ("c", "d"): 40, ("d", "a"): 0}


def test_without_a_facility_no_train_changes_gauge(tmp_path):
    net = tiny.network(tmp_path / "s", DRAWING, countries=COUNTRIES)
    with pytest.raises(co.NoRoute) as caught:
        co.route(net, "a", "f")
    assert caught.value.needs == ()
    assert str(caught.value) == "no way from a to f; no gate would open one"


def test_a_place_without_a_terminal_changes_no_mode(tmp_path):
    folder = tiny.draw(tmp_path / "s", "a -- road 10 -- b -- rail 10 -- c")
    assert co.route(co.load(folder), "a", "c").transfers == 1
    tiny.alter(folder, "places", "b", transfers="no")
    with pytest.raises(co.NoRoute):
        co.route(co.load(folder), "a", "c")


def test_nowhere_to_go_costs_nothing(net):
    way = co.route(net, "a", "a")
    assert (way.km, way.hours, way.usd, way.co2_kg, way.legs) == (0, 0, 0, 0, ())
    assert way.countries == ("AA",)
    assert way.frame().empty
    assert way._repr_html_()
    assert json.dumps(way.to_dict())
    assert [found.legs for found in co.alternatives(net, "a", "a")] == [()]


# what may be asked

GRID = """
    a -- road 10 -- b -- road 10 -- c -- road 10 -- d
    a -- road 25 -- e -- road 25 -- d
    a -- rail 12 -- c
    b -- road 5 -- e
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grid") / "seeds"
    return tiny.network(folder, GRID, countries={"e": "EE", "b": "BB"})


def test_via_passes_places_in_order(grid):
    assert co.route(grid, "a", "d", by="distance").places == ("a", "c", "d")
    assert co.route(grid, "a", "d", by="distance", via=["e"]).places == ("a", "b", "e", "d")
    assert co.route(grid, "a", "d", by="time", modes="road", via=["c", "b"]).places == (
        "a", "b", "c", "b", "c", "d",
    )  # fmt: skip


def test_via_the_ends_changes_nothing(grid):
    plain = co.route(grid, "a", "d", by="time")
    named = str(np.str_("d"))  # another string of the same letters
    for via in (["a"], [named], ["a", named]):
        assert co.route(grid, "a", "d", by="time", via=via).legs == plain.legs


def test_via_may_come_back_to_where_it_started_or_ends(grid):
    round_trip = co.route(grid, "a", "a", by="distance", via=["b"])
    assert round_trip.places == ("a", "b", "a")
    over_the_end = co.route(grid, "a", "c", by="distance", modes=["road"], via=["c", "d"])
    assert over_the_end.places == ("a", "b", "c", "d", "c")


def test_via_is_exact_across_a_change_of_mode(tmp_path):
    # by rail to b is quicker (5 + 20/40 h against 1 + 240/50 h), but on from b there is road only
    net = tiny.network(tmp_path / "s", "a -- rail 20 -- b -- road 50 -- c\na -- road 240 -- b")
    way = co.route(net, "a", "c", by="time", via=["b"])
    assert way.hours == pytest.approx(1 + 240 / 50 + 1 + 1)
    assert way.transfers == 0
    assert way.hours == pytest.approx(co.route(net, "a", "c", by="time").hours)


def test_via_may_be_passed_by_rail(tmp_path):
    net = tiny.network(tmp_path / "s", "a -- rail 40 -- b -- rail 40 -- c\na -- road 900 -- b")
    assert co.route(net, "a", "c", via=["b"]).legs == co.route(net, "a", "c").legs
    assert co.route(net, "a", "c", via=["b"]).modes == ("rail",)


@pytest.mark.parametrize("avoid", ["b", ["b"], "BB", "a-b-road-0"])
def test_what_is_avoided_is_not_touched(grid, avoid):
    way = co.route(grid, "a", "d", by="distance", modes=["road"], avoid=avoid)
    assert "a-b-road-0" not in way.links
    assert way.places == ("a", "e", "d")


def test_a_corridor_may_be_avoided(tmp_path):
    corridor = {"id": "way", "title": "W", "links": "a-c-rail-5", "source": "assumed"}
    net = tiny.network(tmp_path / "s", GRID, extra={"corridors": [corridor]})
    assert co.route(net, "a", "c", by="distance").links == ("a-c-rail-5",)
    assert co.route(net, "a", "c", by="distance", avoid=["way"]).places == ("a", "b", "c")


def test_a_cargo_may_bring_its_own_ban(grid):
    barred = co.Cargo(tonnes=10, avoid=("BB", "EE"))
    assert co.route(grid, "a", "d", cargo=barred).places == ("a", "c", "d")
    with pytest.raises(co.NoRoute):
        co.route(grid, "a", "d", cargo=barred, modes=["road"])


def test_modes_narrow_the_way(grid):
    assert co.route(grid, "a", "c", by="distance", modes=["rail"]).modes == ("rail",)
    assert co.route(grid, "a", "c", by="distance", modes="road").places == ("a", "b", "c")
    with pytest.raises(co.NoRoute):
        co.route(grid, "a", "d", modes=["rail"])


def test_money_and_emissions_go_with_the_cargo(net):
    light, heavy = (co.route(net, "a", "b", cargo=co.Cargo(tonnes=t)) for t in (5, 20))
    assert (light.usd, heavy.usd) == pytest.approx((20 + 50, 20 + 200))
    assert (light.co2_kg, heavy.co2_kg) == pytest.approx((50, 200))
    assert light.hours == heavy.hours
    assert light.generalised_usd == light.usd


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: co.route(net, "aa", "b"), "unknown place 'aa'"),
        (lambda net: co.route(net, "a", "bb"), "unknown place 'bb'"),
        (lambda net: co.route(net, "a", "b", via=["zz"]), "unknown place 'zz'"),
        (lambda net: co.route(net, "a", "b", by="tim"), "objective 'tim'; did you mean time"),
        (lambda net: co.route(net, "a", "b", modes=["rial"]), "mode 'rial'; did you mean rail"),
        (lambda net: co.route(net, "a", "b", avoid=["zz"]), "unknown place, .*country 'zz'"),
        (lambda net: co.alternatives(net, "a", "zz"), "unknown place 'zz'"),
        (lambda net: co.alternatives(net, "a", "b", k=0), "k 0 must be a whole number, 1 to 1,000"),
        (lambda net: co.alternatives(net, "a", "b", k=1.5), "k 1.5 must be a whole number"),
        (lambda net: co.route(net, None, "b"), "unknown place None"),
        (lambda net: co.matrix(net, ["a"], ["zz"]), "unknown place 'zz'"),
        (lambda net: co.matrix(net, ["a"], ["b"], by="tim"), "unknown objective 'tim'"),
    ],
)  # fmt: skip
def test_names_that_are_not_there_are_refused(net, ask, message):
    with pytest.raises(co.CorridorsError, match=message):
        ask(net)


def test_an_unknown_place_shows_the_nearest(bundled):
    with pytest.raises(co.UnknownNameError, match=r"unknown place 'nakhchevan'.*nakhchivan"):
        co.route(bundled, "baku", "nakhchevan")


# what comes back


def test_a_frame_holds_the_legs_with_running_totals(net):
    way = co.route(net, "a", "f")
    frame = way.frame()
    assert len(frame) == len(way.legs)
    assert frame["total_km"].iloc[-1] == pytest.approx(way.km)
    assert frame["total_hours"].iloc[-1] == pytest.approx(way.hours)
    assert frame["total_usd"].is_monotonic_increasing


def test_plain_data_says_what_the_route_says(net):
    way = co.route(net, "a", "f")
    said = json.loads(json.dumps(way.to_dict()))
    assert said["links"] == list(way.links)
    for measure in MEASURES:
        assert said[measure] == pytest.approx(way.total(measure), abs=1e-3)
        if measure in said["legs"][0]:
            assert sum(leg[measure] for leg in said["legs"]) == pytest.approx(
                said[measure], abs=0.01
            )


def test_markup_in_a_name_is_inert_in_a_notebook(tmp_path):
    folder = tiny.draw(tmp_path / "s", "a -- road 10 -- b")
    tiny.alter(folder, "places", "a", name="<script>x</script>")
    assert "<script>" not in co.route(co.load(folder), "a", "b")._repr_html_()


def test_a_line_runs_from_origin_to_destination(net):
    line = co.route(net, "f", "a").line()
    places = net.seeds.places
    assert (line[0], line[-1]) == (places["f"].point, places["a"].point)
    assert line == co.route(net, "a", "f").line()[::-1]


def test_a_voyage_to_another_country_crosses_a_border(tmp_path):
    folder = tiny.draw(
        tmp_path / "s", "a -- sea 100 -- s -- sea 100 -- b\ns -- sea 50 -- c -- road 5 -- d",
        countries={"a": "AA", "s": "XZ", "b": "BB", "c": "AA", "d": "AA"},
    )  # fmt: skip
    net = co.load(folder)
    assert co.route(net, "a", "b").borders == 1
    assert co.route(net, "a", "b").countries == ("AA", "BB")
    assert co.route(net, "a", "d").borders == 0
    assert co.route(net, "b", "d").borders == 1


# no way


def test_a_shut_gate_is_named_where_it_alone_stands_in_the_way(net):
    shut = net.under(close=["border", "service"])
    with pytest.raises(co.NoRoute) as caught:
        co.route(shut, "a", "f")
    assert caught.value.needs == ("border",)
    assert (caught.value.origin, caught.value.destination) == ("a", "f")
    assert str(caught.value) == "no way from a to f; these gates would have to open: border"


def test_a_gate_passed_twice_is_one_gate(tmp_path):
    # by p only one gate would have to open, though three links lie behind it
    net = tiny.network(
        tmp_path / "s",
        "a -- road 10 p -- b -- road 10 p -- c -- road 10 p -- d\n"
        "a -- road 10 q -- e -- road 10 r -- d",
        shut=["p", "q", "r"],
    )
    with pytest.raises(co.NoRoute) as caught:
        co.route(net, "a", "d")
    assert caught.value.needs == ("p",)


def test_no_gate_is_named_that_would_not_help(net):
    shut = net.under(close=["border", "a-b-road-0"])
    with pytest.raises(co.NoRoute) as caught:
        co.route(shut, "a", "f")
    assert caught.value.needs == ()


def test_gates_are_named_for_the_question_asked(tmp_path):
    net = tiny.network(tmp_path / "s", "a -- road 10 p -- b\na -- rail 10 q -- b", shut=["p", "q"])
    for mode, gate in (("road", "p"), ("rail", "q")):
        with pytest.raises(co.NoRoute) as caught:
            co.route(net, "a", "b", modes=[mode])
        assert caught.value.needs == (gate,)


def test_gates_are_named_over_all_stops(tmp_path):
    net = tiny.network(
        tmp_path / "s", "a -- road 10 p -- b -- road 10 q -- c -- road 10 -- a", shut=["p", "q"]
    )
    assert co.route(net, "a", "c").places == ("a", "c")
    with pytest.raises(co.NoRoute) as caught:
        co.route(net, "a", "c", via=["b"])
    assert len(caught.value.needs) == 1


@pytest.fixture
def tied(tmp_path):
    row = {"id": "tie", "gates": "p", "needs": "q; r", "title": "Tied", "source": "assumed"}
    return tiny.network(
        tmp_path / "s",
        "a -- road 10 p -- b\na -- road 10 q -- c\na -- road 10 r -- d",
        extra={"conditions": [row]},
    )


def test_a_gate_that_a_condition_keeps_shut_is_named_with_one_that_lifts_it(tied):
    assert needed(tied.under(close=["p"]), "a", "b") == ("p",)
    for shut in (["q", "r"], ["p", "q", "r"]):
        net = tied.under(close=shut)
        needs = needed(net, "a", "b")
        assert len(needs) == 2
        assert "p" in needs
        assert co.route(net.under(open=needs), "a", "b").gates == ("p",)


# random networks, an independent model, and plain sense

PLACES = "abcde"
GATES = ("p", "q", "service-s", "strait-t")
MODES = ("road", "rail", "sea", "ferry-road")


def random_drawing(links, seed):
    """A few places with parallel links of all modes, and which of their gates are shut."""
    rng = random.Random(seed)  # noqa: S311 - for examples, not for secrets
    lines = []
    for _ in range(links):
        start, end = rng.sample(PLACES, 2)
        gates = rng.sample(GATES, rng.choice([0, 0, 1, 1, 2]))
        spec = " ".join([rng.choice(MODES), str(rng.randint(1, 400)), *gates])
        lines.append(f"{start} -- {spec} -- {end}")
    lines.append(" -- road 1 service-z -- ".join(PLACES))  # so that every place is there
    return "\n".join(lines), {"service-z", *rng.sample(GATES, rng.randint(0, len(GATES)))}


drawings = st.builds(random_drawing, st.integers(5, 14), st.integers(0, 2**32 - 1))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Loads a drawing of random make; every place lies in a country of its own."""

    def make(drawing):
        text, shut = drawing
        countries = {place: 2 * place.upper() for place in PLACES}
        folder = tmp_path_factory.mktemp("random") / "seeds"
        return tiny.network(folder, text, shut=shut, countries=countries)

    return make


SAID = {(name, mode): value for name, mode, value in tiny.PARAMETERS}
TONNES = SAID["tonnes_per_teu", ""]
USD_PER_H = SAID["cargo_value_usd", ""] * SAID["time_cost_share_per_day", ""] / 24


def edge(graph, start, end, **figures):
    worth = {"km": 0.0, "hours": 0.0, "usd": 0.0, "co2_kg": 0.0} | figures
    worth["generalised_usd"] = worth["usd"] + USD_PER_H * worth["hours"]
    graph.add_edge(start, end, **worth)


def hauled(net, link):
    """Figures of a link, from its row and the parameters."""
    mode, layer, km = link.mode, link.carries or link.mode, link.length_km
    crossings = [net.seeds.gates[gate].kind for gate in link.gates]
    borders = sum(kind == "border" or (kind == "service" and mode == "ferry") for kind in crossings)
    ferry = mode == "ferry"
    haulage = SAID["fare_usd", mode] if ferry else TONNES * km * SAID["rate_usd_per_tkm", mode]
    return {
        "km": km,
        "hours": km / SAID["speed_kmh", mode]
        + ferry * SAID["wait_h", "ferry"]
        + borders * SAID["dwell_h", layer],
        "usd": haulage + borders * SAID["fee_usd", layer],
        "co2_kg": TONNES * km * SAID["emission_kg_per_tkm", mode],
    }


def independent(net):
    """The state graph of a tiny network, written down again from its tables alone."""
    graph = nx.MultiDiGraph()
    layers = {}
    for link in net.seeds.links.values():
        layer = link.carries or link.mode
        for start, end in ((link.from_, link.to), (link.to, link.from_)):
            layers.setdefault(start, set()).add(layer)
            if net.open_gates.issuperset(link.gates):
                edge(graph, (start, layer), (end, layer), **hauled(net, link))
    change = {"hours": SAID["transfer_h", ""], "usd": SAID["transfer_usd", ""]}
    for place, here in layers.items():
        for layer in here:
            handling = {"hours": SAID["loading_h", layer], "usd": SAID["loading_usd", layer]}
            edge(graph, (place, ORIGIN), (place, layer), **handling)
            edge(graph, (place, layer), (place, DESTINATION), **handling)
            for other in here - {layer}:
                edge(graph, (place, layer), (place, other), **change)
    return graph


def least(graph, origin, destination, weight):
    try:
        ends = (origin, ORIGIN), (destination, DESTINATION)
        return nx.shortest_path_length(graph, *ends, weight=weight)
    except nx.NetworkXNoPath:
        return np.inf


def totals(net, by="time", **options):
    """The figure minimised, for every pair of a random network; infinite where no way leads."""
    found = {}
    for origin, destination in itertools.permutations(PLACES, 2):
        try:
            way = co.route(net, origin, destination, by=by, **options)
            found[origin, destination] = way.total(OBJECTIVES[by])
        except co.NoRoute:
            found[origin, destination] = np.inf
    return found


@settings(max_examples=25)
@given(drawings, st.sampled_from(sorted(OBJECTIVES)))
def test_routes_are_as_an_independent_model_has_them(made, drawing, by):
    net = made(drawing)
    graph = independent(net)
    for (origin, destination), total in totals(net, by).items():
        assert total == pytest.approx(least(graph, origin, destination, OBJECTIVES[by]))


@settings(max_examples=25)
@given(drawings, st.sampled_from(sorted(OBJECTIVES)))
def test_the_matrix_agrees_with_every_route(made, drawing, by):
    net = made(drawing)
    table = co.matrix(net, list(PLACES), by=by)
    for (origin, destination), total in totals(net, by).items():
        assert table.loc[origin, destination] == pytest.approx(total)
    assert (np.diag(table) == 0).all()


@settings(max_examples=25)
@given(drawings, st.sampled_from(GATES), st.sampled_from(sorted(OBJECTIVES)))
def test_closing_a_gate_never_betters_a_route(made, drawing, gate, by):
    net = made(drawing)
    gate = gate if gate in net.seeds.gates else "service-z"
    opened, closed = totals(net.under(open=[gate]), by), totals(net.under(close=[gate]), by)
    for pair, total in closed.items():
        assert opened[pair] <= total + 1e-9


@settings(max_examples=25)
@given(drawings, st.sampled_from(sorted(OBJECTIVES)))
def test_a_route_passes_open_gates_and_adds_up(made, drawing, by):
    net = made(drawing)
    for origin, destination in itertools.permutations(PLACES, 2):
        try:
            way = co.route(net, origin, destination, by=by)
        except co.NoRoute:
            continue
        assert net.open_gates.issuperset(way.gates)
        assert_adds_up(way)


def assert_adds_up(way):
    """Totals are the sums of legs, legs those of their parts; the legs hang together."""
    for measure in MEASURES:
        assert way.total(measure) == pytest.approx(sum(getattr(leg, measure) for leg in way.legs))
    for leg in way.legs:
        assert sum(leg.hours_by.values()) == pytest.approx(leg.hours)
        assert sum(leg.usd_by.values()) == pytest.approx(leg.usd)
        assert min([*leg.hours_by.values(), *leg.usd_by.values(), leg.km]) >= 0
    assert (way.legs[0].start, way.legs[-1].end) == (way.origin, way.destination)
    for leg, following in itertools.pairwise(way.legs):
        assert (leg.end, leg.to_layer) == (following.start, following.from_layer)
    assert (way.legs[0].kind, way.legs[-1].kind) == ("load", "unload")


@settings(max_examples=25)
@given(drawings)
def test_the_gates_named_where_no_way_leads_are_the_fewest_and_open_one(made, drawing):
    net = made(drawing)
    for origin, destination in itertools.permutations(PLACES, 2):
        needs = needed(net, origin, destination)
        if needs is not None:
            assert len(needs) == _fewest(net, origin, destination)
            assert co.route(net.under(open=needs), origin, destination).gates


def needed(net, origin, destination):
    """Gates that would have to open; None where there is a way as it is."""
    try:
        co.route(net, origin, destination)
    except co.NoRoute as no:
        return no.needs
    return None


def _fewest(net, origin, destination):
    """How many shut gates must open, by trying all sets of them."""
    shut = sorted(set(net.seeds.gates) - net.open_gates)
    for size in range(1, len(shut) + 1):
        for some in itertools.combinations(shut, size):
            graph = independent(net.under(open=some))
            if np.isfinite(least(graph, origin, destination, "hours")):
                return size
    return 0


@settings(max_examples=20)
@given(drawings, st.sampled_from(sorted(OBJECTIVES)), st.integers(1, 6))
def test_alternatives_differ_in_their_links_and_come_least_first(made, drawing, by, k):
    net = made(drawing)
    for origin, destination in itertools.combinations(PLACES, 2):
        try:
            ways = co.alternatives(net, origin, destination, k=k, by=by)
        except co.NoRoute:
            with pytest.raises(co.NoRoute):
                co.route(net, origin, destination, by=by)
            continue
        best = co.route(net, origin, destination, by=by)
        spent = [way.total(OBJECTIVES[by]) for way in ways]
        assert spent[0] == pytest.approx(best.total(OBJECTIVES[by]))
        assert spent == pytest.approx(sorted(spent))
        assert len({way.links for way in ways}) == len(ways) <= k
        assert all(net.open_gates.issuperset(way.gates) for way in ways)
        for way in ways:
            assert_adds_up(way)


def test_alternatives_tell_parallel_links_apart(tmp_path):
    net = tiny.network(
        tmp_path / "s", "a -- road 10 -- b -- road 30 -- c\na -- road 11 -- b\na -- rail 10 -- b"
    )
    ways = co.alternatives(net, "a", "c", k=9, by="time")
    assert [way.links[0] for way in ways] == ["a-b-road-0", "a-b-road-2", "a-b-rail-3"]
    assert len(co.alternatives(net, "a", "c", k=2)) == 2


def test_the_same_links_with_another_change_of_gauge_are_no_alternative(tmp_path):
    # the middle link has both gauges, so that the change may be made at b or at c
    folder = tiny.draw(
        tmp_path / "s",
        "a -- rail-1520 10 -- b -- rail-1520 20 -- c -- rail-1435 30 -- d\na -- road 300 -- d",
        extra={"transfers": [FACILITY | {"id": f"{at}-gauge", "place": at} for at in "bc"]},
    )  # fmt: skip
    tiny.alter(folder, "links", "b-c-rail-1520-1", gauge_mm="1435; 1520")
    net = co.load(folder)
    ways = co.alternatives(net, "a", "d", k=4, by="distance")
    assert [way.km for way in ways] == [60, 300]
    assert ways[0].gauge_changes == 1


# the matrix


def test_a_matrix_is_infinite_where_no_way_leads(net):
    table = co.matrix(net.under(close=["border"]), ["a", "d"], ["a", "b", "f"], by="cost")
    assert table.shape == (2, 3)
    assert list(table.index) == ["a", "d"]
    assert (table.index.name, table.columns.name) == ("origin", "destination")
    assert np.isinf(table["f"]).all()
    assert table.loc["a", "a"] == 0
    assert table.loc["a", "b"] == pytest.approx(10 + 100 + 10)


def test_a_matrix_may_name_a_place_twice_or_none_at_all(net):
    table = co.matrix(net, ["a", "a"], ["b", "b"])
    assert len(set(table.to_numpy().ravel())) == 1
    assert co.matrix(net, [], []).shape == (0, 0)
    assert co.matrix(net, ["a"], []).shape == (1, 0)


def test_a_matrix_of_all_cities_by_default(net):
    table = co.matrix(net)
    assert list(table.index) == list(table.columns) == list(net.seeds.places)


def test_a_matrix_heeds_bans_by_origin_and_destination(tmp_path):
    ban = {"gate": "border", "date": "2020-01-01", "event": "shuts", "origin": "AA"}
    net = tiny.network(
        tmp_path / "s",
        "a -- road 10 border -- b -- road 10 -- c",
        countries={"a": "AA", "b": "BB", "c": "CC"},
        extra={"events": [ban | {"source": "assumed"}]},
    )
    table = co.matrix(net, list("abc"))
    assert np.isinf(table.loc["a", ["b", "c"]].to_numpy(float)).all()
    assert np.isfinite(table.loc[["b", "c"]].to_numpy(float)).all()


def test_a_matrix_may_be_narrowed_to_modes(net):
    table = co.matrix(net, ["a"], ["b", "f"], modes=["road"])
    assert np.isfinite(table.loc["a", "b"])
    assert np.isinf(table.loc["a", "f"])


# the bundled network, held against networkx on its own arcs

PAIRS = [
    ("baku", "nakhchivan"),
    ("baku", "istanbul"),
    ("moscow", "bandar-abbas"),
    ("st-petersburg", "nhava-sheva"),
    ("tbilisi", "tehran"),
    ("ankara", "baku"),
]


def from_arcs(net, weight, origin, destination):
    """The arcs open to cargo between two places, for networkx."""
    arcs, places = net.arcs, net.seeds.places
    gates = net.open_for(places[origin].country, places[destination].country)
    shut = net.shut_under(gates)
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(
        (int(arcs.tail[arc]), int(arcs.head[arc]), float(weight[arc]))
        for arc in range(arcs.count)
        if not shut[arc]
    )
    return graph


@pytest.mark.parametrize("by", sorted(OBJECTIVES))
def test_bundled_routes_are_as_networkx_has_them(bundled, by):
    arcs = bundled.arcs
    weight = getattr(bundled.figures(), OBJECTIVES[by])
    for origin, destination in PAIRS:
        graph = from_arcs(bundled, weight, origin, destination)
        ends = arcs.node[State(origin, ORIGIN)], arcs.node[State(destination, DESTINATION)]
        expected = nx.dijkstra_path_length(graph, *ends)
        way = co.route(bundled, origin, destination, by=by)
        assert way.total(OBJECTIVES[by]) == pytest.approx(expected)
        assert_adds_up(way)


def test_bundled_routes_agree_with_the_matrix(bundled):
    origins, destinations = zip(*PAIRS, strict=True)
    table = co.matrix(bundled, list(dict.fromkeys(origins)), list(destinations), by="cost")
    for origin, destination in PAIRS:
        way = co.route(bundled, origin, destination, by="cost")
        assert table.loc[origin, destination] == pytest.approx(way.usd)


def test_every_leg_figure_is_told(net):
    names = {item.name for item in fields(co.Leg)}
    assert set(MEASURES) <= names
    assert {leg.country for leg in co.route(net, "a", "f").legs} <= {"AA", "BB", "CC"}
    assert schema.HIGH_SEAS not in co.route(net, "a", "d").countries
