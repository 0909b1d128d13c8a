"""Maps as pages: what they hold, and that no text of a table ever becomes markup or script."""

from __future__ import annotations

import csv

import folium
import pytest

import corridors as co
from corridors import schema
from corridors.render.maps import comparison_map
from corridors.render.report import write_report
from tests import browser, tiny
from tests.test_leaflet import fetched

DRAWING = """
    a -- road 100 border -- b -- rail-1520 50 project -- c
    a -- ferry-road 80 service -- c
    a -- sea 300 strait -- c
"""
#: What a table might try to smuggle in; the name in it shows that it has been drawn.
TRICKS = (
    "<script>intruder()</script>",
    "<img src=x onerror=intruder()>",
    "</script><script>intruder()</script>",
    "<!--<script>",
    "\"'><b onmouseover=intruder()>",
    "${intruder()} {{ intruder }} {% raw %}",
    "\u2028intruder()//",
)
TRICK = " ".join(TRICKS)
#: Columns of text that are checked against a list or a pattern, so that no trick gets in.
GUARDED = {"country", "unit", "mode", "to"}


def tricked(folder):
    """Puts tricks into every column of every table, and the name of the data, that takes text."""
    extra = {
        "sources": [{"id": "s1", "title": "S", "url": "javascript:intruder()"}],
        "events": [{"gate": "border", "date": "2020-01-01", "event": "opens", "source": "s1"}],
        "conditions": [{"id": "k", "gates": "project", "needs": "border", "title": "T"}],
        "corridors": [{"id": "w", "title": "W", "links": "a-b-road-0"}],
        "observed": [{"id": "o", "from": "a", "to": "b", "measure": "km", "value": 1}],
        "claims": [{"id": "q", "verdict": "confirmed", "test": "trade-growth"}],
    }
    tiny.draw(folder, DRAWING, countries={"a": "AA", "b": "BB", "c": "CC"}, extra=extra)
    for name in schema.TABLES:
        path = folder / f"{name}.csv"
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            tiny.write(folder, name, [_tricked(name, row) for row in rows])
    (folder / "data.toml").write_text(
        f"title = '''{TRICK}'''\ndata_date = 2026-01-01\nattribution = ['''{TRICK}''']\n",
        encoding="utf-8",
    )
    return folder


def _tricked(name, row):
    for heading, column in schema.columns(name).items():
        if column.kind == "text" and heading not in GUARDED:
            row[heading] = (row[heading] + " " + TRICK).strip()
        elif heading == "local_names":
            row[heading] = TRICK.replace(";", "")
        elif column.required and not row[heading]:
            row[heading] = {"source": "s1", "kind": "length"}.get(heading, TRICK)
    return row


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    return co.load(tricked(tmp_path_factory.mktemp("maps") / "seeds"))


@pytest.fixture(scope="module")
def scenario():
    change = co.Change("close", ("service",))
    return co.Scenario(id=f"shut {TRICK}", title=f"Shut {TRICK}", reason=TRICK, changes=(change,))


def assert_inert(page):
    """No trick stands in the page as it was written; yet all have been drawn."""
    assert "intruder" in page
    for trick in TRICKS[:5]:
        assert trick not in page
    assert "\\u003cscript\\u003eintruder()" in page or "&lt;script&gt;intruder()" in page
    assert "<script>intruder" not in page.lower()
    assert "onerror=intruder()>" not in page
    assert "\u2028" not in page.partition("<script>")[2]


def test_text_of_tables_is_inert_in_a_map(net):
    page = co.map(net, co.route(net, "a", "c"), base=co.route(net, "a", "c", modes="sea"))
    assert_inert(page.get_root().render())


def test_text_of_scenarios_is_inert_in_a_map(net, scenario):
    under = net.under(scenario)
    assert_inert(co.map(under, co.route(under, "a", "b")).get_root().render())
    compared = co.compare(net, ["base", scenario], [("a", "b")])
    assert_inert(comparison_map(compared, ("a", "b")).get_root().render())


def test_a_title_of_ones_own_is_inert(net):
    assert_inert(co.map(net, title=TRICK).get_root().render())


def test_text_of_tables_is_inert_in_the_report(net, tmp_path):
    write_report(net, tmp_path, pairs=[("a", "b"), ("a", "c")], scenarios=["base"])
    pages = list(tmp_path.rglob("*.html"))
    assert pages
    for path in pages:
        page = path.read_text(encoding="utf-8")
        for trick in TRICKS[:5]:
            assert trick not in page, path.name
    assert_inert((tmp_path / "index.html").read_text(encoding="utf-8"))


@pytest.mark.browser
def test_nothing_in_a_map_comes_to_life_when_it_is_touched(net, tmp_path):
    page = tmp_path / "map.html"
    co.map(net, co.route(net, "a", "c"), base=co.route(net, "a", "c", modes="sea")).save(page)
    with browser.chromium() as driver:
        browser.show(driver, page)
        touched = driver.execute_script(
            """
            window.intruder = () => { window.gotIn = true; };
            const map = window[Object.keys(window).find((name) => /^map_[0-9a-f]+$/.test(name))];
            const layers = [];
            map.eachLayer((layer) => layers.push(layer));
            let touched = 0;
            layers.forEach((layer) => {
              if (layer.getTooltip && layer.getTooltip()) { layer.openTooltip(); touched += 1; }
              if (layer.getPopup && layer.getPopup()) { layer.openPopup(); touched += 1; }
            });
            return touched;
            """
        )
        assert touched > 10
        driver.execute_async_script("setTimeout(arguments[0], 300)")
        assert not driver.execute_script("return window.gotIn || false")
        assert driver.find_elements("css selector", "img[src='x'], b[onmouseover]") == []
        assert browser.requests(driver) == []


@pytest.mark.browser
def test_the_slider_shows_the_gates_of_a_year(bundled, tmp_path):
    page = tmp_path / "map.html"
    co.map(bundled).save(page)
    slide = """const year = document.querySelector('.co-year input'); year.value = arguments[0];
        year.dispatchEvent(new Event('input'));
        return Number(document.documentElement.dataset.openGates);"""
    day = bundled.date
    with browser.chromium() as driver:
        browser.show(driver, page)
        for year in (day.year, day.year - 8, day.year + 8):
            expected = bundled.on(day.replace(year=year)).open_gates
            assert driver.execute_script(slide, year) == len(expected)


@pytest.mark.browser
def test_a_page_opens_without_a_network(bundled, tmp_path):
    page = tmp_path / "map.html"
    co.map(bundled, co.route(bundled, "baku", "nakhchivan")).save(page)
    with browser.chromium() as driver:
        browser.show(driver, page)
        assert browser.requests(driver) == []
        assert browser.errors(driver) == []
        assert "Baku" in driver.title


def test_a_map_is_a_folium_map_that_fetches_nothing(bundled):
    way = co.route(bundled, "baku", "nakhchivan")
    found = co.map(bundled, way)
    assert isinstance(found, folium.Map)
    page = found.get_root().render()
    assert fetched(page) == []
    assert "Baku to Nakhchivan" in page
    assert "OpenStreetMap contributors" in page
    assert "Natural Earth" in page
    assert str(bundled.seeds.data_date) in page
    assert found._repr_html_()


def test_several_routes_are_drawn_each_in_its_own_colour(bundled):
    ways = co.alternatives(bundled, "baku", "nakhchivan", k=2)
    page = co.map(bundled, ways).get_root().render()
    for colour in ("#d55e00", "#0072b2"):
        assert f'"colour":"{colour}"' in page


def test_a_pair_that_was_not_compared_is_refused(bundled):
    compared = co.compare(bundled, ["base"], [("baku", "nakhchivan")])
    with pytest.raises(co.CorridorsError, match="not in this comparison"):
        comparison_map(compared, ("baku", "tehran"))
