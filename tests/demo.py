"""The whole way on one machine: the five portals as replicas on loopback, through the Prefect flow, into a database.

`python -m tests.demo` serves the replicas under the portals' true names, runs the flow `ingest-all` twice on a
Prefect server of its own, and shows after each pass a row for each portal. It may be killed at any time: run it again and it
goes on, with no article twice.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.prefect_server import prefect_server
from tests.replicas import serve

SEED, ARTICLES = 2025, 45
_TOTALS = ("articles", "versions", "images", "refusals")


@dataclass(frozen=True, slots=True)
class Row:
    """What the database holds of a portal, and what the last pass took."""

    verdict: str
    pages: int
    articles: int
    versions: int
    images: int
    refusals: int
    requests: int
    seconds: float


def main() -> int:
    """Run the demo; return 0 if both passes ended well and the second one brought nothing new."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 140)
    var = arguments.var.resolve()
    (var / "prefect").mkdir(parents=True, exist_ok=True)
    with serve(seed=arguments.seed, articles=arguments.articles) as replicas:
        os.environ |= _environment(var, replicas.connect_to, str(replicas.ca_file))
        with prefect_server() as api:
            os.environ["PREFECT_API_URL"] = api
            first = _pass(console, "Lượt 1: thu thập tất cả")
            second = _pass(console, "Lượt 2: không có gì mới")
    console.print(_compared(first, second))
    console.print(
        "Các lần chạy vẫn xem được trong giao diện Prefect:\n"
        f"  PREFECT_HOME={var / 'prefect'} {Path(sys.executable).parent / 'prefect'} server start\n"
        "  rồi mở http://127.0.0.1:4200",
        soft_wrap=True,
    )
    well = all(row.verdict in {"ok", "quiet"} for row in (*first.values(), *second.values()))
    return 0 if well and not _news(first, second) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of all that is written")
    parser.add_argument("--seed", type=int, default=SEED, help="draws the replicas' skins and articles")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="articles of each portal")
    return parser.parse_args()


def _environment(var: Path, connect_to: str, ca_file: str) -> dict[str, str]:
    """Return the settings of congtin and of Prefect; they are read when these are imported."""
    return {
        "CONGTIN_VAR": str(var),
        "CONGTIN_CONNECT_TO": connect_to,
        "CONGTIN_CA_FILE": ca_file,
        "CONGTIN_DELAY": "0.02",
        "PREFECT_HOME": str(var / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    }


def _pass(console: Console, title: str) -> dict[str, Row]:
    """Run the flow once and show what came of it."""
    from flows.ingest import ingest_all

    started = time.monotonic()
    with console.status(f"{title} …"):
        asyncio.run(_flow_run(ingest_all))
    rows = _rows()
    table = Table(title=f"{title} ({time.monotonic() - started:.0f} giây)", title_justify="left")
    for name in ("cổng", "kết cục", "trang đọc", "bài", "phiên bản", "ảnh", "từ chối", "yêu cầu", "giây"):
        table.add_column(name, justify="left" if name in {"cổng", "kết cục"} else "right")
    for portal, row in rows.items():
        numbers = (row.pages, row.articles, row.versions, row.images, row.refusals, row.requests)
        table.add_row(portal, row.verdict, *(str(number) for number in numbers), f"{row.seconds:.1f}")
    console.print(table)
    return rows


async def _flow_run(flow: object) -> None:
    from prefect.logging.handlers import APILogHandler

    await flow(return_state=True)  # type: ignore[operator]
    await APILogHandler.aflush()


def _rows() -> dict[str, Row]:
    """Read the table off the database's views: what is stored in all, and what each portal's last run took."""
    from sqlalchemy import text

    from storage.database.engine import connect
    from storage.settings import settings

    engine = connect(settings().database)
    counted = {
        "articles": "SELECT portal, count(*) FROM v1_articles GROUP BY portal",
        "versions": "SELECT portal, count(*) FROM v1_article_versions GROUP BY portal",
        "images": "SELECT portal, count(*) FROM v1_images GROUP BY portal",
        "refusals": "SELECT portal, count(*) FROM v1_refusals WHERE state = 'refused' GROUP BY portal",
    }
    last = (
        "SELECT portal, verdict, counts, started_at, ended_at FROM v1_runs r WHERE started_at = "
        "(SELECT max(started_at) FROM v1_runs o WHERE o.portal = r.portal) ORDER BY portal"
    )
    with engine.connect() as connection:
        totals: dict[str, dict[str, int]] = {
            name: {row[0]: row[1] for row in connection.execute(text(query))} for name, query in counted.items()
        }
        runs = connection.execute(text(last)).all()
    engine.dispose()
    rows = {}
    for run in runs:
        counts = json.loads(run.counts) if isinstance(run.counts, str) else run.counts
        rows[run.portal] = Row(
            verdict=run.verdict,
            pages=counts["read"],
            requests=counts["requests"],
            seconds=counts["seconds"],
            **{name: totals[name].get(run.portal, 0) for name in _TOTALS},
        )
    return rows


def _news(first: dict[str, Row], second: dict[str, Row]) -> dict[str, int]:
    """Return what the second pass stored beyond the first."""
    grown = {
        name: sum(getattr(row, name) for row in second.values()) - sum(getattr(row, name) for row in first.values())
        for name in _TOTALS
    }
    return {name: number for name, number in grown.items() if number}


def _compared(first: dict[str, Row], second: dict[str, Row]) -> str:
    news = _news(first, second)
    said = f"khác trước: {news}" if news else "không thêm bài, phiên bản, ảnh hay trang từ chối nào"
    before, after = (sum(row.requests for row in rows.values()) for rows in (first, second))
    return f"\nLượt 2 {said}; {after} yêu cầu (lượt 1: {before}).\n"


if __name__ == "__main__":
    sys.exit(main())
