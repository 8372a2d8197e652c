"""Signing in through an organisation's own sign-in: set it up, go there, come back.

The order of checks when somebody comes back is in `_come_in`. What was sent is kept here for one try,
sealed, and the visitor's session has the key to it, so that an answer counts once and only in the browser
that began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import b64url_encode, canonical_json, parse_json
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.sealing import Vault
from marketplace.domain.account import AccountKind
from marketplace.domain.member import FRESH, MOST_MEMBERS, Member, Right
from marketplace.domain.sign_in import (
    MAX_ADDRESS,
    MAX_TEXT,
    VISIT_LIFETIME,
    Bond,
    Institution,
    OpenTry,
    Proof,
    Returned,
    Shown,
    Visit,
    Whence,
    digest_of,
    read_domains,
    read_name,
    read_role,
    redirect_uri,
)
from marketplace.errors import (
    AccountConflictError,
    ConflictError,
    SignInRefusedError,
    SignInSettingError,
    UnknownError,
)
from marketplace.services.desk import Desk
from marketplace.services.keep_passkeys import Passkeys
from marketplace.services.ports import Books
from marketplace.services.sign_in_ports import Issuers
from marketplace.services.sign_in_tries import begin_try

MOST_MEANT: Final = 64_000
"""The most characters of a form that waits while somebody shows at her organisation who she is."""
_TOKEN_BYTES: Final = 32
_UNKNOWN: Final = "No organisation signs in here by this name. Ask an owner of its account for it."
_OVER: Final = "This sign-in is over: it took longer than 10 minutes, or was used. Please begin again."
_ENDED: Final = "An owner of your organisation’s account has ended your access."
_TAKEN: Final = (
    "Somebody with your e-mail address signs in here already. If it is you, sign in that way first, then "
    "connect your organisation under “How you sign in”."
)
_SOMEBODY_ELSE: Final = "Your organisation signed somebody else in. Nothing was done. Please begin again."
_NOT_ANEW: Final = (
    "Your organisation does not say that you have signed in there just now. Nothing was done. Please sign "
    "out there, and begin again."
)


@dataclass(frozen=True)
class Institutions:
    """Lets members in through their organisations."""

    desk: Desk
    issuers: Issuers
    passkeys: Passkeys
    vault: Vault = field(repr=False)

    def of(self, account_id: str) -> Institution | None:
        """The own sign-in of an account."""
        with self.desk.store.reading() as books:
            return books.sign_ins.institution(account_id)

    def bond_of(self, member: Member) -> Bond | None:
        """As whom a member is known to her organisation's sign-in, as it is set up now."""
        with self.desk.store.reading() as books:
            own = books.sign_ins.institution(member.account_id)
            bonds = books.sign_ins.bonds(member.member_id)
        return next((each for each in bonds if own is not None and each.issuer == own.issuer), None)

    def set(self, member: Member, proof: Proof, told: Mapping[str, str]) -> Institution:
        """Set up an organisation's own sign-in, or change it; an empty secret keeps the one that is there.

        Raises:
            RoleMissingError: the member does not look after members.
            SignInSettingError: a part cannot be used so.
            ConflictError: another organisation has the name.
            SignInRefusedError, WrongCredentialsError, TooManyAttemptsError: as `Passkeys.confirm`.
        """
        member.require(Right.MEMBERS)
        name, role = read_name(told.get("name", "")), read_role(told.get("role", ""))
        domains = read_domains(told.get("domains", ""), owner=member.email)
        issuer = _text(told, "issuer", MAX_ADDRESS, "Enter the address of your organisation’s sign-in.")
        client_id = _text(
            told, "client_id", MAX_TEXT, "Enter the number or name under which it knows this market."
        )
        earlier = self.of(member.account_id)
        same_there = earlier is not None and (earlier.issuer, earlier.client_id) == (issuer, client_id)
        secret = told.get("secret", "").strip()
        if not secret and not same_there:
            raise SignInSettingError("Enter the secret that your organisation’s sign-in gave you.", "secret")
        if len(secret) > MAX_TEXT or not secret.isprintable() or not secret.isascii():
            raise SignInSettingError(f"A secret has at most {MAX_TEXT} plain characters.", "secret")
        self.passkeys.confirm(member, proof)
        self.issuers.check(issuer)
        if secret or earlier is None:
            sealed = self.vault.seal(secret.encode(), _place(member.account_id))
        else:
            sealed = earlier.sealed_secret
        made = Institution(member.account_id, name, issuer, client_id, sealed, domains, role, self.desk.now())
        with self.desk.store.writing() as books:
            books.sign_ins.set_institution(made)
        return made

    def remove(self, member: Member, proof: Proof) -> None:
        """End an organisation's own sign-in; its members stay, and so do their other ways in.

        Raises:
            RoleMissingError: the member does not look after members.
            SignInRefusedError, WrongCredentialsError, TooManyAttemptsError: as `Passkeys.confirm`.
        """
        member.require(Right.MEMBERS)
        self.passkeys.confirm(member, proof)
        with self.desk.store.writing() as books:
            books.sign_ins.remove_institution(member.account_id)

    def begin(
        self,
        name: str,
        at: Whence,
        *,
        onward: str | None = None,
        member: Member | None = None,
        meant: str | None = None,
    ) -> tuple[str, str]:
        """Go to an organisation: its page, and the token that the visitor's session keeps.

        `at` says where people see this market, and who asks. With a member, who is signed in and has
        confirmed it, what she shows there is bound to her; or, where something is `meant`, she is asked to
        show there anew who she is.

        Raises:
            SignInRefusedError: nobody signs in by this name, or the organisation cannot be asked now.
        """
        with self.desk.store.reading() as books:
            institution = books.sign_ins.institution_named(name.strip().lower())
        if institution is None or (member is not None and institution.account_id != member.account_id):
            raise SignInRefusedError(_UNKNOWN)
        visit = Visit(
            name=institution.name,
            issuer=institution.issuer,
            state=self._token(),
            nonce=self._token(),
            verifier=self._token(),
            redirect_uri=redirect_uri(at.address, institution.name),
            onward=onward,
            member_id=None if member is None else member.member_id,
            meant=meant,
        )
        page, now = self.issuers.page_for(institution, visit), self.desk.now()
        digest = digest_of(visit.state)
        with self.desk.store.writing() as books:
            begin_try(
                books,
                OpenTry(
                    digest=digest,
                    content=self._sealed(visit, digest),
                    begun_at=now,
                    ends_at=now + VISIT_LIFETIME,
                    client=at.client,
                    provider=institution.name,
                ),
            )
        return page, visit.state

    def finish(
        self, name: str, kept: str | None, returned: Returned, *, signed_in: Member | None
    ) -> tuple[Member, Visit, Shown]:
        """Come back from an organisation: who it is, and what she was about to do.

        1. The answer is to a visit that this very browser began here, at this organisation, and not used
        before. 2. The organisation has not changed its sign-in meanwhile. 3. It proves who signed in, for
        this visit. 4. Where she shows again who she is, she is known already, and did it just now.

        Raises:
            SignInRefusedError: a step fails, or she may not come in; the message is for her.
        """
        if kept is None or not returned.state or digest_of(kept) != digest_of(returned.state):  # 1
            raise SignInRefusedError(_OVER)
        visit = self._taken(returned.state)
        with self.desk.store.reading() as books:
            institution = books.sign_ins.institution_named(name)
        if visit.name != name or institution is None or institution.issuer != visit.issuer:  # 2
            raise SignInRefusedError(_OVER)
        if visit.member_id is not None and (signed_in is None or signed_in.member_id != visit.member_id):
            raise SignInRefusedError(_OVER)
        secret = self.vault.open(institution.sealed_secret, _place(institution.account_id)).decode()
        shown = self.issuers.redeem(institution, secret, visit, returned)  # 3
        if visit.meant is not None:  # 4
            return self._again(institution, shown, visit), visit, shown
        try:
            with self.desk.store.writing() as books:
                return self._come_in(books, institution, shown, visit), visit, shown
        except AccountConflictError as error:
            raise SignInRefusedError(_TAKEN) from error
        except ConflictError as error:
            raise SignInRefusedError(_OVER) from error

    def _again(self, institution: Institution, shown: Shown, visit: Visit) -> Member:
        """Who has shown again who she is; nobody is bound or let in by it."""
        with self.desk.store.reading() as books:
            bond = books.sign_ins.bond(institution.account_id, shown.issuer, shown.subject)
            known = None if bond is None else books.members.get(bond.member_id)
        if known is None or known.member_id != visit.member_id:
            raise SignInRefusedError(_SOMEBODY_ELSE)
        if shown.at is None or not shown.at <= self.desk.now() < shown.at + FRESH:
            raise SignInRefusedError(_NOT_ANEW)
        return _let_in(known, institution, visit)

    def _come_in(self, books: Books, institution: Institution, shown: Shown, visit: Visit) -> Member:
        """Who somebody is whom an organisation vouches for.

        1. Its issuer has checked her address, and the address is one of the organisation's. 2. Whoever is
        known by this subject is that member, and no other, as long as she was not ended. 3. A member who is
        signed in and asked for it is bound to the subject, once. 4. Nobody who has an address here already
        is bound by it: then somebody new comes in, and never as an owner.
        """
        email = institution.lets_in(shown)  # 1
        bond = books.sign_ins.bond(institution.account_id, shown.issuer, shown.subject)
        known = None if bond is None else books.members.get(bond.member_id)
        if (
            bond is not None and known is not None and (known.ended_at is None or visit.member_id is None)
        ):  # 2
            return _let_in(known, institution, visit)
        if bond is not None:
            books.sign_ins.remove_bond(bond)  # of somebody who was ended, and is let in again by another way
        if visit.member_id is not None:
            member = self._connected(books, visit.member_id, shown.issuer)  # 3
        else:
            member = self._new(books, institution, email, shown)  # 4
        books.sign_ins.add_bond(
            Bond(institution.account_id, shown.issuer, shown.subject, member.member_id, self.desk.now())
        )
        return member

    def _connected(self, books: Books, member_id: str, issuer: str) -> Member:
        member = books.members.get(member_id)
        if member is None or member.ended_at is not None:
            raise SignInRefusedError(_ENDED)
        if any(each.issuer == issuer for each in books.sign_ins.bonds(member_id)):
            raise SignInRefusedError("You are connected with somebody else at your organisation already.")
        return member

    def _new(self, books: Books, institution: Institution, email: str, shown: Shown) -> Member:
        account = books.accounts.get(institution.account_id)
        members = [each for each in books.members.of_account(institution.account_id) if each.ended_at is None]
        if account is None or account.kind is not AccountKind.BUYER or len(members) >= MOST_MEMBERS:
            raise SignInRefusedError("Nobody new can come in this way. Ask an owner of the account.")
        if books.members.find(email) is not None:
            raise SignInRefusedError(_TAKEN)
        now = self.desk.now()
        member = Member(
            self.desk.new_id(),
            institution.account_id,
            email,
            shown.called() or email,
            institution.role,
            now,
        )
        books.members.add(member)
        return member

    def disconnect(self, member: Member, proof: Proof) -> None:
        """Let a member sign in through her organisation no more.

        Raises:
            ConflictError: it is her only way in.
            UnknownError: she is not connected.
            SignInRefusedError, WrongCredentialsError, TooManyAttemptsError: as `Passkeys.confirm`.
        """
        self.passkeys.confirm(member, proof)
        bond = self.bond_of(member)
        if bond is None:
            raise UnknownError("you are not connected")
        if not self.passkeys.of(member.member_id) and not self.passkeys.has_password(member):
            raise ConflictError("Your organisation’s sign-in is your only way in. Add a passkey first.")
        with self.desk.store.writing() as books:
            books.sign_ins.remove_bond(bond)

    def _token(self) -> str:
        return b64url_encode(self.desk.random(_TOKEN_BYTES))

    def _sealed(self, visit: Visit, digest: str) -> bytes:
        document = {name: getattr(visit, name) for name in _VISIT}
        told = {name: text for name, text in document.items() if text is not None}
        return self.vault.seal(canonical_json(told), f"visit|{digest}")

    def _taken(self, state: str) -> Visit:
        digest = digest_of(state)
        with self.desk.store.writing() as books:
            sealed = books.sign_ins.take(digest, self.desk.now())
        if sealed is None:
            raise SignInRefusedError(_OVER)
        try:
            fields = Fields.of(parse_json(self.vault.open(sealed, f"visit|{digest}")), "visit")
            told = {name: fields.text(name, max_length=MOST_MEANT) for name in _VISIT if fields.has(name)}
        except CryptoError as error:  # a question to a passkey, or another vault's
            raise SignInRefusedError(_OVER) from error
        return Visit(**told)


_VISIT: Final = (
    "name",
    "issuer",
    "state",
    "nonce",
    "verifier",
    "redirect_uri",
    "onward",
    "member_id",
    "meant",
)


def _let_in(known: Member, institution: Institution, visit: Visit) -> Member:
    if known.ended_at is not None or known.account_id != institution.account_id:
        raise SignInRefusedError(_ENDED)
    if visit.member_id is not None and visit.member_id != known.member_id:
        raise SignInRefusedError("Somebody else here is connected with this login of your organisation.")
    return known


def _text(told: Mapping[str, str], name: str, most: int, missing: str) -> str:
    text = told.get(name, "").strip()
    if not 1 <= len(text) <= most or not text.isprintable():
        raise SignInSettingError(missing, name)
    return text


def _place(account_id: str) -> str:
    return f"institutions|{account_id}|secret"
