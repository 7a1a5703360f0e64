"""What the middlewares of one crawl share: the plan, the portal, and the state of the run."""

from dataclasses import dataclass, field
from pathlib import Path

from crawlers.net import connect_map
from crawlers.net.address import origin_of
from crawlers.net.budget import Budget
from crawlers.net.connect_map import Place
from crawlers.net.errors import FetchFailed
from crawlers.net.hosts import Hosts
from crawlers.net.journal import Journal
from crawlers.net.pace import Pace
from crawlers.net.recorder import Recorder
from crawlers.net.turns import Turns
from crawlers.plan import Plan
from crawlers.portal import Portal
from storage.settings import settings
from storage.vocabulary import FetchError


@dataclass
class Session:
    """One crawl.

    Attributes:
        plan, portal: what to fetch, and where.
        report_file: where the report goes; None for a crawl by hand, which writes none.
        routes: the connect-to map.
        bounced: cookies that cookie bounces asked for, by host.
        recorder, budget, hosts, pace, turns, journal: the run's state; see their modules.
    """

    plan: Plan
    portal: Portal
    report_file: Path | None = None
    routes: dict[Place, Place] = field(default_factory=dict)
    bounced: dict[str, dict[str, str]] = field(default_factory=dict)
    recorder: Recorder = field(init=False)
    budget: Budget = field(init=False)
    hosts: Hosts = field(init=False)
    pace: Pace = field(init=False)
    turns: Turns = field(init=False)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.routes = dict(connect_map.parse(settings().connect_to))
        self.recorder = Recorder(self.plan)
        self.budget = Budget(self.plan, self.portal.access.night, settings().disk_reserve_mb)
        self.hosts = Hosts()
        self.pace = Pace(self.portal.access.delay, self._delays())
        self.turns = Turns(settings().var / "locks")
        self.journal = Journal(self.plan)

    def _delays(self) -> dict[str, float]:
        """Return the delay that `CONGTIN_DELAY` sets, for hosts in the map only: no real portal is asked there."""
        delay = settings().delay
        return {} if delay is None else {host: delay for host, _ in self.routes}

    def check_scope(self, url: str) -> str:
        """Return the origin of an address of the portal.

        Raises:
            FetchFailed: the address is none, or of another scheme, host or port.
        """
        origin = origin_of(url)
        if origin is None:
            raise FetchFailed(FetchError.SCOPE, "not an address that can be asked for safely")
        if origin not in self.portal.origins:
            raise FetchFailed(FetchError.SCOPE, f"{origin} is not of this portal")
        return origin

    def note_route(self, source: Place, target: Place) -> None:
        """Note that a connection was made to `target`; the report names the entries of the map that were used."""
        if self.routes.get(source) == target:
            self.recorder.mapped.add(connect_map.written(source, target))
