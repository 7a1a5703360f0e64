"""Loading beside a raw bulk load of the very same rows, and unchanged pages beside new ones, on both engines.

    python -m tests.bench.loading [--articles 3000] [--rounds 3] [--engine sqlite] [--profile]

Raw is the quickest road of each engine: COPY on PostgreSQL, executemany of ready tuples on SQLite, into the same tables
with the same indexes, from rows that are made already. Ours starts from records: it enters captures, decides identity
and versions, and writes the change feed.
"""

import argparse
import cProfile
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from storage.database.captures import enter, unread
from storage.database.engine import connect, transact
from storage.database.load import ReadResult, load
from storage.database.migrate import upgrade
from storage.database.models import metadata
from storage.records import Article, Paragraph, Provenance
from tests.databases import postgres
from tests.replicas.text import Writer
from tests.unit.database.makers import FIRST_DAY, PORTAL, article, capture, location, url

BATCH = 200


def articles(count: int) -> list[Article]:
    """Return articles of some 5 kB of Vietnamese text each."""
    made = []
    for number in range(count):
        writer = Writer(Random(number), PORTAL, date(2025, 3, 1))
        parts = writer.paragraphs(12)
        made.append(
            article(
                url(f"bai-{number}"),
                "\n".join(parts),
                title=f"{writer.title()} {number}",
                lead=writer.lead(),
                paragraphs=tuple(Paragraph(f"b{place}", part) for place, part in enumerate(parts, 1)),
                provenance={
                    name: Provenance("rules:vnportal", f"div.{name}") for name in ("title", "lead", "text", "date")
                },
                section="Tin tức",
                authors=(writer.person(),),
            )
        )
    return made


def fetched(made: Sequence[Article], run_id: str, at: datetime) -> list[ReadResult]:
    """Return the articles as they are fetched and read at a time."""
    return [ReadResult(capture(one.url, run_id=run_id, at=at), location(), one) for one in made]


def ours(engine: Engine, run_id: str, results: Sequence[ReadResult]) -> float:
    """Enter and load; return seconds."""
    started = time.perf_counter()
    for first in range(0, len(results), BATCH):
        batch = results[first : first + BATCH]
        entered = [unread(one.capture, one.location) for one in batch]
        transact(engine, partial(enter, portal=PORTAL, chunk=entered, reached=False))
        load(engine, run_id, batch)
    return time.perf_counter() - started


def rows_of(engine: Engine) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Return all rows as they are stored, by table, in the order of foreign keys."""
    with engine.connect() as connection:
        found = {}
        for table in metadata.sorted_tables:
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
            names = ", ".join(f'"{column.name}"' for column in table.columns)  # without the generated ones
            rows = connection.execute(text(f'SELECT {names} FROM "{table.name}" ORDER BY {keys}'))
            found[table.name] = (list(rows.keys()), [tuple(row) for row in rows])
    return found


def raw(engine: Engine, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    """Bulk load rows into empty tables, in as many transactions as `ours` takes; return seconds."""
    driver = engine.raw_connection()
    cursor = driver.cursor()
    names = [name for name in rows if rows[name][1] and name not in {"feed", "schema_note", "alembic_version"}]
    every = sum(len(rows[name][1]) for name in names)
    size = -(-every // max(1, len(rows["article"][1]) * 2 // BATCH))
    started = time.perf_counter()
    for name in names:
        columns, found = rows[name]
        listed = ", ".join(f'"{column}"' for column in columns)
        for first in range(0, len(found), size):
            part = found[first : first + size]
            if engine.dialect.name == "postgresql":
                with cursor.copy(f'COPY "{name}" ({listed}) FROM STDIN') as copy:
                    for row in part:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" * len(columns))
                cursor.executemany(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', part)
            driver.commit()
    seconds = time.perf_counter() - started
    driver.close()
    return seconds


@contextmanager
def fresh(database: Callable[[], Any]) -> Iterator[Engine]:
    """Give an empty database of the newest form."""
    with database() as address:
        engine = connect(address)
        upgrade(engine)
        yield engine
        engine.dispose()


@contextmanager
def temporary_file() -> Iterator[str]:
    """Give the address of an SQLite database that does not exist yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


def measure(database: Callable[[], Any], made: Sequence[Article], *, profile: bool) -> dict[str, float]:
    """Return seconds of one round."""
    seconds = {}
    watch = cProfile.Profile()
    with fresh(database) as engine:
        first, again = fetched(made, "run-1", FIRST_DAY), fetched(made, "run-2", FIRST_DAY + timedelta(days=1))
        if profile:
            watch.enable()
        seconds["new"] = ours(engine, "run-1", first)
        watch.disable()
        rows = rows_of(engine)
        seconds["unchanged"] = ours(engine, "run-2", again)
    with fresh(database) as engine:
        seconds["raw"] = raw(engine, rows)
    if profile:
        watch.print_stats("tottime")
    return seconds


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    made = articles(options.articles)
    print(f"{len(made)} articles of {statistics.mean(len(one.text.encode()) for one in made):.0f} bytes of text")
    print(f"{'engine':12} {'new/s':>8} {'raw/s':>8} {'of raw':>7} {'same/s':>8} {'same:new':>8}")
    with postgres() as server:
        for name, database in (("sqlite", temporary_file), ("postgresql", server.database)):
            if options.engine in (None, name):
                rounds = [measure(database, made, profile=options.profile) for _ in range(options.rounds)]
                new, again, bulk = (
                    statistics.median(one[what] for one in rounds) for what in ("new", "unchanged", "raw")
                )
                share = statistics.median(one["raw"] / one["new"] for one in rounds)
                ratio = statistics.median(one["new"] / one["unchanged"] for one in rounds)
                count = len(made)
                print(
                    f"{name:12} {count / new:8.0f} {count / bulk:8.0f} {share:7.0%} {count / again:8.0f} {ratio:8.1f}"
                )


if __name__ == "__main__":
    main()
