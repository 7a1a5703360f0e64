"""`make bench-neardup`: the follower on both engines beside datasketch, rensa and gaoya, on the same texts in one run.

python -m tests.bench.neardup [--texts 10000] [--only NAME …]

Each contestant runs in a process of its own, one after the other. The peers hold their index in memory, hash the words
folded as ours are into three-word shingles, have 128 values in 32 bands, and report pairs whose estimated likeness
reaches 0.4; we read texts from the database and write keys, links and stories to it. Processor time is that of the
process and of the database server together; the server has PostgreSQL's own defaults for memory and autovacuum.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text as sql

from storage.database.engine import connect
from storage.database.links import follow
from storage.database.migrate import upgrade
from storage.text import match_key
from tests.bench.archive_of_texts import EDITS, base, fill, texts
from tests.bench.clock import Clock
from tests.databases import postgres

Pairs = set[tuple[int, int]]
LIKE = 0.4
DEFAULTS = {"autovacuum": "on", "shared_buffers": "128MB"}
"""PostgreSQL's own, which those of the tests are not."""
PERMUTATIONS, BANDS = 128, 32


def shingles(text: str) -> list[str]:
    """Return the three-word shingles of a folded text."""
    words = match_key(text).split()
    return [" ".join(words[place : place + 3]) for place in range(len(words) - 2)]


def datasketch(count: int) -> Pairs:
    """MinHash LSH of datasketch."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
    kept: list[Any] = []
    pairs: Pairs = set()
    for number, text in enumerate(texts(count)):
        made = MinHash(num_perm=PERMUTATIONS)
        made.update_batch([shingle.encode() for shingle in shingles(text)])
        pairs |= {(other, number) for other in index.query(made) if made.jaccard(kept[other]) >= LIKE}
        index.insert(number, made)
        kept.append(made)
    return pairs


def rensa(count: int) -> Pairs:
    """R-MinHash LSH of rensa."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=LIKE, num_perm=PERMUTATIONS, num_bands=BANDS)
    kept: list[Any] = []
    pairs: Pairs = set()
    for number, text in enumerate(texts(count)):
        made = RMinHash(num_perm=PERMUTATIONS, seed=1)
        made.update(shingles(text))
        pairs |= {(other, number) for other in index.query(made) if made.jaccard(kept[other]) >= LIKE}
        index.insert(number, made)
        kept.append(made)
    return pairs


def gaoya(count: int) -> Pairs:
    """MinHash index of gaoya, with its own analyser."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, LIKE, BANDS, PERMUTATIONS // BANDS, None, "word", True, (3, 3))
    pairs: Pairs = set()
    for number, text in enumerate(texts(count)):
        folded = match_key(text)
        pairs |= {(other, number) for other in index.query(folded)}
        index.insert_document(number, folded)
    return pairs


def ours(address: str) -> Pairs:
    """The follower, from the feed's first change to its last."""
    engine = connect(address)
    follow(engine)
    with engine.connect() as connection:
        rows = connection.execute(sql("SELECT a, b FROM link WHERE kind <> 'serial'")).all()
    return {(row.a - 1, row.b - 1) for row in rows}


PEERS: dict[str, Callable[[int], Pairs]] = {"datasketch": datasketch, "rensa": rensa, "gaoya": gaoya}


def _measured(work: Callable[[], Pairs], server: int | None, end: Connection) -> None:
    clock = Clock(wall=False, server=server)
    wall, cpu = time.perf_counter(), clock()
    pairs = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    end.send((time.perf_counter() - wall, clock() - cpu, peak, pairs))


def measure(work: Callable[[], Pairs], *, server: int | None = None) -> tuple[float, float, float, Pairs]:
    """Do the work in a process of its own; return seconds, processor seconds, peak memory in MiB, and the pairs.

    `server` is the process of the database server that works for it.
    """
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_measured, args=(work, server, its))
    process.start()
    its.close()
    result: tuple[float, float, float, Pairs] = mine.recv()
    process.join()
    return result


def score(pairs: Pairs, count: int) -> dict[str, str]:
    """Return the share of the edits of each kind that were found, and the pairs that are none."""
    linked = {tuple(sorted(pair)) for pair in pairs}
    shown = {}
    for digit, edit in EDITS.items():
        edited = range(digit, count, 10)
        found = sum((base(number), number) in linked for number in edited)
        shown[edit.__name__] = f"{found / max(1, len(edited)):.4f}"
    shown["false pairs"] = str(sum(base(one) != base(other) for one, other in linked))
    return shown


@contextmanager
def databases(count: int, names: list[str]) -> Iterator[tuple[dict[str, str], int]]:
    """Give the addresses of the databases named, filled with texts, and the process of the PostgreSQL server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres(settings=DEFAULTS) as server,
        server.database() as address,
    ):
        given = {"PostgreSQL": address, "SQLite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        chosen = {name: given[name] for name in names}
        for url in chosen.values():
            engine = connect(url)
            upgrade(engine)
            fill(engine, count)
            if engine.dialect.name == "postgresql":
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(sql("ANALYZE"))
            engine.dispose()
        yield chosen, server.process.pid


class Follow:
    """`ours` on a database: a callable that another process can be sent."""

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self) -> Pairs:
        return ours(self.address)


class Peer:
    """A peer on so many texts, likewise."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count = name, count

    def __call__(self) -> Pairs:
        return PEERS[self.name](self.count)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", default=["SQLite", "PostgreSQL", *PEERS])
    given = parser.parse_args()
    count = given.texts
    console = Console(width=160)
    table = Table(title=f"{count:,} texts, {count * (count - 1) // 2:,} pairs", title_justify="left")
    columns = ("", "ms a text", "processor ms", "peak MiB", *(edit.__name__ for edit in EDITS.values()), "false pairs")
    for column in columns:
        table.add_column(column, justify="left" if not column else "right")

    def add(name: str, work: Callable[[], Pairs], less: float, server: int | None = None) -> None:
        wall, cpu, peak, pairs = measure(work, server=server)
        row = [f"{wall / count * 1000 - less:.3f}", f"{cpu / count * 1000 - less:.3f}", f"{peak:.0f}"]
        table.add_row(name, *row, *score(pairs, count).values())
        print(json.dumps([name, *row, score(pairs, count)]), flush=True)

    names = [name for name in given.only if name not in PEERS]
    with databases(count, names) as (addresses, server):
        for name, address in addresses.items():
            add(f"congtin, {name}", Follow(address), 0.0, server if name == "PostgreSQL" else None)
    peers = [name for name in given.only if name in PEERS]
    if peers:
        generation = measure(Generate(count))[1] / count * 1000
        for name in peers:
            add(name, Peer(name, count), generation)  # the peers make their texts as they go
    console.print(table)


class Generate:
    """Making the texts alone, whose cost is not the peers'."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self) -> Pairs:
        for _ in texts(self.count):
            pass
        return set()


if __name__ == "__main__":
    main()
