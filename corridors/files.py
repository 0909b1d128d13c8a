"""Files are written beside their place and then renamed, so that none is ever half written.

A link is followed, and what is no file, such as a device or a pipe, is written to as it is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_text(path: str | Path, text: str) -> Path:
    """Write a text file whole or not at all.

    Raises
    ------
    CorridorsError
        When the place cannot be written to.
    """
    target = Path(path).resolve()
    if target.is_dir():
        message = f"cannot write {str(path)!r}: it is a folder; name a file in it"
        raise CorridorsError(message)
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            return Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(beside).chmod(0o644)
            Path(beside).replace(target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror or error}"
        raise CorridorsError(message) from None
    return Path(path)


@contextmanager
def beside(path: str | Path) -> Iterator[Path]:
    """A place beside ``path`` to write a file or a folder at; moved to ``path`` when all went well.

    A folder that is there already keeps its other files.

    Raises
    ------
    CorridorsError
        When the place cannot be written to.
    """
    target = Path(path).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            made = room / target.name
            yield made
            _move(made, target)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror or error}"
        raise CorridorsError(message) from None


def _move(made: Path, target: Path) -> None:
    if made.is_dir() and target.is_dir():
        for child in sorted(made.iterdir()):
            _move(child, target / child.name)
    else:
        made.replace(target)
