"""The work of the ops team on a portal's file: try it, draft it, check it. Plain functions behind `congtin portal`.

- `tried`: a page, how it came, and what reading made of it
- `fetch`: pages fetched inside the guard, into an archive that is thrown away
- `fields`: a reading as rows of a table, and what to be wary of
- `marks`: where on the page the values of a reading stand
- `report`: page and reading beside each other, for the browser
- `cases`: saved pages with the fields that are expected of them
- `draft`: a portal's file from nothing, over `source` (where pages come from), `sections`, `publisher`, `portal_file`
- `check`: what keeps a file from going to work
"""
