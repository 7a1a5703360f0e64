"""The views of a PostgreSQL database as they are at a moment, in a SQLite file that Datasette can read."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from storage.consume.dictionary import VIEWS

CHUNK = 500
_TYPES = {"integer": "INTEGER", "number": "REAL"}


def copy_views(engine: Engine, path: Path) -> None:
    """Write the views into a new file, the search index too; all rows are of one moment.

    Args:
        engine: a PostgreSQL database; its connections read from one snapshot (REPEATABLE READ).
        path: the file; it must not be there yet.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the file cannot be written.
    """
    with closing(sqlite3.connect(path)) as file, engine.connect() as connection:
        file.execute("PRAGMA journal_mode=OFF")
        file.execute("PRAGMA synchronous=OFF")
        file.execute("CREATE VIRTUAL TABLE search_index USING fts5(title, body, content='', tokenize='unicode61')")
        for view in VIEWS:
            names = [one.name for one in view.columns if one.type != "index"]
            stored = ("article_id", "title_folded", "text_folded") if view.name == "v1_search" else names
            found = connection.execution_options(stream_results=True, max_row_buffer=CHUNK).execute(
                text(f"SELECT {', '.join(stored)} FROM {view.name}")  # noqa: S608 - names of the dictionary
            )
            if view.name == "v1_search":
                into = "search_index (rowid, title, body)"
            else:
                columns = ", ".join(f"{one.name} {_TYPES.get(one.type, 'TEXT')}" for one in view.columns)
                file.execute(f"CREATE TABLE rows_{view.name} ({columns})")
                file.execute(f"CREATE VIEW {view.name} AS SELECT * FROM rows_{view.name}")  # noqa: S608 - as above
                into = f"rows_{view.name} ({', '.join(names)})"
            marks = ", ".join("?" * len(stored))
            for chunk in found.partitions(CHUNK):
                file.executemany(f"INSERT INTO {into} VALUES ({marks})", _plain(chunk))  # noqa: S608 - as above
        file.execute("CREATE UNIQUE INDEX ix_articles ON rows_v1_articles (article_id)")
        file.commit()


def _plain(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value for value in row]
