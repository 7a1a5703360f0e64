"""What keeps a portal's file from going to work: told without the network, a problem a line, with what to do."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cssselect import SelectorError

from crawlers import portals, rules
from crawlers.portal import Portal, Rules
from crawlers.reading.tree import css, parse
from crawlers.spiders import spider_class
from flows.documents import DOCUMENTS
from flows.steps.portals import cases
from flows.steps.portals.portal_file import todos
from storage.records import Refusal
from storage.settings import PROJECT_ROOT
from storage.units import find_unit

TERMS = ("Publisher", "Quirks", "Caveats", "History")
_SELECTORS = ("title", "lead", "date", "body", "author", "section", "view_count", "related", "attachment", "drop")
_EMPTY = parse("<html><body></body></html>", "http://invalid/")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong: where (`file` or `file:line`), what, and what to do, in Vietnamese."""

    where: str
    what: str
    todo: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.where}: {self.what}. {self.todo}"


def check(name: str, file: Path) -> list[Problem]:
    """Return what is wrong with a portal's file and its cases; none if it may go to work."""
    try:
        portal = portals.load_file(name, file)
        text = file.read_text(encoding="utf-8")
    except portals.PortalError as error:
        where, _, what = str(error).partition(": ")
        return [Problem(where, what, "Sửa dòng đó; các cổng khác vẫn chạy")]
    found = [*_todos(text, file), *_docstring(text, file), *_facts(portal, file), *_dated(portal, file)]
    return found + list(_cases(portal, file))


def check_documents() -> list[Problem]:
    """Return the generated documents that are not what the code says now."""
    stale = [path for path, made in DOCUMENTS.items() if not (PROJECT_ROOT / path).exists() or _text(path) != made()]
    return [Problem(str(path), "không khớp với mã nguồn", "Chạy `congtin portal check --fix`") for path in stale]


def _text(path: Path) -> str:
    return (PROJECT_ROOT / path).read_text(encoding="utf-8")


def fix(files: Sequence[tuple[str, Path]]) -> list[str]:
    """Set right what needs no judgement and return what was done: expectations of cases are never touched."""
    done = []
    for path, made in DOCUMENTS.items():
        if not (PROJECT_ROOT / path).exists() or _text(path) != made():
            (PROJECT_ROOT / path).write_text(made(), encoding="utf-8")
            done.append(f"đã viết lại {path}")
    for _, file in files:
        text = file.read_text(encoding="utf-8")
        plain = "\n".join(line.rstrip() for line in text.replace("\t", "    ").splitlines()).rstrip() + "\n"
        if plain != text:
            file.write_text(plain, encoding="utf-8")
            done.append(f"đã sửa khoảng trắng trong {file}")
    return done


def _todos(text: str, file: Path) -> Iterator[Problem]:
    for number, line in todos(text):
        yield Problem(f"{file}:{number}", f"còn việc chưa làm: {line}", "Điền cho đúng rồi bỏ chữ TODO")


def _docstring(text: str, file: Path) -> Iterator[Problem]:
    said = ast.get_docstring(ast.parse(text)) or ""
    missing = [term for term in TERMS if not re.search(rf"^{term}:", said, re.MULTILINE)]
    if missing:
        yield Problem(f"{file}:1", f"lời đầu tệp thiếu {', '.join(missing)}", "Viết thêm, mỗi mục một dòng `Tên: …`")


def _facts(portal: Portal, file: Path) -> Iterator[Problem]:
    unit = portal.unit
    try:
        find_unit(unit.code_system, unit.province)
        if unit.district is not None:
            find_unit(unit.code_system, unit.district)
    except ValueError as error:
        yield Problem(
            str(file), f"đơn vị không có trong danh mục: {error}", "Sửa mã, hoặc thêm dòng vào storage/units.csv"
        )
    try:
        spider_class(portal)
    except portals.PortalError:
        known = ", ".join(rules.families())
        yield Problem(str(file), f"không có nền tảng {portal.platform!r}", f"Chọn một trong: {known}")
    for listing in portal.listings:
        if listing.key != listing.key.strip("_"):
            yield Problem(str(file), f"khóa danh sách {listing.key!r} bắt đầu hay kết thúc bằng _", "Đặt lại tên khóa")


def _dated(portal: Portal, file: Path) -> Iterator[Problem]:
    """Check the portal's own rules: selectors that are CSS, evidence, and days that do not overlap, newest first."""
    for rule in portal.rules:
        for field in _SELECTORS:
            for selector in getattr(rule, field):
                if not _is_css(selector):
                    yield Problem(str(file), f"quy tắc {field}: {selector!r} không phải bộ chọn CSS", "Sửa bộ chọn")
        if not rule.evidence:
            yield Problem(str(file), "một quy tắc không nói thấy ở đâu", "Thêm evidence=…")
        if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
            yield Problem(
                str(file), f"quy tắc hết hạn {rule.valid_to} trước khi có hiệu lực", "Sửa valid_from, valid_to"
            )
    for newer, older in pairwise(portal.rules):
        if _overlap(newer, older):
            yield Problem(
                str(file),
                f"quy tắc từ {newer.valid_from} và quy tắc cũ hơn cùng có hiệu lực",
                "Xếp mới trước; ghi valid_to cho quy tắc cũ là ngày trước đó",
            )


def _overlap(newer: Rules, older: Rules) -> bool:
    return newer.valid_from is not None and (older.valid_to is None or older.valid_to >= newer.valid_from)


def _is_css(selector: str) -> bool:
    try:
        css(_EMPTY, selector)
    except SelectorError:
        return False
    return True


def _cases(portal: Portal, file: Path) -> Iterator[Problem]:
    for case in cases.cases_of(cases.cases_beside(file)):
        try:
            expected = cases.expected_of(case)
            read = cases.read_case(case, portal)
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield Problem(str(case), f"ca kiểm thử hỏng: {error}", "Sửa tệp, hoặc xóa thư mục rồi lưu lại bằng --save")
            continue
        if isinstance(read, Refusal):
            yield Problem(str(case), f"trang không còn đọc thành bài: {read.kind.value} {read.reason}", _MEND)
            continue
        for one in cases.differences(read, expected):
            yield Problem(str(case), f"{one.field}: chờ {_short(one.expected)}, đọc được {_short(one.read)}", _MEND)


_MEND = "Sửa quy tắc; nếu giá trị mới mới đúng thì sửa expected.json"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 90 else f"{text[:60]}…{text[-25:]}"
