"""What is known of how a CMS family marks up its pages: reading rules, article addresses, listing rows.

Each module beside this one holds one value, `RULES`. Only class names that were seen on real pages stand here; where
none is known the reader goes by text and structure, for which no rule is needed.
"""

import importlib
import pkgutil
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from crawlers.portal import Rules, Selectors


@dataclass(frozen=True, slots=True)
class ListingRules:
    """Where a listing page marks its rows, and within a row its title, date and lead. Empty: go by structure."""

    row: Selectors = ()
    title: Selectors = ()
    date: Selectors = ()
    lead: Selectors = ()
    next: Selectors = ()


class Where(StrEnum):
    """Where a sign of a CMS is looked for: a response header (`name: value`), an address, the markup."""

    HEADER = "header"
    ADDRESS = "address"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of a CMS: where it stands, what is searched for, the chance that what shows it is of the family.

    `says` names it for people.
    """

    where: Where
    pattern: re.Pattern[str]
    weight: float
    says: str


def header(pattern: str, weight: float, says: str) -> Sign:
    """Return a sign in a response header."""
    return Sign(Where.HEADER, re.compile(pattern, re.IGNORECASE), weight, f"header {says}")


def address(pattern: str, weight: float, says: str) -> Sign:
    """Return a sign in the addresses of pages."""
    return Sign(Where.ADDRESS, re.compile(pattern), weight, f"address {says}")


def markup(pattern: str, weight: float, says: str) -> Sign:
    """Return a sign in the markup."""
    return Sign(Where.MARKUP, re.compile(pattern), weight, says)


def generator(name: str) -> Sign:
    """Return the sign of a CMS that names itself in `<meta name="generator">`."""
    pattern = rf"""<meta\s[^>]*name=["']?generator["']?[^>]*content=["']?{name}|"""
    pattern += rf"""<meta\s[^>]*content=["']?{name}[^>]*name=["']?generator"""
    return Sign(Where.MARKUP, re.compile(pattern, re.IGNORECASE), 0.97, f"meta generator {name}")


@dataclass(frozen=True, slots=True)
class CmsRules:
    """The rules of a CMS family.

    Attributes:
        name: the module's name, as in `Portal.platform`.
        reading: reading rules, newest first, each valid for the days it names.
        article_url: patterns that an article's path (with query) matches; searched, not anchored.
        listing: how rows of a listing are marked.
        signs: what the family is recognised by (`crawlers.detect`).
    """

    name: str
    reading: tuple[Rules, ...] = ()
    article_url: tuple[re.Pattern[str], ...] = ()
    listing: ListingRules = field(default_factory=ListingRules)
    signs: tuple[Sign, ...] = ()


def families() -> tuple[str, ...]:
    """Return the names of the families that rules are known of, sorted; `generic` is one of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@lru_cache(maxsize=64)
def get(platform: str) -> CmsRules:
    """Return the rules of a CMS family; those of `generic` where the family has no module.

    Raises:
        AttributeError: the family's module defines no `RULES`.
    """
    module = importlib.import_module(f"{__name__}.{platform if platform in families() else 'generic'}")
    rules: CmsRules = module.RULES
    return rules


def valid_rules(rules: Sequence[Rules], day: date) -> tuple[Rules, ...]:
    """Return those rules that hold for pages fetched on `day`, in their order."""
    return tuple(rule for rule in rules if rule.valid_on(day))
