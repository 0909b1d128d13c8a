"""Pages that open without a network, and data that cannot break out of a script."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from branca.element import Template
from hypothesis import given
from hypothesis import strategies as st

from geo.leaflet import OfflineMap, Script, leaflet_css, leaflet_js, page_figure, script_json

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
#: Attributes by which a browser fetches something as soon as it opens a page.
FETCHING = {"src", "srcset", "poster", "background", "data", "action", "xlink:href"}


class References(HTMLParser):
    """What a page would fetch: by its elements, and by the style sheets in it."""

    def __init__(self, page):
        super().__init__()
        self.found, self.styles, self._in_style = [], [], False
        self.feed(page)
        for style in self.styles:
            self.found += re.findall(r"""url\(\s*['"]?([^'")]+)""", style)
            self.found += re.findall(r"@import[^;]+", style)

    def handle_starttag(self, tag, attrs):  # noqa: D102 - the parser's own
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in FETCHING or (name == "href" and tag != "a"):
                self.found.append(value)
            if name == "style":
                self.styles.append(value)

    def handle_endtag(self, tag):  # noqa: D102 - the parser's own
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data):  # noqa: D102 - the parser's own
        if self._in_style:
            self.styles.append(data)


def fetched(page):
    """References of a page that do not lie within it."""
    return [item for item in References(page).found if not item.startswith(("data:", "#"))]


@pytest.fixture(scope="module")
def page():
    made = OfflineMap()
    made.add_child(Script("function show(map, data) {}", "show", {"a": 1}, ".co { color: red }"))
    return page_figure(made).render()


@given(plain)
def test_script_json_says_what_it_was_given(data):
    text = script_json(data)
    assert json.loads(text) == data
    assert not set(text) & set("<>&\u2028\u2029")
    assert Template(f"var data = {text};").render() == f"var data = {text};"


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1 }}",
        "{% raw %}",
        "{# #}",
        "{{{%",
        "</script>",
        "<!--",
        "]]>",
        "&lt;",
        "\u2028",
        "\u2029",
        "</SCRIPT ",
        "<img onerror=x>",
    ],
)
def test_no_text_ends_the_script_or_becomes_a_template(text):
    said = script_json({text: [text]})
    assert not re.search("[<>&\u2028\u2029]|\\{[{%#]", said)
    assert json.loads(said) == {text: [text]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_script_json_refuses_what_json_cannot_hold(value):
    with pytest.raises(ValueError, match=r"(?i)json"):
        script_json({"a": value})


def test_a_page_fetches_nothing(page):
    assert fetched(page) == []


def test_the_check_itself_finds_what_a_page_would_fetch():
    assert fetched('<script src="https://a.test/b.js"></script>') == ["https://a.test/b.js"]
    assert fetched('<link rel="stylesheet" href="//a.test/c.css">') == ["//a.test/c.css"]
    assert fetched("<style>b { background: url('d.png') }</style>") == ["d.png"]
    assert fetched('<p style="background:url(e.png)">') == ["e.png"]
    assert fetched("<style>@import 'f.css';</style>") == ["@import 'f.css'"]
    assert fetched('<a href="https://a.test">read</a>') == []


def test_a_page_carries_leaflet_the_call_and_its_style(page):
    assert leaflet_js() in page
    assert "".join(leaflet_css().split()) in "".join(page.split())
    assert re.search(r'show\(map_[0-9a-f]+, \{"a":1\}\);', page)
    assert "<style>.co { color: red }</style>" in page


def test_leaflet_names_no_map_of_its_source():
    assert "sourceMappingURL" not in leaflet_js()


def test_leaflets_images_lie_in_its_style_sheet():
    assert "data:image/png;base64," in leaflet_css()
    assert ".png" not in re.sub(r"url\(data:[^)]*\)", "", leaflet_css())


def test_data_of_a_script_are_not_rendered_as_a_template():
    made = OfflineMap()
    made.add_child(Script("", "show", {"a": "{{ 6 * 7 }} {% raw %} {# gone #}"}, ""))
    page = page_figure(made).render()
    assert '"\\u007b\\u007b 6 * 7 }} \\u007b% raw %} \\u007b# gone #}"' in page


def test_options_of_the_map_can_be_set():
    assert '"zoom": 3' in page_figure(OfflineMap(zoom_start=3)).render()
