"""What runs may leave behind on this machine: open segments, held locks, crawl processes."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, select

from flows.steps.doctor.model import AGAIN, Finding, Scope
from flows.steps.locks import file_hosts, host_lease, page_hosts, portal_lease
from flows.steps.slips import is_held
from storage import archive as warc
from storage.database.leases import holder_of
from storage.database.models import run


def left_behind(scope: Scope) -> tuple[int, list[Finding]]:
    """Return how many files and processes were looked at, and those that nobody answers for.

    Of a portal at work all is in order: its lock is held by a live process that is no crawl process.
    """
    lock = scope.var / "locks" / f"{scope.name}.lock"
    at_work = scope.live or is_held(lock)
    segments = warc.open_segments(scope.archive, scope.name)
    findings = [
        scope.finding(str(path), "đoạn lưu còn mở mà không có tiến trình nào ghi", AGAIN)
        for path in segments
        if not is_held(path)
    ]
    crawls = _crawls(scope)
    if scope.live or not at_work:
        for process, run_id in crawls.items():
            if scope.run_id is None or scope.run_id == run_id:
                what = f"tiến trình tải {process} của lần chạy {run_id} còn sống mà lần chạy đã hết"
                findings.append(scope.finding(f"tiến trình {process}", what, f"Chờ một phút; nếu còn: kill {process}."))
    crawl_lock = scope.var / "locks" / f"{scope.name}.crawl.lock"
    if not at_work and not crawls and is_held(crawl_lock):
        findings.append(
            scope.finding(
                str(crawl_lock),
                "khóa bị giữ mà không có lần chạy hay tiến trình tải nào",
                f"Tìm bằng `fuser {crawl_lock}` rồi kết thúc tiến trình đó.",
            )
        )
    hosts = _hosts(scope)
    findings += [found for host in hosts for found in _host_lock(scope, host)]
    return len(segments) + len(crawls) + len(hosts) + 2, findings


def _hosts(scope: Scope) -> list[str]:
    return [] if scope.portal is None else [*page_hosts(scope.portal), *file_hosts(scope.portal)]


def _host_lock(scope: Scope, host: str) -> Iterator[Finding]:
    """Yield a finding if the lock of a host is held for a portal that is not at work."""
    folder = scope.var / "locks"
    path = folder / f"host-{host}.lock"
    if not is_held(path):
        return
    holder = path.read_text("utf-8", "replace")
    at_work = scope.live and holder == scope.name
    if not at_work and not any(is_held(folder / f"{holder}.{kind}") for kind in ("lock", "crawl.lock")):
        what = f"khóa máy chủ {host} bị giữ cho cổng {holder or '?'} mà cổng đó không có lần chạy nào"
        yield scope.finding(str(path), what, f"Tìm bằng `fuser {path}` rồi kết thúc tiến trình đó.")


def leases_left(scope: Scope, connection: Connection) -> Iterator[Finding]:
    """Yield a finding for each lock of the database that is held although no run is going on."""
    if scope.live or connection.scalar(select(run.c.id).where(run.c.verdict.is_(None)).limit(1)) is not None:
        return
    for name in (portal_lease(scope.name), *map(host_lease, _hosts(scope))):
        holder = holder_of(connection, name)
        if holder is not None:
            what = f"khóa «{name}» trong cơ sở dữ liệu bị giữ ({holder}) mà không có lần chạy nào"
            yield scope.finding(name, what, "Tìm tiến trình đó trên máy được nêu; nếu nó treo, kết thúc nó.")


def _crawls(scope: Scope) -> dict[int, str]:
    """Return the crawl processes that work for this installation and portal: run ids by process id."""
    found: dict[int, str] = {}
    runs = scope.var / "runs"
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            words = entry.read_bytes().decode("utf-8", "replace").split("\0")
            plan = next((Path(word) for word in words if word.startswith(f"{runs}/")), None)
            if plan is not None and "crawlers.crawl" in words and f'"portal":"{scope.name}"' in plan.read_text("utf-8"):
                found[int(entry.parent.name)] = plan.parent.name
    return found
