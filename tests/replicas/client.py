"""Replicas in a child process, with their truth, log, days and faults at hand: what tests use."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.replicas.faults import Fault
from tests.replicas.model import Truth
from tests.replicas.portals import NEWEST, make_sites
from tests.replicas.site import Site
from tests.replicas.truth import truths

_ROOT = Path(__file__).resolve().parents[2]
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Logged:
    """A request that the replicas got. `target` is path and query as sent; `status` 0 means: not answered (yet).

    `time` and `ended` are seconds since the epoch: its beginning, and the end of the answer (0: not yet).
    """

    time: float
    ended: float
    scheme: str
    host: str
    method: str
    target: str
    status: int
    agent: str
    conditional: bool

    @property
    def url(self) -> str:
        """The address as sent."""
        return f"{self.scheme}://{self.host}{self.target}"


@dataclass
class Replicas:
    """Running replicas.

    Attributes:
        connect_to: value for `CONGTIN_CONNECT_TO`.
        ca_file: the CA that signed their certificate, for `CONGTIN_CA_FILE`.
        control: address of the control port.
        day: the present day, 1 at first.
    """

    connect_to: str
    ca_file: str
    control: str
    day: int = 1
    _sites: dict[str, Site] = field(default_factory=dict, repr=False)
    _mark: int = 0

    def _ask(self, path: str, given: dict[str, object] | None = None) -> Any:
        data = None if given is None else json.dumps(given).encode()
        with _DIRECT.open(urllib.request.Request(self.control + path, data=data), timeout=30) as answer:
            return json.load(answer)

    @property
    def requests(self) -> list[Logged]:
        """Every request so far, since the last `forget` if there was one."""
        return [Logged(**entry) for entry in self._ask(f"/requests?since={self._mark}")]

    def forget(self) -> None:
        """Leave the requests so far out of `requests`."""
        self._mark += len(self.requests)

    def advance(self, day: int) -> None:
        """Go to a day. Day 2 brings edits, removals, moves, a late article; every day from 2 on two new articles."""
        self._ask("/advance", {"day": day})
        self.day = day
        for site in self._sites.values():
            site.day = day

    def fault(self, host: str, fault: Fault | str | None, argument: str = "") -> None:
        """Switch a fault on for a host, in place of any other; None switches it off."""
        self._ask("/fault", {"host": host, "fault": Fault(fault).value if fault else None, "argument": argument})

    def site(self, portal: str) -> Site:
        """The portal's site as it stands in the tests' own process: host, addresses, rows; it has no counters in common
        with the one that is served."""
        return self._sites[portal]

    def truth(self, portal: str) -> list[Truth]:
        """Every article that has appeared by now, newest first, those removed at the end."""
        return truths(self._sites[portal])


@contextmanager
def serve(
    *,
    seed: int = 1,
    articles: int = 45,
    newest: date = NEWEST,
    page_count: int | None = None,
    folder: Path | None = None,
    splits: bool = False,
) -> Iterator[Replicas]:
    """Serve the five portals from a child process until the block ends.

    Args:
        seed: of texts and skins; following seeds show following variants of every CMS.
        articles: of each portal on day 1, besides its seed text.
        newest: publication day of the newest article of day 1.
        page_count: pages of each listing on day 1; overrides `articles`.
        folder: for the certificates; by default a temporary one.
        splits: whether long articles are split over several pages.
    """
    options = ["--seed", str(seed), "--articles", str(articles), "--newest", newest.isoformat(), "--with-stdin"]
    if splits:
        options.append("--splits")
    if page_count is not None:
        options += ["--pages", str(page_count)]
    with tempfile.TemporaryDirectory(prefix="replicas-") as made:
        options += ["--dir", str(folder or made)]
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.replicas", *options], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            line = child.stdout.readline()
            if not line:
                raise RuntimeError(f"the replicas did not start: exit code {child.wait()}")
            yield Replicas(**json.loads(line), _sites=make_sites(seed, articles, newest, page_count, splits=splits))
        finally:
            child.stdin.close()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()
