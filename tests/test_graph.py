"""``net.graph()``: networkx's own algorithms find the routes found here."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import corridors as co
from corridors.stategraph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES
from tests import tiny

WEIGHTS = {
    "time": "hours",
    "cost": "usd",
    "co2": "co2_kg",
    "generalised": "generalised_usd",
    "distance": "km",
}
RING = """
    a -- road 100 -- b -- rail-1520 50 border -- c
    a -- rail 90 -- b -- road 60 -- c
    a -- sea 70 strait -- c -- ferry-road 40 service -- d
"""


def length(graph: nx.MultiDiGraph, origin: str, destination: str, weight: str) -> float:
    ends = (origin, "origin"), (destination, "destination")
    return nx.shortest_path_length(graph, *ends, weight=weight)


@pytest.mark.parametrize("by", WEIGHTS)
def test_networkx_finds_the_same_routes(by, tmp_path):
    net = tiny.network(tmp_path, RING)
    graph = net.graph()
    for origin in net.seeds.places:
        for destination in set(net.seeds.places) - {origin}:
            found = co.route(net, origin, destination, by=by)
            total = found.total(WEIGHTS[by])
            assert length(graph, origin, destination, WEIGHTS[by]) == pytest.approx(total)


def test_networkx_finds_the_same_routes_on_the_bundled_network(bundled):
    cities = [place.id for place in bundled.seeds.places.values() if place.kind == "city"]
    draw = np.random.default_rng(7)
    pairs = [draw.choice(cities, 2, replace=False).tolist() for _ in range(8)]
    for origin, destination in pairs:
        graph = bundled.graph(between=(origin, destination))
        try:
            hours = co.route(bundled, origin, destination, by="time").hours
        except co.NoRoute:
            with pytest.raises(nx.NetworkXNoPath):
                length(graph, origin, destination, "hours")
            continue
        assert length(graph, origin, destination, "hours") == pytest.approx(hours)


def test_other_algorithms_run_on_it_as_they_stand(tmp_path):
    graph = tiny.network(tmp_path, RING).graph()
    ends = ("a", "origin"), ("c", "destination")
    dijkstra = nx.dijkstra_path_length(graph, *ends, weight="usd")
    assert nx.bellman_ford_path_length(graph, *ends, weight="usd") == pytest.approx(dijkstra)
    best = next(nx.shortest_simple_paths(nx.DiGraph(graph), *ends, weight=None))
    assert nx.is_path(graph, best)


def test_attributes_are_those_documented(tmp_path):
    graph = tiny.network(tmp_path, RING).graph()
    assert {tuple(said) for _, said in graph.nodes(data=True)} == {tuple(NODE_ATTRIBUTES)}
    assert {frozenset(said) for *_, said in graph.edges(data=True)} == {frozenset(EDGE_ATTRIBUTES)}
    assert graph.nodes["a", "rail-1520"]["name"] == "A"


def test_parallel_links_stay_apart(tmp_path):
    net = tiny.network(tmp_path, "a -- road 100 -- b\na -- road 80 -- b")
    edges = net.graph()[("a", "road")][("b", "road")]
    assert sorted(said["km"] for said in edges.values()) == [80, 100]
    assert {said["link"] for said in edges.values()} == set(net.seeds.links)


def test_shut_edges_are_left_out_unless_asked_for(tmp_path):
    net = tiny.network(tmp_path, "a -- road 100 wall -- b\na -- road 300 -- b", shut=["wall"])
    open_ = [said["km"] for *_, said in net.graph().edges(data=True) if said["link"]]
    every = {said["km"]: said["open"] for *_, said in net.graph(closed=True).edges(data=True)}
    assert sorted(open_) == [300, 300]
    assert every[100] is False
    assert every[300] is True
    assert 100 in {s["km"] for *_, s in net.under(open=["wall"]).graph().edges(data=True)}


def test_gates_are_those_of_the_cargo_when_a_pair_is_named(tmp_path):
    ban = {
        "gate": "wall",
        "date": "2020-01-01",
        "event": "shuts",
        "origin": "BB",
        "source": "assumed",
    }
    net = tiny.network(
        tmp_path,
        "a -- road 100 wall -- b",
        countries={"a": "AA", "b": "BB"},
        extra={"events": [ban]},
    )
    assert length(net.graph(), "b", "a", "km") == 100
    assert length(net.graph(between=("a", "b")), "a", "b", "km") == 100
    with pytest.raises(nx.NetworkXNoPath):
        length(net.graph(between=("b", "a")), "b", "a", "km")


def test_figures_are_for_the_cargo_named(tmp_path):
    net = tiny.network(tmp_path, "a -- road 100 -- b")
    light, heavy = (
        length(net.graph(cargo=co.Cargo(tonnes=tonnes)), "a", "b", "co2_kg") for tonnes in (1, 20)
    )
    assert heavy == pytest.approx(20 * light)


def test_it_is_a_copy(tmp_path):
    net = tiny.network(tmp_path, RING)
    net.graph().clear()
    assert net.graph().number_of_edges() == net.arcs.count


def test_an_unknown_place_is_refused(tmp_path):
    net = tiny.network(tmp_path, RING)
    with pytest.raises(co.UnknownNameError, match="unknown place 'x'"):
        net.graph(between=("a", "x"))
