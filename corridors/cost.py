"""The one cost model: what a shipment spends on each arc, in hours, USD and kg CO2e.

Generalised cost is money plus time at the goods' own cost of a day (Hummels & Schaur 2013): the
share of their value that a day in transit takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.arcs import HOURS, KG_PER_T, ONE, USD, USD_PER_T
from corridors.asked import find, listed
from corridors.errors import CorridorsError
from corridors.schema import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from corridors.arcs import Arcs
    from corridors.seeds import Seeds

#: What a way may minimise, and the figure of each.
OBJECTIVES = {
    "time": "hours",
    "cost": "usd",
    "co2": "co2_kg",
    "generalised": "generalised_usd",
    "distance": "km",
}
HOURS_PER_DAY = 24.0
DUTY = "duty"
ALL_PARTS = (*PARTS, DUTY)
#: Parts of USD that are charged by the container, not by the passage or the tonne.
CHARGED_BY_UNIT = ("fare", "transfer", "loading")
_BY_UNIT = np.array([part in CHARGED_BY_UNIT for part in PARTS])


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
    teu
        For how many twenty-foot containers it counts where ships, ferries and terminals charge.
    """

    tonnes: float = 14.0
    value_usd: float = 0.0
    time_cost_share_per_day: float = 0.0
    avoid: tuple[str, ...] = ()
    teu: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "avoid", listed(self.avoid))
        for name in ("tonnes", "value_usd", "time_cost_share_per_day", "teu"):
            amount = getattr(self, name)
            if not (isinstance(amount, Real) and 0 <= float(amount) < math.inf):
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
        figure: NDArray[np.float64] = getattr(self, find("objective", objective, OBJECTIVES))
        return figure


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
    if cargo.teu != 1.0:
        fixed = arcs.terms[USD]
        more = (cargo.teu - 1.0) * _BY_UNIT[fixed.part] * fixed.amounts(values)
        usd += np.bincount(fixed.arc, weights=more, minlength=count)
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


#: Rows of :func:`term_counts`: what a term may be an amount of.
_HOUR, _USD, _USD_A_UNIT, _USD_A_TONNE, _KG_A_TONNE, _KM = range(6)


def term_counts(by: str, cargo: Cargo) -> NDArray[np.float64]:
    """What one of each kind of term counts for in an objective, shape (kinds,).

    With :func:`counted_terms` it gives the weights of :func:`arc_figures` as one sum over terms,
    which is how many draws are weighed at once.
    """
    counts = np.zeros(_KM + 1)
    if by in ("cost", "generalised"):
        counts[[_USD, _USD_A_UNIT, _USD_A_TONNE]] = 1.0, cargo.teu, cargo.tonnes
    counts[_HOUR] = {"time": 1.0, "generalised": cargo.usd_per_h}.get(by, 0.0)
    counts[_KG_A_TONNE] = cargo.tonnes * (by == "co2")
    counts[_KM] = by == "distance"
    return counts


def counted_terms(arcs: Arcs, by: str) -> NDArray[np.int64]:
    """The terms that count in an objective, shape (terms, 5): arc, kind, and places a, b, c."""
    counts = term_counts(by, Cargo(1.0, 1.0, 1.0))
    usd = np.where(_BY_UNIT[arcs.terms[USD].part], _USD_A_UNIT, _USD)
    kinds: dict[int, Any] = {
        HOURS: _HOUR,
        USD: usd,
        USD_PER_T: _USD_A_TONNE,
        KG_PER_T: _KG_A_TONNE,
    }
    found = [
        np.column_stack(
            np.broadcast_arrays(terms.arc, kinds[measure], terms.a, terms.b, terms.c)
        ).astype(np.int64)
        for measure, terms in enumerate(arcs.terms)
    ]
    hauls = np.flatnonzero(arcs.link >= 0)
    lengths = np.array([arcs.length[link] for link in arcs.links])[arcs.link[hauls]]
    found.append(np.column_stack(np.broadcast_arrays(hauls, _KM, lengths, ONE, ONE)))
    every = np.concatenate(found)
    return every[counts[every[:, 1]] > 0]


def charge_terms(
    arcs: Arcs, seeds: Seeds, charges: tuple[Charge, ...], by: str, first: int
) -> NDArray[np.int64]:
    """Duties and tolls as terms, their amounts standing from place ``first`` on in the values."""
    rows = [np.zeros((0, 5), dtype=np.int64)]
    if by in ("cost", "generalised"):
        for place, charge in enumerate(charges, start=first):
            charged = charged_arcs(arcs, seeds, charge.target)
            rows.append(np.column_stack(np.broadcast_arrays(charged, _USD, place, ONE, ONE)))
    return np.concatenate(rows).astype(np.int64)


def charged_arcs(arcs: Arcs, seeds: Seeds, target: str) -> NDArray[np.int64]:
    """Arcs on which a charge falls: at a gate, at a corridor's toll gates, or into a country.

    A family of corridors, ``araz`` for ``araz-road`` and ``araz-rail``, is charged at the toll
    gates of them all, each arc once.
    """
    if target in arcs.gate_arcs:
        return arcs.gate_arcs[target]
    corridors = seeds.corridor_family(target)
    if corridors:
        gates = [gate for name in corridors for gate in seeds.corridors[name].toll_gates]
        if not gates:
            message = f"corridor {target!r} names no gate at which a charge could be levied"
            raise CorridorsError(message)
        return np.unique(np.concatenate([arcs.gate_arcs[gate] for gate in gates]))
    country = np.array([seeds.places[state.place].country == target for state in arcs.states])
    entering = arcs.crosses & country[arcs.head] & ~country[arcs.tail]
    return np.flatnonzero(entering)


class Addend(NamedTuple):
    """What one term adds to a shipment's hours or USD on an arc: ``units * v[a] * v[b] / v[c]``."""

    part: str
    units: float
    a: int
    b: int
    c: int

    def worth(self, values: NDArray[np.float64]) -> float:
        """The amount under a vector of values."""
        return self.units * values.item(self.a) * values.item(self.b) / values.item(self.c)


def addends(arcs: Arcs, cargo: Cargo, arc: int, measure: str) -> Iterator[Addend]:
    """The addends of one arc's ``hours`` or ``usd`` for a cargo, duties left out."""
    kinds = {"hours": ((HOURS, 1.0),), "usd": ((USD, 1.0), (USD_PER_T, cargo.tonnes))}
    for kind, per in kinds[measure]:
        for part, *places in arcs.terms[kind].of_arc.get(arc, ()):
            by_unit = kind == USD and part in CHARGED_BY_UNIT
            yield Addend(part, cargo.teu if by_unit else per, *places)


def breakdown(
    arcs: Arcs, values: NDArray[np.float64], cargo: Cargo, arc: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Hours and USD of one arc by part, duties left out."""
    hours: dict[str, float] = {}
    usd: dict[str, float] = {}
    for measure, into in (("hours", hours), ("usd", usd)):
        for addend in addends(arcs, cargo, arc, measure):
            into[addend.part] = into.get(addend.part, 0.0) + addend.worth(values)
    return hours, usd
