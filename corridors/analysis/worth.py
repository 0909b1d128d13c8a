"""What each gate is worth, alone and with another: exact Shapley values over all combinations.

The game of a pair is what opening gates saves it: its cost with none of the gates under study
open, less its cost with those of a combination. A gate's Shapley value (1953) is its part of what
all of them save together, averaged over every order in which they might open; the interaction
index (Grabisch & Roubens 1999) of two gates is what they save together beyond what each saves
alone. Both add up over pairs, and both are sums over the leaves of the decision trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import CorridorsError, UnknownNameError
from corridors.kernels import subsets

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.analysis.sweep import Sweep
    from corridors.compare import Pair

WORST = "worst"


@dataclass(frozen=True, eq=False)
class Worth:
    """What gates are worth to some pairs.

    Attributes
    ----------
    of
        For whom, in words.
    by, unit
        What is saved, and its unit.
    unconnected
        What a pair without a way counts for, in words.
    weights
        Weight of each pair that counts.
    gates
        Shapley value of each gate, in the unit times the weights; adds up to ``total``.
    interaction
        Gates by gates: positive for complements, negative for substitutes.
    pairs
        Pairs by gates: the Shapley values of each pair alone, without its weight.
    total
        What all gates save together.
    """

    of: str
    by: str
    unit: str
    unconnected: str
    weights: Mapping[Pair, float]
    gates: pd.Series[float]
    interaction: pd.DataFrame
    pairs: pd.DataFrame
    total: float

    @property
    def couples(self) -> pd.DataFrame:
        """Every two gates that change each other's worth, strongest first.

        Returns
        -------
        DataFrame
            ``one, other, interaction`` and ``are``: complements or substitutes.
        """
        import pandas as pd

        names = list(self.gates.index)
        table = self.interaction.to_numpy()
        rows = [
            (names[one], names[other], float(table[one, other]))
            for one, other in zip(*np.triu_indices(len(names), 1), strict=True)
            if abs(table[one, other]) > subsets.SLACK * max(abs(self.total), 1)
        ]
        rows.sort(key=lambda row: -abs(row[2]))
        found = pd.DataFrame(rows, columns=["one", "other", "interaction"])
        return found.assign(
            are=["complements" if row[2] > 0 else "substitutes" for row in rows],
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "of": self.of,
            "by": self.by,
            "unit": self.unit,
            "unconnected": self.unconnected,
            "total": self.total,
            "gates": {gate: float(value) for gate, value in self.gates.items()},
            "couples": self.couples.to_dict(orient="records"),
        }

    def __repr__(self) -> str:
        return (
            f"<Worth of {len(self.gates)} gates to {self.of} by {self.by}: "
            f"{self.total:,.1f} {self.unit} saved by all; {self.unconnected}>"
        )

    def _repr_html_(self) -> str:
        table = self.gates.sort_values(ascending=False).round(2).to_frame(f"saved, {self.unit}")
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{table.to_html()}"


def worth(
    sweep: Sweep,
    of: Pair | str | Mapping[Pair, float] | None = None,
    *,
    unconnected: float | str = WORST,
) -> Worth:
    """Shapley value and interaction of the gates of a sweep.

    Parameters
    ----------
    sweep
        From :func:`corridors.sweep`.
    of
        A pair; a country (ISO), for the sum over its pairs, to and from; a mapping from pairs to
        weights, such as tonnes; all pairs alike when left out.
    unconnected
        What a pair without a way counts for: ``"worst"``, the dearest of its ways in any
        combination, so that a way at all is worth no more than the spread of its ways; or a
        number in the sweep's unit, no less than any way costs. A pair that no combination
        connects counts for nothing.

    Returns
    -------
    Worth

    Raises
    ------
    CorridorsError
        When the number is less than a way costs, or no pair is left.
    """
    import pandas as pd

    weights, whom = _weights(sweep, of)
    ceiling, words = _ceilings(sweep, weights, unconnected)
    pair = np.repeat(np.arange(len(sweep.pairs)), np.diff(sweep.leaves.start))
    saved = ceiling[pair] - np.minimum(sweep.leaf_costs, ceiling[pair])
    count = len(sweep.gates)
    each = subsets.shapley(sweep.leaves, saved, count)
    weight = np.array(list(weights.values()))
    names = list(sweep.gates)
    couples = subsets.interaction(sweep.leaves, saved * weight[pair], count)
    index = pd.MultiIndex.from_tuples(sweep.pairs, names=["origin", "destination"])
    gates = pd.Series(weight @ each, index=pd.Index(names, name="gate"), name="saved")
    return Worth(
        of=whom,
        by=sweep.by,
        unit=sweep.unit,
        unconnected=words,
        weights={pair: value for pair, value in weights.items() if value},
        gates=gates,
        interaction=pd.DataFrame(couples, index=names, columns=names),
        pairs=pd.DataFrame(each, index=index, columns=names)[weight != 0],
        total=float(gates.sum()),
    )


def _weights(
    sweep: Sweep, of: Pair | str | Mapping[Pair, float] | None
) -> tuple[dict[Pair, float], str]:
    """The weight of every pair of the sweep, and for whom that is, in words."""
    places = sweep.network.seeds.places
    if of is None:
        return dict.fromkeys(sweep.pairs, 1.0), f"{len(sweep.pairs)} pairs"
    if isinstance(of, str):
        ends = {pair: [places[place].country for place in pair] for pair in sweep.pairs}
        if not any(of in countries for countries in ends.values()):
            what = "country among the pairs"
            raise UnknownNameError(what, of, {one for two in ends.values() for one in two})
        found = {pair: float(of in countries) for pair, countries in ends.items()}
        return found, f"the pairs of {of}, {sum(map(bool, found.values()))} in all"
    given = {of: 1.0} if isinstance(of, tuple) else dict(of)
    for pair, weight in given.items():
        if pair not in sweep.pairs:
            what = "pair"
            raise UnknownNameError(what, ":".join(pair), [":".join(one) for one in sweep.pairs])
        if not (np.isfinite(weight) and weight >= 0):
            message = f"weight {weight!r} of {':'.join(pair)} must be a number that is not negative"
            raise CorridorsError(message)
    words = ":".join(of) if isinstance(of, tuple) else f"{len(given)} weighted pairs"
    return {pair: float(given.get(pair, 0.0)) for pair in sweep.pairs}, words


def _ceilings(
    sweep: Sweep, weights: Mapping[Pair, float], unconnected: float | str
) -> tuple[NDArray[np.float64], str]:
    """What each pair costs where it has no way, shape (pairs,), and the rule in words."""
    dearest = np.zeros(len(sweep.pairs))
    of_way = np.repeat(np.arange(len(sweep.pairs)), np.diff(sweep.ways.start))
    np.maximum.at(dearest, of_way, sweep.ways.cost)
    if unconnected == WORST:
        return dearest, "a pair without a way counts as its dearest way"
    if isinstance(unconnected, str) or not np.isfinite(unconnected):
        message = f"unconnected {unconnected!r} must be {WORST!r} or a number of {sweep.unit}"
        raise CorridorsError(message)
    counted = dearest * (np.array(list(weights.values())) > 0)
    if unconnected < counted.max():
        pair = ":".join(sweep.pairs[int(counted.argmax())])
        message = (
            f"unconnected {unconnected:g} {sweep.unit} is less than a way of {pair} costs, "
            f"{counted.max():,.1f} {sweep.unit}: opening a gate would look like a loss"
        )
        raise CorridorsError(message)
    reached = dearest > 0
    words = f"a pair without a way counts as {unconnected:g} {sweep.unit}"
    return np.where(reached, float(unconnected), 0.0), words
