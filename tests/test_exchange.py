"""What goes out to other programs comes back the same, and other programs agree with us."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import warnings
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors import schema
from corridors import seeds as seed_tables
from corridors.cli import main
from corridors.exchange.export import FORMATS
from corridors.exchange.frames import link_figures
from corridors.exchange.gmns import read_gmns
from corridors.exchange.matrices import BY, read_omx
from corridors.exchange.tables import Draft, cell_text, draft, table_text, write_seeds
from corridors.routing import MEASURES
from tests import tiny

if TYPE_CHECKING:
    from corridors.seeds import Seeds

PROFILE = Path(__file__).resolve().parents[1] / "docs" / "gmns-profile.md"
MIXED = """
    a -- road 100 -- b -- rail-1520 50 border -- c
    a -- rail 90 -- b -- road 60 project -- c
    a -- sea 70 strait -- c -- ferry-road 40 service -- d
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(str.strip)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)


@pytest.fixture(scope="session")
def exported(bundled, tmp_path_factory) -> Path:
    """The bundled network in every format, with one route."""
    folder = tmp_path_factory.mktemp("export")
    co.export(bundled, folder, pairs=[("baku", "tbilisi")])
    return folder


def same(one: Seeds, other: Seeds) -> bool:
    """Whether two sets of tables hold the same rows in the same order."""
    ours, theirs = draft(one), draft(other)
    return ours.rows == theirs.rows and (ours.title, ours.data_date, ours.attribution) == (
        *(theirs.title, theirs.data_date),
        theirs.attribution,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(kind: str, column: schema.Column) -> st.SearchStrategy[object]:
    """Values that a column of some kind may hold."""
    low, high = max(column.low, -1e9), min(column.high, 1e9)
    points = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
    choices = st.sampled_from(column.choices or ("x",))
    some = {
        "id": IDS,
        "text": TEXTS,
        "choice": choices,
        "number": st.floats(low, high),
        "date": st.dates(),
        "period": st.from_regex(r"\d{4}(-(0[1-9]|1[0-2]))?", fullmatch=True),
        "moment": st.from_regex(r"[1-9][0-9]{3}(-(0[1-9]|1[0-2])(-[012][1-8])?)?", fullmatch=True),
        "month-day": st.dates().map("{:%m-%d}".format),
        "ids": st.lists(IDS).map(tuple),
        "choices": st.lists(choices).map(tuple),
        "points": st.lists(points).map(tuple),
        "yes-no": st.booleans(),
    }
    return some[kind]


# tables


@pytest.mark.parametrize("table", sorted(schema.TABLES))
@settings(max_examples=8)
@given(data=st.data())
def test_every_cell_reads_back_as_it_was(table, data):
    for heading, column in schema.columns(table).items():
        value = data.draw(cells(column.kind, column), label=heading)
        text = cell_text(table, heading, value)
        if text or not column.required:
            read = seed_tables.read_cell(table, heading, text)
            assert read == value or (not text and not read)


@settings(max_examples=15)
@given(note=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_any_text_survives_a_table(note, tmp_path_factory):
    place = schema.Place(
        id="a",
        name="A",
        local_names=(),
        country="AA",
        kind="city",
        lon=1.5,
        lat=2,
        transfers=True,
        source=("assumed",),
        note=note.strip(),
    )
    folder = tmp_path_factory.mktemp("tables") / "seeds"
    write_seeds(folder, Draft(note, dt.date(2026, 1, 2), (note,), {"places": [place]}))
    read = seed_tables.read(folder)
    assert dict(read.places) == {"a": place}
    assert (read.title, read.attribution) == (note, (note,))


def test_the_bundled_tables_are_written_and_read_back(bundled, tmp_path):
    folder = write_seeds(tmp_path / "seeds", draft(bundled.seeds))
    again = co.load(folder)
    assert same(again.seeds, bundled.seeds)
    for name in ("scenarios", "cargo"):
        copied, own = folder / name, bundled.seeds.folder / name
        assert {path.name for path in copied.iterdir()} == {path.name for path in own.iterdir()}


def test_tables_with_faults_are_not_written(tmp_path):
    broken = co.load(tiny.draw(tmp_path / "good", "a -- road 10 -- b")).seeds
    row = next(iter(broken.links.values()))
    wrong = Draft("x", dt.date(2026, 1, 1), (), {"places": [], "links": [row]})
    with pytest.raises(co.SeedsError, match="unknown place 'a'"):
        write_seeds(tmp_path / "bad", wrong)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good"]
    assert table_text("links", []).strip() == ",".join(schema.columns("links"))


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(co.CorridorsError, match="is there already"):
        write_seeds(tmp_path, Draft("x", dt.date(2026, 1, 1)))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# GMNS


def test_gmns_gives_the_same_tables_back(bundled, exported):
    assert same(read_gmns(exported / "gmns"), bundled.seeds)


def test_gmns_of_a_tiny_network_routes_the_same(tmp_path):
    net = tiny.network(tmp_path / "seeds", MIXED, shut=["project"])
    co.export(net, tmp_path / "out", formats=["gmns"])
    again = co.load(write_seeds(tmp_path / "again", draft(read_gmns(tmp_path / "out" / "gmns"))))
    for by in BY.values():
        pd.testing.assert_frame_equal(co.matrix(again, by=by), co.matrix(net, by=by))


def test_gmns_holds_what_the_specification_requires(exported):
    for folder in ("gmns", "gmns-states"):
        nodes, links = rows(exported / folder / "node.csv"), rows(exported / folder / "link.csv")
        ids = [node["node_id"] for node in nodes]
        assert len(set(ids)) == len(ids)
        assert all(-180 <= float(node["x_coord"]) <= 180 for node in nodes)
        assert len({link["link_id"] for link in links}) == len(links)
        ends = {link[end] for link in links for end in ("from_node_id", "to_node_id")}
        assert ends <= set(ids)
        assert {link["directed"] for link in links} <= {"true", "false"}
        assert all(float(link["length"]) >= 0 for link in links)
        zones = {zone["zone_id"] for zone in rows(exported / folder / "zone.csv")}
        assert {node["zone_id"] for node in nodes} - {""} <= zones
        (config,) = rows(exported / folder / "config.csv")
        assert config["crs"] == "EPSG:4326"
    geometry = {link["geometry"].partition(" ")[0] for link in rows(exported / "gmns" / "link.csv")}
    assert geometry == {"LINESTRING"}


def test_the_profile_names_every_column(exported):
    text = PROFILE.read_text(encoding="utf-8")
    for file in sorted(exported.glob("gmns*/*.csv")):
        if file.name in {"node.csv", "link.csv", "zone.csv"}:
            for heading in rows(file)[0]:
                assert f"`{heading}`" in text, f"{file.parent.name}/{file.name}: {heading}"


def test_figures_of_links_are_those_of_legs(tmp_path):
    net = tiny.network(
        tmp_path,
        "a -- road 100 wall -- b",
        countries={"a": "AA", "b": "BB"},
        extra={
            "parameters": [
                {
                    "id": "slow",
                    "name": "dwell_h",
                    "mode": "road",
                    "at": "wall",
                    "to": "BB",
                    "value": 99,
                    "low": 99,
                    "high": 99,
                    "unit": "h",
                    "source": "assumed",
                }
            ]
        },
    )
    figures = link_figures(net)
    for way, ends in (("ab", ("a", "b")), ("ba", ("b", "a"))):
        (leg,) = co.route(net, *ends).hauls
        assert figures[f"hours_{way}"][0] == pytest.approx(leg.hours)
        assert figures[f"usd_{way}"][0] == pytest.approx(leg.usd)
        assert figures[f"dwell_h_{way}"][0] == pytest.approx(leg.hours_by["border"])
        assert figures[f"fee_usd_{way}"][0] == pytest.approx(leg.usd_by["fees"])
    assert figures["dwell_h_ab"][0] == 99


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda home: (home / "node.csv").unlink(), "cannot read .*node.csv.*No such file"),
        (lambda home: (home / "link.csv").write_bytes(b"\xff\xfe\xfa"), "not a CSV table in UTF-8"),
        (lambda home: (home / "node.csv").write_text("node_id\nx\n"), "lacks columns of this"),
        (lambda home: _edit(home, "LINESTRING (", "LINE ("), "row 2: 'LINE .* is not WKT"),
        (lambda home: _edit(home, ",road,", ",rode,"), "'rode': must be one of"),
    ],
)
def test_gmns_of_another_kind_is_refused(spoil, says, tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 -- b")
    line = schema.Line("a-b-road-0", "traced", ((50.0, 40.0), (50.001, 40.0)), ("assumed",))
    tables = draft(net.seeds)
    drawn = co.load(
        write_seeds(
            tmp_path / "drawn",
            Draft("t", dt.date(2026, 1, 1), (), {**tables.rows, "lines": [line]}),
        )
    )
    co.export(drawn, tmp_path / "out", formats=["gmns"])
    spoil(tmp_path / "out" / "gmns")
    with pytest.raises(co.CorridorsError, match=says):
        read_gmns(tmp_path / "out" / "gmns")


def _edit(home: Path, old: str, new: str) -> None:
    text = (home / "link.csv").read_text()
    assert old in text
    (home / "link.csv").write_text(text.replace(old, new))


# matrices


def test_omx_matrices_read_back(bundled, exported):
    found = read_omx(exported / "skims.omx", bundled)
    assert set(found) == set(BY) == set(MEASURES)
    for measure, by in BY.items():
        pd.testing.assert_frame_equal(found[measure], co.matrix(bundled, by=by))


def test_omx_zones_are_those_of_gmns(exported):
    openmatrix = pytest.importorskip("openmatrix")
    place = {row["zone_id"]: row["place"] for row in rows(exported / "gmns-states" / "zone.csv")}
    with openmatrix.open_file(str(exported / "skims.omx")) as file:
        zones, ids = file.map_entries("zone"), file.map_entries("place")
        assert [place[str(zone)] for zone in zones] == [name.decode() for name in ids]
        assert file["hours"].attrs["unit"] == "h"


def test_the_long_table_says_nothing_where_no_way_leads(tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 -- b\nc -- road 10 -- d")
    co.export(net, tmp_path / "out", formats=["csv", "omx"])
    table = pd.read_csv(tmp_path / "out" / "skims.csv", index_col=["origin", "destination"])
    assert table.loc[("a", "b"), "km"] == 100
    assert table.loc[("a", "c")].isna().all()
    assert np.isposinf(read_omx(tmp_path / "out" / "skims.omx")["hours"].loc["a", "c"])


def test_a_matrix_of_unknown_places_is_refused(tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 -- b")
    other = tiny.network(tmp_path / "other", "a -- road 100 -- z")
    co.export(net, tmp_path / "out", formats=["omx"])
    with pytest.raises(co.UnknownNameError, match="unknown place 'b'"):
        read_omx(tmp_path / "out" / "skims.omx", other)


def test_a_file_that_is_no_matrix_is_refused(tmp_path):
    openmatrix = pytest.importorskip("openmatrix")
    (tmp_path / "x.omx").write_text("not a matrix")
    with pytest.raises(co.CorridorsError, match=r"cannot open .*x\.omx") as refused:
        read_omx(tmp_path / "x.omx")
    assert "\n" not in str(refused.value)
    openmatrix.open_file(str(tmp_path / "y.omx"), "w").close()
    with pytest.raises(co.CorridorsError, match="no lookup 'place'"):
        read_omx(tmp_path / "y.omx")


# layers


def test_geopackage_and_geojson_hold_the_layers(bundled, exported):
    counts = {name: len(getattr(bundled.seeds, name)) for name in ("places", "links", "gates")}
    for name, count in {**counts, "routes": 1}.items():
        layer = geopandas.read_file(exported / "network.gpkg", layer=name)
        assert len(layer) == len(geopandas.read_file(exported / f"{name}.geojson")) == count
        assert layer.crs == "EPSG:4326"
        assert layer.geometry.is_valid.all()
    way = co.route(bundled, "baku", "tbilisi")
    (row,) = geopandas.read_file(exported / "network.gpkg", layer="routes").to_dict("records")
    assert row["hours"] == pytest.approx(way.hours)
    assert row["links"] == "; ".join(way.links)
    for measure in ("hours", "usd"):
        parts = [row[name] for name in row if name.startswith(f"{measure}_")]
        assert sum(parts) == pytest.approx(row[measure])
    open_ = geopandas.read_file(exported / "network.gpkg", layer="links").set_index("id")["open"]
    assert open_.to_dict() == {link: bundled.passable(link) for link in bundled.seeds.links}


def test_a_route_that_stays_where_it_is_can_be_drawn(tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 -- b")
    co.export(net, tmp_path / "out", formats=["geojson"], pairs=[("a", "a")])
    assert len(geopandas.read_file(tmp_path / "out" / "routes.geojson")) == 1


def test_graphml_reads_back_as_the_graph(bundled, exported):
    graph, read = (
        bundled.graph(),
        nx.read_graphml(exported / "graph.graphml", force_multigraph=True),
    )
    assert read.number_of_edges() == graph.number_of_edges()
    assert set(read) == {"/".join(node) for node in graph}
    ours = nx.shortest_path_length(
        graph, ("baku", "origin"), ("tbilisi", "destination"), weight="usd"
    )
    theirs = nx.shortest_path_length(read, "baku/origin", "tbilisi/destination", weight="usd")
    assert theirs == pytest.approx(ours)
    assert read.graph["data_date"] == str(bundled.seeds.data_date)


def test_what_was_written_is_said(bundled, exported):
    about = json.loads((exported / "about.json").read_text(encoding="utf-8"))
    assert about["data_date"] == str(bundled.seeds.data_date)
    assert about["attribution"] == list(bundled.seeds.attribution)
    there = {str(path.relative_to(exported)) for path in exported.rglob("*") if path.is_file()}
    assert {*about["files"], "about.json"} == there


def test_scenarios_change_what_is_exported(tmp_path):
    net = tiny.network(tmp_path / "seeds", MIXED, shut=["project"])
    built = net.under(open=["project"])
    co.export(built, tmp_path / "out", formats=["geojson"])
    links = geopandas.read_file(tmp_path / "out" / "links.geojson")
    assert links.open.all()
    about = json.loads((tmp_path / "out" / "about.json").read_text())
    assert about["changes"] == ["open project"]


# nothing half written


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "gmms"], "unknown format 'gmms'; did you mean gmns?"),
        (["--place", "bakuu"], "unknown place 'bakuu'; did you mean baku"),
        (["--pair", "baku:tbilissi"], "unknown place 'tbilissi'; did you mean tbilisi"),
        (["--pair", "baku"], "must read origin:destination"),
        (["--seeds", "nowhere"], "no folder of tables at 'nowhere'"),
    ],
)
def test_bad_input_gets_one_line_and_no_file(arguments, says, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["export", *arguments, "-o", str(tmp_path / "out")])
    said = capsys.readouterr()
    assert left.value.code == 2
    assert says in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_gets_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit) as left:
        main(["export", "--format", "csv", "-o", str(tmp_path / "file" / "out")])
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("cannot write ")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_export_that_fails_leaves_the_old_files(tmp_path, monkeypatch):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 -- b")
    co.export(net, tmp_path / "out", formats=["csv"])
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def fail(folder: Path, _: object) -> None:
        (folder / "graph.graphml").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, "graphml", fail)
    with pytest.raises(co.CorridorsError, match=r"cannot write .*No space left"):
        co.export(net, tmp_path / "out", formats=["geojson", "graphml"])
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "seeds"]


def test_a_second_export_replaces_the_first_and_keeps_other_files(tmp_path):
    net = tiny.network(tmp_path / "seeds", "a -- road 100 project -- b", shut=["project"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for network in (net, net.under(open=["project"])):
        co.export(network, tmp_path / "out", formats=["csv", "gmns"])
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert pd.read_csv(tmp_path / "out" / "skims.csv").km.max() == 100


def test_skims_without_places_are_refused_or_left_out(tmp_path):
    folder = tiny.draw(tmp_path / "seeds", "a -- road 100 -- b")
    text = (folder / "places.csv").read_text().replace(",city,", ",junction,")
    (folder / "places.csv").write_text(text)
    net = co.load(folder)
    with pytest.raises(co.CorridorsError, match="no cities, so name some"):
        co.export(net, tmp_path / "out", formats=["csv"])
    names = {path.name for path in co.export(net, tmp_path / "out")}
    assert "network.gpkg" in names
    assert names.isdisjoint({"skims.csv", "skims.omx"})


def test_the_command_names_its_files(tmp_path, capsys):
    folder = tiny.draw(tmp_path / "seeds", MIXED)
    common = ["export", "--seeds", str(folder), "-o", str(tmp_path / "out"), "--format", "csv"]
    with pytest.raises(SystemExit) as left:
        main([*common, "--json"])
    assert left.value.code == 0
    files = json.loads(capsys.readouterr().out)
    assert [Path(file).name for file in files] == ["skims.csv", "about.json"]
    assert all(Path(file).is_file() for file in files)


# another package agrees


def test_aequilibrae_finds_the_same_least_costs(tmp_path):
    """The worked example of ``docs/gmns-profile.md``, for two costs."""
    pytest.importorskip("aequilibrae")
    net = tiny.network(tmp_path / "seeds", MIXED)
    assert _disagreement(net, tmp_path / "out", list(net.seeds.places)) < 1e-9


def test_aequilibrae_finds_the_same_least_costs_on_the_bundled_network(bundled, tmp_path):
    pytest.importorskip("aequilibrae")
    neutral = [event for event in bundled.seeds.events if event.origin or event.destination]
    choosy = {event.gate for event in neutral}
    net = bundled.under(close=choosy) if choosy else bundled
    cities = [place.id for place in net.seeds.places.values() if place.kind == "city"]
    assert _disagreement(net, tmp_path / "out", cities) < 1e-9


def _disagreement(net: co.Network, folder: Path, places: list[str]) -> float:
    """How far the skims of AequilibraE, computed from the GMNS files, are from ours."""
    co.export(net, folder, formats=["gmns"])
    home = folder / "gmns-states"
    node, link = pd.read_csv(home / "node.csv"), pd.read_csv(home / "link.csv")
    first, last = (
        node[node.node_type == end].set_index("place").node_id[places]
        for end in ("origin", "destination")
    )
    worst = 0.0
    for cost in ("hours", "usd"):
        found = _aequilibrae(link, cost).loc[first, last].to_numpy()
        ours = co.matrix(net, places, by=BY[cost]).to_numpy()
        apart = ~np.eye(len(places), dtype=bool)
        assert (np.isinf(found) == np.isinf(ours))[apart].all()
        reached = apart & np.isfinite(ours)
        worst = max(worst, float(np.abs(found[reached] - ours[reached]).max()))
    return worst


def _aequilibrae(link: pd.DataFrame, cost: str) -> pd.DataFrame:
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        from aequilibrae.paths import Graph, NetworkSkimming

        graph = Graph()
        graph.network = pd.DataFrame(
            {
                "link_id": link.link_id,
                "a_node": link.from_node_id,
                "b_node": link.to_node_id,
                "direction": 1,
                cost: link[cost],
            }
        )
        nodes = np.unique(link[["from_node_id", "to_node_id"]].to_numpy())
        graph.prepare_graph(nodes, remove_dead_ends=False)
        graph.set_graph(cost)
        graph.set_skimming([cost])
        graph.set_blocked_centroid_flows(False)
        skims = NetworkSkimming(graph)
        skims.set_cores(1)
        skims.execute()
        return pd.DataFrame(skims.results.skims.matrix[cost], index=nodes, columns=nodes)
