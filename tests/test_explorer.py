"""The explorer: what Python puts into the page, and the page itself in headless Chromium."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors import schema
from corridors.analysis.leads import lead
from corridors.cli import main
from corridors.network import OPENINGS, open_on
from corridors.render.explorer import explorer_data, explorer_page
from corridors.routing import MEASURES, Query
from tests import browser, tiny

AXE = "axe-core@4.14.1"
TWO_MB = 2_000_000
DRAWING = """
    a -- road 100 border -- b -- rail 50 project -- c
    a -- sea 500 strait -- c
    b -- rail-1435 40 -- c
"""
COUNTRIES = {"a": "AA", "b": "BB", "c": "CC"}


@pytest.fixture(scope="module")
def data(bundled):
    return explorer_data(bundled)


@pytest.fixture(scope="module")
def page(bundled, tmp_path_factory):
    return co.explorer(bundled, tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture(scope="module")
def chrome():
    with browser.chromium() as driver:
        yield driver


# What Python puts into the page


def test_the_page_is_small_and_the_same_each_time(page, bundled, data):
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) < TWO_MB
    assert text == explorer_page(explorer_data(bundled))
    assert json.loads(json.dumps(data)) == json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1]
    )


def state_on(spans, day):
    return [state for turned, state in spans if turned <= str(day)][-1]


@given(offset=st.integers(0, 30 * 366), opening=st.sampled_from(OPENINGS))
def test_spans_tell_the_state_of_every_gate_on_any_day(bundled, data, offset, opening):
    first, last = map(dt.date.fromisoformat, data["days"])
    day = min(first + dt.timedelta(days=offset), last)
    stand_open = open_on(bundled.seeds, day, opening)
    found = [state_on(spans, day) for spans in data["states"][opening]]
    assert found == [int(gate in stand_open) for gate in bundled.seeds.gates]


CLOSE = {"rtol": 1e-6, "atol": 1e-3}
numbers = st.floats(0, 1e5, allow_subnormal=False)


@pytest.fixture(scope="module", params=["usd_per_shipment", "usd_per_tonne", "share_of_value"])
def charged(request, tmp_path_factory):
    """A small network under a charge of each kind, and the columns exported from it."""
    net = tiny.network(tmp_path_factory.mktemp("tiny") / "seeds", DRAWING, countries=COUNTRIES)
    charge = co.Change("charge", ("border",), value=0.5, basis=request.param)
    under = net.under(co.Scenario(id="duty", changes=(charge,)))
    columns = explorer_data(under, scenarios=[])["graph"]["columns"]
    return under, {name: np.array(column) for name, column in columns.items()}


@given(tonnes=numbers, teu=st.floats(0, 10), value=numbers)
def test_figures_are_linear_in_the_cargo(charged, tonnes, teu, value):
    net, columns = charged
    wanted = net.figures(co.Cargo(tonnes=tonnes, teu=teu, value_usd=value))
    usd = columns["usd"] + tonnes * columns["usd_per_tonne"] + teu * columns["usd_per_teu"]
    np.testing.assert_allclose(usd + value * columns["usd_per_value_usd"], wanted.usd, **CLOSE)
    np.testing.assert_allclose(tonnes * columns["kg_per_tonne"], wanted.co2_kg, **CLOSE)
    np.testing.assert_allclose(columns["hours"], wanted.hours, **CLOSE)


@pytest.mark.parametrize(
    ("options", "near"),
    [
        ({"origin": "bakuu"}, "baku"),
        ({"destination": "nakhchivn"}, "nakhchivan"),
        ({"by": "tyme"}, "time"),
        ({"scenarios": ["zangezur-opn"]}, "zangezur-open"),
        ({"places": ["baku", "tehrn"]}, "tehran"),
    ],
)
def test_a_wrong_name_is_shown_with_the_nearest_and_nothing_is_written(
    bundled, tmp_path, options, near
):
    with pytest.raises(co.CorridorsError, match=near):
        co.explorer(bundled, tmp_path / "explorer.html", **options)
    assert not list(tmp_path.iterdir())


def test_a_scenario_that_changes_the_tables_themselves_is_left_out_by_name(tmp_path):
    net = tiny.network(tmp_path / "seeds", DRAWING, countries=COUNTRIES)
    unbound = co.Change("set", ("places.b.transfers",), value="no")
    dearer = co.Change("scale", ("parameters.rate_usd_per_tkm",), value=2.0)
    scenarios = [
        co.Scenario(id="unbound", title="No terminal at B", changes=(unbound,)),
        co.Scenario(id="dearer", title="Dearer", changes=(dearer,)),
    ]
    found = explorer_data(net, scenarios=scenarios)
    assert [preset["id"] for preset in found["presets"]] == ["base", "dearer"]
    assert ["No terminal at B" in line for line in found["left_out"]] == [True]
    assert found["presets"][1]["arcs"]


def test_the_command_writes_the_page(tmp_path, capsys):
    folder = tiny.draw(tmp_path / "seeds", DRAWING, countries=COUNTRIES)
    with pytest.raises(SystemExit) as left:
        main(["explorer", "a", "c", "--seeds", str(folder), "-o", str(tmp_path / "page.html")])
    assert not left.value.code
    assert "page.html" in capsys.readouterr().out
    assert "Content-Security-Policy" in (tmp_path / "page.html").read_text(encoding="utf-8")


# The page against Python


def some_settings(data, count):
    """Random questions over all that the page lets a reader change."""
    dice = random.Random(20261101)  # noqa: S311 - not for secrets
    gates = [gate["id"] for gate in data["gates"]]
    first, last = map(dt.date.fromisoformat, data["days"])
    modes = sorted({link["mode"] for link in data["links"]})
    charged, touched = list(data["graph"]["charged"]), list(data["graph"]["touching"])
    borders = [gate["id"] for gate in data["gates"] if gate["kind"] == "border"]

    def few(names, most):
        return dice.sample(names, dice.randint(0, min(most, len(names))))

    for _ in range(count):
        switched = few(gates, 12)
        cut = dice.randint(0, len(switched))
        origin, destination = dice.sample(data["ends"], 2)
        preset = dice.choice(data["presets"])
        day = first + dt.timedelta(days=dice.randrange((last - first).days))
        cargo = {
            "tonnes": round(dice.uniform(1, 30), 1),
            "teu": round(dice.uniform(0.5, 5), 1),
            "value_usd": round(dice.uniform(0, 2e5)),
            "time_cost_share_per_day": round(dice.uniform(0, 0.05), 4),
        }
        yield {
            "origin": origin,
            "destination": destination,
            "by": dice.choice(["time", "cost", "co2", "generalised", "distance"]),
            "preset": preset["id"],
            "date": dice.choice([str(day), preset["date"] or data["start"]["date"]]),
            "opening": dice.choice(OPENINGS),
            "open": switched[:cut],
            "shut": switched[cut:],
            "duty": {name: dice.randint(1, 3000) for name in few(charged, 2)},
            "wait": {gate: dice.randint(1, 240) for gate in few(borders, 3)},
            "profile": dice.choice(["", *(profile["id"] for profile in data["profiles"])]),
            "cargo": dice.choice([None, cargo]),
            "avoid": dice.choice([None, few(touched, 2)]),
            "modes": dice.choice([None, None, few(modes, 3) or modes]),
        }


def asked_of_python(net, ask):
    """The same question put to the library: its query, and the network it is put to."""
    scenarios = [] if ask["preset"] == "base" else [ask["preset"]]
    day = {"open": ask["open"], "close": ask["shut"], "date": ask["date"]}
    under = co.load(date=ask["date"], opening=ask["opening"]).under(*scenarios, **day)
    duties = [
        co.Change("charge", (target,), value=float(usd) + levied(under, target), basis=SHIPMENT)
        for target, usd in ask["duty"].items()
    ]
    if duties:
        overriding = tuple(replace(change, override=True) for change in duties)
        under = under.under(co.Scenario(id="duties", changes=overriding), date=ask["date"])
    cargo = co.cargo(ask["profile"], under) if ask["profile"] else under.cargo
    cargo = replace(cargo, **(ask["cargo"] or {}))
    if ask["avoid"] is not None:
        cargo = replace(cargo, avoid=tuple(ask["avoid"]))
    if ask["wait"]:
        under = replace(under, _memo={})
        figures = under.figures(cargo)
        more = np.zeros(under.arcs.count)
        for gate, hours in ask["wait"].items():
            more[under.arcs.gate_arcs[gate]] += hours
        under._memo[cargo] = replace(
            figures,
            hours=figures.hours + more,
            generalised_usd=figures.generalised_usd + cargo.usd_per_h * more,
        )
    assert under.seeds is net.seeds
    return under, Query(under, by=ask["by"], cargo=cargo, modes=ask["modes"])


SHIPMENT = "usd_per_shipment"


def levied(net, target):
    return sum(row.amount for row in net.charges if (row.target, row.basis) == (target, SHIPMENT))


COUNTS = ("borders", "gauge_changes", "transfers")


def test_a_network_without_places_is_refused_in_one_line(tmp_path):
    with pytest.raises(co.CorridorsError, match="needs two places; the network has none"):
        co.explorer(tiny.network(tmp_path / "seeds", ""), tmp_path / "explorer.html")


@pytest.mark.browser
def test_the_page_answers_as_python_does(chrome, page, bundled, data):
    browser.show(chrome, page)
    asks = list(some_settings(data, 200))
    answers = chrome.execute_script(
        """return arguments[0].map((ask) => {
            const found = corridors.solve(ask);
            const { km, hours, usd, co2_kg, generalised_usd, borders, gauge_changes, transfers,
              cost, arcs, needs, countries, links } = found;
            const lead = found.found ? corridors.graph.lead(found)?.id ?? "" : null;
            return { found: found.found, km, hours, usd, co2_kg, generalised_usd, borders,
              gauge_changes, transfers, cost, arcs, needs, countries, links, lead };
        })""",
        asks,
    )
    ways, named = 0, set()
    for ask, answer in zip(asks, answers, strict=True):
        net, query = asked_of_python(bundled, ask)
        stops = [ask["origin"], ask["destination"]]
        best = query.through(query.weight_between(*stops), stops)
        assert answer["found"] == (best is not None), ask
        if best is None:
            assert len(answer["needs"]) == len(query.needs(stops)), ask
            continue
        ways += 1
        wanted = query.as_route(*stops, best)
        same_arcs = query.as_route(*stops, answer["arcs"])
        objective = net.figures(query.cargo).by(ask["by"])
        assert answer["cost"] == pytest.approx(objective[best].sum(), rel=1e-6), ask
        for measure in MEASURES:
            assert answer[measure] == pytest.approx(figure(query, measure, answer), rel=1e-6)
        assert [answer[name] for name in COUNTS] == [same_arcs.total(name) for name in COUNTS]
        assert tuple(answer["countries"]) == same_arcs.countries
        assert answer["lead"] == lead(net, answer["links"]).corridor
        named.add(answer["lead"])
        assert wanted.origin == same_arcs.origin
    assert 0 < ways < len(asks)
    assert "" in named
    assert len(named) > 5, named


def figure(query, measure, answer):
    """What Python's own figures of the page's arcs add up to."""
    return float(getattr(query.net.figures(query.cargo), measure)[answer["arcs"]].sum())


@pytest.mark.browser
@pytest.mark.parametrize("preset", ["base", "zangezur-open"])
def test_the_tables_of_years_and_pairs_are_pythons(chrome, page, bundled, data, preset):
    browser.show(chrome, page)
    under = bundled if preset == "base" else bundled.under(preset)
    found = chrome.execute_script(
        """const [ask, places] = arguments;
        return places.map((origin) => corridors.fan({ ...ask, origin }, places)
          .map((route) => (route.found ? route.cost : null)));""",
        {"preset": preset, "by": "cost"},
        data["main"],
    )
    wanted = co.matrix(under, data["main"], by="cost").to_numpy()
    shown = np.array([[np.inf if cell is None else cell for cell in row] for row in found])
    assert shown == pytest.approx(wanted, rel=1e-6)


@pytest.mark.browser
def test_nothing_leaves_the_page_and_nothing_fails(chrome, page):
    browser.show(chrome, page, "preset=zangezur-open")
    browser.requests(chrome), browser.errors(chrome)
    browser.show(chrome, page, "preset=zangezur-open&duty=araz-road:300")
    roam(chrome)
    assert browser.requests(chrome) == []
    assert browser.errors(chrome) == []


def roam(chrome):
    """Open some of all that can be opened: views, folds, cards, tooltips, pop-ups, dialogs."""
    chrome.execute_script(
        """const few = (selector) => [...document.querySelectorAll(selector)].slice(0, 4);
        const send = (it, name) => it.dispatchEvent(new MouseEvent(name, { bubbles: true }));
        const unfold = () => document.querySelectorAll('details').forEach((fold) => {
          fold.open = true;
        });
        unfold();
        few('#gate-list .plain').forEach((button) => button.click());
        few('.gate-spot').forEach((spot) => { send(spot, 'mouseover'); send(spot, 'click'); });
        few('#map path.net').forEach((line) => send(line, 'click'));
        few('#map path.dot').forEach((dot) => send(dot, 'click'));
        few('.legs .plain').forEach((button) => {
          button.click();
          document.querySelector('dialog .main').click();
        });
        document.getElementById('tab-pairs').click();
        document.getElementById('tab-about').click();
        unfold();"""
    )
    shown = "return document.querySelectorAll('#view-about tbody tr').length > 0"
    browser.wait(chrome, 10).until(lambda it: it.execute_script(shown))


@pytest.mark.browser
def test_markup_in_text_columns_is_inert(chrome, bundled, tmp_path):
    folder = poisoned(bundled.seeds.folder, tmp_path / "seeds")
    page = co.explorer(co.load(folder), tmp_path / "explorer.html")
    browser.show(chrome, page)
    browser.errors(chrome)
    roam(chrome)
    chrome.execute_script("document.getElementById('tab-map').click()")
    text = chrome.execute_script("return document.body.textContent")
    assert POISON in text
    assert POISON in chrome.title
    assert (
        chrome.execute_script(
            'return document.querySelectorAll(\'img[onerror], [href^="javascript" i], '
            "#poisoned, body script:not([type])').length"
        )
        == 1
    )
    assert chrome.execute_script("return window.poisoned ?? 'untouched'") == "untouched"
    assert browser.errors(chrome) == []


POISON = "<img src=x onerror='poisoned=1'><b id=\"poisoned\">&amp;</b></script><script>poisoned=2//"
#: Text columns that the model reads; the others are for readers only.
READ = {"country", "mode", "to", "unit"}


def poisoned(source, target):
    """A copy of the tables with markup and script in every text that only readers see."""
    shutil.copytree(source, target)
    for name in schema.TABLES:
        path = target / f"{name}.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = schema.columns(name)
        texts = [
            heading
            for heading, column in columns.items()
            if (column.kind == "text" and heading not in READ) or heading == "local_names"
        ]
        for row in rows:
            row.update({heading: f"{row.get(heading) or ''} {POISON}".strip() for heading in texts})
            row.update({"url": f"javascript:{POISON}"} if "url" in columns else {})
        tiny.write(target, name, rows)
    text = json.dumps(POISON)
    about = f"title = {text}\ndata_date = 2026-11-01\nattribution = [{text}]\n"
    (target / "data.toml").write_text(about, encoding="utf-8")
    for path in [*target.glob("scenarios/*.toml"), *target.glob("cargo/*.toml")]:
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(title|reason|note) = .*$", rf"\1 = {escaped()}", text)
        path.write_text(text, encoding="utf-8")
    return target


def escaped():
    return json.dumps(POISON).replace("\\", r"\\")


# Using it


@pytest.mark.browser
def test_a_gate_is_switched_on_the_map_and_in_the_list_and_the_link_keeps_it(chrome, page):
    browser.show(chrome, page)
    before = headline(chrome)
    gate = chrome.execute_script("return corridors.answer().now.gates[0]")
    press_gate = "corridors.data.gates.findIndex((gate) => gate.id === arguments[0])"
    chrome.execute_script(
        f"document.querySelectorAll('.gate-spot')[{press_gate}].click()",
        gate,
    )
    assert chrome.execute_script("return corridors.settings().shut") == [gate]
    state = browser.address(chrome, f"shut={gate}").partition("#")[2]
    assert headline(chrome) != before
    assert "Shut" not in chrome.execute_script(
        "return document.querySelector('.leaflet-popup .main').textContent"
    )
    shut = headline(chrome)
    browser.show(chrome, page, state)
    assert headline(chrome) == shut
    chrome.execute_script(
        "[...document.querySelectorAll('#gate-list input')].find((box) => "
        "box.labels[0].textContent.includes(corridors.data.gates.find((gate) => "
        "gate.id === arguments[0]).title)).click()",
        gate,
    )
    assert chrome.execute_script("return corridors.settings().shut") == []
    assert headline(chrome) == before


def headline(chrome):
    return chrome.execute_script("return document.querySelector('.figures')?.textContent ?? ''")


@pytest.mark.browser
def test_where_there_is_no_way_one_press_opens_what_is_needed(chrome, tmp_path):
    net = tiny.network(
        tmp_path / "seeds",
        "a -- road 100 border -- b -- road 50 project -- c",
        countries=COUNTRIES,
        shut=["border", "project"],
    )
    page = co.explorer(net, tmp_path / "explorer.html", origin="a", destination="c")
    browser.show(chrome, page)
    assert "No way" in chrome.execute_script("return document.querySelector('.none').textContent")
    chrome.execute_script("document.querySelector('[data-key=open-needs]').click()")
    found = chrome.execute_script(
        "const { found, km } = corridors.answer().now; return [found, km]"
    )
    assert found == [True, pytest.approx(150)]
    assert "there is no way" in chrome.execute_script(
        "return document.querySelector('.why').textContent"
    )


@pytest.mark.browser
def test_a_gate_passed_thrice_is_fewer_than_two_gates(chrome, tmp_path):
    net = tiny.network(
        tmp_path / "seeds",
        """
        a -- road 10 project -- b -- road 10 project -- d -- road 10 project -- c
        a -- road 10 border -- e -- road 10 frontier -- c
        """,
        shut=["border", "frontier", "project"],
    )
    page = co.explorer(net, tmp_path / "explorer.html", origin="a", destination="c")
    browser.show(chrome, page)
    with pytest.raises(co.NoRoute) as no:
        co.route(net, "a", "c")
    assert tuple(chrome.execute_script("return corridors.answer().now.needs")) == no.value.needs
    assert no.value.needs == ("project",)


@pytest.mark.browser
def test_the_slider_moves_the_gates_and_the_keyboard_the_tabs(chrome, tmp_path):
    folder = tiny.draw(
        tmp_path / "seeds", "a -- road 100 project -- b", countries=COUNTRIES, shut=["project"]
    )
    days = {
        "opening_low": "2028-01-01",
        "opening_likely": "2030-01-01",
        "opening_high": "2032-01-01",
    }
    tiny.alter(folder, "gates", "project", **days)
    page = co.explorer(co.load(folder, date="2026-06-01"), tmp_path / "explorer.html")
    browser.show(chrome, page)
    slide = """const year = document.getElementById('year'); year.value = arguments[0];
        year.dispatchEvent(new Event('input')); return corridors.answer().now.found;"""
    assert [chrome.execute_script(slide, year) for year in (2029, 2030)] == [False, True]
    chrome.execute_script("document.getElementById('opening-high').click()")
    assert [chrome.execute_script(slide, year) for year in (2031, 2032)] == [False, True]
    chrome.execute_script("document.getElementById('tab-map').focus()")
    right = "\ue014"
    chrome.switch_to.active_element.send_keys(right)
    assert chrome.execute_script("return document.activeElement.id") == "tab-pairs"
    assert browser.address(chrome, "view=pairs")
    assert chrome.execute_script("return document.querySelectorAll('.matrix button').length") == 2


@pytest.mark.browser
def test_what_is_taken_away_holds_the_ways(chrome, page, tmp_path):
    folder = {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": False}
    chrome.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
    browser.show(chrome, page, "preset=zangezur-open")
    for key in ("csv", "geojson", "png"):
        chrome.execute_script(f"document.querySelector('[data-key={key}]').click()")
        wait_for(tmp_path / f"baku-nakhchivan.{key}")
    with (tmp_path / "baku-nakhchivan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    now = chrome.execute_script("const { km, hours } = corridors.answer().now; return [km, hours]")
    for total, column in zip(now, ("km", "hours"), strict=True):
        legs = [float(row[column]) for row in rows if row["way"] == "now"]
        assert sum(legs) == pytest.approx(total, abs=0.01)
    ways = json.loads((tmp_path / "baku-nakhchivan.geojson").read_text(encoding="utf-8"))
    assert {"now", "base"} <= {feature["properties"]["way"] for feature in ways["features"]}
    assert (tmp_path / "baku-nakhchivan.png").read_bytes().startswith(b"\x89PNG")


def wait_for(path):
    for _ in range(100):
        if path.is_file() and path.stat().st_size:
            return
        time.sleep(0.05)
    pytest.fail(f"{path.name} was not saved")


# Everyone can use it


@pytest.fixture(scope="module")
def axe():
    """axe-core: from node_modules where it stands, else fetched by npm into a folder of its own."""
    local = Path("node_modules/axe-core/axe.min.js")
    if local.is_file():
        yield local.read_text(encoding="utf-8")
        return
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("axe-core is not in node_modules, and there is no npm to fetch it")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "install", "--silent", "--no-save", "--prefix", folder, AXE]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        found = Path(folder) / "node_modules/axe-core/axe.min.js"
        yield found.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    """A page of a small network in which everything can be seen: axe is slow on long tables."""
    folder = tmp_path_factory.mktemp("small")
    corridor = {"id": "ab", "title": "A to B", "links": "a-b-road-0", "toll_gates": "border"}
    tied = {"id": "tied", "gates": "project", "needs": "border", "title": "Tied together"}
    sourced = {"corridors": [corridor], "conditions": [tied]}
    extra = {name: [{**row, "source": "assumed"} for row in rows] for name, rows in sourced.items()}
    net = tiny.network(
        folder / "seeds", DRAWING, countries=COUNTRIES, shut=["project"], extra=extra
    )
    built = co.Scenario(
        id="built",
        title="Built",
        reason="The line stands.",
        changes=(co.Change("build", ("project",)),),
    )
    return co.explorer(
        net, folder / "page.html", origin="a", destination="c", by="cost", scenarios=[built]
    )


VIEWS = {
    "map": "preset=built&duty=ab:1&by=time",
    "no way": "shut=strait border&modes=sea",
    "pairs": "view=pairs&preset=built&shut=strait",
    "about": "view=about",
}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "dark"), [(browser.DESKTOP, False), (browser.PHONE, True)], ids=["light", "dark"]
)
def test_axe_finds_nothing(chrome, small_page, axe, size, dark):
    for name, state in VIEWS.items():
        browser.show(chrome, small_page, state, size=size, dark=dark)
        assert violations(chrome, axe) == [], name
        assert too_wide(chrome) <= 0, name


@pytest.mark.browser
def test_axe_finds_nothing_on_the_map_of_the_bundled_network(chrome, page, axe):
    browser.show(chrome, page, "preset=zangezur-open", size=browser.PHONE)
    assert violations(chrome, axe) == []
    assert too_wide(chrome) <= 0


def violations(chrome, axe):
    unfold = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; });"
    chrome.execute_script(unfold + axe)
    return chrome.execute_async_script(
        """const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] }).then((result) => done(
          result.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html)])));"""
    )


def too_wide(chrome):
    return chrome.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.browser
def test_how_fast_a_click_is_answered_is_reported(chrome, page, record_property):
    browser.show(chrome, page)
    timings = chrome.execute_script(
        """[...document.querySelectorAll('#gate-list input')].slice(0, 30).forEach((box) => {
          box.click();
          box.click();
        });
        return corridors.timings;"""
    )
    record_property("click_ms_median", float(np.median(timings)))
    record_property("click_ms_95_per_cent", float(np.percentile(timings, 95)))
    assert len(timings) == 2 * 30
