"""The spiders of CMS families: how each turns the pages of a listing, and nothing else.

    base.py     the drive: targets, then each listing page by page, one request at a time
    walk.py     which page comes next, and when to stop
    pager.py    what a family must say about a page: where the next one is
    links.py    finding the next page's link by what it says and where it leads

`Platform` in each other module is the spider class of that family.
"""
