"""What is lost with a gate, a link, a border, a country, or two gates at once.

Measures of criticality that sound alike need not rank alike (Jafino, Kwakkel & Verbraeck 2020),
so several stand side by side, with their rank correlation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.analysis.parallel import pieces
from corridors.analysis.terminals import asked_pairs, by_cargo
from corridors.arcs import DESTINATION, ORIGIN, State
from corridors.errors import CorridorsError, UnknownNameError
from corridors.kernels.losses import Asked, Found, fewest_ways_apart, ways
from corridors.routing import UNITS, Query, graph
from corridors.schema import HIGH_SEAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.compare import Pair
    from corridors.cost import Cargo
    from corridors.kernel import Graph
    from corridors.network import Network

KINDS = ("gate", "link", "border", "country")
#: Measures of the table that are ranked against one another; the fewer ways left, the worse.
MEASURES = (
    *("carried", "extra_hours", "extra_usd", "cut", "ways_left"),
    *("efficiency_loss", "accessibility_loss"),
)
#: Ways apart are counted up to this many.
MOST_WAYS = 9
_ROUNDING = 1e-9


class Loss(NamedTuple):
    """Something that can be lost.

    Attributes
    ----------
    kind, id, title
        What it is: one of ``KINDS``, or ``couple``.
    arcs
        Ids of the arcs that go with it.
    spares
        Country (ISO) whose own pairs are left out of account; empty for none.
    """

    kind: str
    id: str
    title: str
    arcs: NDArray[np.int64]
    spares: str = ""


class Part(NamedTuple):
    """Pairs whose cargo finds the same gates open, by origin, and their best ways.

    Attributes
    ----------
    graph, back
        Arcs by tail; row starts and arc ids by head.
    weight, figures
        Shapes (arcs,) and (arcs, 2): what is minimised; hours and USD.
    single
        Shape (arcs,): arcs along links.
    nodes
        Shape (pairs, 2): origins and destinations.
    members
        Shape (pairs,): which of the pairs asked for.
    found
        Ways with nothing lost.
    """

    graph: Graph
    back: tuple[NDArray[np.int64], NDArray[np.int64]]
    weight: NDArray[np.float64]
    figures: NDArray[np.float64]
    single: NDArray[np.bool_]
    nodes: NDArray[np.int64]
    members: NDArray[np.int64]
    found: Found


class Question(NamedTuple):
    """What every loss is asked.

    Attributes
    ----------
    parts
        The pairs by cargo.
    demand
        Shape (pairs,).
    origin
        Shape (pairs,): number of each pair's origin.
    mass
        Shape (pairs,): mass of each pair's destination.
    countries
        Shape (pairs, 2): countries of the ends.
    scale
        Cost at which a destination counts for 1/e in accessibility.
    """

    parts: tuple[Part, ...]
    demand: NDArray[np.float64]
    origin: NDArray[np.int64]
    mass: NDArray[np.float64]
    countries: NDArray[np.str_]
    scale: float


class Outcome(NamedTuple):
    """Costs, and hours and USD, of every pair after a loss, and which pairs it touched."""

    cost: NDArray[np.float64]
    along: NDArray[np.float64]
    touched: NDArray[np.bool_]
    passed: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Criticality:
    """What is critical to some pairs.

    Attributes
    ----------
    by, unit
        What ways minimise, and its unit.
    pairs
        Origins and destinations.
    table
        One row for each thing on some best way; what is on none changes nothing if lost alone.
        ``kind, id, title``; ``carried``, share of demand whose best way uses it; ``pairs``, how
        many those are; ``cut``, pairs left without a way, and ``cut_demand``, their share of
        demand; ``extra_hours`` and ``extra_usd``, mean over all demand that keeps a way;
        ``worst_hours``, most that a pair loses; ``ways_left``, fewest ways without a link in
        common that are left to a pair that used it (a line of two gauges counts as two; 9 stands
        for 9 or more); ``efficiency_loss``, share lost of the mean of 1/cost (Latora &
        Marchiori 2001); ``accessibility_loss``, mean share that origins lose of theirs (Hansen
        1959). For a
        country only pairs that neither begin nor end there count.
    couples
        Two gates that are worse to lose together than one by one: ``one, other``,
        ``extra_hours``, ``apart`` (the sum of their own), ``excess``, ``cut``.
    cities
        One row an origin: ``accessibility``, ``hurt_most_by`` and ``loss``, its share.
    """

    by: str
    pairs: tuple[Pair, ...]
    table: pd.DataFrame = field(repr=False)
    couples: pd.DataFrame = field(repr=False)
    cities: pd.DataFrame = field(repr=False)

    @property
    def unit(self) -> str:
        """Unit of what ways minimise."""
        return UNITS[self.by]

    def correlation(self, kind: str = "gate") -> pd.DataFrame:
        """Spearman's rank correlation of the measures over things of one kind.

        ``ways_left`` is turned round, so that all measures are high for what is critical; NaN
        where a measure is the same for all.
        """
        if kind not in KINDS:
            what = "kind"
            raise UnknownNameError(what, kind, KINDS)
        chosen = self.table.loc[self.table["kind"] == kind, [*MEASURES]].astype(float)
        ranks = chosen.assign(ways_left=-chosen["ways_left"]).rank()
        return ranks.corr()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        tables = {"table": self.table, "couples": self.couples, "cities": self.cities}
        rows = {name: table.to_dict(orient="records") for name, table in tables.items()}
        return {"by": self.by, "unit": self.unit, **rows}

    def __repr__(self) -> str:
        gates = self.table[self.table["kind"] == "gate"]["id"]
        first = f"; {gates.iloc[0]} is the gate that costs most hours" if len(gates) else ""
        return f"<Criticality of {len(self.table)} things to {len(self.pairs):,} pairs{first}>"

    def _repr_html_(self) -> str:
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{self.table.round(3).to_html(index=False)}"


def criticality(
    net: Network,
    pairs: Iterable[Pair | str],
    *,
    by: str = "time",
    of: Iterable[str] = KINDS,
    couples: bool = True,
    demand: Mapping[Pair, float] | None = None,
    masses: Mapping[str, float] | None = None,
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
    workers: int | None = None,
    client: Any = None,
) -> Criticality:
    """Lose one thing after the other and see what it costs.

    Parameters
    ----------
    net
        The network.
    pairs
        (origin, destination) ids; or ids of places, for every ordered pair of them.
    by, cargo, modes
        As for :func:`corridors.route`.
    of
        Kinds of things: ``gate``, ``link``, ``border`` (all crossings between two countries),
        ``country``.
    couples
        Whether to lose gates two by two.
    demand
        Weight of each pair, such as tonnes; pairs left out weigh nothing; all alike without it.
    masses
        Weight of each destination in accessibility, such as people; all alike without it.
    workers, client
        As for :func:`corridors.sweep`.

    Returns
    -------
    Criticality

    Raises
    ------
    UnknownNameError
        When a name is not known.
    CorridorsError
        When nothing is asked for, or a weight is negative.
    """
    kinds = (of,) if isinstance(of, str) else tuple(of)
    for kind in kinds:
        if kind not in KINDS:
            what = "kind"
            raise UnknownNameError(what, kind, KINDS)
    asked = asked_pairs(net, pairs)
    query = Query(net, by=by, cargo=cargo, modes=modes)
    question = _question(query, asked, demand, masses)
    base = _base(question)
    losses = [loss for loss in _losses(query, kinds) if _touches(question, loss)]
    options = {"workers": workers, "client": client}
    outcomes = [*pieces(_lost, question, losses, **options)]
    left = [*pieces(_ways_left, question, losses, **options)]
    table, drops = _table(question, base, losses, outcomes, left)
    return Criticality(
        by=by,
        pairs=asked,
        table=table,
        couples=_couples(query, question, base, options if couples else None),
        cities=_cities(question, base, asked, losses, drops),
    )


def _question(
    query: Query,
    pairs: Sequence[Pair],
    demand: Mapping[Pair, float] | None,
    masses: Mapping[str, float] | None,
) -> Question:
    """Solve every pair with nothing lost."""
    net = query.net
    places = net.seeds.places
    origins = {place: number for number, place in enumerate(dict.fromkeys(o for o, _ in pairs))}
    weights = [1.0 if demand is None else float(demand.get(pair, 0.0)) for pair in pairs]
    mass = [1.0 if masses is None else float(masses.get(other, 0.0)) for _, other in pairs]
    for name, numbers in (("demand", weights), ("masses", mass)):
        if min(numbers) < 0 or not np.isfinite(numbers).all() or not any(numbers):
            message = f"{name} must be numbers that are not negative, and not all nothing"
            raise CorridorsError(message)
    parts = tuple(
        _part(query, opened, closed, pairs, members)
        for (opened, closed), members in by_cargo(net, {}, pairs).items()
    )
    costs = np.concatenate([part.found.cost for part in parts])
    through = costs[np.isfinite(costs)]
    return Question(
        parts=parts,
        demand=np.array(weights),
        origin=np.array([origins[origin] for origin, _ in pairs]),
        mass=np.array(mass),
        countries=np.array([[places[place].country for place in pair] for pair in pairs]),
        scale=float(np.median(through)) if len(through) else 1.0,
    )


def _part(
    query: Query,
    opened: frozenset[str],
    closed: frozenset[str],
    pairs: Sequence[Pair],
    members: list[int],
) -> Part:
    net, arcs = query.net, query.net.arcs
    ends = [
        (
            arcs.node[State(pairs[member][0], ORIGIN)],
            arcs.node[State(pairs[member][1], DESTINATION)],
        )
        for member in members
    ]
    order = sorted(range(len(members)), key=lambda place: ends[place])
    nodes = np.array([ends[place] for place in order])
    weight = query.weight((net.open_gates | opened) - closed)
    figures = net.figures(query.cargo)
    along = np.column_stack([figures.hours, figures.usd])
    return Part(
        graph=graph(net),
        back=(arcs.back_start, arcs.back_arc),
        weight=weight,
        figures=along,
        single=arcs.link >= 0,
        nodes=nodes,
        members=np.array(members)[order],
        found=ways(graph(net), weight, along, _by_origin(nodes)),
    )


def _by_origin(nodes: NDArray[np.int64]) -> Asked:
    """Pairs sorted by origin, as the kernel takes them."""
    sources, first = np.unique(nodes[:, 0], return_index=True)
    return Asked(sources, np.append(first, len(nodes)), np.ascontiguousarray(nodes[:, 1]))


def _losses(query: Query, kinds: Sequence[str]) -> Iterator[Loss]:
    """Everything of some kinds that could be lost."""
    net, arcs = query.net, query.net.arcs
    tables = net.seeds
    if "gate" in kinds:
        for gate in tables.gates.values():
            yield Loss("gate", gate.id, gate.title, arcs.gate_arcs[gate.id])
    if "link" in kinds:
        for place, link in enumerate(arcs.links):
            row = tables.links[link]
            ends = f"{tables.places[row.from_].name} - {tables.places[row.to].name}"
            yield Loss("link", link, f"{ends} ({row.mode})", np.flatnonzero(arcs.link == place))
    if "border" in kinds:
        for countries, gates in _borders(net).items():
            lost = np.unique(np.concatenate([arcs.gate_arcs[gate] for gate in gates]))
            yield Loss("border", "-".join(countries), f"all {len(gates)} crossings", lost)
    if "country" in kinds:
        free = query.weight(frozenset(arcs.gate_arcs))
        asked: dict[str, Any] = {"by": query.by, "cargo": query.cargo, "modes": query.modes}
        for country in dict.fromkeys(place.country for place in tables.places.values()):
            if country != HIGH_SEAS:
                without = Query(net, **asked, avoid=[country]).weight(frozenset(arcs.gate_arcs))
                lost = np.flatnonzero(np.isinf(without) & np.isfinite(free))
                yield Loss("country", country, f"transit through {country}", lost, country)


def _borders(net: Network) -> dict[tuple[str, ...], list[str]]:
    """Crossings between every two countries."""
    found: dict[tuple[str, ...], list[str]] = {}
    for gate in net.seeds.gates.values():
        if gate.kind in {"border", "service"}:
            for two in combinations(sorted(gate.countries), 2):
                found.setdefault(two, []).append(gate.id)
    return found


def _hit(part: Part, lost: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs of a part have an arc of these on their best way."""
    flags = np.zeros(len(part.weight), dtype=bool)
    flags[lost] = True
    of = np.repeat(np.arange(len(part.nodes)), np.diff(part.found.path_start))
    passings = np.bincount(of[flags[part.found.path]], minlength=len(part.nodes))
    hit: NDArray[np.bool_] = passings > 0
    return hit


def _counted(question: Question, part: Part, loss: Loss) -> NDArray[np.bool_]:
    """Pairs of a part that a loss touches and that count for it."""
    own = (question.countries[part.members] == loss.spares).any(axis=1)
    counted: NDArray[np.bool_] = _hit(part, loss.arcs) & ~own
    return counted


def _touches(question: Question, loss: Loss) -> bool:
    return len(loss.arcs) > 0 and any(
        _counted(question, part, loss).any() for part in question.parts
    )


def _base(question: Question) -> Outcome:
    """Every pair with nothing lost."""
    count = len(question.demand)
    cost, along = np.empty(count), np.empty((count, 2))
    for part in question.parts:
        cost[part.members], along[part.members] = part.found.cost, part.found.along
    return Outcome(cost, along, np.zeros(count, dtype=bool), np.zeros(0, dtype=np.int64))


def _lost(question: Question, loss: Loss) -> Outcome:
    """Every pair after a loss; only pairs that it touches are solved again."""
    cost, along, touched, _ = _base(question)
    passed = [np.zeros(0, dtype=np.int64)]
    for part in question.parts:
        hit = _counted(question, part, loss)
        if hit.any():
            weight = part.weight.copy()
            weight[loss.arcs] = np.inf
            found = ways(part.graph, weight, part.figures, _by_origin(part.nodes[hit]))
            at = part.members[hit]
            cost[at], along[at], touched[at] = found.cost, found.along, True
            passed.append(np.unique(found.path))
    return Outcome(cost, along, touched, np.unique(np.concatenate(passed)))


def _ways_left(question: Question, loss: Loss) -> int:
    """The fewest ways apart that are left to a pair that a loss touches."""
    fewest = MOST_WAYS
    for part in question.parts:
        hit = _counted(question, part, loss)
        if hit.any() and fewest:
            usable = np.isfinite(part.weight)
            usable[loss.arcs] = False
            fewest = fewest_ways_apart(
                part.graph,
                part.back,
                usable=usable,
                single=part.single,
                pairs=part.nodes[hit],
                most=fewest,
            )
    return fewest


def _efficiency(question: Question, cost: NDArray[np.float64]) -> float:
    """Mean of 1/cost over demand; a pair without a way adds nothing."""
    return float((question.demand / cost).sum() / question.demand.sum())


def _access(question: Question, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Masses within reach of each origin, each discounted by what it costs, shape (origins,)."""
    reach = question.mass * np.exp(-cost / question.scale)
    return np.bincount(question.origin, weights=reach).astype(np.float64)


def _share_lost(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(before - after, before, out=np.zeros_like(before), where=before > 0)


def _extra(question: Question, base: Outcome, after: Outcome) -> NDArray[np.float64]:
    """Mean extra hours and USD over all demand that keeps a way."""
    kept = np.isfinite(after.cost)
    more = after.along[kept] - base.along[kept]
    total = question.demand[kept].sum()
    extra: NDArray[np.float64] = question.demand[kept] @ more / (total or 1.0)
    return extra


def _table(
    question: Question,
    base: Outcome,
    losses: Sequence[Loss],
    outcomes: Sequence[Outcome],
    left: Sequence[int],
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """The table of all losses, and what each takes of each origin's accessibility."""
    import pandas as pd

    total = question.demand.sum()
    efficiency, access = _efficiency(question, base.cost), _access(question, base.cost)
    rows, drops = [], []
    for loss, after, ways_left in zip(losses, outcomes, left, strict=True):
        cut = np.isinf(after.cost) & np.isfinite(base.cost)
        kept = after.touched & ~cut
        hours, usd = _extra(question, base, after)
        drop = _share_lost(access, _access(question, after.cost))
        drops.append(drop)
        rows.append(
            {
                "kind": loss.kind,
                "id": loss.id,
                "title": loss.title,
                "carried": question.demand[after.touched].sum() / total,
                "pairs": int(after.touched.sum()),
                "cut": int(cut.sum()),
                "cut_demand": question.demand[cut].sum() / total,
                "extra_hours": hours,
                "extra_usd": usd,
                "worst_hours": (after.along - base.along)[kept, 0].max(initial=0.0),
                "ways_left": 0 if cut.any() else ways_left,
                "efficiency_loss": 1 - _efficiency(question, after.cost) / (efficiency or 1.0),
                "accessibility_loss": drop.mean(),
            }
        )
    names = ["kind", "id", "title", "pairs", "cut_demand", "worst_hours", *MEASURES]
    table = pd.DataFrame(rows, columns=[*rows[0]] if rows else names)
    order = np.argsort(-table["extra_hours"].to_numpy(dtype=float), kind="stable")
    return table.iloc[order].reset_index(drop=True), np.array(drops)


def _couples(
    query: Query, question: Question, base: Outcome, options: dict[str, Any] | None
) -> pd.DataFrame:
    """Two gates that are worse to lose together: one of them is on the way round the other."""
    import pandas as pd

    names = ["one", "other", "extra_hours", "apart", "excess", "cut"]
    if options is None:
        return pd.DataFrame(columns=names)
    gates = {loss.id: loss for loss in _losses(query, ("gate",))}
    used = [loss for loss in gates.values() if _touches(question, loss)]
    alone = dict(
        zip([loss.id for loss in used], pieces(_lost, question, used, **options), strict=True)
    )
    held = {gate: set(loss.arcs.tolist()) for gate, loss in gates.items() if len(loss.arcs)}
    pairs = {
        tuple(sorted((one, other)))
        for one, after in alone.items()
        for other, arcs in held.items()
        if other != one and not arcs.isdisjoint(after.passed.tolist())
    }
    both = [
        Loss("couple", f"{one} {other}", "", np.union1d(gates[one].arcs, gates[other].arcs))
        for one, other in sorted(pairs)
    ]
    rows = []
    outcomes = pieces(_lost, question, both, **options)
    for (one, other), after in zip(sorted(pairs), outcomes, strict=True):
        together = float(_extra(question, base, after)[0])
        single = [alone[gate] for gate in (one, other) if gate in alone]
        apart = sum(float(_extra(question, base, outcome)[0]) for outcome in single)
        cut = int(np.isinf(after.cost).sum()) - max(int(np.isinf(s.cost).sum()) for s in single)
        if together - apart > _ROUNDING or cut:
            rows.append((one, other, together, apart, together - apart, cut))
    rows.sort(key=lambda row: (-row[5], -row[4]))
    return pd.DataFrame(rows, columns=names)


def _cities(
    question: Question,
    base: Outcome,
    pairs: Sequence[Pair],
    losses: Sequence[Loss],
    drops: NDArray[np.float64],
) -> pd.DataFrame:
    """Accessibility of every origin, and what takes most of it."""
    import pandas as pd

    origins = list(dict.fromkeys(origin for origin, _ in pairs))
    worst = drops.argmax(axis=0) if len(losses) else np.zeros(len(origins), dtype=int)
    rows = [
        (
            origin,
            access,
            f"{losses[worst[place]].kind} {losses[worst[place]].id}" if len(losses) else "",
            float(drops[worst[place], place]) if len(losses) else 0.0,
        )
        for place, (origin, access) in enumerate(
            zip(origins, _access(question, base.cost), strict=True)
        )
    ]
    return pd.DataFrame(rows, columns=["city", "accessibility", "hurt_most_by", "loss"])
