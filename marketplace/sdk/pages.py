"""How does a program read a list that comes in pages? One after the other, until there is no next one."""

from collections.abc import Iterator
from urllib.parse import quote

from crypto.reading import Fields
from marketplace.sdk.errors import SdkError
from ssi.http.client import Client

MOST_PAGES = 1_000
_ON_PAGE = 500


def all_of(client: Client, path: str, member: str) -> Iterator[Fields]:
    """Every thing of a list, page by page; `path` may have a query already.

    Raises:
        PeerError: the marketplace did not answer, or refused.
        MalformedError: a page is none.
        SdkError: there are more pages than a list can have.
    """
    first = f"{path}{'&' if '?' in path else '?'}limit={_ON_PAGE}"
    following: str | None = first
    for _ in range(MOST_PAGES):
        if following is None:
            return
        fields = Fields.of(client.get_json(following), member)
        yield from fields.objects(member, most=_ON_PAGE)
        cursor = fields.text("next") if fields.has("next") else None
        following = None if cursor is None else f"{first}&cursor={quote(cursor, safe='')}"
    if following is not None:
        raise SdkError(f"{member}: the list does not end")
