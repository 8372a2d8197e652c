"""A person gets what her record says as a file for others: an Open Badge, or a document of the ELM.

A badge is signed by the issuer, to whom the wallet shows the record; it gets what a badge has a place for and
nothing else. An ELM document is written here from what the record says, and proves nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ssi.credential import present
from ssi.data_integrity.credentials import Verification, verify_credential
from ssi.dataset import data_set
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.did.resolve import Resolver
from ssi.elm_document import DATA_SETS, elm_document
from ssi.elm_parts import Frame
from ssi.errors import CredentialError
from ssi.key_binding import Challenge, bind_presentation
from ssi.open_badge_image import bake_png, bake_svg
from ssi.open_badges import SHOWN, Badge, read_badge, shown_attributes
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, PartnerFaultError
from wallet.services.badge_ports import BadgeIssuers
from wallet.services.ports import Store

STATUS_LISTS = "/status-lists/"
_UNFIT = "What the issuer gave is not the badge of this record, so it was not kept. Tell the issuer."
_NO_BADGE = "There is no badge of records of this kind."
_NO_DOCUMENT = "There is no such document of records of this kind."


@dataclass(frozen=True)
class BadgeFile:
    """A verified badge: the signed document, and whose words it is in."""

    document: Mapping[str, Any] = field(repr=False, hash=False)
    badge: Badge
    issuer_name: str

    def to_json(self) -> bytes:
        """The badge as a file."""
        return json.dumps(self.document, indent=2, ensure_ascii=False).encode()

    def to_svg(self) -> bytes:
        """The badge as a picture that carries it."""
        return bake_svg(self.document, name=self.badge.name, issuer=self.issuer_name)

    def to_png(self) -> bytes:
        """The badge as a picture of pixels that carries it, for programs that take no SVG."""
        return bake_png(self.document, name=self.badge.name, issuer=self.issuer_name)


@dataclass(frozen=True)
class GetBadge:
    """Makes files of records for others."""

    credentials: Store[HeldCredential]
    issuers: BadgeIssuers
    clock: Clock

    def __call__(self, session: Session, credential_id: str) -> BadgeFile:
        """The badge of a record, after these checks.

        1. It is signed by a key that the issuer's own server names, or that is named in it.
        2. It is about the key of this record.
        3. It has no other results than the record.

        Raises:
            NotInWalletError: there is no such record, or no badge of records of its kind.
            PartnerUnreachableError: the issuer does not answer.
            PartnerRefusedError: the issuer gives no badge of this record.
            PartnerFaultError: what it gave does not pass the checks.
        """
        held = self.credentials.get(session, credential_id)
        if held.data_set not in SHOWN:
            raise NotInWalletError(_NO_BADGE)
        address, separator, _ = held.status.uri.rpartition(STATUS_LISTS)
        if not separator:
            raise NotInWalletError(_NO_BADGE)
        now = self.clock()
        names = shown_attributes(data_set(held.data_set)) & set(held.claims)
        challenge = Challenge(address, self.issuers.nonce(address))
        shown = bind_presentation(present(held.compact, names), held.holder_key, challenge, now=now)
        document = self.issuers.badge(address, shown)
        if not isinstance(document, dict):
            raise PartnerFaultError(_UNFIT)
        verification = Verification(Resolver(partial(self.issuers.document, address)))
        try:
            badge = read_badge(verify_credential(document, verification, now=now))  # 1
        except CredentialError as error:
            raise PartnerFaultError(_UNFIT) from error
        told = {str(value) for value in held.claims.values()}
        mine = badge.holder == did_jwk(PublicKey.of(held.holder_key.public))  # 2
        if not mine or any(value not in told for _, value in badge.results):  # 3
            raise PartnerFaultError(_UNFIT)
        return BadgeFile(document, badge, held.issuer_name)

    def elm(self, session: Session, credential_id: str) -> bytes:
        """What a record of education says as a document of the European Learning Model, without a proof.

        Raises:
            NotInWalletError: there is no such record, or it is none of education.
        """
        held = self.credentials.get(session, credential_id)
        if held.data_set not in DATA_SETS:
            raise NotInWalletError(_NO_DOCUMENT)
        frame = Frame(
            id=f"urn:argonauta:credential:{held.digest}",
            issuer=held.issuer_id,
            issuer_name=held.issuer_name,
            issued_at=held.issued_at,
            valid_until=held.expires_at,
        )
        document = elm_document(data_set(held.data_set), held.claims, frame)
        return json.dumps(document, indent=2, ensure_ascii=False).encode()
