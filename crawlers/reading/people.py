"""Who wrote it: bylines, offices, roles, source credits.

A person's name is a short line of capitalised words at the article's end (or in an author slot). A paper, a vendor, an
account name or "admin" is no author; "Văn phòng tổng hợp" is an office; "PV", "BBT" are roles.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import BylineKind
from storage.text import match_key

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
_LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_PART = rf"[{_UPPER}](?:['’][{_UPPER}]?)?[{_LOWER}]{{0,12}}"
_NAME = re.compile(rf"{_PART}(?:[ .]{{1,2}}{_PART}){{1,5}}\.?")
_CAPITALS = re.compile(rf"[{_UPPER}]{{1,12}}(?: [{_UPPER}]{{1,12}}){{1,4}}")
_INITIALS = re.compile(rf"[{_UPPER}]{{1,2}}(?:\.? ?[{_UPPER}]{{1,2}}){{1,3}}\.?")
_SINGLE = re.compile(rf"[{_UPPER}][{_LOWER}]{{1,10}}")
_ORGANISATION = re.compile(
    r"\b(?:ubnd|hđnd|ủy ban|uỷ ban|văn phòng|trung tâm|công an(?! *$)|chi cục|thông tấn|"
    r"thành phố|thị xã|thị trấn|tổng cục|"
    r"công ty|bệnh viện|ttxvn|tạp chí|liên đoàn|mặt trận|chính phủ|quốc hội|kho bạc|ngân hàng|tòa án|viện kiểm sát|"
    r"website|online|news|tv|media|vtv|vov|nhà xuất bản|chương trình|tin tức|thông báo|hội đồng|điện tử|đơn vị|bqt|"
    r"ttvh|vhtt|admin(?:istrator)?|system|user|vnpt|vccorp|portal|quản trị|trang (?:tin|thông tin|chủ))\b|"
    # words that are given names too (Trang, Trường, Đài), or a surname (Đoàn): only as the first word
    r"^(?:sở|ban|phòng|báo|cổng|đài|hội|huyện|tỉnh|xã|phường|quận|bộ|trường|viện|cục|đảng|tổ|nhóm|trang|"
    r"đoàn (?:thanh niên|thể|công tác|đại biểu|viên))\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:pv|bbt|ctv|btv|p\.v|b\.b\.t|phóng viên|ban biên tập|biên tập viên|cộng tác viên|nhóm (?:pv|"
    r"phóng viên)|tổng hợp|tin tổng hợp|admin|administrator)\.?",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?:văn phòng|phòng|ban|trung tâm|sở|ubnd|chi cục|hội|đoàn (?:thanh niên|thể)|công an|bộ phận|đài|tổ)\b.{0,80}",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"(?:phó )?(?:chủ tịch|giám đốc|bí thư|trưởng|cục trưởng|chánh|thủ trưởng|hiệu trưởng|tổng)\b.*", re.IGNORECASE
)
_PREFIX = re.compile(
    r"(?:(?:tác giả|người (?:viết|đăng|thực hiện)|thực hiện|bài viết|tin và ảnh|tin, ảnh|tin ảnh|"
    r"tin - ảnh|tin/ảnh|bài và ảnh|bài, ảnh|bài - ảnh|"
    r"bài, ảnh và video|bài|tin|ảnh|ảnh và tin|ảnh, tin|viết bài|by|author|"
    r"written by)\s*(?:\(.{1,20}\))?\s*[:：]|by |theo (?=[A-ZĐ][^\s]+ [A-ZĐÀ-Ỹ]))\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*\(?\b(?:tổng hợp|biên soạn|thực hiện|lược ghi|ghi|st|sưu tầm|th|tin, ảnh|dịch|biên dịch|"
    r"t/h)\b\.?\)?$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|;|/|&|\+| - |–|—|\bvà\b|\band\b)\s*")
_SOURCE = re.compile(
    r"[(\[]?\s*(?:(?:nguồn(?: tin| bài)?|source)\s*[:：]?\s*(?:theo\s+)?|(?:theo|"
    r"trích)\s+(?:nguồn\s*[:：]?\s*)?)(?P<who>.{2,120}?)\s*[)\]]?\.?",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+){1,4}(?:/\S*)?|https?://\S+", re.IGNORECASE)
_PLACE_START = re.compile(
    r"(?:đó|báo cáo|kế hoạch|quy định|dự kiến|thống kê|thông tin|quyết định|nghị|chương trình|ông|bà|"
    r"đồng chí)\b",
    re.IGNORECASE,
)
_SURNAMES = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "hoang",
        "huynh",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "dinh",
        "trinh",
        "doan",
        "luong",
        "mai",
        "dao",
        "ha",
        "lam",
        "to",
        "quach",
        "cao",
        "ta",
        "chu",
        "phung",
        "thai",
        "kim",
        "luu",
        "nghiem",
        "khuc",
        "ton",
        "truong",
        "tong",
        "vuong",
        "nong",
        "lo",
        "giang",
        "kieu",
        "thach",
        "danh",
        "son",
        "trieu",
        "chau",
        "lai",
        "hua",
        "ninh",
        "la",
        "mac",
        "cu",
        "diep",
        "au",
        "ma",
        "giap",
        "hau",
        "tang",
        "thi",
    ]
)


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline as printed, what it names, and the persons in it."""

    raw: str
    kind: BylineKind
    authors: tuple[str, ...] = ()


def byline(text: str, *, slot: bool = False, site: str = "") -> Byline | None:
    """Return what a short line names as its writer, or None.

    Args:
        text: the line.
        slot: whether it stands in an author slot (a rule, a label, a tag), where a single word may be a name.
        site: the site's own names, folded: none of them is an author.
    """
    raw = text.strip()
    if not raw or len(raw) > 120 or any(char.isdigit() for char in raw):
        return None
    bare, labelled = _strip_label(raw)
    if not bare:
        return None
    if _ROLE.fullmatch(bare):
        return Byline(raw, BylineKind.ROLE)
    compiled = _SUFFIX.sub("", bare).strip(" .-–()*")
    if _OFFICE.fullmatch(compiled) and (compiled != bare or labelled or slot) and len(compiled.split()) <= 10:
        return Byline(raw, BylineKind.OFFICE)
    names = [
        name.strip(" .,*()-–") if not _INITIALS.fullmatch(name.strip()) else name.strip()
        for name in _AND.split(compiled)
        if name.strip()
    ]
    if not names or len(names) > 6:
        return None
    known = slot or labelled
    good = tuple(name for name in names if _is_name(name, loose=known or compiled != bare, site=site))
    if len(good) != len(names) and not (known and good):
        return None
    return Byline(raw, BylineKind.PERSON, good)


def _strip_label(text: str) -> tuple[str, bool]:
    bare, labelled = text.strip(" *()[]-–—"), False
    for _ in range(2):
        shorter = _PREFIX.sub("", bare, count=1) if _PREFIX.match(bare) else bare
        if shorter == bare:
            break
        bare, labelled = shorter.strip(), True
    return bare, labelled


def _is_name(name: str, *, loose: bool, site: str) -> bool:
    if (
        not 2 <= len(name) <= 45
        or _ORGANISATION.search(name)
        or (_POSITION.fullmatch(name) and not loose)
        or "@" in name
        or ("." in name.strip(".") and not _INITIALS.fullmatch(name))
    ):
        return False
    folded = match_key(name)
    if site and len(folded) >= 4 and folded in site:
        return False
    if _NAME.fullmatch(name) or _INITIALS.fullmatch(name):
        return True
    if _CAPITALS.fullmatch(name):
        return loose or folded.split()[0] in _SURNAMES or len(name.split()) <= 3
    return loose and _SINGLE.fullmatch(name) is not None


def source_credit(text: str) -> str | None:
    """Return the credit in a line that is one ("Theo Báo Lào Cai điện tử", "Nguồn: baochinhphu.vn"), or None.

    "Theo đó, …" and "Theo báo cáo …" begin a sentence of the body.
    """
    raw = text.strip()
    if not 6 <= len(raw) <= 130:
        return None
    match = _SOURCE.fullmatch(raw)
    if match is None:
        return None
    who = match["who"].strip()
    if (
        _PLACE_START.match(who)
        or len(who.split()) > 14
        or re.search(r"[;:!?]|\.\s|,\s+\w+\s+\w+\s+\w+\s+\w+\s+\w+", who)
    ):
        return None
    if raw[0] in "([" or raw.casefold().startswith(("nguồn", "source")):
        return raw.strip("()[] ")
    if _ORGANISATION.search(who) or _DOMAIN.fullmatch(who) or (len(who.split()) <= 5 and who[0].isupper()):
        return raw.strip("()[] ")
    return None


def tagged_author(claims: Sequence[tuple[str, str]], site: str) -> tuple[str, tuple[str, ...]]:
    """Return (source, names) of the tag that names persons, or ("", ()): vendors, papers and accounts are none."""
    for wanted in (
        "jsonld author",
        "meta dable:author",
        "meta article:author",
        "meta byl",
        "meta author",
        "meta dc.creator",
    ):
        names: list[str] = []
        for source, text in claims:
            if source == wanted:
                found = byline(text.replace(";", ", "), slot=False, site=site)
                names += list(found.authors) if found and found.kind is BylineKind.PERSON else []
        if names:
            return wanted, tuple(dict.fromkeys(names))
    return "", ()
