"""Shapley values and interactions, held against orders and sums over all combinations."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.errors import CorridorsError, UnknownNameError
from corridors.kernels import subsets
from tests.tiny import network

GATES = 4


def tree_of(costs: np.ndarray) -> tuple[subsets.Leaves, np.ndarray]:
    """The coarsest tree there is: a leaf for every combination."""
    everything = 2**GATES - 1
    opened = np.arange(2**GATES)
    start = np.array([0, 2**GATES])
    return subsets.Leaves(start, opened, everything & ~opened, opened), costs


def by_orders(game: np.ndarray) -> np.ndarray:
    """Shapley values as their definition has them: over every order of the gates."""
    found = np.zeros(GATES)
    for order in permutations(range(GATES)):
        opened = 0
        for gate in order:
            found[gate] += game[opened | 1 << gate] - game[opened]
            opened |= 1 << gate
    return found / factorial(GATES)


def by_pairs(game: np.ndarray) -> np.ndarray:
    """The interaction index as its definition has it."""
    found = np.zeros((GATES, GATES))
    for one in range(GATES):
        for other in set(range(GATES)) - {one}:
            a, b = 1 << one, 1 << other
            for rest in (s for s in range(2**GATES) if not s & (a | b)):
                size = rest.bit_count()
                chance = factorial(size) * factorial(GATES - size - 2) / factorial(GATES - 1)
                gain = game[rest | a | b] - game[rest | a] - game[rest | b] + game[rest]
                found[one, other] += chance * gain
    return found


games = st.lists(st.floats(-100, 100), min_size=2**GATES, max_size=2**GATES).map(np.array)


@given(games)
def test_values_and_interactions_of_any_game(game):
    tree, value = tree_of(game)
    np.testing.assert_allclose(subsets.shapley(tree, value, GATES)[0], by_orders(game), atol=1e-9)
    np.testing.assert_allclose(subsets.interaction(tree, value, GATES), by_pairs(game), atol=1e-9)


ways = st.lists(
    st.tuples(st.integers(1, 20).map(float), st.integers(0, 2**GATES - 1)), min_size=1, max_size=8
)


@given(ways)
def test_values_from_a_coarse_tree_are_those_of_all_combinations(found):
    cost, needs = (np.array(column) for column in zip(*sorted(found), strict=True))
    table = subsets.Ways(np.array([0, len(cost)]), cost, needs, np.arange(len(cost)))
    tree = subsets.leaves(table)
    shut_out = 50.0
    value = np.where(tree.way >= 0, cost[tree.way], shut_out)
    game = np.array(
        [
            min((c for c, n in found if not n & ~opened), default=shut_out)
            for opened in range(2**GATES)
        ]
    )
    np.testing.assert_allclose(subsets.shapley(tree, value, GATES)[0], by_orders(game), atol=1e-9)
    np.testing.assert_allclose(subsets.interaction(tree, value, GATES), by_pairs(game), atol=1e-9)


#: Two roads alike, each behind one gate; a third through two gates in line; a gate on no way.
DRAWING = """
    a -- road 100 left -- c
    a -- road 100 right -- c
    a -- road 30 project-first -- b -- road 20 project-second -- c
    a -- road 2000 -- c
    d -- road 10 useless -- e
    f -- road 10 left -- g
"""
FIRST, SECOND = "project-first", "project-second"
UNDER = ["left", "right", FIRST, SECOND, "useless"]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    return network(tmp_path_factory.mktemp("worth"), DRAWING, countries={"b": "BB", "c": "CC"})


@pytest.fixture(scope="module")
def swept(net):
    return co.sweep(net, UNDER, [("a", "c"), ("c", "a"), ("a", "b"), ("f", "g")])


def combination_values(swept, pair, ceiling):
    names = UNDER
    return np.array(
        [
            min(swept.cost(pair, open=[g for i, g in enumerate(names) if s >> i & 1]), ceiling)
            for s in range(2 ** len(names))
        ]
    )


def test_worth_adds_up_to_what_all_gates_save(swept):
    pair = ("a", "c")
    found = swept.worth(pair)
    costs = combination_values(swept, pair, np.inf)
    assert found.total == pytest.approx(costs[0] - costs[-1])
    assert found.gates.sum() == pytest.approx(found.total)
    assert list(found.pairs.index) == [pair]


def test_gates_alike_are_worth_the_same_and_a_useless_one_nothing(swept):
    found = swept.worth(("a", "c")).gates
    assert found["left"] == pytest.approx(found["right"])
    assert found[FIRST] == pytest.approx(found[SECOND])
    assert found["useless"] == 0
    assert (found >= -1e-9).all(), "opening a gate never makes a way dearer"


def test_gates_in_line_are_complements_and_side_by_side_substitutes(swept):
    found = swept.worth(("a", "c"))
    assert found.interaction.loc[FIRST, SECOND] > 0
    assert found.interaction.loc["left", "right"] < 0
    assert not found.interaction.loc["useless"].any()
    np.testing.assert_array_equal(found.interaction, found.interaction.T)
    couples = found.couples.set_index(["one", "other"])["are"]
    assert couples[FIRST, SECOND] == "complements"
    assert couples["left", "right"] == "substitutes"


def test_worth_of_several_pairs_is_the_sum(swept):
    pairs = [swept.worth(pair) for pair in swept.pairs]
    both = swept.worth()
    np.testing.assert_allclose(both.gates, sum(one.gates for one in pairs))
    np.testing.assert_allclose(both.interaction, sum(one.interaction for one in pairs), atol=1e-9)
    weighed = swept.worth({("a", "c"): 3, ("f", "g"): 2})
    wanted = 3 * pairs[0].gates + 2 * pairs[3].gates
    np.testing.assert_allclose(weighed.gates, wanted)
    of_c = swept.worth("CC")
    np.testing.assert_allclose(of_c.gates, pairs[0].gates + pairs[1].gates)
    assert "CC" in of_c.of


def test_what_an_unconnected_pair_counts_for_is_stated(swept):
    pair = ("f", "g")
    worst = swept.worth(pair)
    assert "dearest way" in worst.unconnected
    assert not worst.gates.any(), "its only way is its dearest"
    dear = swept.worth(pair, unconnected=100.0)
    assert "100 h" in dear.unconnected
    assert dear.gates["left"] == pytest.approx(100 - swept.cost(pair, open=["left"]))
    assert dear.total == pytest.approx(dear.gates["left"])


def test_a_pair_that_nothing_connects_counts_for_nothing(net):
    swept = co.sweep(net, UNDER, [("a", "f"), ("a", "c")])
    found = swept.worth(unconnected=1000.0)
    assert not found.pairs.loc[("a", "f")].any()
    assert found.total == pytest.approx(swept.worth(("a", "c")).total)


@settings(max_examples=5)
@given(st.sampled_from(["worst", 500.0]))
def test_worth_is_that_of_the_definition(swept, unconnected):
    for pair in swept.pairs:
        found = swept.worth(pair, unconnected=unconnected)
        dearest = max(way.cost for way in swept.best_ways(pair))
        ceiling = dearest if unconnected == "worst" else unconnected
        game = -combination_values(swept, pair, ceiling)
        count = len(UNDER)
        for gate in range(count):
            rest = [s for s in range(2**count) if not s >> gate & 1]
            value = sum(
                factorial(s.bit_count())
                * factorial(count - s.bit_count() - 1)
                * (game[s | 1 << gate] - game[s])
                for s in rest
            ) / factorial(count)
            assert found.gates.iloc[gate] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("of", "unconnected", "error", "says"),
    [
        ("ZZ", "worst", UnknownNameError, "country among the pairs 'ZZ'"),
        (("a", "zz"), "worst", UnknownNameError, "a:zz"),
        ({("a", "c"): -1.0}, "worst", CorridorsError, "-1.0"),
        (None, "best", CorridorsError, "best"),
        (None, 0.5, CorridorsError, "less than a way of"),
        (None, float("inf"), CorridorsError, "inf"),
    ],
)
def test_bad_questions_are_named(swept, of, unconnected, error, says):
    with pytest.raises(error, match=says):
        swept.worth(of, unconnected=unconnected)


def test_it_shows_itself(swept):
    found = swept.worth("CC")
    assert "the pairs of CC" in repr(found)
    assert "<table" in found._repr_html_()
    plain = found.to_dict()
    assert plain["total"] == pytest.approx(sum(plain["gates"].values()))
    assert plain["unconnected"] == found.unconnected


def test_worth_in_the_bundled_network_adds_up(bundled):
    swept = co.sweep(bundled, "projects", ["baku", "nakhchivan", "kars", "tehran"])
    found = swept.worth()
    first = swept.costs(open=[])
    last = swept.costs(open=swept.gates)
    both = np.isfinite(first) & np.isfinite(last)
    if both.all():
        assert found.total == pytest.approx((first - last).sum(), rel=1e-9)
    assert found.gates.sum() == pytest.approx(found.total)
    assert (found.gates >= -1e-9).all()
