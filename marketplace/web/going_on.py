"""From here to an organisation's own sign-in: the page that says where somebody goes, with the link there.

It is a link and no redirect, so that she reads whose page she is about to type a password into.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import render_template, session

from marketplace.domain.sign_in import Whence
from marketplace.services.sign_in_suite import Doors
from marketplace.web.client import client
from marketplace.web.confirming import here
from marketplace.web.visitor import me

_VISIT: Final = "visit"


def go_on(
    doors: Doors,
    name: str,
    *,
    onward: str | None = None,
    connecting: bool = False,
    meant: str | None = None,
) -> str:
    """The page with the link; what comes back is held against what this browser's session keeps.

    Raises:
        SignInRefusedError, TooManyAttemptsError: as `Institutions.begin`.
    """
    page, kept = doors.institutions.begin(
        name, Whence(here(doors), client()), onward=onward, member=me() if connecting else None, meant=meant
    )
    session[_VISIT] = kept
    host = urlsplit(page).netloc
    return render_template(
        "market/sign_in_organisation.html", page=page, host=host, error=None, name=name, onward=onward
    )


def kept_visit() -> str | None:
    """What this browser's session keeps of a visit; it is not there a second time."""
    kept = session.pop(_VISIT, None)
    return kept if isinstance(kept, str) else None
