"""Python imports this at its start where the folder is on its path: a system clock that is off by what a file says.

Only what tells the time of day is off: `time.monotonic` goes on as it does when a real clock is set.
"""

import datetime as dt
import os
import time
from pathlib import Path

_OFFSET = Path(os.environ["CLOCK_OFFSET"])
_real_time = time.time
_RealDatetime = dt.datetime


def _offset() -> float:
    return float(_OFFSET.read_text())


class _Datetime(_RealDatetime):
    """The class that everything imports as `datetime`."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "_Datetime":
        return cls.fromtimestamp(_real_time() + _offset(), tz)


time.time = lambda: _real_time() + _offset()
dt.datetime = _Datetime  # type: ignore[misc]
