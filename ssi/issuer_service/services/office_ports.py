"""What templates, batches, letters and webhooks need from a database; part of a `Register`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ssi.issuer_service.domain.batch import Batch, BatchRow, BatchState, Outcome, Progress
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.event import Delivery, Event, Webhook
from ssi.issuer_service.domain.template import Template


class Templates(Protocol):
    """Keeps every version of every template."""

    def add(self, template: Template) -> None:
        """Keep a new version."""
        ...

    def get(self, template_id: str, version: int | None = None) -> Template:
        """One version, the newest unless told otherwise. Raises UnknownThingError: there is none."""
        ...

    def newest(self) -> tuple[Template, ...]:
        """The newest version of each template, oldest template first."""
        ...

    def versions(self, template_id: str) -> tuple[Template, ...]:
        """All versions of a template, newest first."""
        ...

    def retire(self, template_id: str, at: datetime) -> None:
        """Take all versions of a template out of use."""
        ...


@dataclass(frozen=True)
class SealedRows:
    """Rows of one batch as they are kept."""

    batch_id: str
    kept: Sequence[Mapping[str, object]] = field(repr=False)


class Batches(Protocol):
    """Keeps files of records on their way into the register, sealed row by row."""

    def seal(self, batch_id: str, rows: Sequence[BatchRow]) -> SealedRows:
        """Make rows ready to be added; it takes long, so do it before the one writer's place is taken."""
        ...

    def add(self, batch: Batch, rows: SealedRows) -> None:
        """Keep a new batch with its rows."""
        ...

    def get(self, batch_id: str) -> Batch:
        """One batch. Raises UnknownThingError: there is none."""
        ...

    def keep(self, batch: Batch) -> None:
        """Write a batch's state, plan and end; its rows stay as they are."""
        ...

    def progress(self, batch_ids: Sequence[str]) -> dict[str, Progress]:
        """How far batches are."""
        ...

    def newest(self, limit: int) -> tuple[str, ...]:
        """The ids of the newest batches."""
        ...

    def rows(self, batch_id: str, outcome: Outcome | None = None, limit: int | None = None) -> list[BatchRow]:
        """Rows by number, all or those of one outcome."""
        ...

    def settle(self, batch_id: str, rows: Sequence[BatchRow]) -> None:
        """Write what became of rows; the cells of all but refused ones go."""
        ...

    def lease(self, owner: str, *, now: datetime, until: datetime) -> Batch | None:
        """Take on the oldest batch that has work left and nobody at it."""
        ...

    def is_leased_to(self, batch_id: str, owner: str) -> bool:
        """Whether a batch is still the one's who took it on: no other has, and it has not ended."""
        ...

    def release(self, batch_id: str) -> None:
        """Give a batch back."""
        ...

    def put_off(self, batch_id: str, until: datetime) -> None:
        """Give a batch back that nobody may take on before a moment."""
        ...

    def counts(self) -> dict[BatchState, int]:
        """How many batches there are in each state."""
        ...

    def tidy(self, before: datetime) -> int:
        """Forget batches that were made before a moment; returns how many. Entries stay."""
        ...


@dataclass(frozen=True)
class Letter:
    """A link on its way to a person by e-mail; the address is gone once it arrived or was given up."""

    letter_id: str
    credential_id: str
    address: str | None = field(repr=False)
    state: DeliveryState
    attempts: int
    next_at: datetime
    created_at: datetime
    answer: str | None = None


class Letters(Protocol):
    """Keeps letters until they are sent; addresses are sealed."""

    def add(self, letters: Sequence[Letter]) -> None:
        """Keep new letters."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[Letter, ...]:
        """Letters that are to be sent now; those about records on hold wait."""
        ...

    def claim(self, now: datetime, limit: int, *, until: datetime) -> tuple[Letter, ...]:
        """Take on what is due, so that it is due to nobody else until a moment: this is its new `next_at`."""
        ...

    def of(self, credential_id: str) -> tuple[Letter, ...]:
        """The letters about one credential, oldest first."""
        ...

    def settle(self, claimed: Letter, tried: Letter) -> None:
        """Write what became of an attempt, unless what was claimed has changed since."""
        ...


class Outbox(Protocol):
    """Keeps webhooks, events and their deliveries; events are written with what they tell of."""

    def add_webhook(self, webhook: Webhook, secret: bytes) -> None:
        """Keep a new webhook."""
        ...

    def webhooks(self) -> tuple[Webhook, ...]:
        """All that are active, oldest first."""
        ...

    def webhook(self, webhook_id: str) -> Webhook:
        """One. Raises UnknownThingError: there is none."""
        ...

    def secret(self, webhook_id: str) -> bytes:
        """Its secret. Raises UnknownThingError: there is none."""
        ...

    def stop_webhook(self, webhook_id: str) -> None:
        """Send it nothing more."""
        ...

    def add(self, events: Sequence[Event]) -> None:
        """Keep events, each with a delivery for every webhook that takes it."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Deliveries that are to be tried now, in the order of their events."""
        ...

    def claim(self, now: datetime, limit: int, *, until: datetime) -> tuple[Delivery, ...]:
        """Take on what is due, so that it is due to nobody else until a moment: this is its new `next_at`."""
        ...

    def settle(self, claimed: Delivery, tried: Delivery) -> None:
        """Write what became of an attempt, unless what was claimed has changed since."""
        ...

    def deliveries(self, webhook_id: str, *, offset: int = 0, limit: int = 50) -> tuple[Delivery, ...]:
        """The deliveries to one webhook, newest first."""
        ...

    def replay(self, webhook_id: str, *, now: datetime, event_id: str | None, since: datetime | None) -> int:
        """Send again one event, or all since a moment, whatever became of them; returns how many."""
        ...

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries to active webhooks are in each state."""
        ...

    def tidy(self, before: datetime) -> None:
        """Forget events from before a moment that wait for nobody."""
        ...
