"""`congtin held`, `release`, `reject`: pages that wait for a person, and what the person says."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import answering, fail, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.database.decisions import Page

NOT_DONE = 1
"""Exit code when there is no such page, or nothing can be made of it."""
_WIDTH = 78

Ref = Annotated[str, typer.Argument(metavar="ADDRESS|CAPTURE", help="Địa chỉ, hoặc số bản ghi.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Vì sao; được ghi lại.", show_default=False)]
By = Annotated[str | None, typer.Option("--by", help="Ai quyết định; mặc định là tài khoản đang dùng.")]


def held(
    portal: Annotated[str | None, typer.Argument(help="Tên cổng; bỏ trống là mọi cổng.")] = None,
    *,
    refused: Annotated[bool, typer.Option("--refused", help="Kể cả trang bị từ chối.")] = False,
) -> None:
    """Liệt kê các trang bị giữ lại hay không lưu được, với lý do và bằng chứng."""
    import textwrap

    from storage.database.decisions import kept_back
    from storage.vocabulary import HELD_LABELS, REFUSAL_LABELS, CaptureState

    engine = open_database()
    states = {CaptureState.HELD, CaptureState.QUARANTINED} | ({CaptureState.REFUSED} if refused else set())
    with answering():
        pages = kept_back(engine, portal, states)
    engine.dispose()
    labels = {key.value: label for key, label in (*HELD_LABELS.items(), *REFUSAL_LABELS.items())}
    for page in pages:
        print(f"{page.portal}  {page.url}")
        known = " (đã có bài; bài giữ nguyên)" if page.published else ""
        said = (
            f"[{page.state.value}/{page.reason}] {labels.get(page.reason, '')}{known}; {page.fetched_at:%d/%m/%Y %H:%M}"
        )
        print(textwrap.fill(said, _WIDTH, initial_indent="  ", subsequent_indent="  "))
        if page.detail:
            print(textwrap.fill(page.detail[:400], _WIDTH, initial_indent="  ", subsequent_indent="  "))
        print(f"  {page.record_id}")
    print(f"{len(pages)} trang. Cho qua: congtin release …; bác: congtin reject …" if pages else "Không có trang nào.")


def release(ref: Ref, reason: Reason, by: By = None) -> None:
    """Cho qua một trang bị từ chối, giữ lại hay không lưu được: đọc nó thành bài và nạp ngay."""
    from storage.vocabulary import CaptureState

    engine = open_database()
    with answering():
        page = _page(engine, ref)
        if page.state in {CaptureState.STORED, CaptureState.SAME}:
            fail("trang này đã là bài, không có gì để cho qua", NOT_DONE)
        if page.replaced:
            fail("sau trang này địa chỉ đó đã có bài mới hơn; trang cũ không thay nó", NOT_DONE)
        print(asyncio.run(_release(engine, page, reason, _who(by))))
    engine.dispose()


async def _release(engine: "Engine", page: "Page", reason: str, by: str) -> str:
    """Read the page with the verdict overridden, record the decision, load what was read; return what came of it."""
    from crawlers.portals import PortalError, load
    from flows.steps.reading import Readers
    from storage.crash import DeskPoint, sync_point
    from storage.database.decisions import decide, reopen
    from storage.database.further_pages import wholes
    from storage.database.load import load as store
    from storage.database.loading.derived import version_hash
    from storage.database.withdraw import run_id_of
    from storage.records import Article
    from storage.settings import settings
    from storage.vocabulary import Decision

    capture, archive = page.capture, settings().archive
    try:
        portal = load(capture.portal)
    except PortalError as error:
        fail(str(error), NOT_DONE)
    with Readers(archive, workers=1, deadline=settings().read_timeout) as readers:
        let_through = {capture.record_id: frozenset({capture.payload_sha256})}
        located = [(capture, page.location)]
        (result,) = await readers.read(portal, located, None, wholes(engine, located), let_through)
        if not isinstance(result.outcome, Article):
            fail(f"bộ đọc không đọc ra bài nào từ trang này, chưa ghi quyết định: {result.outcome}", NOT_DONE)
        decided = decide(
            engine,
            archive,
            capture,
            Decision.RELEASED,
            content_hash=version_hash(result.outcome),
            reason=reason,
            by=by,
        )
        reopen(engine, [capture.record_id])
        sync_point(DeskPoint.REOPENED)
        counts = await asyncio.to_thread(store, engine, run_id_of(decided), [result], reread=readers.reread(portal))
    if counts.quarantined:
        fail("đã ghi quyết định, nhưng trang vẫn không lưu được; xem `congtin held`", NOT_DONE)
    return f"đã cho qua: {result.outcome.title} (bài {', '.join(map(str, sorted(counts.articles)))})"


def reject(ref: Ref, reason: Reason, by: By = None) -> None:
    """Bác một trang: nó không là bài, và nếu đã đăng thì được rút khỏi các khung nhìn."""
    from storage.database.decisions import decide
    from storage.database.withdraw import reject as take_out
    from storage.settings import settings
    from storage.vocabulary import Change, Decision

    engine = open_database()
    with answering():
        page = _page(engine, ref)
        decided = decide(
            engine,
            settings().archive,
            page.capture,
            Decision.REJECTED,
            content_hash=page.content_hash,
            reason=reason,
            by=_who(by),
        )
        change = take_out(engine, page.capture, decided)
    engine.dispose()
    said = {Change.WITHDRAWN: "; bài đã được rút", Change.UPDATED: "; bài trở về phiên bản trước"}
    print(f"đã bác: {page.capture.url}{said[change] if change else ''}")


def _page(engine: "Engine", ref: str) -> "Page":
    from storage.database.decisions import find_pages

    found = find_pages(engine, ref)
    if not found:
        fail(f"kho lưu không có trang nào của {ref!r}", NOT_DONE)
    if len(found) > 1:
        names = ", ".join(f"{page.capture.record_id} ({page.capture.portal})" for page in found)
        fail(f"địa chỉ này có ở nhiều cổng; hãy nêu số bản ghi: {names}")
    return found[0]


def _who(by: str | None) -> str:
    import getpass

    try:
        return by or getpass.getuser()
    except OSError:  # no such account, as in some containers
        fail("không biết ai quyết định; hãy nêu --by")
