"""A member's passkeys: one more, another name, one less, and signing in with one.

What a passkey is asked is kept here for one try (`SignInBook.begin`) and stands in the visitor's session, so
an answer counts once, in the browser that was asked, and within five minutes.
"""

from dataclasses import dataclass, replace
from typing import Final, assert_never

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import CryptoError
from marketplace.domain.member import FRESH, Member
from marketplace.domain.sign_in import (
    MOST_PASSKEYS,
    MemberPasskey,
    OpenTry,
    PasskeyReply,
    Password,
    Proof,
    RecentSignIn,
    digest_of,
    newest_first,
)
from marketplace.errors import (
    ConflictError,
    SignInRefusedError,
    SignInSettingError,
    UnknownError,
    WrongCredentialsError,
)
from marketplace.services.accounts import SignIn
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.sign_in_ports import Authenticators
from marketplace.services.sign_in_tries import begin_try
from ssi.errors import PasskeyError
from ssi.passkey import MAX_ID_BYTES, MAX_LABEL, QUESTION_BYTES, QUESTION_LIFETIME, label_of

_ASKED: Final = b"passkey"
WRONG_PASSKEY: Final = "This passkey does not sign you in here. Try another one, or your password."


@dataclass(frozen=True)
class Passkeys:
    """Looks after passkeys, and lets members in by them."""

    desk: Desk
    authenticators: Authenticators
    password: SignIn

    def ask(self, client: str = "") -> bytes:
        """A fresh challenge, good for one answer; `client` is the network address of whoever asks."""
        challenge, now = self.desk.random(QUESTION_BYTES), self.desk.now()
        with self.desk.store.writing() as books:
            begin_try(books, OpenTry(_digest(challenge), _ASKED, now, now + QUESTION_LIFETIME, client))
        return challenge

    def of(self, member_id: str) -> tuple[MemberPasskey, ...]:
        """The passkeys of a member, the latest first."""
        with self.desk.store.reading() as books:
            return newest_first(books.sign_ins.passkeys(member_id))

    def has_password(self, member: Member) -> bool:
        """Whether a member has a password."""
        with self.desk.store.reading() as books:
            return _has_password(books, member)

    def sign_in(self, reply: PasskeyReply) -> Member:
        """The member whose passkey answered; who she is, nobody has to say before.

        Raises:
            SignInRefusedError: it is nobody's here, or its answer does not hold; which, is not told.
        """
        passkey = self._answering(reply)
        with self.desk.store.reading() as books:
            member = books.members.get(passkey.member_id)
        if member is None or member.ended_at is not None:
            raise SignInRefusedError(WRONG_PASSKEY)
        return member

    def confirm(self, member: Member, proof: Proof) -> None:
        """Return only if whoever is at the browser has shown just now that she is this member.

        Raises:
            SignInRefusedError: she has not.
            WrongCredentialsError, TooManyAttemptsError: as `SignIn`.
        """
        match proof:
            case Password(text):
                if self.password(member.email, text).member_id != member.member_id:
                    raise WrongCredentialsError("the password is not this member's")
            case PasskeyReply():
                if self._answering(proof).member_id != member.member_id:
                    raise SignInRefusedError(WRONG_PASSKEY)
            case RecentSignIn(at):
                with self.desk.store.reading() as books:
                    has_other = _has_password(books, member) or bool(
                        books.sign_ins.passkeys(member.member_id)
                    )
                if has_other or not at <= self.desk.now() < at + FRESH:
                    raise SignInRefusedError(
                        "Please sign in again at your organisation, and do this within 10 minutes."
                    )
            case _:  # pragma: no cover — mypy sees that there is no other
                assert_never(proof)

    def add(self, member: Member, proof: Proof, made: PasskeyReply, label: str) -> MemberPasskey:
        """Let a new passkey sign a member in; `made` is its registration.

        Raises:
            SignInSettingError: the label cannot be used.
            SignInRefusedError: what the new passkey said does not hold, or as `confirm`.
            ConflictError: it is somebody's already, or there are 20.
            WrongCredentialsError, TooManyAttemptsError: as `confirm`.
        """
        told, now = _label(label), self.desk.now()
        if not isinstance(proof, PasskeyReply) or proof.challenge != made.challenge:
            self._take(made.challenge)  # one try asks for both where a passkey confirms
        self.confirm(member, proof)
        try:
            new = self.authenticators.registered(made.answer, made.challenge, made.site)
        except PasskeyError as error:
            raise SignInRefusedError("The new passkey’s answer does not hold. Please try again.") from error
        passkey = MemberPasskey(
            member.member_id, new.credential_id, new.public_key, new.sign_count, told, now, now
        )
        with self.desk.store.writing() as books:
            if len(books.sign_ins.passkeys(member.member_id)) >= MOST_PASSKEYS:
                raise ConflictError(f"There are {MOST_PASSKEYS} passkeys already. Take one away first.")
            books.sign_ins.add_passkey(passkey)
        return passkey

    def rename(self, member: Member, name: str, label: str) -> None:
        """Call a passkey by another name.

        Raises:
            SignInSettingError: the label cannot be used.
            UnknownError: the member has no such passkey.
        """
        told = _label(label)
        with self.desk.store.writing() as books:
            passkey = _own(books, member, name)
            books.sign_ins.save_passkey(replace(passkey, label=told), counted=passkey.sign_count)

    def remove(self, member: Member, proof: Proof, name: str, *, session_id: str | None) -> None:
        """Take a passkey away, and sign the member out everywhere else.

        Raises:
            UnknownError: the member has no such passkey.
            ConflictError: it is her only way in.
            SignInRefusedError, WrongCredentialsError, TooManyAttemptsError: as `confirm`.
        """
        self.confirm(member, proof)
        with self.desk.store.writing() as books:
            passkey = _own(books, member, name)
            if not _ways_besides(books, member, passkey):
                raise ConflictError("This passkey is your only way in. Add another one first.")
            books.sign_ins.remove_passkey(passkey.credential_id)
            books.members.end_sessions(member.member_id, but=session_id)

    def drop_password(self, member: Member, proof: Proof, *, session_id: str | None) -> None:
        """Let a member sign in by her passkeys alone, and sign her out everywhere else.

        Raises:
            ConflictError: she has no passkey.
            SignInRefusedError, WrongCredentialsError, TooManyAttemptsError: as `confirm`.
        """
        self.confirm(member, proof)
        with self.desk.store.writing() as books:
            if not books.sign_ins.passkeys(member.member_id):
                raise ConflictError("Add a passkey first, so that you can still sign in.")
            books.members.set_password(member.member_id, None)
            books.members.end_sessions(member.member_id, but=session_id)

    def _answering(self, reply: PasskeyReply) -> MemberPasskey:
        """The passkey that gave an answer.

        1. The question was put here, not answered before, and not too long ago. 2. The passkey is known. 3.
        It signed this challenge for this site, unlocked by its person, and counted on. 4. No other answer of
        it was taken meanwhile. Only then is the use remembered.
        """
        self._take(reply.challenge)  # 1
        try:
            credential_id = self.authenticators.named(reply.answer)
            with self.desk.store.reading() as books:
                passkey = books.sign_ins.passkey(credential_id)  # 2
            if passkey is None:
                raise SignInRefusedError(WRONG_PASSKEY)
            count = self.authenticators.answered(
                reply.answer, reply.challenge, reply.site, passkey.known
            )  # 3
        except PasskeyError as error:
            raise SignInRefusedError(WRONG_PASSKEY) from error
        used = replace(passkey, sign_count=count, used_at=self.desk.now())
        with self.desk.store.writing() as books:
            if not books.sign_ins.save_passkey(used, counted=passkey.sign_count):  # 4
                raise SignInRefusedError(WRONG_PASSKEY)
        return used

    def _take(self, challenge: bytes) -> None:
        with self.desk.store.writing() as books:
            kept = books.sign_ins.take(_digest(challenge), self.desk.now())
        if kept != _ASKED:
            raise SignInRefusedError(
                "That took longer than five minutes, or was sent twice. Please try again."
            )


def _digest(challenge: bytes) -> str:
    return digest_of(b64url_encode(challenge))


def _has_password(books: Books, member: Member) -> bool:
    found = books.members.find(member.email)
    return found is not None and found[0].member_id == member.member_id and found[1] is not None


def _ways_besides(books: Books, member: Member, passkey: MemberPasskey) -> bool:
    """Whether a member can sign in without one of her passkeys."""
    others = [
        each
        for each in books.sign_ins.passkeys(member.member_id)
        if each.credential_id != passkey.credential_id
    ]
    own = books.sign_ins.institution(member.account_id)
    known = own is not None and any(
        each.issuer == own.issuer for each in books.sign_ins.bonds(member.member_id)
    )
    return bool(others) or known or _has_password(books, member)


def _own(books: Books, member: Member, name: str) -> MemberPasskey:
    try:
        found = books.sign_ins.passkey(b64url_decode(name[: 2 * MAX_ID_BYTES]))
    except CryptoError as error:
        raise UnknownError("you have no such passkey") from error
    if found is None or found.member_id != member.member_id:
        raise UnknownError("you have no such passkey")
    return found


def _label(text: str) -> str:
    try:
        return label_of(text)
    except PasskeyError as error:
        raise SignInSettingError(f"Give it a name of 1 to {MAX_LABEL} characters.", "label") from error
