"""Several writers at a time: nothing is lost, nothing is doubled, no change appears behind a cursor handed out."""

import multiprocessing
import threading
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import Engine, select

from storage.database.engine import connect, transact
from storage.database.feed import number_changes
from storage.database.load import load
from storage.database.models import change
from tests.unit.database.makers import LONG, Desk, article, row, rows, url

BATCHES, SIZE, WRITERS = 5, 8, 4


def write(address: str, writer: int, start: "Event") -> None:
    engine = connect(address)
    start.wait(30)
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


def test_four_processes_lose_and_double_nothing(engine: Engine) -> None:
    address = engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [context.Process(target=write, args=(address, number, start)) for number in range(WRITERS)]
    for process in processes:
        process.start()
    start.set()
    seen: list[int] = []
    while any(process.is_alive() for process in processes):
        seen += _after(engine, seen[-1] if seen else 0)
        processes[0].join(0.01)
    for process in processes:
        process.join()
        assert process.exitcode == 0
    seen += _after(engine, seen[-1] if seen else 0)
    assert seen == _after(engine, 0), "a change appeared behind the cursor"
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
