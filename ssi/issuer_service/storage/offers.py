"""The open offers, the grants that came of them and the challenges that were used, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from ssi.issuer_service.domain.entry import Delivery, Grant, Offer
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.storage.tables import entries, grants, offers, tickets, used_nonces


class SqlOffers:
    """Keeps what wallets may take up, each found by a fingerprint only."""

    def __init__(self, session: Session, secrets: IssuerSecrets) -> None:
        self._session = session
        self._secrets = secrets

    def put(self, opened: Sequence[Offer]) -> None:
        """Open offers, each in place of any earlier one of its credential."""
        if not opened:
            return
        self.close([offer.credential_id for offer in opened])
        self._session.execute(insert(offers), [self._row(offer) for offer in opened])
        for offer in opened:
            if offer.number > 1:
                # Numbers never come back, because the codes are derived from them.
                self._session.execute(
                    update(entries)
                    .where(entries.c.credential_id == offer.credential_id)
                    .values(offers_made=offer.number)
                )

    def of(self, credential_ids: Collection[str]) -> dict[str, Offer]:
        """The open offers of credentials; those without one are left out."""
        found = select(offers).where(offers.c.credential_id.in_(credential_ids))
        return {row.credential_id: _offer(row) for row in self._session.execute(found)}

    def by_offer_id(self, offer_fingerprint: bytes) -> Offer | None:
        """The offer behind a link."""
        return self._one(offers.c.offer_fingerprint == offer_fingerprint)

    def by_code(self, code_fingerprint: bytes) -> Offer | None:
        """The offer behind a pre-authorised code."""
        return self._one(offers.c.code_fingerprint == code_fingerprint)

    def by_claim_code(self, claim_fingerprint: bytes) -> Offer | None:
        """The offer behind a claim code."""
        return self._one(offers.c.claim_fingerprint == claim_fingerprint)

    def count_wrong_code(self, offer: Offer) -> int:
        """Count one more wrong transaction code; returns how many there are now."""
        wrong = offer.wrong_codes + 1
        self._session.execute(
            update(offers).where(offers.c.credential_id == offer.credential_id).values(wrong_codes=wrong)
        )
        return wrong

    def use_code(self, offer: Offer, at: datetime) -> None:
        """Take the code of an offer out of use."""
        self._session.execute(
            update(offers).where(offers.c.credential_id == offer.credential_id).values(code_used_at=at)
        )

    def close(self, credential_ids: Collection[str]) -> None:
        """Take offers, grants and tickets back."""
        for table in (grants, offers, tickets):
            self._session.execute(delete(table).where(table.c.credential_id.in_(credential_ids)))

    def withdraw_grants(self, credential_id: str) -> None:
        """Take back every token that was given out for a credential; its offer stays, used."""
        for table in (grants, tickets):
            self._session.execute(delete(table).where(table.c.credential_id == credential_id))

    def spend(self, credential_id: str) -> None:
        """Close an offer that was delivered: its grants are good for notifications only."""
        self._session.execute(delete(offers).where(offers.c.credential_id == credential_id))
        self._session.execute(
            update(grants).where(grants.c.credential_id == credential_id).values(spent=True)
        )

    def grant(self, token: bytes, grant: Grant) -> None:
        """Keep an access token by its fingerprint."""
        self._session.execute(
            insert(grants).values(
                token_fingerprint=token,
                credential_id=grant.credential_id,
                expires_at=grant.expires_at,
                key_thumbprint=grant.key_thumbprint,
                by_identifier=grant.by_identifier,
                spent=grant.spent,
            )
        )

    def granted(self, token: bytes) -> Grant | None:
        """What a token allows."""
        row = self._session.execute(select(grants).where(grants.c.token_fingerprint == token)).first()
        if row is None:
            return None
        return Grant(row.credential_id, row.expires_at, row.key_thumbprint, row.by_identifier, row.spent)

    def use_nonce(self, nonce: bytes, until: datetime) -> bool:
        """Take a challenge out of use; False if it was used before. Only the one writer asks."""
        used = self._session.scalar(
            select(used_nonces.c.until).where(used_nonces.c.nonce_fingerprint == nonce)
        )
        if used is not None:
            return False
        self._session.execute(insert(used_nonces).values(nonce_fingerprint=nonce, until=until))
        return True

    def tidy(self, now: datetime) -> int:
        """Forget what has run out; returns how many records lapsed and lost their values."""
        self._session.execute(delete(used_nonces).where(used_nonces.c.until <= now))
        self._session.execute(delete(grants).where(grants.c.expires_at <= now))
        self._session.execute(delete(offers).where(offers.c.expires_at <= now))
        unreachable = (
            entries.c.delivery == Delivery.WAITING,
            ~exists().where(offers.c.credential_id == entries.c.credential_id),
            ~exists().where(grants.c.credential_id == entries.c.credential_id),
        )
        lapsed = self._session.scalar(select(func.count()).select_from(entries).where(*unreachable)) or 0
        if lapsed:
            self._session.execute(
                update(entries).where(*unreachable).values(delivery=Delivery.LAPSED, values_sealed=None)
            )
        return lapsed

    def _one(self, condition: ColumnElement[bool]) -> Offer | None:
        row = self._session.execute(select(offers).where(condition)).first()
        return None if row is None else _offer(row)

    def _row(self, offer: Offer) -> dict[str, object]:
        return {
            "credential_id": offer.credential_id,
            "number": offer.number,
            "offer_fingerprint": fingerprint(self._secrets.offer_id(offer.credential_id, offer.number)),
            "code_fingerprint": fingerprint(self._secrets.code(offer.credential_id, offer.number)),
            "claim_fingerprint": fingerprint(self._secrets.claim_code(offer.credential_id, offer.number)),
            "needs_transaction_code": offer.needs_transaction_code,
            "wrong_codes": offer.wrong_codes,
            "code_used_at": offer.code_used_at,
            "expires_at": offer.expires_at,
        }


def _offer(row: Row[Any]) -> Offer:
    return Offer(
        credential_id=row.credential_id,
        number=row.number,
        needs_transaction_code=row.needs_transaction_code,
        expires_at=row.expires_at,
        wrong_codes=row.wrong_codes,
        code_used_at=row.code_used_at,
    )
