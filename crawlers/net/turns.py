"""A host's turn, shared by all processes of a machine: one request at a time, and when the next one may be sent.

Portals may share a file server, and two runs may follow each other at once. A file of each host, `var/locks/turn-HOST`,
is locked while a request is under way and says for how long the host is to be left alone after it. A process that is
killed gives its turn back; what it wrote stays.
"""

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLL = 0.05
"""Seconds between two looks whether another process has ended its turn."""
MAX_LEFT = 20 * 3600.0
"""Seconds for which a host is left alone at most, whatever it asks for: the next daily run asks again."""
MAX_BACKWARDS = 60.0
"""The same where the clock was set back since: then nobody knows how much of it is over."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait until it may be our turn, and what the host said, if it asked for that itself."""

    seconds: float
    reason: str = ""


class Turn:
    """The turns of one host."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def take(self) -> Wait | None:
        """Return None if it is our turn now, which lasts until `give`; else how long to wait before asking again.

        Raises:
            OSError: the file cannot be opened or read.
        """
        descriptor = self._lock()
        if descriptor is None:
            return Wait(POLL)
        wait = _read(descriptor)
        if wait.seconds > 0:
            os.close(descriptor)
            return wait
        self._descriptor = descriptor
        return None

    def give(self, seconds: float, reason: str = "") -> None:
        """End our turn, if it is ours: nobody may ask the host for so long."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._write(descriptor, Wait(seconds, reason))

    def prolong(self, seconds: float) -> None:
        """Have the host left alone for so long from now, unless it is another's turn, who will say so itself."""
        descriptor = self._lock()
        if descriptor is not None:
            self._write(descriptor, Wait(seconds))

    def _lock(self) -> int | None:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    @staticmethod
    def _write(descriptor: int, wait: Wait) -> None:
        """Enter a wait, unless a longer one is under way, and close the file. On a full disk it is only forgotten."""
        try:
            if wait.seconds > _read(descriptor).seconds:
                _enter(descriptor, wait)
        finally:
            os.close(descriptor)


class Turns:
    """The turns of every host that a process asks.

    Args:
        folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hosts: dict[str, Turn] = {}

    def of(self, host: str) -> Turn:
        """Return the turns of a host. Raises OSError if the folder cannot be made."""
        if host not in self._hosts:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._hosts[host] = Turn(self._folder / f"turn-{host}")
        return self._hosts[host]


def _read(descriptor: int) -> Wait:
    """Return what is left of the wait that a file tells of; what a killed process has half written tells of none.

    Where the clock was set back since, the wait begins anew by the clock of now: it would else last until the clock is
    where it was again.
    """
    try:
        said = json.loads(os.pread(descriptor, 2000, 0))
        past = time.time() - float(said["at"])
        seconds, reason = float(said["seconds"]), str(said["reason"])
    except (ValueError, TypeError, KeyError):
        return Wait(0.0)
    if past < 0:
        seconds, past = min(seconds, MAX_BACKWARDS), 0.0
        _enter(descriptor, Wait(seconds, reason))
    return Wait(max(0.0, seconds - past), reason)


def _enter(descriptor: int, wait: Wait) -> None:
    said = {"at": time.time(), "seconds": min(wait.seconds, MAX_LEFT), "reason": wait.reason}
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(said).encode(), 0)
