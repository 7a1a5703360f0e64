"""Loading beside a raw bulk load of the very same rows, and unchanged pages beside new ones, on both engines.

    python -m tests.bench.loading [--articles 3000] [--rounds 3] [--engine sqlite] [--wall]

Raw is the quickest road of each engine: COPY on PostgreSQL, executemany of ready tuples on SQLite, into the same tables
with the same indexes, keys and full-text index, in transactions of as many articles as ours, from rows that are made
already. Ours starts from what the reading processes hand over, as the pipeline does: articles with their digests and
words for searching (what making these costs stands in a column of its own). It enters captures, decides identity and
versions, and writes the change feed. Unchanged pages come as the pipeline has them: their bytes are those of the
reading that is shown, so that they are not read, and are loaded as known. Processor time of client and server together;
--wall for that of the clock.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from crawlers.portals import load as load_portal
from crawlers.reading import read_page
from storage.database.captures import enter, unread
from storage.database.engine import connect, transact
from storage.database.load import ReadResult, load
from storage.database.loading.derived import Derived, derive, take_over
from storage.database.migrate import upgrade
from storage.database.models import metadata
from storage.database.unchanged import unchanged
from storage.records import Article, Capture, Location, Paragraph, Provenance
from storage.settings import Settings
from tests.bench.clock import Clock
from tests.bench.replica_pages import replica_pages
from tests.databases import postgres
from tests.replicas.text import Writer
from tests.unit.database.makers import FIRST_DAY, PORTAL, article, capture, location, url

BATCH: int = Settings.model_fields["batch_size"].default
"""Captures of one transaction: the pipeline's default."""


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


def reading(clock: Clock) -> float:
    """Return seconds that reading a page of the replicas takes."""
    pages = [page for own in replica_pages(103, 12).values() for page in own if page.truth.article]
    portals = {page.portal: load_portal(page.portal) for page in pages if page.portal}
    seconds = 0.0
    for again in (False, True):  # the first time warms up
        started = clock()
        for page in pages:
            read_page(
                page.body,
                url=page.url,
                headers=page.headers,
                portal=portals[page.portal or ""],
                listing=page.item,
                fetched_at=FIRST_DAY,
            )
        seconds = (clock() - started) / len(pages) if again else 0.0
    return seconds


def fetched(made: Sequence[Article], run_id: str, at: datetime) -> list[tuple[Capture, Location]]:
    """Return captures of the articles' pages, whose bytes never change."""
    return [(capture(one.url, run_id=run_id, at=at, body=one.url), location()) for one in made]


def new(
    engine: Engine, clock: Clock, run_id: str, captures: Sequence[tuple[Capture, Location]], made: Sequence[Article]
) -> tuple[float, float]:
    """Enter and load articles that are new; return seconds, and those that reading processes take for what is derived.

    Articles come fresh from another process, so none of what is made of them is here yet.
    """
    seconds = deriving = 0.0
    for first in range(0, len(made), BATCH):
        batch, own = captures[first : first + BATCH], made[first : first + BATCH]
        started = clock()
        derived: list[Derived] = [derive(one, None) for one in own]
        deriving += clock() - started
        started = clock()
        _enter(engine, batch)
        for one, known in zip(own, derived, strict=True):
            take_over(one, known)
        load(engine, run_id, [ReadResult(*place, one) for place, one in zip(batch, own, strict=True)])
        seconds += clock() - started
    return seconds, deriving


def same(
    engine: Engine, clock: Clock, run_id: str, captures: Sequence[tuple[Capture, Location]], like: Article
) -> float:
    """Enter and load pages whose bytes have not changed; return seconds."""
    started = clock()
    for first in range(0, len(captures), BATCH):
        batch = captures[first : first + BATCH]
        _enter(engine, batch)
        found = unchanged(
            engine,
            [one for one, _ in batch],
            reader_version=like.reader_version,
            rules=lambda _: like.rules,
            since=None,
        )
        load(engine, run_id, [ReadResult(one, place, found[one.record_id]) for one, place in batch])
    return clock() - started


def _enter(engine: Engine, batch: Sequence[tuple[Capture, Location]]) -> None:
    entered = [unread(*one) for one in batch]
    transact(engine, partial(enter, portal=PORTAL, chunk=entered, reached=False))


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


def raw(engine: Engine, clock: Clock, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    """Bulk load rows into empty tables, in as many transactions as `new` takes; return seconds."""
    driver = engine.raw_connection()
    cursor = driver.cursor()
    names = [name for name in rows if rows[name][1] and name not in {"feed", "schema_note", "alembic_version"}]
    every = sum(len(rows[name][1]) for name in names)
    size = -(-every // max(1, len(rows["article"][1]) * 2 // BATCH))
    started = clock()
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
    seconds = clock() - started
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


def measure(database: Callable[[], Any], clock: Clock, made: Sequence[Article]) -> dict[str, float]:
    """Return seconds of one round."""
    seconds = {}
    with fresh(database) as engine:
        seconds["new"], seconds["derived"] = new(engine, clock, "run-1", fetched(made, "run-1", FIRST_DAY), made)
        rows = rows_of(engine)
        later = fetched(made, "run-2", FIRST_DAY + timedelta(days=1))
        seconds["same"] = same(engine, clock, "run-2", later, made[0])
    with fresh(database) as engine:
        seconds["raw"] = raw(engine, clock, rows)
    return seconds


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--wall", action="store_true", help="seconds of the clock")
    options = parser.parse_args()
    made = articles(options.articles)
    count = len(made)
    page = reading(Clock(wall=options.wall))
    size = statistics.mean(len(one.text.encode()) for one in made)
    print(f"{count} articles of {size:.0f} bytes of text, {BATCH} a transaction; reading a page {page * 1000:.2f} ms")
    print("articles a second; × is how much quicker an unchanged page is: loaded alone, and read and loaded")
    print(f"{'':12} {'raw':>7} {'new':>7} {'of raw':>7} {'derived':>9} {'unchanged':>10} {'× loaded':>9} {'× read':>7}")
    with postgres() as server:
        for name, database in (("sqlite", temporary_file), ("postgresql", server.database)):
            if options.engine in (None, name):
                clock = Clock(wall=options.wall, server=None if name == "sqlite" else server.process.pid)
                rounds = [measure(database, clock, made) for _ in range(options.rounds)]

                def middle(ratio: Callable[[dict[str, float]], float], rounds: Any = rounds) -> float:
                    return statistics.median(map(ratio, rounds))

                print(
                    f"{name:12} {middle(lambda one: count / one['raw']):7.0f} "
                    f"{middle(lambda one: count / one['new']):7.0f} "
                    f"{middle(lambda one: one['raw'] / one['new']):7.0%} "
                    f"{middle(lambda one: one['derived'] / count * 1000):6.2f} ms "
                    f"{middle(lambda one: count / one['same']):10.0f} "
                    f"{middle(lambda one: one['new'] / one['same']):9.1f} "
                    f"{middle(lambda one: (one['new'] + one['derived'] + count * page) / one['same']):7.1f}"
                )


if __name__ == "__main__":
    main()
