"""What the pages of the offer wizard show."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import render_template

from consent.boundary_wording import boundary_sentences
from consent.errors import ConsentError
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticGroup
from consent.wording import (
    describe_policy,
    group_text,
    odds_in_hundred,
    purpose_text,
    recipient_text,
    statistic_text,
)
from ssi.dataset import DataSet
from ssi.trust_entries import NodeEntry
from wallet.domain.boundary_choice_words import LANGUAGES
from wallet.domain.choices import PolicyChoices, is_health
from wallet.domain.objection import Objections, narrowed
from wallet.domain.offer_draft import STEPS, OfferDraft
from wallet.domain.record import Record
from wallet.domain.sample_answer import sample_answer
from wallet.errors import ChoiceError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.boundary_form import country_labels, typed_boundaries
from wallet.web.form_fields import Form
from wallet.web.languages import text_language
from wallet.web.offer_form import FLOORS, LEVELS, level_of
from wallet.web.said_elsewhere import translated

_NO_ERRORS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Desk:
    """One draft, the record it is about, the partners there are, and whether they have a joint key.

    `others` are the other kinds of records that this wallet holds, with which it might be joined;
    `objections` are what the person says no to whatever she allows.
    """

    draft: OfferDraft
    record: Record
    nodes: tuple[NodeEntry, ...]
    adds_up: bool = False
    others: tuple[DataSet, ...] = ()
    objections: Objections = field(default_factory=Objections)

    @property
    def data_set(self) -> DataSet:
        """What kind of record it is."""
        return self.record.data_set

    @property
    def title(self) -> str:
        """What kind of record it is, in words."""
        return self.data_set.label[text_language()]

    @property
    def node_ids(self) -> list[str]:
        """The partners there are, by id."""
        return [node.id for node in self.nodes]

    def narrowed(self, choices: PolicyChoices) -> PolicyChoices:
        """The choices with what she objects to forbidden.

        Raises:
            ChoiceError: they allow what she objects to.
        """
        return narrowed(choices, self.objections, self.data_set)

    def require_known(self, choices: PolicyChoices) -> None:
        """Return only if every part and partner that was chosen exists.

        Raises:
            ChoiceError: one does not.
        """
        known = {attribute.name for attribute in self.data_set.attributes}
        if not set(choices.attributes or ()) <= known:
            raise ChoiceError("A part you chose is not in this kind of record.", "attributes")
        if not set(choices.joins) <= {other.ref for other in self.others}:
            raise ChoiceError("Choose among the other kinds of records that you have.", "joins")
        if not set(choices.node_ids or ()) <= set(self.node_ids):
            raise ChoiceError("Choose three of the computing partners below.", "node_ids")


@dataclass(frozen=True)
class OfferPages:
    """Renders the steps."""

    services: Services

    def desk(self, row_id: str) -> Desk:
        """Everything about one draft of the open wallet.

        Raises:
            NotInWalletError: it has no such draft.
            PartnerError: the list of partners cannot be had.
        """
        wallet = visitor.current()
        draft = self.services.draft_offer.get(wallet, row_id)
        record = self.services.read.record(wallet, draft.credential_id)
        now = self.services.clock()
        registry = self.services.trust.registry()
        entries = sorted(registry.nodes, key=lambda node: node.id)
        partners = tuple(node for node in entries if node.holds_at(now))
        others = {
            each.data_set.ref: each.data_set
            for each in self.services.read.records(wallet)
            if each.can_be_offered and each.data_set.ref != record.data_set.ref
        }
        return Desk(
            draft,
            record,
            partners,
            adds_up=registry.aggregation_key is not None,
            others=tuple(others[ref] for ref in sorted(others)),
            objections=self.services.preferences.objections(wallet),
        )

    def form(
        self,
        desk: Desk,
        step: str,
        choices: PolicyChoices,
        errors: Mapping[str, str] = _NO_ERRORS,
        *,
        form: Form | None = None,
    ) -> str:
        """One of the first four steps; `form` is what was typed, where that has errors."""
        sentence = nothing_yet(*errors.values()) if errors else self.sentence(desk, choices)
        return render_template(
            f"wallet/offer/{step}.html",
            desk=desk,
            step=step,
            steps=STEPS,
            choices=choices,
            errors=errors,
            sentence=sentence,
            health=is_health(desk.data_set),
            kinds={kind.value: recipient_text(kind, text_language()) for kind in RecipientKind},
            purposes={each.value: purpose_text(each, text_language()) for each in Purpose},
            statistics={
                group_text(group, text_language()): {
                    kind.value: statistic_text(kind, text_language()) for kind in group.kinds
                }
                for group in StatisticGroup
            },
            floors=FLOORS,
            levels=LEVELS,
            level=level_of(choices),
            adding_up=Engine.PAILLIER.profile,
            alone=Engine.ADDITIVE.profile,
            odds=odds_in_hundred,
            w=LANGUAGES[text_language()],
            countries=country_labels(text_language()),
            typed=typed_boundaries(choices.boundaries, form),
        )

    def review(self, desk: Desk, errors: Mapping[str, str] = _NO_ERRORS) -> str:
        """The last step: everything at once, before anything is signed."""
        choices = replace(desk.draft.choices, explicit_consent=True)
        wallet, credential_id = visitor.current(), desk.draft.credential_id
        try:
            proposal = self.services.publish_offer.propose(
                wallet, credential_id, choices, language=text_language()
            )
        except ChoiceError as error:
            return render_template("wallet/offer/impossible.html", desk=desk, error=error)
        return render_template(
            "wallet/offer/review.html",
            desk=desk,
            step=STEPS[-1],
            steps=STEPS,
            proposal=proposal,
            boundaries=boundary_sentences(proposal.policy, desk.data_set, text_language()),
            errors=errors,
            sample=sample_answer(choices, desk.data_set, language=text_language()),
            health=is_health(desk.data_set),
            public_parts=[each.label[text_language()] for each in desk.data_set.public_attributes],
            right_in_all=odds_in_hundred(choices.epsilon_total),
        )

    def sentence(self, desk: Desk, choices: PolicyChoices) -> str:
        """What the choices so far would allow, in plain words; or what is still missing."""
        explicit = replace(choices, explicit_consent=True)
        try:
            policy = desk.narrowed(explicit).policy(
                desk.data_set, known_nodes=desk.node_ids, now=self.services.clock()
            )
            words = describe_policy(policy, desk.data_set, text_language())
            boundaries = boundary_sentences(policy, desk.data_set, text_language())
        except ChoiceError as error:
            return nothing_yet(error)
        except ConsentError:
            return nothing_yet()
        return " ".join((words.summary, *boundaries, words.compensation))


def nothing_yet(*reasons: object) -> str:
    """The sentence while something is missing or cannot be read, with what to do."""
    return " ".join(map(translated, ("Nothing is allowed yet.", *reasons)))
