"""Every combination, held against networkx and against networks under scenarios."""

from __future__ import annotations

from itertools import combinations, product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors import kernel
from corridors.analysis import switches, terminals
from corridors.errors import CorridorsError, NoRoute, UnknownNameError
from corridors.kernels import subsets, walk
from corridors.routing import costs
from tests.tiny import network

GATES = 4
NODES = 6

arc = st.tuples(
    st.integers(0, NODES - 1),
    st.integers(0, NODES - 1),
    st.integers(1, 9).map(float),
    st.integers(0, 2**GATES - 1),
)
multigraphs = st.lists(arc, min_size=1, max_size=16)


def reduced(arcs: list[tuple[int, int, float, int]]) -> subsets.Reduced:
    """A multigraph reduced to its gated arcs; every node is an origin and a destination."""
    tail, head, weight, needs = (np.array(column) for column in zip(*sorted(arcs), strict=True))
    start = np.searchsorted(tail, np.arange(NODES + 1)).astype(np.int64)
    graph = kernel.Graph(start, head.astype(np.int64), tail.astype(np.int64))
    gated = np.flatnonzero(needs)
    everywhere = np.arange(NODES)
    return terminals.reduce(
        graph,
        weight.astype(float),
        terminals.Gated(gated, needs[gated].astype(np.int64), gated),
        everywhere,
        everywhere,
        workers=1,
    )


def brute_force(arcs: list[tuple[int, int, float, int]], opened: int) -> np.ndarray:
    """Least costs between all nodes with these gates open, by networkx."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(NODES))
    graph.add_weighted_edges_from(arc[:3] for arc in arcs if not arc[3] & ~opened)
    found = np.full((NODES, NODES), np.inf)
    for source, reached in nx.all_pairs_dijkstra_path_length(graph):
        for target, cost in reached.items():
            found[source, target] = cost
    return found


def every_combination(arcs: list[tuple[int, int, float, int]]) -> np.ndarray:
    return np.array([brute_force(arcs, opened) for opened in range(2**GATES)])


def held(ways: subsets.Ways, opened: int) -> np.ndarray:
    """What ways say each cell costs in one combination."""
    cells = len(ways.start) - 1
    found = np.full(cells, np.inf)
    for cell in range(cells):
        of = slice(ways.start[cell], ways.start[cell + 1])
        fits = ways.needs[of] & ~opened == 0
        found[cell] = ways.cost[of][fits].min(initial=np.inf)
    return found.reshape(NODES, NODES)


@given(multigraphs)
def test_least_ways_answer_every_combination_as_networkx_does(arcs):
    ways = subsets.least_ways(reduced(arcs))
    for opened, wanted in enumerate(every_combination(arcs)):
        np.testing.assert_allclose(held(ways, opened), wanted, rtol=1e-9)


@given(multigraphs)
def test_no_way_is_idle(arcs):
    ways = subsets.least_ways(reduced(arcs))
    for cell in range(NODES * NODES):
        of = slice(ways.start[cell], ways.start[cell + 1])
        assert list(ways.cost[of]) == sorted(ways.cost[of])
        for (cost, needs), (other, fewer) in combinations(
            zip(ways.cost[of], ways.needs[of], strict=True), 2
        ):
            assert needs & ~fewer, "a dearer way must do without a gate of every cheaper one"
            assert cost <= other


@given(multigraphs, st.integers(0, 2))
def test_the_walk_comes_to_what_networkx_comes_to(arcs, fixed):
    network_ = reduced(arcs)
    plan = walk.plan_walk(network_, walk.walk_order(network_, GATES))
    cells = np.array([*product(range(NODES), range(NODES))])
    parts = [walk.walk(plan, fixed=fixed, prefix=p, cells=cells) for p in range(2**fixed)]
    wanted = every_combination(arcs)
    codes = np.concatenate([part.codes for part in parts])
    assert sorted(codes) == list(range(2**GATES))
    visited = np.concatenate([part.costs for part in parts]).reshape(-1, NODES, NODES)
    np.testing.assert_allclose(visited, wanted[codes], rtol=1e-9)
    through = np.isfinite(wanted)
    np.testing.assert_array_equal(sum(part.reached for part in parts), through.sum(axis=0))
    finite = np.where(through, wanted, 0).sum(axis=0)
    np.testing.assert_allclose(sum(part.total for part in parts), finite, rtol=1e-9)


@given(multigraphs)
def test_leaves_part_all_combinations_among_the_ways(arcs):
    ways = subsets.least_ways(reduced(arcs))
    tree = subsets.leaves(ways)
    shares = subsets.shares(tree)
    wanted = every_combination(arcs).reshape(2**GATES, -1)
    for cell in range(NODES * NODES):
        of = range(tree.start[cell], tree.start[cell + 1])
        assert shares[of].sum() == pytest.approx(1)
        for opened in range(2**GATES):
            [leaf] = [
                leaf
                for leaf in of
                if not tree.opened[leaf] & ~opened and not tree.shut[leaf] & opened
            ]
            way = tree.way[leaf]
            cost = ways.cost[ways.start[cell] + way] if way >= 0 else np.inf
            assert cost == pytest.approx(wanted[opened, cell], rel=1e-9)


def test_a_question_too_wide_is_refused():
    fan = reduced([(0, 1, float(9 - gate), 1 << gate) for gate in range(4)])
    assert len(subsets.least_ways(fan, most=4).cost) == 4 + NODES
    assert subsets.least_ways(fan, most=3) is None


def test_least_sets():
    assert switches.either((1,), (1, 3), (6,)) == (1, 6)
    assert switches.either() == switches.NEVER
    assert switches.both(switches.NEVER, (1,)) == switches.NEVER
    assert switches.both(switches.ALWAYS, (1, 6)) == (1, 6)
    assert switches.both((1, 2), (1, 4)) == (1, 6)


#: A road with two gates in line, one of them shared with the railway; a ferry; a bypass whose
#: gate the condition ties to the others; a long way that is open anyway.
DRAWING = """
    a -- road 100 one -- b -- road 100 two -- c
    a -- rail 200 one two -- c
    a -- ferry-road 90 service -- c
    a -- road 150 bypass -- d -- road 60 -- c
    d -- road 40 three -- b
    a -- road 900 -- e -- road 900 -- c
    b -- road 20 project shared -- f
    e -- road 30 shared -- f
"""
UNDER = ["one", "two", "service", "bypass", "three", "project", "shared"]
PLACES = ["a", "b", "c", "d", "f"]
CONDITIONS = [
    {
        "id": "tied",
        "gates": "bypass; three",
        "needs": "one; service",
        "title": "t",
        "source": "assumed",
    },
    {
        "id": "chained",
        "gates": "service",
        "needs": "shared; two",
        "title": "t",
        "source": "assumed",
    },
]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    dwell = {"name": "dwell_h", "unit": "h", "source": "assumed", "at": "one", "mode": "road"}
    one_way = [
        {"id": "in", **dwell, "to": "AA", "value": 3, "low": 3, "high": 3},
        {"id": "out", **dwell, "to": "BB", "value": 30, "low": 30, "high": 30},
    ]
    events = [
        {
            "gate": "plain",
            "date": "2020-01-01",
            "event": "shuts",
            "origin": "BB",
            "source": "assumed",
        },
        {
            "gate": "one",
            "date": "2020-01-01",
            "event": "shuts",
            "origin": "BB",
            "source": "assumed",
        },
    ]
    return network(
        folder,
        DRAWING + "\n    b -- road 70 plain -- d\n",
        shut=["project", "three"],
        countries={"b": "BB", "f": "BB"},
        extra={"conditions": CONDITIONS, "parameters": one_way, "events": events},
    )


def subsets_of(names):
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def under(net, opened, gates):
    return net.under(open=opened, close=[gate for gate in gates if gate not in opened])


@pytest.mark.parametrize("by", ["time", "generalised"])
def test_every_combination_of_a_network_is_that_scenario(net, by):
    sw = co.sweep(net, UNDER, PLACES, by=by)
    assert sw.count == 2 ** len(UNDER)
    assert len(sw.groups) > 1, "cargo from BB finds another gate shut"
    for opened in subsets_of(UNDER):
        table = costs(under(net, opened, UNDER), PLACES, PLACES, by=by)
        wanted = [table[PLACES.index(o), PLACES.index(d)] for o, d in sw.pairs]
        np.testing.assert_allclose(sw.costs(open=opened), wanted, rtol=1e-9)


def test_gates_left_out_keep_their_state_and_conditions_bind_them(net):
    few = ["one", "service", "project"]
    sw = co.sweep(net, few, PLACES)
    for opened in subsets_of(few):
        table = costs(under(net, opened, few), PLACES, PLACES)
        wanted = [table[PLACES.index(o), PLACES.index(d)] for o, d in sw.pairs]
        np.testing.assert_allclose(sw.costs(open=opened), wanted, rtol=1e-9)


def test_gates_can_open_together(net):
    bundles = {"road": ["one", "two"], "round": ("bypass", "service"), "again": "two"}
    gates = ["one", "two", "bypass", "service"]
    sw = co.sweep(net, bundles, [("a", "c"), ("b", "d")])
    for opened in subsets_of(list(bundles)):
        lifted = {
            g for name in opened for g in ([bundles[name]] if name == "again" else bundles[name])
        }
        table = costs(under(net, sorted(lifted), gates), ["a", "b"], ["c", "d"])
        for pair, wanted in (("a", "c"), table[0, 0]), (("b", "d"), table[1, 1]):
            assert sw.cost(pair, open=opened) == pytest.approx(wanted, rel=1e-9)


def test_routes_cost_what_the_sweep_says_and_pass_open_gates_only(net):
    sw = co.sweep(net, UNDER, [("a", "c"), ("b", "f")])
    for pair, opened in product(sw.pairs, subsets_of(UNDER)):
        cost = sw.cost(pair, open=opened)
        if np.isinf(cost):
            with pytest.raises(NoRoute) as refused:
                sw.route(pair, open=opened)
            wider = {*opened, *refused.value.needs}
            assert np.isfinite(sw.cost(pair, open=wider)) == bool(refused.value.needs)
            continue
        way = sw.route(pair, open=opened)
        assert way.hours == pytest.approx(cost, rel=1e-9)
        assert set(way.gates) & set(UNDER) <= set(opened)


def test_best_ways_are_a_decision_list(net):
    sw = co.sweep(net, UNDER, [("a", "c"), ("a", "f")])
    for pair in sw.pairs:
        ways = sw.best_ways(pair)
        led = dict.fromkeys(range(len(ways)), 0)
        for opened in subsets_of(UNDER):
            leading = [
                number
                for number, way in enumerate(ways)
                if any(set(gates) <= set(opened) for gates in way.gates)
            ]
            cost = ways[leading[0]].cost if leading else np.inf
            assert sw.cost(pair, open=opened) == pytest.approx(cost, rel=1e-9)
            if leading:
                led[leading[0]] += 1
        assert [way.share for way in ways] == pytest.approx([n / sw.count for n in led.values()])


def test_the_tree_is_read_to_the_same_cost(net):
    sw = co.sweep(net, UNDER, [("a", "c")])
    lines = sw.tree(("a", "c")).splitlines()
    for opened in subsets_of(UNDER):
        at = depth = 0
        while not lines[at].strip().endswith(("h", "no way")):
            gate, state = lines[at].strip(":").split()
            if (state == "open:"[:-1]) != (gate in opened):
                at = next(
                    later
                    for later in range(at + 1, len(lines))
                    if lines[later] == f"{'  ' * depth}{gate} shut:"
                )
            at, depth = at + 1, depth + 1
        cost = sw.cost(("a", "c"), open=opened)
        wanted = "no way" if np.isinf(cost) else f"{cost:,.1f} h"
        assert lines[at].strip() == wanted


def test_the_table_is_that_of_all_combinations(net):
    sw = co.sweep(net, UNDER, PLACES)
    every = np.array([sw.costs(open=opened) for opened in subsets_of(UNDER)])
    through = np.isfinite(every)
    table = sw.table
    np.testing.assert_allclose(table["best"], every.min(axis=0))
    np.testing.assert_allclose(table["worst"], every.max(axis=0))
    np.testing.assert_allclose(table["reached"], through.mean(axis=0))
    mean = np.where(through, every, 0).sum(axis=0) / through.sum(axis=0)
    np.testing.assert_allclose(table["mean"], mean)
    walked = sw.visited(workers=2)
    np.testing.assert_allclose(walked["mean"], table["mean"], rtol=1e-9)
    np.testing.assert_allclose(walked["reached"], table["reached"])
    for number, gates in enumerate(table["gates"]):
        idle = [gate for gate in UNDER if gate not in gates.split("; ")]
        pair = sw.pairs[number]
        assert sw.cost(pair, open=UNDER) == sw.cost(pair, open=[g for g in UNDER if g not in idle])


def test_leads_name_every_combination(net):
    sw = co.sweep(net, UNDER, [("a", "c"), ("b", "f")])
    for pair in sw.pairs:
        leads = sw.leads(pair)
        assert leads["share"].sum() == pytest.approx(1)
        assert leads["cost"].is_monotonic_increasing
    np.testing.assert_allclose(sw.corridors().sum(axis=1), 1)


def test_combinations_come_in_chunks_and_go_to_a_file(net, tmp_path, monkeypatch):
    monkeypatch.setattr("corridors.analysis.sweep._CHUNK", 40)
    sw = co.sweep(net, UNDER, [("a", "c"), ("b", "f")])
    chunks = [*sw.combinations(workers=1)]
    assert len(chunks) > 1
    whole = pd.concat(chunks, ignore_index=True)
    assert len(whole) == sw.count
    for _, row in whole.iterrows():
        opened = [gate for gate in UNDER if row[gate]]
        assert row["a:c"] == pytest.approx(sw.cost(("a", "c"), open=opened), rel=1e-9)
    path = sw.to_parquet(tmp_path / "out" / "sweep.parquet")
    again = pd.read_parquet(path)
    pd.testing.assert_frame_equal(again, whole, check_dtype=False)
    assert [file.name for file in path.parent.iterdir()] == ["sweep.parquet"]


def test_gates_that_change_nothing(tmp_path):
    """A gate whose links another keeps shut, and pairs that nothing connects."""
    alone = network(tmp_path, "a -- road 9 one locked -- b\nc -- road 9 -- d", shut=["locked"])
    sw = co.sweep(alone, ["one"], [("a", "b"), ("c", "d")])
    assert np.isinf(sw.cost(("a", "b"), open=["one"]))
    assert sw.best_ways(("a", "b")) == ()
    assert sw.tree(("a", "b")) == "no way"
    assert list(sw.leads(("a", "b"))["corridor"]) == ["no way"]
    assert list(sw.table["ways"]) == [0, 1]
    assert list(sw.visited()["reached"]) == [0, 1]
    with pytest.raises(NoRoute, match="no gate would open one"):
        sw.route(("a", "b"), open=["one"])
    assert sw.to_dict()["rows"][0]["best"] is None


def test_modes_and_cargo_bind_every_combination(net):
    for options in ({"modes": "road"}, {"cargo": co.Cargo(5.0, avoid=("BB",))}):
        sw = co.sweep(net, UNDER, ["a", "c", "d"], by="cost", **options)
        for opened in [(), ("one", "two"), tuple(UNDER)]:
            table = costs(
                under(net, opened, UNDER), ["a", "c", "d"], ["a", "c", "d"], by="cost", **options
            )
            wanted = table[~np.eye(3, dtype=bool)]
            np.testing.assert_allclose(sw.costs(open=opened), wanted, rtol=1e-9)
            for pair in sw.pairs:
                if np.isfinite(sw.cost(pair, open=opened)):
                    assert sw.route(pair, open=opened).usd == pytest.approx(
                        sw.cost(pair, open=opened)
                    )


def test_too_many_combinations_to_visit(net):
    sw = co.sweep(net, {f"n{i}": ["one"] for i in range(50)}, [("a", "c")])
    assert sw.count == 2**50
    assert sw.cost(("a", "c"), open=["n7"]) == sw.cost(("a", "c"), open=sw.gates)
    with pytest.raises(CorridorsError, match="too many to visit"):
        sw.visited()


def test_a_way_that_needs_no_gate_leads_everywhere(net):
    sw = co.sweep(net, ["project"], [("a", "e")])
    [way] = sw.best_ways(("a", "e"))
    assert way.gates == ((),)
    assert way.share == 1
    assert sw.tree(("a", "e")) == f"{way.cost:,.1f} h"


@pytest.mark.parametrize(
    ("gates", "pairs", "error", "says"),
    [
        (["on"], [("a", "c")], UnknownNameError, "one"),
        ("bridges", [("a", "c")], UnknownNameError, "bridges"),
        ([], [("a", "c")], CorridorsError, "0 gates under study"),
        (["one"], [], CorridorsError, "at least one pair"),
        (["one"], ["a"], CorridorsError, "at least one pair"),
        (["one"], [("a", "a")], CorridorsError, "leads nowhere"),
        (["one"], [("a", "zz")], UnknownNameError, "zz"),
        ({f"n{i}": ["one"] for i in range(63)}, [("a", "c")], CorridorsError, "63 gates"),
    ],
)
def test_bad_questions_are_named(net, gates, pairs, error, says):
    with pytest.raises(error, match=says):
        co.sweep(net, gates, pairs)


def test_too_many_ways_are_named(net, monkeypatch):
    monkeypatch.setattr(subsets, "least_ways", lambda *_: None)
    with pytest.raises(CorridorsError, match="study fewer gates"):
        co.sweep(net, UNDER, PLACES)


def test_bad_combinations_are_named(net):
    sw = co.sweep(net, UNDER, [("a", "c")])
    with pytest.raises(UnknownNameError, match="gate under study 'plain'"):
        sw.cost(("a", "c"), open=["plain"])
    with pytest.raises(UnknownNameError, match="c:a"):
        sw.cost(("c", "a"), open=["one"])
    with pytest.raises(CorridorsError, match="workers 0"):
        sw.visited(workers=0)


def test_kinds_of_gates(bundled):
    gates = bundled.seeds.gates
    unbuilt = switches.switches(bundled, "unbuilt")
    assert all(gates[gate].opening_likely for gate in unbuilt)
    assert {gates[gate].kind for gate in switches.switches(bundled, "straits")} == {"strait"}
    assert [*switches.switches(bundled, "suez")] == ["suez"]


@settings(max_examples=10)
@given(st.data())
def test_the_bundled_network_in_any_combination(bundled, data):
    gates = [*switches.switches(bundled, "projects")][:12]
    places = ["baku", "nakhchivan", "tabriz", "tbilisi", "yerevan", "moscow"]
    sw = co.sweep(bundled, gates, places)
    opened = data.draw(st.lists(st.sampled_from(gates), unique=True))
    table = costs(under(bundled, opened, gates), places, places)
    wanted = [table[places.index(o), places.index(d)] for o, d in sw.pairs]
    np.testing.assert_allclose(sw.costs(open=opened), wanted, rtol=1e-9)


def test_it_shows_itself(net):
    sw = co.sweep(net, UNDER, [("a", "c")])
    assert "128 combinations" in repr(sw)
    assert "<table" in sw._repr_html_()
