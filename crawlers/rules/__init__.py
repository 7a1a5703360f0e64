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


@dataclass(frozen=True, slots=True)
class CmsRules:
    """The rules of a CMS family.

    Attributes:
        name: the module's name, as in `Portal.platform`.
        reading: reading rules, newest first, each valid for the days it names.
        article_url: patterns that an article's path (with query) matches; searched, not anchored.
        listing: how rows of a listing are marked.
    """

    name: str
    reading: tuple[Rules, ...] = ()
    article_url: tuple[re.Pattern[str], ...] = ()
    listing: ListingRules = field(default_factory=ListingRules)


@lru_cache(maxsize=64)
def get(platform: str) -> CmsRules:
    """Return the rules of a CMS family; those of `generic` where the family has no module.

    Raises:
        AttributeError: the family's module defines no `RULES`.
    """
    known = {module.name for module in pkgutil.iter_modules(__path__)}
    module = importlib.import_module(f"{__name__}.{platform if platform in known else 'generic'}")
    rules: CmsRules = module.RULES
    return rules


def valid_rules(rules: Sequence[Rules], day: date) -> tuple[Rules, ...]:
    """Return those rules that hold for pages fetched on `day`, in their order."""
    return tuple(rule for rule in rules if rule.valid_on(day))
