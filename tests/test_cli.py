"""Every command, what it prints, and the one line that bad input gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import corridors as co
from corridors.cli import app, main
from tests import tiny
from tests.test_leaflet import fetched

DRAWING = """
    alpha -- road 100 border -- beta -- rail 80 -- gamma
    alpha -- road 300 project -- beta
    alpha -- road 500 -- gamma
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tiny.draw(tmp_path_factory.mktemp("cli") / "seeds", DRAWING, shut=["project"])
    (made / "data.toml").write_text('title = "Tiny"\ndata_date = 2026-01-01\n')
    (made / "scenarios").mkdir()
    (made / "scenarios" / "border-shut.toml").write_text(
        'id = "border-shut"\ntitle = "Border shut"\n[[changes]]\nclose = "border"\n'
    )
    (made / "scenarios" / "line-built.toml").write_text(
        'id = "line-built"\ntitle = "Line built"\n[[changes]]\nbuild = "project"\n'
    )
    return made


@pytest.fixture
def run(capsys):
    """Runs a command and gives its exit code, what it printed, and what it complained of."""

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call


def good(ran):
    code, out, err = ran
    assert (code, err) == (0, "")
    return out


def refused(ran):
    code, out, err = ran
    assert code == 2
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err.strip()


# what the commands do


def test_route_prints_legs_and_totals(run, folder):
    out = good(run("route", "alpha", "gamma", "--seeds", folder))
    assert "Alpha to Gamma, by time (base, gates as of 2026-01-01)" in " ".join(out.split())
    (total,) = [line for line in out.splitlines() if line.startswith("total")]
    way = co.route(co.load(folder), "alpha", "gamma")
    assert total.split()[1:] == [
        f"{way.km:,.0f}", f"{way.hours:,.1f}", f"{way.usd:,.0f}", f"{way.co2_kg:,.0f}",
    ]  # fmt: skip
    assert len(out.splitlines()) > len(way.legs)


def test_route_prints_json(run, folder):
    said = json.loads(good(run("route", "alpha", "gamma", "--seeds", folder, "--json")))
    assert said == co.route(co.load(folder), "alpha", "gamma").to_dict()


def test_route_takes_every_option(run, folder):
    said = json.loads(
        good(
            run(
                *("route", "alpha", "beta", "--seeds", folder, "--date", "2025-05-05"),
                *("--scenario", "border-shut", "--open", "project", "--by", "cost"),
                *("--mode", "road", "--mode", "rail", "--via", "gamma", "--json"),
            )
        )
    )
    net = co.load(folder, date="2025-05-05").under("border-shut").under(open="project")
    way = co.route(net, "alpha", "beta", by="cost", modes=["road", "rail"], via=["gamma"])
    assert said == way.to_dict()
    assert said["date"] == "2025-05-05"
    avoided = good(run("route", "alpha", "gamma", "--seeds", folder, "--avoid", "beta", "--json"))
    assert json.loads(avoided)["places"] == ["alpha", "gamma"]
    shut = good(run("route", "alpha", "gamma", "--seeds", folder, "--close", "border", "--json"))
    assert json.loads(shut)["gates"] == []


def test_route_prints_alternatives(run, folder):
    asked = ("route", "alpha", "gamma", "--seeds", folder, "--k", 3)
    ways = co.alternatives(co.load(folder), "alpha", "gamma", k=3)
    assert json.loads(good(run(*asked, "--json"))) == [way.to_dict() for way in ways]
    assert good(run(*asked)).count("Alpha to Gamma") == len(ways)


def test_compare_prints_a_row_for_each_scenario(run, folder):
    asked = ("compare", "base", "border-shut", "line-built", "--pair", "alpha:beta")
    out = good(run(*asked, "--pair", "alpha:gamma", "--seeds", folder))
    assert "Alpha to Beta, by time" in out
    assert "Alpha to Gamma, by time" in out
    for name in ("base", "border-shut", "line-built"):
        assert sum(line.startswith(name) for line in out.splitlines()) == 2


def test_compare_says_what_a_pair_without_a_way_needs(run, tmp_path):
    drawn = tiny.draw(tmp_path / "cut", "a -- road 1 border -- b", shut=["border"])
    out = good(run("compare", "base", "--pair", "a:b", "--seeds", drawn))
    assert "no way; needs border" in out
    said = json.loads(good(run("compare", "base", "--pair", "a:b", "--seeds", drawn, "--json")))
    assert said["rows"][0]["route"] is None


def test_compare_prints_json_and_writes_files(run, folder, tmp_path):
    asked = ("compare", "base", "line-built", "--pair", "alpha:beta", "--seeds", folder)
    found = co.compare(co.load(folder), ["base", "line-built"], [("alpha", "beta")])
    assert json.loads(good(run(*asked, "--json"))) == found.to_dict()
    for name in ("table.csv", "table.json"):
        path = tmp_path / "new" / name
        assert f"wrote {path}" in good(run(*asked, "-o", path))
    assert json.loads((tmp_path / "new" / "table.json").read_text()) == found.to_dict()
    assert (tmp_path / "new" / "table.csv").read_text().count("\n") == 1 + len(found.table)


def test_map_writes_one_page(run, folder, tmp_path):
    path = tmp_path / "page.html"
    asked = ("map", "alpha", "beta", "--scenario", "line-built", "--seeds", folder)
    assert good(run(*asked, "-o", path)) == f"wrote {path}\n"
    page = path.read_text(encoding="utf-8")
    assert "Alpha to Beta" in page
    assert fetched(page) == []
    whole = tmp_path / "whole.html"
    good(run("map", "--seeds", folder, "-o", whole))
    assert "Tiny" in whole.read_text(encoding="utf-8")


def test_map_draws_a_way_that_a_scenario_opened(run, tmp_path):
    drawn = tiny.draw(tmp_path / "cut", "a -- road 1 border -- b", shut=["border"])
    path = tmp_path / "map.html"
    scenario = tmp_path / "open.toml"
    scenario.write_text('id = "open"\n[[changes]]\nopen = "border"\n')
    good(run("map", "a", "b", "--scenario", scenario, "--seeds", drawn, "-o", path))
    assert path.is_file()


def test_report_writes_a_folder_to_hand_on(run, tmp_path):
    out = good(run("report", "-o", tmp_path / "out"))
    assert str(tmp_path / "out") in out
    pages = list((tmp_path / "out").rglob("*.html"))
    assert "index.html" in {page.name for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        outside = [item for item in fetched(text) if "://" in item or item.startswith("//")]
        assert outside == [], page


def test_check_counts_what_it_found(run, folder):
    out = good(run("check", "--seeds", folder))
    assert "no faults: 3 places, 4 links, 2 gates" in out
    said = json.loads(good(run("check", "--seeds", folder, "--json")))
    assert said["faults"] == []
    assert said["counts"]["links"] == 4


def test_without_a_command_it_helps(run):
    out = good(run())
    assert out == good(run("--help"))
    for command in ("route", "compare", "map", "report", "check"):
        assert command in out
        assert "--seeds" in good(run(command, "--help"))


def test_every_command_has_a_sentence_of_help():
    commands = app.registered_commands
    assert len(commands) >= 5
    assert all(command.callback.__doc__ for command in commands)


# what bad input gets

KINDS = "city, station, port, border, junction, sea"

BAD = [
    ("route bakku nakhchivan", "unknown place 'bakku'; did you mean baku"),
    ("route baku nakhchevan", "unknown place 'nakhchevan'; did you mean nakhchivan"),
    ("route baku nakhchivan --via julfaa", "unknown place 'julfaa'; did you mean julfa"),
    ("route baku nakhchivan --avoid julfaa", "did you mean julfa"),
    ("route baku nakhchivan --by tyme", "unknown objective 'tyme'; did you mean time"),
    ("route baku nakhchivan --mode rial", "unknown mode 'rial'; did you mean rail"),
    ("route baku nakhchivan --open julfa-rode", "did you mean julfa-ro"),
    ("route baku nakhchivan --close AZ-IQ", "did you mean AZ-IR"),
    ("route baku nakhchivan --scenario zangezur", "unknown scenario 'zangezur'; did you mean zang"),
    ("route baku nakhchivan --date 2026-13-01", "date '2026-13-01' must be a day such as"),
    ("route baku nakhchivan --date tomorrow", "date 'tomorrow' must be a day such as"),
    ("route baku nakhchivan --seeds no/such/folder", "no folder of tables at 'no/such/folder'"),
    ("route baku nakhchivan --k 99999999999999999999", "must be a whole number, 1 to 1,000"),
    ("simulate base --pairs baku:poti --draws 99999999999", "whole number, 1 to 10,000,000"),
    ("map -o .", "it is a folder; name a file in it"),
    ("route baku poti --by nonsense", "it may be time, cost, co2, generalised, distance"),
    ("route baku poti --avoid araz", "did you mean araz-road or araz-today or araz-rail?"),
    ("timeline baku:poti --from 2030 --to 2020", "--from 2030 lies after --to 2020"),
    ("route baku nakhchivan --k 0", "k 0 must be a whole number, 1 to 1,000"),
    ("route baku nakhchivan --k 2 --via julfa", "--via"),
    ("route baku nakhchivan --k many", "Invalid value for '--k'"),
    ("route baku nakhchivan --mode sea", "no way from baku to nakhchivan; no gate would open one"),
    ("route baku nakhchivan --scenario no/such.toml", "no such file: no/such.toml"),
    ("route baku", "Missing argument 'destination'"),
    ("route", "Missing argument 'origin'"),
    ("route baku nakhchivan tehran", "tehran"),
    ("route baku nakhchivan --scenaro base", "No such option: --scenaro"),
    ("route baku nakhchivan --by", "--by"),
    ("rout baku nakhchivan", "No such command 'rout'"),
    ("compare", "Missing argument 'scenarios"),
    ("compare base", "Missing option '--pair'"),
    ("compare base --pair baku", "pair 'baku' must read origin:destination"),
    ("compare base --pair baku:", "pair 'baku:' must read origin:destination"),
    ("compare base --pair baku:nakhchevan", "unknown place 'nakhchevan'; did you mean nakhchivan"),
    ("compare bass --pair baku:tehran", "unknown scenario 'bass'; did you mean base"),
    ("compare base base --pair baku:tehran", "'base' stands twice"),
    ("compare base --pair baku:tehran --by money", "unknown objective 'money'"),
    ("map baku", "needs a destination"),
    ("map baku nakhchevan", "unknown place 'nakhchevan'; did you mean nakhchivan"),
    ("check --seeds no/such/folder", "no folder of tables at 'no/such/folder'"),
    ("report --seeds no/such/folder", "no folder of tables at 'no/such/folder'"),
    ("report --by tyme", "unknown objective 'tyme'; did you mean time"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_input_gets_one_clear_line(run, line, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert message in refused(run(*line.split()))
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told(run):
    assert good(run("--version")) == f"corridors {co.__version__}\n"


def test_a_new_scenario_takes_no_others_place(run, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("mine")
    assert "is there already" in refused(run("scenario", "new", "mine", "-o", str(file)))
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "asked",
    [
        ("map", "-o"),
        ("report", "-o"),
        ("compare", "base", "--pair", "baku:tehran", "-o"),
    ],
)
def test_what_cannot_be_written_is_named(run, asked, tmp_path):
    (tmp_path / "file").write_text("kept")
    target = tmp_path / "file" / "inside" / "out.csv"
    assert "cannot write" in refused(run(*asked, target))
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_is_not_written_over(run, tmp_path):
    (tmp_path / "out.html").mkdir()
    assert "cannot write" in refused(run("map", "-o", tmp_path / "out.html"))
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_an_ending_that_is_not_known_is_refused(run, tmp_path):
    asked = ("compare", "base", "--pair", "baku:tehran", "-o", tmp_path / "out.xls")
    assert "must end in .html or .csv or .json" in refused(run(*asked))


def test_a_file_that_cannot_be_read_is_named(run, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied", "places.csv")

    monkeypatch.setattr(co, "load", denied)
    assert refused(run("check")) == "places.csv: Permission denied"


def test_faults_of_tables_are_all_listed(run, tmp_path):
    drawn = tiny.draw(tmp_path / "seeds", DRAWING)
    tiny.alter(drawn, "places", "beta", kind="village", lat="north")
    code, out, err = run("check", "--seeds", drawn)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "2 faults in the tables",
        f"  places.csv, row 3, column kind: 'village': must be one of {KINDS}",
        "  places.csv, row 3, column lat: 'north': must be a number",
    ]


def test_a_broken_scenario_is_told_in_one_line(run, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\n[[changes]]\nshut = "x"\n')
    said = refused(run("route", "baku", "tehran", "--scenario", path))
    assert said.startswith("mine.toml: change 1: must hold one of open, close, build")


def test_no_way_names_the_gates(run, folder):
    asked = ("route", "alpha", "beta", "--seeds", folder, "--close", "border", "--avoid", "gamma")
    said = refused(run(*asked))
    assert said == "no way from alpha to beta; these gates would have to open: project"


def test_brackets_in_a_name_are_printed_as_they_stand(run, tmp_path):
    drawn = tiny.draw(tmp_path / "seeds", "a -- road 10 -- b")
    tiny.alter(drawn, "places", "a", name="A [red] [/x] town")
    assert "A [red] [/x] town" in good(run("route", "a", "b", "--seeds", drawn))
    compared = good(run("compare", "base", "--pair", "a:b", "--seeds", drawn))
    assert "A [red] [/x] town" in compared


def test_it_runs_as_a_program():
    command = [sys.executable, "-m", "corridors.cli", "route", "baku", "nakhchevan"]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "40"}
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("unknown place 'nakhchevan'; did you mean nakhchivan")
    assert ran.stderr.count("\n") == 1


def test_compare_all_writes_a_page_to_print(run, folder, tmp_path):
    page = tmp_path / "all.html"
    good(run("compare", "all", "--pair", "alpha:gamma", "--seeds", folder, "-o", page))
    text = page.read_text(encoding="utf-8")
    for scenario in ("base", "border-shut", "line-built"):
        assert f"<code>{scenario}</code>" in text
    assert fetched(text) == []
