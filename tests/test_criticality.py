"""What is lost with a thing, held against the network with it shut."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors import kernel
from corridors.arcs import State
from corridors.errors import CorridorsError, NoRoute, UnknownNameError
from corridors.kernels.losses import fewest_ways_apart
from tests.tiny import network

#: Two bridges side by side, a ring road about them, a ferry, and a spur that has no way round.
DRAWING = """
    a -- road 100 east -- b
    a -- road 140 west -- b
    a -- road 500 -- d -- road 500 -- b
    a -- ferry-road 60 service -- b
    b -- road 50 spur -- c
    b -- rail 80 rail-spur -- c
"""
PLACES = ["a", "b", "c", "d"]
PAIRS = [(one, other) for one in PLACES for other in PLACES if one != other]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    found = network(
        tmp_path_factory.mktemp("critical"), DRAWING, countries={"b": "BB", "c": "BB", "d": "DD"}
    )
    return found.under(close=["rail-spur"])


@pytest.fixture(scope="module")
def found(net):
    return co.criticality(net, PLACES)


def routes(net, **options):
    ways = {}
    for pair in PAIRS:
        try:
            ways[pair] = co.route(net, *pair, **options)
        except NoRoute:
            ways[pair] = None
    return ways


@pytest.mark.parametrize("kind", ["gate", "link"])
def test_a_loss_is_the_network_without_the_thing(net, found, kind):
    before = routes(net)
    rows = found.table[found.table["kind"] == kind].set_index("id")
    ids = (
        net.open_gates
        if kind == "gate"
        else [link for link in net.seeds.links if net.passable(link)]
    )
    for thing in ids:
        carrying = [pair for pair, way in before.items() if thing in getattr(way, f"{kind}s")]
        assert (thing in rows.index) == bool(carrying)
        if not carrying:
            continue
        after = routes(net.under(close=[thing]))
        kept = [pair for pair in PAIRS if after[pair]]
        row = rows.loc[thing]
        assert row["pairs"] == len(carrying)
        assert row["carried"] == pytest.approx(len(carrying) / len(PAIRS))
        assert row["cut"] == len(PAIRS) - len(kept)
        more = [after[pair].hours - before[pair].hours for pair in kept]
        assert row["extra_hours"] == pytest.approx(np.mean(more) if kept else 0.0)
        assert row["worst_hours"] == pytest.approx(max(more))
        dearer = [after[pair].usd - before[pair].usd for pair in kept]
        assert row["extra_usd"] == pytest.approx(np.mean(dearer))


def test_efficiency_is_the_mean_of_one_over_cost(net, found):
    before = sum(1 / way.hours for way in routes(net).values())
    after = sum(1 / way.hours for way in routes(net.under(close=["spur"])).values() if way)
    row = found.table.set_index("id").loc["spur"]
    assert row["efficiency_loss"] == pytest.approx(1 - after / before)
    assert row["ways_left"] == 0
    assert row["cut_demand"] == pytest.approx(0.5)


def test_a_border_is_all_its_crossings_and_a_country_spares_its_own(tmp_path):
    drawing = """
        a -- road 100 border-one -- b -- road 100 border-two -- c
        a -- road 9000 -- c
        a -- road 30 -- d
    """
    net = network(tmp_path, drawing, countries={"b": "BB", "c": "CC"})
    gates = {row.id: row for row in net.seeds.gates.values()}
    assert not gates["border-one"].countries
    found = co.criticality(net, ["a", "b", "c", "d"], of=["country"])
    row = found.table.set_index("id").loc["BB"]
    assert row["pairs"] == 4, "a and d to c and back; not what begins or ends in b"
    without = co.route(net, "a", "c", avoid=["BB"]).hours - co.route(net, "a", "c").hours
    assert row["worst_hours"] == pytest.approx(without)


def test_borders_of_the_bundled_network(bundled):
    places = ["baku", "nakhchivan", "tehran", "tbilisi"]
    found = co.criticality(bundled, places, of="border", couples=False)
    row = found.table.set_index("id").loc["AZ-IR"]
    shut = bundled.under("azerbaijan-iran-closed")
    pair = ("baku", "tehran")
    more = co.route(shut, *pair).hours - co.route(bundled, *pair).hours
    assert row["worst_hours"] >= more - 1e-9


def test_two_gates_that_stand_in_for_each_other(net, found):
    couples = found.couples.set_index(["one", "other"])
    before = routes(net)
    for (one, other), row in couples.iterrows():
        after = routes(net.under(close=[one, other]))
        kept = [pair for pair in PAIRS if after[pair]]
        more = np.mean([after[pair].hours - before[pair].hours for pair in kept])
        assert row["extra_hours"] == pytest.approx(more)
        assert row["excess"] == pytest.approx(row["extra_hours"] - row["apart"])
    assert ("east", "west") in couples.index
    assert co.criticality(net, PLACES, couples=False).couples.empty


def test_demand_weighs_pairs_and_masses_weigh_cities(net):
    only = co.criticality(net, PAIRS, demand={("a", "c"): 2.0}, masses={"c": 5.0})
    spur = only.table.set_index("id").loc["spur"]
    assert spur["carried"] == 1
    assert spur["cut_demand"] == 1
    cities = only.cities.set_index("city")
    assert cities.loc["a", "loss"] == pytest.approx(1), "c is the only mass, and spur its only way"
    assert cities.loc["c", "accessibility"] == 0


def test_measures_are_ranked_against_one_another(found):
    table = found.correlation("link")
    np.testing.assert_allclose(np.diag(table)[~np.isnan(np.diag(table))], 1)
    assert ((table.abs() <= 1 + 1e-12) | table.isna()).all(axis=None)
    with pytest.raises(UnknownNameError, match="'gates'"):
        found.correlation("gates")


arcs = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans(), st.booleans()),
    min_size=1,
    max_size=18,
)


@given(arcs)
def test_ways_apart_are_networkx_flow(found):
    tail, head, usable, single = (np.array(column) for column in zip(*sorted(found), strict=True))
    start = np.searchsorted(tail, np.arange(7)).astype(np.int64)
    order = np.argsort(head, kind="stable")
    back = np.searchsorted(head[order], np.arange(7)).astype(np.int64), order
    graph = nx.DiGraph()
    graph.add_nodes_from(range(6))
    for number, (one, other, left, alone) in enumerate(sorted(found)):
        if left:
            graph.add_edge(one, ("arc", number), capacity=1 if alone else 99)
            graph.add_edge(("arc", number), other, capacity=1 if alone else 99)
    wanted = min(nx.maximum_flow_value(graph, 0, target) for target in (4, 5))
    count = fewest_ways_apart(
        kernel.Graph(start, head, tail),
        back,
        usable=usable,
        single=single,
        pairs=np.array([[0, 4], [0, 5]]),
        most=7,
    )
    assert count == min(wanted, 7)


def test_ways_left_are_ways_of_the_network(net, found):
    rows = found.table[found.table["kind"] == "gate"].set_index("id")
    arcs_ = net.arcs
    for gate, row in rows.iterrows():
        weight = net.figures().hours
        shut = net.shut_arcs.copy()
        shut[arcs_.gate_arcs[gate]] = True
        graph = nx.DiGraph()
        for arc in np.flatnonzero(~shut & np.isfinite(weight)):
            capacity = 1 if arcs_.link[arc] >= 0 else 99
            graph.add_edge(int(arcs_.tail[arc]), ("arc", arc), capacity=capacity)
            graph.add_edge(("arc", arc), int(arcs_.head[arc]), capacity=capacity)
        carrying = [pair for pair, way in routes(net).items() if gate in way.gates]
        flows = []
        for one, other in carrying:
            ends = arcs_.node[State(one, "origin")], arcs_.node[State(other, "destination")]
            both = all(end in graph for end in ends)
            flows.append(nx.maximum_flow_value(graph, *ends) if both else 0)
        assert row["ways_left"] == min(flows)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"of": ["bridge"]}, UnknownNameError, "bridge"),
        ({"pairs": ["a"]}, CorridorsError, "at least one pair"),
        ({"demand": {("a", "b"): -1}}, CorridorsError, "demand"),
        ({"masses": {}}, CorridorsError, "masses"),
        ({"by": "speed"}, UnknownNameError, "speed"),
    ],
)
def test_bad_questions_are_named(net, options, error, says):
    with pytest.raises(error, match=says):
        co.criticality(net, **{"pairs": PLACES, **options})


def test_results_do_not_depend_on_workers(net, found):
    again = co.criticality(net, PLACES, workers=2)
    assert again.to_dict() == found.to_dict()


def test_it_shows_itself(net, found):
    assert "gate that costs most hours" in repr(found)
    assert "<table" in found._repr_html_()
    assert found.to_dict()["unit"] == "h"
    empty = co.criticality(net, [("a", "d")], of="gate")
    assert empty.table.empty
    assert "0 things" in repr(empty)


def test_what_no_combination_connects(tmp_path):
    net = network(tmp_path, "a -- road 10 gate -- b\nc -- road 10 -- d", shut=["gate"])
    found = co.criticality(net, [("a", "b"), ("a", "c")])
    assert found.table.empty
    assert list(found.cities["accessibility"]) == [0]
