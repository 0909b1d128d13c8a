"""Cargo profiles: the bundled ones, what they leave out, and what a faulty one gets."""

from __future__ import annotations

import dataclasses

import pytest

import corridors as co
from corridors.cargo import bundled_cargoes, profile
from corridors.cli import main
from tests import tiny

DRAWING = """
    a -- road 100 -- b -- ferry-road 200 service -- c -- road 50 -- e
    a -- road 100 -- x -- road 900 -- e
"""
COUNTRIES = {"a": "AA", "b": "AA", "c": "CC", "e": "CC", "x": "RU"}


@pytest.fixture
def folder(tmp_path):
    return tiny.draw(tmp_path / "seeds", DRAWING, countries=COUNTRIES)


def lay(folder, name, text):
    (folder / "cargo").mkdir(exist_ok=True)
    (folder / "cargo" / f"{name}.toml").write_text(text, encoding="utf-8")
    return co.load(folder)


def test_every_bundled_profile_loads_and_says_why(bundled):
    known = bundled_cargoes(bundled.seeds)
    assert {"teu-14t", "feu", "wheat-wagon", "electronics", "western-shipper"} <= known.keys()
    for name in known:
        said = profile(name, bundled.seeds)
        assert said["title"]
        assert said["reason"]
        assert co.cargo(name, bundled).tonnes > 0


def test_the_default_profile_is_the_default_cargo(bundled):
    assert co.cargo("teu-14t", bundled) == bundled.cargo


def test_a_western_shipper_keeps_off_russia_and_iran(bundled):
    cargo = co.cargo("western-shipper", bundled)
    assert dataclasses.replace(cargo, avoid=()) == bundled.cargo
    way = co.route(bundled, "almaty", "istanbul", cargo=cargo)
    assert {"RU", "IR"}.isdisjoint(way.countries)


def test_dear_goods_pay_for_speed_and_cheap_ones_do_not(bundled):
    dear, cheap = (
        co.route(bundled, "moscow", "bandar-abbas", by="generalised", cargo=co.cargo(name, bundled))
        for name in ("electronics", "wheat-wagon")
    )
    assert dear.hours <= cheap.hours
    assert dear.usd / 8 >= cheap.usd / 70


def test_what_a_profile_leaves_out_comes_from_the_network(folder):
    net = lay(folder, "heavy", 'id = "heavy"\n[tonnes]\nvalue = 25\nsource = ["assumed"]\n')
    cargo = co.cargo("heavy", net)
    assert cargo.tonnes == 25
    assert cargo.value_usd == net.cargo.value_usd


def test_ships_and_terminals_charge_by_the_container(folder):
    net = co.load(folder)
    one, two = (
        co.route(net, "a", "e", by="cost", cargo=co.Cargo(tonnes=10, teu=teu), avoid=["x"])
        for teu in (1, 2)
    )
    by_unit = {"fare", "transfer", "loading"}
    for single, double in zip(one.legs, two.legs, strict=True):
        for part, usd in single.usd_by.items():
            assert double.usd_by[part] == pytest.approx(usd * (2 if part in by_unit else 1))
        assert sum(double.usd_by.values()) == pytest.approx(double.usd)
    assert two.usd - one.usd == pytest.approx(500 + 20)
    assert two.hours == one.hours
    assert two.co2_kg == one.co2_kg


def test_bans_hold_on_the_command_line(folder, capsys):
    lay(folder, "shy", 'id = "shy"\n[avoid]\nvalue = ["RU"]\nsource = ["assumed"]\n')
    for cargo, through in ((None, "AA > RU"), ("shy", "AA > CC")):
        option = ["--cargo", cargo] if cargo else []
        with pytest.raises(SystemExit) as ended:
            main(["route", "a", "e", "--by", "time", "--seeds", str(folder), *option])
        assert not ended.value.code
        assert through in capsys.readouterr().out


def test_compare_takes_a_cargo(folder, capsys):
    lay(folder, "shy", 'id = "shy"\n[avoid]\nvalue = ["RU", "CC"]\nsource = ["assumed"]\n')
    asked = ["compare", "base", "--pair", "a:e", "--cargo", "shy", "--seeds", str(folder)]
    with pytest.raises(SystemExit):
        main(asked)
    assert "no way" in capsys.readouterr().out


def test_an_unknown_profile_shows_the_nearest(bundled):
    with pytest.raises(co.UnknownNameError, match="western-shipper"):
        co.cargo("western-shiper", bundled)


SOURCED = 'source = ["assumed"]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id = ", "not TOML"),
        ('id = "other"', "'other' must be the name of the file"),
        ('id = "p"\nweight = 3', "weight"),
        ('id = "p"\ntonnes = 3', "tonnes: must be a table"),
        ('id = "p"\n[tonnes]\nvalue = 3', "its source"),
        (f'id = "p"\n[tonnes]\nvalue = "3"\n{SOURCED}', "'3' must be a number"),
        (f'id = "p"\n[tonnes]\nvalue = -3\n{SOURCED}', "-3 must lie"),
        (f'id = "p"\n[tonnes]\nvalue = 3\nlow = 4\n{SOURCED}', "3 must lie in its own range, 4"),
        (f'id = "p"\n[tonnes]\nvalue = 3\nunit = "t"\n{SOURCED}', "key 'unit'"),
        ('id = "p"\n[tonnes]\nvalue = 3\nsource = ["asumed"]', "asumed.*assumed"),
        (f'id = "p"\n[avoid]\nvalue = ["RUS"]\n{SOURCED}', "country 'RUS'"),
    ],
)
def test_a_faulty_profile_is_named(folder, text, message):
    net = lay(folder, "p", text)
    with pytest.raises(co.CorridorsError, match=message):
        co.cargo("p", net)


def test_all_faults_of_a_profile_come_at_once(folder):
    net = lay(folder, "p", 'id = "q"\nweight = 3\ntonnes = 3')
    with pytest.raises(co.CorridorsError) as said:
        co.cargo("p", net)
    assert len(str(said.value).splitlines()) == 3


@pytest.mark.parametrize("field", ["tonnes", "value_usd", "time_cost_share_per_day", "teu"])
def test_a_cargo_of_less_than_nothing_is_refused(field):
    with pytest.raises(co.CorridorsError, match=field):
        co.Cargo(**{field: -1.0})
