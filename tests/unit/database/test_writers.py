"""Several writers at a time: nothing is lost, nothing is doubled, no change appears behind a cursor handed out."""

import itertools
import multiprocessing
import os
import signal
import threading
from multiprocessing.synchronize import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, RowMapping, event, select

from storage.consume.dictionary import OUTSIDE_FEED
from storage.database.engine import connect, transact
from storage.database.feed import number_changes
from storage.database.load import load
from storage.database.models import change
from tests.unit.database.makers import LONG, Desk, article, row, rows, url

BATCHES, SIZE, WRITERS = 5, 8, 4


def write(address: str, writer: int, start: "Event", deadly: int = 0) -> None:
    """Load the writer's batches; die by SIGKILL when the `deadly`th commit is due, all written and nothing committed."""
    engine = connect(address)
    start.wait(30)
    due = itertools.count(1)

    def die(_connection: Connection) -> None:
        if next(due) == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", die)
    for batch in range(BATCHES):
        # All writers meet the same texts: half of each batch is the same for everyone.
        desk = Desk(engine, run_id=f"run-{writer}")
        names = [f"w{writer}-{batch}-{place}" for place in range(SIZE)]
        results = []
        for place, name in enumerate(names):
            words = f"chung {batch} {place}" if place % 2 else name
            results.append(row(desk.capture(name), article(url(name), f"{LONG} {words}", title=words)))
        load(engine, desk.run_id, results)
    engine.dispose()


class Follower:
    """A consumer: keeps a cursor and a copy of the articles, which it fetches as the feed names them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seen: list[int] = []
        self.copy: dict[int, dict[str, Any]] = {}

    def poll(self) -> None:
        query = "SELECT seq, article_id FROM v1_changes WHERE seq > :cursor ORDER BY seq"
        for found in rows(self.engine, query, cursor=self.seen[-1] if self.seen else 0):
            self.seen.append(found["seq"])
            self.copy.pop(found["article_id"], None)
            for now in rows(self.engine, "SELECT * FROM v1_articles WHERE article_id = :id", id=found["article_id"]):
                self.copy[found["article_id"]] = told(now)


def told(found: RowMapping) -> dict[str, Any]:
    """What the feed tells of an article: see the head of the data dictionary."""
    return {name: value for name, value in dict(found).items() if ("v1_articles", name) not in OUTSIDE_FEED}


@pytest.mark.parametrize("deadly", [3, *(pytest.param(one, marks=pytest.mark.soak) for one in (1, 2, 4, 5))])
def test_four_processes_one_of_them_killed_lose_and_double_nothing(engine: Engine, deadly: int) -> None:
    address = engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [
        context.Process(target=write, args=(address, number, start, deadly if number == 0 else 0))
        for number in range(WRITERS)
    ]
    for process in processes:
        process.start()
    start.set()
    follower = Follower(engine)
    while any(process.is_alive() for process in processes):
        follower.poll()
        processes[-1].join(0.01)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [-signal.SIGKILL, 0, 0, 0]
    again = context.Process(target=write, args=(address, 0, start))  # the next run does what the killed one left
    again.start()
    while again.is_alive():
        follower.poll()
        again.join(0.01)
    assert again.exitcode == 0
    follower.poll()
    assert follower.seen == _after(engine, 0), "a change appeared behind the cursor"
    assert follower.copy == {found["article_id"]: told(found) for found in rows(engine, "SELECT * FROM v1_articles")}
    own = WRITERS * BATCHES * SIZE // 2
    shared = BATCHES * SIZE // 2
    assert len(rows(engine, "SELECT * FROM v1_articles")) == own + shared
    assert len(rows(engine, "SELECT * FROM v1_addresses")) == WRITERS * BATCHES * SIZE
    assert len(rows(engine, "SELECT * FROM v1_changes WHERE change = 'created'")) == own + shared


def _after(engine: Engine, cursor: int) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(select(change.c.seq).where(change.c.seq > cursor).order_by(change.c.seq)))


def test_a_number_is_given_only_when_the_one_before_is_committed(migrated_postgres: Engine) -> None:
    """A writer that has its number and does not commit yet keeps the next one from getting a higher one."""
    engine = migrated_postgres
    for portal in ("a", "b"):
        Desk(engine, portal=portal).serve("x")
    holds, go = threading.Event(), threading.Event()
    found = [dict(item) for item in rows(engine, "SELECT * FROM change ORDER BY seq")]
    for item in found:
        del item["seq"]
        item["at"] = Desk(engine).now
        item["changed_fields"] = []

    def slow() -> None:
        def work(connection: object) -> None:
            number_changes(connection, [found[0]])  # type: ignore[arg-type]
            holds.set()
            go.wait(20)

        transact(engine, work)

    def quick() -> None:
        transact(engine, lambda connection: number_changes(connection, [found[1]]))

    first, second = threading.Thread(target=slow), threading.Thread(target=quick)
    first.start()
    assert holds.wait(20)
    second.start()
    second.join(0.3)
    assert second.is_alive()
    assert _after(engine, 2) == []
    go.set()
    first.join(20)
    second.join(20)
    assert _after(engine, 2) == [3, 4]
    assert [item["portal"] for item in rows(engine, "SELECT portal FROM change WHERE seq > 2 ORDER BY seq")] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("rounds", [3])
def test_a_cancelled_batch_leaves_nothing(engine: Engine, rounds: int) -> None:
    desk = Desk(engine)
    batch = [row(desk.capture(name), article(url(name), title=name)) for name in "abc"]

    def broken(whole: object) -> object:
        raise KeyboardInterrupt

    desk.serve("a", f"{LONG} khác", title="a")
    other = row(desk.capture("a"), article(url("a"), f"{LONG} mới", title="a", reader_version="2"))
    for _ in range(rounds):
        with pytest.raises(KeyboardInterrupt):
            load(engine, desk.run_id, [*batch, other], reread=broken)  # type: ignore[arg-type]
    assert len(rows(engine, "SELECT * FROM v1_articles")) == 1
    assert load(engine, desk.run_id, [*batch, other]).quarantined == 0
