"""What an operator sees of a run in Prefect: Vietnamese tables, with the code of each kind in brackets."""

import re
from collections.abc import Iterable, Sequence

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from crawlers.portal import Portal
from crawlers.portals import BrokenPortal
from flows.steps.order import Outcome
from flows.steps.summary import Summary
from storage.vocabulary import VERDICTS, Verdict

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
_SHOWN = 200
"""Rows of a table at most; the rest is in the database."""


async def publish_run(summary: Summary) -> None:
    """Make the artifacts of a portal's run: the funnel, the articles, the refusals, the fill rates."""
    key = summary.portal.replace("_", "-")
    await acreate_table_artifact(
        [{"bước": f"{step.label} [{step.code}]", "số": step.count} for step in summary.funnel],
        key=f"pheu-{key}",
        description=f"**{summary.portal}** · {summary.verdict} · {escaped(summary.reason)}",
    )
    await acreate_markdown_artifact(_articles(summary), key=f"bai-{key}", description="Bài mới và bài thay đổi")
    await acreate_table_artifact(
        [
            {"loại": f"{one.label} [{one.code}]", "địa chỉ": one.url, "lý do": one.reason}
            for one in summary.refusals[:_SHOWN]
        ],
        key=f"tu-choi-{key}",
        description=f"Trang bị từ chối: {len(summary.refusals)}",
    )
    await acreate_table_artifact(
        [
            {"trường": name, "tỷ lệ có giá trị": f"{share:.0%}", "mức sàn": f"{floor:.0%}", "lệch": share < floor}
            for name, (share, floor) in summary.fill.items()
        ],
        key=f"do-lech-{key}",
        description="Độ lệch: tỷ lệ bài có giá trị, theo trường",
    )


async def publish_overview(ends: Sequence[tuple[Portal, Outcome]], broken: Sequence[BrokenPortal]) -> None:
    """Make the artifact of a run over all portals: a row for each."""
    rows: list[dict[str, object]] = [
        {
            "cổng": portal.title,
            "tên": portal.name,
            "kết cục": f"{outcome.judgement.facts.label} [{outcome.judgement.verdict.value}]",
            "mới": outcome.counts.new,
            "thay đổi": outcome.counts.changed,
            "từ chối": outcome.counts.refusals,
            "yêu cầu": outcome.requests,
            "giây": round(outcome.seconds, 1),
            "lý do": outcome.judgement.reason,
            "việc cần làm": outcome.judgement.facts.todo,
        }
        for portal, outcome in ends
    ]
    failed = VERDICTS[Verdict.FAILED]
    rows += [
        {"tên": file.name, "kết cục": f"{failed.label} [{Verdict.FAILED.value}]", "lý do": file.message}
        for file in broken
    ]
    await acreate_table_artifact(rows, key="tong-quan", description="Tổng quan các cổng")


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
