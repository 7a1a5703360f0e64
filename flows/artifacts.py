"""What an operator sees of a run in Prefect: Vietnamese tables, with the code of each kind in brackets.

Cells of tables are read as Markdown too: whatever a page or an error says is escaped in them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.steps.overview import OverviewRow, said
from flows.steps.rehearsal import WOULD_LABELS, Rehearsed, Would
from flows.steps.summary import Summary

OVERVIEW = "tong-quan"
"""Key of the overview."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
_SHOWN = 200
"""Rows of a table at most; the rest is in the database."""


async def publish_run(summary: Summary) -> None:
    """Make the artifacts of a portal's run: report, funnel, articles, refusals, pages held, fill rates."""
    key = summary.portal.replace("_", "-")
    await acreate_markdown_artifact(
        _report(summary), key=f"bao-cao-{key}", description=f"**{summary.portal}** · {summary.verdict}"
    )
    await acreate_table_artifact(
        [{"bước": f"{step.label} [{step.code}]", "số": step.count} for step in summary.funnel],
        key=f"pheu-{key}",
        description=f"**{summary.portal}** · {summary.verdict} · {escaped(summary.reason)}",
    )
    await acreate_markdown_artifact(_articles(summary), key=f"bai-{key}", description="Bài mới và bài thay đổi")
    await acreate_table_artifact(
        [
            {"loại": f"{one.label} [{one.code}]", "địa chỉ": _link(one.url), "lý do": escaped(one.reason)}
            for one in summary.refusals[:_SHOWN]
        ],
        key=f"tu-choi-{key}",
        description=f"Trang bị từ chối: {len(summary.refusals)}",
    )
    await acreate_table_artifact(
        [
            {"vì sao": f"{one.label} [{one.code}]", "địa chỉ": _link(one.url), "bằng chứng": escaped(one.evidence)}
            for one in summary.held[:_SHOWN]
        ],
        key=f"giu-lai-{key}",
        description=f"Trang giữ lại chờ người xem: {len(summary.held)}",
    )
    await acreate_table_artifact(
        [
            {"trường": name, "tỷ lệ có giá trị": f"{share:.0%}", "mức sàn": f"{floor:.0%}", "lệch": share < floor}
            for name, (share, floor) in summary.fill.items()
        ],
        key=f"do-lech-{key}",
        description="Độ lệch: tỷ lệ bài có giá trị, theo trường",
    )


async def publish_rehearsal(portal: str, pages: Sequence[Rehearsed]) -> None:
    """Make the artifact of a rehearsal: what a real run would have done with each page."""
    rows: list[dict[str, object]] = [
        {
            "nếu chạy thật": f"{WOULD_LABELS[page.would]} [{page.would.value}]",
            "tiêu đề": escaped(page.title),
            "ngày": page.published_on.strftime("%d/%m/%Y") if page.published_on else "–",
            "từ": page.words,
            "địa chỉ": _link(page.url),
            "lý do hoặc đầu bài": escaped(page.detail),
        }
        for page in pages
    ]
    counted = Counter(page.would for page in pages)
    shares = ", ".join(f"{WOULD_LABELS[would]}: {counted[would]}" for would in Would if counted[would])
    await acreate_table_artifact(
        rows,
        key=f"chay-thu-{portal.replace('_', '-')}",
        description=f"Chạy thử **{portal}**, không ghi gì vào kho. {shares or 'Không có trang nào.'}",
    )


async def publish_overview(rows: Sequence[OverviewRow]) -> None:
    """Make the overview: a row for each portal, as `congtin status` shows it."""
    table: list[dict[str, object]] = [
        {
            "cổng": row.name,
            "kết cục": row.verdict,
            "từ": row.since,
            "tốt lần cuối": row.last_good,
            "mới hôm nay": row.new_today,
            "giữ": row.held,
            "lần tới": row.next_run,
            "việc cần làm": row.todo,
            "lý do": escaped(row.reason),
            "đang": row.doing,
            "bài": row.articles,
            "chờ": row.waiting,
            "bỏ": row.abandoned,
        }
        for row in rows
    ]
    await acreate_table_artifact(table, key=OVERVIEW, description="Tổng quan các cổng, như `congtin status`")


def _report(summary: Summary) -> str:
    """Return what an operator reads first of a run: its end, what to do, where to look, and the last runs."""
    lines = [f"## {escaped(summary.title)}", "", f"**{summary.verdict}** {escaped(summary.reason)}", ""]
    if summary.todo:
        lines += [f"**Việc cần làm:** {summary.todo}", ""]
    lines += [
        f"Lần chạy `{summary.run_id}` của cổng `{summary.portal}`.",
        f"Danh sách của cổng: {' · '.join(f'[{escaped(name)}](<{_link(url)}>)' for name, url in summary.listings)}",
        "",
        "### Các lần chạy gần đây",
        "",
        "| lúc | chế độ | kết cục | bài mới và thay đổi | | từ chối | giây |",
        "|---|---|---|---|---|---|---|",
    ]
    most = max((one.new + one.changed for one in summary.history), default=0)
    lines += [
        f"| {said(one.started_at)} | {one.mode} | {one.verdict} | {one.new + one.changed} | "
        f"{_bar(one.new + one.changed, most)} | {one.refused} | {one.seconds:.0f} |"
        for one in summary.history
    ]
    return "\n".join(lines)


def _bar(number: int, most: int) -> str:
    """Return a number as a bar; the largest is twenty squares long, and what is not nothing has one at least."""
    return "█" * max(1, round(20 * number / most)) if number else ""


def _articles(summary: Summary) -> str:
    lines = [f"### {summary.portal}: {len(summary.changes)} thay đổi", ""]
    lines += _list(
        f"- {one.label} [{one.code}] [{escaped(one.title)}](<{_link(one.url)}>) {one.published_on or ''}".rstrip()
        for one in summary.changes[:_SHOWN]
    )
    if len(summary.changes) > _SHOWN:
        lines.append(f"\n… và {len(summary.changes) - _SHOWN} bài nữa.")
    return "\n".join(lines)


def _list(lines: Iterable[str]) -> list[str]:
    return list(lines) or ["Không có bài mới hay thay đổi."]


def escaped(text: str) -> str:
    """Return a page's text as plain words in Markdown: nothing in it can become a link, an image or HTML."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _link(url: str) -> str:
    """Return an address that can stand between angle brackets."""
    return "".join(f"%{ord(char):02X}" if char in "<>\\\n\r\t " else char for char in url)
