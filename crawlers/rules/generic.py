"""Rules for pages of no known CMS: none. They are read by text and structure alone."""

from crawlers.rules import CmsRules

RULES = CmsRules(name="generic")
