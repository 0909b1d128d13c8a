"""Charts that stand on their own: a route's time or cost over distance, and a lever's breakpoints.

The first is the time/cost-distance chart of UNESCAP: km across, hours or USD added up; hauls rise
along the way, borders, transfers and waits are steps.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.analysis.breakeven import Breakeven, Range
from corridors.analysis.explain import Explanation
from corridors.errors import CorridorsError, UnknownNameError
from corridors.files import beside
from corridors.render.payload import ROUTE_COLOURS
from corridors.routing import UNITS, Route
from corridors.schema import HIGH_SEAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.routing import Leg

#: The page's own colours, as in map.css.
INK, MUTED, PAPER, LINE, LAND = "#1f2a33", "#5b6670", "#fffdf9", "#ddd6c8", "#f6f2e9"
FONTS = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
MEASURED = {"hours": "hours since the start of loading", "usd": "USD a shipment"}
#: Parts of a leg's hours and USD that are spent on the way; the others are steps.
_ON_THE_WAY = {"moving", "rest", "haulage", "fare"}
_STYLES: dict[str, Any] = {"rail": "-", "road": (0, (6, 1.6)), "sea": (0, (1, 1.2))}
_STYLES["ferry"] = _STYLES["sea"]
_RC: Any = {
    "text.parse_math": False,  # a dollar in a name is a dollar
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "corridors",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.color": INK,
}
#: Keeps a label readable over a line, and text in SVG, which a stroke round it would not.
_HALO: Any = {"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.8}
_SIZE_IN = (9.0, 5.4)
_LABEL_PT = 11.0
#: Objectives in words, where their names are not.
SAID = {"generalised": "generalised cost", "co2": "CO2"}
#: A longer name would crowd out the chart.
_LONGEST = 60
#: A step smaller than this share of the whole goes without a label.
_LEAST_STEP = 0.005
_NARROWEST = 0.022
_LETTER_PT = 4.4
#: Beyond this part of the range a label stands to the left of its point.
_LATE = 0.75
#: And this near either end a range's name stands inside the field.
_EDGE = 0.94


@dataclass(frozen=True, eq=False)
class Chart:
    """A drawn chart; shows itself in a notebook."""

    title: str
    figure: Figure = field(repr=False)

    def svg(self) -> str:
        """The chart as SVG with real text."""
        text = self._written("svg", metadata={"Date": None, "Title": self.title}).decode("utf-8")
        return text[text.index("<svg") :].replace("'DejaVu Sans'", FONTS)

    def png(self, dpi: int = 160) -> bytes:
        """The chart as PNG."""
        return self._written("png", dpi=dpi, metadata={"Title": self.title, "Software": ""})

    def save(self, path: str | Path) -> Path:
        """Write it whole or not at all; the ending says how, ``.svg`` or ``.png``.

        Raises
        ------
        CorridorsError
            When the ending is another, or the place cannot be written to.
        """
        target = Path(path)
        writers = {".svg": lambda: self.svg().encode("utf-8"), ".png": self.png}
        if target.suffix not in writers:
            message = f"{str(path)!r} must end in {' or '.join(writers)}"
            raise CorridorsError(message)
        data = writers[target.suffix]()
        with beside(target) as made:
            made.write_bytes(data)
        return target

    def _written(self, kind: str, **options: Any) -> bytes:
        import matplotlib as mpl

        into = io.BytesIO()
        with mpl.rc_context(_RC):
            self.figure.savefig(into, format=kind, facecolor=PAPER, **options)
        return into.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg()


def chart(
    subject: Route | Sequence[Route] | Explanation | Breakeven,
    *others: Route,
    measure: str = "hours",
    labels: Sequence[str] = (),
) -> Chart:
    """The chart of a route, of two laid over each other, or of a lever's breakpoints.

    Parameters
    ----------
    subject
        A route or several, what :func:`corridors.explain` says of two, or a
        :class:`corridors.Breakeven`.
    *others
        More routes to lay over it.
    measure
        ``hours`` or ``usd``, added up along the way; of routes only.
    labels
        What to call the routes; the titles of their scenarios when left out.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownNameError
        When the measure is another.
    CorridorsError
        When there is nothing to draw, or the labels do not fit the routes.
    """
    if isinstance(subject, Breakeven):
        return breakeven_chart(subject)
    if isinstance(subject, Explanation):
        given = [subject.old, subject.new]
    else:
        given = [subject] if isinstance(subject, Route) else list(subject)
    return distance_chart([*given, *others], measure=measure, labels=labels)


class Stretch(NamedTuple):
    """A piece of the curve: along a haul, or straight up."""

    km: float
    amount: float
    mode: str
    label: str


def stretches(route: Route, measure: str) -> Iterator[Stretch]:
    """A route as pieces of its curve; their km and amounts add up to the route's."""
    names = route.network.seeds.places
    for leg in route.legs:
        by = dict(leg.hours_by if measure == "hours" else leg.usd_by)
        if not leg.link:
            said = {"load": "Loading", "unload": "Unloading"}
            change = f"{leg.from_layer} to {leg.to_layer}".replace("rail-", "rail ")
            what = said.get(leg.kind, f"{names[leg.start].name}: {change}")
            yield Stretch(0.0, sum(by.values()), "", what)
            continue
        moving = sum(by.pop(part, 0.0) for part in _ON_THE_WAY)
        waiting = by.pop("waiting", 0.0)
        if waiting:
            yield Stretch(0.0, waiting, "", f"{names[leg.start].name}: wait to sail")
        half = Stretch(leg.km / 2, moving / 2, leg.mode, "")
        yield half
        if sum(by.values()):
            yield Stretch(0.0, sum(by.values()), "", _gate_name(route, leg))
        yield half


def _gate_name(route: Route, leg: Leg) -> str:
    """What a reader calls the border or strait that a haul passes."""
    seeds = route.network.seeds
    if any(seeds.gates[gate].kind == "border" for gate in leg.gates):
        left, entered = seeds.places[leg.start], seeds.places[leg.end]
        return f"{entered.name} ({left.country}-{entered.country})"
    return seeds.gates[leg.gates[0]].title if leg.gates else seeds.places[leg.end].name


def distance_chart(
    routes: Sequence[Route], *, measure: str = "hours", labels: Sequence[str] = ()
) -> Chart:
    """Time or cost over distance, one curve a route; see :func:`chart`."""
    import matplotlib as mpl

    if measure not in MEASURED:
        what = "measure"
        raise UnknownNameError(what, measure, MEASURED)
    if not routes or (labels and len(labels) != len(routes)):
        message = f"a chart needs routes, and a label for each: {len(routes)}, {len(labels)}"
        raise CorridorsError(message)
    called = list(labels) or [
        f"{route.network.title}, by {SAID.get(route.by, route.by)}" for route in routes
    ]
    field_ = Field(
        km=1.04 * max(*(route.km for route in routes), 1e-9),
        amount=1.06 * max(*(route.total(measure) for route in routes), 1e-9),
    )
    with mpl.rc_context(_RC):
        figure, main, strips = _canvas(len(routes))
        steps = []
        for index, route in enumerate(routes):
            colour = ROUTE_COLOURS[index % len(ROUTE_COLOURS)]
            total = f"{route.km:,.0f} km, {route.hours:,.0f} h, {route.usd:,.0f} USD"
            label = f"{_short(called[index])}: {total}"
            main.plot([], [], color=colour, linewidth=2.2, label=label)
            steps += _draw_curve(main, route, measure, colour)
            _draw_strip(strips[index], route, field_, colour)
        _label_steps(main, steps, field_)
        main.set_ylabel(MEASURED[measure])
        main.set_ylim(0, field_.amount)
        main.set_xlim(0, field_.km)
        strips[-1].set_xlabel("km")
        main.legend(loc="upper left", frameon=False, handlelength=2.6)
        title = _title(main, routes[0])
        _foot(figure, routes[0])
    return Chart(title, figure)


class Field(NamedTuple):
    """The extent of the field that curves are drawn in, and its size on paper."""

    km: float
    amount: float
    width_pt: float = _SIZE_IN[0] * 72 * 0.88
    height_pt: float = _SIZE_IN[1] * 72 * 0.76

    def on_paper(self, km: float, amount: float) -> tuple[float, float]:
        """A point in points from the lower left corner."""
        return km / self.km * self.width_pt, amount / self.amount * self.height_pt


class Step(NamedTuple):
    """A step of a curve: where it stands, its foot, its height and its name."""

    km: float
    bottom: float
    height: float
    name: str
    colour: str


def _short(text: str) -> str:
    """A text that leaves room for the chart it stands on."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


def _title(axes: Axes, route: Route) -> str:
    names = route.network.seeds.places
    title = f"{names[route.origin].name} to {names[route.destination].name}"
    axes.set_title(_short(title), loc="left", fontsize=13, fontweight="bold")
    return title


def _canvas(strips: int) -> tuple[Figure, Axes, list[Axes]]:
    """A figure with a wide field above and a narrow strip for each route below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_IN, facecolor=PAPER, layout="constrained")
    axes = figure.subplots(
        strips + 1, 1, sharex=True, height_ratios=[20, *[1] * strips], squeeze=False
    )[:, 0]
    main, below = axes[0], list(axes[1:])
    _quiet(main)
    for strip in below:
        strip.set_yticks([])
        strip.tick_params(length=0)
        strip.spines[:].set_visible(False)
        strip.set_facecolor(PAPER)
    main.tick_params(labelbottom=False, length=0)
    return figure, main, below


def _quiet(axes: Axes) -> None:
    axes.set_facecolor(PAPER)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _draw_curve(axes: Axes, route: Route, measure: str, colour: str) -> list[Step]:
    """Draw one curve; hands back its steps."""
    km, amount = 0.0, 0.0
    steps = []
    for mode, pieces in groupby(stretches(route, measure), key=lambda piece: piece.mode):
        line = [(km, amount)]
        for piece in pieces:
            if not mode and piece.amount:
                steps.append(Step(km, amount, piece.amount, piece.label, colour))
            km, amount = km + piece.km, amount + piece.amount
            line.append((km, amount))
        style: Any = _STYLES[mode] if mode else "-"
        width, shade = (2.2, 1.0) if mode else (3.4, 0.55)
        axes.plot(
            *zip(*line, strict=True), color=colour, linewidth=width, alpha=shade, linestyle=style
        )
    return steps


def _label_steps(axes: Axes, steps: Sequence[Step], field_: Field) -> None:
    """Name each step to its right, further down where names would meet."""
    placed: list[tuple[float, float, float]] = []
    named = {(step.km, step.bottom, step.name): step for step in steps}.values()
    tall = [step for step in named if step.height >= _LEAST_STEP * field_.amount]
    for step in sorted(tall, key=lambda step: -step.bottom):
        said = f"{_short(step.name)}  {step.height:,.0f}"
        left, middle = field_.on_paper(step.km, step.bottom + step.height / 2)
        right, level = left + _LETTER_PT * len(said) + 12, middle
        while any(
            one < right and left < other and abs(level - at) < _LABEL_PT
            for one, other, at in placed
        ):
            level -= 1.0
        placed.append((left, right, level))
        axes.annotate(
            said,
            (step.km, step.bottom + step.height / 2),
            xytext=(8, level - middle),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            bbox=_HALO,
            arrowprops={"arrowstyle": "-", "color": step.colour, "linewidth": 0.6, "shrinkB": 0},
        )


def _draw_strip(axes: Axes, route: Route, field_: Field, colour: str) -> None:
    """Countries along the way, as a bar."""
    axes.set_ylim(0, 1)
    start = 0.0
    runs = groupby(route.hauls, key=lambda leg: leg.country)
    for number, (country, legs) in enumerate(runs):
        length = sum(leg.km for leg in legs)
        shade = LAND if number % 2 else LINE
        axes.barh(0.5, length, left=start, height=0.8, color=shade, edgecolor=colour, linewidth=0.6)
        if length > _NARROWEST * field_.km:
            said = "sea" if country == HIGH_SEAS else country
            axes.text(start + length / 2, 0.46, said, ha="center", va="center", fontsize=7)
        start += length


def _foot(figure: Figure, route: Route) -> None:
    seeds = route.network.seeds
    said = (
        "line: rail; dashes: road; dots: sea and ferries; steps: borders, transfers, waits. "
        f"Model figures for one shipment; data of {seeds.data_date}."
    )
    figure.supxlabel(said, x=0.01, ha="left", fontsize=7, color=MUTED)


def breakeven_chart(found: Breakeven) -> Chart:
    """What the best way costs over a lever's range, its breakpoints and who leads between them."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    lever = found.lever
    with mpl.rc_context(_RC):
        figure = Figure(figsize=_SIZE_IN, facecolor=PAPER, layout="constrained")
        axes = figure.subplots()
        _quiet(axes)
        ends = [worth for item in found.ranges for worth in (item.worth_start, item.worth_end)]
        spread = (max(ends) - min(ends)) or max(ends) or 1.0
        axes.set_ylim(min(ends) - 0.25 * spread, max(ends) + 0.2 * spread)
        axes.set_xlim(lever.low, lever.high)
        _draw_ranges(axes, found)
        _draw_points(axes, found)
        axes.set_xlabel(_short(f"{lever.name.replace(':', ' on ', 1)}, {lever.unit}"))
        axes.set_ylabel(f"best way by {SAID.get(found.by, found.by)}, {UNITS[found.by]}")
        title = _title(axes, found.ranges[0].route)
    return Chart(f"{title}: {lever.name}", figure)


def _draw_ranges(axes: Axes, found: Breakeven) -> None:
    """Each way's line, strong where it is the best, with the corridor it follows."""
    import numpy as np

    lever = found.lever
    led = list(dict.fromkeys(item.lead.corridor for item in found.ranges))
    values = np.array([lever.value(t) for t in np.linspace(0, 1, 65)])
    for item in found.ranges:
        colour = ROUTE_COLOURS[led.index(item.lead.corridor) % len(ROUTE_COLOURS)]
        inside = np.linspace(item.start, item.end, 33)
        axes.plot(values, _line(found, item, values), color=colour, linewidth=0.8, alpha=0.4)
        axes.plot(inside, _line(found, item, inside), color=colour, linewidth=2.8)
        middle = float(inside[16])
        place = (middle - lever.low) / (lever.high - lever.low)
        side = "left" if place < 1 - _EDGE else "right" if place > _EDGE else "center"
        at = {"left": item.start, "right": item.end}.get(side, middle)
        axes.annotate(
            f"{_corridor(item)}\n{' '.join(item.route.countries)}",
            (at, float(_line(found, item, middle))),
            xytext=({"left": 4, "right": -4}.get(side, 0), -12),
            textcoords="offset points",
            ha=side,
            va="top",
            fontsize=8,
            bbox=_HALO,
        )


def _corridor(item: Range) -> str:
    """The named corridor of a range, without what its title says in brackets."""
    lead = item.lead.corridor
    if not lead:
        return "no named corridor"
    return item.route.network.seeds.corridors[lead].title.partition(" (")[0]


def _draw_points(axes: Axes, found: Breakeven) -> None:
    """Breakpoints with their values, and where the lever stands now."""
    lever = found.lever
    for value in found.breakpoints:
        axes.axvline(value, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
        late = (value - lever.low) / (lever.high - lever.low) > _LATE
        axes.annotate(
            f"{value:,.4g} {lever.unit}",
            (value, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if late else 4, -12),
            textcoords="offset points",
            ha="right" if late else "left",
            fontsize=9,
            fontweight="bold",
        )
    if lever.low <= lever.now <= lever.high:
        at = (lever.now, found.worth(lever.now))
        axes.plot(*at, "o", color=INK, markersize=6, clip_on=False, zorder=5)
        axes.annotate("now", at, xytext=(4, 7), textcoords="offset points", fontsize=8)


def _line(found: Breakeven, item: Range, values: Any) -> Any:
    """A way's own line over the whole range, also where another is better."""
    moved = 1 / values - 1 / item.start if found.lever.inverse else values - item.start
    return item.worth_start + item.slope * moved


__all__ = ["Chart", "breakeven_chart", "chart", "distance_chart", "stretches"]
