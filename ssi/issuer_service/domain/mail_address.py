"""Is this an address that a link may be sent to? A narrow reading of RFC 5321 §4.1.2 on purpose."""

import re

from crypto.errors import MalformedError

MAX_ADDRESS = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def read_mail_address(text: str) -> str:
    """An address of one mailbox, without name, comment, quotes or line breaks, so no header can be added.

    Raises:
        MalformedError: it is none.
    """
    stripped = text.strip()
    if len(stripped) > MAX_ADDRESS or not _ADDRESS.fullmatch(stripped):
        raise MalformedError("email: expected an address such as name@university.example")
    return stripped
