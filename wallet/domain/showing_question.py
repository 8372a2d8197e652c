"""What is asked for, what could be answered, and what did the person choose?

A request has *parts*, each for one credential, and sometimes *sets*: combinations of parts of which one is
enough, and which may be optional. Nothing optional is chosen for the person, and where several things would
do she chooses. What she can choose is what is on the page and nothing else, so nothing beyond what was asked
can be sent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ssi.openid4vp.dcql import CredentialQuery, CredentialSetQuery
from ssi.openid4vp.request import AuthorizationRequest
from ssi.openid4vp.transaction_data import TransactionData
from wallet.domain.showing_asker import Asker
from wallet.domain.showing_budget import Budget
from wallet.domain.showing_card import Card
from wallet.domain.showing_claims import leaves
from wallet.domain.showing_option import Option, options_for
from wallet.domain.shown_record import Traces
from wallet.errors import ShowChoiceError

NOTHING = "none"
"""What stands in a form for the choice to leave an optional set out."""


@dataclass(frozen=True)
class Part:
    """One credential that is asked for, or several where `many` says so, with everything that would do."""

    index: int
    query: CredentialQuery = field(repr=False, hash=False)
    options: tuple[Option, ...]

    @property
    def query_id(self) -> str:
        """How the asker names this part."""
        return self.query.id

    @property
    def many(self) -> bool:
        """Whether several credentials may be shown."""
        return self.query.multiple

    @property
    def field(self) -> str:
        """How the choice is named in forms."""
        return f"part-{self.index}"

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one way to answer it."""
        return len(self.options) > 1


@dataclass(frozen=True)
class Combinations:
    """Combinations of parts of which one is enough: those that this wallet can show, by their number."""

    index: int
    required: bool
    possible: Mapping[int, tuple[Part, ...]] = field(hash=False)
    purpose: str | None = None

    @property
    def field(self) -> str:
        """How the choice is named in forms."""
        return f"set-{self.index}"

    @property
    def has_choice(self) -> bool:
        """Whether the person has to decide: there are several, or it may be left out."""
        return len(self.possible) > 1 or (not self.required and bool(self.possible))


@dataclass(frozen=True)
class Question:
    """A verified request beside what the wallet has. `purposes` are the asker's own words on why."""

    asker: Asker
    request: AuthorizationRequest = field(repr=False)
    parts: tuple[Part, ...]
    sets: tuple[Combinations, ...]
    purposes: tuple[str, ...] = ()

    @property
    def transactions(self) -> tuple[TransactionData, ...]:
        """What is agreed to by answering."""
        return self.request.transactions

    @property
    def missing(self) -> tuple[Part, ...]:
        """The parts without which no answer is possible, and that nothing here fits."""
        if not self.sets:
            return tuple(part for part in self.parts if not part.options)
        named = {part.query_id: part for part in self.parts}
        stuck = (each.index for each in self.sets if each.required and not each.possible)
        wanted = (name for index in stuck for name in self.request.query.credential_sets[index].options[0])
        return tuple(named[name] for name in dict.fromkeys(wanted) if not named[name].options)

    @property
    def can_be_answered(self) -> bool:
        """Whether there is anything to share, and everything that must be there."""
        return not self.missing and any(part.options for part in self.parts)


def question_of(
    request: AuthorizationRequest,
    asker: Asker,
    cards: Sequence[Card],
    *,
    purposes: Mapping[int, str],
) -> Question:
    """Lay a verified request beside the cards of a wallet; `purposes` are those of the sets, by number.

    Raises:
        MalformedError: a credential is not an SD-JWT VC whose disclosures fit.
        AskRefusedError: `too much`: no page could show all that is asked for (`Budget`).
    """
    query = request.query
    budget = Budget()
    budget.take(lines=sum(1 for one in request.transactions for _ in leaves(one.document)))
    found = [options_for(one, cards, budget) for one in query.credentials]
    parts = tuple(
        Part(index, one, _with_copies(options, found))
        for index, (one, options) in enumerate(zip(query.credentials, found, strict=True))
    )
    sets = tuple(
        _combinations(index, one, parts, purposes.get(index))
        for index, one in enumerate(query.credential_sets)
    )
    return Question(asker, request, parts, sets, tuple(dict.fromkeys(purposes.values())))


def choose(question: Question, chosen: Mapping[str, Sequence[str]]) -> tuple[Option, ...]:
    """The options that a person chose, by the fields of the page.

    Raises:
        ShowChoiceError: something has to be chosen and is not, two where one is asked for, or something that
            is not on the page; `field` says where.
    """
    if not question.can_be_answered:
        raise ShowChoiceError("Nothing here fits what was asked for.", "request")
    wanted = _wanted(question, chosen)
    if not wanted:
        raise ShowChoiceError("Choose what to share.", question.sets[0].field if question.sets else "part-0")
    confirmable = {part.query_id for part in wanted}
    if not all(confirmable & set(one.credential_ids) for one in question.transactions):
        raise ShowChoiceError(
            "What you would confirm needs another record to confirm it with.", "transaction"
        )
    return tuple(option for part in wanted for option in _options(part, chosen.get(part.field, ())))


def _with_copies(options: Sequence[Option], found: Sequence[Sequence[Option]]) -> tuple[Option, ...]:
    """The options of a part; an unseen copy is promised only if there is one for each part that needs it."""
    needed = Counter(name for part in found for name in {option.card.credential_id for option in part})
    return tuple(
        replace(option, card=replace(option.card, traces=Traces.REUSED))
        if option.card.traces is Traces.FRESH and needed[option.card.credential_id] > option.card.fresh
        else option
        for option in options
    )


def _combinations(
    index: int, one: CredentialSetQuery, parts: Sequence[Part], purpose: str | None
) -> Combinations:
    named = {part.query_id: part for part in parts}
    possible = {
        number: tuple(named[name] for name in names)
        for number, names in enumerate(one.options)
        if all(named[name].options for name in names)
    }
    return Combinations(index, one.required, possible, purpose)


def _wanted(question: Question, chosen: Mapping[str, Sequence[str]]) -> tuple[Part, ...]:
    if not question.sets:
        return question.parts
    wanted = (part for each in question.sets for part in _of_set(each, chosen.get(each.field, ())))
    return tuple({part.index: part for part in wanted}.values())


def _of_set(each: Combinations, chosen: Sequence[str]) -> tuple[Part, ...]:
    if not each.possible or (not each.required and (not chosen or list(chosen) == [NOTHING])):
        return ()
    if not chosen and not each.has_choice:
        return next(iter(each.possible.values()))
    named = {str(number): parts for number, parts in each.possible.items()}
    if len(chosen) != 1 or chosen[0] not in named:
        raise ShowChoiceError("Choose one of these.", each.field)
    return named[chosen[0]]


def _options(part: Part, chosen: Sequence[str]) -> tuple[Option, ...]:
    if not chosen and len(part.options) == 1:
        return part.options
    named = {option.key: option for option in part.options}
    if not chosen or any(key not in named for key in chosen):
        raise ShowChoiceError("Choose what to share.", part.field)
    found = tuple(named[key] for key in dict.fromkeys(chosen))
    cards = [option.card.credential_id for option in found]
    if len(found) > 1 and (not part.many or len(set(cards)) < len(cards)):
        raise ShowChoiceError("Choose only one here.", part.field)
    return found
