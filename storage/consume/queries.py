"""The example queries: shown in `docs/queries.md`, offered by `congtin browse`, run by the tests on both engines.

`python -m storage.consume.queries` writes the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from storage.settings import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "queries.md"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a query asks for.

    Attributes:
        vietnamese: what it is.
        example: as the document has it.
        on: what is likely meant on a day; the example if there is no telling.
    """

    vietnamese: str
    example: str
    on: Callable[[date], str] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query over the views, the same text on SQLite and PostgreSQL; `:name` stands for a parameter."""

    name: str
    english: str
    vietnamese: str
    sql: str
    parameters: Mapping[str, Parameter]

    @property
    def example(self) -> str:
        """The query with the examples of its parameters in it."""
        sql = self.sql
        for name, parameter in self.parameters.items():
            sql = sql.replace(f":{name}", f"'{parameter.example}'")
        return sql

    def values(self, today: date) -> dict[str, str]:
        """Return values of the parameters that suit a day."""
        return {name: one.on(today) if one.on else one.example for name, one in self.parameters.items()}


QUERIES = (
    Query(
        "bai-theo-tinh-va-thang",
        "Articles by province and month, across the merger of 2025 (units of today)",
        "Số bài theo tỉnh và tháng, xuyên qua đợt sáp nhập năm 2025 (đơn vị hiện nay)",
        """\
SELECT province_name_today, substr(sort_date, 1, 7) AS month, count(*) AS articles
FROM v1_articles
GROUP BY province_name_today, substr(sort_date, 1, 7)
ORDER BY province_name_today, month""",
        {},
    ),
    Query(
        "bai-theo-tinh-luc-dang",
        "The same by the province that published",
        "Số bài theo tỉnh lúc đăng",
        """\
SELECT province_name, province_code_system, count(*) AS articles
FROM v1_articles
GROUP BY province_name, province_code_system
ORDER BY province_name, province_code_system""",
        {},
    ),
    Query(
        "cong-da-sua-gi",
        "What the publishers changed since a day",
        "Các cổng đã sửa gì từ một ngày",
        """\
SELECT c.seq, c.changed_at, c.change, c.changed_fields, a.article_id, a.title, a.url
FROM v1_changes c JOIN v1_articles a ON a.article_id = c.article_id
WHERE c.cause = 'source' AND c.changed_at >= :since
ORDER BY c.seq""",
        {"since": Parameter("từ ngày", "2025-03-10", lambda today: (today - timedelta(days=1)).isoformat())},
    ),
    Query(
        "cong-im-lang",
        "Portals that have been silent, the longest first",
        "Cổng im lặng, lâu nhất trước",
        """\
SELECT p.portal, p.lifecycle, p.last_run_at, max(a.sort_date) AS newest
FROM v1_portals p LEFT JOIN v1_articles a ON a.portal = p.portal
GROUP BY p.portal, p.lifecycle, p.last_run_at
ORDER BY newest, p.portal""",
        {},
    ),
    Query(
        "nguon-duoc-dan",
        "Pieces that credit another source, and how often",
        "Bài dẫn nguồn khác, và bao nhiêu lần",
        """\
SELECT source_credit, portal, count(*) AS pieces
FROM v1_articles WHERE source_credit IS NOT NULL
GROUP BY source_credit, portal
ORDER BY pieces DESC, source_credit, portal""",
        {},
    ),
    Query(
        "chuoi-dang-lai",
        "Chains of reprints, the first piece on top",
        "Chuỗi bài đăng lại, bài đầu tiên ở trên",
        """\
SELECT s.story_id, s.is_first, a.sort_date, a.portal, a.article_id, a.title, a.url, a.source_credit
FROM v1_story_articles s JOIN v1_articles a ON a.article_id = s.article_id
ORDER BY s.story_id, s.is_first DESC, a.sort_date, a.article_id""",
        {},
    ),
    Query(
        "bai-nhac-den-van-ban",
        "Which articles name a document",
        "Bài nào nhắc đến một văn bản",
        """\
SELECT a.article_id, a.sort_date, a.title, n.document_number
FROM v1_document_numbers n JOIN v1_articles a ON a.article_id = n.article_id
WHERE n.number_key = :number
ORDER BY a.sort_date""",
        {"number": Parameter("số hiệu, không dấu, không gạch (27/2018/NDCP)", "27/2018/NDCP")},
    ),
    Query(
        "nam-da-du-chua",
        "Is a year complete",
        "Một năm đã đủ chưa",
        """\
SELECT portal, section, sum(listed) AS listed, sum(stored) AS stored, sum(gaps) AS gaps,
    sum(CASE WHEN gaps IS NULL THEN 1 ELSE 0 END) AS unknown_months
FROM v1_coverage WHERE month BETWEEN :first_month AND :last_month
GROUP BY portal, section
ORDER BY portal, section""",
        {
            "first_month": Parameter("từ tháng", "2025-01", lambda today: f"{today.year}-01"),
            "last_month": Parameter("đến tháng", "2025-12", lambda today: f"{today.year}-12"),
        },
    ),
    Query(
        "ban-luu-cua-phien-ban",
        "From the versions of an article to their archived bytes",
        "Từ các phiên bản của một bài đến bản lưu",
        """\
SELECT article_id, version_no, reader_version, payload_sha256, segment, segment_offset, segment_length
FROM v1_readings
WHERE url = :url
ORDER BY article_id, version_no, reading_id""",
        {"url": Parameter("địa chỉ của trang", "https://laocai.gov.vn/tin/a")},
    ),
)


def document() -> str:
    """Return the document: every query once, under its English and its Vietnamese name."""
    lines = [
        "# Queries · Các truy vấn mẫu",
        "Over the views, the same on SQLite and PostgreSQL; put your own values between the quotes. `congtin browse`",
        "runs them at a click. Generated by `make docs` from `storage/consume/queries.py`; the tests run each of them.",
        "",
        "Viết trên các khung nhìn, giống nhau cho SQLite và PostgreSQL; hãy thay giá trị trong dấu nháy. `congtin",
        "browse` chạy sẵn các truy vấn này. Trang này do `make docs` viết; kiểm thử chạy từng truy vấn.",
    ]
    for one in QUERIES:
        lines += ["", f"## {one.english}", f"*{one.vietnamese}*", "```sql", f"{one.example};", "```"]
    return "\n".join(lines) + "\n"


def write(path: Path = DOCUMENT) -> None:
    """Write the document."""
    path.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    write()
