"""Many draws of the same network, over arrays: weights from terms, gates from bits, then solved.

A draw is a vector of values and the gates that stand open. Its weights are sums of terms
``v[a] * v[b] / v[c]``, as in :mod:`corridors.arcs`. Draws are much alike, so nodes are gone
through in the order of their distances in the first draw, which all but settles the others too and
needs no heap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_compiled: Any = numba.njit(cache=True, nogil=True)


class Drawn(NamedTuple):
    """A network laid out for many draws.

    Attributes
    ----------
    start, head, tail
        The graph, arcs sorted by tail.
    term_arc, kind, a, b, c
        Shape (terms,): the addends of each arc's weight, and the kind of amount that each is.
    set_start, sets
        Bits of the gates that open arc i stand from ``set_start[i]`` to ``set_start[i + 1]``: one
        set must stand open whole. An arc without sets is always open.
    sign
        Shape (arcs,): a random number for each link; ways are told apart by their sum.
    sources, pair_start, targets
        Nodes of origins; targets of origin s stand from ``pair_start[s]`` to
        ``pair_start[s + 1]``.
    """

    start: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    term_arc: NDArray[np.int64]
    kind: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    c: NDArray[np.int64]
    set_start: NDArray[np.int64]
    sets: NDArray[np.int64]
    sign: NDArray[np.int64]
    sources: NDArray[np.int64]
    pair_start: NDArray[np.int64]
    targets: NDArray[np.int64]


@_compiled  # type: ignore[untyped-decorator]
def _weigh(plan: Any, values: Any, per: Any, opened: int, weight: Any) -> None:
    """Weights of every arc in one draw; infinity where its gates are shut."""
    weight[:] = 0.0
    for term in range(len(plan.term_arc)):
        amount = values[plan.a[term]] * values[plan.b[term]] / values[plan.c[term]]
        weight[plan.term_arc[term]] += per[plan.kind[term]] * amount
    for arc in range(len(weight)):
        first, last = plan.set_start[arc], plan.set_start[arc + 1]
        shut = last > first
        for place in range(first, last):
            if plan.sets[place] & ~opened == 0:
                shut = False
        if shut:
            weight[arc] = np.inf


@_compiled  # type: ignore[untyped-decorator]
def _spread(  # noqa: PLR0917 - compiled code takes no keywords
    plan: Any, weight: Any, order: Any, targets: Any, distance: Any, by_arc: Any, stirred: Any
) -> None:
    """Distances from the first node of ``order``, which nodes are gone through until all rest.

    Any order comes to the least distances (Bellman 1958); one that is nearly that of the
    distances, in two or three rounds. Nothing is searched beyond the farthest target, which is
    looked for each time the last of them is passed.
    """
    distance[:] = np.inf
    by_arc[:] = -1
    stirred[:] = False
    distance[order[0]] = 0.0
    stirred[order[0]] = True
    moved, far = True, np.inf
    while moved:
        moved = False
        for node in order:
            if node == targets[-1]:
                far = 0.0
                for target in targets:
                    far = max(far, distance[target])
            if not stirred[node]:
                continue
            stirred[node] = False
            here = distance[node]
            if here > far:
                continue
            for arc in range(plan.start[node], plan.start[node + 1]):
                other = plan.head[arc]
                reached = here + weight[arc]
                if reached < distance[other]:
                    distance[other], by_arc[other] = reached, arc
                    stirred[other] = True
                    moved = True


@_compiled  # type: ignore[untyped-decorator]
def _orders(plan: Any, weight: Any) -> Any:
    """Nodes by their distance from each origin under some weights, shape (origins, nodes).

    The farthest target of each origin is put last among its own.
    """
    nodes = len(plan.start) - 1
    orders = np.empty((len(plan.sources), nodes), np.int64)
    targets = plan.targets.copy()
    distance, by_arc = np.empty(nodes), np.empty(nodes, np.int64)
    stirred = np.empty(nodes, np.bool_)
    for source in range(len(plan.sources)):
        order = np.arange(nodes)
        order[0], order[plan.sources[source]] = plan.sources[source], 0
        _spread(plan, weight, order, order, distance, by_arc, stirred)
        distance[plan.sources[source]] = -1.0
        orders[source] = np.argsort(distance)
        last = plan.pair_start[source + 1] - 1
        for pair in range(plan.pair_start[source], last):
            if distance[targets[pair]] > distance[targets[last]]:
                targets[pair], targets[last] = targets[last], targets[pair]
    return orders, targets


@_compiled  # type: ignore[untyped-decorator]
def _solve(  # noqa: PLR0917 - compiled code takes no keywords
    plan: Any, values: Any, per: Any, opened: Any, cost: Any, sign: Any
) -> None:
    nodes = len(plan.start) - 1
    distance, by_arc = np.empty(nodes), np.empty(nodes, np.int64)
    stirred, weight = np.empty(nodes, np.bool_), np.empty(len(plan.head))
    _weigh(plan, values[0], per[0], opened[0], weight)
    orders, targets = _orders(plan, weight)
    for draw in range(len(values)):
        _weigh(plan, values[draw], per[draw], opened[draw], weight)
        for source in range(len(plan.sources)):
            first, last = plan.pair_start[source], plan.pair_start[source + 1]
            own = targets[first:last]
            _spread(plan, weight, orders[source], own, distance, by_arc, stirred)
            for pair in range(first, last):
                node = plan.targets[pair]
                cost[draw, pair] = distance[node]
                signed = np.int64(0)
                while by_arc[node] >= 0:
                    signed += plan.sign[by_arc[node]]
                    node = plan.tail[by_arc[node]]
                sign[draw, pair] = signed


def solve_draws(
    plan: Drawn,
    values: NDArray[np.float64],
    per: NDArray[np.float64],
    opened: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Least costs of every pair in every draw.

    Parameters
    ----------
    plan
        The network.
    values
        Shape (draws, values): the vector of each draw.
    per
        Shape (draws, kinds): what one of each kind of term counts for.
    opened
        Shape (draws,): bits of the gates that stand open.

    Returns
    -------
    tuple of ndarray
        Costs, shape (draws, pairs), infinite where there is no way; and the signs of the ways.
    """
    shape = len(values), len(plan.targets)
    cost, sign = np.empty(shape), np.empty(shape, dtype=np.int64)
    _solve(plan, values, per, opened, cost, sign)
    return cost, sign
