"""Which numbers an answer hangs on: Morris to find the few that matter, Sobol to weigh them.

Both are SALib's (Herman & Usher 2017), with its confidence intervals; needs the extra
[sensitivity].
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.factors import Factors, factors
from corridors.analysis.parallel import pieces
from corridors.analysis.terminals import asked_pairs
from corridors.analysis.uncertainty import QUANTILES, Case, evaluate, lay_out
from corridors.asked import check_count
from corridors.errors import CorridorsError
from corridors.routing import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.compare import Pair
    from corridors.cost import Cargo
    from corridors.network import Network

    Model = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_ROWS = 500
_LEVELS = 4


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What an answer hangs on.

    Attributes
    ----------
    of
        The answer, in words.
    unit
        Its unit.
    morris
        One row a factor, strongest first: ``factor``, ``mu_star`` (mean of the absolute change
        over a step through the middle 90 % of the factor's range), ``mu_star_conf`` (95 %),
        ``sigma`` (its spread: what is not linear, or hangs on others).
    sobol
        One row for each of the strongest: ``factor``, ``S1`` (share of the variance by itself),
        ``ST`` (with all it interacts with), each with ``_conf`` (95 %).
    """

    of: str
    unit: str
    morris: pd.DataFrame
    sobol: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        tables = {"morris": self.morris, "sobol": self.sobol}
        rows = {name: table.to_dict(orient="records") for name, table in tables.items()}
        return {"of": self.of, "unit": self.unit, **rows}

    def __repr__(self) -> str:
        first = ", ".join(self.morris["factor"][:3])
        return f"<Sensitivity of {self.of}, {self.unit}: {first} before {len(self.morris)} in all>"

    def _repr_html_(self) -> str:
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{self.sobol.round(3).to_html(index=False)}"


def sensitivity(
    net: Network,
    pair: Pair,
    *,
    against: Network | None = None,
    by: str = "time",
    cargo: Cargo | None = None,
    trajectories: int = 20,
    samples: int = 256,
    most: int = 12,
    seed: int = 1,
    workers: int | None = None,
    client: Any = None,
) -> Sensitivity:
    """Find what the best way of a pair, or the gain from one network to another, hangs on.

    Parameters
    ----------
    net
        The network.
    pair
        (origin, destination) ids.
    against
        Another network over the same tables, such as ``net.under(...)``; then the answer is what
        it costs more, or less, on ``net`` than there.
    by, cargo
        As for :func:`corridors.route`.
    trajectories
        Morris's: each costs one solve more than there are factors.
    samples
        Sobol's, a power of two: each costs two solves more than there are factors left.
    most
        How many factors Sobol weighs; the others stand at their usual values.
    seed, workers, client
        As for :func:`corridors.simulate`; results depend on the seed alone.

    Returns
    -------
    Sensitivity

    Raises
    ------
    CorridorsError
        When SALib is missing, a count is not positive, or some values leave the pair no way.
    """
    for name, count in (("trajectories", trajectories), ("samples", samples), ("most", most)):
        check_count(name, count)
    salib = _salib()
    asked = asked_pairs(net, [pair])
    drawn = factors(net)
    cases = tuple(
        lay_out(one, drawn, asked, by=by, cargo=cargo) for one in (net, against) if one is not None
    )

    def model(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        return _answers(cases, drawn, uniform, pair, workers=workers, client=client)

    morris = _morris(salib, model, drawn, trajectories, seed)
    chosen = [drawn.names.index(name) for name in morris["factor"][:most]]
    words = f"{':'.join(pair)} by {by}"
    return Sensitivity(
        of=words if against is None else f"{words}, {net.name} less {against.name}",
        unit=UNITS[by],
        morris=morris,
        sobol=_sobol(salib, model, drawn, chosen, samples, seed),
    )


def _salib() -> Any:
    try:
        import SALib.analyze.morris
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        message = 'sensitivity needs SALib: pip install "corridors[sensitivity]"'
        raise CorridorsError(message) from None
    return SALib


def _answers(
    cases: tuple[Case, ...],
    drawn: Factors,
    uniform: NDArray[np.float64],
    pair: Pair,
    *,
    workers: int | None,
    client: Any,
) -> NDArray[np.float64]:
    """The answer at each row of places between 0 and 1, shape (rows,)."""
    numbers = drawn.quantiles(uniform)
    blocks = [numbers[first : first + _ROWS] for first in range(0, len(numbers), _ROWS)]
    found = np.concatenate([*pieces(_costs, cases, blocks, workers=workers, client=client)], axis=1)
    if not np.isfinite(found).all():
        share = float(np.isinf(found).any(axis=0).mean())
        message = (
            f"{':'.join(pair)} has no way in {share:.1%} of the draws: what it costs cannot be "
            "laid to single numbers; simulate() tells how likely a way is"
        )
        raise CorridorsError(message)
    answers: NDArray[np.float64] = found[0] - found[1:].sum(axis=0)
    return answers


def _costs(cases: tuple[Case, ...], numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([evaluate(case, numbers, 1)[0][:, 0] for case in cases])


def _problem(names: list[str], *, low: float = 0.0, high: float = 1.0) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[low, high]] * len(names)}


def _ranked(found: Any, columns: tuple[str, ...], names: list[str], by: str) -> pd.DataFrame:
    import pandas as pd

    data = {"factor": names, **{name: np.asarray(found[name], dtype=float) for name in columns}}
    return pd.DataFrame(data).sort_values(by, ascending=False, kind="stable", ignore_index=True)


def _morris(salib: Any, model: Model, drawn: Factors, trajectories: int, seed: int) -> pd.DataFrame:
    problem = _problem([*drawn.names], low=QUANTILES[0], high=QUANTILES[-1])
    places = salib.sample.morris.sample(problem, trajectories, num_levels=_LEVELS, seed=seed)
    found = salib.analyze.morris.analyze(
        problem, places, model(places), num_levels=_LEVELS, seed=seed
    )
    table = _ranked(found, ("mu_star", "mu_star_conf", "sigma"), [*drawn.names], "mu_star")
    return table[table["mu_star"] > 0].reset_index(drop=True)


def _sobol(  # noqa: PLR0917 - all are needed
    salib: Any, model: Model, drawn: Factors, chosen: list[int], samples: int, seed: int
) -> pd.DataFrame:
    names = [drawn.names[factor] for factor in chosen]
    problem = _problem(names)
    sampled = salib.sample.sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    places = np.tile(drawn.usual, (len(sampled), 1))
    places[:, chosen] = sampled
    found = salib.analyze.sobol.analyze(problem, model(places), calc_second_order=False, seed=seed)
    return _ranked(found, ("S1", "S1_conf", "ST", "ST_conf"), names, "ST")
