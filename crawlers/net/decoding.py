"""Bodies that are cut, or that swell beyond all measure when unpacked, are failures, not pages."""

from scrapy import Request
from scrapy.http import Response

from crawlers.net.middleware import Middleware
from storage.archive import BodyCut, BodyTooLarge, decode_body
from storage.vocabulary import FetchError, Purpose

_READ_HERE = frozenset({Purpose.LISTING, Purpose.ROBOTS})


class DecodingMiddleware(Middleware):
    """Unpacks each body to see that it is whole; only what the spider itself reads is handed on unpacked."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; what is wrong with its body goes to the retry in `request.meta["fault"]`."""
        request.meta.pop("fault", None)
        if "dataloss" in response.flags:
            request.meta["fault"] = (FetchError.CUT, f"connection closed after {len(response.body)} bytes")
            return response
        if "download_stopped" in response.flags:
            return response
        try:
            body = decode_body(response.body, lower_headers(response))
        except BodyCut as error:
            request.meta["fault"] = (FetchError.CUT, str(error))
        except BodyTooLarge as error:
            request.meta["fault"] = (FetchError.TOO_LARGE, str(error))
        else:
            if request.meta["purpose"] in _READ_HERE and body is not response.body:
                headers = response.headers.copy()
                headers.pop(b"Content-Encoding", None)
                return response.replace(body=body, headers=headers)
        return response


def lower_headers(response: Response) -> dict[str, str]:
    """Return a response's headers as readers take them: lower-case names, repeated ones joined."""
    return {
        name.decode("latin-1").lower(): b", ".join(response.headers.getlist(name)).decode("latin-1")
        for name in response.headers
    }
