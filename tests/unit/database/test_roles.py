"""What each role may not do on PostgreSQL, and that the pipeline needs no more than the loader has."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from storage.consume.dictionary import VIEWS
from storage.database.engine import connect
from storage.database.links import follow
from storage.database.migrate import upgrade
from storage.database.models import metadata
from storage.database.roles import NAMES, setup
from tests.databases import Databases
from tests.unit.database.makers import LONG, Desk, one
from tests.unit.privacy.test_forget import Paper, forget_all, publish

_numbers = itertools.count()
As = Callable[[str], Engine]


@pytest.fixture
def roles(migrated: Databases, tmp_path: Path) -> Iterator[As]:
    """A database with roles of its own; gives an engine that logs in as one of them."""
    prefix = f"congtin{next(_numbers)}"
    with migrated.make("postgresql", tmp_path) as address:
        admin = connect(address)
        with admin.begin() as connection:
            for statement in setup(prefix).splitlines():
                connection.exec_driver_sql(statement)
        made = [admin]

        def engine_of(role: str) -> Engine:
            engine = connect(address.replace("postgres@", f"{prefix}_{role}@"))
            made.append(engine)
            return engine

        yield engine_of
        for engine in made[1:]:
            engine.dispose()
        with admin.begin() as connection:
            for name in NAMES:
                connection.exec_driver_sql(f"DROP OWNED BY {prefix}_{name} CASCADE")
            for name in reversed(NAMES):
                connection.exec_driver_sql(f"DROP ROLE {prefix}_{name}")
        admin.dispose()


def _denied(engine: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError) as error, engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege), statement


def test_a_reader_sees_views_alone_and_writes_nothing(roles: As) -> None:
    reader = roles("reader")
    for table in metadata.sorted_tables:
        _denied(reader, f"SELECT 1 FROM {table.name}")
    with reader.connect() as connection:
        for view in VIEWS:
            connection.exec_driver_sql(f"SELECT count(*) FROM {view.name}")
        assert connection.exec_driver_sql("SELECT v1_folded('Đồng Tháp')").scalar() == "dong thap"
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "30s"
        assert connection.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
    for statement in ("SET TRANSACTION READ WRITE; CREATE TABLE mine (a int)", "DROP VIEW v1_articles"):
        with pytest.raises(Exception, match=r"permission denied|must be owner|read-only"), reader.begin() as connection:
            connection.exec_driver_sql(statement)


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
