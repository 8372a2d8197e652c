"""Passkeys, organisations' own sign-ins and what is under way, in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.sign_in import Bond, Institution, MemberPasskey
from marketplace.errors import ConflictError


class MemorySignIns:
    def __init__(self) -> None:
        self.keys: dict[bytes, MemberPasskey] = {}
        self.own: dict[str, Institution] = {}
        self.bound: dict[tuple[str, str, str], Bond] = {}
        self.tries: dict[str, tuple[bytes, datetime]] = {}

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

    def begin(self, digest: str, content: bytes, ends_at: datetime) -> None:
        self.tries[digest] = (content, ends_at)

    def take(self, digest: str, now: datetime) -> bytes | None:
        content, ends_at = self.tries.pop(digest, (None, now))
        return content if ends_at > now else None

    def under_way(self, now: datetime) -> int:
        self.tries = {digest: kept for digest, kept in self.tries.items() if kept[1] > now}
        return len(self.tries)
