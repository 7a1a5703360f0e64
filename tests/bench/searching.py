"""Search and export at size, on both engines: how long a query takes, how large the index is, what an export needs.

    python -m tests.bench.searching [--articles 10000,100000] [--engine sqlite]

The texts are the newsroom's, each with words of a long tail that obeys Zipf's law: a newsroom of templates has some two
thousand words, an archive has tens of thousands, most of them rare.
"""

import argparse
import multiprocessing
import re
import resource
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, text, update

from storage.consume.export import export
from storage.consume.search import Filters, search
from storage.database.engine import connect, transact
from storage.database.migrate import upgrade
from storage.database.models import article, reading
from storage.database.search_index import index_articles, search_words
from storage.vocabulary import ExportFormat, PressTexts
from tests.bench.archive_of_texts import fill
from tests.databases import postgres

_HEADS = re.findall(r"\w+", "b c ch d đ g gh gi h kh l m n ng ngh nh p ph qu r s t th tr v x")
_TAILS = re.findall(
    r"\w+", "a à á ả ã ạ an ang ăn ân anh ao ay ây eo em ên iêm iet inh o oa oai ôn ong ơi u ua uôn uy ưa ương"
)
_TAIL = [
    f"{head}{tail} {other}{end}"
    for head in _HEADS
    for tail in _TAILS
    for other in "lmnt"
    for end in ("an", "inh", "oi")
]
_WEIGHTS = list(accumulate(1 / rank for rank in range(1, len(_TAIL) + 1)))
_MONTHS = 24
_CHUNK = 1000

QUERIES: tuple[tuple[str, str, Filters | None], ...] = (
    ("a rare word", _TAIL[-5], None),
    ("a rare phrase", f'"{_TAIL[len(_TAIL) // 2]}"', None),
    ("a word of the tail's head", _TAIL[2], None),
    ("two words", "giải ngân", None),
    ("four words", "cải cách thủ tục hành chính", None),
    ("without marks", "thu tuc hanh chinh", None),
    ("a phrase in every other text", '"thủ tục hành chính"', None),
    ("words of nearly every text", "ủy ban nhân dân tỉnh", None),
    ("a beginning", "chuyển đ*", None),
    ("a beginning of two letters", "ng*", None),
    ("words and a portal", "hành chính", Filters(portal="lao_cai")),
    ("words and a month", "hành chính", Filters(since=date(2024, 3, 1), until=date(2024, 3, 31))),
    ("a document number", "27/2018/NĐ-CP", None),
    ("a document's number and year", "số 5/2021", None),
    ("a document and words", "quyết định 5/2021/QĐ-UBND", None),
    ("nothing", "không có từ này zzz", None),
    (
        "a pasted sentence",
        "Lãnh đạo tỉnh đề nghị các sở, ban, ngành tiếp tục rà soát, đơn giản hóa thủ tục hành chính",
        None,
    ),
    ("signs alone", '"* ( ) - "', None),
)


def _spread(connection: Connection, count: int) -> None:
    """Give the articles months, and their texts a tail of rare words."""
    for place in range(_MONTHS):
        day = date(2023 + place // 12, place % 12 + 1, 10)
        connection.execute(update(article).where(article.c.id % _MONTHS == place).values(sort_date=day))
    for first in range(1, count + 1, _CHUNK):
        ids = range(first, min(first + _CHUNK, count + 1))
        rows = connection.execute(select(reading.c.id, reading.c.text).where(reading.c.id.in_(ids))).all()
        tailed = [{"key": row.id, "tailed": f"{row.text}\n{_tail(row.id)}"} for row in rows]
        connection.execute(
            update(reading).where(reading.c.id == bindparam("key")).values(text=bindparam("tailed")), tailed
        )


def _tail(number: int) -> str:
    rng = Random(number)
    words = (_TAIL[bisect(_WEIGHTS, rng.random() * _WEIGHTS[-1])] for _ in range(40))
    named = f" theo Quyết định {number % 3000 + 1}/2021/QĐ-UBND và Nghị định 27/2018/NĐ-CP" if number % 7 == 0 else ""
    return " ".join(words) + named


def _index(engine: Engine, count: int) -> float:
    """Index all articles as loading does; return the seconds that it took."""
    columns = (reading.c.article_id, reading.c.section, reading.c.title, reading.c.lead, reading.c.text)
    seconds = 0.0
    for first in range(1, count + 1, _CHUNK):
        with engine.connect() as connection:
            query = select(*columns).where(reading.c.id.in_(range(first, min(first + _CHUNK, count + 1))))
            rows = connection.execute(query).all()
        started = time.perf_counter()
        words = {row.article_id: search_words(row.section, row.title, row.lead, row.text) for row in rows}
        transact(engine, partial(index_articles, shown=words, new=set(words)))
        seconds += time.perf_counter() - started
    return seconds


def _size(engine: Engine) -> int:
    """Return the bytes of the whole database."""
    query = (
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        if engine.dialect.name == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)


def _asked(engine: Engine, rounds: int) -> dict[str, tuple[int, float]]:
    """Return of each query how many hits it has (at most 20), and its milliseconds in the quickest round.

    The quickest: what else the machine does only adds.
    """
    times: dict[str, list[float]] = {name: [] for name, _, _ in QUERIES}
    hits: dict[str, int] = {}
    for _ in range(rounds):
        for name, words, filters in QUERIES:
            started = time.perf_counter()
            hits[name] = len(search(engine, words, filters))
            times[name].append(1000 * (time.perf_counter() - started))
    return {name: (hits[name], min(taken)) for name, taken in times.items()}


def _exported(address: str, folder: Path, form: ExportFormat, told: "multiprocessing.SimpleQueue[Any]") -> None:
    engine = connect(address)
    started = time.perf_counter()
    manifest = export(engine, folder, form, press=PressTexts.TEXT)
    seconds = time.perf_counter() - started
    size = sum(one.bytes for one in manifest.files)
    told.put((manifest.tables["articles"], seconds, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def _export_all(address: str) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for form in ExportFormat:
            told: multiprocessing.SimpleQueue[Any] = context.SimpleQueue()
            process = context.Process(target=_exported, args=(address, Path(folder) / form, form, told))
            process.start()
            articles, seconds, size, peak = told.get()
            process.join()
            yield f"{form:8} {articles / seconds:8.0f} articles/s {size >> 20:6} MiB {peak:5} MiB at most"


def measure(database: Callable[[], AbstractContextManager[str]], count: int, rounds: int) -> None:
    """Print the figures of one engine at one size."""
    with database() as address:
        engine = connect(address)
        upgrade(engine)
        fill(engine, count)
        transact(engine, partial(_spread, count=count))
        before = _size(engine)
        seconds = _index(engine, count)
        print(f"\n{engine.dialect.name}, {count} articles: indexed in {1000 * seconds / count:.2f} ms an article,")
        print(f"database {before >> 20} MiB, index {(_size(engine) - before) >> 20} MiB more")
        if engine.dialect.name == "postgresql":
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        found = _asked(engine, rounds)
        for name, (hits, taken) in found.items():
            print(f"{name:30} {hits:3} hits {taken:9.1f} ms")
        every = sorted(taken for _, taken in found.values())
        p50, p95 = every[len(every) // 2], every[int(len(every) * 0.95)]
        print(f"all queries: p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)
        engine.dispose()
        for line in _export_all(address):
            print(line, flush=True)


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


def main() -> None:
    """Print the figures of every engine and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    with postgres() as server:
        for count in map(int, options.articles.split(",")):
            for name, database in (("sqlite", _file), ("postgresql", server.database)):
                if options.engine in (None, name):
                    measure(database, count, options.rounds)


if __name__ == "__main__":
    main()
