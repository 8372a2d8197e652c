"""The use cases behind what wallets and their holders see: the protocol, and the page where they say yes."""

from datetime import timedelta

from ssi.issuer_service.domain.documents import Abilities, IssuerName
from ssi.issuer_service.domain.encryption import RequestDecryption
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.openid4vci.approval import ApprovalServices
from ssi.issuer_service.openid4vci.badges import BadgeServices
from ssi.issuer_service.openid4vci.credentials import CredentialServices
from ssi.issuer_service.openid4vci.doors import Doors
from ssi.issuer_service.openid4vci.metadata import MetadataServices
from ssi.issuer_service.openid4vci.protocol import WalletServices
from ssi.issuer_service.openid4vci.published import PublishedServices
from ssi.issuer_service.openid4vci.tokens import TokenServices
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.attest_client import AttestClient
from ssi.issuer_service.services.authorize import Authorize
from ssi.issuer_service.services.desk import Office
from ssi.issuer_service.services.give_badge import GiveBadge
from ssi.issuer_service.services.issue_credential import IssueCredential
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.prove_possession import ProvePossession
from ssi.issuer_service.services.publish_status import PublishStatus
from ssi.issuer_service.services.redeem_code import RedeemCode
from ssi.issuer_service.services.sign_badges import SignBadges
from ssi.issuer_service.services.take_notice import TakeNotice


class WalletSide:
    """The use cases, each made once."""

    def __init__(self, issuer: IssuerApp, operations: Operations) -> None:
        self._issuer = issuer
        self._operations = operations
        self._settings = issuer.identity.settings
        self._secrets = issuer.identity.secrets
        self._catalogue = self._settings.catalogue
        self._decryption = RequestDecryption(self._secrets.request_key())
        self._nonce_lifetime = timedelta(seconds=self._settings.nonce_seconds)
        self._authorize = Authorize(
            issuer.books, self._secrets, issuer_url=self._settings.url, random=issuer.random
        )
        self._doors = self._made_doors()

    def protocol(self) -> WalletServices:
        """Behind the protocol."""
        return WalletServices(
            doors=self._doors,
            metadata=self._metadata(),
            published=PublishedServices(
                self._settings.url,
                self._settings.id,
                self._issuer.identity.assertion_keys,
                self._catalogue,
            ),
            tokens=TokenServices(
                self._doors, self._catalogue, self._authorize, self._redeem_code(), self._issuer.now
            ),
            credentials=CredentialServices(
                doors=self._doors,
                secrets=self._secrets,
                issue=IssueCredential(self._issuer.books, self._secrets, self._desk(), self._issuer.random),
                take_notice=TakeNotice(self._issuer.books),
                decryption=self._decryption,
                operations=self._operations,
                nonce_lifetime=self._nonce_lifetime,
                random=self._issuer.random,
                now=self._issuer.now,
            ),
            badges=self._badges(),
            operations=self._operations,
        )

    def _badges(self) -> BadgeServices:
        settings, issuer = self._settings, self._issuer
        sign = SignBadges(
            issuer.books, self._secrets, url=settings.url, name=settings.name, ttl=settings.status_ttl
        )
        give = GiveBadge(
            issuer.books,
            self._secrets,
            self._catalogue,
            issuer=issuer.identity.issuer,
            url=settings.url,
            sign=sign,
            random=issuer.random,
        )
        return BadgeServices(give, sign, issuer.now)

    def approval(self) -> ApprovalServices:
        """Behind the page on which a person says yes to a wallet."""
        return ApprovalServices(
            self._settings.name, self._catalogue, self._authorize, self._operations, self._issuer.now
        )

    def _made_doors(self) -> Doors:
        settings, books = self._settings, self._issuer.books
        prove = ProvePossession(
            books,
            self._secrets,
            nonce_lifetime=self._nonce_lifetime,
            nonce_required=settings.high_assurance,
            random=self._issuer.random,
        )
        attest = AttestClient(
            books, settings.providers, server=settings.url, required=settings.high_assurance
        )
        return Doors(settings.url, prove, attest, settings.high_assurance, self._issuer.now)

    def _metadata(self) -> MetadataServices:
        settings = self._settings
        return MetadataServices(
            name=IssuerName(settings.url, settings.name),
            issuer=self._issuer.identity.issuer,
            catalogue=self._catalogue,
            abilities=Abilities(
                batch_size=settings.batch_size,
                attested=bool(settings.providers.keys),
                high_assurance=settings.high_assurance,
            ),
            decryption=self._decryption,
            secrets=self._secrets,
            look_up=LookUp(self._issuer.books),
            publish_status=PublishStatus(
                self._issuer.books,
                self._issuer.identity.issuer,
                issuer_url=settings.url,
                ttl=settings.status_ttl,
            ),
            now=self._issuer.now,
        )

    def _redeem_code(self) -> RedeemCode:
        return RedeemCode(
            self._issuer.books,
            self._secrets,
            grant_lifetime=self._issuer.terms.grant_lifetime,
            random=self._issuer.random,
            defers_held=self._settings.defers_held,
        )

    def _desk(self) -> Office:
        settings = self._settings
        return Office(
            self._issuer.identity.issuer,
            settings.url,
            self._catalogue,
            settings.status_list_size,
            batch_size=settings.batch_size,
            defers_held=settings.defers_held,
            providers=settings.providers,
        )
