"""Leaflet maps that open without a network: folium's map with its assets in the page itself."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = "xstatic-leaflet"


class OfflineMap(folium.Map):
    """A folium map without tiles that needs nothing from outside, saved or in a notebook."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own way
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "location": (40.0, 47.0),
                "tiles": None,
                "zoom_start": 6,
                "maxZoom": 12,
                "minZoom": 2,
                "zoomSnap": 0.25,
                "zoom_control": "topright",
                "worldCopyJump": False,
                **options,
            }
        )
        self._name = "Map"
        header = page_figure(self).header
        header.add_child(Element(f"<style>{leaflet_css()}</style>"), name="leaflet_css")
        header.add_child(Element(f"<script>{leaflet_js()}</script>"), name="leaflet_js")


def page_figure(page: folium.Map) -> Figure:
    """The whole page that a map stands in."""
    return cast("Figure", page.get_root())


class Script(MacroElement):
    """A function of ours called with the Leaflet map and plain data.

    Parameters
    ----------
    source
        JavaScript that defines the function.
    function
        Its name; it is called as ``function(map, data)``.
    data
        Anything JSON can hold.
    style
        CSS for the page.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro script(this, kwargs) %}
        {{ this.source }}
        {{ this.function }}({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, source: str, function: str, data: Mapping[str, Any], style: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Script"
        self.source = source
        self.function = function
        self.data = script_json(data)
        self.style = style


def script_json(data: Any) -> str:
    r"""JSON that may stand inside a script element, whatever texts it holds.

    Braces that Jinja would take for a template are escaped too: branca renders what a macro has
    rendered once more. Outside of texts JSON has none of them.

    Examples
    --------
    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    unsafe = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}
    unsafe |= {"{{": "\\u007b\\u007b", "{%": "\\u007b%", "{#": "\\u007b#"}
    for character, escaped in unsafe.items():
        text = text.replace(character, escaped)
    return text.replace("\u2029", "\\u2029")


@cache
def leaflet_js() -> str:
    """Leaflet 1.9.3 (BSD-2-Clause), as the package xstatic-leaflet carries it."""
    return re.sub(r"//# sourceMappingURL=.*", "", _asset("leaflet.js").decode())


@cache
def leaflet_css() -> str:
    """Leaflet's style sheet with its images inside."""

    def inline(found: re.Match[str]) -> str:
        name = found.group(1)
        image = base64.b64encode(_asset(name)).decode()
        return f"url(data:image/png;base64,{image})"

    css = _asset("leaflet.css").decode()
    return re.sub(r"url\(([^)#:]+\.png)\)", inline, css)


def _asset(name: str) -> bytes:
    for path in files(_PACKAGE) or []:
        if str(path).endswith(f"/data/{name}"):
            return Path(str(path.locate())).read_bytes()
    message = f"{_PACKAGE} does not carry {name}"
    raise FileNotFoundError(message)
