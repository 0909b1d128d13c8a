"""The bundled tables: clean, sourced, on the globe, and adding up to what is published."""

from __future__ import annotations

from itertools import pairwise

import pytest
import shapely
from shapely.geometry import Point, shape
from shapely.ops import nearest_points

import corridors as co
from corridors import schema
from corridors.network import bundled_scenarios
from corridors.seeds import GEODESIC_SLACK_KM
from geo.basemap import countries, lakes
from geo.frontiers import natural_earth
from geo.measure import geodesics_km

#: How far a section of ours may be from a published total.
TOLERANCE = 0.02
#: How far a port or a border point may lie off the drawn outline of its country.
OFF_LAND_KM = 30.0
#: Places farther off, and why.
OFFSHORE = {"shanghai": "the container port, Yangshan, is built on islets off the coast"}
#: How far a railway or road may be drawn off its country, and a lane over land: the outlines are
#: simplified to about 1 km, and borders of 1:50m lie up to 5 km beside the posts.
ASTRAY_KM = 5.0
#: How closely a drawn line is looked at, in degrees (about 3 km).
LOOK_DEGREES = 0.03
#: Lines that stray farther, and why.
ASTRAY = {
    "astrakhan-rostov-sea": "the Volga, the canal and the Don",
    "rostov-azov-sea": "the lower Don",
    "azov-bosporus-north-sea": "Azov lies on the Don",
    "suez-south-port-said-sea": "the Suez canal",
    **dict.fromkeys(
        ["astrakhan-anzali-sea", "astrakhan-amirabad-sea", "astrakhan-caspian-port-sea"],
        "the Volga and its delta",
    ),
    **dict.fromkeys(["olya-anzali-sea", "olya-amirabad-sea"], "the delta of the Volga"),
    **dict.fromkeys(["dover-strait-hamburg-sea", "hamburg-skagen-sea"], "the Elbe"),
    "gulf-of-finland-st-petersburg-sea": "the outlines fill the bay of the Neva",
    "gulf-of-finland-ust-luga-sea": "the outlines fill the bay of the Luga",
    **dict.fromkeys(
        [f"{port}-novorossiysk-sea" for port in ("bosporus-north", "poti", "batumi")]
        + [f"{port}-novorossiysk-sea" for port in ("samsun", "trabzon")],
        "the outlines fill the bay of Novorossiysk",
    ),
    "xian-shanghai-rail": "it is led on to Yangshan, on islets off the coast",
    "garabogaz-turkmenbashi-road": "the spits at the strait of Garabogaz are not in the outlines",
    "dostyk-alashankou-rail": "counted as Chinese from the Kazakh station on",
    "torugart-cn-torugart-kg-rail": "counted as Kyrgyz from the Chinese post on",
    "aghband-nrnadzor-rail": "counted as Armenian from the end of the Azerbaijani line on",
    "yalama-samur-rail": "counted as Azerbaijani as far as the Russian station",
    "tatvan-van-ferry": "the outline of Lake Van ends 5 km short of the pier of Tatvan",
    "tabriz-urmia-road": "the causeway and bridge over Lake Urmia",
    "boyuk-kesik-gardabani-border-rail": "counted as Azerbaijani to a node inside Georgia",
    "iletsk-east-zhaisan-rail": "counted as Kazakh from the Russian side on",
    "brest-malaszewicze-rail": "counted as Polish from the Belarusian station on",
    "jalal-abad-border-savay-rail": "counted as Kyrgyz as far as the Uzbek station",
}  # fmt: skip
#: Names of Natural Earth for the codes of the tables.
NAMES = {
    "AE": "United Arab Emirates", "AM": "Armenia", "AZ": "Azerbaijan", "BG": "Bulgaria",
    "BY": "Belarus", "CN": "China", "DE": "Germany", "GE": "Georgia", "IN": "India", "IR": "Iran",
    "KG": "Kyrgyzstan", "KZ": "Kazakhstan", "PK": "Pakistan", "PL": "Poland", "RO": "Romania",
    "RU": "Russia", "TJ": "Tajikistan", "TM": "Turkmenistan", "TR": "Turkey", "UA": "Ukraine",
    "UZ": "Uzbekistan",
}  # fmt: skip
#: The eight scenarios every report compares.
SCENARIOS = {
    *("base", "2020-both-shut", "zangezur-open", "araz-open", "both-open"),
    *("rasht-astara-built", "azerbaijan-iran-closed", "red-sea-closed"),
}


@pytest.fixture(scope="module")
def tables(bundled):
    return bundled.seeds


@pytest.fixture(scope="module")
def all_open(bundled):
    return bundled.under(open=list(bundled.seeds.gates))


def test_the_bundled_tables_are_read_without_a_fault(tables):
    counts = {name: len(getattr(tables, name)) for name in schema.TABLES}
    assert counts["places"] > 300
    assert counts["links"] > 500
    assert counts["gates"] > 100
    assert counts["corridors"] >= 4
    assert tables.attribution
    assert any("OpenStreetMap" in line for line in tables.attribution)


@pytest.mark.parametrize("name", sorted(set(schema.TABLES) - {"sources"}))
def test_every_row_names_its_sources_or_says_assumed(tables, name):
    rows = getattr(tables, name)
    for row in rows if name == "events" else rows.values():
        assert row.source, row
        assert set(row.source) <= {*tables.sources, schema.ASSUMED}, row


def test_what_is_assumed_comes_with_a_range(tables):
    bare = [
        row.id
        for row in tables.parameters.values()
        if schema.ASSUMED in row.source and not row.low < row.high
    ]
    assert bare == []


def test_every_source_says_where_it_can_be_found(tables):
    lost = [row.id for row in tables.sources.values() if not (row.url or row.publisher)]
    assert lost == []


def test_no_link_is_shorter_than_its_geodesic(tables):
    links = list(tables.links.values())
    straight = geodesics_km(
        [tables.places[link.from_].point for link in links],
        [tables.places[link.to].point for link in links],
    )
    short = [
        link.id
        for link, km in zip(links, straight, strict=True)
        if link.length_km < km - GEODESIC_SLACK_KM
    ]
    assert short == []


def test_lines_run_from_end_to_end(tables):
    for link in tables.links.values():
        line = tables.line(link.id)
        ends = tables.places[link.from_].point, tables.places[link.to].point
        gaps = geodesics_km([line[0], line[-1]], ends)
        assert max(gaps) < 2, link.id


def test_every_place_lies_in_or_beside_its_country(tables):
    land = {item["properties"]["name"]: shape(item["geometry"]) for item in countries()["features"]}
    off = {}
    for place in tables.places.values():
        if place.country != schema.HIGH_SEAS:
            here = Point(place.point)
            at = nearest_points(land[NAMES[place.country]], here)[0]
            (km,) = geodesics_km([place.point], [(at.x, at.y)])
            if km > OFF_LAND_KM:
                off[place.id] = round(km)
    assert off.keys() == OFFSHORE.keys()


def test_lines_keep_to_their_country_and_lanes_to_the_water(tables):
    outlines = natural_earth()
    soil = dict(zip(outlines.codes, outlines.shapes, strict=True))
    water = shapely.union_all([shape(item["geometry"]) for item in lakes()["features"]])
    land = shapely.union_all(outlines.shapes).difference(water)
    astray = {}
    for link in tables.links.values():
        line = shapely.segmentize(shapely.linestrings(tables.line(link.id)), LOOK_DEGREES)
        points = shapely.points(shapely.get_coordinates(line))
        if link.mode in ("rail", "road"):
            home = soil[link.country].difference(water)
            own = shapely.covers(home, points)
        else:
            own, home = ~shapely.covers(land, points), land.boundary
        ways = shapely.get_coordinates(shapely.shortest_line(points[~own], home)).tolist()
        km = max(geodesics_km(ways[::2], ways[1::2]), default=0.0)
        if km > ASTRAY_KM:
            astray[link.id] = round(km, 1)
    assert astray.keys() == ASTRAY.keys(), astray


def test_no_ship_is_boarded_without_a_wait(tables):
    """Sailings wait for a day of the week or a full hold: at the port, or on the lane."""
    waited = {row.at for row in tables.parameters.values() if row.name == "wait_h"}
    unwaited = {
        (link.id, end)
        for link in tables.links.values()
        if link.mode == "sea" and link.id not in waited
        for end in (link.from_, link.to)
        if tables.places[end].kind != "sea" and end not in waited
    }
    assert unwaited == set()


def test_places_at_sea_are_at_sea(tables):
    for place in tables.places.values():
        assert (place.kind == "sea") == (place.country == schema.HIGH_SEAS), place.id


def test_every_gate_has_something_behind_it(tables):
    assert [gate for gate, links in tables.gate_links.items() if not links] == []


def test_what_has_happened_has_happened(tables):
    for event in tables.events:
        assert event.date <= tables.data_date, event
        assert event.due is None or event.due >= event.date, event


def test_links_of_a_corridor_follow_each_other(tables):
    broken = []
    for corridor in tables.corridors.values():
        links = [tables.links[link] for link in corridor.links]
        broken += [
            (corridor.id, one.id, other.id)
            for one, other in pairwise(links)
            if {one.from_, one.to}.isdisjoint({other.from_, other.to})
        ]
    assert broken == []


def test_the_eight_scenarios_are_there(bundled):
    known = bundled_scenarios(bundled.seeds)
    assert set(known) >= SCENARIOS
    for name in known:
        assert bundled.under(name).scenarios[-1].id == name


def test_the_base_is_the_network_itself(bundled):
    base = bundled.under("base")
    assert base.open_gates == bundled.open_gates
    assert (base.date, base.charges, base.shut_links) == (bundled.date, (), frozenset())


#: Places a line runs over, its published km, and the fact that says so.
RAIL = [
    ("horadiz aghband", 110.4),  # F0001
    ("rasht astara-ir", 162),  # F0023
    ("rasht caspian-port", 37),  # F0030
    ("aghband zerani", 42),  # F0036, F0421: across Armenia
    ("kars dilucu", 223.6),  # F0039
    ("astara-az astara-ir", 10),  # F0117, F0270
    ("kars akhalkalaki", 105),  # F0185
    ("marabda akhalkalaki", 153),  # F0186
    ("gorgan incheh-borun", 88),  # F0191
    ("sumgayit yalama", 167.7),  # F0205, F0207
    ("sumgayit yalama", 166),  # F0208
    ("tabriz jolfa", 146),  # F0211
    ("sufian sharafkhaneh", 53),  # F0212
    ("tehran mashhad", 925),  # F0213
    ("poti tbilisi", 310),  # F0217
    ("razi sufian", 187.5),  # F0220: chainage 307 less 119.5
    ("sufian tabriz", 30.7),  # F0221
    ("tehran maragheh tabriz", 735.9),  # F0222
    ("qom kashan", 98.3),  # F0225
    ("qom bafq", 590.3),  # F0225
    ("bafq bandar-abbas", 626),  # F0226
    ("fariman sarakhs-ir", 155),  # dewiki-nord-sued-iran; F0227 has 165 for this line
    ("bafq torbat-heydarieh", 676),  # dewiki-nord-sued-iran; F0228 has 800 to the Tehran line
    ("zahedan chabahar", 628),  # F0232
    ("alat shirvan", 48),  # F0240
    ("alat horadiz", 202),  # F0242
    ("ordubad julfa", 39),  # F0244
    ("nakhchivan julfa", 45.1),  # F0248
    ("qazvin rasht", 164),  # F0253
    ("tehran maragheh jolfa", 883.5),  # F0260
    ("tabriz jolfa", 147.6),  # F0261
    ("poti tbilisi", 312.1),  # F0265
    ("tbilisi batumi", 348),  # F0266
    ("tbilisi marabda", 23.1),  # F0268
    ("ayrum gyumri", 141),  # F0269
    ("ayrum yerevan", 295),  # F0269
    ("alat horadiz", 204.6),  # F0281
    ("alat boyuk-kesik", 415.5),  # F0282
    ("baku boyuk-kesik", 497.8),  # F0283
    ("boyuk-kesik tbilisi", 51.1),  # F0284
    ("bilajari yalama", 187.8),  # F0285
    ("alat astara-az", 243.8),  # F0286
    ("julfa jolfa", 5),  # F0291
    ("serhetyaka akyayla", 688.6),  # F0294
    ("turkmenbashi ashgabat", 559.1),  # F0295
    ("marand cheshmeh-soraya", 200),  # F0373
    ("astrakhan kizlyar", 350),  # F0501: 335 from Trusovo, 15 km west of Astrakhan
    ("chervlyonnaya kizlyar", 82),  # F0502
    ("moscow ryazan verkhny-baskunchak", 1284),  # F0503
    ("verkhny-baskunchak astrakhan", 246),  # F0503
    ("verkhny-baskunchak volgograd", 194),  # F0503
]
ROAD = [
    ("nurduz jolfa", 60),  # F0464
    ("rasht astara-az", 180),  # F0123: the lorry leg of 2016, within its own tolerance
]


@pytest.mark.parametrize(("section", "published_km"), RAIL)
def test_sections_add_up_to_published_lengths(all_open, section, published_km):
    start, *via, end = section.split()
    way = co.route(all_open, start, end, by="distance", modes=["rail"], via=via)
    assert way.km == pytest.approx(published_km, rel=TOLERANCE)


@pytest.mark.parametrize(("section", "published_km"), ROAD)
def test_roads_add_up_to_published_lengths(all_open, section, published_km):
    start, *via, end = section.split()
    way = co.route(all_open, start, end, by="distance", modes=["road"], via=via)
    assert way.km == pytest.approx(published_km, rel=0.03)


def test_closing_the_bundled_gates_one_by_one_never_betters_a_route(bundled):
    pairs = [("baku", "nakhchivan"), ("moscow", "bandar-abbas"), ("tbilisi", "tehran")]
    before = {pair: co.route(bundled, *pair) for pair in pairs}
    for gate in {gate for way in before.values() for gate in way.gates}:
        closed = bundled.under(close=[gate])
        for pair, way in before.items():
            try:
                now = co.route(closed, *pair)
            except co.NoRoute:
                continue
            assert gate not in now.gates
            assert now.hours >= way.hours - 1e-9


def test_the_northern_corridor_runs_by_brest_while_poland_leaves_it_open(bundled):
    way = co.route(bundled, "khorgos-kz", "hamburg", modes=["rail"])
    assert way.countries == ("KZ", "RU", "BY", "PL", "DE")
    assert {"brest", "malaszewicze"} <= set(way.places)
    assert way.gauge_changes == 1
    held = bundled.under(date="2025-09-15")
    with pytest.raises(co.NoRoute, match="brest-rail"):
        co.route(held, "khorgos-kz", "hamburg", modes=["rail"])


def test_boxes_of_russia_reach_berlin_by_train_but_not_the_terminals_of_hamburg(bundled):
    for ends in (("moscow", "berlin"), ("berlin", "moscow")):
        assert "brest-rail" in co.route(bundled, *ends).gates
    for ends in (("moscow", "hamburg"), ("hamburg", "st-petersburg")):
        with pytest.raises(co.NoRoute, match="hamburg-terminals"):
            co.route(bundled, *ends)
        assert co.route(bundled.under(date="2022-01-15"), *ends).links
    assert "hamburg-terminals" in co.route(bundled, "almaty", "hamburg").gates, "others pass"


EAST = ["shanghai", "nhava-sheva", "mundra", "jebel-ali", "bandar-abbas", "chabahar"]
WEST = ["hamburg", "st-petersburg", "mersin", "istanbul", "poti", "constanta", "novorossiysk"]


@pytest.mark.parametrize("red_sea", ["open", "close"])
@pytest.mark.parametrize("scenario", ["base", "ocean-market-2021"])
def test_no_detour_at_sea_undercuts_a_direct_way(bundled, red_sea, scenario):
    net = bundled.under(scenario, **{red_sea: ["bab-el-mandeb"]})
    round_africa = net.under(close=["suez"])
    asked = {"modes": ["sea"]}
    across = [(east, west) for east in EAST for west in WEST]
    gulf = [("shanghai", port) for port in EAST[3:]] + [(port, "jebel-ali") for port in EAST[1:3]]
    for pair in across + gulf:
        for ends in (pair, pair[::-1]):
            cheap = co.route(net, *ends, by="cost", **asked)
            through = net if "suez" in cheap.gates else round_africa
            direct = co.route(through, *ends, by="distance", **asked)
            assert cheap.km < 1.1 * direct.km, (ends, cheap.places)
