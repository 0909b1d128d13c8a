"""Charts of what gates are worth, and of how sure that is."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import CorridorsError
from corridors.render.charts import _RC, INK, LINE, MUTED, PAPER, SAID, Chart
from corridors.render.payload import ROUTE_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.analysis.uncertainty import Simulation
    from corridors.analysis.worth import Worth
    from corridors.compare import Pair

#: More gates than these would not be read.
MOST = 24
#: From substitutes over nothing to complements; told apart without red beside green.
_SHADES = ("#7b3294", PAPER, "#00705a")
_ROW_IN, _HEAD_IN = 0.3, 1.3
#: Of the small print, with room to spare.
_LETTERS_PER_IN = 16
#: Beyond this part of the strongest shade, ink gives way to paper.
_DARK = 0.6
#: Figures from here on are shown whole; interactions below the other are not shown at all.
_WHOLE, _LEAST = 10, 0.5


def worth_chart(worth: Worth, *, most: int = MOST, of: str = "gate") -> Chart:
    """What each gate is worth, most first; gates worth nothing are left out.

    Parameters
    ----------
    worth
        From :meth:`corridors.Sweep.worth`.
    most
        How many gates to show.
    of
        What a reader calls them.
    """
    ranked = worth.gates[worth.gates.abs() > 0].sort_values(ascending=False)[:most]
    if ranked.empty:
        message = f"no gate is worth anything to {worth.of}"
        raise CorridorsError(message)
    title = f"What each {of} saves {worth.of}, by {SAID.get(worth.by, worth.by)}"
    figure, axes = _figure(9.0, _HEAD_IN + _ROW_IN * len(ranked), title)
    places = np.arange(len(ranked))[::-1]
    axes.barh(places, ranked.to_numpy(), height=0.62, color=ROUTE_COLOURS[0])
    axes.set_yticks(places, list(ranked.index))
    for place, value in zip(places, ranked, strict=True):
        axes.annotate(
            _shown(value),
            (value, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.margins(x=0.12)
    weighed = ", times the weight of each pair" * any(w != 1 for w in worth.weights.values())
    axes.set_xlabel(f"Shapley value, {worth.unit}{weighed}")
    _say(figure, worth, of)
    return Chart(title, figure)


def interaction_chart(worth: Worth, *, most: int = MOST, of: str = "gate") -> Chart:
    """Which gates help each other and which stand in for each other, as a table of shades.

    Parameters
    ----------
    worth
        From :meth:`corridors.Sweep.worth`.
    most
        How many gates to show: those with the strongest interactions.
    of
        What a reader calls them.
    """
    from matplotlib.colors import LinearSegmentedColormap

    strength = worth.interaction.abs().sum().sort_values(ascending=False)
    chosen = [
        gate for gate in worth.gates.index if gate in set(strength[strength > 0][:most].index)
    ]
    if not chosen:
        message = f"no two gates change each other's worth to {worth.of}"
        raise CorridorsError(message)
    table = worth.interaction.loc[chosen, chosen].to_numpy(dtype=float, copy=True)
    title = "Complements and substitutes"
    side = _HEAD_IN + 0.42 * len(chosen)
    figure, axes = _figure(side + 2.6, side + 1.2, title)
    reach = float(np.abs(table).max())
    shades = LinearSegmentedColormap.from_list("interaction", list(_SHADES))
    np.fill_diagonal(table, np.nan)
    image = axes.imshow(table, cmap=shades, vmin=-reach, vmax=reach)
    axes.set_xticks(range(len(chosen)), chosen, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(chosen)), chosen)
    _figures_in(axes, table, reach)
    bar = figure.colorbar(image, ax=axes, shrink=0.7)
    said = f"interaction, {worth.unit}"
    bar.set_label(said, fontsize=8)
    bar.ax.tick_params(labelsize=8)
    _say(figure, worth, of)
    return Chart(title, figure)


def _figures_in(axes: Axes, table: Any, reach: float) -> None:
    """The figure of every cell that is not next to nothing."""
    for row, column in np.argwhere(np.abs(table) >= min(_LEAST, reach / 100)):
        value = table[row, column]
        colour = PAPER if abs(value) > _DARK * reach else INK
        axes.text(column, row, _shown(value), ha="center", va="center", fontsize=7, color=colour)


def simulation_chart(simulation: Simulation, pair: Pair) -> Chart:
    """What a pair's best way costs under each scenario: 5 to 95 % of the draws, and the median.

    Parameters
    ----------
    simulation
        From :func:`corridors.simulate`.
    pair
        One of its pairs.
    """
    table = simulation.table
    rows = table[(table["origin"] == pair[0]) & (table["destination"] == pair[1])]
    rows = rows[np.isfinite(rows["high"])]
    if rows.empty:
        message = f"{':'.join(pair)}: too many draws leave no way for a chart, or it was not asked"
        raise CorridorsError(message)
    by = SAID.get(simulation.by, simulation.by)
    title = f"{pair[0]} to {pair[1]}, by {by}: {simulation.draws:,} draws"
    figure, axes = _figure(9.0, _HEAD_IN + _ROW_IN * len(rows) * 1.4, title)
    places = np.arange(len(rows))[::-1]
    for place, (_, row) in zip(places, rows.iterrows(), strict=True):
        colour = ROUTE_COLOURS[simulation.scenarios.index(row["scenario"]) % len(ROUTE_COLOURS)]
        axes.plot([row["low"], row["high"]], [place] * 2, color=colour, linewidth=5, alpha=0.35)
        axes.plot(row["median"], place, "o", color=colour, markersize=7)
        axes.annotate(
            f"{row['median']:,.4g}",
            (row["median"], place),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    names = [f"{row['scenario']}, {row['date']}" for _, row in rows.iterrows()]
    axes.set_yticks(places, names)
    axes.set_ylim(-0.7, len(rows) - 0.2)
    axes.set_xlabel(f"{simulation.unit}: 5 to 95 % of the draws, and the median")
    return Chart(title, figure)


def _figure(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_RC):
        figure = Figure(figsize=(width, height), facecolor=PAPER, layout="constrained")
        axes = figure.subplots()
    axes.set_facecolor(PAPER)
    axes.set_title(title, loc="left", fontsize=11)
    axes.tick_params(length=0)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(LINE)
    return figure, axes


def _shown(value: float) -> str:
    """A figure as a reader takes it in."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:,.1f}"


def _say(figure: Figure, worth: Worth, of: str) -> None:
    said = (
        f"Exact over all {2 ** len(worth.gates):,} combinations of {len(worth.gates)} {of}s; "
        f"{worth.unconnected}. All of them together save {_shown(worth.total)} {worth.unit}."
    )
    letters = int(figure.get_figwidth() * _LETTERS_PER_IN)
    figure.supxlabel(fill(said, letters), x=0.01, ha="left", fontsize=7, color=MUTED)
