"""Draws, held against networks made for one draw and against the spreads they come from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.factors import BLOCK, factors, undecided
from corridors.cost import Cargo, arc_figures, counted_terms, term_counts
from corridors.errors import CorridorsError, UnknownNameError
from corridors.routing import costs
from corridors.scenario import Change, Scenario
from tests.tiny import draw, network, write

#: A road over a border, a railway not yet built, a ferry, and a way round.
DRAWING = """
    a -- road 100 border -- b -- road 60 -- c
    a -- rail 150 project -- c
    a -- ferry-road 80 service -- c
    b -- road 30 project-tied -- d
    a -- road 900 -- d
"""
PLACES = ["a", "b", "c", "d"]
PAIRS = [(one, other) for one in PLACES for other in PLACES if one != other]
CONDITIONS = [
    {"id": "t", "gates": "project-tied", "needs": "project", "title": "t", "source": "assumed"}
]
DAYS = {"project": ("2027-01-01", "2029-01-01", "2035-01-01")}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = draw(
        tmp_path_factory.mktemp("draws"),
        DRAWING,
        shut=["project"],
        countries={"c": "CC", "d": "DD"},
        extra={"conditions": CONDITIONS},
    )
    gates = [
        {
            "id": gate,
            "title": gate,
            "kind": kind,
            "source": "assumed",
            "state": "shut" if gate == "project" else "open",
            **dict(
                zip(
                    ("opening_low", "opening_likely", "opening_high"),
                    DAYS.get(gate, ()),
                    strict=False,
                )
            ),
        }
        for gate, kind in [
            ("border", "border"),
            ("project", "project"),
            ("service", "service"),
            ("project-tied", "project"),
        ]
    ]
    write(folder, "gates", gates)
    return co.load(folder, date="2026-01-01")


OPENED = Scenario(id="built", changes=(Change("open", ("project",)),))
DEARER = Scenario(
    id="dearer",
    changes=(
        Change("scale", ("parameters.dwell_h",), value=2.0, mode="road"),
        Change("charge", ("border",), value=3.0, basis="usd_per_tonne"),
        Change("charge", ("CC",), value=0.01, basis="share_of_value"),
    ),
)


@pytest.mark.parametrize("by", ["time", "cost", "co2", "generalised", "distance"])
def test_every_draw_is_a_network_of_its_own(net, by):
    sim = co.simulate(net, ["base", OPENED, DEARER], PAIRS, draws=5, by=by, years=[2028, 2031])
    for one, name in enumerate(sim.scenarios):
        for when, day in enumerate(sim.dates[one]):
            for number in range(sim.draws):
                drawn = sim.network(draw=number, scenario=name, date=day)
                table = costs(drawn, PLACES, PLACES, by=by)
                wanted = [table[PLACES.index(o), PLACES.index(d)] for o, d in PAIRS]
                np.testing.assert_allclose(sim.costs[one, when, number], wanted, rtol=1e-9)


def test_draws_on_the_bundled_network_are_networks_too(bundled):
    places = ["baku", "nakhchivan", "tbilisi", "moscow", "yerevan"]
    sim = co.simulate(
        bundled, ["base", "azerbaijan-iran-closed"], places, draws=4, years=[2035], by="generalised"
    )
    for one, name in enumerate(sim.scenarios):
        for number in range(sim.draws):
            drawn = sim.network(draw=number, scenario=name)
            table = costs(drawn, places, places, by="generalised")
            wanted = [table[places.index(o), places.index(d)] for o, d in sim.pairs]
            np.testing.assert_allclose(sim.costs[one, 0, number], wanted, rtol=1e-9)


@settings(max_examples=20)
@given(
    st.sampled_from(["time", "cost", "co2", "generalised", "distance"]),
    st.tuples(st.floats(0, 30), st.floats(0, 1e5), st.floats(0, 0.1)),
    st.floats(0, 3),
)
def test_terms_add_up_to_the_cost_model(bundled, by, shipment, teu):
    cargo = replace(Cargo(*shipment), teu=teu)
    arcs, values = bundled.arcs, bundled.values
    arc, kind, a, b, c = counted_terms(arcs, by).T
    amounts = values[a] * values[b] / values[c] * term_counts(by, cargo)[kind]
    weight = np.bincount(arc, weights=amounts, minlength=arcs.count)
    wanted = arc_figures(arcs, bundled.seeds, values, cargo).by(by)
    np.testing.assert_allclose(weight, wanted, rtol=1e-9, atol=1e-9)


def test_results_depend_on_the_seed_alone(net):
    draws = BLOCK + 30
    one = co.simulate(net, ["base", OPENED], PAIRS, draws=draws, workers=1)
    two = co.simulate(net, ["base", OPENED], PAIRS, draws=draws, workers=2)
    np.testing.assert_array_equal(one.costs, two.costs)
    np.testing.assert_array_equal(one.signs, two.signs)
    fewer = co.simulate(net, ["base", OPENED], PAIRS, draws=BLOCK + 3)
    np.testing.assert_array_equal(fewer.costs, one.costs[:, :, : BLOCK + 3])
    other = co.simulate(net, ["base", OPENED], PAIRS, draws=20, seed=2)
    assert (other.costs != one.costs[:, :, :20]).any()
    alone = co.simulate(net, [OPENED], PAIRS, draws=draws)
    np.testing.assert_array_equal(alone.costs[0], one.costs[1])


def test_a_scenario_is_never_worse_for_opening_a_gate_in_any_draw(net):
    sim = co.simulate(net, ["base", OPENED], PAIRS, draws=200)
    assert (sim.costs[1] <= sim.costs[0] * (1 + 1e-12)).all()
    for pair in PAIRS:
        beats = sim.beats(pair).set_index(["scenario", "other"])
        assert beats.loc[("built", "base"), "worse"] == 0
        assert beats.loc[("built", "base"), "better"] == beats.loc[("base", "built"), "worse"]
        np.testing.assert_allclose(beats[["better", "same", "worse"]].sum(axis=1), 1)


def test_opening_days_come_by_their_spread(net):
    sim = co.simulate(net, ["base", OPENED], [("b", "d")], draws=2000, years=[2026, 2030, 2036])
    base, built = sim.costs[0, ..., 0], sim.costs[1, ..., 0]
    opened = np.isclose(base, built, rtol=1e-9).mean(axis=1)
    low, likely, high = (dt.date.fromisoformat(day).toordinal() for day in DAYS["project"])
    day = dt.date(2030, 7, 1).toordinal()
    falling = 1 - (high - day) ** 2 / ((high - low) * (high - likely))
    assert opened[0] == 0
    assert opened[1] == pytest.approx(falling, abs=0.05)
    assert opened[2] == 1


def test_gates_that_are_not_for_the_draw(net):
    assert undecided(net.on("2030-01-01")) == ("project",)
    assert undecided(net.under(OPENED)) == ()
    seasonal = replace(net.seeds.gates["project"], season_from="12-01", season_until="02-28")
    tables = replace(net.seeds, gates={**net.seeds.gates, "project": seasonal})
    assert undecided(replace(net, seeds=tables)) == ()
    opened = {"gate": "project", "date": "2025-01-01", "event": "opens", "source": "assumed"}
    write(net.seeds.folder, "events", [opened])
    try:
        assert undecided(co.load(net.seeds.folder, date="2030-01-01")) == ()
    finally:
        (net.seeds.folder / "events.csv").unlink()


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_quantiles_run_through_the_ranges(bundled, seed):
    drawn = factors(bundled)
    size = len(drawn.names)
    places = np.sort(np.random.default_rng(seed).random((30, size)), axis=0)
    numbers = drawn.quantiles(places)
    assert (np.diff(numbers, axis=0) >= 0).all()
    flat = drawn.sigma == 0
    assert (numbers[:, flat] >= drawn.low[flat] - 1e-9).all()
    assert (numbers[:, flat] <= drawn.high[flat] + 1e-9).all()
    usual = drawn.quantiles(drawn.usual[None, :])[0]
    own = drawn.luck == np.arange(size)
    np.testing.assert_allclose(usual[own], drawn.likely[own], rtol=1e-9)


#: A line and its border in one row: the way is there once both have opened.
IN_A_ROW = "a -- rail 100 project-line border -- b"


def built_by(folder, **border):
    """The share of draws in which the line in a row stands open in the middle of 2031."""
    rows = [
        {"id": gate, "title": gate, "kind": kind, "source": "assumed", "state": "shut", **cells}
        | {
            "opening_low": "2027-01-01",
            "opening_likely": "2029-01-01",
            "opening_high": "2037-01-01",
        }
        for gate, kind, cells in [("project-line", "project", {}), ("border", "border", border)]
    ]
    write(draw(folder, IN_A_ROW), "gates", rows)
    sim = co.simulate(
        co.load(folder, date="2026-01-01"), ["base"], ["a", "b"], draws=4000, years=[2031]
    )
    return float(np.isfinite(sim.costs).mean())


def test_gates_of_one_project_open_together(tmp_path):
    days = [dt.date(year, 1, 1).toordinal() for year in (2027, 2029, 2037)]
    low, likely, high = days
    one = 1 - (high - dt.date(2031, 7, 1).toordinal()) ** 2 / ((high - low) * (high - likely))
    assert built_by(tmp_path / "apart") == pytest.approx(one**2, abs=0.03)
    assert built_by(tmp_path / "together", opens_with="project-line") == pytest.approx(
        one, abs=0.03
    )


@pytest.mark.parametrize("together", [True, False])
def test_parameters_of_one_statement_fall_together(tmp_path, together):
    fees = [
        {"id": row, "name": "fee_usd", "mode": "road", "country": country, "unit": "USD"}
        | {"value": fee, "low": fee / 2, "high": 2 * fee, "source": "assumed"}
        for row, country, fee in (("one", "AA", 10), ("two", "BB", 100))
    ]
    fees[1]["drawn_with"] = "one" if together else ""
    folder = draw(tmp_path / "seeds", "a -- road 100 -- b", extra={"parameters": fees})
    drawn = factors(co.load(folder))
    found = drawn.quantiles(drawn.uniforms(1, 0, 50))
    one, two = (found[:, drawn.parameters.index(row)] for row in ("one", "two"))
    assert np.allclose(two, 10 * one) == together


def test_time_at_borders_is_lognormal(bundled):
    drawn = factors(bundled)
    rows = bundled.seeds.parameters
    road = [n for n, row in enumerate(drawn.parameters) if drawn.sigma[n] == 0.7]
    assert {rows[drawn.parameters[n]].name for n in road} == {"dwell_h"}
    numbers = drawn.quantiles(drawn.uniforms(3, 0, 4000))[:, road]
    logs = np.log(numbers / drawn.likely[road])
    assert logs.std() == pytest.approx(0.7, rel=0.02)
    assert logs.mean() == pytest.approx(0, abs=0.02)


def test_the_table_is_of_the_draws(net):
    sim = co.simulate(net, ["base", OPENED], PAIRS, draws=400, years=[2030])
    table = sim.table.set_index(["scenario", "origin", "destination"])
    for one, name in enumerate(sim.scenarios):
        for number, pair in enumerate(PAIRS):
            row, drawn = table.loc[(name, *pair)], sim.costs[one, 0, :, number]
            for column, share in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
                assert (drawn <= row[column]).mean() >= share
                assert (drawn < row[column]).mean() <= share
            assert row["reached"] == np.isfinite(drawn).mean()


def test_corridors_lead_with_probabilities(bundled):
    sim = co.simulate(bundled, ["base", "zangezur-open"], [("baku", "nakhchivan")], draws=60)
    leads = sim.leads(("baku", "nakhchivan"))
    sums = leads.groupby("scenario")["probability"].sum()
    np.testing.assert_allclose(sums, 1)
    assert set(leads["corridor"]) <= {*bundled.seeds.corridors, "", "no way"}


def test_draws_without_a_way_are_told(tmp_path):
    net = network(tmp_path, "a -- road 100 project -- b", shut=["project"])
    sim = co.simulate(net, ["base"], [("a", "b")], draws=10)
    row = sim.table.iloc[0]
    assert row["reached"] == 0
    assert np.isinf(row["median"])
    assert list(sim.leads(("a", "b"))["corridor"]) == ["no way"]
    assert sim.to_dict()["rows"][0]["median"] is None
    with pytest.raises(CorridorsError, match=r"no way in 100\.0% of the draws"):
        co.sensitivity(net, ("a", "b"), trajectories=2, samples=2)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"draws": 0}, CorridorsError, "draws 0"),
        ({"draws": 1.5}, CorridorsError, "draws 1.5 must be a whole number"),
        ({"seed": -1}, CorridorsError, "seed -1 must be a whole number, 0 or more"),
        ({"years": [0]}, CorridorsError, "year 0 must be a whole number, 1 to 9,999"),
        ({"scenarios": []}, CorridorsError, "at least one scenario"),
        ({"scenarios": ["base", "base"]}, CorridorsError, "stands twice"),
        ({"pairs": [("a", "zz")]}, UnknownNameError, "zz"),
        ({"by": "speed"}, UnknownNameError, "speed"),
        ({"workers": 0}, CorridorsError, "workers 0"),
        ({"client": object()}, CorridorsError, "dask.distributed.Client"),
    ],
)
def test_bad_questions_are_named(net, options, error, says):
    asked = {"scenarios": ["base"], "pairs": [("a", "c")], "draws": 2 * BLOCK, **options}
    with pytest.raises(error, match=says):
        co.simulate(net, **asked)


def test_bad_names_are_named(net):
    sim = co.simulate(net, ["base"], [("a", "c")], draws=2)
    with pytest.raises(UnknownNameError, match="c:a"):
        sim.beats(("c", "a"))
    with pytest.raises(UnknownNameError, match="scenario of this simulation 'bas'"):
        sim.route(("a", "c"), draw=0, scenario="bas")
    with pytest.raises(UnknownNameError, match="2099"):
        sim.route(("a", "c"), draw=0, scenario="base", date=dt.date(2099, 1, 1))
    with pytest.raises(CorridorsError, match="draw 2"):
        sim.network(draw=2, scenario="base")


def test_it_shows_itself(net):
    sim = co.simulate(net, ["base"], [("a", "c")], draws=20)
    assert "20 draws" in repr(sim)
    assert "<table" in sim._repr_html_()
    way = sim.route(("a", "c"), draw=3, scenario="base")
    assert way.hours == pytest.approx(sim.costs[0, 0, 3, 0], rel=1e-9)


def test_sensitivity_finds_what_an_answer_hangs_on(tmp_path):
    net = network(tmp_path, "a -- road 1000 -- b")
    found = co.sensitivity(net, ("a", "b"), trajectories=4, samples=16, most=3)
    rows = net.seeds.parameters
    names = {rows[factor].name for factor in found.morris["factor"]}
    assert names == {"speed_kmh", "loading_h"}
    strongest = found.sobol.iloc[0]
    assert rows[strongest["factor"]].name == "speed_kmh"
    assert strongest["ST"] > 0.5
    assert (found.sobol["ST_conf"] >= 0).all()
    again = co.sensitivity(net, ("a", "b"), trajectories=4, samples=16, most=3, workers=2)
    assert again.to_dict() == found.to_dict()
    assert "a:b by time" in repr(found)
    assert "<table" in found._repr_html_()


def test_sensitivity_of_a_difference(net):
    found = co.sensitivity(
        net.under(OPENED), ("a", "c"), against=net, trajectories=4, samples=8, most=2
    )
    assert "built less base" in found.of
    with pytest.raises(CorridorsError, match="samples 0"):
        co.sensitivity(net, ("a", "c"), samples=0)
