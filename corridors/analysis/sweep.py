"""Every combination of open and shut gates at once, exactly.

The network is reduced to its terminals (:mod:`corridors.analysis.terminals`) and searched once by
cost and by the set of gates that a way needs. Of each pair the few ways are left that lead in some
combination; the first whose gates stand open is the best, so all 2^k combinations are answered
without visiting them. :meth:`Sweep.visited` visits them one by one and must come to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.analysis.leads import lead
from corridors.analysis.parallel import pieces
from corridors.analysis.switches import Switches, switches
from corridors.analysis.terminals import Group, asked_pairs, groups, named
from corridors.errors import CorridorsError, NoRoute, UnknownNameError
from corridors.kernels import subsets, walk
from corridors.routing import UNITS, Query, Route, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.analysis.worth import Worth
    from corridors.compare import Pair
    from corridors.cost import Cargo
    from corridors.network import Network

#: Pieces that a walk is cut into have at most this many gates left, and at least one piece a core.
_PIECE_GATES = 16
#: Numbers that one chunk of visited combinations may hold.
_CHUNK = 1_000_000


class Way(NamedTuple):
    """One way that leads in some combination.

    Attributes
    ----------
    cost
        What it costs, in the sweep's unit.
    gates
        The least sets of gates under study that bring it; one empty set where it needs none.
    share
        The share of all combinations in which it leads, 0 to 1.
    """

    cost: float
    gates: tuple[tuple[str, ...], ...]
    share: float


@dataclass(frozen=True, eq=False)
class Sweep:
    """All combinations of some gates, for some pairs.

    Attributes
    ----------
    network
        The network that the other gates are taken from.
    by, unit
        What ways minimise, and its unit.
    switches
        The gates under study: each name with the gates that it opens.
    pairs
        Origins and destinations, in the order asked.
    ways
        Ways of each pair, one pair a cell.
    groups
        The network reduced to its terminals, once for each kind of cargo.
    asked
        Cargo and modes.
    """

    network: Network
    by: str
    switches: Switches
    pairs: tuple[Pair, ...]
    ways: subsets.Ways = field(repr=False)
    groups: tuple[Group, ...] = field(repr=False)
    asked: Mapping[str, Any] = field(repr=False)
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def unit(self) -> str:
        """Unit of every cost."""
        return UNITS[self.by]

    @property
    def gates(self) -> tuple[str, ...]:
        """Names of the gates under study; bit i of a combination is the i-th."""
        return tuple(self.switches)

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return 1 << len(self.switches)

    @cached_property
    def leaves(self) -> subsets.Leaves:
        """The decision trees of all pairs."""
        return subsets.leaves(self.ways)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """The share of combinations that each leaf holds for."""
        return subsets.shares(self.leaves)

    @cached_property
    def _index(self) -> dict[Pair, int]:
        return {pair: number for number, pair in enumerate(self.pairs)}

    @cached_property
    def _bit(self) -> dict[str, int]:
        return {gate: 1 << place for place, gate in enumerate(self.switches)}

    def cost(self, pair: Pair, *, open: Iterable[str] = ()) -> float:  # noqa: A002 - a name of the contract
        """What the best way costs with just these gates under study open.

        Parameters
        ----------
        pair
            (origin, destination) ids.
        open
            Names of gates under study; the others are shut.

        Returns
        -------
        float
            In the sweep's unit; infinity where there is no way.

        Raises
        ------
        UnknownNameError
            When a gate is not under study, or the pair was not asked for.
        """
        ways, way = self._leading(pair, self.combination(open))
        return ways[0][way] if way >= 0 else float("inf")

    def route(self, pair: Pair, *, open: Iterable[str] = ()) -> Route:  # noqa: A002 - a name of the contract
        """The best way with just these gates under study open.

        It is shown on the network that opens no more of them than the way needs, and kept: asked
        again it costs no search.

        Raises
        ------
        NoRoute
            When there is none; says which gates under study would have to open.
        """
        bits = self.combination(open)
        ways, way = self._leading(pair, bits)
        if way < 0:
            missing = min((needs & ~bits for needs in ways[1]), key=int.bit_count, default=0)
            raise NoRoute(*pair, named(self.gates, missing))
        key = ("route", pair, way)
        if key not in self._memo:
            self._memo[key] = self._routed(pair, ways[1][way])
        found: Route = self._memo[key]
        return found

    def _routed(self, pair: Pair, needs: int) -> Route:
        opened = dict.fromkeys(
            gate for name in named(self.gates, needs) for gate in self.switches[name]
        )
        others = {gate for gates in self.switches.values() for gate in gates} - opened.keys()
        under = self.network.under(open=opened, close=sorted(others))
        return route(under, *pair, by=self.by, **self.asked)

    def combination(self, open: Iterable[str]) -> int:  # noqa: A002 - a name of the contract
        """The bits of a combination."""
        opened = (open,) if isinstance(open, str) else open
        try:
            return sum({self._bit[gate] for gate in opened})
        except KeyError as error:
            what = "gate under study"
            raise UnknownNameError(what, str(error.args[0]), self.switches) from None

    def _cell(self, pair: Pair) -> int:
        if pair not in self._index:
            what = "pair"
            asked = ":".join(map(str, pair))
            raise UnknownNameError(what, asked, [":".join(one) for one in self.pairs])
        return self._index[pair]

    def _leading(self, pair: Pair, bits: int) -> tuple[tuple[list[float], list[int]], int]:
        """Costs and needs of a pair's ways, and which of them leads; -1 where none does."""
        ways = self._memo.get(pair)
        if ways is None:
            cell = self._cell(pair)
            of = slice(self.ways.start[cell], self.ways.start[cell + 1])
            ways = self._memo[pair] = (self.ways.cost[of].tolist(), self.ways.needs[of].tolist())
        shut = ~bits
        leading = (way for way, needs in enumerate(ways[1]) if not needs & shut)
        return ways, next(leading, -1)

    def costs(self, *, open: Iterable[str] = ()) -> NDArray[np.float64]:  # noqa: A002 - a name of the contract
        """What every pair costs in one combination, shape (pairs,); infinity where no way leads."""
        fits = self.ways.needs & ~self.combination(open) == 0
        found = np.full(len(self.pairs), np.inf)
        np.minimum.at(found, self._pair_of_way[fits], self.ways.cost[fits])
        return found

    @cached_property
    def _pair_of_way(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.pairs)), np.diff(self.ways.start))

    @cached_property
    def _pair_of_leaf(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.pairs)), np.diff(self.leaves.start))

    @cached_property
    def leaf_costs(self) -> NDArray[np.float64]:
        """What the leading way of each leaf costs; infinity where no way leads."""
        way, through = self.leaves.way, self.leaves.way >= 0
        found = np.full(len(way), np.inf)
        first = self.ways.start[self._pair_of_leaf]
        found[through] = self.ways.cost[(first + way)[through]]
        return found

    def best_ways(self, pair: Pair) -> tuple[Way, ...]:
        """The distinct best ways of a pair, least first, each with the least sets that bring it.

        Read from the top it is a decision list: the first way of which one set of gates stands
        open is the best.
        """
        cell = self._cell(pair)
        first, last = self.ways.start[cell : cell + 2]
        led = np.zeros(last - first + 1)
        of = slice(*self.leaves.start[cell : cell + 2])
        np.add.at(led, self.leaves.way[of], self.shares[of])
        found: dict[int, Way] = {}
        for way in range(first, last):
            new = Way(float(self.ways.cost[way]), (), 0.0)
            known = found.get(int(self.ways.name[way]), new)
            sets = (*known.gates, named(self.gates, int(self.ways.needs[way])))
            share = known.share + float(led[way - first])
            found[int(self.ways.name[way])] = Way(known.cost, sets, share)
        return tuple(found.values())

    def tree(self, pair: Pair) -> str:
        """The decision tree of a pair as text: gates to ask after, and what leads in the end."""
        cell = self._cell(pair)
        of = slice(*self.leaves.start[cell : cell + 2])
        columns = self.leaves.opened[of], self.leaves.shut[of], self.leaf_costs[of]
        cuts: list[tuple[Any, ...]] = [*zip(*(column.tolist() for column in columns), strict=True)]
        return "\n".join(self._branches(cuts, 0, 0))

    def _branches(self, cuts: Sequence[tuple[Any, ...]], known: int, depth: int) -> Iterator[str]:
        indent = "  " * depth
        if len(cuts) == 1:
            cost = cuts[0][2]
            yield f"{indent}{cost:,.1f} {self.unit}" if np.isfinite(cost) else f"{indent}no way"
            return
        asked = ~known
        for opened, shut, _ in cuts:
            asked &= opened | shut
        bit = asked & -asked
        for word, side in (("open", 0), ("shut", 1)):
            yield f"{indent}{named(self.gates, bit)[0]} {word}:"
            held = [cut for cut in cuts if cut[side] & bit]
            yield from self._branches(held, known | bit, depth + 1)

    def leads(self, pair: Pair) -> pd.DataFrame:
        """The best ways of a pair with their routes.

        Returns
        -------
        DataFrame
            One row a way, least first: ``cost``, ``share`` of the combinations in which it leads,
            ``gates`` (least sets, parted by ``or``), ``corridor`` that it follows, ``countries``,
            ``km``, ``hours``, ``usd``. A last row without a cost gives the share of combinations
            without a way, if there are any.
        """
        import pandas as pd

        rows = [self._lead(pair, way) for way in self.best_ways(pair)]
        without = 1 - sum(row["share"] for row in rows)
        if without > subsets.SLACK:
            rows.append({"cost": np.inf, "share": without, "gates": "", "corridor": "no way"})
        return pd.DataFrame(rows)

    def _lead(self, pair: Pair, way: Way) -> dict[str, Any]:
        found = self.route(pair, open=way.gates[0])
        return {
            "cost": way.cost,
            "share": way.share,
            "gates": " or ".join(" + ".join(gates) or "none" for gates in way.gates),
            "corridor": lead(found.network, found.links).corridor,
            "countries": " ".join(found.countries),
            "km": found.km,
            "hours": found.hours,
            "usd": found.usd,
        }

    def corridors(self) -> pd.DataFrame:
        """The share of combinations in which each corridor leads, pairs by corridors.

        The column ``""`` is for ways that follow no named corridor, ``no way`` for none at all.
        """
        import pandas as pd

        rows = [self.leads(pair).groupby("corridor")["share"].sum() for pair in self.pairs]
        index = pd.MultiIndex.from_tuples(self.pairs, names=["origin", "destination"])
        return pd.DataFrame(rows).set_axis(index, axis=0).fillna(0.0)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a pair.

        Returns
        -------
        DataFrame
            ``origin, destination``; ``ways`` (how many distinct ways lead somewhere); ``best`` and
            ``worst`` cost (worst is infinite where some combination leaves no way); ``mean`` cost
            over the combinations with a way; ``reached``, their share of all; ``gates`` that make
            a difference.
        """
        import pandas as pd

        count = len(self.pairs)
        through = np.isfinite(self.leaf_costs)
        of, cost, share = self._pair_of_leaf, self.leaf_costs, self.shares
        reached = np.bincount(of, weights=share * through, minlength=count)
        total = np.bincount(of, weights=np.where(through, cost, 0) * share, minlength=count)
        best, worst = np.full(count, np.inf), np.zeros(count)
        np.minimum.at(best, of, cost)
        np.maximum.at(worst, of, cost)
        matter = np.zeros(count, dtype=np.int64)
        np.bitwise_or.at(matter, self._pair_of_way, self.ways.needs)
        names = np.unique(np.column_stack([self._pair_of_way, self.ways.name]), axis=0)
        data = {
            "ways": np.bincount(names[:, 0], minlength=count),
            "best": best,
            "worst": worst,
            "mean": np.divide(total, reached, out=np.full(count, np.inf), where=reached > 0),
            "reached": reached,
            "gates": ["; ".join(named(self.gates, int(bits))) for bits in matter],
        }
        index = pd.MultiIndex.from_tuples(self.pairs, names=["origin", "destination"])
        return pd.DataFrame(data, index=index).reset_index()

    def worth(
        self,
        of: Pair | str | Mapping[Pair, float] | None = None,
        *,
        unconnected: float | str = "worst",
    ) -> Worth:
        """What each gate is worth, alone and with another.

        Parameters and result are those of :func:`corridors.analysis.worth.worth`.
        """
        from corridors.analysis.worth import worth

        return worth(self, of, unconnected=unconnected)

    def _plans(self, left: int) -> tuple[list[walk.Plan], int]:
        """A walk for each group, all in one order, and how many gates their prefixes fix."""
        if len(self.gates) > walk.MOST_GATES:
            message = (
                f"{self.count:,} combinations are too many to visit one by one; "
                f"study {walk.MOST_GATES} gates or fewer, or ask without visiting"
            )
            raise CorridorsError(message)
        largest = max(self.groups, key=lambda group: len(group.pairs))
        order = walk.walk_order(largest.reduced, len(self.gates))
        plans = [walk.plan_walk(group.reduced, order) for group in self.groups]
        return plans, max(len(self.gates) - left, 0)

    def visited(self, *, workers: int | None = None, client: Any = None) -> pd.DataFrame:
        """Visit every combination, one after the other, and add up.

        It takes seconds where the table takes none, and must come to the same: a second witness.

        Parameters
        ----------
        workers, client
            As for :func:`corridors.sweep`.

        Returns
        -------
        DataFrame
            ``origin, destination, mean, reached`` as in :attr:`table`.
        """
        import pandas as pd

        plans, fixed = self._plans(_PIECE_GATES)
        total, reached = np.zeros(len(self.pairs)), np.zeros(len(self.pairs))
        for plan, group in zip(plans, self.groups, strict=True):
            work = _Visit(plan, fixed, None)
            for piece in pieces(_visit, work, range(1 << fixed), workers=workers, client=client):
                at = tuple(group.cells.T)
                total[group.pairs] += piece.total[at]
                reached[group.pairs] += piece.reached[at]
        index = pd.MultiIndex.from_tuples(self.pairs, names=["origin", "destination"])
        mean = np.divide(total, reached, out=np.full(len(total), np.inf), where=reached > 0)
        data = {"mean": mean, "reached": reached / self.count}
        return pd.DataFrame(data, index=index).reset_index()

    def combinations(
        self, *, workers: int | None = None, client: Any = None
    ) -> Iterator[pd.DataFrame]:
        """Every combination, in chunks that keep memory flat.

        Yields
        ------
        DataFrame
            One row a combination: a column of truth for each gate under study, then what each
            pair costs, as ``origin:destination``; infinity where there is no way.
        """
        import pandas as pd

        room = max(_CHUNK // max(len(self.pairs), 1), 1).bit_length() - 1
        plans, fixed = self._plans(room)
        work = [
            _Visit(plan, fixed, group.cells) for plan, group in zip(plans, self.groups, strict=True)
        ]
        tasks = range(1 << fixed)
        for parts in pieces(_visit_all, work, tasks, workers=workers, client=client):
            codes = parts[0].codes
            stands = {gate: codes >> place & 1 == 1 for place, gate in enumerate(self.gates)}
            costs = np.empty((len(codes), len(self.pairs)))
            for part, group in zip(parts, self.groups, strict=True):
                costs[:, group.pairs] = part.costs
            names = [":".join(pair) for pair in self.pairs]
            yield pd.concat([pd.DataFrame(stands), pd.DataFrame(costs, columns=names)], axis=1)

    def to_parquet(
        self, path: str | Path, *, workers: int | None = None, client: Any = None
    ) -> Path:
        """Write every combination to a Parquet file, chunk by chunk; needs the extra [tables].

        Columns are those of :meth:`combinations`; what was asked stands in the file's metadata.
        """
        from corridors.analysis.chunks import write_parquet

        about = {"by": self.by, "unit": self.unit, "network": repr(self.network)}
        return write_parquet(path, self.combinations(workers=workers, client=client), about)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it; null where some combination leaves no way."""
        rows = []
        for row in self.table.to_dict(orient="records"):
            pair = (row["origin"], row["destination"])
            plain = {key: None if value == np.inf else value for key, value in row.items()}
            plain["gates"] = [gate for gate in row["gates"].split("; ") if gate]
            rows.append({**plain, "best_ways": [way._asdict() for way in self.best_ways(pair)]})
        return {
            "by": self.by,
            "unit": self.unit,
            "gates": {name: list(gates) for name, gates in self.switches.items()},
            "combinations": self.count,
            "rows": rows,
        }

    def __repr__(self) -> str:
        return (
            f"<Sweep of {len(self.gates)} gates by {self.by}: {self.count:,} combinations, "
            f"{len(self.pairs):,} pairs, {len(self.ways.cost):,} ways and sets that bring them>"
        )

    def _repr_html_(self) -> str:
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{self.table.round(1).to_html(index=False)}"


class _Visit(NamedTuple):
    plan: walk.Plan
    fixed: int
    cells: NDArray[np.int64] | None


def _visit(visit: _Visit, prefix: int) -> walk.Piece:
    return walk.walk(visit.plan, fixed=visit.fixed, prefix=prefix, cells=visit.cells)


def _visit_all(visits: list[_Visit], prefix: int) -> list[walk.Piece]:
    return [_visit(visit, prefix) for visit in visits]


def sweep(
    net: Network,
    gates: str | Iterable[str] | Mapping[str, Iterable[str]],
    pairs: Iterable[Pair | str],
    *,
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    workers: int | None = None,
    client: Any = None,
) -> Sweep:
    """Every combination of some gates, exactly.

    Parameters
    ----------
    net
        The network; gates that are not under study keep its state.
    gates
        Ids of the gates under study; or a mapping from names to gates that open together (a gate
        under several names is open if one of them is); or one of ``unbuilt``, ``borders``,
        ``projects``, ``straits``, ``services``, ``all``.
    pairs
        (origin, destination) ids; or ids of places, for every ordered pair of them.
    by, cargo, modes
        As for :func:`corridors.route`.
    workers
        Threads; as many as there are cores when left out. Results do not depend on it.
    client
        A ``dask.distributed.Client`` to run on instead.

    Returns
    -------
    Sweep

    Raises
    ------
    UnknownNameError
        When a gate or place is not known.
    CorridorsError
        When there are no pairs, more than 62 gates, or too many ways to list.

    Notes
    -----
    Conditions between gates hold in every combination. A gate's rules for some cargo only bind
    gates that are not under study, as in a scenario that sets a gate for all.

    Examples
    --------
    >>> import corridors as co
    >>> sw = co.sweep(co.load(), ["astara-road", "bilasuvar-road"], [("baku", "tehran")])
    >>> sw.count
    4
    >>> pair = ("baku", "tehran")
    >>> sw.cost(pair, open=["astara-road"]) <= sw.cost(pair, open=[])
    True
    """
    chosen = switches(net, gates)
    asked = asked_pairs(net, pairs)
    query = Query(net, by=by, cargo=cargo, modes=modes)
    found = groups(query, chosen, asked, workers=workers)
    parts = [_ways(group.reduced, workers=workers, client=client) for group in found]
    return Sweep(
        network=net,
        by=by,
        switches=chosen,
        pairs=asked,
        ways=_gathered(found, parts, len(asked)),
        groups=tuple(found),
        asked={"cargo": cargo, "modes": query.modes},
    )


def _ways(reduced: subsets.Reduced, *, workers: int | None, client: Any) -> subsets.Ways:
    """Ways of all cells of a group, block by block of its origins."""
    origins = np.arange(reduced.origins)
    blocks = np.array_split(origins, max(len(origins) // 8, 1))
    found = [*pieces(subsets.least_ways, reduced, blocks, workers=workers, client=client)]
    whole = [part for part in found if part is not None]
    if len(whole) < len(found):
        message = (
            f"there are more than {subsets.MOST_LABELS:,} ways to tell apart; "
            "study fewer gates at once"
        )
        raise CorridorsError(message)
    starts = np.cumsum([0, *(part.start[-1] for part in whole)])
    start = [part.start[1:] + first for part, first in zip(whole, starts, strict=False)]
    columns = zip(*(part[1:] for part in whole), strict=True)
    return subsets.Ways(np.concatenate([[0], *start]), *(np.concatenate(c) for c in columns))


def _gathered(found: list[Group], parts: list[subsets.Ways], count: int) -> subsets.Ways:
    """Ways of the pairs asked for, in their order, from the cells of the groups."""
    lengths = np.zeros(count, dtype=np.int64)
    firsts = []
    for group, part in zip(found, parts, strict=True):
        cells = group.cells[:, 0] * group.reduced.destinations + group.cells[:, 1]
        firsts.append(part.start[cells])
        lengths[group.pairs] = part.start[cells + 1] - part.start[cells]
    start = np.concatenate([[0], np.cumsum(lengths)])
    columns = [np.empty(start[-1], dtype=column.dtype) for column in parts[0][1:]]
    for group, part, first in zip(found, parts, firsts, strict=True):
        size = lengths[group.pairs]
        step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        to, frm = np.repeat(start[group.pairs], size) + step, np.repeat(first, size) + step
        for into, column in zip(columns, part[1:], strict=True):
            into[to] = column[frm]
    return subsets.Ways(start, *columns)
