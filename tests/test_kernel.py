"""The solver, held against networkx, scipy and plain enumeration on random multigraphs."""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from corridors import kernel

SHUT = np.inf


class Case(NamedTuple):
    """A multigraph as arrays, forward and turned round, and as networkx has it."""

    graph: kernel.Graph
    weight: np.ndarray
    back: kernel.Graph
    back_weight: np.ndarray
    witness: nx.MultiDiGraph

    @property
    def nodes(self):
        """How many nodes there are."""
        return len(self.graph.start) - 1


def compressed(nodes, arcs):
    """Arcs (tail, head, weight) in rows sorted by tail."""
    tail, head, weight = (np.array(column) for column in zip(*arcs, strict=True))
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(nodes + 1)).astype(np.int64)
    graph = kernel.Graph(start, head[order].astype(np.int64), tail[order].astype(np.int64))
    return graph, weight[order].astype(np.float64)


def case(nodes, arcs):
    graph, weight = compressed(nodes, arcs)
    back, back_weight = compressed(nodes, [(head, tail, cost) for tail, head, cost in arcs])
    witness = nx.MultiDiGraph()
    witness.add_nodes_from(range(nodes))
    for arc, cost in enumerate(weight):
        if np.isfinite(cost):
            ends = int(graph.tail[arc]), int(graph.head[arc])
            witness.add_edge(*ends, key=arc, weight=float(cost))
    return Case(graph, weight, back, back_weight, witness)


def random_case(nodes, arcs_per_node, seed):
    """Parallel arcs, loops, weights of nothing, equal weights and arcs that are shut."""
    rng = np.random.default_rng(seed)
    count = nodes * arcs_per_node
    ends = rng.integers(0, nodes, (2, count))
    kinds = [rng.integers(0, 5, count), rng.uniform(0, 9, count), np.full(count, SHUT)]
    cost = np.choose(rng.choice(3, count, p=[0.5, 0.4, 0.1]), kinds)
    return case(nodes, list(zip(*ends.tolist(), cost.tolist(), strict=True)))


def multigraphs(most_nodes=8):
    """Random ones, drawn evenly rather than piece by piece, so that most have many ways."""
    return st.builds(
        random_case, st.integers(2, most_nodes), st.integers(2, 4), st.integers(0, 2**32 - 1)
    )


def costs_of(found, target):
    return found.get(target, np.inf)


def assert_leads(made, arcs, source, target):
    """A way that starts and ends where it should, without a gap, over open arcs."""
    tails, heads = made.graph.tail[arcs].tolist(), made.graph.head[arcs].tolist()
    assert [source, *heads] == [*tails, target]
    assert np.isfinite(made.weight[arcs]).all()


@given(multigraphs())
def test_every_shortest_way_is_as_networkx_has_it(made):
    for source in range(made.nodes):
        expected = nx.single_source_dijkstra_path_length(made.witness, source)
        for target in range(made.nodes):
            length, arcs = kernel.shortest(made.graph, made.weight, source, target)
            assert length == pytest.approx(costs_of(expected, target))
            if np.isfinite(length):
                assert_leads(made, arcs, source, target)
                assert made.weight[arcs].sum() == pytest.approx(length)
            else:
                assert arcs == []


@given(multigraphs())
def test_the_matrix_is_as_scipy_has_it(made):
    least = {}
    for arc, cost in enumerate(made.weight):
        ends = int(made.graph.tail[arc]), int(made.graph.head[arc])
        if cost < least.get(ends, SHUT):
            least[ends] = cost
    rows, columns = zip(*least, strict=True) if least else ((), ())
    dense = csr_array((list(least.values()), (rows, columns)), shape=(made.nodes, made.nodes))
    every = np.arange(made.nodes, dtype=np.int64)
    found = kernel.matrix(made.graph, made.weight, every, every)
    assert np.allclose(found, dijkstra(dense))


@given(multigraphs(), st.data())
def test_the_matrix_gives_rows_and_columns_in_the_order_asked(made, data):
    some = st.lists(st.integers(0, made.nodes - 1), max_size=4)
    sources, targets = data.draw(some), data.draw(some)
    found = kernel.matrix(
        made.graph, made.weight, np.array(sources, np.int64), np.array(targets, np.int64)
    )
    assert found.shape == (len(sources), len(targets))
    for row, source in enumerate(sources):
        for column, target in enumerate(targets):
            alone = kernel.shortest(made.graph, made.weight, source, target)[0]
            assert found[row, column] == pytest.approx(alone)


@given(multigraphs())
def test_distances_to_a_node_are_those_of_the_turned_graph(made):
    every = np.arange(made.nodes, dtype=np.int64)
    there = kernel.matrix(made.graph, made.weight, every, every)
    for target in range(made.nodes):
        found = kernel.distances_to(made.back, made.back_weight, target)
        assert np.allclose(found, there[:, target])


@given(multigraphs(), st.integers(0, 7), st.integers(0, 7))
def test_a_potential_changes_the_search_but_not_what_it_finds(made, source, target):
    source, target = source % made.nodes, target % made.nodes
    potential = kernel.distances_to(made.back, made.back_weight, target)
    plain = kernel.shortest(made.graph, made.weight, source, target)
    directed = kernel.shortest(made.graph, made.weight, source, target, potential=potential)
    assert directed[0] == pytest.approx(plain[0])


@given(multigraphs(), st.integers(0, 7), st.integers(0, 7), st.data())
def test_shut_nodes_are_not_entered(made, source, target, data):
    source, target = source % made.nodes, target % made.nodes
    shut = np.array(data.draw(st.lists(st.booleans(), min_size=made.nodes, max_size=made.nodes)))
    shut[source] = False
    open_nodes = np.flatnonzero(~shut).tolist()
    length, arcs = kernel.shortest(made.graph, made.weight, source, target, shut_node=shut)
    expected = nx.single_source_dijkstra_path_length(made.witness.subgraph(open_nodes), source)
    assert length == pytest.approx(costs_of(expected, target))
    assert not shut[made.graph.head[arcs]].any()


def enumerated(made, source, target):
    """All loopless ways as sequences of arcs, parallel ones told apart, with their lengths."""
    ways = nx.all_simple_edge_paths(made.witness, source, target)
    plain = [tuple(arc for _, _, arc in way) for way in ways]
    return {way: float(made.weight[list(way)].sum()) for way in plain if way}


def alternatives(made, source, target, count, **options):
    potential = kernel.distances_to(made.back, made.back_weight, target)
    return kernel.alternatives(
        made.graph, made.weight, source, target, count=count, potential=potential, **options
    )


@settings(max_examples=100)
@given(multigraphs(most_nodes=6), st.integers(1, 40))
def test_alternatives_are_the_least_of_all_loopless_ways(made, count):
    source, target = 0, made.nodes - 1
    every = enumerated(made, source, target)
    found = alternatives(made, source, target, count)
    lengths = [length for length, _ in found]
    assert lengths == pytest.approx(sorted(every.values())[:count])
    assert lengths == sorted(lengths)
    ways = [tuple(way) for _, way in found]
    assert len(set(ways)) == len(ways)
    for length, way in found:
        assert_leads(made, way, source, target)
        visited = [source, *made.graph.head[way].tolist()]
        assert len(set(visited)) == len(visited)
        assert every[tuple(way)] == pytest.approx(length)


@settings(max_examples=60)
@given(multigraphs(most_nodes=6), st.integers(1, 8), st.data())
def test_alternatives_alike_in_their_labels_count_once_at_their_best(made, count, data):
    label = np.array(
        data.draw(
            st.lists(st.integers(-1, 3), min_size=len(made.weight), max_size=len(made.weight))
        ),
        dtype=np.int64,
    )
    source, target = 0, made.nodes - 1
    least = {}
    for way, length in enumerated(made, source, target).items():
        said = tuple(name for name in label[list(way)].tolist() if name >= 0)
        least[said] = min(length, least.get(said, SHUT))
    found = alternatives(made, source, target, count, label=label)
    said = [tuple(name for name in label[way].tolist() if name >= 0) for _, way in found]
    assert len(set(said)) == len(said)
    assert [length for length, _ in found] == pytest.approx(sorted(least.values())[:count])
    for (length, _), names in zip(found, said, strict=True):
        assert length == pytest.approx(least[names])


def test_parallel_arcs_are_alternatives_to_each_other():
    made = case(3, [(0, 1, 2.0), (0, 1, 1.0), (0, 1, 1.0), (1, 2, 0.0), (1, 2, 5.0)])
    found = alternatives(made, 0, 2, 9)
    assert [length for length, _ in found] == [1, 1, 2, 6, 6, 7]
    assert len({tuple(way) for _, way in found}) == 6


def test_alternatives_never_come_by_the_same_node_twice():
    made = case(4, [(0, 1, 1.0), (1, 2, 1.0), (1, 0, 1.0), (2, 1, 1.0), (0, 2, 5.0), (2, 3, 1.0)])
    found = alternatives(made, 0, 3, 9)
    assert [length for length, _ in found] == [3, 6]


def test_there_is_nothing_where_no_way_leads():
    made = case(4, [(0, 1, 1.0), (1, 0, 1.0), (1, 2, SHUT), (3, 2, 1.0)])
    assert kernel.shortest(made.graph, made.weight, 0, 2) == (np.inf, [])
    assert alternatives(made, 0, 2, 3) == []
    assert kernel.distances_to(made.back, made.back_weight, 2).tolist() == [np.inf, np.inf, 0, 1]


def test_a_place_is_reached_from_itself_by_doing_nothing():
    made = case(2, [(0, 0, 0.0), (0, 1, 1.0), (1, 0, 1.0)])
    assert kernel.shortest(made.graph, made.weight, 0, 0) == (0.0, [])


def test_solving_leaves_the_weights_as_they_were():
    made = case(4, [(0, 1, 1.0), (1, 3, 1.0), (0, 2, 1.5), (2, 3, 1.0), (1, 2, 0.0)])
    before = made.weight.copy()
    assert len(alternatives(made, 0, 3, 9)) == 3
    assert np.array_equal(made.weight, before)
