"""Sections of the report on truth: links to sources, sentences on misses, nothing unescaped."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

import corridors as co
from corridors.analysis.claims import Finding, Judged, judge
from corridors.analysis.provenance import provenance
from corridors.analysis.validation import GROUPS, met
from corridors.render.pages import (
    claims_section,
    provenance_section,
    source_links,
    validation_section,
)
from corridors.schema import Claim
from tests import tiny

EVIL = '<script>alert("x")</script>'
SOURCES = [
    {
        "id": "page",
        "title": f"A {EVIL} page",
        "publisher": "Them & co",
        "url": "https://a.b/?x=1&y",
    },
    {"id": "trap", "title": "Trap", "publisher": "Trap", "url": "javascript:alert(1)"},
]
VOID = {"br", "meta"}


class Reader(HTMLParser):
    """Tags and links of a page; refuses tags that do not close in turn."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        """Note the tag and where it leads."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """The tag opened last must close first."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Note the text."""
        self.text.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture
def net(tmp_path):
    rows = [
        {"id": "near", "value": 10, "note": EVIL},
        {"id": "far", "value": 99, "note": EVIL, "unlike": EVIL, "via": "b"},
        {"id": "none", "value": 9, "modes": "sea"},
    ]
    ends = {"from": "a", "to": "c", "measure": "km", "kind": "length", "source": "page; trap"}
    folder = tiny.draw(
        tmp_path / "seeds",
        "a -- road 5 -- b -- road 5 -- c",
        extra={"sources": SOURCES, "observed": [{**ends, **row} for row in rows]},
    )
    tiny.alter(folder, "places", "a", name=EVIL, note=EVIL)
    return co.load(folder)


def test_published_values_link_to_their_sources_and_misses_have_a_sentence(net):
    found = co.validate(net)
    reader = read(validation_section(found))
    assert reader.links == ["https://a.b/?x=1&y"] * 3
    said = " ".join(reader.text)
    for check in found.misses:
        assert check.why in said
    assert "no way" in said
    assert "script" not in reader.tags
    for measure in ("km", "hours", "usd"):
        shares = found.shares(measure)
        for group, title in GROUPS.items():
            assert title in reader.text
            assert met(shares, group) in [text.strip() for text in reader.text] + [""]


def test_claims_show_verdict_finding_and_sources(net):
    claim = Claim("b01", EVIL, "confirmed", "sum", ("page", "gone"), EVIL)
    reader = read(claims_section([Judged(claim, Finding("contradicted", EVIL))], net.seeds))
    assert reader.links == ["https://a.b/?x=1&y"]
    assert {"B01", "contradicted", EVIL} <= set(reader.text)
    assert "script" not in reader.tags


def test_provenance_lists_tables_assumptions_and_sources(net):
    reader = read(provenance_section(provenance(net.seeds)))
    said = " ".join(reader.text)
    assert reader.links == ["https://a.b/?x=1&y"]
    assert "observed: near, far, none" in said
    assert "places a" in said
    assert "script" not in reader.tags


def test_a_source_without_an_address_is_text(net):
    assert "href" not in source_links(net.seeds, ["trap"])
    assert source_links(net.seeds, ["gone"]) == "gone"
    assert "Them &amp; co" in source_links(net.seeds, ["page"])


def test_the_bundled_sections_are_whole(bundled):
    found = co.validate(bundled)
    reader = read(validation_section(found))
    urls = {
        bundled.seeds.sources[source].url for check in found.checks for source in check.row.source
    }
    assert {url for url in urls if url.startswith("http")} <= set(reader.links)
    read(claims_section(judge(bundled), bundled.seeds))
    read(provenance_section(provenance(bundled.seeds)))
