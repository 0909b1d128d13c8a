"""What is uncertain, and how: ranges of parameters and opening days, as quantile functions.

A draw is a row of numbers between 0 and 1, one for each factor; the same row gives every scenario
the same luck.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from corridors.network import open_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors import schema
    from corridors.network import Network
    from corridors.seeds import Seeds

#: Spread of the time at borders: standard deviation of its logarithm, from year to year, of the
#: means that CAREC's corridor monitoring publishes. Shipments differ more among themselves.
DWELL_SIGMA = {"road": 0.7, "rail": 0.25}
#: Draws of one block share a generator; the blocks do not depend on who works on them.
BLOCK = 250


@dataclass(frozen=True, eq=False)
class Factors:
    """Quantile functions of all that is uncertain.

    Attributes
    ----------
    parameters, gates
        Ids of the uncertain parameters and of the gates with a spread of opening days; the
        columns of a draw, in this order.
    low, likely, high
        Shape (factors,): ends and mode of a triangular spread; opening days as ordinals.
    sigma
        Shape (factors,): of a lognormal spread about ``likely`` as its median; zero where the
        spread is triangular.
    luck
        Shape (factors,): the column of a draw that decides each; parameters of one statement share
        one, and so do gates of one project.
    """

    parameters: tuple[str, ...]
    gates: tuple[str, ...]
    low: NDArray[np.float64]
    likely: NDArray[np.float64]
    high: NDArray[np.float64]
    sigma: NDArray[np.float64]
    luck: NDArray[np.int64]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each column."""
        return (*self.parameters, *(f"opening {gate}" for gate in self.gates))

    @property
    def usual(self) -> NDArray[np.float64]:
        """Where in its spread each factor's likely value stands, shape (factors,)."""
        width = np.where(self.high > self.low, self.high - self.low, 1.0)
        return np.where(self.sigma > 0, 0.5, (self.likely - self.low) / width)

    def quantiles(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at places between 0 and 1, shape (draws, factors) as given."""
        uniform = uniform[:, self.luck]
        left, right = self.likely - self.low, self.high - self.likely
        width = self.high - self.low
        rising = self.low + np.sqrt(uniform * width * left)
        falling = self.high - np.sqrt((1 - uniform) * width * right)
        found = np.where(uniform * width < left, rising, falling)
        skewed = np.flatnonzero(self.sigma)
        normal = np.frompyfunc(NormalDist().inv_cdf, 1, 1)
        inside = np.clip(uniform[:, skewed], 2**-53, 1 - 2**-53)
        spread = np.exp(self.sigma[skewed] * np.asarray(normal(inside), dtype=np.float64))
        found[:, skewed] = self.likely[skewed] * spread
        return found

    def uniforms(self, seed: int, block: int, draws: int) -> NDArray[np.float64]:
        """The numbers of a block of draws, shape (draws, factors), whoever asks for them."""
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
        return generator.random((draws, len(self.low)))


def factors(net: Network) -> Factors:
    """What is uncertain in a network: parameters with a range, and gates not yet built.

    A parameter is triangular between its low and high with its value as the mode; the time at a
    border by road or rail is lognormal about its value. An opening day is triangular over the
    gate's spread. Parameters that are drawn with another have its luck, so that one statement is
    not doubted twice; so have gates that open with another, whose projects come early or late as
    one.
    """
    rows = [row for row in net.seeds.parameters.values() if row.low < row.high]
    gates = [gate for gate in net.seeds.gates.values() if gate.opening_likely]
    days = [
        [
            day.toordinal()
            for day in (gate.opening_low, gate.opening_likely, gate.opening_high)
            if day
        ]
        for gate in gates
    ]
    spreads = np.array([[row.low, row.value, row.high] for row in rows] + days, dtype=np.float64)
    low, likely, high = spreads.reshape(-1, 3).T
    sharing = {row.id: row.drawn_with for row in rows}
    opening = {gate.id: gate.opens_with for gate in gates}
    column = {row: place for place, row in enumerate(sharing)}
    door = {gate: place for place, gate in enumerate(opening, start=len(rows))}
    luck = [column[other or row] for row, other in sharing.items()]
    luck += [door[other or gate] for gate, other in opening.items()]
    return Factors(
        parameters=tuple(row.id for row in rows),
        gates=tuple(gate.id for gate in gates),
        low=low,
        likely=likely,
        high=high,
        sigma=np.array([_sigma(row) for row in rows] + [0.0] * len(gates)),
        luck=np.array(luck, dtype=np.int64),
    )


def _sigma(row: schema.Parameter) -> float:
    return DWELL_SIGMA.get(row.mode.partition("-")[0], 0.0) if row.name == "dwell_h" else 0.0


def undecided(net: Network) -> tuple[str, ...]:
    """Gates that stand open on the network's day only if their opening day has come.

    Left out are gates that a scenario has set, those that events have opened already, and those
    whose closed season it is.
    """
    spread = [gate.id for gate in net.seeds.gates.values() if gate.opening_likely]
    opened = open_on(_with_openings(net.seeds, None), net.date)
    in_season = open_on(_with_openings(net.seeds, dt.date.min), net.date)
    free = in_season - opened - net.decided_gates
    return tuple(gate for gate in spread if gate in free)


@cache
def _with_openings(seeds: Seeds, day: dt.date | None) -> Seeds:
    """The tables with every spread of opening days moved to one day, or struck out."""
    gates = {
        gate.id: replace(gate, opening_low=day, opening_likely=day, opening_high=day)
        if gate.opening_likely
        else gate
        for gate in seeds.gates.values()
    }
    return replace(seeds, gates=gates)
