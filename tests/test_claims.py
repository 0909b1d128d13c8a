"""The register of the brief's claims says what the runs and sums find, on any day."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors import schema
from corridors.analysis import claims
from corridors.cli import main
from tests import tiny

VERDICTS = schema.columns("claims")["verdict"].choices
IDS = [f"b{number:02d}" for number in range(1, 21)]


@pytest.fixture(scope="module")
def judged(bundled):
    return {item.claim.id: item for item in claims.judge(bundled)}


def test_the_register_holds_the_twenty_claims_of_the_brief_each_with_its_own_test(bundled):
    rows = bundled.seeds.claims
    assert list(rows) == IDS
    assert sorted(row.test for row in rows.values()) == sorted(claims.TESTS)
    assert all("brief" in row.source for row in rows.values())


@pytest.mark.parametrize("claim", IDS)
def test_the_registers_verdict_is_the_computed_one(judged, claim):
    item = judged[claim]
    assert item.agrees, f"register: {item.claim.verdict}, computed: {item.finding}"
    assert item.finding.verdict in VERDICTS
    assert item.finding.text.endswith(".")


def test_findings_carry_figures_and_no_placeholders(judged):
    for item in judged.values():
        assert any(letter.isdigit() for letter in item.finding.text), item.claim.id
        assert not {"nan", "inf", "None"} & set(item.finding.text.split()), item.claim.id


def test_the_sums_of_the_brief(bundled):
    assert "92.0%" in claims.run(bundled, "trade-growth").text
    assert "407.95" in claims.run(bundled, "trade-2023").text
    deal = claims.run(bundled, "rasht-astara-deal").text
    assert "10 MEUR a km" in deal
    assert "81%" in deal


def test_a_verdict_is_that_of_the_networks_own_day(bundled):
    when_written = bundled.on("2024-02-01")
    assert claims.run(when_written, "instc-never-stopped").verdict == "confirmed"
    assert claims.run(bundled, "instc-never-stopped").verdict == "contradicted"
    assert claims.run(when_written, "complete-by-2028").verdict == "depends on"
    assert claims.run(bundled, "complete-by-2028").verdict == "contradicted"


def test_figures_follow_the_model(bundled):
    slower = bundled.under(
        co.Scenario("slow", changes=(co.Change("scale", ("parameters.dwell_h",), value=2.0),))
    )
    before, after = (claims.run(net, "persian-gulf-way") for net in (bundled, slower))
    assert before.text != after.text


def test_opening_another_crossing_first_contradicts_the_condition(bundled):
    seeds = bundled.seeds
    others = seeds.conditions["b07-no-other-crossing"].gates
    freed = co.Network(
        **{name: getattr(bundled, name) for name in ("seeds", "as_read", "date", "values")},
        open_gates=bundled.open_gates | set(others),
    )
    assert claims.run(freed, "no-other-crossing").verdict == "contradicted"
    assert claims.run(bundled, "no-other-crossing").verdict == "confirmed"


def test_an_unknown_test_is_named(bundled):
    with pytest.raises(co.UnknownNameError, match="did you mean trade-growth"):
        claims.run(bundled, "trade-grwth")


days = st.integers(0, 60).map(lambda day: dt.date(2020, 1, 1) + dt.timedelta(days=day))
histories = st.lists(st.tuples(st.sampled_from(["x", "y"]), days, st.booleans()), max_size=10)


@given(history=histories)
def test_spells_shut_agree_with_a_look_at_every_day(tmp_path_factory, history):
    unique = {(gate, day): opens for gate, day, opens in history}
    events = [
        {"gate": gate, "date": day, "event": "opens" if opens else "shuts", "source": "assumed"}
        for (gate, day), opens in unique.items()
    ]
    folder = tiny.draw(
        tmp_path_factory.mktemp("seeds"),
        "a -- road 10 x -- b -- road 10 y -- c",
        shut=["x", "y"],
        extra={"events": events},
    )
    end = dt.date(2020, 4, 1)
    net = co.load(folder, date=end)
    spells = claims._spells_shut(net, ["x", "y"])
    span = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day in range(91)]
    stands = [bool(co.load(folder, date=day).open_gates) for day in span]
    first = stands.index(True) if True in stands else len(span)
    shut = {day for day, stood in zip(span[first:], stands[first:], strict=True) if not stood}
    told = {
        start + dt.timedelta(days=n) for start, stop in spells for n in range((stop - start).days)
    }
    assert told == shut


def test_a_register_of_another_folder_may_be_empty(tmp_path):
    assert claims.judge(tiny.network(tmp_path / "seeds", "a -- road 10 -- b")) == ()


def test_the_command_prints_table_and_json(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["claims", "--json"])
    plain = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in plain] == IDS
    assert all(row["verdict"] == row["register"] for row in plain)
    with pytest.raises(SystemExit, match="0"):
        main(["claims"])
    assert "B20" in capsys.readouterr().out
