"""How does a form show that it is the member herself who sends it? By a password or a passkey.

A question to a passkey is put by a script (`passkeys.js` of the design) and stands in the session until the
form that answers it comes; that form takes it out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from flask import render_template, request, session

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import CryptoError
from marketplace.domain.member import Right
from marketplace.domain.sign_in import (
    Bond,
    Institution,
    MemberPasskey,
    PasskeyReply,
    Password,
    Proof,
    RecentSignIn,
)
from marketplace.errors import (
    ConflictError,
    MarketplaceError,
    SignInRefusedError,
    SignInSettingError,
    TooManyAttemptsError,
    WrongCredentialsError,
)
from marketplace.services.sign_in_suite import Doors
from marketplace.web.client import client
from marketplace.web.visitor import me, standing
from ssi.http.address import is_local
from ssi.passkey import Site

Page = str | tuple[str, int]
REFUSALS: Final = (
    ConflictError,
    SignInRefusedError,
    SignInSettingError,
    TooManyAttemptsError,
    WrongCredentialsError,
)
"""What can be wrong with a form that changes how somebody signs in; `explained` has the words."""
_QUESTION: Final = "question"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ways:
    """The ways in of a member."""

    password: bool
    passkeys: tuple[MemberPasskey, ...]
    institution: Institution | None
    bond: Bond | None
    may_set: bool


def ways_of(doors: Doors) -> Ways:
    """The ways in of the member who is signed in."""
    member = me()
    return Ways(
        password=doors.passkeys.has_password(member),
        passkeys=doors.passkeys.of(member.member_id),
        institution=doors.institutions.of(member.account_id),
        bond=doors.institutions.bond_of(member),
        may_set=Right.MEMBERS in member.may,
    )


def here(doors: Doors) -> str:
    """Where people see this market; on this machine, in development, where the browser says it is."""
    if is_local(doors.address) and is_local(request.host_url):
        return request.host_url
    return doors.address


def site_of(doors: Doors) -> Site:
    """The site for which passkeys are made and asked."""
    return Site.of(here(doors))


def put_question(doors: Doors) -> bytes:
    """A challenge for this browser, in the place of an earlier one."""
    challenge = doors.passkeys.ask(client())
    session[_QUESTION] = b64url_encode(challenge)
    return challenge


def take_question() -> bytes:
    """The challenge that was put to this browser; it is not there a second time."""
    try:
        return b64url_decode(str(session.pop(_QUESTION, "")))
    except CryptoError:
        return b""


def replied(doors: Doors, field: str, challenge: bytes) -> PasskeyReply:
    """What a passkey says in a field of the form."""
    return PasskeyReply(request.form.get(field, ""), challenge, site_of(doors))


def proof(doors: Doors, challenge: bytes) -> Proof:
    """What the form shows about who sends it."""
    if request.form.get("passkey"):
        return replied(doors, "passkey", challenge)
    if request.form.get("password"):
        return Password(request.form["password"])
    return RecentSignIn(standing().proven_at or _LONG_AGO)


def explained(error: MarketplaceError) -> dict[str, str]:
    """What to say about a refusal, by the part of the form where it is said."""
    match error:
        case SignInSettingError():
            return {error.field: str(error)}
        case WrongCredentialsError():
            return {"password": "This is not your password. Please check it."}
        case TooManyAttemptsError():
            return {"page": "Too many tries. Please wait a few minutes and try again."}
        case SignInRefusedError() if not request.form.get("passkey") and not request.form.get("made"):
            return {"page": str(error) if request.form.get("password") else "Please confirm that it is you."}
        case SignInRefusedError():
            return {"passkey": str(error)}
        case _:
            return {"page": str(error)}


def status_of(error: MarketplaceError) -> HTTPStatus:
    """The status of a page that says that something was refused."""
    match error:
        case TooManyAttemptsError():
            return HTTPStatus.TOO_MANY_REQUESTS
        case ConflictError():
            return HTTPStatus.CONFLICT
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY


def confirm_page(ways: Ways, words: dict[str, str], error: MarketplaceError | None = None) -> Page:
    """A page on which a member confirms something; `words` are its title, text, verb and address."""
    page = render_template(
        "market/confirm_sign_in.html",
        ways=ways,
        errors={} if error is None else explained(error),
        label=request.form.get("label", ""),
        adding=False,
        **words,
    )
    return page, HTTPStatus.OK if error is None else status_of(error)
