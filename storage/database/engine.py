"""Connections to the database, and whole transactions that survive what passes."""

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import BigInteger, Connection, Engine, bindparam, create_engine, event, func, make_url, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from storage.database.bulk import copy_rows
from storage.database.models import run
from storage.database.patience import PatientConnection

Result = TypeVar("Result")

_WRITES = "congtin_writes"
_RUN = "congtin_run"

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
"""What an address may begin with: the options below are those of these drivers."""

BUSY_SECONDS = 30
"""How long a writer waits for another's lock on SQLite; batches hold it for well under a second."""

IDLE_SECONDS = 600
"""How long a transaction may stand idle on PostgreSQL; in one, pages are read anew, a batch of them at the most."""

RETRY_SECONDS = 90
"""How long a transaction is tried again: a database restart takes seconds; a longer outage is the next run's."""


class RunTakenOverError(Exception):
    """The run in whose name something was to be written has been closed: another one is at work in its place."""


def connect(url: str) -> Engine:
    """Return an engine for a SQLAlchemy address of SQLite or PostgreSQL. No connection is made yet.

    Raises:
        sqlalchemy.exc.ArgumentError: the address cannot be parsed.
        ValueError: another database or driver is named, or the port is no number.
    """
    try:
        parsed = make_url(url)
    except ValueError:  # it quotes what it takes for the port, which may be a part of a password
        raise ValueError("its port is no number: write @ : / in a password as %40 %3A %2F") from None
    if parsed.drivername not in _DRIVERS:
        raise ValueError(f"cannot use {parsed.drivername}: one of {', '.join(_DRIVERS)}")
    # Parameters hold page texts: they do not belong in error messages and logs.
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "application_name": "congtin",
                "connect_timeout": 10,
                # A server that stopped answering is noticed within about a minute, not after hours.
                "keepalives_idle": 20,
                "keepalives_interval": 10,
                "keepalives_count": 4,
                "tcp_user_timeout": 60_000,
            },
        )
        event.listen(engine, "do_connect", _connect_patiently)
        event.listen(engine, "connect", _let_go_of_the_dead)
        event.listen(engine, "do_execute", copy_rows)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_patiently(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    return PatientConnection.connect(*arguments, **options)


def _let_go_of_the_dead(connection: Any, _record: object) -> None:
    """Have the server end a transaction whose client is gone or stands still: others wait for its locks.

    The server's own defaults are two hours for a machine that vanished, and for ever for a process that was stopped.
    """
    settings = {"tcp_keepalives_idle": 20, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 4}
    settings["idle_in_transaction_session_timeout"] = IDLE_SECONDS * 1000
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver begins no transaction on its own: `_begin_sqlite` does, so that reads belong to it too.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # With WAL a power cut may undo the last commits, never break the file; what is lost is indexed again.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails at once if another has written in between: take the lock first.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def fenced(engine: Engine, run_id: str) -> Engine:
    """Return the engine for the work of a run: `transact` with it writes only as long as that run is open.

    A process that stood still (a paused machine, a cut network) may wake after another one has closed its run and taken
    its place; whatever it does then must come to nothing.
    """
    return engine.execution_options(**{_RUN: run_id})


def _check_run(connection: Connection, run_id: str) -> None:
    """Make sure that a run is open, and stays so until this transaction ends.

    Raises:
        RunTakenOverError: it has been closed.
    """
    still_open = select(run.c.id).where(run.c.id == run_id, run.c.verdict.is_(None)).with_for_update(key_share=True)
    if connection.scalar(still_open) is None:
        raise RunTakenOverError(f"run {run_id} has been closed by another one")


def transact(engine: Engine, work: Callable[[Connection], Result], *, seconds: float = RETRY_SECONDS) -> Result:
    """Run `work` in one writing transaction and return its result.

    After a transient error (lost connection, deadlock, lock time-out) the whole is run again, also where only the
    answer to COMMIT was lost: `work` must come to the same when it has already been done.

    Raises:
        sqlalchemy.exc.DBAPIError: a lasting error, or a transient one for longer than `seconds`.
        RunTakenOverError: the engine is a run's (`fenced`), and the run has been closed.
    """
    writer = engine.execution_options(**{_WRITES: True})
    run_id = engine.get_execution_options().get(_RUN)

    def once() -> Result:
        with writer.begin() as connection:
            if run_id is not None:
                _check_run(connection, run_id)
            return work(connection)

    return persist(once, seconds=seconds)


def persist(work: Callable[[], Result], *, seconds: float) -> Result:
    """Run `work`, again after each transient error, and return its result. Raises as `transact` does."""
    return Retrying(
        retry=retry_if_exception(is_transient),
        stop=stop_after_delay(seconds),
        wait=wait_random_exponential(multiplier=0.1, max=5),
        reraise=True,
    )(work)


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    match error.orig:
        case sqlite3.OperationalError() as cause:
            return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        case psycopg.Error(sqlstate=None) as cause:
            return isinstance(cause, psycopg.OperationalError)
        case psycopg.Error() as cause:
            # Classes: connection, rollback (deadlock, serialisation), operator intervention; lock not available, too
            # many connections.
            state = cause.sqlstate or ""
            return state.startswith(("08", "40", "57P")) or state in {"55P03", "53300"}
    return False


_RECORD_STATES = ("21", "22", "23", "54")
"""Classes of SQLSTATE that what is stored brings about: cardinality, data, integrity, limits of indexes and columns."""


def is_of_a_record(error: BaseException) -> bool:
    """Whether it is the very values that cannot be stored, and not the database that takes nothing just now.

    A full disk, a read-only server or a missing table say nothing against a record.
    """
    if isinstance(error, DBAPIError):
        state = error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None
        return state.startswith(_RECORD_STATES) if state else isinstance(error, (DataError, IntegrityError))
    return isinstance(error, (StatementError, ValueError, OverflowError))


def lock_portal(connection: Connection, portal: str) -> None:
    """Make this transaction the only one that writes the portal's articles, until it ends.

    Identity within a portal (same text at two addresses) cannot be decided by two writers at once. On SQLite a writer
    is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(portal.encode()).digest()[:8], "big", signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(bindparam(None, number, BigInteger))))
