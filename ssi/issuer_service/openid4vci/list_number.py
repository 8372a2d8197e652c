"""Which status list does an address name?"""

import re

from ssi.issuer_service.errors import UnknownEntryError

_LIST_NUMBER = re.compile("0|[1-9][0-9]{0,8}")


def read_list_number(text: str) -> int:
    """The number of a list, below 10^9, which every database and integer parser can hold.

    Raises:
        UnknownEntryError: no list has such a number, or it is not written as lists are numbered.
    """
    if not _LIST_NUMBER.fullmatch(text):
        raise UnknownEntryError("there is no such status list")
    return int(text)
