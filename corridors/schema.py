"""The tables: what each column holds, its unit, its range and its meaning.

Every table is a frozen dataclass whose fields carry their own :class:`Column`; the reader, the
checker and the documentation of ``seeds/`` are all made from these declarations.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - field types are read while the program runs
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

Row = TypeVar("Row")
Point = tuple[float, float]
Kind = Literal[
    "id",
    "text",
    "choice",
    "number",
    "date",
    "month-day",
    "period",
    "moment",
    "ids",
    "choices",
    "points",
    "yes-no",
]

MODES = ("rail", "road", "sea", "ferry")
GAUGES_MM = ("1435", "1520", "1676")
LAYERS = ("road", "sea", *(f"rail-{gauge}" for gauge in GAUGES_MM))
#: What hours and USD are spent on, as figures are broken down.
PARTS = ("moving", "rest", "border", "waiting", "transfer", "loading", "haulage", "fare", "fees")
HIGH_SEAS = "XZ"
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table may hold.

    Attributes
    ----------
    meaning
        One line for the reader of the table.
    kind
        How a cell is read: ``ids``, ``choices`` and ``points`` are lists parted by ``;``.
    required
        Whether the cell may be empty.
    unit
        Unit of a number.
    low, high
        Bounds of a number, both allowed.
    choices
        The words a ``choice`` may be.
    refers
        Tables in one of which the id must stand.
    """

    meaning: str
    kind: Kind = "text"
    required: bool = False
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()


def column(
    meaning: str,
    kind: Kind = "text",
    *,
    required: bool = False,
    unit: str = "",
    low: float = float("-inf"),
    high: float = float("inf"),
    choices: tuple[str, ...] = (),
    refers: tuple[str, ...] = (),
) -> Any:
    """A dataclass field that carries its :class:`Column`."""
    spec = Column(meaning, kind, required, unit, low, high, choices, refers)
    return field(metadata={"column": spec})


def _source() -> Any:
    return column(
        "ids of the sources the row rests on; `assumed` where there is none",
        "ids",
        required=True,
        refers=("sources",),
    )


def _note() -> Any:
    return column("conflicting figures, reasons, doubts")


TABLES: dict[str, type] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(column, _source, _note))
def table(name: str) -> Callable[[type[Row]], type[Row]]:
    """Register a frozen dataclass as the row of the table ``name``."""

    def register(row: type[Row]) -> type[Row]:
        made: type[Row] = dataclass(frozen=True, slots=True)(row)
        TABLES[name] = made
        return made

    return register


def columns(name: str) -> dict[str, Column]:
    """The columns of a table by name, in their order."""
    return {item.name.rstrip("_"): item.metadata["column"] for item in fields(TABLES[name])}


@table("sources")
class Source:
    """Where a value comes from: a page, a paper, a timetable, a package."""

    id: str = column("id of the source", "id", required=True)
    title: str = column("title as published, or a short description", required=True)
    publisher: str = column("who published it")
    date: str = column("date of the statement: a day, a month or a year")
    url: str = column("where it was read")
    note: str = column("what it says, in our own words")


@table("places")
class Place:
    """A town, station, port, border post, or a point at sea. Identity is the id."""

    id: str = column("id of the place", "id", required=True)
    name: str = column("usual English name", required=True)
    local_names: tuple[str, ...] = column("other names in use, in no order of rank", "ids")
    country: str = column("ISO 3166-1 alpha-2; XZ at sea", required=True)
    kind: str = column(
        "what it is",
        "choice",
        required=True,
        choices=("city", "station", "port", "border", "junction", "sea"),
    )
    lon: float = column("longitude", "number", required=True, unit="degree", low=-180, high=180)
    lat: float = column("latitude", "number", required=True, unit="degree", low=-90, high=90)
    transfers: bool = column(
        "whether a container can change between road, rail and sea here", "yes-no", required=True
    )
    source: tuple[str, ...] = _source()
    note: str = _note()

    @property
    def point(self) -> Point:
        """Longitude and latitude."""
        return (self.lon, self.lat)


@table("gates")
class Gate:
    """Anything on a route that can stand open or shut."""

    id: str = column("id of the gate", "id", required=True)
    title: str = column("what a reader sees", required=True)
    kind: str = column(
        "what it is",
        "choice",
        required=True,
        choices=("border", "project", "strait", "service"),
    )
    countries: tuple[str, ...] = column("countries it joins or lies in (ISO)", "ids")
    lon: float | None = column("where it is drawn", "number", unit="degree", low=-180, high=180)
    lat: float | None = column("where it is drawn", "number", unit="degree", low=-90, high=90)
    state: str = column(
        "state before its first event", "choice", required=True, choices=("open", "shut")
    )
    opening_low: dt.date | None = column("while unbuilt: the earliest day it may open", "date")
    opening_likely: dt.date | None = column("while unbuilt: the likely day", "date")
    opening_high: dt.date | None = column("while unbuilt: a late day", "date")
    opens_with: str = column(
        "while unbuilt: the gate of the same project whose luck decides when this one opens",
        "id",
        refers=("gates",),
    )
    season_from: str = column("first day of the yearly closed season", "month-day")
    season_until: str = column("last day of the yearly closed season", "month-day")
    source: tuple[str, ...] = _source()
    note: str = _note()


@table("links")
class Link:
    """A stretch of railway, road or sea lane, or a ferry; usable both ways."""

    id: str = column("id of the link", "id", required=True)
    from_: str = column("place at its start", "id", required=True, refers=("places",))
    to: str = column("place at its end", "id", required=True, refers=("places",))
    mode: str = column("how freight moves on it", "choice", required=True, choices=MODES)
    carries: str = column("what a ferry carries", "choice", choices=("road", "rail"))
    gauge_mm: tuple[str, ...] = column(
        "track gauges of rail and of rail ferries, in mm", "choices", choices=GAUGES_MM
    )
    length_km: float = column(
        "published length", "number", required=True, unit="km", low=0.05, high=20000
    )
    source: tuple[str, ...] = _source()
    confidence: str = column(
        "how far the length can be trusted", "choice", choices=("high", "medium", "low")
    )
    status: str = column(
        "state of the way itself",
        "choice",
        required=True,
        choices=("open", "construction", "planned", "disused", "dismantled"),
    )
    electrified: bool | None = column("whether the line is electrified", "yes-no")
    country: str = column("whose soil it lies on (ISO); XZ at sea", required=True)
    gates: tuple[str, ...] = column("gates it passes", "ids", refers=("gates",))
    way_points: tuple[Point, ...] = column("points on the line between its ends", "points")
    note: str = _note()

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers of the state graph it runs in: its mode, or its gauges."""
        if "rail" in (self.mode, self.carries):
            return tuple(f"rail-{gauge}" for gauge in self.gauge_mm)
        return (self.carries or self.mode,)


@table("events")
class Event:
    """What happened to a gate on a day; or what was promised of it."""

    gate: str = column("gate it concerns", "id", required=True, refers=("gates",))
    date: dt.date = column("day of the event", "date", required=True)
    event: str = column(
        "what happened", "choice", required=True, choices=("opens", "shuts", "promise")
    )
    due: dt.date | None = column("promise only: the promised day", "date")
    origin: tuple[str, ...] = column("binds only cargo from these countries (ISO)", "ids")
    destination: tuple[str, ...] = column("binds only cargo to these countries (ISO)", "ids")
    source: tuple[str, ...] = _source()
    note: str = _note()


@table("conditions")
class Condition:
    """Ties gates together: some stay shut unless others are open."""

    id: str = column("id of the condition", "id", required=True)
    gates: tuple[str, ...] = column("gates that stay shut", "ids", required=True, refers=("gates",))
    needs: tuple[str, ...] = column(
        "unless one of these is open", "ids", required=True, refers=("gates",)
    )
    title: str = column("what a reader sees", required=True)
    source: tuple[str, ...] = _source()
    note: str = _note()


@table("transfers")
class Transfer:
    """A facility for changing gauge at a place; it works both ways."""

    id: str = column("id of the facility", "id", required=True)
    place: str = column("where it stands", "id", required=True, refers=("places",))
    from_layer: str = column("one layer", "choice", required=True, choices=LAYERS)
    to_layer: str = column("the other", "choice", required=True, choices=LAYERS)
    kind: str = column(
        "how it is done", "choice", required=True, choices=("transshipment", "bogie change")
    )
    source: tuple[str, ...] = _source()
    note: str = _note()


#: Names a parameter may have, with unit, bounds and meaning.
PARAMETERS: dict[str, tuple[str, float, float, str]] = {
    "speed_kmh": ("km/h", 1, 130, "speed along a link, without borders and transfers"),
    "rest_h_per_driving_h": ("h/h", 0, 4, "hours a driver rests for each hour at the wheel"),
    "rate_usd_per_tkm": ("USD/tkm", 0, 5, "price of haulage"),
    "emission_kg_per_tkm": ("kg/tkm", 0, 1, "CO2e of haulage"),
    "dwell_h": ("h", 0, 2000, "time at a border, strait or canal"),
    "fee_usd": ("USD", 0, 20000, "dues and fees at a gate, per shipment"),
    "wait_h": ("h", 0, 2000, "waiting for a sailing"),
    "sailing_h": ("h", 0.1, 2000, "time under way, in place of length by speed"),
    "fare_usd": ("USD", 0, 20000, "price of a passage per shipment, in place of length by rate"),
    "boarding_usd": (
        *("USD", 0, 5000),
        "price of a voyage that does not grow with its length, where a ship is boarded",
    ),
    "market_usd": (
        *("USD", 0, 20000),
        "what the main haul pays above length by rate, on a sea link sailed to the place in `to`",
    ),
    "backhaul_usd": (
        *("USD", 0, 20000),
        "the same of the haul back, which fills the room that ships have left",
    ),
    "loading_h": ("h", 0, 1000, "time to load at the origin and to unload at the destination"),
    "loading_usd": ("USD", 0, 5000, "price to load at the origin and to unload at the destination"),
    "transfer_h": ("h", 0, 2000, "time to change mode or gauge, with waiting"),
    "transfer_usd": ("USD", 0, 5000, "price to change mode or gauge, per shipment"),
    "time_cost_share_per_day": ("1/day", 0, 1, "cost of a day, as a share of the goods' value"),
    "cargo_value_usd": ("USD", 0, 1e9, "value of the goods in one shipment"),
    "tonnes_per_teu": ("t", 0.1, 40, "cargo in one shipment"),
}

#: Prices of a trade by sea, each with a market of its own.
MARKETS = ("market_usd", "backhaul_usd")


@table("parameters")
class Parameter:
    """A number of the model, with its range, and where it applies.

    The most specific row wins: a row with ``at`` before one with ``to``, then ``country``,
    then ``mode``.
    """

    id: str = column("id of the parameter", "id", required=True)
    name: str = column("what it measures", "choice", required=True, choices=tuple(PARAMETERS))
    mode: str = column("mode, or the layer that a transfer leaves")
    country: str = column("country whose soil it is for (ISO)")
    at: str = column("gate, link or place", "id", refers=("gates", "links", "places"))
    to: str = column(
        "country entered (ISO), the layer that a transfer enters, origin or destination, or the "
        "end that a sea link is sailed to"
    )
    value: float = column("the value used", "number", required=True)
    low: float = column("low end of its range", "number", required=True)
    high: float = column("high end of its range", "number", required=True)
    drawn_with: str = column(
        "the parameter of the same statement whose luck decides where in its range this one falls",
        "id",
        refers=("parameters",),
    )
    unit: str = column("unit, as the name demands", required=True)
    year: str = column("year the value speaks of")
    source: tuple[str, ...] = _source()
    confidence: str = column("how far to trust it", "choice", choices=("high", "medium", "low"))
    note: str = _note()


@table("price_levels")
class PriceLevel:
    """How prices of a time stood to those of the parameters.

    A published price is held against the model at the prices of its own time: what the market of
    a trade takes (``market_usd``, ``backhaul_usd``) by the rows of that price, all else by the rows
    of none. A month goes before its year, and a time without a row takes the nearest year. Rows of
    a trade, by the countries of the ports where the box is shipped and landed, go before the rest
    where they know the month, or one within a season, or the year; they stand in for no other.
    """

    id: str = column("id of the row", "id", required=True)
    price: str = column("price it is the level of; empty for all else", "choice", choices=MARKETS)
    origin: tuple[str, ...] = column("only what is shipped in these countries (ISO)", "ids")
    destination: tuple[str, ...] = column("only what is landed in these countries (ISO)", "ids")
    period: str = column("a year, or a year and month: 2024, 2024-10", "period", required=True)
    level: float = column(
        "prices of the time, those of the parameters being 1",
        "number",
        required=True,
        low=0.01,
        high=1000,
    )
    source: tuple[str, ...] = _source()
    note: str = column("the index it was made from, with the figures of both times")


@table("corridors")
class Corridor:
    """A name and an ordered selection of links."""

    id: str = column("id of the corridor", "id", required=True)
    title: str = column("what a reader sees", required=True)
    links: tuple[str, ...] = column("its links in order", "ids", required=True, refers=("links",))
    toll_gates: tuple[str, ...] = column(
        "gates at which a charge on the corridor is levied", "ids", refers=("gates",)
    )
    source: tuple[str, ...] = _source()
    note: str = _note()


@table("observed")
class Observation:
    """A published distance, time or cost that the model is held against."""

    id: str = column("id of the observation", "id", required=True)
    from_: str = column("origin", "id", required=True, refers=("places",))
    to: str = column("destination", "id", required=True, refers=("places",))
    modes: tuple[str, ...] = column("modes the figure allows", "choices", choices=MODES)
    via: tuple[str, ...] = column("places it runs through", "ids", refers=("places",))
    avoid: tuple[str, ...] = column("places, links or countries (ISO) it keeps off", "ids")
    scenario: str = column("scenario it speaks of; empty for the base", "id")
    opened: tuple[str, ...] = column(
        "gates it takes for open: lines not yet built, borders shut since", "ids", refers=("gates",)
    )
    cargo: str = column("profile in `cargo/` of the shipment it is for; empty for the usual", "id")
    measure: str = column("what", "choice", required=True, choices=("km", "hours", "usd"))
    value: float = column("published value", "number", required=True, low=0.001)
    low: float | None = column("low end of what is published", "number", low=0)
    high: float | None = column("high end of what is published", "number", low=0)
    kind: str = column(
        "what the figure is",
        "choice",
        required=True,
        choices=("length", "observed", "timetable", "tender", "forecast", "claim"),
    )
    parts: tuple[str, ...] = column(
        "parts of hours or USD that it counts; empty for all, door to door",
        "choices",
        choices=PARTS,
    )
    unlike: str = column("why it is another thing than the model's figure, where it is")
    date: str = column("when it was said: a day, a month or a year", "moment")
    source: tuple[str, ...] = _source()
    note: str = column("what it includes; why the model misses it")


@table("claims")
class Claim:
    """What the policy brief says, and what the model or plain arithmetic says of it."""

    id: str = column("id of the claim", "id", required=True)
    claim: str = column("the claim in our own words", required=True)
    verdict: str = column(
        "what becomes of it",
        "choice",
        required=True,
        choices=("confirmed", "contradicted", "arithmetic error", "depends on"),
    )
    test: str = column("name of the run or sum that shows it", "id", required=True)
    source: tuple[str, ...] = _source()
    note: str = _note()


@table("lines")
class Line:
    """The drawn shape of a link; for the eye only."""

    link: str = column("link it draws", "id", required=True, refers=("links",))
    method: str = column(
        "how it was made",
        "choice",
        required=True,
        choices=("traced", "way points", "sea lane"),
    )
    points: tuple[Point, ...] = column("the line, ends included", "points", required=True)
    source: tuple[str, ...] = _source()


#: Tables that a seeds folder must hold; the others may be missing and are then empty.
REQUIRED_TABLES = ("places", "links")
