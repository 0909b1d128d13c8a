"""Which row of the price levels holds at a time, for a trade."""

from __future__ import annotations

import pytest

import corridors as co
from corridors.analysis.prices import price_level
from tests import tiny

COMMON = [
    {"id": "y2021", "period": "2021", "level": 4},
    {"id": "m2021-09", "period": "2021-09", "level": 5},
    {"id": "y2023", "period": "2023", "level": 1},
]
TRADES = [
    {"id": "from-x", "origin": "XX", "period": "2021-09", "level": 6},
    {"id": "from-x-year", "origin": "XX", "period": "2021", "level": 7},
    {"id": "x-to-y", "origin": "XX", "destination": "ZZ; YY", "period": "2021-03", "level": 8},
    {"id": "to-z", "destination": "ZZ", "period": "2021-08", "level": 9},
]


@pytest.fixture
def levels(tmp_path):
    """The level of ``market_usd`` under the given rows."""

    def make(*rows):
        given = [{"price": "market_usd", "source": "assumed"} | row for row in rows]
        extra = {"price_levels": given}
        seeds = co.load(tiny.draw(tmp_path / "seeds", "a -- sea 10 -- b", extra=extra)).seeds

        def level(moment, origin="", destination=""):
            found = price_level(seeds, "market_usd", moment, origin=origin, destination=destination)
            return found and found.level

        return level

    return make


@pytest.mark.parametrize(
    ("moment", "origin", "destination", "level"),
    [
        ("2021-09", "XX", "WW", 6),
        ("2021-03", "XX", "YY", 8),
        ("2021-06", "XX", "YY", 8),  # a season off, and no more
        ("2021-07", "XX", "YY", 6),
        ("2021-09", "XX", "YY", 6),  # the narrower trade is not known so late
        ("2021", "XX", "YY", 7),
        ("2021-09", "YY", "XX", 5),
        ("2021-09", "YY", "ZZ", 9),
        ("2021-12-31", "YY", "XX", 5),
        ("2022-01", "YY", "XX", 4),
        ("2021-01", "YY", "XX", 4),  # more than a season off: its year
        ("2023-05", "XX", "YY", 1),  # a trade stands in for no other year
        ("2015", "XX", "YY", 4),
        ("", "XX", "YY", None),
    ],
)
def test_the_narrowest_trade_that_knows_the_time_goes_first(
    levels, moment, origin, destination, level
):
    assert levels(*COMMON, *TRADES)(moment, origin, destination) == level


def test_a_month_a_season_off_may_lie_in_another_year(levels):
    assert (
        levels(*COMMON, {"id": "x", "origin": "XX", "period": "2020-12", "level": 3})(
            "2021-02", "XX"
        )
        == 3
    )


def test_the_nearest_month_stands_in_where_no_year_is_known(levels):
    level = levels(
        {"id": "a", "period": "2021-01", "level": 2}, {"id": "b", "period": "2021-12", "level": 3}
    )
    assert [level("2021-06"), level("2021-08"), level("2030")] == [2, 3, 3]


def test_prices_in_general_stand_in_where_none_of_its_own_is_known(levels):
    general = {"id": "all", "price": "", "period": "2021", "level": 2}
    assert levels(general, {"id": "x", "origin": "XX", "period": "2021", "level": 3})("2021") == 2
    assert levels()("2021") is None
