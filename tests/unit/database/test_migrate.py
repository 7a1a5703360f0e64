"""Migrations: tables as the models say, on both engines, from nothing and again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from storage.consume.dictionary import VIEWS
from storage.database import migrate
from storage.database.engine import connect, transact
from storage.database.models import metadata
from storage.database.models.search import is_modelled
from tests.databases import Databases
from tests.unit.database.makers import Desk, dump, rows


@contextmanager
def empty(kind: str, migrated: Databases, folder: Path) -> Iterator[Engine]:
    if kind == "sqlite":
        engine = connect(f"sqlite:///{folder}/new/empty.db")
        yield engine
        engine.dispose()
        return
    with migrated.server.database() as url:
        engine = connect(url)
        yield engine
        engine.dispose()


def test_the_models_are_the_migrated_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_modelled}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_from_nothing_beside_another_upgrade(kind: str, migrated: Databases, tmp_path: Path) -> None:
    with empty(kind, migrated, tmp_path) as engine:
        assert migrate.pending(engine)
        errors: list[BaseException] = []

        def run() -> None:
            try:
                migrate.upgrade(engine)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert errors == []
        assert not migrate.pending(engine)
        assert set(inspect(engine).get_view_names()) == {view.name for view in VIEWS}


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    Desk(engine).serve("a")
    before = dump(engine)
    migrate.upgrade(engine)
    assert dump(engine) == before


def test_views_of_an_older_release_are_made_anew(engine: Engine) -> None:
    Desk(engine).serve("a")
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_note SET value = 'older' WHERE name = 'views'"))
        connection.execute(text("DROP VIEW v1_images"))
    assert migrate.pending(engine)
    migrate.upgrade(engine)
    assert not migrate.pending(engine)
    assert rows(engine, "SELECT * FROM v1_images") == []
    assert len(rows(engine, "SELECT * FROM v1_articles")) == 1


def test_downgrade_leaves_nothing(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        from storage.consume.views import drop_views

        drop_views(connection, inspect(connection).get_view_names())
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    transact(engine, work)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}


def test_postgresql_shows_the_dictionary(migrated_postgres: Engine) -> None:
    for view in VIEWS:
        columns = inspect(migrated_postgres).get_columns(view.name)
        assert {column["name"]: column["comment"] for column in columns} == {
            one.name: one.comment for one in view.columns
        }
        kinds = {column["name"]: str(column["type"]) for column in columns}
        for one in view.columns:
            special = {"integer": {"INTEGER", "BIGINT"}, "number": {"DOUBLE PRECISION"}, "index": {"TSVECTOR"}}
            wanted = special.get(one.type, {"TEXT"})
            assert kinds[one.name] in wanted, one


def test_long_texts_are_compressed_by_lz4_where_the_server_can(migrated_postgres: Engine) -> None:
    with migrated_postgres.connect() as connection:
        able = connection.scalar(
            text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        )
        found = connection.scalar(
            text(
                "SELECT attcompression FROM pg_attribute"
                " WHERE attrelid = 'reading'::regclass AND attname = 'paragraphs'"
            )
        )
    assert found == ("l" if able else "")
