"""Locks of whole runs that hold across machines: PostgreSQL's advisory locks, on one connection of their own a process.

They belong to the connection, so that they are free when the process ends or its machine goes down, however that comes
about. SQLite is of one machine, whose own file locks do the same: there everything is granted. Behind a pooler that
shares connections between clients (PgBouncer in transaction mode) they do not hold: connect to the server itself.
"""

import hashlib
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import BigInteger, BindParameter, Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.database.engine import RETRY_SECONDS, persist

_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND d.datname = current_database() AND l.classid::bigint = :high AND l.objid::bigint = :low"
)

_PATIENCE = 15.0
"""Seconds to wait for a server that hangs before a lock is left to the connection's end."""


class Leases:
    """The locks that this process holds. May be used from several threads.

    A name must not be taken twice at a time in one process: its own locks see to that.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._real = engine.dialect.name == "postgresql"
        self._name = f"congtin {socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"[:63]
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._standing: set[str] = set()  # those of `_held` that the present connection holds
        self._busy = threading.Lock()

    def take(self, name: str, *, seconds: float = RETRY_SECONDS) -> str | None:
        """Take a lock; return None if it is ours now, else who holds it, as far as that can be told.

        Raises:
            sqlalchemy.exc.DBAPIError: the database does not answer for `seconds`.
        """
        if not self._real:
            return None
        with self._serving():
            holder = persist(lambda: self._try(name), seconds=seconds)
            if holder is None:
                self._held.add(name)
            return holder

    def free(self, name: str) -> None:
        """Give a lock back. Where the database does not answer, the connection's end does it."""
        if name not in self._held:
            return
        with suppress(TimeoutError), self._serving():
            self._held.discard(name)
            if self._connection is None or name not in self._standing:
                return
            self._standing.discard(name)
            try:
                self._connection.execute(select(func.pg_advisory_unlock(_number(name))))
            except DBAPIError:
                self._drop()

    def lost(self) -> frozenset[str]:
        """Make sure of the locks; return those that another process has taken since the connection broke.

        A broken connection is replaced, and what it held is taken anew: only who was quicker gets it.

        Raises:
            sqlalchemy.exc.DBAPIError: the database does not answer; nobody can take a lock meanwhile.
            TimeoutError: it hangs.
        """
        if not self._held:
            return frozenset()
        with self._serving():
            try:
                self._open().execute(text("SELECT 1"))
            except DBAPIError:
                self._drop()
            taken = {name: self._try(name) for name in sorted(self._held - self._standing)}
            # The server may not have noticed yet that our old connection is gone: then nobody else has the lock.
            gone = frozenset(name for name, holder in taken.items() if holder not in {None, self._name})
            self._held -= gone
            return gone

    def close(self) -> None:
        """Give back all locks."""
        with suppress(TimeoutError), self._serving():
            self._held.clear()
            self._drop()

    @contextmanager
    def _serving(self) -> Iterator[None]:
        if not self._busy.acquire(timeout=_PATIENCE):
            raise TimeoutError("the database hangs")
        try:
            yield
        finally:
            self._busy.release()

    def _try(self, name: str) -> str | None:
        try:
            connection = self._open()
            if connection.scalar(select(func.pg_try_advisory_lock(_number(name)))):
                self._standing.add(name)
                return None
            return connection.scalar(_HOLDER, _place(name)) or "?"
        except DBAPIError:
            self._drop()
            raise

    def _open(self) -> Connection:
        if self._connection is None:
            connection = self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
            connection.detach()  # it is none of the pool's: it stays open as long as the process works
            self._connection = connection
            with suppress(DBAPIError):  # known since PostgreSQL 14
                connection.execute(text("SET idle_session_timeout = 0"))  # a server's limit must not end a run's lock
            connection.execute(select(func.set_config("application_name", self._name, False)))  # noqa: FBT003
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._standing.clear()
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()
            with suppress(SQLAlchemyError):
                connection.close()


def holder_of(connection: Connection, name: str) -> str | None:
    """Return who holds a lock; None if nobody does, or on SQLite. `congtin HOST PID …` names a process."""
    if connection.dialect.name != "postgresql":
        return None
    holder: str | None = connection.scalar(_HOLDER, _place(name))
    return holder


def _place(name: str) -> dict[str, int]:
    """Return where `pg_locks` shows a lock."""
    key = _key(name) % (1 << 64)
    return {"high": key >> 32, "low": key & 0xFFFFFFFF}


def _number(name: str) -> BindParameter[int]:
    return bindparam(None, _key(name), BigInteger)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"congtin lease {name}".encode()).digest()[:8], "big", signed=True)
