"""What do jobs need of a person's papers, and how does it rest so that a million are read in seconds?

Papers are verified when a contribution comes: two signatures, disclosures, a consent that is read by writing
it again. None of that changes from job to job, so what it came to is kept beside the papers: a short record
of each person, and by its digest what the papers of many people say alike (*terms*: issuer, status list and
policy). Terms go with the last record that names them.

**How it is believed.** A record ends with a tag (keyed BLAKE2b, 128 bits) under a key of this node, over the
consent id, the handle and the record, and it names its terms by SHA-256. Whoever changes the
database can bring back an older record of the same consent and do nothing else; a record that does not fit
its tag is not used. It holds for exactly what the registry said of the issuer at that time (`issuer_digest`)
and for this version of the checks; where either differs, the papers themselves are verified again.

**What is never kept**: that the issuer is trusted now, that nothing ran out or was withdrawn, what the issuer
says about the credential now, and whether the policy permits a use. Every job looks at those anew.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from struct import Struct
from typing import Final

from consent.joining import HANDLE_BYTES, Joining
from consent.odrl import from_odrl, to_offer
from consent.policy import Policy
from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json, sha256
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from marketplace.mpc_node.errors import StorageAlteredError

FORM: Final = 1
"""Raised when what is checked of papers changes, so that all of them are verified again."""

_HEAD: Final = Struct(">B32s32s32sqqqIH")
_TERMS_AT: Final = slice(1, 33)
_LENGTHS: Final = Struct(">HH")
_TAG_BYTES: Final = 16
_PURPOSE: Final = b"kept papers"
_SOME_TIME: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC))
_NO_HANDLE: Final = b64url_encode(bytes(HANDLE_BYTES))


@dataclass(frozen=True, eq=False)
class Terms:
    """What the papers of many people say alike; there is one such value for all who say the same.

    `policy` is theirs but for its times and join handles, which are each person's own: those here are not in
    force at any time. `issuer_digest` is of the issuer's entry in the registry.
    """

    issuer: str
    issuer_digest: str
    status_uri: str
    policy: Policy = field(repr=False)

    @cached_property
    def encoded(self) -> bytes:
        """The bytes by whose digest they are named."""
        return canonical_json(
            {
                "form": FORM,
                "issuer": self.issuer,
                "issuer_digest": self.issuer_digest,
                "status_uri": self.status_uri,
                "policy": to_offer(self.policy, "terms"),
            }
        )

    @classmethod
    def decode(cls, raw: bytes) -> "Terms":
        """Read what `encoded` holds.

        Raises:
            MalformedError: another version wrote it.
            TermsError: the policy contradicts itself.
        """
        fields = Fields.parse(raw, "terms")
        fields.integer("form", least=FORM, most=FORM)
        terms = cls(
            fields.text("issuer"),
            fields.text("issuer_digest"),
            fields.text("status_uri"),
            from_odrl(fields.any("policy"), "terms.policy"),
        )
        fields.done()
        return terms


@dataclass(frozen=True, eq=False)
class PublicAttributes:
    """The public attributes of many people, by name: one value for all who show the same."""

    shown: Mapping[str, str]

    @cached_property
    def encoded(self) -> bytes:
        """The bytes as which they rest."""
        return canonical_json(dict(self.shown))

    @classmethod
    def decode(cls, raw: bytes) -> "PublicAttributes":
        """Read what `encoded` holds.

        Raises:
            MalformedError: it is something else.
        """
        found = parse_json(raw)
        if not isinstance(found, dict):
            raise MalformedError("expected attributes by name")
        return cls({name: str(value) for name, value in found.items()})


@dataclass(frozen=True, slots=True, eq=False)
class KeptPapers:
    """One person's papers as they were verified; moments are whole seconds since 1970.

    `row_digest` is of all that a computation depends on besides shares, `joins` the join handles of the
    policy as they rest.
    """

    consent_id: str
    handle: str
    row_digest: str
    inputs_digest: str
    given_at: int
    valid_until: int
    expires_at: int
    status_index: int
    joins: bytes
    terms: Terms
    public: PublicAttributes

    @property
    def policy(self) -> Policy:
        """Her policy, with its times and join handles."""
        return replace(
            self.terms.policy,
            given_at=datetime.fromtimestamp(self.given_at, UTC),
            valid_until=datetime.fromtimestamp(self.valid_until, UTC),
            joins=frozenset(_joinings(self.joins)),
        )


@dataclass(frozen=True)
class KeptRow:
    """How papers rest: the tagged record, and the terms that it names."""

    consent_id: str
    handle: str
    papers: bytes = field(repr=False)
    terms: bytes = field(repr=False)


Head = tuple[str, str, str, str, int, int, int, int, bytes]
"""The members of `KeptPapers` up to its terms, in order."""

Unpacked = tuple[Head, bytes, bytes]
"""A record whose tag fits, the digest of its terms, and its public attributes as they rest."""


def without_own(policy: Policy) -> Policy:
    """A policy without what is one person's own: its times and join handles."""
    given_at, valid_until = _SOME_TIME
    joins = frozenset(Joining(each.data_set, _NO_HANDLE) for each in policy.joins)
    return replace(policy, given_at=given_at, valid_until=valid_until, joins=joins)


def joins_of(policy: Policy) -> bytes:
    """The join handles of a policy as they rest."""
    return canonical_json({each.data_set: each.handle for each in policy.joins}) if policy.joins else b""


class PapersForm:
    """Writes records under a node's key, and reads them again."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 secret bytes."""
        self._hasher = blake2b(digest_size=_TAG_BYTES, key=key, person=_PURPOSE)

    def pack(self, papers: KeptPapers) -> KeptRow:
        """The record of papers, tagged.

        Raises:
            MalformedError: a digest is none.
        """
        terms, public = papers.terms.encoded, papers.public.encoded
        head = _HEAD.pack(
            FORM,
            sha256(terms),
            b64url_decode(papers.row_digest, length=32),
            b64url_decode(papers.inputs_digest, length=32),
            papers.given_at,
            papers.valid_until,
            papers.expires_at,
            papers.status_index,
            len(public),
        )
        body = head + public + papers.joins
        tagged = body + self._tag(papers.consent_id, papers.handle, body)
        return KeptRow(papers.consent_id, papers.handle, tagged, terms)

    def unpack(self, consent_id: str, handle: str, raw: bytes) -> Unpacked | None:
        """Read a record; None if another version wrote it.

        Raises:
            StorageAlteredError: it is not what this node wrote for this consent.
        """
        # What has the tag was written by `pack`, so that its form need not be looked at again.
        body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(consent_id, handle, body)):
            raise StorageAlteredError("the kept papers of somebody were changed")
        if body[0] != FORM:
            return None
        _, terms, row, inputs, given_at, valid_until, expires_at, index, size = _HEAD.unpack_from(body)
        end = _HEAD.size + size
        head = (
            consent_id,
            handle,
            b64url_encode(row),
            b64url_encode(inputs),
            given_at,
            valid_until,
            expires_at,
            index,
            body[end:],
        )
        return head, terms, body[_HEAD.size : end]

    def _tag(self, consent_id: str, handle: str, body: bytes) -> bytes:
        hasher = self._hasher.copy()
        name, about = consent_id.encode(), handle.encode()
        hasher.update(_LENGTHS.pack(len(name), len(about)) + name + about + body)
        return hasher.digest()


def terms_digest_of(papers: bytes) -> bytes:
    """Which terms a record names, whether or not it is to be believed."""
    return papers[_TERMS_AT]


def _joinings(raw: bytes) -> list[Joining]:
    if not raw:
        return []
    try:
        found = parse_json(raw)
    except CryptoError as error:
        raise StorageAlteredError("kept join handles cannot be read") from error
    return [Joining(name, str(handle)) for name, handle in found.items()] if isinstance(found, dict) else []
