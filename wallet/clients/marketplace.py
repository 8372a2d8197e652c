"""Talks to the marketplace's interface for wallets."""

from dataclasses import dataclass
from urllib.parse import quote

from consent.breach_notice import read_notices
from consent.log import MAX_NOTE, read_hashes
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.http.authentication import BoundRequest, make_proof
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.domain.clock import Clock
from wallet.domain.history import History, LoggedReceipt
from wallet.errors import PartnerRefusedError
from wallet.services.ports import Trust

_THE_MARKETPLACE = "The marketplace"
_NOT_FOUND = 404
API = "/api/v1"


@dataclass(frozen=True)
class MarketplaceClient:
    """`services.ports.Market` over HTTP."""

    url: str
    connections: Connections
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def publish(self, contribution: Json) -> LoggedReceipt:
        """Hand in a contribution; asked again when the connection broke, since the same one is one offer."""
        with talking_to(_THE_MARKETPLACE):
            answer = self._post("/offers", contribution)
            return LoggedReceipt.from_fields(Fields.of(answer, "answer"))

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal."""
        try:
            with talking_to(_THE_MARKETPLACE):
                self._post("/withdrawals", {"withdrawal": withdrawal})
        except PartnerRefusedError as error:
            cause = error.__cause__
            if not isinstance(cause, RefusedByPeerError) or cause.status != _NOT_FOUND:
                raise

    def pause(self, statement: str) -> bool:
        """Hand in what a person said about pausing."""
        try:
            with talking_to(_THE_MARKETPLACE):
                Fields.of(self._post("/pauses", {"pause": statement}), "answer").boolean("paused")
        except PartnerRefusedError as error:
            cause = error.__cause__
            if not isinstance(cause, RefusedByPeerError) or cause.status != _NOT_FOUND:
                raise
            return False
        return True

    def history(self, consent_id: str, holder_key: SigningKey) -> History:
        """What became of a consent, asked with a proof of its key."""
        path = f"{API}/contributions/{quote(consent_id, safe=':')}/history"
        request = BoundRequest("GET", path, self.trust.registry().marketplace.id)
        proof = make_proof(request, holder_key, now=self.clock(), random=self.random)
        with talking_to(_THE_MARKETPLACE):
            answer = self._client.get_json(path, headers={"Authorization": proof})
            return History.from_json(answer, consent_id)

    def checkpoint(self) -> str:
        """The present checkpoint of the log, as a signed note."""
        return self._note("present")

    def witnessed(self) -> str:
        """The checkpoint that the log publishes, with what its witnesses signed; not checked."""
        return self._note("checkpoint")

    def _note(self, which: str) -> str:
        with talking_to(_THE_MARKETPLACE):
            note = self._client.get_text(f"{API}/log/{which}")
            if len(note) > MAX_NOTE:
                raise MalformedError("checkpoint: too long")
            return note

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The hashes that lead from one size of the log to a later one."""
        with talking_to(_THE_MARKETPLACE):
            answer = self._client.get_json(f"{API}/log/consistency?old={old_size}&new={new_size}")
            return read_hashes(Fields.of(answer, "consistency proof"), "hashes")

    def notices(self) -> tuple[str, ...]:
        """The public notices about breaches, asked without saying who asks."""
        with talking_to(_THE_MARKETPLACE):
            return read_notices(self._client.get_json(f"{API}/breach-notices"))

    def _post(self, path: str, document: Json) -> Json:
        return self._client.post_json(f"{API}{path}", document, repeatable=True)

    @property
    def _client(self) -> Client:
        return self.connections.to(self.url)
