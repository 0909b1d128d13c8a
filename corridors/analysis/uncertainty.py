"""How sure we are: the same draws of every parameter and opening day under each scenario.

Common random numbers: a draw is the same luck for all scenarios, so that their difference shows
and not the noise. Draws come in blocks with generators of their own, so that results do not
depend on who works on them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from html import escape
from itertools import permutations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.analysis.factors import BLOCK, Factors, factors, undecided
from corridors.analysis.leads import lead
from corridors.analysis.parallel import pieces
from corridors.analysis.switches import ALWAYS, NEVER, gate_sets, link_sets, switches
from corridors.analysis.terminals import Special, asked_pairs, by_cargo
from corridors.arcs import DESTINATION, ORIGIN, State
from corridors.asked import check_count
from corridors.cost import charge_terms, counted_terms, default_cargo, term_counts
from corridors.errors import CorridorsError, UnknownNameError
from corridors.kernels.draws import Drawn, solve_draws
from corridors.network import Network
from corridors.routing import UNITS, Query, Route, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.compare import Pair
    from corridors.cost import Cargo, Charge
    from corridors.scenario import Scenario

#: Runs by year show the gates of this month and day.
MID_YEAR = (7, 1)
QUANTILES = (0.05, 0.5, 0.95)
#: Costs that differ by less than this share are one and the same.
_TIE = 1e-9


class Case(NamedTuple):
    """One scenario on one day, laid out for many draws; arrays and plain values only.

    Attributes
    ----------
    plans
        A network for each kind of cargo among the pairs, and the pairs that each answers.
    numbers
        The scenario's own vector of values.
    drawn
        Shape (parameters, 2): column of the draw, and place in the vector of values.
    ratio, fixed
        Shape (parameters,): what the scenario makes of a drawn value: times ``ratio``, plus
        ``fixed``.
    gates
        Columns of the opening days that decide, the first of them bit 0.
    day
        The day as an ordinal.
    cargo, named
        The shipment; or, where that is None, places of the values that describe it.
    charges
        Duties and tolls, whose amounts follow the values.
    by
        What ways minimise.
    """

    plans: tuple[tuple[Drawn, NDArray[np.int64]], ...]
    numbers: NDArray[np.float64]
    drawn: NDArray[np.int64]
    ratio: NDArray[np.float64]
    fixed: NDArray[np.float64]
    gates: NDArray[np.int64]
    day: int
    cargo: Cargo | None
    named: Mapping[str, int]
    charges: tuple[Charge, ...]
    by: str


class Job(NamedTuple):
    """All cases of a simulation, for any block of its draws."""

    cases: tuple[Case, ...]
    factors: Factors
    pairs: int
    seed: int
    draws: int


#: A million draws take less than a minute; more would say nothing that the ranges bear out.
MOST_DRAWS = 10_000_000


@dataclass(frozen=True, eq=False)
class Simulation:
    """Costs of some pairs under some scenarios, draw by draw.

    Attributes
    ----------
    scenarios, dates, pairs
        What was asked, in order; ``dates`` holds the days of each scenario.
    by, unit
        What ways minimise, and its unit.
    seed
        Seed of the draws.
    costs
        Shape (scenarios, dates, draws, pairs); infinity where a draw leaves no way.
    signs
        Same shape: ways are one and the same if their signs are.
    networks
        The network of each scenario and date, without any draw.
    factors
        What is drawn.
    """

    scenarios: tuple[str, ...]
    dates: tuple[tuple[dt.date, ...], ...]
    pairs: tuple[Pair, ...]
    by: str
    seed: int
    costs: NDArray[np.float64] = field(repr=False)
    signs: NDArray[np.int64] = field(repr=False)
    networks: tuple[tuple[Network, ...], ...] = field(repr=False)
    factors: Factors = field(repr=False)
    asked: Mapping[str, Any] = field(repr=False)

    @property
    def unit(self) -> str:
        """Unit of every cost."""
        return UNITS[self.by]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.costs.shape[2])

    @property
    def table(self) -> pd.DataFrame:
        """One row for each scenario, day and pair.

        Returns
        -------
        DataFrame
            ``scenario, date, origin, destination``; ``low``, ``median``, ``high``: 5, 50 and 95 %
            of the draws lie at or below, infinite where too many leave no way; ``reached``, the
            share of draws with a way.
        """
        import pandas as pd

        low, median, high = np.quantile(self.costs, QUANTILES, axis=2, method="inverted_cdf")
        reached = np.isfinite(self.costs).mean(axis=2)
        rows = [
            (name, day, *pair, *(part[one, when, number] for part in (low, median, high, reached)))
            for one, name in enumerate(self.scenarios)
            for when, day in enumerate(self.dates[one])
            for number, pair in enumerate(self.pairs)
        ]
        names = ["scenario", "date", "origin", "destination", "low", "median", "high", "reached"]
        return pd.DataFrame(rows, columns=names)

    def beats(self, pair: Pair) -> pd.DataFrame:
        """How likely one scenario serves a pair better than another, by day.

        Returns
        -------
        DataFrame
            ``scenario, other, date`` (the first scenario's), ``better``, ``same`` and ``worse``,
            which add up to 1. A way beats none; none and none are the same.
        """
        import pandas as pd

        at = self._place(pair)
        rows = []
        for one, other in permutations(range(len(self.scenarios)), 2):
            for when, day in enumerate(self.dates[one]):
                left, right = self.costs[one, when, :, at], self.costs[other, when, :, at]
                better = float((left < right * (1 - _TIE)).mean())
                worse = float((right < left * (1 - _TIE)).mean())
                ends = self.scenarios[one], self.scenarios[other]
                rows.append((*ends, day, better, 1 - better - worse, worse))
        names = ["scenario", "other", "date", "better", "same", "worse"]
        return pd.DataFrame(rows, columns=names)

    def leads(self, pair: Pair) -> pd.DataFrame:
        """How likely each corridor leads for a pair, by scenario and day.

        Returns
        -------
        DataFrame
            ``scenario, date, corridor, probability``, the likeliest first; an empty corridor for
            ways that follow none, ``no way`` for draws without one.
        """
        import pandas as pd

        at = self._place(pair)
        rows = []
        for one, name in enumerate(self.scenarios):
            for when, day in enumerate(self.dates[one]):
                share = self._shares(pair, one, when, at)
                ranked = sorted(share.items(), key=lambda item: -item[1])
                rows += [(name, day, corridor, part) for corridor, part in ranked]
        return pd.DataFrame(rows, columns=["scenario", "date", "corridor", "probability"])

    def _shares(self, pair: Pair, one: int, when: int, at: int) -> dict[str, float]:
        """The share of draws in which each corridor leads; each distinct way is looked at once."""
        through = np.flatnonzero(np.isfinite(self.costs[one, when, :, at]))
        _, first, count = np.unique(
            self.signs[one, when, through, at], return_index=True, return_counts=True
        )
        found = {"no way": 1 - len(through) / self.draws} if len(through) < self.draws else {}
        for draw, times in zip(through[first], count, strict=True):
            way = self._route(pair, int(draw), one, when)
            corridor = lead(way.network, way.links).corridor
            found[corridor] = found.get(corridor, 0.0) + float(times) / self.draws
        return found

    def route(self, pair: Pair, *, draw: int, scenario: str, date: dt.date | None = None) -> Route:
        """The best way in one draw, found on :meth:`network` like any other route."""
        self._place(pair)
        return self._route(pair, draw, *self._case(scenario, date))

    def _route(self, pair: Pair, draw: int, one: int, when: int) -> Route:
        return route(self._network(draw, one, when), *pair, by=self.by, **self.asked)

    def network(self, *, draw: int, scenario: str, date: dt.date | None = None) -> Network:
        """The network of one draw: its values and the gates that have opened by then."""
        if not 0 <= draw < self.draws:
            message = f"draw {draw!r} must lie between 0 and {self.draws - 1}"
            raise CorridorsError(message)
        return self._network(draw, *self._case(scenario, date))

    def _network(self, draw: int, one: int, when: int) -> Network:
        net = self.networks[one][when]
        block, row = divmod(draw, BLOCK)
        size = min(BLOCK, self.draws - block * BLOCK)
        uniform = self.factors.uniforms(self.seed, block, size)[[row]]
        case = lay_out(net, self.factors, (), by=self.by)
        values, opened = _drawn(case, self.factors.quantiles(uniform))
        free = undecided(net)
        stands = {gate for place, gate in enumerate(free) if opened[0] >> place & 1}
        under = net.under(
            open=sorted(stands), close=[gate for gate in free if gate not in stands], date=net.date
        )
        return replace(under, values=values[0], _memo={})

    def _case(self, scenario: str, date: dt.date | None) -> tuple[int, int]:
        if scenario not in self.scenarios:
            what = "scenario of this simulation"
            raise UnknownNameError(what, scenario, self.scenarios)
        one = self.scenarios.index(scenario)
        if date is None:
            return one, 0
        if date not in self.dates[one]:
            what = "day of this simulation"
            raise UnknownNameError(what, str(date), map(str, self.dates[one]))
        return one, self.dates[one].index(date)

    def _place(self, pair: Pair) -> int:
        if pair not in self.pairs:
            what = "pair"
            raise UnknownNameError(what, ":".join(pair), [":".join(one) for one in self.pairs])
        return self.pairs.index(pair)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it; null where too many draws leave no way."""
        rows = self.table.astype({"date": str}).to_dict(orient="records")
        plain = [
            {key: None if value == np.inf else value for key, value in row.items()} for row in rows
        ]
        beats = [
            {"origin": pair[0], "destination": pair[1], **row}
            for pair in self.pairs
            for row in self.beats(pair).astype({"date": str}).to_dict(orient="records")
        ]
        head = {"by": self.by, "unit": self.unit, "draws": self.draws, "seed": self.seed}
        return {**head, "rows": plain, "beats": beats}

    def __repr__(self) -> str:
        return (
            f"<Simulation of {', '.join(self.scenarios)} by {self.by}: {self.draws:,} draws of "
            f"{len(self.factors.names)} factors, {len(self.pairs):,} pairs, seed {self.seed}>"
        )

    def _repr_html_(self) -> str:
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{self.table.round(2).to_html(index=False)}"


def simulate(
    net: Network,
    scenarios: Sequence[str | Path | Scenario | Network],
    pairs: Iterable[Pair | str],
    *,
    draws: int = 10_000,
    seed: int = 1,
    years: Iterable[int] = (),
    by: str = "time",
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    workers: int | None = None,
    client: Any = None,
) -> Simulation:
    """Draw what is uncertain many times and solve every pair under every scenario.

    Parameters
    ----------
    net
        The network the scenarios are laid over.
    scenarios
        Bundled ids, paths of TOML files, scenarios, or networks made by ``net.under``.
    pairs
        (origin, destination) ids; or ids of places, for every ordered pair of them.
    draws
        How many draws; the first n of a longer run are those of a run of n.
    seed
        Seed of the draws.
    years
        Years to show, each by the gates of 1 July: a gate not yet built stands open in the draws
        whose opening day has come. The day of each scenario's own network when left out.
    by, cargo, modes
        As for :func:`corridors.route`. The default cargo is drawn too.
    workers
        Threads; as many as there are cores when left out. Results do not depend on it.
    client
        A ``dask.distributed.Client`` to run on instead.

    Returns
    -------
    Simulation

    Raises
    ------
    CorridorsError
        When a count is not positive, or a name is not known.

    Notes
    -----
    Ranges are read from the tables (:func:`corridors.analysis.factors.factors`). What a scenario
    sets or scales shifts the whole range in proportion; gates that a scenario opens or closes are
    not drawn.
    """
    check_count("draws", draws, most=MOST_DRAWS)
    check_count("seed", seed, least=0)
    for year in (shown := tuple(years)):
        check_count("year", year, least=dt.MINYEAR, most=dt.MAXYEAR)
    networks = _networks(net, scenarios, shown)
    asked = asked_pairs(net, pairs)
    allowed = Query(net, by=by, cargo=cargo, modes=modes).modes
    extra: dict[str, Any] = {"cargo": cargo, "modes": allowed}
    drawn = factors(net)
    cases = tuple(
        lay_out(under, drawn, asked, by=by, **extra) for row in networks.values() for under in row
    )
    job = Job(cases, drawn, len(asked), seed, draws)
    blocks = range(-(-draws // BLOCK))
    parts = [*pieces(solve_block, job, blocks, workers=workers, client=client)]
    costs, signs = (np.concatenate(column, axis=1) for column in zip(*parts, strict=True))
    shape = len(networks), len(cases) // len(networks), draws, len(asked)
    return Simulation(
        scenarios=tuple(networks),
        dates=tuple(tuple(under.date for under in row) for row in networks.values()),
        pairs=asked,
        by=by,
        seed=seed,
        costs=costs.reshape(shape),
        signs=signs.reshape(shape),
        networks=tuple(networks.values()),
        factors=drawn,
        asked=extra,
    )


def _networks(
    net: Network, scenarios: Sequence[str | Path | Scenario | Network], years: Sequence[int]
) -> dict[str, tuple[Network, ...]]:
    """The network of each scenario on each day."""
    found: dict[str, tuple[Network, ...]] = {}
    for item in (scenarios,) if isinstance(scenarios, str) else scenarios:
        under = item if isinstance(item, Network) else net.under(item)
        name = under.name if isinstance(item, Network) else under.scenarios[-1].id
        if name in found:
            message = f"scenario {name!r} stands twice in the simulation"
            raise CorridorsError(message)
        found[name] = tuple(under.on(dt.date(year, *MID_YEAR)) for year in years) or (under,)
    if not found:
        message = "a simulation needs at least one scenario"
        raise CorridorsError(message)
    return found


def lay_out(
    net: Network,
    drawn: Factors,
    pairs: Sequence[Pair],
    *,
    by: str,
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
) -> Case:
    """Lay out one network for draws."""
    query = Query(net, by=by, cargo=cargo, modes=modes)
    free = undecided(net)
    chosen = switches(net, free) if free else {}
    place = net.arcs.parameter
    columns = [(number, place[row]) for number, row in enumerate(drawn.parameters)]
    table = drawn.likely[: len(columns)]
    own = np.take(net.values, [where for _, where in columns])
    days = {gate: number for number, gate in enumerate(drawn.gates, start=len(drawn.parameters))}
    return Case(
        plans=tuple(
            _plan(query, chosen, special, {member: pairs[member] for member in members})
            for special, members in by_cargo(net, chosen, pairs).items()
        ),
        numbers=net.values,
        drawn=np.array(columns, dtype=np.int64).reshape(-1, 2),
        ratio=np.divide(own, table, out=np.ones_like(table), where=table != 0),
        fixed=np.where(table == 0, own, 0.0),
        gates=np.array([days[gate] for gate in free], dtype=np.int64),
        day=net.date.toordinal(),
        cargo=cargo,
        named={row.name: place[row.id] for row in net.seeds.parameters.values()},
        charges=net.charges,
        by=by,
    )


def _plan(
    query: Query,
    chosen: Mapping[str, Sequence[str]],
    special: Special,
    pairs: Mapping[int, Pair],
) -> tuple[Drawn, NDArray[np.int64]]:
    """The part of a network that some pairs can use, and which pairs they are, by origin."""
    net, arcs = query.net, query.net.arcs
    of_link = [*link_sets(net, gate_sets(net, chosen, special)), ALWAYS]
    ends = {State(one, ORIGIN) for one, _ in pairs.values()}
    ends |= {State(other, DESTINATION) for _, other in pairs.values()}
    wanted = np.array(
        [state.layer not in (ORIGIN, DESTINATION) or state in ends for state in arcs.states]
    )
    usable = np.array([sets != NEVER for sets in of_link])[arcs.link]
    usable &= np.isfinite(query.weight(frozenset(arcs.gate_arcs)))
    kept = np.flatnonzero(usable & wanted[arcs.tail] & wanted[arcs.head])
    node, new = np.cumsum(wanted) - 1, np.full(arcs.count, -1)
    new[kept] = np.arange(len(kept))
    charged = charge_terms(arcs, net.seeds, net.charges, query.by, len(net.values))
    terms = np.concatenate([counted_terms(arcs, query.by), charged])
    terms = terms[new[terms[:, 0]] >= 0]
    sets = [() if of_link[link] == ALWAYS else of_link[link] for link in arcs.link[kept]]
    signs = np.random.default_rng(0).integers(2**62, size=len(arcs.links) + 1)
    signs[-1] = 0
    tail = node[arcs.tail[kept]]
    order = sorted(pairs, key=lambda member: arcs.node[State(pairs[member][0], ORIGIN)])
    origins = [arcs.node[State(pairs[member][0], ORIGIN)] for member in order]
    sources, first = np.unique(origins, return_index=True)
    targets = [arcs.node[State(pairs[member][1], DESTINATION)] for member in order]
    plan = Drawn(
        start=np.searchsorted(tail, np.arange(wanted.sum() + 1)).astype(np.int64),
        head=node[arcs.head[kept]],
        tail=tail,
        term_arc=new[terms[:, 0]],
        kind=terms[:, 1].copy(),
        a=terms[:, 2].copy(),
        b=terms[:, 3].copy(),
        c=terms[:, 4].copy(),
        set_start=np.cumsum([0, *map(len, sets)]),
        sets=np.array([one for several in sets for one in several], dtype=np.int64),
        sign=signs[arcs.link[kept]],
        sources=node[sources],
        pair_start=np.append(first, len(order)),
        targets=node[np.array(targets)],
    )
    return plan, np.array(order)


def _drawn(
    case: Case, numbers: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Values of each draw, shape (draws, values), and bits of the gates that have opened."""
    values = np.tile(case.numbers, (len(numbers), 1))
    column, place = case.drawn.T
    values[:, place] = numbers[:, column] * case.ratio + case.fixed
    come = numbers[:, case.gates] <= case.day
    return values, (come << np.arange(len(case.gates))).sum(axis=1).astype(np.int64)


def _cargos(case: Case, values: NDArray[np.float64]) -> list[Cargo]:
    """The shipment of each draw."""
    if case.cargo is not None:
        return [case.cargo] * len(values)
    names, places = [*case.named], [*case.named.values()]
    return [default_cargo(dict(zip(names, row, strict=True))) for row in values[:, places].tolist()]


def evaluate(
    case: Case, numbers: NDArray[np.float64], pairs: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Costs and signs of every pair, each of shape (draws, pairs), for values of the factors."""
    values, opened = _drawn(case, numbers)
    cargos = _cargos(case, values)
    per = np.array([term_counts(case.by, cargo) for cargo in cargos])
    amounts = [[charge.usd(cargo) for charge in case.charges] for cargo in cargos]
    values = np.hstack([values, np.array(amounts).reshape(len(values), -1)])
    costs = np.empty((len(values), pairs))
    signs = np.empty((len(values), pairs), dtype=np.int64)
    for plan, members in case.plans:
        costs[:, members], signs[:, members] = solve_draws(plan, values, per, opened)
    return costs, signs


def solve_block(job: Job, block: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Costs and signs of one block of draws, each of shape (cases, draws, pairs)."""
    size = min(BLOCK, job.draws - block * BLOCK)
    numbers = job.factors.quantiles(job.factors.uniforms(job.seed, block, size))
    found = [evaluate(case, numbers, job.pairs) for case in job.cases]
    costs, signs = zip(*found, strict=True)
    return np.stack(costs), np.stack(signs)
