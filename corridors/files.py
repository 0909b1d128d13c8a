"""Files are written beside their place and then renamed, so that none is ever half written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from corridors.errors import CorridorsError


def write_text(path: str | Path, text: str) -> Path:
    """Write a text file whole or not at all.

    Raises
    ------
    CorridorsError
        When the place cannot be written to.
    """
    target = Path(path)
    try:
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
    return target
