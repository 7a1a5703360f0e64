"""What a crawl did, collected while it runs and written as its report."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from crawlers.plan import CrawlReport, Failure, ListingReport, Plan, Stop
from storage.records import VIETNAM
from storage.vocabulary import FetchError, Purpose

MAX_FAILURES = 2000
"""Failures listed in a report; more would only make it unreadable, the counts tell the rest."""

MAX_URL = 4000
"""Characters of a failure's address that are kept: what is longer is a trap, and its beginning tells."""

_STOPS = {"finished": Stop.ERROR, "shutdown": Stop.SHUTDOWN, "budget": Stop.BUDGET, "disk": Stop.BUDGET}

ListingSource = Callable[[Stop, str], ListingReport]
"""Gives a listing's report; its arguments say why the reading stopped, if it did not stop by itself."""


class Recorder:
    """Counts requests, statuses, bytes and failures, and holds a source of each listing's report."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._started_at, self._began = datetime.now(VIETNAM), monotonic()
        self.requests: Counter[Purpose] = Counter()
        self.statuses: Counter[int] = Counter()
        self.bytes = 0
        self.failures: list[Failure] = []
        self.listings: list[ListingSource] = []
        self.moved_to = ""
        self.mapped: set[str] = set()

    def failure(self, url: str, purpose: Purpose, error: FetchError, detail: str = "") -> None:
        """Note an address that gave no response to use."""
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(Failure(url=url[:MAX_URL], purpose=purpose, error=error, detail=detail))

    def report(self, reason: str, detail: str, segments: Sequence[str]) -> CrawlReport:
        """Return the report of a crawl that ended for `reason`; listings still being read ended for it too."""
        stop = _STOPS.get(reason, Stop.ERROR)
        return CrawlReport(
            run_id=self._plan.run_id,
            portal=self._plan.portal,
            started_at=self._started_at,
            ended_at=self._started_at + timedelta(seconds=monotonic() - self._began),  # a clock may be set meanwhile
            reason=reason,
            listings=tuple(source(stop, detail or reason) for source in self.listings),
            requests=dict(self.requests),
            statuses=dict(self.statuses),
            bytes=self.bytes,
            failures=tuple(self.failures),
            segments=tuple(segments),
            moved_to=self.moved_to,
            mapped=tuple(sorted(self.mapped)),
            peak_memory_mb=memory_mb("VmHWM"),
        )


def write_report(report: CrawlReport, file: Path) -> None:
    """Write a report whole or not at all. Raises OSError."""
    part = file.with_suffix(f"{file.suffix}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(report.model_dump_json(indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def memory_mb(field: str) -> float:
    """Return a memory figure of this process in MiB, from /proc/self/status (`VmRSS` now, `VmHWM` at its largest).

    Not `getrusage`: its maximum is inherited from the process that started this one. 0 where there is no /proc.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)
