"""The use cases behind what an institution and its officers see, and behind the work in the background."""

from crypto.randomness import random_bytes
from ssi.issuer_service.api.batches import BatchServices
from ssi.issuer_service.api.credentials import CredentialServices
from ssi.issuer_service.api.door import ApiServices
from ssi.issuer_service.clients.webhook_post import WebhookPost
from ssi.issuer_service.device_side import DeviceSide
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.change_status import ChangeStatus
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.keep_templates import KeepTemplates
from ssi.issuer_service.services.keep_webhooks import KeepWebhooks
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.renew_offer import RenewOffer
from ssi.issuer_service.services.report_batch import ReportBatch
from ssi.issuer_service.services.send_link import SendLink
from ssi.issuer_service.services.send_out import SendEvents, SendLetters
from ssi.issuer_service.services.sign_in import SignIn
from ssi.issuer_service.services.take_batch import TakeBatch
from ssi.issuer_service.services.work_batch import WorkBatch
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.worker import Work


class OfficeSide:
    """The use cases, each made once."""

    def __init__(self, issuer: IssuerApp, operations: Operations) -> None:
        self._issuer = issuer
        self._operations = operations
        self._settings = issuer.identity.settings
        self._catalogue = self._settings.catalogue
        books, secrets = issuer.books, issuer.identity.secrets
        self._look_up = LookUp(books)
        self._hand_over = HandOver(secrets, self._settings.url)
        self._change_status = ChangeStatus(books)
        self._register = RegisterRecords(books, secrets, terms=issuer.terms, random=issuer.random)
        self._renew_offer = RenewOffer(books, issuer.terms)
        self._send_link = SendLink(books, issuer.random, can_send=issuer.mail is not None)
        self._templates = KeepTemplates(books, issuer.random)
        self._take_batch = TakeBatch(books, self._catalogue, issuer.random)
        self._report_batch = ReportBatch(books, self._hand_over)
        self._devices = DeviceSide(issuer, self._register)
        self._webhooks = KeepWebhooks(books, loopback=self._settings.on_loopback, random=issuer.random)

    def api(self) -> ApiServices:
        """Behind the API."""
        now = self._issuer.now
        return ApiServices(
            url=self._settings.url,
            keys=self._issuer.api_keys,
            credentials=CredentialServices(
                catalogue=self._catalogue,
                register=self._register,
                hand_over=self._hand_over,
                look_up=self._look_up,
                change_status=self._change_status,
                renew_offer=self._renew_offer,
                send_link=self._send_link,
                operations=self._operations,
                status_ttl=self._settings.status_ttl,
                now=now,
            ),
            batches=BatchServices(
                self._catalogue, self._templates, self._take_batch, self._report_batch, now
            ),
            templates=self._templates,
            webhooks=self._webhooks,
            devices=self._devices.api(),
            now=now,
        )

    def office(self) -> OfficeServices:
        """Behind the screens."""
        return OfficeServices(
            catalogue=self._catalogue,
            issuer_name=self._settings.name,
            issuer_id=self._settings.id,
            attests_devices=self._settings.attests_devices,
            sign_in=SignIn(self._issuer.books),
            register=self._register,
            hand_over=self._hand_over,
            look_up=self._look_up,
            change_status=self._change_status,
            operations=self._operations,
            renew_offer=self._renew_offer,
            templates=self._templates,
            batches=self._take_batch,
            reports=self._report_batch,
            webhooks=self._webhooks,
            devices=self._devices.keep,
            change_device=self._devices.change,
            attest_device=self._devices.attest,
            keys=self._issuer.api_keys,
            send_link=self._send_link,
            address_key=self._issuer.identity.secrets.session_key,
            status_ttl=self._settings.status_ttl,
            now=self._issuer.now,
        )

    def work(self) -> Work:
        """What goes on in the background."""
        issuer = self._issuer
        books = issuer.books
        events = SendEvents(books, WebhookPost(loopback=self._settings.on_loopback))
        batches = WorkBatch(
            books, self._catalogue, self._register, owner=random_bytes(16).hex(), random=issuer.random
        )
        letters = None
        if issuer.mail is not None:
            letters = SendLetters(books, self._hand_over, issuer.mail, issuer_name=self._settings.name)
        return Work(batches, events, letters, self._operations, issuer.now)
