"""Alembic's environment: runs the migrations in the transaction of the connection that it is handed.

`storage.database.migrate` hands one over; the `alembic` command, used to write a revision, opens that of the settings.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from storage.database.engine import connect
from storage.database.models import metadata
from storage.database.models.search import is_modelled
from storage.settings import settings


def _render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own types as what they are stored as, so that old migrations do not change with the code."""
    return "sa.Text()" if kind == "type" and isinstance(item, TypeDecorator) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
        include_object=is_modelled,
    )
    with context.begin_transaction():
        context.run_migrations()


_given: Connection | None = context.config.attributes.get("connection")
if _given is None:
    with connect(settings().database).begin() as _own:
        _run(_own)
else:
    _run(_given)
