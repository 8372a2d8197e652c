"""How does a program come back to what it purchased of people themselves: wait, fetch, confirm, dispute?

The key that opens a purchase is derived from the buyer's key file and the purchase's id, so there is one for
each purchase and nothing else to keep.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crypto.encoding import Json, b64url_encode
from crypto.reading import Fields
from crypto.sealing import SealingKey, derive_subkey
from marketplace.sdk.buyer import API, MAX_CENTS, Buyer
from marketplace.sdk.errors import OrderFailedError, StillRunningError
from marketplace.sdk.pages import all_of


@dataclass(frozen=True)
class Progress:
    """How far a purchase is; `is_ready` once it can be opened, `reason` says why it came to nothing."""

    state: str
    reason: str | None
    is_ready: bool


Tell = Callable[[Progress], object]


@dataclass(frozen=True)
class DirectKind:
    """How the marketplace speaks of one kind of purchase, and in which states it is ready or came to nothing.

    `noun` is what a buyer signs, `done` what it waits for, in words; `key_label` keeps the keys of two kinds
    apart.
    """

    path: str
    noun: str
    done: str
    key_label: str
    ready: frozenset[str]
    over: frozenset[str]

    def place(self, buyer: Buyer, token: str, accept_cents: int | None) -> Fields:
        """Hand in what the buyer signed, for at most this price; the marketplace's answer."""
        accepted = MAX_CENTS if accept_cents is None else accept_cents
        document: dict[str, Json] = {self.noun: token, "accepted_price_cents": accepted}
        return self._fields(buyer.client.post_json(f"{API}/{self.path}", document, repeatable=True))

    def fetch(self, buyer: Buyer, purchase_id: str) -> Fields:
        """All that the marketplace hands out about a purchase."""
        return self._fields(buyer.client.get_json(f"{API}/{self.path}/{purchase_id}"))

    def all(self, buyer: Buyer) -> Iterator[Fields]:
        """What the marketplace lists of all purchases of the account, newest first."""
        return all_of(buyer.client, f"{API}/{self.path}", f"{self.noun}s")

    def progress(self, buyer: Buyer, purchase_id: str) -> Progress:
        """How far a purchase is now."""
        fields = self.fetch(buyer, purchase_id)
        state = fields.text("state")
        return Progress(state, fields.text("reason") if fields.has("reason") else None, state in self.ready)

    def wait(
        self, buyer: Buyer, purchase_id: str, *, seconds: float, every: float, tell: Tell | None = None
    ) -> Progress:
        """Wait until it can be opened, telling each change.

        Raises:
            OrderFailedError: it came to nothing; the money is back, the reason says why.
            StillRunningError: it is not ready within `seconds`.
        """
        told: Progress | None = None
        for _ in range(max(1, round(seconds / every))):
            progress = self.progress(buyer, purchase_id)
            if tell is not None and progress != told:
                told = progress
                tell(progress)
            if progress.is_ready:
                return progress
            if progress.state in self.over:
                raise OrderFailedError(progress.reason or progress.state, ())
            buyer.pause(every)
        raise StillRunningError(f"{self.noun} {purchase_id} is not {self.done} after {seconds:g} seconds")

    def require_ready(self, fields: Fields, purchase_id: str) -> None:
        """Return only if what was fetched can be opened.

        Raises:
            OrderFailedError: it came to nothing.
            StillRunningError: it is not ready yet.
        """
        state = fields.text("state")
        if state in self.over:
            raise OrderFailedError(fields.text("reason") if fields.has("reason") else state, ())
        if state not in self.ready:
            raise StillRunningError(f"{self.noun} {purchase_id} is not {self.done} yet")

    def confirm(self, buyer: Buyer, purchase_id: str) -> None:
        """Say that it is right, which pays; again changes nothing."""
        buyer.client.post_json(f"{API}/{self.path}/{purchase_id}/confirmation", {}, repeatable=True)

    def dispute(self, buyer: Buyer, purchase_id: str) -> bool:
        """Show the key of this one purchase to the marketplace; whether it found the answer to be wrong."""
        shown: dict[str, Json] = {"private_key": b64url_encode(self.key(buyer, purchase_id).to_bytes())}
        answer = buyer.client.post_json(f"{API}/{self.path}/{purchase_id}/dispute", shown, repeatable=True)
        return self._fields(answer).section("dispute").boolean("proven")

    def key(self, buyer: Buyer, purchase_id: str) -> SealingKey:
        """The key that opens one purchase; it says nothing about that of another."""
        secret = buyer.keys.result_keys[0].to_bytes()
        return SealingKey.from_bytes(derive_subkey(secret, f"{self.key_label} {purchase_id}"))

    def _fields(self, answer: Json) -> Fields:
        return Fields.of(answer, self.noun)


def own_handle(buyer: Buyer) -> str:
    """The handle of the buyer's organisation, as its account names it."""
    account = Fields.of(buyer.client.get_json(f"{API}/account"), "account")
    return account.section("organisation").text("id")
