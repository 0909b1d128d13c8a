"""Tables as text: the other half of the reader in :mod:`corridors.seeds`."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors import seeds as seed_tables
from corridors.errors import CorridorsError
from corridors.files import beside

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from corridors.seeds import Seeds

_SEPARATOR = "; "


@dataclass(frozen=True)
class Draft:
    """Tables that are not a folder yet.

    Attributes
    ----------
    title, data_date, attribution
        What ``data.toml`` will say.
    rows
        Rows of each table by its name.
    folders
        Folders beside the tables to copy: scenarios, cargo profiles.
    """

    title: str
    data_date: dt.date
    attribution: tuple[str, ...] = ()
    rows: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    def copy_folders(self, folder: Path) -> None:
        """Copy what stands beside the tables into a folder."""
        for path in self.folders:
            shutil.copytree(path, folder / path.name)


def draft(seeds: Seeds) -> Draft:
    """Checked tables as a draft that can be changed and written."""
    rows = {name: _rows(getattr(seeds, name)) for name in schema.TABLES}
    beside_them = (seeds.folder / name for name in ("scenarios", "cargo"))
    folders = tuple(path for path in beside_them if path.is_dir())
    return Draft(seeds.title, seeds.data_date, seeds.attribution, rows, folders)


def _rows(table: Any) -> tuple[Any, ...]:
    return tuple(table.values()) if hasattr(table, "values") else tuple(table)


def write_seeds(
    folder: str | Path, tables: Draft, *, check: Callable[[Seeds], object] | None = None
) -> Path:
    """Write a new folder of tables, checked as ``corridors check`` would, whole or not at all.

    Parameters
    ----------
    folder
        Where; it must not hold anything yet.
    tables
        What to write; tables without rows are left out.
    check
        Called with the tables as they read back, before they move to the folder.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SeedsError
        When the tables have faults.
    CorridorsError
        When something stands there already, or the place cannot be written to.
    """
    check_new(folder)
    with beside(folder) as made:
        made.mkdir()
        _write(made, tables)
        written = seed_tables.read(made)
        if check is not None:
            check(written)
    return Path(folder)


def check_new(folder: str | Path) -> None:
    """Refuse a folder that holds something already."""
    path = Path(folder)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        message = f"{str(folder)!r} is there already; name a new folder"
        raise CorridorsError(message)


def _write(folder: Path, tables: Draft) -> None:
    (folder / "data.toml").write_text(about_text(tables), encoding="utf-8")
    for name in schema.TABLES:
        rows = tables.rows.get(name, ())
        if rows or name in schema.REQUIRED_TABLES:
            (folder / f"{name}.csv").write_text(table_text(name, rows), encoding="utf-8")
    tables.copy_folders(folder)


def about_text(tables: Draft) -> str:
    """``data.toml`` as text."""
    lines = [f"    {_toml(line)}," for line in tables.attribution]
    attribution = ["attribution = [", *lines, "]"] if lines else []
    head = [f"title = {_toml(tables.title)}", f"data_date = {tables.data_date}"]
    return "\n".join([*head, *attribution, ""])


def _toml(text: str) -> str:
    """A basic string; JSON's escapes are TOML's too, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def table_text(name: str, rows: Iterable[Any]) -> str:
    """A table as CSV text, which the reader reads back to the same rows.

    Parameters
    ----------
    name
        Name of the table, such as ``links``.
    rows
        Rows of that table.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.columns(name))
    cells = _cells(name)
    writer.writerows([write(getattr(row, item)) for item, write in cells] for row in rows)
    return out.getvalue()


@cache
def _cells(name: str) -> tuple[tuple[str, Callable[[Any], str]], ...]:
    """Each column's attribute and how its cell is written."""
    return tuple(
        (item.name, _WRITERS.get(item.metadata["column"].kind, _text))
        for item in fields(schema.TABLES[name])
    )


def cell_text(table: str, heading: str, value: Any) -> str:
    """One cell as text; what :func:`corridors.seeds.read_cell` undoes."""
    return _WRITERS.get(schema.columns(table)[heading].kind, _text)(value)


def number_text(value: float) -> str:
    """The shortest text that reads back to the same number.

    Examples
    --------
    >>> number_text(14.0), number_text(39.21008)
    ('14', '39.21008')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))  # noqa: PLR2004 - whole numbers in full


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _list(value: Iterable[Any]) -> str:
    return _SEPARATOR.join(map(str, value))


def points_text(points: Iterable[schema.Point]) -> str:
    """Points as ``lon lat; lon lat``.

    Examples
    --------
    >>> points_text([(49.85, 40.38), (50, 41)])
    '49.85 40.38; 50 41'
    """
    return _SEPARATOR.join(f"{number_text(lon)} {number_text(lat)}" for lon, lat in points)


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 - the cell itself
    return "" if value is None else ("yes" if value else "no")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "number": _number,
    "ids": _list,
    "choices": _list,
    "points": points_text,
    "yes-no": _yes_no,
}
