"""Transactions: what passes is tried again, what lasts is raised, nothing is doubled."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from storage.database.engine import connect, is_transient, transact
from storage.database.load import load
from storage.database.models import schema_note
from tests.unit.database.makers import Desk, article, dump, row, url


class LostAnswer:
    """Lets a COMMIT through and drops its answer, once: for the caller the connection broke."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.lost = 0

    def execution_options(self, **options: object) -> "LostAnswer":
        self.engine = self.engine.execution_options(**options)
        return self

    def get_execution_options(self) -> Mapping[str, object]:
        return self.engine.get_execution_options()

    def begin(self) -> "LostAnswer":
        self.context = self.engine.begin()
        return self

    def __enter__(self) -> Connection:
        return self.context.__enter__()

    def __exit__(self, *error: object) -> None:
        self.context.__exit__(*error)  # type: ignore[arg-type]
        if error == (None, None, None) and not self.lost:
            self.lost += 1
            raise OperationalError("COMMIT", None, Exception("connection lost"), connection_invalidated=True)


def test_a_lost_commit_answer_doubles_nothing(engine: Engine) -> None:
    desk = Desk(engine)
    batch = [row(desk.capture(name), article(url(name), title=name, view_count=1)) for name in "abc"]
    batch.append(row(desk.capture("x", status=404), desk.miss_outcome()))
    broken = LostAnswer(engine)
    counts = load(broken, desk.run_id, batch)  # type: ignore[arg-type]
    assert broken.lost == 1
    assert (counts.new, counts.errors, len(counts.articles)) == (3, 1, 3)
    before = dump(engine)
    assert len(before["article"]) == len(before["version"]) == len(before["change"]) == len(before["view_count"]) == 3
    assert load(engine, desk.run_id, batch) == counts
    assert dump(engine) == before


def test_a_lasting_error_is_raised_at_once(engine: Engine) -> None:
    calls = []

    def work(connection: Connection) -> None:
        calls.append(1)
        connection.execute(insert(schema_note), [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}])

    with pytest.raises(IntegrityError):
        transact(engine, work)
    assert calls == [1]


def test_a_deadlock_is_run_again(migrated_postgres: Engine) -> None:
    """Two transactions take two rows crosswise; PostgreSQL ends one, which then succeeds."""
    with migrated_postgres.begin() as connection:
        connection.execute(insert(schema_note), [{"name": "a", "value": ""}, {"name": "b", "value": ""}])
    both = threading.Barrier(2)
    tries: list[str] = []

    def writer(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            change = text("UPDATE schema_note SET value = value || :by WHERE name = :name")
            connection.execute(change, {"by": first, "name": first})
            if len(tries) <= 2:
                both.wait(10)
            connection.execute(change, {"by": first, "name": second})

        transact(migrated_postgres, work)

    threads = [threading.Thread(target=writer, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(tries) == 3
    with migrated_postgres.connect() as connection:
        values = connection.execute(text("SELECT value FROM schema_note WHERE name IN ('a', 'b')")).scalars().all()
    assert {frozenset(value) for value in values} == {frozenset("ab")}


def test_a_server_that_is_away_is_tried_again_and_then_told(tmp_path: Path) -> None:
    engine = connect(f"postgresql://postgres@/x?host={tmp_path}")
    calls: list[Connection] = []
    with pytest.raises(OperationalError) as caught:
        transact(engine, calls.append, seconds=0.2)
    assert is_transient(caught.value)
    assert calls == []


def test_errors_do_not_show_parameters(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :secret"), {"secret": "canary"})
    assert "canary" not in str(caught.value)


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="one of sqlite, "):
        connect("mysql+pymysql://a/b")


def test_letters_are_stored_as_they_are(engine: Engine) -> None:
    Desk(engine).serve("a", authors=("Nguyễn Thị Ơ",))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT authors FROM reading")) == '["Nguyễn Thị Ơ"]'
