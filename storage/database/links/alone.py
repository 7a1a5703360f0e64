"""One follower at a time. The transactions need no lock; a second process would only do the same work in vain."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select

_POLL = 0.2
_NUMBER = 7091322115953
"""Of the advisory lock: the word "follow" in ASCII, cut to fit."""


class Alone:
    """A context that gives True once no other process follows, False if `enough` says first that there is no need to.

    Both kinds of lock are freed when their holder dies.
    """

    def __init__(self, engine: Engine, enough: Callable[[], bool]) -> None:
        self._engine = engine
        self._enough = enough
        self._stack = ExitStack()

    def __enter__(self) -> bool:
        """Take the lock, or wait."""
        take = self._by_server() if self._engine.dialect.name == "postgresql" else self._by_file()
        while not take():
            if self._enough():
                self._stack.close()
                return False
            time.sleep(_POLL)
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        self._stack.close()

    def _by_server(self) -> Callable[[], bool]:
        connection = self._stack.enter_context(self._engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
        self._stack.callback(_free, connection)
        return lambda: bool(connection.scalar(select(func.pg_try_advisory_lock(_NUMBER))))

    def _by_file(self) -> Callable[[], bool]:
        database = self._engine.url.database
        if not database:
            return lambda: True
        lock = FileLock(Path(f"{database}.follow.lock"), thread_local=False)
        self._stack.callback(lock.release)

        def take() -> bool:
            try:
                lock.acquire(blocking=False)
            except Timeout:
                return False
            return True

        return take


def _free(connection: Connection) -> None:
    """End the session itself, and with it the lock: one in the pool would keep it."""
    connection.invalidate()
