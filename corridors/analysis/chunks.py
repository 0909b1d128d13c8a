"""Long tables written chunk by chunk, so that memory stays flat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import CorridorsError
from corridors.files import beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd


def write_parquet(
    path: str | Path, chunks: Iterator[pd.DataFrame], about: Mapping[str, str]
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
    first = pa.Table.from_pandas(next(chunks), preserve_index=False)
    schema = first.schema.with_metadata(dict(about))
    with beside(path) as made, pq.ParquetWriter(made, schema) as writer:
        writer.write_table(first.cast(schema))
        for chunk in chunks:
            writer.write_table(pa.Table.from_pandas(chunk, schema=schema, preserve_index=False))
    return Path(path)
