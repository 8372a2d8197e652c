"""A person follows a link of somebody who asks to be shown something.

The request is fetched and verified; only then is it put before her. A request that is refused leaves nothing
behind, and whoever sent it hears nothing: it cannot tell a wallet that refuses from none at all.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from ssi.openid4vp.request import RequestUriMethod
from ssi.openid4vp.request_check import RequestTrust
from ssi.openid4vp.request_reading import RequestLink
from wallet.domain.clock import Clock
from wallet.domain.session import Session
from wallet.domain.showing import AskedWith, Showing, Stage
from wallet.domain.showing_digest import digest_of_request
from wallet.domain.showing_request import Verified, parse_request_link, verify_asked
from wallet.errors import AskDoubt, AskRefusedError, PartnerError
from wallet.services.ports import Store, Trust
from wallet.services.show_verifiers import Verifiers

MOST_WAITING = 20
NONCE_BYTES = 24


@dataclass(frozen=True)
class OpenShowing:
    """Brings requests before the person. `own` is whose requests the installation takes by itself."""

    showings: Store[Showing]
    trust: Trust
    verifiers: Verifiers
    own: RequestTrust = field(repr=False)
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(self, session: Session, link: str) -> Showing:
        """Fetch and verify the request behind a link; the same request twice is one.

        Raises:
            AskRefusedError: it is not put before the person; `doubt` says why.
            PartnerError: the trust registry cannot be had now.
            ConflictError: the same request is opened in another window at this moment.
        """
        registry, kept = self.trust.registry(), self.showings.all(session)
        link_digest = b64url_encode(sha256(link.strip().encode("utf-8", "replace")))
        try:
            asked = self._asked(parse_request_link(link))
        except AskRefusedError as error:
            return self._answered_before(session, kept, link_digest, error)
        now = self.clock()
        verified = verify_asked(asked, registry, self.own, now=now)
        digest = _digest(verified)
        for known in kept:
            if known.digest == digest:
                return self.showings.save(session, known.opened_again(asked, verified.asker, now))
        self._make_room(session, kept)
        self._give_up(session, kept)
        return self.showings.save(
            session,
            Showing(
                row_id=str(uuid.UUID(bytes=self.random(16), version=4)),
                digest=digest,
                link_digest=link_digest,
                opened_at=now.replace(microsecond=0),
                asker=verified.asker,
                asked=asked,
                response_uri=verified.request.response_uri,
            ),
        )

    def _asked(self, link: RequestLink | Mapping[str, Json]) -> AskedWith:
        if not isinstance(link, RequestLink):
            return AskedWith(str(link["client_id"]), parameters=link)
        nonce = None
        if link.method is RequestUriMethod.POST:
            nonce = b64url_encode(self.random(NONCE_BYTES))
        try:
            token = self.verifiers.fetch(link, wallet_nonce=nonce)
        except PartnerError as error:
            raise AskRefusedError(AskDoubt.NOT_FETCHED, str(error)) from error
        return AskedWith(link.client_id, token=token, wallet_nonce=nonce)

    def _answered_before(
        self, session: Session, kept: tuple[Showing, ...], link_digest: str, error: AskRefusedError
    ) -> Showing:
        """What came of a link whose request is gone because it was answered; for any other the refusal."""
        for known in kept:
            is_gone = error.doubt is AskDoubt.NOT_FETCHED and known.stage is not Stage.WAITING
            if is_gone and known.link_digest == link_digest:
                return self.showings.save(session, known.followed_again())
        raise error

    def _give_up(self, session: Session, kept: tuple[Showing, ...]) -> None:
        """Throw away the answers that can be sent no more."""
        now = self.clock()
        for old in kept:
            if old.form and not old.can_be_sent(now):
                self.showings.save(session, old.given_up())

    def _make_room(self, session: Session, kept: tuple[Showing, ...]) -> None:
        """Forget the oldest requests that nobody answered: links alone must not fill a wallet."""
        waiting = sorted(
            (each for each in kept if each.stage is Stage.WAITING), key=lambda each: each.opened_at
        )
        for old in waiting[: max(len(waiting) - MOST_WAITING + 1, 0)]:
            self.showings.remove(session, old.row_id)


def _digest(verified: Verified) -> str:
    try:
        return digest_of_request(verified.request, verified.purposes)
    except MalformedError as error:
        raise AskRefusedError(AskDoubt.MALFORMED, str(error)) from error
