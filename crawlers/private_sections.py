"""Sections that hold private persons' affairs: what citizens ask and complain of, and directories. Off by default.

The closed list of signs by which such a section is known: in the path of an address, and in a section's name. What an
office says of itself (its structure, its contact, its hours of receiving citizens) is none. A portal's file turns a
section on with `opens`, and says by which right. Law 91/2025/QH15 on personal data; `docs/privacy.md`.
"""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from storage.vocabulary import RefusalKind
from storage.words import folded


class PrivateSection(StrEnum):
    """What a private section holds; the value is the kind that its pages are refused as."""

    CITIZEN_QA = RefusalKind.CITIZEN_QA.value
    DIRECTORY = RefusalKind.DIRECTORY.value

    @property
    def refusal(self) -> RefusalKind:
        """The kind that its pages are refused as."""
        return RefusalKind(self.value)


_SIGNS: dict[PrivateSection, tuple[str, ...]] = {
    PrivateSection.CITIZEN_QA: (
        "hoi dap",
        "hoi va dap",
        "cong dan hoi",
        "ban doc hoi",
        "nguoi dan hoi",
        "hoi dap cong dan",
        "hoi dap truc tuyen",
        "giai dap thac mac",
        "tra loi cong dan",
        "tra loi ban doc",
        "tra loi y kien cong dan",
        "tra loi kien nghi cong dan",
        "y kien cong dan",
        "y kien nguoi dan",
        "y kien ban doc",
        "phan anh kien nghi",
        "phan anh hien truong",
        "tiep nhan phan anh",
        "kien nghi cong dan",
        "hop thu cong dan",
        "hop thu ban doc",
        "thu ban doc",
        "don thu cong dan",
        "hop thu gop y",
    ),
    PrivateSection.DIRECTORY: (
        "danh ba",
        "danh ba dien thoai",
        "danh ba co quan",
        "danh ba can bo",
        "danh ba email",
        "danh ba thu dien tu",
        "danh sach dien thoai",
        "so dien thoai",
        "phonebook",
        "phone book",
        "staff directory",
    ),
}
"""Signs without marks, as `storage.words.folded` writes them."""

_ALONE = {"gop y": PrivateSection.CITIZEN_QA}
"""Signs that name such a section by themselves only: "Góp ý dự thảo văn bản" is an office's."""

_JOINED = {sign.replace(" ", ""): section for section, signs in _SIGNS.items() for sign in signs}
_ENDING = re.compile(r"\.(?:aspx?|html?|php|jsp|vnp|do)$", re.IGNORECASE)
_NUMBERS = re.compile(r"(?: (?:[a-z]{0,4}\d+|html?))+$")
_FIRST_WORDS = 400
"""Characters of a name that are looked at: a section's name is short."""


def private_section(url: str, section: str | None, opened: Collection[PrivateSection] = ()) -> PrivateSection | None:
    """Return the private section that a page is of, by its address or its section's name; None for none or an open one.

    Takes any text, never raises.
    """
    found = of_name(section or "") or of_address(url)
    return None if found in opened else found


def of_name(section: str) -> PrivateSection | None:
    """Return the private section that a name begins with: "Hỏi - đáp pháp luật", "DANH BẠ ĐIỆN THOẠI"."""
    name = folded(section[:_FIRST_WORDS])
    begun = (kind for kind, signs in _SIGNS.items() if any(_begins(name, sign) for sign in signs))
    return _ALONE.get(name) or next(begun, None)


def of_address(url: str) -> PrivateSection | None:
    """Return the private section that an address lies in.

    A folder's name may go on after the sign; the last step, which may be the title of an article ("hoi-dap-ve-…"), and
    the values of a query may not.
    """
    try:
        parts = urlsplit(url)
        *folders, last = [unquote(step) for step in parts.path.split("/") if step] or [""]
        values = [value for _, value in parse_qsl(parts.query)]
    except ValueError:
        return None
    for step in folders:
        if kind := of_name(step) or _JOINED.get(_whole(step).replace(" ", "")):
            return kind
    return next((kind for one in _ends(last, values) if (kind := _JOINED.get(one))), None)


def _begins(name: str, sign: str) -> bool:
    return name == sign or name.startswith(f"{sign} ")


def _whole(step: str) -> str:
    return _NUMBERS.sub("", folded(_ENDING.sub("", step[:_FIRST_WORDS])))


def _ends(last: str, values: Collection[str]) -> Iterator[str]:
    for one in (last, *values):
        yield _whole(one).replace(" ", "")
