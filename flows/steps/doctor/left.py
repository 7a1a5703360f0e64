"""What runs may leave behind on this machine: open segments, held locks, crawl processes."""

from contextlib import suppress
from pathlib import Path

from flows.steps.doctor.model import AGAIN, Finding, Scope
from flows.steps.slips import is_held
from storage import archive as warc


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
    return len(segments) + len(crawls) + 2, findings


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
