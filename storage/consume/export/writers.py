"""Files of an export: Parquet, JSON Lines, CSV; rows come in batches, so memory does not grow with them."""

import csv
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from storage.consume.columns import Column
from storage.vocabulary import ExportFormat

BATCH = 500
"""Rows held in memory at a time: some megabytes of articles."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of a cell that spreadsheets take for a formula (OWASP, CSV injection), in full width too."""

# What a spreadsheet turns into a number or date: "01", "5/2021", "1e5".
_NUMBER_LIKE = re.compile(r"\d[\d/.,:eE -]*")


_ARROW = {"integer": pa.int64(), "number": pa.float64()}


class Writer(Protocol):
    """Writes a file, a batch after the other."""

    path: Path

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows."""

    def close(self) -> tuple[int, int, str]:
        """Bring the file to the disk and return its rows, bytes and SHA-256."""


def open_writer(path: Path, form: ExportFormat, columns: Sequence[Column]) -> Writer:
    """Make a file, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match form:
        case ExportFormat.PARQUET:
            return _Parquet(path, columns)
        case ExportFormat.JSONL:
            return _Lines(path, columns)
        case ExportFormat.CSV:
            return _Csv(path, columns)


def fsync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Base:
    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.path = path
        self.columns = columns
        self.rows = 0

    def _finish(self) -> tuple[int, int, str]:
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self.rows, self.path.stat().st_size, digest


class _Parquet(_Base):
    """Types as the views have them: texts, 64-bit integers, doubles; times are the same text in every format."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        fields = [
            pa.field(one.name, _ARROW.get(one.type, pa.string()), metadata={"meaning": one.meaning}) for one in columns
        ]
        self._schema = pa.schema(fields)
        self._file = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            values = {one.name: [row[one.name] for row in rows] for one in self.columns}
            self._file.write_table(pa.table(values, schema=self._schema))
            self.rows += len(rows)

    def close(self) -> tuple[int, int, str]:
        self._file.close()
        return self._finish()


class _Lines(_Base):
    """An object a line; JSON columns are values, not text."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._json = {one.name for one in columns if one.type == "json"}

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            value = {
                one.name: json.loads(row[one.name]) if one.name in self._json and row[one.name] else row[one.name]
                for one in self.columns
            }
            self._file.write(json.dumps(value, ensure_ascii=False) + "\n")
        self.rows += len(rows)

    def close(self) -> tuple[int, int, str]:
        self._file.close()
        return self._finish()


class _Csv(_Base):
    """For spreadsheets: UTF-8 with its mark, so that Excel shows Vietnamese letters; no cell is a formula.

    A text that a spreadsheet would take for a formula, number or date has a `'` before it.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, lineterminator="\r\n")
        self._csv.writerow([one.name for one in columns])

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._csv.writerows([_cell(row[one.name], one.type) for one in self.columns] for row in rows)
        self.rows += len(rows)

    def close(self) -> tuple[int, int, str]:
        self._file.close()
        return self._finish()


def _cell(value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith(FORMULA) or (kind == "text" and _NUMBER_LIKE.fullmatch(value)):
        return f"'{value}"
    return value
