"""What objects show of themselves in a notebook: brief, and harmless whatever the tables hold."""

from __future__ import annotations

import pytest

import corridors as co
from tests import tiny

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def net(tmp_path):
    folder = tiny.draw(tmp_path / "seeds", "a -- road 100 border -- b -- road 50 project-x -- c")
    tiny.alter(folder, "places", "a", name=EVIL)
    (folder / "data.toml").write_text(f'title = "{EVIL}"\ndata_date = 2026-01-01\n')
    return co.load(folder)


def shown(thing):
    return thing._repr_html_()


def test_a_network_shows_its_title_day_and_open_gates(net):
    html = shown(net.under(close=["border"]))
    assert "2026-01-01" in html
    assert "3 places, 2 links, 1 of 2 gates open" in html
    assert "shut border" in html


def test_a_network_lists_a_dozen_changes_and_counts_the_rest(net):
    many = co.Change("scale", ("parameters.speed_kmh", "parameters.rate_usd_per_tkm"), 1.1)
    more = co.Change("scale", ("parameters.dwell_h", "parameters.fee_usd"), 1.1)
    under = net.under(co.Scenario("dearer", changes=(many, more)))
    html = shown(under)
    assert len(under.effects) > 12
    assert html.count("<li>") == 13
    assert f"and {len(under.effects) - 12} more" in html


def test_a_network_says_which_condition_acted(bundled):
    gates = bundled.seeds.conditions["b07-no-other-crossing"].gates
    assert "b07-no-other-crossing" in shown(bundled.under(open=gates))


def test_a_scenario_shows_its_reason_and_its_changes_in_order():
    changes = co.Change("close", ("border",)), co.Change("open", ("project-x",))
    html = shown(
        co.Scenario("x", title="Title", reason="Because.", extends="base", changes=changes)
    )
    assert html.index("Title") < html.index("Because.") < html.index("close border")
    assert html.index("close border") < html.index("open project-x")
    assert "extends base" in html
    assert "<ol>" not in shown(co.Scenario("bare"))


def test_a_route_shows_its_totals_and_its_legs(net):
    way = co.route(net, "a", "c")
    html = shown(way)
    assert f"{way.km:,.0f} km" in html
    assert html.count("<tr") == len(way.legs) + 1


def test_a_comparison_and_a_sweep_show_every_pair(net):
    pairs = [("a", "b"), ("a", "c")]
    comparison = co.compare(net, [net, net.under(close=["border"])], pairs)
    sweep = co.sweep(net, ["border", "project-x"], pairs)
    for html in (shown(comparison), shown(sweep)):
        assert "<table" in html
        assert all(f">{end}<" in html for end in "abc")


def test_markup_in_tables_and_names_is_inert(net):
    under = net.under(co.Scenario(EVIL, title=EVIL, reason=EVIL), close=["border"])
    way = co.route(net, "a", "c")
    comparison = co.compare(net, [net.under(co.Scenario(EVIL)), under], [("a", "c")])
    things = [under, way, comparison, co.sweep(under, ["border"], [("a", "c")])]
    for thing in [*things, co.Scenario(EVIL, title=EVIL, reason=EVIL, extends=EVIL)]:
        assert "<img" not in shown(thing)
    assert "&lt;img" in shown(under)
    assert "&lt;img" in shown(way)
