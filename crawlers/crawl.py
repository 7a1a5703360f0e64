"""One crawl as a process of its own: `python -m crawlers.crawl PLAN.json REPORT.json`.

Reads the plan, writes the report (whole or not at all), logs JSON lines on stderr. It ends itself cleanly on SIGTERM or
SIGINT, and when its stdin is a pipe that closes: then whoever started it is gone. Further signals change nothing.
Exit code 0 if the report was written.
"""

import asyncio
import logging
import os
import signal
import stat
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from crawlers.net.log import log_to
from crawlers.net.manners import missing_contact
from crawlers.plan import Plan
from crawlers.portal import Portal
from crawlers.portals import load

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess

GRACE = 15.0
"""Seconds from the order to end until the process ends whatever hangs (a name look-up cannot be cancelled); whoever
ordered it waits for 25 and then kills."""

logger = logging.getLogger(__name__)


class Ending:
    """The order to end: given once, from a signal or from the closing of stdin, at any moment of the process's life."""

    def __init__(self, report_file: Path) -> None:
        self._report_file = report_file
        self._process: AsyncCrawlerProcess | None = None
        self.ordered = False

    def listen(self) -> None:
        """Take orders from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        mode = os.fstat(0).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            threading.Thread(target=self._watch_stdin, name="stdin", daemon=True).start()

    def pass_on_to(self, process: "AsyncCrawlerProcess") -> None:
        """Stop this process's crawls when the order comes, or now if it has come."""
        self._process = process
        if self.ordered:
            self._stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._order()

    def _watch_stdin(self) -> None:
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        self._order()

    def _order(self) -> None:
        if self.ordered:
            return
        self.ordered = True
        watchdog = threading.Timer(GRACE, lambda: os._exit(exit_code(self._report_file)))
        watchdog.daemon = True
        watchdog.start()
        if self._process is not None:
            self._stop()

    def _stop(self) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - importing it earlier would install another one

        reactor.callFromThread(self._stop_in_loop)

    def _stop_in_loop(self) -> None:
        from crawlers.net.middleware import session_of  # noqa: PLC0415 - loads Scrapy

        if self._process is None:
            return
        for crawler in self._process.crawlers:
            if crawler.spider is not None:
                session_of(crawler).budget.stop_asked = True
        self._task = asyncio.ensure_future(self._process.stop())


def main(arguments: list[str]) -> int:
    """Run the crawl of a plan file and return the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m crawlers.crawl PLAN.json REPORT.json\n")
        return 2
    log_to(sys.stderr)
    plan_file, report_file = map(Path, arguments)
    ending = Ending(report_file)
    ending.listen()
    try:
        plan = Plan.model_validate_json(plan_file.read_bytes())
        portal = load(plan.portal)
        if refusal := missing_contact(portal):
            logger.error("%s", refusal)
            return 1
        run(plan, portal, report_file, ending)
    except Exception:
        logger.exception("the crawl could not be run")
        return 1
    return exit_code(report_file)


def exit_code(report_file: Path) -> int:
    """Return 0 if the report was written, else 1."""
    return 0 if report_file.exists() else 1


def run(plan: Plan, portal: Portal, report_file: Path, ending: Ending) -> None:
    """Run a crawl to its end; its report is then in `report_file`.

    Raises:
        PortalError: there is no such platform.
        ValueError: the connect-to map is wrong.
    """
    # Late, so that an order to end is heard while these are loaded.
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    from crawlers.spiders import spider_class  # noqa: PLC0415

    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawlers.settings"
    settings = get_project_settings()
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    log_to(sys.stderr)  # Scrapy has set levels of its own
    process.crawl(spider_class(portal), plan=plan, report_file=report_file)
    ending.pass_on_to(process)
    process.start(install_signal_handlers=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
