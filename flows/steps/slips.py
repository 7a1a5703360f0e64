"""Slips: which process of this machine does which run of the screen. A slip is a file whose lock its process holds.

The kernel frees the lock however the process ends: a run that the screen calls running, whose slip nobody holds, has
died. The slip says what became of it as far as it came: the run's id leads to its row in the database.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from storage.settings import Settings


class Slip(BaseModel):
    """What stands on a slip: portal, process, and the run's id once it has begun ("" before)."""

    portal: str
    pid: int
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class FoundSlip:
    """A slip in the folder: the id of the screen's run, what stands on it, and whether its process lives."""

    flow_run: str
    file: Path
    slip: Slip | None
    held: bool


class OwnSlip:
    """The slip of a run of this process."""

    def __init__(self, descriptor: int, slip: Slip) -> None:
        self._descriptor = descriptor
        self._slip = slip
        self.write()

    def begun(self, run_id: str) -> None:
        """Note the run's id."""
        self._slip = self._slip.model_copy(update={"run_id": run_id})
        self.write()

    def write(self) -> None:
        """Write the slip into its file."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, self._slip.model_dump_json().encode(), 0)


def folder_of(settings: Settings) -> Path:
    """Return the folder of the slips."""
    return settings.var / "flows"


@contextmanager
def hold_slip(folder: Path, flow_run: str, portal: str) -> Iterator[OwnSlip]:
    """Hold the slip of a run. It stays when the run has ended: whoever has seen its end on the screen removes it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{flow_run}.json", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield OwnSlip(descriptor, Slip(portal=portal, pid=os.getpid()))
    finally:
        os.close(descriptor)


def find_slips(folder: Path) -> list[FoundSlip]:
    """Return the slips of this machine."""
    return [FoundSlip(file.stem, file, _read(file), is_held(file)) for file in sorted(folder.glob("*.json"))]


def is_held(path: Path) -> bool:
    """Whether a live process holds the lock of a file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _read(file: Path) -> Slip | None:
    try:
        return Slip.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
