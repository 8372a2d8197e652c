"""What the screens stand on: the use cases, and who is signed in."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import request, session

from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.attest_device import AttestDevice
from ssi.issuer_service.services.change_device import ChangeDevice
from ssi.issuer_service.services.change_status import ChangeStatus
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.keep_devices import KeepDevices
from ssi.issuer_service.services.keep_templates import KeepTemplates
from ssi.issuer_service.services.keep_webhooks import KeepWebhooks
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.renew_offer import RenewOffer
from ssi.issuer_service.services.report_batch import ReportBatch
from ssi.issuer_service.services.send_link import SendLink
from ssi.issuer_service.services.sign_in import ApiKeys, SignIn
from ssi.issuer_service.services.take_batch import TakeBatch

_MARK = "password"


@dataclass(frozen=True)
class OfficeServices:
    """The use cases behind the screens."""

    catalogue: Catalogue
    issuer_name: str
    issuer_id: str
    attests_devices: bool
    sign_in: SignIn
    register: RegisterRecords
    hand_over: HandOver
    look_up: LookUp
    change_status: ChangeStatus
    renew_offer: RenewOffer
    templates: KeepTemplates
    batches: TakeBatch
    reports: ReportBatch
    webhooks: KeepWebhooks
    devices: KeepDevices
    change_device: ChangeDevice
    attest_device: AttestDevice
    keys: ApiKeys
    send_link: SendLink
    operations: Operations
    address_key: bytes = field(repr=False)
    status_ttl: timedelta
    now: Callable[[], datetime]

    @property
    def is_signed_in(self) -> bool:
        """Whether this browser's session was opened with the password that is in force."""
        mark = session.get(_MARK)
        return isinstance(mark, str) and self.sign_in.still_holds(mark)

    def enter(self, mark: str) -> None:
        """Open a session, and nothing of an earlier one stays."""
        session.clear()
        session.permanent = True
        session[_MARK] = mark

    def leave(self) -> None:
        """End the session."""
        session.clear()

    def address(self) -> bytes:
        """A keyed digest of where a request comes from: the address itself is not kept anywhere."""
        here = request.remote_addr or ""
        return hmac.digest(self.address_key, b"sign-in address " + here.encode(), "sha256")
