"""Private data in texts: telephone numbers, e-mail addresses and identity numbers of people who hold no office.

What is masked keeps its length, so that offsets into a text hold. What belongs to an office stays: its hotline, its
telephone, its official mail. Whose a number is, the words before it say: the nearest word for a person or for an office
counts; without one a landline is taken for an office's, a mobile number for a person's.

Sources: the numbering plan of Thông tư 22/2014/TT-BTTTT (11-digit mobile numbers until 2018, 10 since; landlines 02x);
identity numbers of 12 digits by Nghị định 137/2015/NĐ-CP, điều 13 (three digits of the province, one of century and
sex, two of the year of birth, six), of 9 before. Law 91/2025/QH15 on personal data.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from storage.records import Article

MASK = "•"
"""Stands for a letter or digit; what is between them (spaces, points, @) stays."""

_LOOK_BACK = 160
"""Characters before a number in which words say whose it is."""

# Signs that are written for others, or stand between digits unseen; each is looked at as one plain sign.
_PLAIN = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width letters, digits and signs
    | dict.fromkeys(range(0x2010, 0x2016), ord("-"))
    | dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], ord(" "))
)
_ODD_SIGNS = "\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff\uff01-\uff5e"
_ODD = re.compile(f"[{_ODD_SIGNS}]")

# What every number and every mail address below has. One quick look settles nearly all texts.
_NINE_DIGITS = re.compile(r"\d" + rf"[\s().{_ODD_SIGNS}-]{{0,6}}\d" * 8)
_AT = re.compile(r"[@＠]|[\[(] ?(?:at|a còng) ?[\])]", re.IGNORECASE)
_MAIL = re.compile(
    r"(?<![\w.+-])(?P<local>[\w.+-]{1,64})(?:\s?@\s?|\s?[\[(]\s?(?:at|a còng)\s?[\])]\s?)"
    r"(?P<host>[A-Za-z0-9-]{1,63}(?:(?:\.|\s?[\[(]\s?(?:dot|chấm)\s?[\])]\s?)[A-Za-z0-9-]{1,63}){1,4})",
    re.IGNORECASE | re.ASCII,
)
_PHONE = re.compile(
    r"(?:\(\s?)?(?:\+\s?84|\(\+84\)|84|0)(?:\s?\)?[ .\u00a0-]?\(?\s?\d){8,10}(?!\d)",
)
_IDENTITY = re.compile(r"(?<![\w.,/-])\d{12}(?![\w/-]|[.,]\d)")
_NAMED_IDENTITY = re.compile(
    r"(?:cccd|căn\s+cước(?:\s+công\s+dân)?|cmnd|cmt(?:nd)?|chứng\s+minh(?:\s+(?:nhân\s+dân|thư))*"
    r"|định\s+danh(?:\s+cá\s+nhân)?|đdcn)\b"
    r"[^\d\n]{0,24}?(?P<number>\d(?:[ .\u00a0]?\d){11}|\d(?:[ .\u00a0]?\d){8})(?!\d|[.,/-]\d)",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(r"\s{0,2}(?:đồng|vnđ|vnd|đ\b|usd|tỷ|tỉ|triệu|%|m2|m²|ha\b|kwh|tấn)", re.IGNORECASE)

_OFFICE = (
    r"hotline|đường\s+dây\s+nóng|tổng\s+đài|trực\s+ban|fax|cơ\s+quan|văn\s+phòng|trung\s+tâm|ubnd|hđnd|ủy\s+ban|uỷ\s+ban"
    r"|chi\s+cục|tổng\s+cục|bệnh\s+viện|công\s+ty|doanh\s+nghiệp|(?:tòa|toà)\s+(?:soạn|án)|bộ\s+phận|bưu\s+điện|đơn\s+vị"
    r"|bên\s+mời\s+thầu|chủ\s+đầu\s+tư|ngân\s+hàng|công\s+an|kho\s+bạc|bảo\s+hiểm\s+xã\s+hội|cổng\s+thông\s+tin|nhà\s+thầu"
    r"|hợp\s+tác\s+xã|htx"
    # Words of many meanings ("ban hành", "vụ việc") name an office where they begin with a capital.
    r"|(?-i:Sở|Ban|Cục|Bộ|Vụ|Phòng|Viện|Trường|Trạm|Hội|Đài|Đội|Báo)"
)
_PERSON = (
    r"ông|bà(?!\s+con)|anh(?!\s+hùng)|chị|cô|chú(?!\s+(?:ý|trọng|thích))|bác|em|cháu|đ/c|đồng\s+chí"
    r"|họ\s+(?:và\s+)?tên|người\s+(?:dân|phản\s+ánh|gửi|hỏi|nhà)"
)
_OWNER = re.compile(rf"(?<!\w)(?:(?P<office>{_OFFICE})|(?P<person>{_PERSON}))(?!\w)", re.IGNORECASE)
_OTHER_NUMBER = re.compile(
    r"(?:mã\s+số(?:\s+(?:thuế|doanh\s+nghiệp|hồ\s+sơ))?|mst|msdn|mã\s+hồ\s+sơ|số\s+hồ\s+sơ|tbmt|gói\s+thầu\s+số"
    r"|đăng\s+ký(?:\s+(?:doanh\s+nghiệp|kinh\s+doanh))?|giấy\s+phép|quyết\s+định|công\s+văn|số\s+hiệu|biên\s+lai"
    r"|hóa\s+đơn|hoá\s+đơn|mã\s+vạch|tài\s+khoản|stk)\s*(?:số)?\s*[:.]?\s*(?:số)?\s*[:.]?\s*$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])[ .-](?:0[1-9]|1[0-2])[ .-](?:19|20)\d\d")
_LANDLINE = re.compile(r"02\d{8,9}")
_MOBILE = re.compile(r"0(?:[35789]\d{8}|1[2689]\d{8})")

_OFFICIAL = (".gov.vn", "chinhphu.vn", "quochoi.vn", "cpv.org.vn", "dcs.vn", "mil.vn", "edu.vn")
_FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|proton(?:mail)?|zoho)\.", re.IGNORECASE
)
_OFFICE_BOX = re.compile(
    r"(?:info|contact|lienhe|toasoan|bandoc|hotro|support|vanphong|vanthu|tuyensinh|cskh|banbientap|bbt|admin|webmaster)\b",
    re.IGNORECASE,
)

# The provinces of Nghị định 137/2015/NĐ-CP and Thông tư 59/2021/TT-BCA: 001 to 096.
_IDENTITY_FORM = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")


def masked(text: str) -> str:
    """Return a text with the private data in it masked; it has the same length. The text itself where there is none."""
    letters: list[str] | None = None
    for start, end in _private(text):
        letters = letters or list(text)
        letters[start:end] = [MASK if one.isalnum() else one for one in text[start:end]]
    return "".join(letters) if letters else text


def masked_article(article: Article) -> Article:
    """Return an article as it is stored: its words masked, but for addresses. Digests are made of the true one."""
    if not _may_be_private("\n".join(_words_of(article))):
        return article
    text = masked(article.text)
    paragraphs, at = [], 0
    for part in article.paragraphs:
        # Whose a number is may stand in the paragraph before: the text is looked through as a whole.
        whole = article.text.startswith(part.text, at)
        shown = text[at : at + len(part.text)] if whole else masked(part.text)
        at += len(part.text) + 1
        table = None if part.markdown is None else masked(part.markdown)
        same = shown == part.text and table == part.markdown
        paragraphs.append(part if same else replace(part, text=shown, markdown=table))
    return replace(
        article,
        title=masked(article.title),
        lead=article.lead and masked(article.lead),
        text=text,
        paragraphs=tuple(paragraphs),
        authors=tuple(map(masked, article.authors)),
        byline_raw=article.byline_raw and masked(article.byline_raw),
        source_credit=article.source_credit and masked(article.source_credit),
        images=tuple(
            replace(one, caption=masked(one.caption), credit=masked(one.credit), alt=masked(one.alt))
            for one in article.images
        ),
        attachments=tuple(replace(one, name=masked(one.name)) for one in article.attachments),
        related=tuple(replace(one, title=masked(one.title)) for one in article.related),
        provenance={name: replace(how, evidence=masked(how.evidence)) for name, how in article.provenance.items()},
    )


def _words_of(article: Article) -> Iterator[str]:
    """Yield all that is masked in an article."""
    yield article.text
    if "\n".join(part.text for part in article.paragraphs) != article.text:
        yield from (part.text for part in article.paragraphs)
    yield from (part.markdown for part in article.paragraphs if part.markdown)
    yield from (article.title, article.lead or "", article.byline_raw or "", article.source_credit or "")
    yield from article.authors
    for image in article.images:
        yield from (image.caption, image.credit, image.alt)
    yield from (linked.name for linked in article.attachments)
    yield from (linked.title for linked in article.related)
    yield from (how.evidence for how in article.provenance.values())


def _may_be_private(text: str) -> bool:
    return bool(_NINE_DIGITS.search(text) or _AT.search(text))


def _private(text: str) -> Iterator[tuple[int, int]]:
    mail, number = _AT.search(text), _NINE_DIGITS.search(text)
    if (mail or number) and _ODD.search(text):
        text = text.translate(_PLAIN)
    if mail:
        for match in _MAIL.finditer(text):
            if not _official_mail(text, match):
                yield match.span()
    if number:
        yield from _numbers(text)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAMED_IDENTITY.finditer(text):
        yield match.span("number")
    for match in _IDENTITY.finditer(text):
        if (
            _IDENTITY_FORM.fullmatch(match[0])
            and not _MONEY_AFTER.match(text, match.end())
            and not _OTHER_NUMBER.search(text, max(0, match.start() - 60), match.start())
        ):
            yield match.span()
    yield from _phones(text)


def _official_mail(text: str, match: re.Match[str]) -> bool:
    host = match["host"].lower()
    if host.endswith(_OFFICIAL) or host in _OFFICIAL:
        return True
    if _OFFICE_BOX.match(match["local"]) and not _FREE_MAIL.match(host):
        return True
    return _owner(text, match.start()) == "office"


def _phones(text: str) -> Iterator[tuple[int, int]]:
    at, last = 0, -1
    while (match := _PHONE.search(text, at)) is not None:
        found = _phone(text, match.start(), match.end(), last)
        if found is None:
            at = match.start() + 1
            continue
        end, number = found
        at = last = end
        if _OTHER_NUMBER.search(text, max(0, match.start() - 60), match.start()) is None:
            owner = _owner(text, match.start()) or ("office" if _LANDLINE.fullmatch(number) else "person")
            if owner == "person":
                yield match.start(), end


def _phone(text: str, start: int, end: int, last: int) -> tuple[int, str] | None:
    """Return the end of the telephone number that begins at `start`, and its digits in the national form.

    None if there is none. `last` is where the number before ended: two may stand side by side ("…/…").
    """
    before = text[max(0, start - 1) : start]
    if before and (
        before.isalnum() or (before in ".,/-_" and start - 1 != last and text[start - 2 : start - 1].isalnum())
    ):
        return None
    if _DATE.match(text, start):
        return None
    # The longest form first, then the shorter ones that the pattern may have run over.
    for _ in range(3):
        number = _national(text[start:end])
        if (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)) and _ends(text, end):
            return end, number
        end -= 1
        while end > start and not text[end - 1].isdigit():
            end -= 1
    return None


def _national(printed: str) -> str:
    digits = re.sub(r"\D", "", printed)
    return "0" + digits.removeprefix("84").removeprefix("0") if digits.startswith("84") else digits


def _ends(text: str, end: int) -> bool:
    """Whether a telephone number may end here: not within a longer number, nor in the number of a document."""
    rest = text[end : end + 6]
    if re.match(r"\d|[.,]\d{1,3}(?!\d)|/[^\W\d_]|-\d{3}(?!\d)", rest) or _MONEY_AFTER.match(text, end):
        return False
    return (
        re.match(r"[ ]?[.,/-]?[ ]?\d", rest) is None
        or re.match(r"[ ]?[.,/-]?[ ]?(?:0\d|84)", rest) is not None
        or rest.startswith(" ")
    )


def _owner(text: str, start: int) -> str | None:
    """Return whose a number is by the nearest word before it: `office`, `person`, or None if none says."""
    owner = None
    for match in _OWNER.finditer(text, max(0, start - _LOOK_BACK), start):
        owner = match.lastgroup
    return owner
