"""A portal's file, written from facts that were seen. What was not found is a TODO, which `check` refuses."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crawlers.portal import Cadence, Listing

TODO = "TODO"
UNKNOWN_PROVINCE = "00"
"""No province has it, so that nothing can be loaded before it is filled in."""
_MARK = re.compile(rf"\b{TODO}\b")
_WIDTH = 118


@dataclass(frozen=True, slots=True)
class PortalFile:
    """The facts of a portal's file; None for what is not known.

    Attributes:
        said: lines of the docstring besides its first, each `Term: text`.
        level, unit, province, code_system: of the unit.
        left_out: names of the sections that are not taken, by the reason.
    """

    name: str
    platform: str
    listings: Sequence[Listing]
    lifecycle_note: str
    rows: int
    said: Sequence[str]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    title: str | None = None
    level: str | None = None
    unit: str | None = None
    province: str | None = None
    district: str | None = None
    code_system: str = "gso-2004"
    reuse: str | None = None
    cadence: Cadence | None = None
    verified: date | None = None


def render(facts: PortalFile) -> str:
    """Return the text of the file."""
    title = facts.title or f"{TODO}: tên cổng"
    said = (part for line in facts.said for part in textwrap.wrap(_plain(line), _WIDTH, subsequent_indent="    "))
    lines = [f'"""{_plain(title)[:_WIDTH]}.', "", *said, '"""', ""]
    if facts.verified:
        lines += ["from datetime import date", ""]
    names = {"Expect", "Level", "Lifecycle", "Listing", "Portal", "Sureness", "Unit"}
    names |= {"Cadence"} if facts.cadence else set()
    names |= {"Reuse"} if facts.reuse == "press" else set()
    lines += [f"from crawlers.portal import {', '.join(sorted(names))}", "", "portal = Portal("]
    lines += [f"    name={_text(facts.name)},", f"    title={_text(title)},", *_unit(facts)]
    lines += [f"    platform={_text(facts.platform)},", "    listings=("]
    for listing in facts.listings:
        lines += _listing(listing)
    for reason, sections in facts.left_out.items():
        lines += _comment(f"không lấy ({reason}): {'; '.join(sections)}")
    lines += ["    ),", "    lifecycle=Lifecycle.ACTIVE,", f"    lifecycle_note={_text(facts.lifecycle_note)},"]
    if facts.verified:
        day = facts.verified
        lines.append(f"    verified=date({day.year}, {day.month}, {day.day}),")
    if facts.reuse == "press":
        lines.append("    reuse=Reuse.PRESS,")
    elif facts.reuse is None:
        lines.append(f"    # {TODO}: cơ quan nhà nước (bỏ dòng này) hay báo (thêm reuse=Reuse.PRESS)?")
    if facts.cadence:
        lines.append(f"    cadence=Cadence.{facts.cadence.name},")
    else:
        lines.append(f"    cadence=None,  # {TODO}: danh sách không in ngày; chọn HOURLY, SIX_HOURLY, DAILY hay WEEKLY")
    return "\n".join([*lines, f"    expect=Expect(rows={facts.rows}),", ")", ""])


def _unit(facts: PortalFile) -> list[str]:
    level = f"Level.{facts.level.upper()}" if facts.level else "Level.PROVINCE"
    asked = "" if facts.level else f"  # {TODO}: cấp của đơn vị: PROVINCE, DISTRICT hay COMMUNE?"
    lines = ["    unit=Unit(", f"        level={level},{asked}"]
    lines.append(f"        name={_text(facts.unit or f'{TODO}: tên đơn vị')},")
    province = facts.province or UNKNOWN_PROVINCE
    note = "" if facts.province else f"  # {TODO}: mã tỉnh theo storage/units.csv"
    lines.append(f"        province={_text(province)},{note}")
    lines.append(f"        code_system={_text(facts.code_system)},")
    if facts.level == "district":
        lines.append(f"        # {TODO}: district=mã huyện theo storage/units.csv")
    return [*lines, "    ),"]


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(_plain(part) for part in text.split(" ")), _WIDTH - 10):
        yield f"        # {line}"


def _listing(listing: Listing) -> list[str]:
    section = f"            section={_text(listing.section)}," if listing.section else None
    lines = [
        "        Listing(",
        f"            key={_text(listing.key)},",
        f"            url={_text(listing.url)},",
        section,
        f"            sureness=Sureness.{listing.sureness.name},",
        f"            evidence={_text(listing.evidence)},",
        "        ),",
    ]
    return [line for line in lines if line is not None]


def _text(value: str) -> str:
    r"""Return a value as a string of Python; what a page says can begin no code."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in escaped) + '"'
    )


def _plain(value: str) -> str:
    """Return a text for a docstring or a comment: one line, and nothing in it that ends either."""
    line = " ".join(value.replace("\\", "/").replace('"', "'").split())
    return "".join(char for char in line if char.isprintable())


def todos(text: str) -> list[tuple[int, str]]:
    """Return the lines of a file that are still to be filled in, with their numbers from 1."""
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if _MARK.search(line)]
