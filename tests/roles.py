"""Roles of their own for a PostgreSQL database of a test, made by the command that an administrator runs."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from typer.testing import CliRunner

from flows.cli import app
from storage.database.engine import connect
from storage.database.roles import NAMES

_numbers = itertools.count()


@contextmanager
def with_roles(address: str) -> Iterator[Callable[[str], str]]:
    """Make the roles of the database at an address; give the address that one of them logs in by."""
    prefix = f"congtin{next(_numbers)}"
    admin = connect(address)
    printed = CliRunner().invoke(app, ["db", "roles", "--prefix", prefix])
    assert printed.exit_code == 0
    for _ in range(2):  # it may be run again
        with admin.begin() as connection:
            for statement in printed.output.splitlines():
                connection.exec_driver_sql(statement)
    yield lambda role: address.replace("postgres@", f"{prefix}_{role}@")
    with admin.begin() as connection:
        for name in NAMES:
            connection.exec_driver_sql(f"DROP OWNED BY {prefix}_{name} CASCADE")
        for name in reversed(NAMES):
            connection.exec_driver_sql(f"DROP ROLE {prefix}_{name}")
    admin.dispose()
