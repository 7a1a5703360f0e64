"""Which CMS family a portal is of, told from response headers, addresses and markup: the evidence, and how sure it is.

The signs of a family stand beside its rules (`crawlers.rules`). Each sign speaks with a weight, the chance that a page
that shows it is of that family; independent signs together make it surer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from crawlers import rules
from crawlers.rules import CmsRules, Sign, Where

SURE = 0.9
"""From here a family counts as known."""
LIKELY = 0.6
"""From here it is taken, for a person to confirm; below it, pages are read by structure alone."""
_LOOKED_AT = 400_000
"""Characters of a page's markup that are searched."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of its CMS: its address, response headers (lower-case names) and markup."""

    url: str
    headers: Mapping[str, str]
    markup: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A family that some signs speak for: how sure it is, from 0 to 1, and the signs that were seen."""

    platform: str
    sure: float
    evidence: tuple[str, ...]


def detect(pages: Iterable[Shown]) -> list[Recognised]:
    """Return the families that pages of one portal show signs of, the surest first; none for an unknown one."""
    looked = list(pages)
    found = []
    for family in _families():
        seen = [sign for sign in family.signs if any(_shows(page, sign) for page in looked)]
        if seen:
            doubt = 1.0
            for sign in seen:
                doubt *= 1 - sign.weight
            found.append(Recognised(family.name, 1 - doubt, tuple(sign.says for sign in seen)))
    return sorted(found, key=lambda one: -one.sure)


def _shows(page: Shown, sign: Sign) -> bool:
    match sign.where:
        case Where.HEADER:
            return any(sign.pattern.search(f"{name}: {value}") for name, value in page.headers.items())
        case Where.ADDRESS:
            return sign.pattern.search(page.url) is not None
        case Where.MARKUP:
            return sign.pattern.search(page.markup[:_LOOKED_AT]) is not None


@cache
def _families() -> tuple[CmsRules, ...]:
    return tuple(family for name in rules.families() if (family := rules.get(name)).signs)
