"""The network as of a day: which gates stand open, and that nothing handed out is the network."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

import corridors as co
from corridors.network import gate_point
from tests import tiny

DRAWING = """
    a -- road 100 border -- b -- rail 50 project -- c
    a -- sea 500 strait -- c
"""
COUNTRIES = {"a": "AA", "b": "BB", "c": "CC"}


@pytest.fixture
def folder(tmp_path):
    """Draws the network with the given events of its border and cells of its gates."""

    def make(events=(), **gates):
        rows = [{"gate": "border", "source": "assumed", **event} for event in events]
        made = tiny.draw(
            tmp_path / "seeds", DRAWING, countries=COUNTRIES, extra={"events": rows} if rows else {}
        )
        for gate, cells in gates.items():
            tiny.alter(made, "gates", gate, **cells)
        return made

    return make


def stands(folder, day, gate="border"):
    return gate in co.load(folder, date=day).open_gates


SHUTS = {"date": "2020-03-01", "event": "shuts"}
OPENS = {"date": "2021-06-15", "event": "opens"}
SHUTS_AGAIN = {"date": "2023-12-31", "event": "shuts"}


@pytest.mark.parametrize("events", list(permutations([SHUTS, OPENS, SHUTS_AGAIN])))
def test_events_count_in_the_order_of_their_days_not_of_the_table(folder, events):
    made = folder(events)
    days = ["2020-02-29", "2020-03-01", "2021-06-14", "2021-06-15", "2023-12-30", "2023-12-31"]
    assert [stands(made, day) for day in days] == [True, False, False, True, True, False]


def test_a_gate_without_events_keeps_its_state(folder):
    made = folder((), border={"state": "shut"})
    assert not stands(made, "1990-01-01")
    assert not stands(made, "2090-01-01")
    assert stands(made, "2026-01-01", "strait")


def test_a_promise_opens_nothing(folder):
    promise = {"date": "2020-01-01", "event": "promise", "due": "2021-01-01"}
    assert not stands(folder([promise], border={"state": "shut"}), "2030-01-01")


SPREAD = {
    "state": "shut",
    "opening_low": "2027-01-01",
    "opening_likely": "2028-05-01",
    "opening_high": "2031-01-01",
}


def test_an_unbuilt_gate_opens_on_its_likely_day(folder):
    made = folder((), project=SPREAD)
    assert not stands(made, "2028-04-30", "project")
    assert stands(made, "2028-05-01", "project")


SEASONS = [
    ("12-01", "03-31", "2025-12-01 2025-12-31 2026-01-01 2026-03-31", "2026-04-01 2026-11-30"),
    ("06-10", "08-20", "2026-06-10 2026-08-20", "2026-06-09 2026-08-21 2026-01-01"),
    ("02-29", "02-29", "2028-02-29", "2028-02-28 2028-03-01 2026-02-28"),
]


@pytest.mark.parametrize(("start", "end", "shut", "open_"), SEASONS)
def test_a_closed_season_may_span_the_new_year(folder, start, end, shut, open_):
    made = folder((), strait={"season_from": start, "season_until": end})
    assert not any(stands(made, day, "strait") for day in shut.split())
    assert all(stands(made, day, "strait") for day in open_.split())


BAN = {"date": "2022-01-01", "event": "shuts", "origin": "AA"}
LIFTED = {"date": "2024-01-01", "event": "opens", "origin": "AA", "destination": "BB; CC"}


@pytest.mark.parametrize("events", list(permutations([BAN, LIFTED])))
def test_of_the_events_that_fit_a_cargo_the_latest_decides(folder, events):
    made = folder(events)
    during, after = co.load(made, date="2023-01-01"), co.load(made, date="2025-01-01")
    assert "border" in during.open_gates
    assert "border" not in during.open_for("AA", "BB")
    assert "border" not in during.open_for("AA", "DD")
    assert "border" in during.open_for("BB", "AA")
    assert "border" in after.open_for("AA", "BB")
    assert "border" not in after.open_for("AA", "DD")


def test_a_later_event_for_all_undoes_one_for_some(folder):
    made = folder([BAN, {"date": "2023-01-01", "event": "opens"}])
    assert "border" not in co.load(made, date="2022-06-01").open_for("AA", "BB")
    assert "border" in co.load(made, date="2023-06-01").open_for("AA", "BB")


def test_an_event_may_open_a_shut_gate_to_some_cargo_alone(folder):
    leave = {"date": "2022-01-01", "event": "opens", "destination": "BB"}
    made = folder([leave], border={"state": "shut"})
    net = co.load(made, date="2023-01-01")
    assert "border" not in net.open_gates
    assert net.open_for("AA", "BB") == net.open_gates | {"border"}
    assert co.route(net, "a", "b", modes="road").gates == ("border",)
    with pytest.raises(co.NoRoute):
        co.route(net, "b", "a", modes="road")


def test_a_scenario_sets_a_gate_for_all_cargo(folder):
    net = co.load(folder([BAN]), date="2023-01-01")
    assert "border" in net.under(open=["border"]).open_for("AA", "BB")
    assert "border" not in net.under(close=["border"]).open_for("BB", "AA")


@pytest.fixture
def tied(tmp_path):
    """Gate p stays shut unless q or r is open, and q unless r is."""
    rows = [
        {"id": "first", "gates": "p", "needs": "q; r"},
        {"id": "second", "gates": "q", "needs": "r"},
    ]
    common = {"title": "Tied", "source": "assumed"}
    return tiny.network(
        tmp_path / "seeds",
        "a -- road 10 p -- b -- road 10 q -- c -- road 10 r -- d",
        extra={"conditions": [row | common for row in rows]},
    )


@pytest.mark.parametrize(
    ("close", "still_open", "acted"),
    [
        ((), {"p", "q", "r"}, ()),
        (("q",), {"p", "r"}, ()),
        (("r",), set(), {"first", "second"}),
        (("q", "r"), set(), {"first"}),
        (("p", "r"), set(), {"second"}),
    ],
)
def test_conditions_keep_gates_shut(tied, close, still_open, acted):
    net = tied.under(close=close)
    assert net.open_gates == still_open
    assert set(net.acted) == set(acted)


def test_a_link_shut_one_by_one_stays_off_limits_beside_open_gates(folder):
    net = co.load(folder()).under(close=["a-c-sea-2"])
    assert net.shut_links == {"a-c-sea-2"}
    assert "strait" in net.open_gates
    assert not net.passable("a-c-sea-2")
    assert net.passable("a-b-road-0")
    with pytest.raises(co.NoRoute):
        co.route(net, "a", "c", modes=["sea"])
    assert co.route(net.under(open=["a-c-sea-2"]), "a", "c", modes=["sea"]).links == ("a-c-sea-2",)


@pytest.mark.parametrize("frame", ["places", "links", "gates"])
def test_changing_a_frame_does_not_change_the_network(folder, frame):
    net = co.load(folder())
    before = co.route(net, "a", "c", by="distance")
    handed = getattr(net, frame)
    copy = handed.copy(deep=True)
    for column in handed.columns.drop("geometry"):
        handed[column] = None
    handed.loc["d"] = None
    assert getattr(net, frame).equals(copy)
    assert co.route(net, "a", "c", by="distance") == before


def test_frames_hold_every_row_by_id_in_degrees(folder):
    net = co.load(folder())
    assert list(net.places.index) == ["a", "b", "c"]
    assert list(net.links.index) == list(net.seeds.links)
    assert list(net.gates.index) == ["border", "project", "strait"]
    for frame in (net.places, net.links, net.gates):
        assert frame.crs.to_epsg() == 4326
        assert frame.index.name == "id"
    assert net.places.loc["a", "country"] == "AA"
    assert net.links.loc["a-b-road-0", ["from", "to", "mode"]].tolist() == ["a", "b", "road"]


def test_frames_say_what_stands_open(folder):
    net = co.load(folder()).under(close=["border"])
    assert net.gates["open"].to_dict() == {"border": False, "project": True, "strait": True}
    assert net.links["open"].tolist() == [False, True, True]


def test_a_network_is_frozen(folder):
    net = co.load(folder())
    with pytest.raises(AttributeError):
        net.open_gates = frozenset()
    with pytest.raises(AttributeError):
        net.open_gates.add("x")


def test_under_returns_a_new_network_and_leaves_the_old(folder):
    net = co.load(folder())
    shut = net.under(close=["border"])
    assert net.open_gates - shut.open_gates == {"border"}
    assert net.under().open_gates == net.open_gates
    assert shut.under(open=["border"]).open_gates == net.open_gates


def test_a_day_may_be_given_as_text_date_or_time(folder):
    made = folder([SHUTS])
    for day in ("2020-03-01", dt.date(2020, 3, 1), dt.datetime(2020, 3, 1, 12)):
        net = co.load(made, date=day)
        assert "border" not in net.open_gates
        assert str(net.date) == "2020-03-01"
        assert co.load(made, date="2019-01-01").on(day).open_gates == net.open_gates


@pytest.mark.parametrize("day", ["2026-13-01", "soon", "", "2026-02-30", "01.02.2026", 2026])
def test_what_is_no_day_is_refused(folder, day):
    made = folder()
    for ask in (lambda: co.load(made, date=day), lambda: co.load(made).under(date=day)):
        with pytest.raises(co.CorridorsError, match=f"date {day!r} must be a day such as"):
            ask()


def test_gates_are_drawn_at_their_point_or_on_their_link(folder):
    tables = co.load(folder((), border={"lon": "49.5", "lat": "41"})).seeds
    assert gate_point(tables, "border") == (49.5, 41.0)
    lon, lat = gate_point(tables, "project")
    ends = tables.places["b"].point, tables.places["c"].point
    assert (lon, lat) == pytest.approx([sum(pair) / 2 for pair in zip(*ends, strict=True)])


def test_a_network_says_what_it_is(folder):
    text = repr(co.load(folder(), date="2026-01-01").under(close=["border"]))
    assert "2026-01-01" in text
    assert "close border" in text
    assert "3 places, 3 links, 2 of 3 gates open" in text


def test_the_default_cargo_is_the_tables_own(folder):
    cargo = co.load(folder()).cargo
    assert (cargo.tonnes, cargo.value_usd) == (10, 24000)
    assert cargo.usd_per_h == pytest.approx(24000 * 0.01 / 24)


@pytest.mark.parametrize("field", ["tonnes", "value_usd", "time_cost_share_per_day"])
@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf")])
def test_a_cargo_with_an_absurd_figure_is_refused(field, amount):
    with pytest.raises(co.CorridorsError, match=field):
        co.Cargo(**{field: amount})


def test_scaled_cells_are_scaled_once_however_many_layers_follow(tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 border -- b")
    half = co.Scenario("half", changes=(co.Change("scale", ("places.a.lat",), value=0.999),))
    once = net.under(half)
    twice = once.under(close=["border"])
    assert once.seeds.places["a"].lat == net.seeds.places["a"].lat * 0.999
    assert twice.seeds.places["a"].lat == once.seeds.places["a"].lat
    assert "border" not in twice.open_gates
