"""What signing in by passkey, and through an organisation, needs from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.sign_in import (
    Bond,
    Institution,
    MemberPasskey,
    OpenTry,
    Returned,
    Shown,
    Visit,
)
from ssi.passkey import NewPasskey, Site


class SignInBook(Protocol):
    """Keeps passkeys, organisations' own sign-ins and what is under way, within one database transaction."""

    def add_passkey(self, passkey: MemberPasskey) -> None:
        """Keep a new passkey.

        Raises:
            ConflictError: it is somebody's already.
        """
        ...

    def passkey(self, credential_id: bytes) -> MemberPasskey | None:
        """A passkey by its id."""
        ...

    def passkeys(self, member_id: str) -> Sequence[MemberPasskey]:
        """The passkeys of a member."""
        ...

    def save_passkey(self, passkey: MemberPasskey, *, counted: int) -> bool:
        """Keep count, name and last use; False, and nothing, where the count is not `counted` any more."""
        ...

    def remove_passkey(self, credential_id: bytes) -> None:
        """Forget a passkey."""
        ...

    def institution(self, account_id: str) -> Institution | None:
        """The own sign-in of an account."""
        ...

    def institution_named(self, name: str) -> Institution | None:
        """The own sign-in with this name."""
        ...

    def set_institution(self, institution: Institution) -> None:
        """Keep an account's own sign-in in the place of an earlier one.

        Raises:
            ConflictError: another account's has this name.
        """
        ...

    def remove_institution(self, account_id: str) -> None:
        """Forget an account's own sign-in; whom it knew stays known, should it come back."""
        ...

    def bond(self, account_id: str, issuer: str, subject: str) -> Bond | None:
        """Whom an issuer means by a subject."""
        ...

    def bonds(self, member_id: str) -> Sequence[Bond]:
        """As whom issuers know a member."""
        ...

    def add_bond(self, bond: Bond) -> None:
        """Remember whom an issuer means.

        Raises:
            ConflictError: the subject is bound already.
        """
        ...

    def remove_bond(self, bond: Bond) -> None:
        """Forget whom an issuer means."""
        ...

    def begin(self, new: OpenTry) -> None:
        """Keep what was drawn for one try."""
        ...

    def take(self, digest: str, now: datetime) -> bytes | None:
        """Take out what was kept for one try; None where it was taken before, ran out, or never was."""
        ...

    def forget_tries(self, now: datetime) -> None:
        """Forget the tries that ran out."""
        ...

    def keep_newest(self, most: int, *, client: str | None = None, provider: str | None = None) -> None:
        """Let the oldest tries go, so that no more are left: of all, of a client or at an organisation."""
        ...


class Authenticators(Protocol):
    """Checks what passkeys say; each raises `PasskeyError` on what does not hold."""

    def registered(self, answer: str, challenge: bytes, site: Site) -> NewPasskey:
        """The passkey that was made for a site."""
        ...

    def named(self, answer: str) -> bytes:
        """Which passkey claims to answer; unverified."""
        ...

    def answered(self, answer: str, challenge: bytes, site: Site, known: NewPasskey) -> int:
        """How often a known passkey has signed."""
        ...


class Issuers(Protocol):
    """Talks to the OpenID providers of organisations."""

    def check(self, issuer: str) -> None:
        """Return only if an address is one of a provider that can be used.

        Raises:
            SignInSettingError: it is not.
        """
        ...

    def page_for(self, institution: Institution, visit: Visit) -> str:
        """The address at the organisation where somebody signs in.

        Raises:
            SignInRefusedError: it cannot be asked now.
        """
        ...

    def redeem(self, institution: Institution, secret: str, visit: Visit, returned: Returned) -> Shown:
        """Who signed in there.

        Raises:
            SignInRefusedError: the organisation does not prove it, for this visit.
        """
        ...
