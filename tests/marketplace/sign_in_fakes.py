"""Passkeys, organisations' own sign-ins and what is under way, in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.sign_in import Bond, Institution, MemberPasskey, OpenTry
from marketplace.errors import ConflictError


class MemorySignIns:
    def __init__(self) -> None:
        self.keys: dict[bytes, MemberPasskey] = {}
        self.own: dict[str, Institution] = {}
        self.bound: dict[tuple[str, str, str], Bond] = {}
        self.tries: dict[str, OpenTry] = {}

    def add_passkey(self, passkey: MemberPasskey) -> None:
        if passkey.credential_id in self.keys:
            raise ConflictError("This passkey signs somebody in already.")
        self.keys[passkey.credential_id] = passkey

    def passkey(self, credential_id: bytes) -> MemberPasskey | None:
        return self.keys.get(credential_id)

    def passkeys(self, member_id: str) -> Sequence[MemberPasskey]:
        return [each for each in self.keys.values() if each.member_id == member_id]

    def save_passkey(self, passkey: MemberPasskey, *, counted: int) -> bool:
        kept = self.keys.get(passkey.credential_id)
        if kept is None or kept.sign_count != counted:
            return False
        self.keys[passkey.credential_id] = passkey
        return True

    def remove_passkey(self, credential_id: bytes) -> None:
        self.keys.pop(credential_id, None)

    def institution(self, account_id: str) -> Institution | None:
        return self.own.get(account_id)

    def institution_named(self, name: str) -> Institution | None:
        return next((each for each in self.own.values() if each.name == name), None)

    def set_institution(self, institution: Institution) -> None:
        other = self.institution_named(institution.name)
        if other is not None and other.account_id != institution.account_id:
            raise ConflictError("Another organisation has this name already.")
        self.own[institution.account_id] = institution

    def remove_institution(self, account_id: str) -> None:
        self.own.pop(account_id, None)

    def bond(self, account_id: str, issuer: str, subject: str) -> Bond | None:
        return self.bound.get((account_id, issuer, subject))

    def bonds(self, member_id: str) -> Sequence[Bond]:
        found = [each for each in self.bound.values() if each.member_id == member_id]
        return sorted(found, key=lambda each: each.since)

    def add_bond(self, bond: Bond) -> None:
        if self.bond(bond.account_id, bond.issuer, bond.subject) is not None:
            raise ConflictError("this subject is bound already")
        self.bound[(bond.account_id, bond.issuer, bond.subject)] = bond

    def remove_bond(self, bond: Bond) -> None:
        self.bound.pop((bond.account_id, bond.issuer, bond.subject), None)

    def begin(self, new: OpenTry) -> None:
        self.tries[new.digest] = new

    def take(self, digest: str, now: datetime) -> bytes | None:
        kept = self.tries.pop(digest, None)
        return None if kept is None or kept.ends_at <= now else kept.content

    def forget_tries(self, now: datetime) -> None:
        self.tries = {digest: kept for digest, kept in self.tries.items() if kept.ends_at > now}

    def keep_newest(self, most: int, *, client: str | None = None, provider: str | None = None) -> None:
        concerned = [
            each
            for each in self.tries.values()
            if client in (None, each.client) and provider in (None, each.provider)
        ]
        by_digest = sorted(concerned, key=lambda each: each.digest)
        for each in sorted(by_digest, key=lambda each: each.begun_at, reverse=True)[most:]:
            del self.tries[each.digest]
