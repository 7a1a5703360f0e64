"""One crawl: a process of its own, whose log is passed on and whose report is read.

A reactor cannot be started twice, and a crash or a leak stays in its process. It is started in a session of its own, so
that a signal to our process group does not reach it twice (Scrapy takes a second SIGTERM as an unclean stop), and its
stdin is a pipe from us: when we die, however we die, it reads the end of it and ends itself.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from crawlers.plan import CrawlReport, Plan
from flows.steps.persist import to_the_end

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]

GRACE = 25.0
"""Seconds from SIGTERM to SIGKILL: Prefect kills a cancelled run after 30."""
LINE_LIMIT = 1 << 20
"""Longest log line that is read, in bytes."""
OVERTIME = 60.0
"""Seconds that a crawl may last beyond its budget before it is taken for hung."""

_LEVELS = logging.getLevelNamesMapping()


class CrawlLostError(Exception):
    """A crawl process ended without a report; the message says how, in Vietnamese."""


async def crawl(
    plan: Plan, folder: Path, log: Log, *, locks: Sequence[int], environment: Mapping[str, str] | None = None
) -> CrawlReport:
    """Run one crawl process to its end and return its report.

    Args:
        plan: what to fetch.
        folder: where the plan and the report are written, as `plan-<segment>.json` and `report-<segment>.json`.
        log: receives every record that the process logs.
        locks: descriptors of the locks that the process inherits and so holds until it ends.
        environment: settings that differ from ours.

    Raises:
        CrawlLostError: it ended without a report, or lasted far beyond its budget.
        asyncio.CancelledError: the caller was cancelled; the process has ended by then, its report may be in `folder`.
    """
    plan_file, report_file = _lay_out(plan, folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "crawlers.crawl",
        str(plan_file),
        str(report_file),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        pass_fds=tuple(locks),
        env=os.environ | dict(environment or {}),
        limit=LINE_LIMIT,
    )
    try:
        async with asyncio.timeout(plan.max_seconds + OVERTIME):
            await _pass_on(process, log)
            code = await process.wait()
    except TimeoutError:
        await to_the_end(stop(process, log))
        raise CrawlLostError(f"treo quá hạn {plan.max_seconds} giây, đã bị dừng") from None
    except BaseException:
        await to_the_end(stop(process, log))
        raise
    report = read_report(report_file)
    if report is None:
        raise CrawlLostError(_how_it_ended(code))
    return report


def read_report(file: Path) -> CrawlReport | None:
    """Return the report in a file; None where there is none or it is not whole."""
    try:
        return CrawlReport.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def report_of(row: object) -> CrawlReport | None:
    """Return the report that a run's row keeps; None where there is none, or one that is of another form."""
    try:
        return CrawlReport.model_validate(row)
    except ValidationError:
        return None


def _lay_out(plan: Plan, folder: Path) -> tuple[Path, Path]:
    """Write the plan; return its file and the one for the report."""
    folder.mkdir(parents=True, exist_ok=True)
    plan_file = folder / f"plan-{plan.segment}.json"
    plan_file.write_text(plan.model_dump_json(), encoding="utf-8")
    return plan_file, folder / f"report-{plan.segment}.json"


async def stop(process: asyncio.subprocess.Process, log: Log) -> None:
    """End a crawl process: one SIGTERM, time to seal its segment, then SIGKILL. Returns when it has ended."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE):
            await _pass_on(process, log)
            await process.wait()
    except TimeoutError:
        log.warning("crawl process %s did not end in %s s: killed", process.pid, GRACE)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _pass_on(process: asyncio.subprocess.Process, log: Log) -> None:
    """Log every line of the process's stderr to its end: JSON records at their level, other text as an error."""
    while process.stderr is not None:
        try:
            line = await process.stderr.readline()
        except ValueError:  # a line beyond the limit; asyncio has dropped it
            log.warning("crawl process %s: a log line was too long", process.pid)
            continue
        if not line:
            return
        _log_line(line, log)


def _log_line(line: bytes, log: Log) -> None:
    text = line.decode("utf-8", "replace").rstrip("\n")
    if not text.strip():
        return
    record = _record(text)
    if record is None:
        log.error("%s", text)
        return
    level = _LEVELS.get(str(record.get("level", "INFO")).upper(), logging.INFO)
    log.log(level, "[%s] %s", record.get("logger", "crawl"), record.get("message", ""))


def _record(text: str) -> Mapping[str, object] | None:
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _how_it_ended(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return f"bị tín hiệu {signal.Signals(-code).name} kết thúc, không để lại báo cáo"
    return f"kết thúc với mã {code}, không để lại báo cáo"
