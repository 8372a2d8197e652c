"""Begins a try to sign in. Strangers begin them, so they are bounded, and nobody closes the door for others.

Nobody is refused. Where there are too many, the oldest goes: of the same client first, then at the same
organisation, then of all. Whoever floods so mostly throws out what she began herself.
"""

from typing import Final

from marketplace.domain.sign_in import OpenTry
from marketplace.services.ports import Books

MOST_UNDER_WAY: Final = 20_000
MOST_OF_CLIENT: Final = 200
"""As many people may sit behind one address and sign in at the same moment."""
MOST_OF_PROVIDER: Final = 2_000


def begin_try(books: Books, new: OpenTry) -> None:
    """Keep a try, and let the oldest go where there are too many; the new one always stays."""
    books.sign_ins.forget_tries(new.begun_at)
    if new.client:
        books.sign_ins.keep_newest(MOST_OF_CLIENT - 1, client=new.client)
    if new.provider:
        books.sign_ins.keep_newest(MOST_OF_PROVIDER - 1, provider=new.provider)
    books.sign_ins.keep_newest(MOST_UNDER_WAY - 1)
    books.sign_ins.begin(new)
