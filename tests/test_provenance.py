"""What rests on what: nothing rests on nothing, and every way back to a source is kept."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

import corridors as co
from corridors import schema
from corridors.analysis.provenance import SOURCED_TABLES, is_url, provenance, unsourced
from corridors.cli import main
from tests import tiny

PAGE = {"id": "page", "title": "A page", "publisher": "Them", "url": "https://example.org/p"}
BOOK = {"id": "book", "title": "A book", "publisher": "Us"}
DRAWING = "a -- road 10 border -- b"


@pytest.fixture
def seeds(tmp_path):
    """A drawing with one link from a page, one parameter partly from a book."""
    folder = tiny.draw(
        tmp_path / "seeds",
        DRAWING,
        extra={
            "sources": [PAGE, BOOK],
            "events": [
                {"gate": "border", "date": "2020-01-01", "event": "opens", "source": "page"}
            ],
        },
    )
    tiny.alter(folder, "links", "a-b-road-0", source="page")
    tiny.alter(folder, "parameters", "p0", source="assumed; page", note="half of it")
    return co.load(folder).seeds


def test_no_bundled_row_rests_on_nothing(bundled):
    assert unsourced(bundled.seeds) == ()


def test_every_row_of_every_table_with_a_source_is_held(bundled):
    found = provenance(bundled.seeds)
    counts = {name: row["rows"] for name, row in found.counts().items()}
    for name in SOURCED_TABLES:
        path = bundled.seeds.folder / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            assert counts[name] == sum(1 for _ in csv.DictReader(file)), name
    assert set(SOURCED_TABLES) == {
        name for name in schema.TABLES if "source" in schema.columns(name)
    }


def test_sources_and_rows_point_at_each_other(bundled):
    found = provenance(bundled.seeds)
    forward = {(row.table, row.id, source) for row in found.rows for source in row.sources}
    back = {(row.table, row.id, source) for source, rows in found.by_source.items() for row in rows}
    assert forward == back
    assert {source for _, _, source in forward} <= set(bundled.seeds.sources)
    assert set(found.unused) == set(bundled.seeds.sources) - {source for *_, source in forward}


def test_counts_add_up(bundled):
    for row in provenance(bundled.seeds).counts().values():
        parts = (row["sourced"], row["partly"], row["assumed"], row["unsourced"])
        assert sum(parts) == row["rows"]


def test_shares_of_a_drawing_by_hand(seeds):
    found = provenance(seeds)
    table = found.table
    assert tuple(table.loc["links", ["rows", "sourced", "assumed", "share"]]) == (1, 1, 0, 1.0)
    assert tuple(table.loc["places", ["rows", "assumed", "share"]]) == (2, 2, 0.0)
    assert table.loc["parameters", "partly"] == 1
    assert [(row.table, row.id) for row in found.of("page")] == [
        ("links", "a-b-road-0"),
        ("events", "border 2020-01-01"),
        ("parameters", "p0"),
    ]
    assert found.of("book") == ()
    assert found.unused == ("book",)
    assert found.without_url == ("book",)


def test_a_row_without_source_or_with_an_unknown_one_is_listed(seeds):
    link = seeds.links["a-b-road-0"]
    for source in ((), ("gone",)):
        bare = replace(seeds, links={link.id: replace(link, source=source)})
        assert [(row.table, row.id) for row in unsourced(bare)] == [("links", "a-b-road-0")]


def test_an_assumption_needs_a_range(seeds):
    row = replace(seeds.parameters["p1"], low=40.0, value=40.0, high=40.0)
    pinned = replace(seeds, parameters={**seeds.parameters, "p1": row})
    assert [(item.table, item.id) for item in unsourced(pinned)] == [("parameters", "p1")]
    sourced = replace(row, source=("page",))
    assert unsourced(replace(seeds, parameters={**seeds.parameters, "p1": sourced})) == ()


def test_assumptions_come_with_value_range_and_unit(seeds):
    held = {row.id: row for row in provenance(seeds).assumed if row.table == "parameters"}
    row = held["p1"]
    assert (row.value, row.low, row.high, row.unit) == (40, 20, 80, "km/h")
    assert held["p0"].sources == ("page",)
    assert held["p0"].note == "half of it"


@pytest.mark.parametrize(
    ("text", "clickable"),
    [
        ("https://a.b", True),
        ("http://a.b", True),
        ("javascript:alert(1)", False),
        ("seeds/x.txt", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_can_be_clicked(text, clickable):
    assert is_url(text) == clickable


def test_plain_data_are_json(bundled):
    plain = json.loads(json.dumps(provenance(bundled.seeds).to_dict(), allow_nan=False))
    assert plain["unsourced"] == []
    assert {row["id"] for row in plain["sources"]} == set(bundled.seeds.sources)
    assert all(row["low"] is not None for row in plain["assumed"] if row["table"] == "parameters")


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([*arguments])
    return stop.value.code


def test_the_command_shows_sources_assumptions_and_one_source(seeds, capsys):
    folder = str(seeds.folder)
    assert run("sources", "--seeds", folder) == 0
    said = capsys.readouterr().out
    assert "2 sources, 1 of them without a row" in said
    assert "0 rows rest on nothing" in said
    assert run("sources", "--seeds", folder, "--assumed") == 0
    assert "half of it" in capsys.readouterr().out
    assert run("sources", "--seeds", folder, "page") == 0
    assert "a-b-road-0" in capsys.readouterr().out
    assert run("sources", "--seeds", folder, "page", "--json") == 0
    assert json.loads(capsys.readouterr().out)["rows"][0] == "links.a-b-road-0"
    assert run("sources", "--seeds", folder, "--json") == 0
    assert "tables" in json.loads(capsys.readouterr().out)


def test_an_unknown_source_is_named_with_the_nearest(seeds, capsys):
    assert run("sources", "--seeds", str(seeds.folder), "pge") == 2
    assert capsys.readouterr().err == "unknown source 'pge'; did you mean page?\n"
