"""`congtin ingest`: the pipeline from page to database, with no scheduler at all."""

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import answering, day_start, fail, open_database, parse_day, table, whatever_stdout_takes
from flows.cli.common import screen as results

if TYPE_CHECKING:
    from rich.console import Console

    from crawlers.portal import Portal
    from crawlers.portals import BrokenPortal
    from flows.steps.order import Order, Outcome
    from flows.steps.rehearsal import Rehearsed

LAST = 27.0
"""Seconds from SIGTERM to the end, whatever hangs: who sends it kills after thirty. A crawl process has 25."""
PARALLEL = 16
"""Portals at work at a time. Each waits for its own host most of the time; a crawl process takes about 100 MB."""


def ingest(
    portal: Annotated[list[str] | None, typer.Argument(help="Tên các cổng.", show_default=False)] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Mọi cổng.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Đọc mọi danh sách đến hết, tải lại mọi bài đã biết.")] = False,
    since: Annotated[str | None, typer.Option(help="Chỉ lật danh sách đến ngày này (YYYY-MM-DD).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Số yêu cầu nhiều nhất cho mỗi cổng.")] = None,
    probe: Annotated[bool, typer.Option("--probe", help="Chỉ dò thử: trang đầu mỗi danh sách và vài bài.")] = False,
    url: Annotated[list[str] | None, typer.Option(help="Chỉ tải lại địa chỉ này; nêu được nhiều lần.")] = None,
    retry: Annotated[str | None, typer.Option(metavar="LẦN CHẠY", help="Tải lại các trang mà nó từ chối.")] = None,
    dry_run: Annotated[
        int | None, typer.Option(min=1, metavar="TRANG", help="Chạy thử ngần ấy trang, không ghi gì vào kho.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Hiện cả nhật ký thường.")] = False,
) -> None:
    """Thu thập, đọc và nạp bài của các cổng. Mã thoát là mã của kết cục xấu nhất (docs/verdicts.md)."""
    import logging

    from rich.console import Console

    from crawlers import portals
    from crawlers.net import connect_map
    from flows.cli.logs import log_to_screen
    from flows.steps.order import Mode, Order
    from storage.settings import settings

    names = list(dict.fromkeys(portal or ()))
    if bool(names) == every:
        fail("nêu tên cổng, hoặc --all")
    if sum((full, probe, bool(url or retry))) > 1:
        fail("--full, --probe, và --url hay --retry không đi cùng nhau")
    if (url or retry or dry_run) and len(names) != 1:
        fail("--url, --retry và --dry-run cần đúng một cổng")
    first = day_start(parse_day(since, "--since")) if since else None
    try:
        chosen, broken = portals.load_all() if every else ([portals.load(name) for name in names], [])
        connect_map.parse(settings().connect_to)
    except (portals.PortalError, ValueError) as error:
        fail(str(error))
    screen = Console(stderr=True)
    log_to_screen(screen, logging.INFO if verbose else logging.WARNING)
    mode = Mode.FULL if full else Mode.PROBE if probe else Mode.CHOSEN if url or retry else Mode.INCREMENTAL
    orders = [Order(one.name, mode, first, limit, tuple(url or ()), retry) for one in chosen]
    outcomes, cancelled = _rehearse(chosen[0], orders[0], dry_run, screen) if dry_run else _run(chosen, orders, screen)
    with whatever_stdout_takes():
        _show(outcomes, broken)
    raise typer.Exit(_exit_code(outcomes, broken, cancelled=cancelled))


def _run(chosen: "Sequence[Portal]", orders: "Sequence[Order]", screen: "Console") -> "tuple[list[Outcome], bool]":
    """Run the portals beside each other; return their ends, and whether the operator stopped them."""
    from flows.cli.logs import portal_log
    from flows.cli.progress import Display
    from flows.steps.house import open_house
    from flows.steps.pipeline import ingest_portal
    from storage.settings import settings

    engine = open_database(upgrade=True)
    display = Display(screen)

    async def whole() -> None:
        places = asyncio.Semaphore(PARALLEL)

        async def one(portal: "Portal", order: "Order") -> None:
            async with house.turns.of(portal), places:
                log = portal_log(settings().var / "logs", portal.name)
                await ingest_portal(portal, order, house, display, log=log)

        with open_house(settings(), engine, chosen) as house, display:
            await asyncio.gather(*(one(portal, order) for portal, order in zip(chosen, orders, strict=True)))

    with answering():  # as long as no run has begun, which says itself what the database does
        cancelled = _to_its_end(whole())
    engine.dispose()
    return display.outcomes, cancelled


def _rehearse(portal: "Portal", order: "Order", pages: int, screen: "Console") -> "tuple[list[Outcome], bool]":
    """Run a portal without a trace, show what would have become of each page, and return its end as `_run` does."""
    from flows.cli.logs import portal_log
    from flows.cli.progress import Display
    from flows.steps.rehearsal import rehearse
    from storage.settings import settings

    real = settings().database_url is not None or (settings().var / "congtin.db").exists()
    engine = open_database() if real else None
    display = Display(screen)
    pages_seen: list[Rehearsed] = []

    async def whole() -> None:
        log = portal_log(settings().var / "logs", portal.name)
        with display:
            _, seen = await rehearse(portal, order, pages, settings(), engine, display, log=log)
        pages_seen.extend(seen)

    cancelled = _to_its_end(whole())
    if engine is not None:
        engine.dispose()
    _show_rehearsed(pages_seen)
    return display.outcomes, cancelled


def _show_rehearsed(pages: "Sequence[Rehearsed]") -> None:
    from rich.text import Text

    from flows.steps.rehearsal import WOULD_LABELS

    shown = table("Chạy thử, không ghi gì", "nếu chạy thật", "ngày", "từ", "tiêu đề hoặc lý do", numbers=("từ",))
    for page in pages:
        date = page.published_on.strftime("%d/%m/%Y") if page.published_on else "–"
        said = Text(page.title or page.detail)
        said.append(f"\n{page.url}", style="dim")
        shown.add_row(
            f"{WOULD_LABELS[page.would]} [{page.would.value}]".replace("[", r"\["), date, str(page.words), said
        )
    results().print(shown)


def _to_its_end(work: Coroutine[None, None, None]) -> bool:
    """Do the work; return whether the operator stopped it."""
    try:
        asyncio.run(_until_sigterm(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return True
    return False


async def _until_sigterm(work: Coroutine[None, None, None]) -> None:
    """Do the work; SIGTERM cancels it, as Ctrl-C does by itself."""
    task = asyncio.ensure_future(work)

    def end() -> None:
        task.cancel()
        last = threading.Timer(LAST, _end_at_once)
        last.daemon = True
        last.start()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    await task


def _end_at_once() -> None:
    """End the process as it is: what waits for another's lock in the database cannot be called back.

    Nothing is lost by it. The crawl processes have ended by then, and the next run closes this one.
    """
    from storage.vocabulary import VERDICTS, Verdict

    os._exit(VERDICTS[Verdict.CANCELLED].exit_code)


def _show(outcomes: "Sequence[Outcome]", broken: "Sequence[BrokenPortal]") -> None:
    """Print a row for each portal, the reason of each verdict that is not plainly good, and the broken files."""
    from rich.text import Text

    numbers = ("yêu cầu", "trang", "mới", "đổi", "từ chối", "giây")
    shown = table("Kết quả", "cổng", "kết cục", *numbers, numbers=numbers)
    ended = sorted(outcomes, key=lambda one: one.portal)
    for outcome in ended:
        counts = outcome.counts
        row = (outcome.requests, counts.read, counts.new, counts.changed, counts.refusals, round(outcome.seconds))
        shown.add_row(Text(outcome.portal), Text(_named(outcome)), *map(str, row))
    console = results()
    console.print(shown)
    for outcome in ended:
        if outcome.judgement.facts.exit_code:
            judgement = outcome.judgement
            todo = f" {judgement.facts.todo}" if judgement.facts.todo else ""
            console.print(Text(f"{outcome.portal}: {_named(outcome)}: {judgement.reason}{todo}"))
    for file in broken:
        typer.echo(f"congtin: {file.message}", err=True)


def _named(outcome: "Outcome") -> str:
    return f"{outcome.judgement.facts.label} [{outcome.judgement.verdict.value}]"


def _exit_code(outcomes: "Sequence[Outcome]", broken: "Sequence[BrokenPortal]", *, cancelled: bool) -> int:
    """Return the exit code of the worst verdict: the one that stands last in the table of verdicts."""
    from storage.vocabulary import VERDICTS, Verdict

    verdicts = {outcome.judgement.verdict for outcome in outcomes}
    if cancelled:
        verdicts.add(Verdict.CANCELLED)
    if broken:
        verdicts.add(Verdict.FAILED)
    order = list(VERDICTS)
    worst = max(verdicts, key=order.index, default=Verdict.OK)
    return VERDICTS[worst].exit_code
