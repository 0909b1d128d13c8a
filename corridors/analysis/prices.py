"""How prices of a time stood to those of the parameters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.schema import PriceLevel
    from corridors.seeds import Seeds

#: A month without a row is that of the nearest month with one, if that is no farther.
_SEASON_MONTHS = 3


@cache
def price_level(
    seeds: Seeds, price: str, moment: str, *, origin: str = "", destination: str = ""
) -> PriceLevel | None:
    """How prices of a time stood to those of the parameters.

    Parameters
    ----------
    seeds
        The tables; without ``price_levels.csv`` prices never change.
    price
        Name of the parameters that are meant; empty, or without rows of its own: prices in general.
    moment
        A year, month or day, ``2024-10``; empty for no time in particular. A month is that of the
        nearest month with a row, if that is no farther than a season; else it is its year, or the
        nearest year.
    origin, destination
        Countries between which the voyage is. Rows of that trade go first where they know the
        time; they stand in for no year without a row.

    Returns
    -------
    PriceLevel or None
        The row that holds; None where nothing is known.
    """
    if not moment:
        return None
    asked = (origin, destination)
    fitting: dict[int, list[PriceLevel]] = {2: [], 1: [], 0: []}
    for row in seeds.price_levels.values():
        ends = row.origin, row.destination
        fits = (not named or end in named for named, end in zip(ends, asked, strict=True))
        if row.price == price and all(fits):
            fitting[sum(map(bool, ends))].append(row)
    for rows in fitting.values():
        if found := _at_the_time(rows, moment):
            return found
    found = _of_the_nearest_year(fitting[0], moment)
    return found or (price_level(seeds, "", moment) if price else None)


def _at_the_time(rows: Iterable[PriceLevel], moment: str) -> PriceLevel | None:
    """The row of the nearest month within a season, else of the year itself."""
    near = [row for row in rows if "-" in row.period and _apart(row, moment) <= _SEASON_MONTHS]
    if near and "-" in moment:
        return min(near, key=lambda row: _apart(row, moment))
    return next((row for row in rows if row.period == moment[:4]), None)


def _of_the_nearest_year(rows: Iterable[PriceLevel], moment: str) -> PriceLevel | None:
    """The row of the nearest year; of the nearest month where only months are known."""
    years = [row for row in rows if "-" not in row.period] or list(rows)
    return min(years, key=lambda row: _apart(row, moment), default=None)


def _apart(row: PriceLevel, moment: str) -> int:
    """How many months lie between; a year stands for its middle."""
    months = []
    for text in (row.period, moment):
        year, _, rest = text.partition("-")
        months.append(12 * int(year) + int(rest[:2] or 7))
    return abs(months[0] - months[1])


__all__ = ["price_level"]
