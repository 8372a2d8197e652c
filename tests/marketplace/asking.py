"""A market that asks wallets, and a wallet with an organisation's credential; nothing is really sent."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from crypto.encoding import Json
from marketplace.api.app import create_api_app
from marketplace.domain.presentation import Notice, PresentationQuestion, PresentationSession
from marketplace.errors import RefusedError
from marketplace.services.deliver_notices import DeliverNotices
from marketplace.services.forget_presentations import ForgetPresentations
from marketplace.services.presentation_suite import Asking, Presentations, presentations
from marketplace.services.presentation_templates import template_query
from marketplace.services.take_presentation import TakenPresentation
from marketplace.services.verifier import Verifier
from marketplace.verifier_identity import AUTHORITY, make_verifier_files, read_verifier
from ssi.errors import RevokedError, UnresolvableError
from ssi.http.errors import PeerError, UnreachablePeerError
from ssi.openid4vp.holder import HeldSdJwtVc, build_response
from ssi.openid4vp.matching import match
from ssi.openid4vp.request_check import RequestTrust, VerifiedRequest, verify_request_object
from ssi.openid4vp.request_reading import RequestLink, read_link
from ssi.sd_jwt_vc import VerifiedSdJwtVc
from ssi.x509 import read_pem
from tests.marketplace.fakes import deterministic
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, buyer_credential
from tests.marketplace.mpc_node.parties import NOW

URL = "https://market.example"
WEBHOOK = "https://buyer.example/news"
ORGANISATION = template_query("organisation")


@dataclass
class KnownStatus:
    """The `PresentedStatus` port: knows who is revoked, and whether it can be asked."""

    revoked: bool = False
    away: bool = False

    def check(self, found: VerifiedSdJwtVc, *, now: object) -> None:
        if self.away:
            raise UnreachablePeerError("the issuer does not answer")
        if self.revoked:
            raise RevokedError("the credential was revoked by its issuer")

    def fetch_list(self, url: str, *, max_bytes: int) -> bytes:
        raise UnresolvableError(f"{url} does not answer with {max_bytes} bytes")


@dataclass
class Post:
    """The `Messenger` port: remembers what was delivered, or is away; an address may break it."""

    away: bool = False
    breaks: str | None = None
    delivered: list[tuple[Notice, str]] = field(default_factory=list)

    def allow(self, url: str) -> None:
        if not url.startswith("https://"):
            raise RefusedError("webhook_url: expected an https address")

    def deliver(self, notice: Notice, signature: str) -> None:
        if notice.url == self.breaks:
            raise RuntimeError(notice.url)
        if self.away:
            raise PeerError("nobody is there")
        self.delivered.append((notice, signature))


@dataclass
class AskingMarket:
    """A market with its verifier, one buyer, and what a wallet can do with it."""

    market: Market
    use: Presentations
    status: KnownStatus
    post: Post
    roots: RequestTrust
    account_id: str

    @property
    def deliver(self) -> DeliverNotices:
        return DeliverNotices(self.market.desk, self.post)

    @property
    def forget(self) -> ForgetPresentations:
        return ForgetPresentations(self.market.desk)

    def kept(self, session: PresentationSession) -> PresentationSession:
        """The session as it stands in the books."""
        with self.market.store.reading() as books:
            found = books.presentations.get(session.session_id)
        assert found is not None
        return found

    def app(self) -> Flask:
        return create_api_app(replace(self.market.services, presentations=self.use))

    def start(self, query: dict[str, Json] | None = None, **changes: Any) -> PresentationSession:
        return self.use.start(self.account_id, PresentationQuestion(query or ORGANISATION, **changes))

    def fetched(self, session: PresentationSession, wallet_nonce: str | None = None) -> VerifiedRequest:
        """The request as a wallet that trusts the market's authority believes it."""
        link = read_link(self.use.verifier.links(session)[0])
        assert isinstance(link, RequestLink)
        token = self.use.fetch(session.session_id, wallet_nonce=wallet_nonce)
        return verify_request_object(
            token,
            client_id=link.client_id,
            trust=self.roots,
            now=self.market.clock.now,
            wallet_nonce=wallet_nonce,
        )

    def form(self, session: PresentationSession, credential: str | None = None) -> dict[str, str]:
        """What the wallet answers."""
        request = self.fetched(session).request
        wallet = {"own": HeldSdJwtVc("own", credential or buyer_credential(), BUYER_KEY)}
        chosen = match(request.query, [wallet["own"].as_held()]).choose()
        answer = build_response(request, chosen, wallet, now=self.market.clock.now)
        return answer.to_form(request.response_mode, request.metadata)

    def answer(self, session: PresentationSession) -> TakenPresentation:
        return self.use.take(session.session_id, self.form(session))

    def read(self, session: PresentationSession, **options: Any) -> dict[str, Any]:
        return self.use.read(self.account_id, session.session_id, **options)

    def later(self, wait: timedelta) -> None:
        self.market.clock.forward(seconds=wait.total_seconds())


def verifier_in(folder: Path, url: str = URL) -> Verifier:
    """The verifier of a new folder, with the same keys in every run."""
    make_verifier_files(folder, "Market", url, now=NOW, random=deterministic())
    found = read_verifier(folder, "Market", url)
    assert found is not None
    return found


def open_asking(market: Market, folder: Path, url: str = URL) -> AskingMarket:
    """A market that asks wallets."""
    status, post = KnownStatus(), Post()
    use = presentations(market.desk, Asking(verifier_in(folder, url), status, post))
    root = read_pem((folder / AUTHORITY).read_text(), AUTHORITY)
    roots = RequestTrust(roots=(root,), transaction_types=frozenset({"payment"}))
    return AskingMarket(market, use, status, post, roots, market.buyer().account_id)
