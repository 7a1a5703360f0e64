"""A reading as rows of a table: field, value, method, evidence; and what a person should be wary of."""

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.portal import Portal
from crawlers.reading.decode import Flag, decode
from crawlers.reading.tree import css, parse
from flows.steps.portals.tried import Tried
from storage.records import PAGES_MISSING, Article, MissingDate, Refusal
from storage.text import match_key
from storage.vocabulary import REFUSAL_LABELS

LABELS: dict[str, str] = {
    "title": "Tiêu đề",
    "lead": "Tóm tắt",
    "text": "Nội dung",
    "published_at": "Đăng lúc",
    "section": "Chuyên mục",
    "authors": "Tác giả",
    "source_credit": "Nguồn dẫn",
    "images": "Ảnh",
    "attachments": "Tệp đính kèm",
    "related": "Tin liên quan",
    "view_count": "Lượt xem",
    "event_date": "Ngày sự kiện",
    "inferred_from": "Đăng sớm nhất",
    "language": "Ngôn ngữ",
}
"""Fields of a reading that are shown, in this order. Each is also the name of its entry in the provenance."""

_MISSING_DATE: dict[MissingDate, str] = {
    MissingDate.NOT_PRINTED: "trang và dòng danh sách không in ngày",
    MissingDate.CLOCK_ONLY: "trang chỉ có đồng hồ",
    MissingDate.AMBIGUOUS: "có nhiều ngày, không rõ ngày nào là ngày đăng",
    MissingDate.IMPLAUSIBLE: "ngày in trên trang không thể đúng",
    MissingDate.STANDING_PAGE: "trang giới thiệu, không phải tin",
}
_FLAGS: dict[str, str] = {
    Flag.INVALID_BYTES: "trang có byte không đúng bảng mã",
    Flag.DOUBLED_REPAIRED: "chữ bị mã hóa hai lần, đã chữa",
    Flag.DOUBLED: "chữ bị mã hóa hai lần, không chữa được",
    Flag.TCVN3: "chữ TCVN3 đã chuyển sang Unicode",
    Flag.VNI: "chữ VNI đã chuyển sang Unicode",
    Flag.LEGACY_SUSPECTED: "có thể là phông chữ cũ (TCVN3, VNI)",
    Flag.CONTROLS: "đã bỏ ký tự điều khiển",
    PAGES_MISSING: "bài còn nhiều trang nữa; khi thu thập thật chúng được tải và nối lại",
    "truncated_paragraph": "có đoạn đứt giữa câu",
}
_UNSURE = {"place": "chỉ đoán theo vị trí", "mass": "chỉ đoán theo lượng chữ"}
"""Methods that no sign on the page bears out."""
_SHORT = 40
"""Words below which a person should look whether the text is whole."""
_SHOWN = 300
"""Characters of a value that a table shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field of a reading. `method` and `evidence` are "" where the reading has no value."""

    name: str
    label: str
    value: str
    method: str = ""
    evidence: str = ""


def rows(article: Article) -> list[Row]:
    """Return the fields of an article, those without a value too."""
    made = []
    for name, label in LABELS.items():
        value = _value(article, name)
        told = article.provenance.get(name) if value else None
        made.append(Row(name, label, value, told.method if told else "", told.evidence if told else ""))
    return made


def _value(article: Article, name: str) -> str:
    match name:
        case "text":
            words = len(article.text.split())
            return f"{words} từ, {len(article.paragraphs)} đoạn: {article.text[:_SHOWN]}" if article.text else ""
        case "published_at":
            if article.published_at is None:
                return ""
            return f"{article.published_at:%d/%m/%Y %H:%M} ({article.published_precision})"
        case "authors":
            return ", ".join(article.authors)
        case "images" | "attachments" | "related":
            found = getattr(article, name)
            return f"{len(found)}: {_first(found[0])}" if found else ""
        case "event_date" | "inferred_from":
            day = getattr(article, name)
            return f"{day:%d/%m/%Y}" if day else ""
        case _:
            value = getattr(article, name)
            return "" if value is None else str(value)


def _first(entry: object) -> str:
    said = [getattr(entry, name, "") for name in ("caption", "name", "title", "url")]
    return next((text for text in said if text), "")[:_SHOWN]


def warnings(tried: Tried, portal: Portal) -> list[str]:
    """Return what is wrong or doubtful about a reading, the gravest first, in Vietnamese."""
    result = tried.result
    if isinstance(result, Refusal):
        return [f"Trang không thành bài: {REFUSAL_LABELS[result.kind]} [{result.kind.value}] {result.reason}".rstrip()]
    return [*_of_fields(result, portal), *_of_listing(tried, result), *_of_rules(tried, portal), *_of_flags(result)]


def _of_fields(article: Article, portal: Portal) -> Iterator[str]:
    shown = rows(article)
    for row in shown:
        if row.value and not row.method:
            yield f"{row.label}: có giá trị mà không có bằng chứng"
        if row.method in _UNSURE and row.name != "images":
            yield f"{row.label}: {_UNSURE[row.method]} ({row.evidence})"
    container = article.provenance.get("container")
    if container is not None and container.method == "mass":
        yield "Vùng bài: chỉ đoán theo lượng chữ, không có dấu hiệu nào khác"
    if article.published_missing_reason is not None:
        yield f"Không có ngày đăng: {_MISSING_DATE[article.published_missing_reason]}"
    empty = {row.name for row in shown if not row.value}
    for name in sorted(set(portal.expect.fill) & empty - {"published_at"}):
        yield f"{LABELS[name]}: tệp cổng chờ trường này (Expect.fill) mà trang không có"
    words = len(article.full_text.split())
    if words < _SHORT:
        yield f"Bài chỉ có {words} từ: hãy xem có thiếu chữ không"


def _of_listing(tried: Tried, article: Article) -> Iterator[str]:
    row = tried.page.item
    if row is None or not row.title:
        return
    listed, read = match_key(row.title).rstrip(" ."), match_key(article.title)
    if not read.startswith(listed) and listed not in read and read not in listed:
        yield f"Tiêu đề khác với dòng danh sách: “{row.title}”"


def _of_rules(tried: Tried, portal: Portal) -> Iterator[str]:
    """Tell which selectors of the portal's own rules match nothing: those of its CMS need not fit every skin."""
    day = tried.page.fetched_at.date()
    root = parse(decode(tried.page.body, tried.page.headers).text, tried.page.url)
    for rule in portal.rules:
        if not rule.valid_on(day):
            continue
        for name, selectors in rule.model_dump(exclude={"valid_from", "valid_to", "evidence"}).items():
            missing = [one for one in selectors if not css(root, one)]
            if selectors and len(missing) == len(selectors):
                yield f"Quy tắc {name} của tệp cổng không khớp gì trên trang: {', '.join(missing)}"


def _of_flags(article: Article) -> Iterator[str]:
    for flag in article.flags:
        yield f"{_FLAGS.get(flag, flag)} [{flag}]"
