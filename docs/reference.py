# ruff: noqa: INP001 - a script, not a package
"""Write the API reference from the docstrings; a warning of pdoc's is an error here.

python docs/reference.py out/reference
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import GenericAlias

import networkx as nx
import pandas as pd
import pdoc.doc
import pdoc.render

#: The public names, and the rooms in which callers may look further.
MODULES = (
    "corridors",
    "corridors.schema",
    "corridors.stategraph",
    "corridors.exchange.frames",
    "corridors.exchange.gmns",
    "corridors.exchange.json_schema",
    "corridors.exchange.matrices",
    "corridors.exchange.tables",
    "geo.frontiers",
    "geo.measure",
)
#: Classes that take type arguments in their stubs only; here they must, to be shown.
STUBBED = (nx.DiGraph, nx.Graph, nx.MultiDiGraph, pd.Index, pd.Series)


class Page(pdoc.doc.Module):
    """A module without its submodules: the public ``compare`` is the function, not its module."""

    submodules = ()


def write(folder: Path) -> list[Path]:
    """Write one page a module and an index.

    Parameters
    ----------
    folder
        Folder to write to.

    Returns
    -------
    list of Path
        The pages.
    """
    for generic in STUBBED:
        generic.__class_getitem__ = classmethod(GenericAlias)
    pages = {}
    for name in MODULES:
        module = import_module(name)
        for public in getattr(module, "__all__", ()):
            getattr(module, public)
        pages[name] = Page(module)
    pdoc.render.configure(docformat="numpy", show_source=False, search=False)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "index.html"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written[0].write_text(pdoc.render.html_index(pages), encoding="utf-8")
        for name, page in pages.items():
            path = folder / Path(*name.split(".")).with_suffix(".html")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pdoc.render.html_module(page, pages), encoding="utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    for made in write(Path(sys.argv[1])):
        sys.stdout.write(f"wrote {made}\n")
