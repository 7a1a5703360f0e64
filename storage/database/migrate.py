"""Bring a database up to this version of the code: tables by Alembic, the views and their comments, what is masked."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Text, inspect, select, text

from storage.consume.views import create_views, digest, drop_views
from storage.database import masking
from storage.database.bulk import upsert
from storage.database.engine import transact
from storage.database.models import metadata, schema_note
from storage.database.roles import grants
from storage.database.types import Json

SCRIPTS = Path(__file__).parent / "migrations"
"""Folder of the revisions of the tables."""


def upgrade(engine: Engine) -> None:
    """Make or upgrade tables and views, and mask in all rows what today's rules mask.

    Does nothing where all is up to date; safe beside another upgrade.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer or the role may not change it.
    """
    if pending(engine):
        transact(engine, _upgrade)
        masking.mask_again(engine)


def pending(engine: Engine) -> bool:
    """Whether `upgrade` has something to do."""
    with engine.connect() as connection:
        return _pending(connection) or masking.is_behind(connection)


def _pending(connection: Connection) -> bool:
    head = ScriptDirectory(str(SCRIPTS)).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() != head:
        return True
    note = connection.scalar(select(schema_note.c.value).where(schema_note.c.name == "views"))
    return note != digest(connection.dialect.name)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two upgrades at a time would both make the tables. The number is the word "congtin" in ASCII.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(28001022303332718)")
    if not _pending(connection):
        return
    # Views are in the way of changes to the tables that they read.
    drop_views(connection, inspect(connection).get_view_names())
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        _compress_quickly(connection)
    create_views(connection)
    if prefix := connection.scalar(select(schema_note.c.value).where(schema_note.c.name == "roles")):
        for statement in grants(prefix):
            connection.exec_driver_sql(statement)
    upsert(connection, schema_note, [{"name": "views", "value": digest(connection.dialect.name)}], update=("value",))


def _compress_quickly(connection: Connection) -> None:
    """Have PostgreSQL compress long texts by lz4, two to three times as fast to load as its default (from 14 on)."""
    known = text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
    if not connection.scalar(known):
        return
    for table in metadata.sorted_tables:
        long = [column.name for column in table.columns if isinstance(column.type, Text | Json)]
        changes = ", ".join(f'ALTER COLUMN "{name}" SET COMPRESSION lz4' for name in long)
        if changes:
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {changes}')
