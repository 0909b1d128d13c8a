"""Every verb at work in a bundled scenario, the template, and the commands about scenarios."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

import corridors as co
from corridors.cli import main
from corridors.network import bundled_scenarios
from corridors.scenario import VERBS, expand, load_scenario, parse, template
from tests import tiny

# bundled scenarios


@pytest.fixture(scope="module")
def scenarios(bundled):
    return [load_scenario(name, bundled.seeds) for name in bundled_scenarios(bundled.seeds)]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_a_bundled_scenario_in_which_it_acts(bundled, scenarios, verb):
    using = [one for one in scenarios if any(change.verb == verb for change in one.changes)]
    assert using
    for one in using:
        acting = expand(one, bundled.seeds, on=one.date or bundled.date)
        assert any(effect.verb == verb for effect in acting), one.id


def test_each_bundled_scenario_says_what_it_is_and_why(scenarios):
    for one in scenarios:
        assert one.title
        assert one.reason.endswith(".")


def test_a_build_with_a_day_waits_for_it(bundled):
    before = bundled.under("rasht-astara-promised", date="2029-06-01")
    after = bundled.under("rasht-astara-promised")
    assert "rasht-astara-rail" not in before.open_gates
    assert "rasht-astara-rail" in after.open_gates


def test_a_mode_is_closed_on_a_corridor_alone(bundled):
    net = bundled.under("astara-without-lorries")
    links = bundled.seeds.links
    assert net.shut_links
    assert {links[link].mode for link in net.shut_links} == {"road"}
    assert net.open_gates == bundled.open_gates


def test_a_closed_country_is_neither_entered_nor_left(bundled):
    net = bundled.under("iran-avoided")
    countries = {place.id: place.country for place in bundled.seeds.places.values()}
    for link in bundled.seeds.links.values():
        ends = {countries[link.from_], countries[link.to]}
        if "IR" in ends and len(ends) > 1:
            assert not net.passable(link.id)


def test_half_the_dwell_is_half_the_hours_at_borders(bundled):
    net = bundled.under("border-dwell-halved")
    old = co.route(bundled, "baku", "tbilisi", modes=["road"])
    new = co.route(net, "baku", "tbilisi", modes=["road"])
    hours = [sum(leg.hours_by.get("border", 0) for leg in way.legs) for way in (old, new)]
    assert hours[1] == pytest.approx(hours[0] / 2)


# verbs narrowed to a mode, and countries reached by sea

DRAWING = """
    a -- road 100 east -- b
    a -- rail-1520 100 east -- b
    a -- sea 300 -- b
    a -- sea 100 -- s -- sea 100 -- b
    a -- road 10 -- c
"""
COUNTRIES = {"a": "AA", "b": "BB", "c": "AA", "s": "XZ"}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tiny.draw(tmp_path_factory.mktemp("verbs") / "seeds", DRAWING, countries=COUNTRIES)
    tiny.alter(folder, "gates", "east", countries="AA; BB")
    return co.load(folder)


def shut(net):
    return {link for link in net.seeds.links if not net.passable(link)}


def under(net, verb, target, **options):
    return net.under(co.Scenario("x", changes=(co.Change(verb, (target,), **options),)))


def test_a_country_pair_is_shut_by_land_and_by_direct_sea(net):
    assert shut(under(net, "close", "AA-BB")) == {"a-b-road-0", "a-b-rail-1520-1", "a-b-sea-2"}


def test_a_country_is_shut_to_every_ship(net):
    assert shut(under(net, "close", "BB")) == shut(under(net, "close", "AA-BB")) | {"s-b-sea-4"}


@pytest.mark.parametrize("target", ["east", "AA-BB", "BB"])
def test_a_gate_or_a_country_is_closed_to_one_mode(net, target):
    assert shut(under(net, "close", target, mode="rail")) == {"a-b-rail-1520-1"}


def test_what_is_closed_may_be_opened_for_a_mode(net):
    closed = net.under(close=["east"])
    again = co.Change("open", ("AA-BB",), mode="rail", override=True)
    assert "east" in closed.under(co.Scenario("again", changes=(again,))).open_gates


@pytest.mark.parametrize(("mode", "message"), [("sea", "nothing by sea"), ("rial", "rail")])
def test_a_mode_that_does_not_pass_is_named(net, mode, message):
    with pytest.raises(co.ScenarioError, match=message):
        under(net, "close", "east", mode=mode)


# the template


def examples():
    blocks = template("mine").rstrip().split("\n\n")
    return [f"{block}\n" for block in blocks if block.startswith("# [[changes]]")]


def test_the_template_is_a_scenario_that_changes_nothing(bundled, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(template("mine"), encoding="utf-8")
    assert bundled.under(path).open_gates == bundled.open_gates


def test_an_id_with_quotes_stays_whole():
    assert parse(tomllib.loads(template('a "b" {c}')), name="x").id == 'a "b" {c}'


@pytest.mark.parametrize("example", examples())
def test_each_example_of_the_template_holds_once_its_marks_are_taken_off(bundled, example):
    text = 'id = "x"\n' + re.sub("^# ", "", example, flags=re.MULTILINE)
    scenario = parse(tomllib.loads(text), name="x")
    assert expand(scenario, bundled.seeds, on=bundled.date.replace(year=2035))


def test_the_template_shows_every_verb():
    verbs = {verb for verb in VERBS for example in examples() if f"\n# {verb} = " in example}
    assert verbs == set(VERBS)


# commands


@pytest.fixture
def run(capsys):
    def ran(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(item) for item in arguments])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return ran


def test_scenario_list_names_them_all(run, scenarios):
    code, out, _ = run("scenario", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [one.id for one in scenarios]
    assert len(json.loads(run("scenario", "list", "--json")[1])) == len(scenarios)


def test_scenario_show_prints_a_diff(run):
    code, out, _ = run("scenario", "show", "border-dwell-halved")
    assert code == 0
    assert "--- base" in out
    assert re.search(r"^- parameters\.dwell-road\.value \d", out, re.MULTILINE)
    plain = json.loads(run("scenario", "show", "both-open", "--json")[1])
    assert plain["layers"] == ["base", "zangezur-open", "both-open"]
    assert plain["differences"]


def test_scenario_new_prints_or_writes(run, tmp_path):
    assert run("scenario", "new", "mine")[1] == template("mine")
    code, out, _ = run("scenario", "new", "mine", "-o", tmp_path / "mine.toml")
    assert (code, out.split()[0]) == (0, "wrote")
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == template("mine")


def test_explain_says_what_changes(run):
    code, out, _ = run("explain", "baku", "nakhchivan", "--scenario", "zangezur-open")
    assert code == 0
    assert "decided by" in out
    plain = run("explain", "baku", "nakhchivan", "--open", "horadiz-aghband-road", "--json")[1]
    assert json.loads(plain)["old"]["scenario"] == "base"


def test_explain_says_what_opened_a_way(run, tmp_path):
    folder = tiny.draw(tmp_path / "seeds", "a -- road 10 gate -- b", shut=["gate"])
    asked = ("explain", "a", "b", "--seeds", folder, "--open", "gate")
    code, out, _ = run(*asked)
    assert code == 0
    assert "no way from a to b" in out
    assert "opened by gate" in out
    assert json.loads(run(*asked, "--json")[1])["gates"] == ["gate"]
    assert run(*asked[:-2])[0] == 2


def test_breakeven_prints_ranges_and_writes_files(run, tmp_path):
    asked = ("breakeven", "baku", "nakhchivan", "--lever", "duty:araz", "--scenario", "both-open")
    assert " USD: araz-" in run(*asked)[1]
    points = json.loads(run(*asked, "--json")[1])["breakpoints"]
    for ending in ("csv", "svg"):
        assert run(*asked, "-o", tmp_path / f"b.{ending}")[0] == 0
    rows = (tmp_path / "b.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(points) + 2
    assert (tmp_path / "b.svg").read_text(encoding="utf-8").startswith("<svg")
    assert run(*asked, "-o", tmp_path / "b.pdf")[0] == 2


def test_timeline_prints_turns(run, tmp_path):
    asked = ("timeline", "baku:nakhchivan", "--from", "2026", "--to", "2036")
    code, out, _ = run(*asked, "--opening", "low")
    assert code == 0
    assert out.startswith("baku to nakhchivan")
    assert json.loads(run(*asked, "--json")[1])["opening"] == "likely"
    assert run(*asked, "-o", tmp_path / "t.csv")[0] == 0
    assert run("timeline", "baku:nakhchivan", "--from", "2030", "--to", "2026")[0] == 2


def test_chart_writes_a_file(run, tmp_path):
    asked = ("chart", "baku", "nakhchivan", "--scenario", "both-open", "--measure", "usd")
    assert run(*asked, "-o", tmp_path / "c.svg")[0] == 0
    svg = (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert "Araz and Zangezur both open, by time" in svg
    assert "As of 2026-11-01, by time" in svg


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("scenario show araz-opn", "araz-open"),
        ("explain baku nakhchivan --scenario araz-opn", "araz-open"),
        ("explain baku nakhchivn", "nakhchivan"),
        ("breakeven baku nakhchivan --lever duty:arax", "araz"),
        ("timeline baku-nakhchivan --from 2026 --to 2030", "origin:destination"),
        ("timeline baku:nakhchivan --from 2026 --to 2030 --opening erly", "opening 'erly'"),
        ("chart baku nakhchivan --measure days -o x.svg", "measure 'days'"),
        ("chart baku nakhchivan -o x.pdf", ".svg or .png"),
        ("route baku nakhchivan --cargo wheat", "wheat-wagon"),
    ],
)
def test_bad_input_gets_one_clear_line(run, line, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*line.split())
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
