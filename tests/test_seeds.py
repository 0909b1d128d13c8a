"""Reading and checking tables: every fault at once, each with file, row, column and value."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridors as co
from corridors import schema, seeds
from tests import tiny

DRAWING = """
    a -- road 100 -- b -- rail-1520 50 border -- c
    a -- ferry-road 80 service -- c
    b -- sea 90 -- a
"""
ROAD, RAIL, FERRY = "a-b-road-0", "b-c-rail-1520-1", "a-c-ferry-road-2"
SEA = "b-a-sea-3"
MARKET = {"name": "market_usd", "unit": "USD"}
FIXED = {"low": "50", "high": "50"}
OTHER_TABLES = {
    "sources": [{"id": "timetable", "title": "A timetable"}],
    "events": [
        {"gate": "border", "date": "2020-01-01", "event": "shuts", "source": "timetable"},
        {"gate": "service", "date": "2020-02-01", "event": "promise", "due": "2021-01-01"}
        | {"source": "timetable"},
    ],
    "conditions": [
        {"id": "c1", "gates": "border", "needs": "service", "title": "Tied", "source": "timetable"}
    ],
    "transfers": [
        {"id": "t1", "place": "b", "from_layer": "rail-1520", "to_layer": "rail-1435"}
        | {"kind": "transshipment", "source": "timetable"}
    ],
    "corridors": [
        {"id": "k1", "title": "K", "links": f"{ROAD}; {RAIL}", "toll_gates": "border"}
        | {"source": "timetable; assumed"}
    ],
    "observed": [
        {"id": "o1", "from": "a", "to": "c", "modes": "road; rail", "via": "b", "measure": "km"}
        | {"value": "150", "kind": "length", "source": "timetable"}
    ],
    "price_levels": [
        {
            "id": "sea-2021",
            "price": "market_usd",
            "period": "2021-09",
            "origin": "AA",
            "destination": "BB; CC",
            "level": "4",
            "source": "timetable",
        }
    ],
    "claims": [
        {name: "x" for name, column in schema.columns("claims").items() if column.required}
        | {"id": "q1", "verdict": "confirmed", "source": "timetable"}
    ],
    "lines": [
        {"link": ROAD, "method": "way points", "points": "50 40; 50.0005 40.001; 50.001 40"}
        | {"source": "timetable"}
    ],
}


@pytest.fixture
def folder(tmp_path):
    return tiny.draw(tmp_path / "seeds", DRAWING, extra=OTHER_TABLES)


def faults(folder):
    with pytest.raises(co.SeedsError) as caught:
        co.load(folder)
    return caught.value.faults


def test_the_whole_folder_is_read(folder):
    tables = seeds.read(folder)
    for name in schema.TABLES:
        assert len(getattr(tables, name)) >= 1, name
    assert list(tables.places) == ["a", "b", "c"]
    assert tables.links[RAIL].gauge_mm == ("1520",)
    assert tables.links[FERRY].layers == ("road",)
    assert tables.observed["o1"].modes == ("road", "rail")
    assert tables.events[1].due == dt.date(2021, 1, 1)
    assert tables.line(ROAD)[1] == (50.0005, 40.001)
    assert tables.line(RAIL) == (tables.places["b"].point, tables.places["c"].point)
    assert tables.gate_links == {"border": (RAIL,), "service": (FERRY,)}


SPREAD = {
    f"opening_{end}": f"{year}-01-01"
    for end, year in (("low", 2028), ("likely", 2030), ("high", 2040))
}
#: table, key of the row, cells put in it, then the column blamed and what is said of it.
BAD_CELLS = [
    ("places", "b", {"id": "Bad Id"}, "id", "lower-case letters, digits and hyphens"),
    ("places", "b", {"name": ""}, "name", "must not be empty"),
    ("places", "b", {"country": "aa"}, "country", "two capital letters"),
    ("places", "b", {"kind": "village"}, "kind", "must be one of city, station"),
    ("places", "b", {"lon": "east"}, "lon", "must be a number"),
    ("places", "b", {"lon": "180.5"}, "lon", "between -180 and 180 degree"),
    ("places", "b", {"lat": "nan"}, "lat", "a finite one"),
    ("places", "b", {"lat": "-inf"}, "lat", "a finite one"),
    ("places", "b", {"transfers": "maybe"}, "transfers", "must be yes or no"),
    ("places", "b", {"source": "timetabel"}, "source", "did you mean timetable?"),
    ("places", "b", {"source": ""}, "source", "must not be empty"),
    ("links", ROAD, {"from": "d"}, "from", "unknown place 'd'"),
    ("links", ROAD, {"to": "a"}, "to", "must lead somewhere else"),
    ("links", ROAD, {"mode": "air"}, "mode", "must be one of rail, road, sea, ferry"),
    ("links", ROAD, {"carries": "road"}, "carries", "a ferry, and nothing else"),
    ("links", FERRY, {"carries": ""}, "carries", "a ferry, and nothing else"),
    ("links", FERRY, {"gauge_mm": "1520"}, "gauge_mm", "rail and rail ferries"),
    ("links", RAIL, {"gauge_mm": ""}, "gauge_mm", "rail and rail ferries"),
    ("links", RAIL, {"gauge_mm": "1520; 1000"}, "gauge_mm", "must be one of 1435, 1520, 1676"),
    ("links", RAIL, {"length_km": "0"}, "length_km", "between 0.05 and 20000 km"),
    ("links", RAIL, {"length_km": "-5"}, "length_km", "between 0.05 and 20000 km"),
    ("links", RAIL, {"length_km": ""}, "length_km", "must not be empty"),
    ("links", ROAD, {"status": "planned"}, "gates", "planned needs the gate that opens it"),
    ("links", RAIL, {"gates": "borders"}, "gates", "unknown gate 'borders'; did you mean border"),
    ("links", RAIL, {"way_points": "50"}, "way_points", "'50' is not a longitude and a latitude"),
    ("links", RAIL, {"way_points": "50 40; 40 91"}, "way_points", "'40 91' does not lie on the"),
    ("links", RAIL, {"electrified": "1"}, "electrified", "must be yes or no"),
    ("links", RAIL, {"confidence": "sure"}, "confidence", "must be one of high, medium, low"),
    ("links", RAIL, {"country": "Iran"}, "country", "two capital letters"),
    ("gates", "border", {"kind": "wall"}, "kind", "must be one of border, project, strait"),
    ("gates", "border", {"state": "ajar"}, "state", "must be one of open, shut"),
    ("gates", "border", {"countries": "AA; Iran"}, "countries", "two capital letters"),
    ("gates", "border", {"opening_low": "soon"}, "opening_low", "must be a day such as"),
    ("gates", "border", {"opening_low": "2028-01-01"}, "opening_likely", "has all three days"),
    ("gates", "border", {"opens_with": "service"}, "opens_with", "only a gate with a spread"),
    ("gates", "border", SPREAD | {"opens_with": "border"}, "opens_with", "must be another gate"),
    ("gates", "border", SPREAD | {"opens_with": "service"}, "opens_with", "must have a spread"),
    ("gates", "border", {"season_from": "13-01"}, "season_from", "a month and day such as 12-01"),
    ("gates", "border", {"season_from": "12-01"}, "season_until", "a season has two ends"),
    ("events", "border", {"gate": "bordr"}, "gate", "unknown gate 'bordr'; did you mean border"),
    ("events", "border", {"date": "2026-02-30"}, "date", "must be a day such as"),
    ("events", "border", {"event": "ajar"}, "event", "must be one of opens, shuts, promise"),
    ("events", "border", {"due": "2030-01-01"}, "due", "a promise, and nothing else, is due"),
    ("events", "service", {"due": ""}, "due", "a promise, and nothing else, is due"),
    ("events", "border", {"origin": "iran"}, "origin", "two capital letters"),
    ("events", "border", {"destination": "XX; Y"}, "destination", "two capital letters"),
    ("conditions", "c1", {"needs": "servis"}, "needs", "unknown gate 'servis'; did you mean serv"),
    ("transfers", "t1", {"place": "z"}, "place", "unknown place 'z'"),
    ("transfers", "t1", {"from_layer": "rail-1000"}, "from_layer", "must be one of road, sea"),
    ("corridors", "k1", {"links": f"{ROAD}; {RAIL}x"}, "links", f"did you mean {RAIL}"),
    ("corridors", "k1", {"toll_gates": "toll"}, "toll_gates", "unknown gate 'toll'"),
    ("observed", "o1", {"modes": "road; air"}, "modes", "must be one of rail, road, sea, ferry"),
    ("observed", "o1", {"via": "z"}, "via", "unknown place 'z'"),
    ("observed", "o1", {"value": "nan"}, "value", "a finite one"),
    ("observed", "o1", {"low": "151"}, "value", "must lie in its own spread, 151 to 150"),
    ("observed", "o1", {"date": "some day"}, "date", "must be a year, a month or a day"),
    ("observed", "o1", {"date": "2024-13"}, "date", "must be a year, a month or a day"),
    ("observed", "o1", {"value": "-1"}, "value", "between 0.001 and inf"),
    ("price_levels", "sea-2021", {"period": "2021-13"}, "period", "a year, or a year and month"),
    ("price_levels", "sea-2021", {"origin": "India"}, "origin", "two capital letters"),
    ("price_levels", "sea-2021", {"destination": "DE;tr"}, "destination", "two capital letters"),
    ("price_levels", "sea-2021", {"level": "inf"}, "level", "a finite one"),
    ("price_levels", "sea-2021", {"price": ""}, "price", "a trade has a price of its own"),
    ("price_levels", "sea-2021", {"level": "0"}, "level", "between 0.01 and 1000"),
    ("claims", "q1", {"verdict": "true"}, "verdict", "must be one of confirmed"),
    ("lines", ROAD, {"link": "nowhere"}, "link", "unknown link 'nowhere'"),
    ("lines", ROAD, {"method": "guess"}, "method", "must be one of traced, way points"),
    ("parameters", "p0", {"name": "speed"}, "name", "must be one of speed_kmh"),
    ("parameters", "p0", {"unit": "mph"}, "unit", "speed_kmh is in km/h"),
    ("parameters", "p0", {"value": "fast"}, "value", "must be a number"),
    ("parameters", "p0", {"value": "101"}, "value", "must lie in its own range, 25 to 100"),
    ("parameters", "p0", {"high": "131"}, "high", "speed_kmh lies between 1 and 130 km/h"),
    ("parameters", "p0", {"at": "z"}, "at", "unknown gate or link or place 'z'"),
    ("parameters", "p1", {"mode": "road"}, "id", "says what p0 says already"),
    ("parameters", "p0", {"drawn_with": "p0"}, "drawn_with", "must be another parameter"),
    ("parameters", "p0", {"drawn_with": "q-9"}, "drawn_with", "unknown parameter 'q-9'"),
    ("parameters", "p0", FIXED | {"drawn_with": "p1"}, "drawn_with", "only a parameter with a"),
    ("parameters", "p0", MARKET | {"at": ""}, "at", "market_usd is that of a sea link"),
    ("parameters", "p0", MARKET | {"at": ROAD}, "at", "market_usd is that of a sea link"),
    ("parameters", "p0", MARKET | {"at": SEA, "to": "c"}, "to", "is sailed to: b or a"),
]


@pytest.mark.parametrize(
    ("table", "key", "cells", "column", "message"),
    BAD_CELLS,
    ids=[
        f"{table}.{' '.join(cells)}-{' '.join(map(str, cells.values()))}"
        for table, _, cells, *_ in BAD_CELLS
    ],
)
def test_a_bad_cell_is_named(folder, table, key, cells, column, message):  # noqa: PLR0917
    keys = _keys(folder, table)
    tiny.alter(folder, table, key, **cells)
    blamed = [fault for fault in faults(folder) if fault.column == column]
    assert len(blamed) == 1
    fault = blamed[0]
    assert (fault.file, fault.row) == (f"{table}.csv", 2 + keys.index(key))
    assert message in fault.message
    if column in cells:
        assert bool(fault.value) == bool(cells[column])
        assert fault.value in cells[column]
    assert str(fault).startswith(f"{table}.csv, row {fault.row}, column {column}")


def _keys(folder, table):
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [row[0] for row in csv.reader(file)][1:]


def test_several_faults_come_at_once_each_with_its_place(folder):
    tiny.alter(folder, "places", "c", kind="village", lon="east")
    tiny.alter(folder, "links", ROAD, length_km="long")
    tiny.alter(folder, "gates", "border", source="nobody")
    tiny.alter(folder, "parameters", "p3", unit="mph")
    found = {(fault.file, fault.row, fault.column, fault.value) for fault in faults(folder)}
    assert found == {
        ("places.csv", 4, "kind", "village"),
        ("places.csv", 4, "lon", "east"),
        ("links.csv", 2, "length_km", "long"),
        ("gates.csv", 2, "source", "nobody"),
        ("parameters.csv", 5, "unit", "mph"),
    }


def test_the_error_counts_its_faults_and_gives_each_a_line(folder):
    tiny.alter(folder, "places", "c", kind="village", lon="east")
    with pytest.raises(co.SeedsError) as caught:
        co.load(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 faults in the tables"
    assert lines[1:] == [f"  {fault}" for fault in caught.value.faults]


def test_a_reference_to_a_row_with_a_fault_is_no_fault_of_its_own(folder):
    tiny.alter(folder, "places", "b", lat="north")
    tiny.alter(folder, "gates", "border", state="ajar")
    assert [(fault.file, fault.column) for fault in faults(folder)] == [
        ("places.csv", "lat"),
        ("gates.csv", "state"),
    ]


def test_an_id_twice_is_named_at_both_rows(folder):
    path = folder / "places.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[2] + "\n")
    twice = [fault for fault in faults(folder) if "more than once" in fault.message]
    assert [(fault.row, fault.column, fault.value) for fault in twice] == [
        (3, "id", "b"),
        (5, "id", "b"),
    ]


def test_lacking_sources_are_one_fault(folder):
    (folder / "sources.csv").unlink()
    (fault,) = faults(folder)
    assert (fault.file, fault.row) == ("sources.csv", None)
    assert "name their sources" in fault.message


def test_links_of_a_corridor_join(tmp_path):
    corridor = {"id": "k", "title": "K", "links": "a-b-road-0; c-d-road-1", "source": "assumed"}
    drawing = "a -- road 10 -- b\nc -- road 10 -- d\n"
    folder = tiny.draw(tmp_path / "apart", drawing, extra={"corridors": [corridor]})
    (fault,) = faults(folder)
    assert (fault.column, fault.value) == ("links", "c-d-road-1")
    assert fault.message == "does not join a-b-road-0, which stands before it"


def test_a_line_twice_is_named_by_its_link(folder):
    path = folder / "lines.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    assert {(fault.row, fault.column) for fault in faults(folder)} == {(2, "link"), (3, "link")}


@pytest.mark.parametrize(
    ("ends", "clash"),
    [
        ({"origin": "AA", "destination": "CC; DD"}, True),
        ({"origin": "AA", "destination": "DD"}, False),
        ({"origin": "AA"}, False),  # the wider trade gives way
        ({"origin": "BB", "destination": "BB"}, False),
    ],
)
def test_two_levels_that_could_both_hold_contradict_each_other(folder, ends, clash):
    row = {"id": "more", "price": "market_usd", "period": "2021-09", "level": "2"} | ends
    with (folder / "price_levels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tiny.write(folder, "price_levels", [*rows, row | {"source": "timetable"}])
    if not clash:
        co.load(folder)
        return
    (fault,) = faults(folder)
    assert (fault.row, fault.column, fault.message) == (3, "id", "says what sea-2021 says already")


def test_places_links_and_gates_share_one_space_of_ids(folder):
    tiny.alter(folder, "places", "c", id="border")
    assert any(
        (fault.file, fault.value) == ("gates.csv", "border")
        and "places.csv has this id too" in fault.message
        for fault in faults(folder)
    )


def test_no_link_may_be_shorter_than_its_geodesic(folder):
    tiny.alter(folder, "places", "b", lon="51")  # 85.4 km from a
    tiny.alter(folder, "links", RAIL, length_km="90")
    for short in ("80", "84.8"):
        tiny.alter(folder, "links", ROAD, length_km=short)
        (fault,) = faults(folder)
        assert (fault.row, fault.column, fault.value) == (2, "length_km", short)
        assert fault.message == "shorter than the geodesic, 85.4 km"
    tiny.alter(folder, "links", ROAD, length_km="85")  # points are rounded, a town is no dot
    assert co.load(folder)


def test_an_opening_spread_must_not_run_backwards(folder):
    days = {"opening_low": "2030-01-01", "opening_likely": "2029-01-01"}
    tiny.alter(folder, "gates", "border", **days, opening_high="2031-01-01")
    (fault,) = faults(folder)
    assert fault.column == "opening_likely"
    assert "backwards" in fault.message


@pytest.mark.parametrize("table", ["places", "links"])
def test_a_missing_table_is_a_fault(folder, table):
    (folder / f"{table}.csv").unlink()
    assert [(fault.file, fault.message) for fault in faults(folder)] == [
        (f"{table}.csv", "the table is missing")
    ]


@pytest.mark.parametrize("table", sorted(set(OTHER_TABLES) - {"sources"}))
def test_the_other_tables_may_be_missing_and_are_then_empty(folder, table):
    (folder / f"{table}.csv").unlink()
    assert len(getattr(seeds.read(folder), table)) == 0


def test_a_missing_column_is_a_fault(folder):
    path = folder / "links.csv"
    lines = path.read_text().splitlines()
    place = lines[0].split(",").index("status")
    cut = [",".join(line.split(",")[:place] + line.split(",")[place + 1 :]) for line in lines]
    path.write_text("\n".join(cut))
    (fault,) = faults(folder)
    assert (fault.file, fault.row, fault.column) == ("links.csv", 1, "status")
    assert fault.message == "the column is missing"


def test_a_column_that_need_not_be_there_may_be_missing(folder):
    path = folder / "places.csv"
    path.write_text(
        "id,name,country,kind,lon,lat,transfers,source\n"
        + "".join(f"{name},{name},AA,city,50,40,yes,assumed\n" for name in "abc")
    )
    assert seeds.read(folder).places["a"].local_names == ()


def test_an_unknown_column_shows_the_nearest(folder):
    path = folder / "links.csv"
    path.write_text(path.read_text().replace("length_km", "lenght_km", 1))
    found = {str(fault) for fault in faults(folder)}
    assert found == {
        "links.csv, row 1: 'lenght_km': unknown column 'lenght_km'; did you mean length_km?",
        "links.csv, row 1, column length_km: the column is missing",
    }


def test_a_column_twice_is_a_fault(folder):
    path = folder / "places.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{lines[0]},name", *(f"{line},x" for line in lines[1:])]))
    (fault,) = faults(folder)
    assert (fault.row, fault.column) == (1, "name")
    assert "more than once" in fault.message


def test_a_row_of_another_width_is_a_fault(folder):
    path = folder / "gates.csv"
    path.write_text(path.read_text() + "x,y\n")
    assert "gates.csv, row 4: has 2 cells, the header has 15" in [
        str(fault) for fault in faults(folder)
    ]


def test_an_empty_table_lacks_its_columns(folder):
    (folder / "links.csv").write_text("")
    assert {fault.message for fault in faults(folder)} == {"the column is missing"}


def test_the_wrong_encoding_is_a_fault(folder):
    path = folder / "places.csv"
    path.write_bytes(path.read_bytes().replace(b"B,", "Bäku,".encode("latin-1"), 1))
    (fault,) = faults(folder)
    assert fault.file == "places.csv"
    assert "not UTF-8" in fault.message


def test_a_quote_that_never_ends_is_a_fault(folder):
    path = folder / "parameters.csv"
    path.write_text(path.read_text().replace("p3,", '"p3,', 1) + "x" * (csv.field_size_limit() + 1))
    assert any(
        fault.file == "parameters.csv" and "not a table" in fault.message
        for fault in faults(folder)
    )


def test_marks_of_order_line_ends_and_blank_lines_do_no_harm(folder):
    path = folder / "places.csv"
    text = path.read_text().replace("\n", "\r\n").replace("\r\nb,", "\r\n\r\n,,\r\nb,")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert list(seeds.read(folder).places) == ["a", "b", "c"]
    tiny.alter(folder, "links", ROAD, note="one line\u2028and another\x85, quoted")
    assert "\u2028" in seeds.read(folder).links[ROAD].note


def test_separators_of_lines_do_not_part_rows(folder):
    path = folder / "places.csv"
    path.write_text(path.read_text().replace("B,", "B\u2028b\x0c,", 1), encoding="utf-8")
    assert seeds.read(folder).places["b"].name == "B\u2028b"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(co.CorridorsError, match=r"no folder of tables at .*nowhere"):
        co.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("title = ", "", "not TOML"),
        ('titel = "x"', "titel", "unknown key 'titel'; did you mean title?"),
        ("title = 5", "title", "must be a text"),
        ('data_date = "2026-11-01"', "data_date", "must be a day"),
        ("data_date = 2026-11-01T12:00:00", "data_date", "must be a day"),
        ('attribution = "OSM"', "attribution", "must be a list of texts"),
        ("attribution = [5]", "attribution", "must be a list of texts"),
    ],
)
def test_faults_of_the_data_file(folder, text, column, message):
    (folder / "data.toml").write_text(text)
    (fault,) = faults(folder)
    assert (fault.file, fault.column) == ("data.toml", column)
    assert message in fault.message


def test_the_data_file_gives_title_date_and_attribution(folder):
    (folder / "data.toml").write_text(
        'title = "Ours"\ndata_date = 2025-03-04\nattribution = ["x", "y"]'
    )
    tables = seeds.read(folder)
    assert (tables.title, tables.data_date) == ("Ours", dt.date(2025, 3, 4))
    assert tables.attribution == ("x", "y")
    assert co.load(folder).date == dt.date(2025, 3, 4)


def test_a_folder_that_changed_is_read_again(folder):
    assert seeds.read(folder) is seeds.read(folder)
    before = seeds.read(folder)
    tiny.alter(folder, "links", ROAD, length_km="123.25")
    assert seeds.read(folder).links[ROAD].length_km == 123.25
    assert before.links[ROAD].length_km == 100


def test_rows_are_frozen_and_tables_cannot_be_written_to(folder):
    tables = seeds.read(folder)
    with pytest.raises(AttributeError):
        tables.places["a"].name = "Other"
    with pytest.raises(TypeError):
        tables.places["d"] = tables.places["a"]
    with pytest.raises(AttributeError):
        tables.title = "Other"


def test_a_lacking_parameter_is_named_with_who_needs_it(folder):
    rows = (folder / "parameters.csv").read_text().splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith(("p0,", "p15,", "p28,"))]
    (folder / "parameters.csv").write_text("".join(kept))
    messages = {fault.message for fault in faults(folder)}
    assert f"speed_kmh is not given for road AA ({ROAD} needs it)" in messages
    assert {fault.file for fault in faults(folder)} == {"parameters.csv"}


@given(st.text(max_size=60))
def test_any_text_in_a_cell_is_read_back_or_refused(tmp_path_factory, text):
    folder = tiny.draw(tmp_path_factory.mktemp("seeds"), DRAWING)
    cell = text.encode("utf-8", "ignore").decode().translate({0: None, ord("\r"): None})
    tiny.alter(folder, "places", "b", note=cell, name=cell)
    if not cell.strip():
        assert [fault.column for fault in faults(folder)] == ["name"]
        return
    place = seeds.read(folder).places["b"]
    assert place.note == place.name == cell.strip()


def test_every_column_says_what_it_means():
    for name in schema.TABLES:
        for heading, column in schema.columns(name).items():
            assert column.meaning, (name, heading)
            assert set(column.refers) <= set(schema.TABLES), (name, heading)
            assert bool(column.choices) == (column.kind in {"choice", "choices"}), (name, heading)
