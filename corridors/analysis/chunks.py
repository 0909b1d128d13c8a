"""Long tables written chunk by chunk, so that memory stays flat."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd


def write_parquet(
    path: str | Path, chunks: Iterable[pd.DataFrame], about: Mapping[str, str]
) -> Path:
    """Write frames of the same columns to one Parquet file, whole or not at all.

    Parameters
    ----------
    path
        The file.
    chunks
        One or more frames; each becomes a row group.
    about
        What the file's metadata says.

    Raises
    ------
    CorridorsError
        When pyarrow is missing, or the place cannot be written to.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        message = 'Parquet needs pyarrow: pip install "corridors[tables]"'
        raise CorridorsError(message) from None
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror or error}"
        raise CorridorsError(message) from None
    writer = None
    try:
        for chunk in chunks:
            rows = pa.Table.from_pandas(chunk, preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(beside, rows.schema.with_metadata(dict(about)))
            writer.write_table(rows.replace_schema_metadata(dict(about)))
        if writer is not None:
            writer.close()
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return target
