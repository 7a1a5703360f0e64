"""`congtin status`: a row for each portal, as the screen's overview shows it."""

from typing import TYPE_CHECKING

from flows.cli.common import answering, fail, open_database, screen, table

if TYPE_CHECKING:
    from sqlalchemy import Engine

_NUMBERS = ("bài", "mới", "giữ", "chờ", "bỏ")


def status() -> None:
    """Xem tình trạng các cổng: kết cục và từ khi nào, lần chạy tốt cuối, mới hôm nay, lần chạy tới, việc cần làm."""
    from rich.text import Text

    from crawlers.portals import PortalError, load_all
    from flows.operate.environment import api_url
    from flows.operate.plan import TAG
    from flows.steps.overview import overview
    from flows.steps.upcoming import upcoming
    from storage.settings import settings

    try:
        good, broken = load_all()
    except PortalError as error:
        fail(str(error))
    engine = open_database()
    secret = settings().serve_auth
    following = upcoming(api_url(settings()), secret.get_secret_value() if secret else None, TAG)
    with answering():
        rows = overview(engine, [portal.name for portal in good], broken, following)
    shown = table("Tình trạng", "cổng", "tốt lần cuối", *_NUMBERS, "lần tới", numbers=_NUMBERS)
    for row in rows:
        numbers = (row.articles, row.new_today, row.held, row.waiting, row.abandoned)
        shown.add_row(Text(row.name), row.last_good, *map(str, numbers), row.next_run)
    console = screen()
    console.print(shown)
    for row in rows:
        said = Text.assemble((row.name, "bold"), f": {row.verdict}")
        said.append(f" từ {row.since}" if row.since != "–" else "")
        said.append(f", {row.doing}" if row.doing else "", style="green")
        said.append(f": {row.reason}" if row.reason else "")
        said.append(f" {row.todo}" if row.todo else "", style="yellow")
        console.print(said, soft_wrap=not console.is_terminal)
    if waiting := _waiting(engine):
        console.print(waiting)
    engine.dispose()
    if following is None:
        console.print("Lần tới không rõ: máy chủ Prefect không trả lời; `congtin serve` chạy nó.")


def _waiting(engine: "Engine") -> str:
    """Return how many segments, of whatever machine, wait for the store; "" where none is set."""
    from storage.archive import StoreError
    from storage.database.sharing import unshared
    from storage.settings import settings

    try:
        count = unshared(engine, settings().archive)
    except StoreError as error:
        return f"Kho chung không trả lời ({error}); đoạn lưu chờ ở máy đã tải chúng."
    if count is None:
        return ""
    return f"Kho chung: {count} đoạn lưu chờ gửi." if count else "Kho chung: đủ mọi đoạn lưu."
