"""Frames as tables for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

#: Columns that are shares of a whole.
SHARES = {
    *("share", "reached", "carried", "cut_demand", "efficiency_loss", "loss"),
    *("better", "same", "worse", "probability", "accessibility_loss"),
}


def frame_parts(frame: pd.DataFrame, *, title: str = "", most: int = 30) -> list[Any]:
    """The first rows of a frame; words lean left, figures right, shares are in percent.

    Parameters
    ----------
    frame
        What to show.
    title
        A line above it; nothing is shown of an empty frame.
    most
        How many rows; the title says how many there are in all.
    """
    if frame.empty:
        return []
    more = f" (the first {most} of {len(frame)})" if len(frame) > most else ""
    table = Table(box=None, pad_edge=False)
    columns = [*frame.columns]
    rows = [
        [_cell(name, value) for name, value in zip(columns, row, strict=True)]
        for row in frame.head(most).itertuples(index=False, name=None)
    ]
    for place, name in enumerate(columns):
        words = any(not isinstance(row[place], tuple) for row in rows)
        table.add_column(
            str(name).replace("_", " "), justify="left" if words else "right", overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell[0] if isinstance(cell, tuple) else escape(cell) for cell in row))
    return [f"[bold]{escape(title + more)}[/]", table, ""]


def _cell(name: str, value: Any) -> str | tuple[str]:
    """The text of a cell; in a tuple if it is a figure."""
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    if math.isnan(value):
        return ("",)
    if math.isinf(value):
        return ("no way",)
    if name in SHARES:
        return (f"{value:.1%}",)
    return (f"{value:,}" if isinstance(value, int) else f"{value:,.1f}",)
