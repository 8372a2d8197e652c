"""What can go wrong at a hospital's server, in words: the cause, what to do, and that no data were lost."""

from typing import Final, NamedTuple

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from wallet.domain.source import explain
from wallet.errors import PullError, PullTrouble, SourceError, WalletError
from wallet.web.languages import page_language

_SECONDS_OF_A_MINUTE: Final = 60


class Told(NamedTuple):
    """A trouble as a person reads it."""

    cause: str
    remedy: str
    kept: str


_WORDS: Final[dict[PullTrouble, tuple[LazyString, LazyString]]] = {
    PullTrouble.NO_SERVER: (
        lazy_gettext("At this address is no server that wallets can read from."),
        lazy_gettext(
            "Copy the address once more from the pages of the hospital; it is called “FHIR” or “API address”."
        ),
    ),
    PullTrouble.INSECURE: (
        lazy_gettext("Your wallet does not ask there, because it would not be safe."),
        lazy_gettext(
            "Ask the hospital for its public address, which begins with https, and for a sign-in that"
            " protects wallets."
        ),
    ),
    PullTrouble.UNREACHABLE: (
        lazy_gettext("The hospital's server does not answer now."),
        lazy_gettext("Try again later; if it stays like this, ask the hospital."),
    ),
    PullTrouble.BUSY: (
        lazy_gettext("The hospital's server has too much to do and asks to be left alone for a while."),
        lazy_gettext("Try again later."),
    ),
    PullTrouble.REFUSED: (
        lazy_gettext("The hospital did not allow it, or you said no at its sign-in."),
        lazy_gettext(
            "Sign in there once more and allow that your values are read. If it says no, ask the hospital"
            " whether it knows this wallet by the name that you gave."
        ),
    ),
    PullTrouble.SIGN_IN_AGAIN: (
        lazy_gettext("The hospital does not know any more that you allowed it."),
        lazy_gettext("Sign in there once more."),
    ),
    PullTrouble.UNFIT_ANSWER: (
        lazy_gettext("What the hospital's server answered does not hold, so nothing of it was taken."),
        lazy_gettext("Tell the hospital what stands below, or ask it for your data as a file."),
    ),
    PullTrouble.TOO_MUCH: (
        lazy_gettext("It is more than your wallet reads at once."),
        lazy_gettext("Ask the hospital for your data as files, one for each year."),
    ),
}


def told_of(error: WalletError | None) -> Told:
    """What is said of an error while reading from a hospital."""
    kept = gettext("No data were lost: what your wallet held before is unchanged, and nothing was added.")
    if isinstance(error, PullError):
        cause, remedy = _WORDS[error.kind]
        if error.wait_seconds:
            minutes = -(-error.wait_seconds // _SECONDS_OF_A_MINUTE)
            again = ngettext("Try again in a minute.", "Try again in %(num)s minutes.", minutes)
            return Told(str(cause), again, kept)
        return Told(str(cause), str(remedy), kept)
    if isinstance(error, SourceError):
        found = explain(error.kind)
        german = page_language() == "de"
        cause_text, remedy_text = (
            each.german if german else each.english for each in (found.cause, found.remedy)
        )
        return Told(cause_text, remedy_text, kept)
    cause_text = str(error) if error is not None else gettext("Something went wrong on our side.")
    return Told(cause_text, gettext("Try again."), kept)
