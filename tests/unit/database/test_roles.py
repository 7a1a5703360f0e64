"""What each role may not do on PostgreSQL, and that the pipeline needs no more than the loader has."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from flows.steps.outage import is_forbidden
from storage.consume.dictionary import VIEWS
from storage.database.engine import connect
from storage.database.links import follow
from storage.database.migrate import upgrade
from storage.database.models import metadata
from tests.databases import Databases
from tests.roles import with_roles
from tests.unit.database.makers import LONG, Desk, one
from tests.unit.privacy.test_forget import Paper, forget_all, publish

As = Callable[[str], Engine]
_REFUSALS = "permission denied|must be owner|read-only|cannot delete from view"
OPEN = {"schema_note"}
"""The one table that a reader may read: which revision the views are of."""


@pytest.fixture
def roles(migrated: Databases, tmp_path: Path) -> Iterator[As]:
    """A database with roles of its own; gives an engine that logs in as one of them."""
    with migrated.make("postgresql", tmp_path) as address, with_roles(address) as address_of:
        made: list[Engine] = []

        def engine_of(role: str) -> Engine:
            made.append(connect(address_of(role)))
            return made[-1]

        yield engine_of
        for engine in made:
            engine.dispose()


def _denied(engine: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError) as error, engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege), statement
    assert is_forbidden(error.value)


def _refused(engine: Engine, statement: str) -> None:
    with pytest.raises(Exception, match=_REFUSALS), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_reader_sees_views_alone_and_writes_nothing(roles: As) -> None:
    reader = roles("reader")
    for table in metadata.sorted_tables:
        for statement in ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}", "LOCK TABLE {}"):
            _refused(reader, statement.format(table.name))
        if table.name not in OPEN:
            _denied(reader, f"SELECT 1 FROM {table.name}")
    with reader.connect() as connection:
        for view in VIEWS:
            connection.exec_driver_sql(f"SELECT count(*) FROM {view.name}")
        assert connection.exec_driver_sql("SELECT v1_folded('Đồng Tháp')").scalar() == "dong thap"
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "30s"
        assert connection.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
    for statement in ("SET TRANSACTION READ WRITE; CREATE TABLE mine (a int)", "DROP VIEW v1_articles"):
        _refused(reader, statement)
    for view in VIEWS:  # even one that PostgreSQL could write through
        _refused(reader, f"SET TRANSACTION READ WRITE; DELETE FROM {view.name}")


def test_a_loader_loads_and_takes_nothing_away(roles: As) -> None:
    loader = roles("loader")
    desk = Desk(loader)
    desk.list_page("tin", 1, ["a", "b"])
    desk.serve("a")
    desk.serve("b", LONG.replace("từ1 ", "khác "))
    desk.next_day()
    desk.serve("a", f"{LONG} sửa")
    follow(loader)
    assert one(loader, "SELECT count(*) AS n FROM v1_article_versions")["n"] == 3
    for table in metadata.sorted_tables:
        _denied(loader, f"TRUNCATE {table.name}")
        _denied(loader, f"DROP TABLE {table.name}")
        _denied(loader, f"ALTER TABLE {table.name} ADD COLUMN mine int")
    for name in ("article", "version", "reading", "capture", "change", "address", "image", "decision", "forgotten"):
        _denied(loader, f"DELETE FROM {name}")
    for statement in (
        "UPDATE version SET seen_at = ''",
        "UPDATE reading SET text = ''",
        "UPDATE change SET kind = ''",
        "UPDATE schema_note SET value = ''",
        "CREATE TABLE mine (a int)",
        "CREATE VIEW mine AS SELECT 1",
    ):
        _denied(loader, statement)


def test_an_eraser_forgets_and_changes_no_schema(roles: As, tmp_path: Path) -> None:
    loader, eraser = roles("loader"), roles("eraser")
    paper = publish(Paper(loader, tmp_path / "archive"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        forget_all(loader, paper.archive)
    forget_all(eraser, paper.archive)
    assert one(loader, "SELECT count(*) AS n FROM v1_articles")["n"] == 1
    _denied(eraser, "TRUNCATE article")
    _denied(eraser, "DROP TABLE article")


def test_a_migrator_changes_the_schema_as_its_owner_and_gives_the_grants_anew(roles: As) -> None:
    migrator, reader = roles("migrator"), roles("reader")
    with migrator.begin() as connection:
        connection.exec_driver_sql("UPDATE schema_note SET value = 'old' WHERE name = 'views'")
    upgrade(migrator)
    with reader.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM v1_articles")
    _denied(reader, "SELECT 1 FROM article")
    with migrator.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE article ADD COLUMN mine int")
        owner = connection.exec_driver_sql("SELECT current_user").scalar()
    assert str(owner).endswith("_owner")
