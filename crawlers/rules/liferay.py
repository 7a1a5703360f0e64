"""Liferay 6.2: Tiền Giang, departments of Hà Nội.

Class names of the asset publisher seen on sotttt.hanoi.gov.vn, 2022. Tiền Giang's own portlet is not known.
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules, header, markup

RULES = CmsRules(
    name="liferay",
    reading=(
        Rules(
            evidence="sotttt.hanoi.gov.vn, pages of 2022",
            title=("div.asset-full-content-title",),
            date=("div.assetPublishDate",),
            lead=("p.sapo",),
            body=("div.journal-content-article",),
            drop=("#skip-to-content", ".visitor-tracking-wraper"),
        ),
    ),
    article_url=(
        re.compile(r"/chi-tiet-tin\?(?:%2F|/)[^/&=]+(?:%2F|/)\d+=?$", re.IGNORECASE),
        re.compile(r"/-/view_content/\d+-"),
        re.compile(r"/-/asset_publisher/"),
    ),
    listing=ListingRules(
        row=("div.asset-bounddary",),
        title=("h3.asset-title > a",),
        date=("div.assetPublishDate",),
        lead=("div.asset-summary",),
    ),
    signs=(
        header(r"^liferay-portal:", 0.97, "Liferay-Portal"),
        markup(r"\bLiferay\.[A-Z]\w+", 0.8, "scripts Liferay.…"),
        markup(r"\bp_p_id[=_]", 0.7, "portlets p_p_id"),
        markup(r"class=[\"'][^\"']*\bportlet-b(?:oundary|ody|orderless)", 0.5, "classes portlet-…"),
        markup(r"\blfr-css-file\b", 0.6, "class lfr-css-file"),
    ),
)
