"""A PostgreSQL server that stops answering is told from a statement that takes long.

Neither a time-out of the server nor one of TCP ends a wait for a process that stands still on the same machine. So who
waits for an answer looks, every minute, whether the server still takes new connections; if not, the wait ends as a lost
connection does.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

PATIENCE = 60.0
"""Seconds without a byte from the server after which it is asked whether it still lives, and then again."""
PROBE_SECONDS = 10
"""How long a server may take for a new connection; a busy one takes well under a second."""

Result = TypeVar("Result")


class PatientConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends when the server answers nobody any more."""

    def wait(self, gen: PQGen[Result], *arguments: Any, **options: Any) -> Result:
        """Wait for an exchange with the server, as psycopg does.

        Raises:
            psycopg.OperationalError: the server hangs. The connection is closed: nobody knows what became of its work.
        """
        return super().wait(self._watched(gen), *arguments, **options)

    def _watched(self, gen: PQGen[Result]) -> Generator[Any, Any, Result]:
        """Pass an exchange through; psycopg wakes it ten times a second while nothing comes."""
        heard = monotonic()
        try:
            state = next(gen)
            while True:
                ready = yield state
                if ready:
                    heard = monotonic()
                elif monotonic() - heard > PATIENCE:
                    if not self._server_lives():
                        self.close()
                        raise psycopg.OperationalError("the database server hangs: it answers nobody")
                    heard = monotonic()
                state = gen.send(ready)
        except StopIteration as end:
            result: Result = end.value
            return result

    def _server_lives(self) -> bool:
        """Whether the server takes a new connection, or says why it does not."""
        where: dict[str, Any] = {**self.info.get_parameters(), "password": self.info.password or None}
        try:
            psycopg.connect(**{**where, "connect_timeout": PROBE_SECONDS}).close()
        except psycopg.OperationalError as error:
            return "FATAL" in str(error)  # too many connections, for one
        return True
