"""A clock of benchmarks: of the wall, or of the processors, a database server's included."""

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Clock:
    """Seconds: of the clock, or of the processors in this process and a database server with its children."""

    def __init__(self, *, wall: bool, server: int | None = None) -> None:
        self._wall = wall
        self._server = server

    def __call__(self) -> float:
        """Return the present reading."""
        if self._wall:
            return time.perf_counter()
        return time.process_time() + (self._of_server() if self._server else 0.0)

    def _of_server(self) -> float:
        """Return what the server and its children have taken, those included that have ended."""
        ticks = 0
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                own = file.read_text()
            except OSError:
                continue  # it has just ended
            fields = own[own.rindex(")") + 2 :].split()
            if self._server in {int(file.parent.name), int(fields[1])}:
                ticks += sum(map(int, fields[11:15]))
        return ticks / _TICKS
