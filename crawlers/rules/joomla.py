"""Joomla 4 and 5, its component of articles: departments, schools, hospitals.

Class names read in the product's own public templates: joomla/joomla-cms, `components/com_content/tmpl/article` and
`layouts/joomla/content/info_block`. Templates of a site's own may override them, and a listing's rows are each site's.
"""

from crawlers.portal import Rules
from crawlers.rules import CmsRules, generator, markup

RULES = CmsRules(
    name="joomla",
    reading=(
        Rules(
            evidence="templates of joomla/joomla-cms on GitHub, version 4 and later",
            title=("div.com-content-article div.page-header h1", "div.com-content-article div.page-header h2"),
            date=("div.com-content-article dd.published time",),
            body=("div.com-content-article__body",),
        ),
    ),
    signs=(
        generator("Joomla!"),
        markup(r"class=[\"'][^\"']*\bcom-content-(?:article|category)", 0.9, "classes com-content-…"),
        markup(r"/media/system/js/core(?:\.min)?\.js", 0.7, "script /media/system/js/core.js"),
        markup(r"\boption=com_[a-z]+", 0.6, "addresses option=com_…"),
    ),
)
