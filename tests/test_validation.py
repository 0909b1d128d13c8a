"""The model beside published figures: which way is meant, what is counted, what a miss says."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from math import isnan
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors import schema
from corridors.analysis.validation import TOLERANCE, Check, Validation
from corridors.cli import main
from tests import tiny

README = Path(__file__).parents[1] / "README.md"
#: Two ways from a to c: a long road over b, and a short one through a border; rail beside.
DRAWING = """
    a -- road 60 -- b -- road 60 -- c
    a -- road 100 border -- c
    a -- rail 150 -- c
    a -- ferry-road 80 service -- d
    a -- sea 200 -- f
    c -- road 30 project-line -- e
"""
SOURCE = {"id": "page", "title": "A page", "publisher": "Them", "url": "https://example.org/p"}


@pytest.fixture
def validated(tmp_path):
    """Validates the drawing against the given rows of ``observed.csv``."""

    def make(*rows, date="2026-01-01", shut=(), **extra):
        defaults = {"kind": "length", "source": "page", "measure": "km", "from": "a", "to": "c"}
        observed = [{"id": f"row-{n}", **defaults, **row} for n, row in enumerate(rows)]
        folder = tiny.draw(
            tmp_path / "seeds",
            DRAWING,
            shut=shut,
            extra={"sources": [SOURCE], "observed": observed, **extra},
        )
        return co.validate(co.load(folder, date=date))

    return make


def check(**cells):
    """A check of a figure that the model puts at ``model``."""
    model = cells.pop("model")
    texts = dict.fromkeys(("scenario", "cargo", "unlike", "date", "note"), "")
    lists = dict.fromkeys(("modes", "via", "avoid", "opened", "parts"), ())
    ends = {"id": "r", "from_": "a", "to": "c", "source": ("page",), "kind": "length"}
    row = schema.Observation(**ends, **texts, **lists, **cells)
    made = Check(row, dt.date(2026, 1, 1))
    made.__dict__["model"] = model
    return made


def test_a_length_is_that_of_the_shortest_way_under_modes_and_via(validated):
    found = validated(
        {"value": 100},
        {"value": 120, "via": "b"},
        {"value": 150, "modes": "rail"},
        {"value": 120, "avoid": "a-c-road-2"},
    )
    assert [item.model for item in found.checks] == [100, 120, 150, 120]
    assert all(item.inside and not item.why for item in found.checks)


def test_lengths_agree_with_networkx(bundled):
    seeds = bundled.seeds
    for item in co.validate(bundled).checks:
        row = item.row
        if row.measure != "km" or item.way is None or row.via or row.avoid or len(row.modes) != 1:
            continue
        graph = nx.Graph()
        net = item.way.network
        for link in seeds.links.values():
            if link.mode in row.modes and net.passable(link.id):
                best = graph.get_edge_data(link.from_, link.to, {"km": float("inf")})["km"]
                graph.add_edge(link.from_, link.to, km=min(best, link.length_km))
        shortest = nx.shortest_path_length(graph, row.from_, row.to, weight="km")
        assert item.model >= shortest - 1e-6, "never shorter than links allow"
        if row.modes != ("rail",):  # gauges part the rail network
            assert item.model == pytest.approx(shortest)


def test_a_time_is_that_of_the_way_a_shipper_takes_not_of_the_quickest(validated):
    dear = [("dwell_h", 0, "h"), ("fee_usd", 1000, "USD")]
    rows = [
        {
            "id": f"own-{unit.lower()}",
            "name": name,
            "at": "border",
            "value": value,
            "low": 0,
            "high": value,
        }
        | {"unit": unit, "source": "assumed"}
        for name, value, unit in dear
    ]
    found = validated({"measure": "hours", "value": 4, "modes": "road"}, parameters=rows)
    quickest = co.route(found.network, "a", "c", by="time", modes=["road"])
    assert quickest.gates == ("border",)
    assert found.checks[0].way.gates == ()
    assert found.checks[0].model == pytest.approx(120 / 50 + 2)
    assert found.checks[0].model > quickest.hours


def test_only_the_parts_that_a_figure_counts_are_held_against_it(validated):
    whole, moving, sea = validated(
        {"measure": "hours", "value": 10, "via": "b", "modes": "road"},
        {"measure": "hours", "value": 2.4, "via": "b", "modes": "road", "parts": "moving"},
        {"measure": "usd", "value": 500, "to": "d", "modes": "ferry", "parts": "fare; fees"},
    ).checks
    assert moving.model == pytest.approx(120 / 50)
    assert whole.model == pytest.approx(120 / 50 + 2 * 1)
    assert sea.by_part == {"fare": 500}


def test_gates_stand_as_they_stood_when_the_figure_was_published(validated):
    events = [{"gate": "border", "date": "2020-06-01", "event": "shuts", "source": "page"}]
    found = validated(
        {"value": 100, "date": "2020-05-31"},
        {"value": 100, "date": "2020"},
        {"value": 100, "date": "2020-05"},
        {"value": 100, "date": "2031-01-01"},
        {"value": 100},
        events=events,
    )
    days = [str(item.date) for item in found.checks]
    assert days[:3] == ["2020-05-31", "2020-07-15", "2020-05-15"]
    assert days[3:] == ["2026-01-01"] * 2, "never later than the network, and its day if unknown"
    assert [item.model for item in found.checks] == [100, 120, 100, 120, 120]


def test_a_line_not_yet_built_counts_only_where_the_row_opens_it(validated):
    shut, opened = validated(
        {"value": 130, "to": "e"},
        {"value": 130, "to": "e", "opened": "project-line"},
        shut=["project-line"],
    ).checks
    assert opened.model == 130
    assert opened.inside
    assert isnan(shut.model)
    assert not shut.inside
    assert "project-line would have to open" in shut.why


def test_a_scenario_that_a_row_names_is_laid(validated, tmp_path):
    shut = 'id = "shut-border"\n[[changes]]\nclose = "border"\n'
    tiny.lay(tmp_path / "seeds", "scenarios/shut-border.toml", shut)
    found = validated({"value": 100}, {"value": 120, "scenario": "shut-border"})
    assert [item.model for item in found.checks] == [100, 120]


def test_a_figure_is_for_the_cargo_that_the_row_names(validated, tmp_path):
    tiny.lay(
        tmp_path / "seeds",
        "cargo/heavy.toml",
        'id = "heavy"\n[tonnes]\nvalue = 20\nsource = ["assumed"]\n',
    )
    row = {"measure": "usd", "value": 240, "via": "b", "modes": "road", "parts": "haulage"}
    usual, heavy = validated(row, row | {"cargo": "heavy"}).checks
    assert usual.model == pytest.approx(120 * 0.1 * 10)
    assert heavy.model == pytest.approx(120 * 0.1 * 20)
    with pytest.raises(co.UnknownNameError, match="did you mean heavy"):
        validated(row | {"cargo": "heavi"})


LEVELS = [
    {
        "id": f"{price.replace('_', '-') or 'all'}-{period}",
        "price": price,
        "period": period,
        "level": level,
    }
    | {"source": "page"}
    for price, period, level in (
        ("market_usd", "2021", 4),
        ("market_usd", "2021-09", 5),
        ("market_usd", "2023", 1),
        ("backhaul_usd", "2021", 2),
        ("", "2010", 0.5),
        ("", "2023", 1),
    )
]


@pytest.mark.parametrize(
    ("date", "at_sea", "ashore"),
    [
        ("2023-05-01", 1, 1),
        ("2021", 4, 1),
        ("2021-09", 5, 1),
        ("2021-09-30", 5, 1),
        ("2021-07-30", 5, 1),  # no farther than a season
        ("2021-05-30", 4, 1),
        ("2015", 4, 0.5),  # the nearest year stands in
        ("2015-03", 4, 0.5),
        ("2026-01-01", 1, 1),
        ("", 1, 1),
    ],
)
def test_a_price_is_held_against_the_prices_of_its_time(validated, date, at_sea, ashore):
    row = {"measure": "usd", "value": 1, "date": date, "via": "b", "modes": "road"}
    sea = {"measure": "usd", "value": 1, "date": date, "to": "f", "modes": "sea"}
    market = _market("market_usd", "f", 300)
    road, ship = validated(row, sea, price_levels=LEVELS, parameters=[market]).checks
    assert road.by_part["haulage"] == pytest.approx(ashore * 120 * 0.1 * 10)
    assert ship.by_part["haulage"] == pytest.approx(ashore * 200 * 0.01 * 10)
    assert ship.by_part["fare"] == pytest.approx(at_sea * 300)
    assert ship.by_part["loading"] == pytest.approx(ashore * 60), (
        "at the level of prices in general"
    )
    (haul,) = (leg for leg in ship.way.legs if leg.mode == "sea")
    assert haul.usd == pytest.approx(320), "the way itself is at the tables' prices"


def test_a_trade_is_that_of_the_ports_not_of_the_ends(tmp_path):
    drawing = "x -- road 10 -- a\na -- sea 100 -- s\ns -- sea 100 -- f\nf -- road 10 -- y\n"
    places = {"x": "XX", "a": "AA", "s": "SS", "f": "FF", "y": "YY"}
    own = {"price": "market_usd", "period": "2021", "source": "page"}
    levels = [
        own | {"id": "ports", "origin": "AA", "destination": "FF", "level": 3},
        own | {"id": "ends", "origin": "XX", "destination": "YY", "level": 9},
        own | {"id": "strait", "origin": "AA", "destination": "SS", "level": 9},
    ]
    market = _market("market_usd", "f", 300) | {"at": "s-f-sea-2"}
    row = {"id": "r", "from": "x", "to": "y", "measure": "usd", "value": 1, "date": "2021"}
    extra = {
        "sources": [SOURCE],
        "observed": [row | {"kind": "tender", "source": "page"}],
        "price_levels": levels,
        "parameters": [market],
    }
    folder = tiny.draw(tmp_path / "seeds", drawing, countries=places, extra=extra)
    (check,) = co.validate(co.load(folder)).checks
    assert check.by_part["fare"] == pytest.approx(3 * 300)
    assert "ports" in check.shared, "its level rests on the row's own source"


def _market(name, end, value):
    row = {"id": name.replace("_", "-"), "name": name, "at": "a-f-sea-5", "to": end, "unit": "USD"}
    return row | {"value": value, "low": value, "high": value, "source": "page"}


def test_the_haul_back_has_a_market_of_its_own(validated):
    row = {"measure": "usd", "value": 1, "date": "2021", "modes": "sea"}
    markets = [_market("market_usd", "f", 300), _market("backhaul_usd", "a", 100)]
    ways = ({"from": "a", "to": "f"}, {"from": "f", "to": "a"})
    out, back = validated(
        *(row | way for way in ways), price_levels=LEVELS, parameters=markets
    ).checks
    assert out.by_part["fare"] == pytest.approx(4 * 300)
    assert back.by_part["fare"] == pytest.approx(2 * 100)


def test_a_duty_is_counted_at_the_prices_of_the_time(validated, tmp_path):
    tiny.lay(
        tmp_path / "seeds",
        "scenarios/due.toml",
        'id = "due"\n[[changes]]\ncharge = "border"\nusd_per_shipment = 50\n',
    )
    row = {"measure": "usd", "value": 1, "scenario": "due", "modes": "road", "avoid": "b"}
    rows = [
        row | {"date": "2015"},
        row | {"date": "2023"},
        row | {"date": "2023", "parts": "haulage"},
    ]
    old, new, alone = validated(*rows, price_levels=LEVELS).checks
    assert (old.by_part["duty"], new.by_part["duty"]) == (25, 50)
    assert new.model == pytest.approx(new.way.usd)
    assert set(alone.by_part) == {"haulage"}


def test_without_price_levels_prices_never_change(validated):
    old, new = validated(
        {"measure": "usd", "value": 1, "date": "1999"}, {"measure": "usd", "value": 1}
    ).checks
    assert old.model == new.model


def test_hours_and_lengths_know_no_prices(validated):
    rows = [
        {"measure": measure, "value": 1, "date": "2010", "to": "f"} for measure in ("km", "hours")
    ]
    km, hours = validated(*rows, price_levels=LEVELS).checks
    assert km.model == km.way.km
    assert hours.model == pytest.approx(hours.way.hours)


def test_an_unknown_scenario_or_place_to_avoid_is_named(validated):
    with pytest.raises(co.ScenarioError, match="nowhere"):
        validated({"value": 1, "scenario": "nowhere"})
    with pytest.raises(co.UnknownNameError, match="did you mean a-b"):
        validated({"value": 1, "avoid": "a-b-road"})


@given(
    value=st.floats(1, 1e5),
    model=st.floats(0, 2e5),
    spread=st.none() | st.tuples(st.floats(0, 1), st.floats(1, 3)),
    measure=st.sampled_from(["km", "hours", "usd"]),
)
def test_inside_means_in_the_spread_or_within_the_tolerance(value, model, spread, measure):
    low, high = (None, None) if spread is None else (value * spread[0], value * spread[1])
    made = check(value=value, low=low, high=high, measure=measure, model=model)
    tolerated = abs(model - value) <= TOLERANCE[measure] * value * (1 + 1e-12)
    within = measure == "hours" and spread is not None and low <= model <= high
    assert made.inside == (tolerated or within or model == value)
    assert bool(made.why) != made.inside


def test_no_way_is_a_miss_and_never_a_number(validated):
    found = validated({"value": 10, "modes": "sea"})
    item = found.checks[0]
    assert isnan(item.model)
    assert isnan(item.miss)
    assert found.misses == (item,)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["rows"][0]["model"] is None
    assert "No way by sea" in plain["rows"][0]["why"]


def test_no_row_is_left_out_and_shares_count_them_all(validated):
    found = validated(
        {"value": 100},
        {"value": 300, "unlike": "another road", "note": "by the old road"},
        {"value": 200},
    )
    shares = found.summary.loc["km"]
    assert (shares["rows"], shares["inside"], shares["share"]) == (3, 1, pytest.approx(1 / 3))
    assert (shares["like_rows"], shares["like_inside"]) == (2, 1)
    assert (shares["own_rows"], shares["own_inside"]) == (2, 1)
    assert not shares["reached"]
    assert found.summary.loc["usd", "rows"] == 0
    assert isnan(found.summary.loc["usd", "share"])
    why = found.checks[1].why
    assert "67% below the 300 published" in why
    assert "Not alike: another road." in why
    assert why.endswith("By the old road.")


def test_a_row_is_no_second_witness_of_what_its_own_source_gave(validated):
    speed = {"id": "speed-d", "name": "speed_kmh", "mode": "ferry", "at": "a-d-ferry-road-4"}
    speed |= {"value": 20, "low": 10, "high": 30, "unit": "km/h", "source": "page; assumed"}
    hours = {"measure": "hours", "value": 12, "to": "d", "modes": "ferry"}
    money = {"measure": "usd", "value": 500, "to": "d", "modes": "ferry"}
    found = validated(hours, money, {"value": 150, "modes": "rail"}, parameters=[speed])
    assert [item.shared for item in found.checks] == [("speed-d",), (), ()]
    assert list(found.table["shared"]) == ["speed-d", "", ""]
    shares = found.shares("hours")
    assert (shares["like_rows"], shares["own_rows"]) == (1, 0)
    assert isnan(shares["own_share"])
    links = found.network.seeds.links
    assert {links[name].source for name in links} == {("assumed",)}, "assumed is nobody's source"


def test_the_range_is_that_of_the_parameters_on_the_way(validated):
    hours = {"measure": "hours", "modes": "road", "via": "b", "parts": "moving"}
    money = {"measure": "usd", "modes": "road", "via": "b", "parts": "haulage"}
    slow, rough, far, old, length = validated(
        {**hours, "value": 2.4},
        {**money, "value": 90, "low": 10, "high": 95},
        {**money, "value": 900},
        {**money, "value": 90, "date": "2010"},
        {"value": 120, "via": "b"},
        price_levels=LEVELS,
    ).checks
    # one speed of 25 to 100 km/h and one rate of 0.05 to 0.2 USD/tkm, triangular about their mode
    quantile = triangular(25, 50, 100)
    assert slow.reach == pytest.approx((120 / quantile(0.95), 120 / quantile(0.05)), rel=0.08)
    assert slow.reached
    dear = triangular(0.05, 0.1, 0.2)
    assert rough.reach == pytest.approx((1200 * dear(0.05), 1200 * dear(0.95)), rel=0.08)
    assert rough.reached, "the published spread meets it"
    assert not far.reached
    assert old.reach == pytest.approx([0.5 * end for end in rough.reach]), "at prices of the time"
    assert length.reach is None


def triangular(low, mode, high):
    """The quantile function of a triangular spread."""
    width, left, right = high - low, mode - low, high - mode

    def quantile(share):
        if share * width < left:
            return low + (share * width * left) ** 0.5
        return high - ((1 - share) * width * right) ** 0.5

    return quantile


def test_a_way_told_of_often_counts_once(validated):
    usd = {"measure": "usd", "modes": "road"}
    hit = validated(usd | {"value": 1}).checks[0].model
    rows = [
        *(usd | {"value": value} for value in (hit, hit, 1, 1)),  # half of four will do
        *(usd | {"from": "c", "to": "a", "value": value} for value in (hit, 1, 1)),  # a third not
        usd | {"to": "b", "value": 1, "unlike": "another box"},
    ]
    shares = validated(*rows).shares("usd")
    assert (shares["like_inside"], shares["like_rows"]) == (3, 7)
    assert (shares["ways_inside"], shares["ways_rows"]) == (1, 2)


def test_prices_and_times_are_told_apart_by_direction_but_not_lengths(validated):
    there = {"modes": "road", "value": 1}
    rows = [
        cells | {"measure": measure}
        for measure in ("km", "hours", "usd")
        for cells in (there, there | {"from": "c", "to": "a"})
    ]
    found = validated(*rows)
    assert [found.shares(row["measure"])["ways_rows"] for row in rows[::2]] == [1, 2, 2]


def test_a_figure_of_parts_that_cost_nothing_is_no_ground_to_stop(validated):
    free = {"measure": "usd", "modes": "road", "parts": "fare", "value": 5}
    found = validated(free, free)
    assert [check.model for check in found.checks] == [0, 0]
    assert found.shares("usd")["agree_rows"] == 0


def test_a_long_result_is_shown_in_a_line(validated):
    assert repr(validated({"value": 1})) == "<Validation: 1 published figures, 1 misses>"


def test_what_a_figure_leaves_out_is_not_behind_it(validated):
    own = {"id": "own", "name": "fee_usd", "at": "border", "unit": "USD", "value": 7}
    own |= {"low": 7, "high": 7, "source": "page"}
    row = {"measure": "usd", "modes": "road", "avoid": "b", "value": 9}
    whole, part = validated(row, row | {"parts": "haulage"}, parameters=[own]).checks
    assert whole.shared == ("own",)
    assert part.shared == ()


def test_what_a_scenario_has_set_is_not_drawn(validated, tmp_path):
    tiny.lay(
        tmp_path / "seeds",
        "scenarios/slow.toml",
        'id = "slow"\n[[changes]]\nset = "parameters.p0.value"\nto = 30\n',
    )
    row = {"measure": "hours", "modes": "road", "via": "b", "parts": "moving", "value": 1}
    (check,) = validated(row | {"scenario": "slow"}).checks
    assert check.reach == pytest.approx((4, 4))


def test_the_published_are_held_against_the_others_of_their_way(validated):
    rows = [{"measure": "usd", "value": value, "modes": "road"} for value in (100, 100, 800)]
    one = {"measure": "usd", "value": 1, "modes": "rail"}
    apart = {"measure": "usd", "value": 5, "modes": "road", "unlike": "another box"}
    found = validated(*rows, one, apart)
    assert found.agreement("usd") == [False, False, False], (
        "283, 283 and 100 are the others' middles"
    )
    near = validated(*rows[:2], {**rows[2], "value": 200}, one)
    assert near.agreement("usd") == [False, False, False], "141 for 100, 100 for 200"
    near = validated(*rows[:2], {**rows[2], "value": 150}, one)
    assert near.agreement("usd") == [True, True, True], "122 for 100, 100 for 150"
    back = {**rows[2], "from": "c", "to": "a", "value": 100}
    assert validated(*rows[:2], back).agreement("usd") == [True, True], "another way, priced apart"
    shares = near.shares("usd")
    assert (shares["agree_rows"], shares["agree_inside"], shares["agree_share"]) == (3, 3, 1)
    assert near.agreement("km") == []
    assert isnan(near.shares("km")["agree_share"])


def test_nothing_published_is_nothing_held(tmp_path):
    found = co.validate(tiny.network(tmp_path / "seeds", DRAWING))
    assert found.checks == ()
    assert found.table.empty
    assert found.by_kind.empty
    assert list(found.by_kind.columns) == ["measure", "kind", "rows", "inside", "share"]


def test_the_bundled_rows_are_all_there_with_sources_and_a_sentence_on_each_miss(bundled):
    found = co.validate(bundled)
    table = found.table
    assert list(table["id"]) == list(bundled.seeds.observed)
    assert len(table) >= 40
    assert table["urls"].str.contains("http").all()
    assert (table["why"].str.endswith(".") == ~table["inside"]).all()
    counted = table.groupby("measure")["inside"].agg(["size", "sum"])
    for measure, row in found.summary.iterrows():
        assert (row["rows"], row["inside"]) == tuple(counted.loc[measure])
    assert found.by_kind["rows"].sum() == len(table)
    off = table.dropna(subset="model")
    assert off["miss_percent"].to_numpy() == pytest.approx(
        (100 * (off["model"] / off["published"] - 1)).to_numpy()
    )


def test_the_readme_tells_what_is_held(bundled):
    said = README.read_text(encoding="utf-8")
    found = co.validate(bundled)
    for measure, title in (("km", "lengths"), ("hours", "times"), ("usd", "prices")):
        (line,) = (line for line in said.splitlines() if line.startswith(f"| {title}, "))
        cells = [cell.strip() for cell in line.split("|")[2:-1]]
        row = found.shares(measure)
        assert cells[0] == f"{row['like_share']:.0%} of {row['like_rows']}".replace("%", " %")
        assert cells[1] == f"{row['wanted']:.0%}".replace("%", " %")
        assert cells[2] == f"{row['own_share']:.0%} of {row['own_rows']}".replace("%", " %")
        if measure != "km":  # hardly any two tell of one way
            assert cells[3] == f"{row['agree_share']:.0%} of {row['agree_rows']}".replace("%", " %")
        assert cells[4] == f"{row['ways_share']:.0%} of {row['ways_rows']}".replace("%", " %")
        reached = row["like_share"] >= row["wanted"]
        assert (f"{title.capitalize()} miss what was wanted" in said) != reached
    times = [check for check in found.checks if check.row.measure == "hours" and check.like]
    by_others = sum(check.by_others for check in times)
    alone = sum(check.inside for check in times) - by_others
    assert (
        f"{by_others} lie inside only by the spread of all sources that tell of their way; "
        f"without that {alone / len(times):.0%}".replace("%", " %")
    ) in " ".join(said.split())
    north = [it for it in found.checks if it.like and it.way and "krasnoye" in it.way.places]
    alone = {
        measure: [it.inside and not it.by_others for it in north if it.row.measure == measure]
        for measure in ("hours", "usd")
    }
    assert (
        f"of its {len(alone['hours'])} times the model meets {sum(alone['hours'])} by itself, "
        f"of its {len(alone['usd'])} prices {sum(alone['usd'])}"
    ) in " ".join(said.split())
    seeds = bundled.seeds
    counts = f"{len(seeds.places)} places, {len(seeds.links)} links and {len(seeds.gates)} gates"
    assert counts in " ".join(said.split())


def test_no_published_way_doubles_back(bundled):
    ways = {item.row.id: item.way for item in co.validate(bundled).checks if item.way}
    twice = {
        row: sorted(link for link, times in Counter(way.links).items() if times > 1)
        for row, way in ways.items()
        if len(set(way.links)) < len(way.links)
    }
    assert twice == {}, "places to pass stand in the order of the way, and none is off it"


def test_validating_leaves_the_network_as_it_was(bundled):
    before = (bundled.name, bundled.open_gates, bundled.values.copy())
    co.validate(bundled)
    assert (bundled.name, bundled.open_gates) == before[:2]
    assert (bundled.values == before[2]).all()


def test_the_command_prints_tables_json_and_csv(validated, capsys, tmp_path):
    folder = validated({"value": 300, "note": "a [bold] note"}).network.seeds.folder
    for arguments in ([], ["--misses"]):
        with pytest.raises(SystemExit, match="0"):
            main(["validate", "--seeds", str(folder), *arguments])
        said = capsys.readouterr().out
        assert "row-0" in said
        assert "A [bold] note" in said
    with pytest.raises(SystemExit, match="0"):
        main(["validate", "--seeds", str(folder), "--json"])
    assert json.loads(capsys.readouterr().out)["summary"]["km"]["rows"] == 1
    out = tmp_path / "validation.csv"
    with pytest.raises(SystemExit, match="0"):
        main(["validate", "--seeds", str(folder), "-o", str(out)])
    assert out.read_text(encoding="utf-8").startswith("id,from,to,modes,via,measure,published")


def test_a_check_without_a_way_shows_in_a_notebook(validated):
    found = validated({"value": 10, "modes": "sea"})
    assert isinstance(found, Validation)
    assert "1 published figures" in found._repr_html_()
    assert found.checks[0].by_part == {}


def test_rows_on_one_way_share_their_published_spread(validated):
    hours = {"measure": "hours", "parts": "moving"}
    found = validated(
        {**hours, "value": 1},
        {**hours, "value": 4},
        {**hours, "value": 1, "unlike": "a bus"},
        {"measure": "hours", "value": 9},
    )
    fast, slow, other, whole = found.checks
    assert fast.model == slow.model == 2.4
    assert whole.span == (9, 9), "another sum, though of the same way"
    assert fast.span == slow.span == (1, 4)
    assert (fast.inside, slow.inside, other.inside) == (True, True, False)
