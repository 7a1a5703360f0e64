"""A run that another one has taken the place of writes nothing; what it had fetched is not lost, nor taken for new."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select

from storage.database.captures import claim, elsewhere, pending
from storage.database.engine import RunTakenOverError, fenced, transact
from storage.database.models import schema_note
from storage.database.plan import known
from storage.database.runs import close_stale, finish_run, heartbeat, start_run
from storage.vocabulary import CaptureState, Verdict
from tests.unit.database.makers import LONG, PORTAL, Desk, article, dump, one, row, rows


def test_what_a_closed_run_writes_comes_to_nothing(engine: Engine) -> None:
    run_id = start_run(engine, PORTAL, "incremental")
    desk = Desk(fenced(engine, run_id), run_id=run_id)
    desk.serve("a")
    heartbeat(desk.engine, run_id)
    assert close_stale(engine, PORTAL) == [run_id]
    before = dump(engine)
    for write in (
        lambda: desk.serve("b"),
        lambda: desk.enter(desk.capture("c")),
        lambda: heartbeat(desk.engine, run_id),
        lambda: finish_run(desk.engine, run_id, Verdict.OK, "", {}),
        lambda: known(desk.engine, PORTAL, desk.now, (1,)),
        lambda: claim(desk.engine, PORTAL, run_id, 5),
    ):
        with pytest.raises(RunTakenOverError, match=run_id):
            write()
    assert dump(engine) == before


def test_a_run_is_closed_after_what_it_is_writing(migrated_postgres: Engine) -> None:
    run_id = start_run(migrated_postgres, PORTAL, "incremental")
    writing, closed = threading.Event(), threading.Event()

    def close() -> None:
        writing.wait(10)
        close_stale(migrated_postgres, PORTAL)
        closed.set()

    closing = threading.Thread(target=close)
    closing.start()

    def work(connection: Connection) -> None:
        writing.set()
        assert not closed.wait(0.2)
        connection.execute(insert(schema_note), {"name": "x", "value": ""})

    transact(fenced(migrated_postgres, run_id), work)
    closing.join(10)
    assert closed.is_set()
    with migrated_postgres.connect() as connection:
        assert connection.scalar(select(schema_note.c.value).where(schema_note.c.name == "x")) == ""


def test_what_waits_on_another_machine_is_asked_for_again(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine)
    first = desk.capture("a")
    desk.enter(first, state=CaptureState.PENDING)
    desk.list_page("tin", 1, ["a"])
    beyond = elsewhere(engine, tmp_path, PORTAL)
    assert beyond == {"segment-1.warc.gz"}
    assert not pending(engine, PORTAL, 5, beyond=beyond)
    assert not claim(engine, PORTAL, desk.run_id, 5, beyond=beyond)
    assert not known(engine, PORTAL, desk.now, (1,)).pending
    assert [one.url for one in known(engine, PORTAL, desk.now, (1,), beyond=beyond).pending] == [first.url]

    desk.next_day()
    desk.serve("a", LONG + " nay")
    desk.load(row(first, article(first.url)))  # the other machine is back
    assert one(engine, "SELECT text FROM v1_articles")["text"] == LONG + " nay"
    assert [found["change"] for found in rows(engine, "SELECT change FROM v1_changes")] == ["created"]
    late = one(engine, "SELECT state, detail FROM capture WHERE record_id = :id", id=first.record_id)
    assert late["state"] == CaptureState.NOTED
    assert "later" in late["detail"]
