"""Crawls run as in production: a process of its own, a plan file in, a report file out."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers.plan import CrawlReport, ListingState, Plan, Stop
from storage.addresses import address_key
from storage.archive import read, scan, segments
from storage.records import Capture, Location
from storage.vocabulary import Purpose
from tests.e2e.crawl.site import Site, portal_file

ROOT = Path(__file__).resolve().parents[3]
HOST = "congthu.gov.vn"


@dataclass
class Bench:
    """A portal, its archive, and crawls of it."""

    folder: Path
    name: str = "cong_thu"
    host: str = HOST
    environment: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    @property
    def archive(self) -> Path:
        """Folder of the archive."""
        return self.folder / "archive"

    def portal(self, site: Site, path: str = "/tin-tuc", *, scheme: str = "http", **options: Any) -> None:
        """Write the portal's file, with one listing, and map its host to a site."""
        self.write({"tin": f"{scheme}://{self.host}{path}"}, **options)
        self.map({self.host: site}, 443 if scheme == "https" else 80)

    def write(self, listings: Mapping[str, str], **options: Any) -> None:
        """Write the portal's file."""
        portal_file(self.folder / "portals", self.name, listings, **options)

    def map(self, sites: Mapping[str, Site], port: int = 80) -> None:
        """Serve hosts from sites."""
        self.environment["CONGTIN_CONNECT_TO"] = ",".join(
            f"{host}:{port}=127.0.0.1:{site.port}" for host, site in sites.items()
        )

    def many(self, sites: Mapping[str, Site], *, scheme: str = "http", **changes: Any) -> "CrawlReport":
        """Crawl a portal with a listing on each of several hosts, keyed and named by the sites' keys."""
        hosts = {key: f"{key.replace('_', '-')}.{self.host}" for key in sites}
        self.write({key: f"{scheme}://{host}/tin-tuc" for key, host in hosts.items()})
        self.map({hosts[key]: site for key, site in sites.items()}, 443 if scheme == "https" else 80)
        return self.crawl(listings=tuple(ListingState(key=key) for key in sites), **changes)

    def plan(self, **changes: Any) -> Plan:
        """Return a plan that knows nothing, with changes."""
        self.runs += 1
        facts: dict[str, Any] = {
            "run_id": f"run{self.runs}",
            "portal": self.name,
            "archive": self.archive,
            "listings": (ListingState(key="tin"),),
            "max_requests": 500,
            "max_seconds": 120,
            "max_bytes": 100_000_000,
        }
        return Plan(**(facts | changes))

    def start(
        self, plan: Plan, *, environment: Mapping[str, str | None] | None = None, file_limit: int | None = None
    ) -> "Crawl":
        """Start a crawl process; `file_limit` is the size that no file may pass."""
        plan_file, report_file = self.folder / f"{plan.run_id}.plan.json", self.folder / f"{plan.run_id}.report.json"
        plan_file.write_text(plan.model_dump_json(), encoding="utf-8")
        process = subprocess.Popen(
            [
                *(["prlimit", f"--fsize={file_limit}"] if file_limit else []),
                *(sys.executable, "-m", "crawlers.crawl", str(plan_file), str(report_file)),
            ],
            cwd=ROOT,
            env=self.variables(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return Crawl(process, report_file)

    def variables(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        """Return the environment of a crawl; None unsets a variable."""
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CONGTIN_")},
            "CONGTIN_PORTALS": str(self.folder / "portals"),
            "CONGTIN_VAR": str(self.folder / "var"),
            "CONGTIN_CONTACT": "https://example.org/congtin",
            "CONGTIN_DELAY": "0",
            "CONGTIN_DISK_RESERVE_MB": "1",
            **self.environment,
            **changes,
        }
        return {name: value for name, value in variables.items() if value is not None}

    def crawl(
        self, plan: Plan | None = None, *, environment: Mapping[str, str | None] | None = None, **changes: Any
    ) -> CrawlReport:
        """Run a crawl to its end and return its report."""
        return self.start(plan or self.plan(**changes), environment=environment).report()

    def captures(self) -> list[tuple[Capture, Location]]:
        """All captures, oldest first."""
        return [
            pair for segment in segments(self.archive, self.name) for pair in scan(self.archive, self.name, segment)
        ]

    def fetched(self, purpose: Purpose = Purpose.ARTICLE) -> list[str]:
        """Addresses of the captures of one purpose, in order."""
        return [capture.url for capture, _ in self.captures() if capture.purpose is purpose]

    def body(self, url: str) -> bytes:
        """Decoded body of an address's last capture."""
        location = [location for capture, location in self.captures() if capture.url == url][-1]
        return read(self.archive, self.name, location)[1]


@dataclass
class Crawl:
    """A crawl process under way."""

    process: "subprocess.Popen[bytes]"
    file: Path
    log: str = ""

    def report(self, timeout: float = 90) -> CrawlReport:
        """Wait for the end and return the report. Keeps stdin open meanwhile, as the flow does."""
        assert self.process.stderr is not None
        self.log = self.process.stderr.read().decode("utf-8", "replace")
        code = self.process.wait(timeout)
        assert code == 0, self.log
        return CrawlReport.model_validate_json(self.file.read_bytes())

    def terminate(self) -> None:
        """Send one SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL and wait."""
        self.process.kill()
        self.process.communicate()


def next_state(bench: Bench, state: ListingState, report: CrawlReport) -> ListingState:
    """Return what is known of the listing after a run, as the database keeps it."""
    outcome = report.listings[0]
    own = {
        address_key(capture.item.url)
        for capture, _ in bench.captures()
        if capture.item is not None and capture.run_id == report.run_id
    }
    if outcome.stop in {Stop.MARK, Stop.END}:
        return ListingState(key=state.key, below=state.below | state.open | own)
    open_keys = state.open | own if outcome.joined else own
    return ListingState(key=state.key, below=state.below, open=frozenset(open_keys), open_pages=outcome.pages)
