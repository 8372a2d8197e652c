"""What the API tells of a record: the record without its values, its standing, and its link."""

from dataclasses import dataclass
from datetime import timedelta

from crypto.encoding import Json
from crypto.reading import utc_text
from ssi.http import problems
from ssi.http.problem import Problem
from ssi.issuer_service.api.statuses import STATUS
from ssi.issuer_service.domain.entry import Entry, Offer
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.look_up import Detail
from ssi.issuer_service.services.publish_status import known_by
from ssi.issuer_service.services.register_records import Registered


@dataclass(frozen=True)
class CredentialDocuments:
    """Makes the documents; links are derived when they are told."""

    hand_over: HandOver
    status_ttl: timedelta

    def result(self, result: Registered | Exception) -> dict[str, Json]:
        """What became of one record of many: the record, or why it was refused."""
        if isinstance(result, Registered):
            return self.registered(result)
        status = next(status for kind, status in STATUS.items() if isinstance(result, kind))
        problem = Problem(
            status=status.value,
            title=status.phrase,
            detail=str(result),
            kind=problems.kind_of(type(result)),
        )
        return {"error": problem.to_json()}

    def registered(self, registered: Registered) -> dict[str, Json]:
        """A record that was handed in, with its link if it has one."""
        document = {"change": registered.change.value, **entry_document(registered.entry)}
        return document if registered.offer is None else {**document, **self.offer(registered.offer)}

    def status(self, detail: Detail) -> dict[str, Json]:
        """A record, and by when its standing is known everywhere."""
        ttl = self.status_ttl
        document = {**entry_document(detail.entry), "propagation_seconds": int(ttl.total_seconds())}
        if detail.changes:
            changed_at = detail.changes[-1].changed_at
            document["status_changed_at"] = utc_text(changed_at)
            document["known_everywhere_at"] = utc_text(known_by(changed_at, ttl))
        return document

    def offer(self, offer: Offer) -> dict[str, Json]:
        """A link, what may be typed instead, and the code that goes another way."""
        handover = self.hand_over(offer)
        document: dict[str, Json] = {
            "offer_uri": handover.offer_uri,
            "claim_code": handover.claim_code,
            "offer_expires_at": utc_text(handover.expires_at),
        }
        if handover.transaction_code is not None:
            document["tx_code"] = handover.transaction_code
        return document


def entry_document(entry: Entry) -> dict[str, Json]:
    """A record, without its values."""
    document: dict[str, Json] = {
        "credential_id": entry.credential_id,
        "data_set": entry.configuration,
        "external_id": entry.external_id,
        "version": entry.version,
        "status": entry.standing.value,
        "delivery": entry.delivery.value,
        "created_at": utc_text(entry.created_at),
        "expires_at": utc_text(entry.expires_at),
    }
    if entry.collected_at is not None:
        document["collected_at"] = utc_text(entry.collected_at)
    return document
