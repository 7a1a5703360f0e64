"""NukeViet 4 (PHP, Vietnamese, many communes, districts, departments and schools), its module of news.

Class names read in the product's own public templates: nukeviet/nukeviet (themes/default and mobile_default,
modules/news: detail, viewcat) and nukeviet/eGovernment (themes/egov). Themes of a site's own may rename them.
Pages of a category are numbered in the path, `/page-2/`, which any portal's pager turns.
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules, generator, markup

RULES = CmsRules(
    name="nukeviet",
    reading=(
        Rules(
            evidence="templates of nukeviet/nukeviet and nukeviet/eGovernment on GitHub",
            title=("div.news_column h1[itemprop=headline]", "div.news_column h1.title", "#news_detail h1"),
            date=(
                "div.newsdetailmetatop span.h5",
                "div.news_column span.h5",
                "div.news_column em.time",
                "#news_detail span.time",
            ),
            lead=("div.news_column div.hometext", "#hometext"),
            body=("#news-bodyhtml", "#news_detail div.bodytext"),
            drop=("#form3B", "#idcomment", "div.socialicon"),
        ),
    ),
    article_url=(re.compile(r"/[a-z0-9-]+/[a-z0-9-]+/[^/?]+-\d+\.html$", re.IGNORECASE),),
    listing=ListingRules(
        row=("div.news_column.listpage > div.panel", "div.news_column > div.panel > div.featured"),
        title=("h2 > a", "h3 > a"),
    ),
    signs=(
        generator("NukeViet"),
        markup(r"\bnv_base_siteurl\s*=", 0.9, "scripts nv_base_siteurl"),
        markup(r"\bid=[\"']news-bodyhtml\b", 0.8, "id news-bodyhtml"),
        markup(r"class=[\"'][^\"']*\bnews_column\b", 0.6, "class news_column"),
    ),
)
