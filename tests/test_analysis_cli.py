"""The commands sweep, worth, simulate and criticality, and the charts they draw."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import corridors as co
from corridors.analysis.parallel import pieces, watched
from corridors.cli import main
from corridors.errors import CorridorsError
from corridors.render.analysis_tables import frame_parts
from corridors.render.worth_charts import interaction_chart, simulation_chart, worth_chart
from tests import tiny

DRAWING = """
    alpha -- road 100 border -- beta -- rail 80 -- gamma
    alpha -- road 60 project -- beta
    alpha -- road 500 -- gamma
    alpha -- ferry-road 90 service -- delta
"""
ASKED = ("--gates", "border,project,service", "--pairs", "alpha,beta,gamma")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tiny.draw(tmp_path_factory.mktemp("cli") / "seeds", DRAWING, shut=["project"])
    (made / "data.toml").write_text('title = "Tiny"\ndata_date = 2026-01-01\n')
    (made / "scenarios").mkdir()
    (made / "scenarios" / "built.toml").write_text(
        'id = "built"\ntitle = "Built"\n[[changes]]\nbuild = "project"\n'
    )
    return made


@pytest.fixture
def run(capsys, folder):
    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([*map(str, arguments), "--seeds", str(folder)])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call


def good(ran):
    code, out, err = ran
    assert (code, err) == (0, "")
    return out


def refused(ran):
    code, out, err = ran
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    return err


def test_sweep_prints_and_writes(run, folder, tmp_path):
    net = co.load(folder)
    said = good(run("sweep", *ASKED))
    assert "8 combinations" in said
    plain = json.loads(good(run("sweep", *ASKED, "--json")))
    assert plain["combinations"] == 8
    found = co.sweep(net, ["border", "project", "service"], ["alpha", "beta", "gamma"])
    for row, wanted in zip(plain["rows"], found.table.to_dict(orient="records"), strict=True):
        assert row["best"] == pytest.approx(wanted["best"])
        assert row["best_ways"][0]["cost"] == pytest.approx(row["best"])
    path = tmp_path / "all.parquet"
    good(run("sweep", *ASKED, "-o", path))
    whole = pd.read_parquet(path)
    assert len(whole) == 8
    assert whole["alpha:beta"].min() == pytest.approx(found.table["best"][0])
    table = tmp_path / "pairs.csv"
    good(run("sweep", *ASKED, "-o", table))
    assert len(pd.read_csv(table)) == len(found.pairs)
    assert "must end in" in refused(run("sweep", *ASKED, "-o", tmp_path / "out.xlsx"))


def test_gates_can_be_named_together(run):
    said = good(
        run("sweep", "--gates", "both=border+project,service", "--pairs", "alpha:beta", "--json")
    )
    assert json.loads(said)["gates"] == {"both": ["border", "project"], "service": ["service"]}
    said = good(run("sweep", "--gates", "projects", "--pairs", "alpha:beta", "--json"))
    assert list(json.loads(said)["gates"]) == ["project"]


def test_worth_prints_and_draws(run, tmp_path):
    assert "border" in good(run("worth", *ASKED))
    plain = json.loads(good(run("worth", *ASKED, "--of", "AA", "--unconnected", "5000", "--json")))
    assert plain["total"] == pytest.approx(sum(plain["gates"].values()))
    assert "5000 h" in plain["unconnected"]
    for options in ((), ("--couples",)):
        chart = tmp_path / f"chart{len(options)}.svg"
        good(run("worth", *ASKED, *options, "-o", chart))
        assert chart.read_text().startswith("<svg")
        table = tmp_path / f"table{len(options)}.csv"
        good(run("worth", *ASKED, *options, "-o", table))
        assert len(pd.read_csv(table))


def test_simulate_prints_and_writes(run, tmp_path):
    asked = ("simulate", "base", "built", "--pairs", "alpha:beta", "--draws", 20)
    assert "built" in good(run(*asked))
    plain = json.loads(good(run(*asked, "--json", "--year", 2030)))
    assert {row["date"] for row in plain["rows"]} == {"2030-07-01"}
    table = tmp_path / "draws.csv"
    good(run(*asked, "-o", table))
    assert list(pd.read_csv(table)["scenario"]) == ["base", "built"]
    chart = tmp_path / "draws.svg"
    good(run(*asked, "-o", chart))
    assert "built, 2026-01-01" in chart.read_text()


def test_criticality_prints_and_writes(run, tmp_path):
    pairs = ("--pairs", "alpha,beta,gamma")
    assert "ways left" in good(run("criticality", *pairs))
    plain = json.loads(good(run("criticality", *pairs, "--of", "gate", "--json")))
    assert {row["kind"] for row in plain["table"]} == {"gate"}
    table = tmp_path / "critical.csv"
    good(run("criticality", *pairs, "-o", table))
    assert set(pd.read_csv(table)["kind"]) >= {"gate", "link"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sweep", "--gates", "boarder", "--pairs", "alpha:beta"), "did you mean border"),
        (("sweep", "--gates", "border", "--pairs", "alpha"), "at least one pair"),
        (("sweep", "--gates", "border", "--pairs", "alpha:"), "must read origin:destination"),
        (("worth", *ASKED, "--of", "ZZ"), "country among the pairs"),
        (("worth", *ASKED, "--unconnected", "most"), "'most'"),
        (("simulate", "buil", "--pairs", "alpha:beta"), "did you mean built"),
        (("simulate", "base", "--pairs", "alpha:beta", "--draws", "0"), "draws 0"),
        (("criticality", "--pairs", "alpha,beta", "--of", "bridge"), "unknown kind 'bridge'"),
    ],
)
def test_bad_input_gets_one_line(run, arguments, says):
    assert says in refused(run(*arguments))


@pytest.fixture(scope="module")
def swept(folder):
    return co.sweep(co.load(folder), ["border", "project", "service"], ["alpha", "beta", "gamma"])


def test_charts_name_gates_and_say_what_they_rest_on(swept):
    worth = swept.worth()
    bars = worth_chart(worth).svg()
    assert "project" in bars
    assert ">service<" not in bars, "a gate worth nothing is left out"
    for chart in (worth_chart(worth), interaction_chart(worth)):
        assert "8 combinations" in chart.svg()
        assert "dearest way" in chart.svg()
        assert chart.svg() == chart.svg()


def test_charts_of_nothing_are_refused(folder):
    net = co.load(folder)
    idle = co.sweep(net, ["service"], [("alpha", "beta")]).worth()
    with pytest.raises(CorridorsError, match="no gate is worth anything"):
        worth_chart(idle)
    with pytest.raises(CorridorsError, match="no two gates"):
        interaction_chart(idle)
    sim = co.simulate(net, ["base"], [("alpha", "beta")], draws=5)
    with pytest.raises(CorridorsError, match="beta:alpha"):
        simulation_chart(sim, ("beta", "alpha"))


def test_a_watcher_sees_every_piece():
    seen = []
    with watched(lambda done, count: seen.append((done, count))):
        assert [*pieces(max, 1, [0, 2], workers=1)] == [1, 2]
    assert seen == [(1, 2), (2, 2)]
    assert [*pieces(max, 1, [0], workers=1)] == [1]
    assert len(seen) == 2


def test_frames_for_a_terminal():
    assert frame_parts(pd.DataFrame()) == []
    frame = pd.DataFrame(
        {"a": ["x[b]", "y"], "share": [0.5, np.nan], "h": [np.inf, 2.0], "n": [1, 2]}
    )
    title, table, _ = frame_parts(frame, title="t", most=1)
    assert "first 1 of 2" in title
    cells = [[*column.cells] for column in table.columns]
    assert cells == [["x\\[b]"], ["50.0%"], ["no way"], ["1"]]
    assert [column.justify for column in table.columns] == ["left", "right", "right", "right"]
