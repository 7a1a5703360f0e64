"""Fetching, one concern a file.

From the spider down to the wire, in the order in which a request passes them (`crawlers.settings` names the numbers):

    robots     robots.txt of each origin, read first and obeyed
    retry      transient failures again, with back-off and Retry-After
    decoding   bodies that are cut or swollen are failures
    bounce     the cookie that a page of script asks for, only where the portal's file says so
    redirect   hops inside the portal's scope
    cookies    only where the portal's file says so
    scope      scheme, host and port of every request
    hosts      hosts that refuse us, or answer no more, are left alone
    pace       one request after the other, with a delay; `turns` shares it with other processes
    budget     requests, seconds, bytes, disk, memory, night window
    journal    every response into the archive before anything else sees it
    handler    the connection: connect-to map, address guard, `certificates`, the address exactly as found

`retry_after` reads what a server asks; `manners` says who we are; `session` holds what they share; `recorder` what the
report says.
"""
