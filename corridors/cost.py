"""The one cost model: what a shipment spends on each arc, in hours, USD and kg CO2e.

Generalised cost is money plus time at the goods' own cost of a day (Hummels & Schaur 2013): the
share of their value that a day in transit takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from corridors.arcs import HOURS, KG_PER_T, USD, USD_PER_T
from corridors.errors import CorridorsError, UnknownNameError
from corridors.schema import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from corridors.arcs import Arcs
    from corridors.seeds import Seeds

By = Literal["time", "cost", "co2", "generalised", "distance"]
OBJECTIVES: tuple[str, ...] = ("time", "cost", "co2", "generalised", "distance")
HOURS_PER_DAY = 24.0
DUTY = "duty"
ALL_PARTS = (*PARTS, DUTY)


@dataclass(frozen=True, slots=True)
class Cargo:
    """One shipment.

    Attributes
    ----------
    tonnes
        Weight of the goods in the container or on the lorry.
    value_usd
        What they are worth.
    time_cost_share_per_day
        What a day costs, as a share of their value.
    avoid
        Countries (ISO) it may not pass.
    """

    tonnes: float = 14.0
    value_usd: float = 0.0
    time_cost_share_per_day: float = 0.0
    avoid: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("tonnes", "value_usd", "time_cost_share_per_day"):
            amount = getattr(self, name)
            if not (np.isfinite(amount) and amount >= 0):
                message = f"cargo: {name} {amount!r} must be a number that is not negative"
                raise CorridorsError(message)

    @property
    def usd_per_h(self) -> float:
        """What an hour in transit costs."""
        return self.value_usd * self.time_cost_share_per_day / HOURS_PER_DAY


def default_cargo(values: Mapping[str, float]) -> Cargo:
    """The loaded TEU that the tables describe.

    Parameters
    ----------
    values
        Values of ``tonnes_per_teu``, ``cargo_value_usd`` and ``time_cost_share_per_day``.
    """
    return Cargo(
        tonnes=values.get("tonnes_per_teu", 14.0),
        value_usd=values.get("cargo_value_usd", 0.0),
        time_cost_share_per_day=values.get("time_cost_share_per_day", 0.0),
    )


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures of every arc for one cargo, each of shape (arcs,)."""

    km: NDArray[np.float64]
    hours: NDArray[np.float64]
    usd: NDArray[np.float64]
    co2_kg: NDArray[np.float64]
    generalised_usd: NDArray[np.float64]

    def by(self, objective: str) -> NDArray[np.float64]:
        """The figure an objective minimises."""
        columns = {
            "time": self.hours,
            "cost": self.usd,
            "co2": self.co2_kg,
            "generalised": self.generalised_usd,
            "distance": self.km,
        }
        if objective not in columns:
            what = "objective"
            raise UnknownNameError(what, objective, columns)
        return columns[objective]


@dataclass(frozen=True, slots=True)
class Charge:
    """A duty or toll on every passage of some arcs."""

    target: str
    basis: str
    amount: float

    def usd(self, cargo: Cargo) -> float:
        """What one shipment pays."""
        per = {"usd_per_shipment": 1.0, "usd_per_tonne": cargo.tonnes}
        return self.amount * per.get(self.basis, cargo.value_usd)


def arc_figures(
    arcs: Arcs,
    seeds: Seeds,
    values: NDArray[np.float64],
    cargo: Cargo,
    charges: tuple[Charge, ...] = (),
) -> Figures:
    """Figures of every arc under a vector of values."""
    count = arcs.count
    amount: list[NDArray[np.float64]] = [
        np.bincount(terms.arc, weights=terms.amounts(values), minlength=count).astype(np.float64)
        for terms in arcs.terms
    ]
    usd = amount[USD] + cargo.tonnes * amount[USD_PER_T]
    for charge in charges:
        usd[charged_arcs(arcs, seeds, charge.target)] += charge.usd(cargo)
    lengths = np.append(values[len(values) - len(arcs.links) :], 0.0)
    return Figures(
        km=lengths[arcs.link],
        hours=amount[HOURS],
        usd=usd,
        co2_kg=cargo.tonnes * amount[KG_PER_T],
        generalised_usd=usd + cargo.usd_per_h * amount[HOURS],
    )


def charged_arcs(arcs: Arcs, seeds: Seeds, target: str) -> NDArray[np.int64]:
    """Arcs on which a charge falls: at a gate, at a corridor's toll gates, or into a country."""
    if target in arcs.gate_arcs:
        return arcs.gate_arcs[target]
    if target in seeds.corridors:
        gates = seeds.corridors[target].toll_gates
        if not gates:
            message = f"corridor {target!r} names no gate at which a charge could be levied"
            raise CorridorsError(message)
        return np.unique(np.concatenate([arcs.gate_arcs[gate] for gate in gates]))
    country = np.array([seeds.places[state.place].country == target for state in arcs.states])
    entering = arcs.crosses & country[arcs.head] & ~country[arcs.tail]
    return np.flatnonzero(entering)


def breakdown(
    arcs: Arcs, values: NDArray[np.float64], cargo: Cargo, arc: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Hours and USD of one arc by part, duties left out."""
    hours: dict[str, float] = {}
    usd: dict[str, float] = {}
    for measure, into, per in (
        (HOURS, hours, 1.0),
        (USD, usd, 1.0),
        (USD_PER_T, usd, cargo.tonnes),
    ):
        terms = arcs.terms[measure]
        first, last = np.searchsorted(terms.arc, [arc, arc + 1])
        for term in range(first, last):
            part = PARTS[terms.part[term]]
            worth = values[terms.a[term]] * values[terms.b[term]] / values[terms.c[term]]
            into[part] = into.get(part, 0.0) + per * float(worth)
    return hours, usd
