"""How does a member show who she is without a password? With a passkey, or through her organisation.

An organisation's own sign-in is an OpenID provider that its owner named. It is believed about its own people
only: whom it calls by a subject stays one member for good (issuer and subject, OpenID Connect Core §5.7), an
e-mail address alone never leads to a member who is there already, and who comes in by it is never an owner.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from crypto.encoding import b64url_encode, sha256
from marketplace.domain.account import MAX_EMAIL, normal_email
from marketplace.domain.member import MAX_NAME, Role
from marketplace.errors import SignInRefusedError, SignInSettingError
from ssi.passkey import NewPasskey, Site

VISIT_LIFETIME: Final = timedelta(minutes=10)
MOST_PASSKEYS: Final = 20
MOST_DOMAINS: Final = 20
MAX_TEXT: Final = 255
MAX_ADDRESS: Final = 500
MAX_CLIENT: Final = 43
"""The most characters of a network, such as 2001:db8::/64."""
ROLES: Final = (Role.READER, Role.FINANCE, Role.BUYER)
"""What somebody may be who comes in by the organisation's own sign-in; owners are made by owners."""
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")
_DOMAIN: Final = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)


@dataclass(frozen=True)
class MemberPasskey:
    """A passkey of a member, as it is kept."""

    member_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    label: str
    added_at: datetime
    used_at: datetime

    @property
    def name(self) -> str:
        """How forms and addresses call it."""
        return b64url_encode(self.credential_id)

    @property
    def known(self) -> NewPasskey:
        """What its answers are held against."""
        return NewPasskey(self.credential_id, self.public_key, self.sign_count)


@dataclass(frozen=True)
class Password:
    """A password as it was typed, to confirm an act."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class PasskeyReply:
    """What a passkey said to a challenge on a site; nothing of it is believed yet."""

    answer: str = field(repr=False)
    challenge: bytes = field(repr=False)
    site: Site


@dataclass(frozen=True)
class RecentSignIn:
    """When her organisation last signed her in, for those with neither password nor passkey."""

    at: datetime


Proof = Password | PasskeyReply | RecentSignIn


@dataclass(frozen=True)
class Institution:
    """An organisation's own sign-in, as its owner set it up; `name` is what its people type to get there."""

    account_id: str
    name: str
    issuer: str
    client_id: str
    sealed_secret: bytes = field(repr=False)
    domains: tuple[str, ...]
    role: Role
    set_at: datetime

    def lets_in(self, shown: "Shown") -> str:
        """The e-mail address, in its normal spelling, of somebody whom the issuer vouches for.

        Raises:
            SignInRefusedError: it does not vouch for her address, or the address is none of the
            organisation's.
        """
        if shown.email is None or shown.email_verified is not True:
            raise SignInRefusedError(
                "Your organisation does not say that it has checked your e-mail address. Ask its help desk."
            )
        address = normal_email(shown.email)
        _, _, domain = address.rpartition("@")
        if len(address) > MAX_EMAIL or address.count("@") != 1 or domain not in self.domains:
            raise SignInRefusedError(
                "Your e-mail address is none of those that your organisation signs in with here. "
                "Ask an owner of its account."
            )
        return address


@dataclass(frozen=True)
class Visit:
    """One sign-in at an organisation that is under way: what was sent, to be held against what comes back.

    `member_id` is the signed-in member who connects her access with it, or, where something is `meant`, shows
    again who she is before it is done; None where somebody signs in.
    """

    name: str
    issuer: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    onward: str | None = None
    member_id: str | None = None
    meant: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Whence:
    """From where somebody goes to her organisation: where people see this market, and who asks.

    `client` is the network address of whoever asks, as far as it is known; empty where it is not.
    """

    address: str
    client: str = field(default="", repr=False)


@dataclass(frozen=True)
class OpenTry:
    """What is kept of a try to sign in that is under way: by whom it was begun, and at which organisation."""

    digest: str
    content: bytes = field(repr=False)
    begun_at: datetime
    ends_at: datetime
    client: str = field(default="", repr=False)
    provider: str = ""


@dataclass(frozen=True)
class Returned:
    """What the browser brought back from the organisation; nothing of it is believed yet."""

    state: str = field(repr=False)
    code: str | None = field(repr=False)
    issuer: str | None
    error: str | None = None


@dataclass(frozen=True)
class Shown:
    """Whom an issuer says that it has signed in; its signature, audience and moment were checked.

    `at` is when she last showed it who she is (`auth_time`); None where it does not say.
    """

    issuer: str
    subject: str = field(repr=False)
    email: str | None = field(repr=False)
    email_verified: bool
    name: str | None = field(repr=False)
    at: datetime | None = None

    def called(self) -> str | None:
        """A name that can be shown; None where the issuer says none."""
        text = " ".join((self.name or "").split())
        return text[:MAX_NAME] if text and text.isprintable() else None


@dataclass(frozen=True)
class Bond:
    """Which member of an account somebody is whom an issuer knows by a subject."""

    account_id: str
    issuer: str
    subject: str = field(repr=False)
    member_id: str
    since: datetime


def digest_of(token: str) -> str:
    """How something that was drawn for one try is looked up; it has 256 random bits."""
    return b64url_encode(sha256(token.encode("utf-8", "replace")))


def redirect_uri(address: str, name: str) -> str:
    """Where an organisation sends people back to; each has its own, so that no two can be mixed up."""
    return f"{address.rstrip('/')}/sign-in/with/{name}/return"


def read_name(text: str) -> str:
    """What people of an organisation type to get to its sign-in.

    Raises:
        SignInSettingError: it is not 3 to 40 small letters, digits and hyphens.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise SignInSettingError("Use 3 to 40 small letters, digits and hyphens.", "name")
    return name


def read_domains(text: str, *, owner: str) -> tuple[str, ...]:
    """The domains of an organisation's e-mail addresses.

    The owner's own address was vouched for by the operator who opened the account, so its domain and what
    lies below it may be named. An owner who could name any domain could take addresses of other
    organisations.

    Raises:
        SignInSettingError: there is none, they are too many, or one is none, or not the owner's.
    """
    domains = tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip().lower())))
    _, _, own = normal_email(owner).rpartition("@")
    if not 1 <= len(domains) <= MOST_DOMAINS or not all(_DOMAIN.fullmatch(each) for each in domains):
        raise SignInSettingError("Name what stands behind the @, such as institute.example.", "domains")
    foreign = [each for each in domains if each != own and not each.endswith(f".{own}")]
    if foreign:
        raise SignInSettingError(
            f"Your own address ends in {own}, so only that and what ends in .{own} can be named here.",
            "domains",
        )
    return domains


def read_role(text: str) -> Role:
    """What those are who come in by the organisation's sign-in for the first time.

    Raises:
        SignInSettingError: it is no role, or owner.
    """
    role = next((each for each in ROLES if each == text), None)
    if role is None:
        raise SignInSettingError("Choose what they may do. Owners are made by owners only.", "role")
    return role


def newest_first(passkeys: Iterable[MemberPasskey]) -> tuple[MemberPasskey, ...]:
    """Passkeys in the order in which a page shows them."""
    return tuple(sorted(passkeys, key=lambda each: (each.added_at, each.name), reverse=True))
