"""Every notebook runs from top to bottom in a fresh kernel, and is committed without outputs."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import corridors as co

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
#: A notebook that takes longer is cut off.
LIMIT_S = 60
LONGEST_CELL = 32
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def run(book: nbformat.NotebookNode) -> None:
    """Run a notebook in a fresh kernel, in its own folder; an error in a cell is raised."""
    place = {"metadata": {"path": str(FOLDER)}}
    client = NotebookClient(book, kernel_name="python3", resources=place)
    asyncio.run(asyncio.wait_for(client.async_execute(), LIMIT_S))


def warnings_in(book: nbformat.NotebookNode) -> list[str]:
    """What the cells wrote to stderr."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    return [output.text for output in outputs if output.get("name") == "stderr"]


@pytest.fixture(scope="module")
def compiled(bundled):
    """Kernels compiled and kept on disk, so that no notebook waits for the compiler."""
    pair = ("baku", "tbilisi")
    co.alternatives(bundled, *pair, k=2)
    co.breakeven(bundled, *pair, lever="dwell:red-bridge-road", by="generalised")
    co.sweep(bundled, ["red-bridge-road"], [pair]).worth()
    co.simulate(bundled, ["base"], [pair], draws=2).leads(pair)


def test_there_are_notebooks_and_the_readme_lists_them_all():
    said = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) >= 7
    assert re.findall(r"\]\(([\w-]+\.ipynb)\)", said) == [path.name for path in NOTEBOOKS]


@pytest.mark.notebook
@pytest.mark.usefixtures("compiled")
@every_notebook
def test_runs_without_an_error_or_a_warning(path):
    book = read(path)
    run(book)
    assert warnings_in(book) == []


@pytest.mark.notebook
def test_an_error_and_a_warning_would_be_seen():
    loud = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import warnings\nwarnings.warn('loud')")]
    )
    run(loud)
    assert "loud" in "".join(warnings_in(loud))
    wrong = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run(wrong)


@every_notebook
def test_is_committed_without_outputs(path):
    book = read(path)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert code
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


@every_notebook
def test_cells_are_short_and_begin_with_a_title(path):
    first, *others = read(path).cells
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert [cell.id for cell in others if len(cell.source.splitlines()) > LONGEST_CELL] == []


@every_notebook
def test_every_name_taken_from_the_package_is_public(path):
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    used = set(re.findall(r"\bco\.([A-Za-z_]+)", code))
    assert used
    assert used <= set(co.__all__)
