"""What would somebody see of a credential, exactly? Each way to answer one part of a request, line by line.

The lines are read from the very token that would be sent, with the disclosures that would be sent: what is
not on them is not shown, and what is on them is. A part can be answered by several credentials, and by each
in several ways where the asker accepts several sets of claims; the person chooses among these options.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from crypto.encoding import Json
from ssi.disclosures import Path
from ssi.openid4vp.dcql import ClaimQuery, CredentialQuery, DcqlQuery
from ssi.openid4vp.holder import outers
from ssi.openid4vp.matching import Candidate, Fit, match
from wallet.domain.showing_budget import Budget
from wallet.domain.showing_card import Card
from wallet.domain.showing_claims import leaves

ENVELOPE = frozenset(
    {"iss", "vct", "vct#integrity", "iat", "nbf", "exp", "cnf", "sub", "status", "commitment", "jti"}
)
"""Members about the token itself: every credential shows its own, so they are told in one sentence."""
NUMBERS = frozenset({"sub", "jti"})
"""Those of them that a credential of another kind fills as its issuer likes, such as with a name or an e-mail
address: there they stand on lines. Each copy may have its own."""
_DISCLOSURE_STEPS = 50
"""How many steps of a budget it takes to read one disclosure."""


@dataclass(frozen=True)
class ShownLine:
    """One claim as the asker would see it. `asked` is false for what the credential always shows."""

    path: Path
    value: Json = field(repr=False, hash=False)
    asked: bool

    @property
    def is_yes_or_no(self) -> bool:
        """Whether it says no more than yes or no, such as whether somebody is of age."""
        return isinstance(self.value, bool)


@dataclass(frozen=True)
class Option:
    """One way to answer a part: this credential with these claims. `key` names it in forms."""

    key: str
    card: Card
    candidate: Candidate
    lines: tuple[ShownLine, ...] = field(repr=False)

    @property
    def asked(self) -> tuple[ShownLine, ...]:
        """What was asked for."""
        return tuple(line for line in self.lines if line.asked)

    @property
    def always(self) -> tuple[ShownLine, ...]:
        """What this credential shows to everybody, besides what is about the token itself."""
        return tuple(line for line in self.lines if not line.asked)


def options_for(query: CredentialQuery, cards: Sequence[Card], budget: Budget) -> tuple[Option, ...]:
    """Every way to answer one part of a request, in the order of the wallet and then of the asker's liking.

    Raises:
        MalformedError: a credential is not an SD-JWT VC whose disclosures fit.
        AskRefusedError: `too much`: they are more than the budget allows.
    """
    return tuple(option for card in cards for option in _of_card(query, card, budget))


def same_shown(one: Option, other: Option) -> bool:
    """Whether two options show the same: the same claims with the same values, whatever token they are of."""
    return _said(one) == _said(other)


def _said(option: Option) -> list[ShownLine]:
    return [line for line in option.lines if line.asked or line.path[0] not in NUMBERS]


def _of_card(query: CredentialQuery, card: Card, budget: Budget) -> Iterator[Option]:
    asked = card.as_asked
    bare = replace(query, claims=(), claim_sets=())
    if not match(DcqlQuery((bare,)), [asked]).candidates[query.id]:
        return  # of another kind
    size = sum(card.weights.values())
    for number, claims in enumerate(query.alternatives()):
        budget.take(steps=sum(_effort(claim, size) for claim in claims))
        narrowed = replace(query, claims=claims, claim_sets=())
        for candidate in match(DcqlQuery((narrowed,)), [asked]).candidates[query.id]:
            lines = _most_lines(card, candidate.fit)
            steps = _DISCLOSURE_STEPS * len(card.holding.opened.places)
            budget.take(options=1, lines=lines, steps=steps)
            yield Option(f"{card.credential_id}.{number}", card, candidate, _lines(card, candidate))


def _effort(claim: ClaimQuery, size: int) -> int:
    """How many steps looking for a claim takes, at most, in a credential of this size."""
    whole = any(not isinstance(step, str) for step in claim.path)
    return len(claim.path) * (size if whole else 1 + size // 50) * (1 + len(claim.values or ()) // 10)


def _most_lines(card: Card, fit: Fit) -> int:
    """How many lines an answer has at most: what was asked for, and what nobody can keep back."""
    shown = {outer for place in card.holding.needed(fit) for outer in outers(place)} | {()}
    return sum(count for place, count in card.weights.items() if place in shown)


def _lines(card: Card, candidate: Candidate) -> tuple[ShownLine, ...]:
    sent = card.holding.disclose(candidate.fit)
    claims = replace(card.holding, compact=sent).as_held().claims
    asked = {place[0] for place in candidate.fit.places}
    untold = ENVELOPE if card.data_set is not None else ENVELOPE - NUMBERS
    return tuple(
        ShownLine(path, value, path[0] in asked)
        for path, value in leaves(claims)
        if path[0] in asked or path[0] not in untold
    )
