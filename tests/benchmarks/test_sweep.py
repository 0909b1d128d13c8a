"""Every combination, draws and losses, each beside what a user would otherwise run.

Run with ``pytest tests/benchmarks --benchmark-enable``; ordinary runs skip these. The sizes to
reach stand in the names of the groups; none is asserted. ``combinations`` in the extra info says
how many scenarios one round answers, ``pairs`` for how many pairs: time over their product is what
a user pays for one answer, and the ratio of two of those is the gain. Each peer must agree with
the sweep on the combinations it solves.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import corridors as co
from corridors import kernel
from corridors.analysis import terminals
from corridors.kernels import subsets, walk
from tests.benchmarks.bed import bundled_bed, full_bed

pytest.importorskip("pytest_benchmark")
GATES, PLACES = 20, 60
EVERY = f"2^{GATES} combinations, all pairs of {PLACES} places"
#: Origins for which networkx is run on the full-size bed, where all would take minutes.
FEW = 2


@pytest.fixture(scope="module")
def net():
    return co.load()


@pytest.fixture(scope="module")
def gates(net):
    return [gate.id for gate in net.seeds.gates.values() if gate.opening_likely][:GATES]


@pytest.fixture(scope="module")
def places(net):
    return [place.id for place in net.seeds.places.values() if place.kind == "city"][:PLACES]


@pytest.fixture(scope="module")
def swept(net, gates, places):
    found = co.sweep(net, gates, places)
    found.visited()
    return found


@pytest.fixture(scope="module")
def bundled(net, gates, places):
    return bundled_bed(net, gates, places)


@pytest.fixture(scope="module")
def full(net, gates, places):
    pytest.importorskip("scgraph_data")
    return full_bed(net, gates, places)


@pytest.fixture(scope="module")
def reduced(full):
    return terminals.reduce(full.graph, full.weight, full.gated, full.sources, full.targets)


@pytest.fixture(scope="module")
def full_ways(reduced):
    return subsets.least_ways(reduced)


def told(benchmark, combinations, pairs, nodes):
    benchmark.extra_info |= {"combinations": combinations, "pairs": pairs, "nodes": nodes}


def some_combinations(count):
    generator = np.random.default_rng(1)
    return [0, 2**GATES - 1, *generator.integers(0, 2**GATES, count).tolist()]


def by_scipy(bed, opened, sources):
    """What a user would run for one combination: the least arc per pair of nodes, then Dijkstra."""
    weight = bed.shut(opened)
    used = np.flatnonzero(np.isfinite(weight))
    order = used[np.argsort(weight[used], kind="stable")]
    ends = np.column_stack([bed.graph.tail[order], bed.graph.head[order]])
    _, first = np.unique(ends @ [bed.nodes, 1], return_index=True)
    rows, columns = ends[first].T
    least = np.maximum(weight[order[first]], 1e-300)
    matrix = csr_array((least, (rows, columns)), shape=(bed.nodes, bed.nodes))
    return dijkstra(matrix, indices=sources)[:, bed.targets]


def by_networkx(graph, bed, opened, sources):
    shut = ~opened

    def weight(_tail, _head, arcs):
        left = [arc["weight"] for arc in arcs.values() if not arc["needs"] & shut]
        return min(left) if left else None

    rows = []
    for source in sources:
        reached = nx.single_source_dijkstra_path_length(graph, int(source), weight=weight)
        rows.append([reached.get(int(target), np.inf) for target in bed.targets])
    return np.array(rows)


def as_networkx(bed):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(bed.nodes))
    columns = (bed.graph.tail, bed.graph.head, bed.weight, bed.arc_needs)
    for tail, head, weight, needs in zip(*(column.tolist() for column in columns), strict=True):
        if np.isfinite(weight):
            graph.add_edge(tail, head, weight=weight, needs=needs)
    return graph


def agrees(found, ways, opened, rows=slice(None)):
    """Whether a peer's matrix is the sweep's, places with themselves left out."""
    cells = len(ways.start) - 1
    size = int(np.sqrt(cells))
    fits = ways.needs & ~opened == 0
    wanted = np.full(cells, np.inf)
    of = np.repeat(np.arange(cells), np.diff(ways.start))
    np.minimum.at(wanted, of[fits], ways.cost[fits])
    wanted = wanted.reshape(size, size)[rows]
    apart = ~np.eye(size, dtype=bool)[rows]
    np.testing.assert_allclose(found[apart], wanted[apart], rtol=1e-9)


@pytest.mark.benchmark(group=f"{EVERY}, bundled network: 5 s")
def test_least_ways(benchmark, net, gates, places):
    found = benchmark(lambda: co.sweep(net, gates, places).table)
    told(benchmark, 2**GATES, len(found), len(net.arcs.states))


@pytest.mark.benchmark(group=f"{EVERY}, bundled network: 5 s")
def test_walk(benchmark, net, swept):
    found = benchmark.pedantic(swept.visited, rounds=3)
    told(benchmark, 2**GATES, len(swept.pairs), len(net.arcs.states))
    np.testing.assert_allclose(found["mean"], swept.table["mean"], rtol=1e-9)
    np.testing.assert_allclose(found["reached"], swept.table["reached"])


@pytest.mark.benchmark(group=f"{EVERY}, bundled network: 5 s")
def test_scipy(benchmark, bundled):
    ways = subsets.least_ways(
        terminals.reduce(
            bundled.graph, bundled.weight, bundled.gated, bundled.sources, bundled.targets
        )
    )
    for opened in some_combinations(20):
        agrees(by_scipy(bundled, opened, bundled.sources), ways, opened)
    benchmark(by_scipy, bundled, 2**GATES - 1, bundled.sources)
    told(benchmark, 1, PLACES * (PLACES - 1), bundled.nodes)


@pytest.mark.benchmark(group=f"{EVERY}, bundled network: 5 s")
def test_networkx(benchmark, bundled):
    graph = as_networkx(bundled)
    ways = subsets.least_ways(
        terminals.reduce(
            bundled.graph, bundled.weight, bundled.gated, bundled.sources, bundled.targets
        )
    )
    for opened in some_combinations(3):
        agrees(by_networkx(graph, bundled, opened, bundled.sources), ways, opened)
    asked = (graph, bundled, 2**GATES - 1, bundled.sources)
    benchmark.pedantic(by_networkx, asked, rounds=2)
    told(benchmark, 1, PLACES * (PLACES - 1), bundled.nodes)


@pytest.mark.benchmark(group="one cost, one route of a sweep")
@pytest.mark.parametrize("what", ["cost", "route"])
def test_one_answer(benchmark, swept, gates, what):
    pair = ("baku", "nakhchivan")
    assert benchmark(getattr(swept, what), pair, open=gates[:7])


@pytest.mark.benchmark(group="worth of 20 gates to all pairs of 60 places")
def test_worth(benchmark, swept):
    found = benchmark(swept.worth)
    assert found.gates.sum() == pytest.approx(found.total)


@pytest.mark.benchmark(group="first solves, full-size bed")
def test_first_solves(benchmark, full):
    asked = (full.graph, full.weight, full.gated, full.sources, full.targets)
    found = benchmark.pedantic(terminals.reduce, asked, rounds=1)
    told(benchmark, 0, PLACES * (PLACES - 1), full.nodes)
    assert found.base.shape[0] > PLACES


@pytest.mark.benchmark(group=f"{EVERY}, full-size bed, after its first solves: 5 s")
def test_least_ways_on_the_bed(benchmark, full, reduced):
    ways = benchmark(subsets.least_ways, reduced)
    told(benchmark, 2**GATES, PLACES * (PLACES - 1), full.nodes)
    assert len(ways.start) == PLACES**2 + 1


@pytest.mark.benchmark(group=f"{EVERY}, full-size bed, after its first solves: 5 s")
def test_walk_on_the_bed(benchmark, full, reduced, full_ways):
    def visit():
        plan = walk.plan_walk(reduced, walk.walk_order(reduced, GATES))
        parts = [walk.walk(plan, fixed=1, prefix=prefix) for prefix in (0, 1)]
        return sum(part.total for part in parts), sum(part.reached for part in parts)

    total, reached = benchmark.pedantic(visit, rounds=2, warmup_rounds=1)
    told(benchmark, 2**GATES, PLACES * (PLACES - 1), full.nodes)
    tree = subsets.leaves(full_ways)
    cell = np.repeat(np.arange(PLACES**2), np.diff(tree.start))
    through = tree.way >= 0
    share = subsets.shares(tree) * 2.0**GATES
    cost = full_ways.cost[(full_ways.start[cell] + tree.way)[through]]
    wanted = np.bincount(cell[through], share[through] * cost, minlength=PLACES**2)
    np.testing.assert_allclose(total.ravel(), wanted, rtol=1e-9)
    wanted = np.bincount(cell[through], share[through], minlength=PLACES**2)
    np.testing.assert_allclose(reached.ravel(), wanted)


@pytest.mark.benchmark(group=f"{EVERY}, full-size bed, after its first solves: 5 s")
def test_scipy_on_the_bed(benchmark, full, full_ways):
    opened = 2**GATES - 1
    found = benchmark.pedantic(by_scipy, (full, opened, full.sources), rounds=1)
    told(benchmark, 1, PLACES * (PLACES - 1), full.nodes)
    agrees(found, full_ways, opened)
    for other in some_combinations(1)[2:]:
        agrees(by_scipy(full, other, full.sources), full_ways, other)


@pytest.mark.benchmark(group=f"{EVERY}, full-size bed, after its first solves: 5 s")
def test_networkx_on_the_bed(benchmark, full, full_ways):
    graph, opened = as_networkx(full), 2**GATES - 1
    asked = (graph, full, opened, full.sources[:FEW])
    found = benchmark.pedantic(by_networkx, asked, rounds=1)
    told(benchmark, 1, FEW * (PLACES - 1), full.nodes)
    agrees(found, full_ways, opened, slice(FEW))


@pytest.mark.benchmark(group="10,000 draws, all pairs of 20 places, three scenarios: 20 s")
def test_draws(benchmark, net, places):
    scenarios = ["base", "araz-open", "zangezur-open"]
    co.simulate(net, scenarios, places[:20], draws=2)
    found = benchmark.pedantic(co.simulate, (net, scenarios, places[:20]), rounds=1)
    told(benchmark, 3 * found.draws, len(found.pairs), len(net.arcs.states))
    for draw in (0, 4711, 9999):
        drawn = found.network(draw=draw, scenario="araz-open")
        wanted = co.matrix(drawn, places[:20]).to_numpy()
        np.testing.assert_allclose(
            found.costs[1, 0, draw], wanted[~np.eye(20, dtype=bool)], rtol=1e-9
        )


@pytest.mark.benchmark(group="10,000 draws, all pairs of 20 places, three scenarios: 20 s")
def test_draws_one_by_one(benchmark, net, places):
    """What a user would run for one draw of one scenario: the compiled matrix."""
    arcs = net.arcs
    node = {state: number for state, number in arcs.node.items() if state.place in places[:20]}
    ends = [
        np.array([number for state, number in node.items() if state.layer == layer])
        for layer in ("origin", "destination")
    ]
    graph = kernel.Graph(arcs.start, arcs.head, arcs.tail)

    def one():
        values = net.values * 1.01
        amounts = [terms.amounts(values) for terms in arcs.terms[:1]]
        weight = np.bincount(arcs.terms[0].arc, amounts[0], minlength=arcs.count)
        return kernel.matrix(graph, np.where(net.shut_arcs, np.inf, weight), *ends)

    assert benchmark(one).shape == (20, 20)
    told(benchmark, 1, 380, len(arcs.states))


@pytest.mark.benchmark(group="criticality of all gates, links, borders, countries and couples")
def test_criticality(benchmark, net, places):
    found = benchmark.pedantic(co.criticality, (net, places[:20]), rounds=2, warmup_rounds=1)
    assert len(found.table)
