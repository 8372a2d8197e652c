"""What does a consent that a person gave to a hospital forbid here? A FHIR R4 Consent, read to narrow only.

Source: hl7.org/fhir/R4/consent.html. A permit never allows anything here: allowing is an act of its own. A
denial becomes what she forbids in an offer, after she looked at it. FHIR can say more than we can, so the
rule for whatever is not understood is: in a denial, a condition that is not understood is left out, so that
more is forbidden, and it is named; a purpose that is not understood forbids everything. A denial of some
purpose by some recipients forbids the purpose to all, and of some data or for some time, all of it for ever.
Members that change the meaning of others (`modifierExtension`, `implicitRules`) make the whole unreadable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import parse_json
from crypto.errors import MalformedError
from wallet.domain.choices import PolicyChoices
from wallet.domain.fhir_codes import ACT_REASON, DPV, KINDS, READ
from wallet.errors import ChoiceError

MAX_BYTES: Final = 500_000
MOST_PROVISIONS: Final = 200
MOST_NAMED: Final = 50
_DEEPEST: Final = 8
_MODIFIERS: Final = frozenset({"modifierExtension", "implicitRules", "_status", "_type"})
_WITHOUT_WEIGHT: Final = frozenset({"id", "extension", "type", "purpose", "actor", "provision"})
_RULES: Final = {"OPTOUT": True, "OPTOUTE": True, "OPTIN": False, "OPTINR": False}


@dataclass(frozen=True)
class Objections:
    """What is forbidden. `left_out` names the places of conditions that were not understood, and of permits.

    With `everything` nothing is left that could be offered.
    """

    kinds: frozenset[RecipientKind] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    everything: bool = False
    left_out: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it forbids nothing here."""
        return not (self.kinds or self.purposes or self.everything)

    def narrow(self, choices: PolicyChoices) -> PolicyChoices:
        """The choices with what is forbidden taken out of what is allowed, and forbidden besides.

        Raises:
            ChoiceError: everything is forbidden.
        """
        if self.everything:
            raise ChoiceError("That consent forbids every use, so nothing of it can be offered.", "file")
        bounds = choices.boundaries
        kinds, purposes = {*bounds.never_kinds, *self.kinds}, {*bounds.never_purposes, *self.purposes}
        return replace(
            choices,
            recipient_kinds=tuple(each for each in choices.recipient_kinds if each not in kinds),
            purposes=tuple(each for each in choices.purposes if each.related.isdisjoint(purposes)),
            boundaries=replace(
                bounds,
                never_kinds=tuple(each for each in RecipientKind if each in kinds),
                never_purposes=tuple(each for each in Purpose if each in purposes),
            ),
        )


def read_hospital_consent(raw: bytes) -> Objections:
    """What a FHIR Consent forbids here; nothing in it allows anything.

    Raises:
        ChoiceError: it is no FHIR Consent, not in force, or cannot be read safely.
    """
    try:
        document = parse_json(raw, max_bytes=MAX_BYTES)
    except MalformedError as error:
        raise _unreadable() from error
    if not isinstance(document, Mapping) or document.get("resourceType") != "Consent":
        raise _unreadable()
    if document.get("status") == "rejected":
        return Objections(everything=True)
    if document.get("status") != "active":
        raise ChoiceError("This consent is not in force, so it says nothing. Nothing was changed.", "file")
    return _Reading().all(document)


@dataclass
class _Reading:
    kinds: set[RecipientKind] = field(default_factory=set)
    purposes: set[Purpose] = field(default_factory=set)
    everything: bool = False
    left_out: list[str] = field(default_factory=list)
    permits: list[str] = field(default_factory=list)
    provisions: int = 0

    def all(self, document: Mapping[str, Any]) -> Objections:
        _require_plain(document)
        self._rule(document)
        if "provision" in document:
            self._provision(_object(document["provision"]), "provision", depth=0)
        return Objections(
            frozenset(self.kinds),
            frozenset(self.purposes),
            self.everything,
            tuple(self.left_out[:MOST_NAMED]),
            tuple(self.permits[:MOST_NAMED]),
        )

    def _rule(self, document: Mapping[str, Any]) -> None:
        """The rule that holds where no provision says otherwise."""
        if "policyRule" not in document:
            return
        codes = [coding.get("code") for coding in _codings(document["policyRule"])]
        known = [_RULES[code] for code in codes if isinstance(code, str) and code in _RULES]
        self.everything |= any(known)
        if not known:
            self.left_out.append("policyRule")

    def _provision(self, provision: Mapping[str, Any], place: str, *, depth: int) -> None:
        self.provisions += 1
        if depth > _DEEPEST or self.provisions > MOST_PROVISIONS:
            raise _unreadable()
        _require_plain(provision)
        said = provision.get("type")
        if said == "permit":
            self.permits.append(place)
        elif said == "deny" or depth > 0 or "type" in provision:  # below the root, silence is no permit
            self._deny(provision, place)
        for number, inner in enumerate(_list(provision.get("provision", []))):
            self._provision(_object(inner), f"{place}.provision[{number}]", depth=depth + 1)

    def _deny(self, provision: Mapping[str, Any], place: str) -> None:
        conditions = sorted(set(provision) - _WITHOUT_WEIGHT)
        self.left_out += [f"{place}.{name}" for name in conditions]
        purposes, strange = _purposes_of(_list(provision.get("purpose", [])))
        kinds, unknown = _kinds_of(_list(provision.get("actor", [])))
        if strange and "purpose" in provision:
            self.left_out.append(f"{place}.purpose")
        if unknown or (kinds and "purpose" in provision):
            self.left_out.append(f"{place}.actor")
        if "purpose" in provision and not strange:
            self.purposes |= purposes
        elif kinds and not unknown and "purpose" not in provision:
            self.kinds |= kinds
        else:
            self.everything = True


def _purposes_of(codings: list[Any]) -> tuple[set[Purpose], bool]:
    """The purposes of codings, and whether one of them was not understood or there is none."""
    found: set[Purpose] = set()
    strange = not codings
    for coding in map(_object, codings):
        system, code = coding.get("system"), coding.get("code")
        if system == ACT_REASON and isinstance(code, str) and code in READ:
            found |= READ[code]
        elif system == DPV and f"dpv:{code}" in {each.value for each in Purpose}:
            found.add(Purpose(f"dpv:{code}"))
        else:
            strange = True
    return found, strange


def _kinds_of(actors: list[Any]) -> tuple[set[RecipientKind], bool]:
    """The kinds of organisation that actors name, and whether one of them was not understood."""
    found: set[RecipientKind] = set()
    unknown = False
    for actor in map(_object, actors):
        reference = actor.get("reference")
        identifier = reference.get("identifier") if isinstance(reference, Mapping) else None
        named = identifier if isinstance(identifier, Mapping) else {}
        if named.get("system") == KINDS and named.get("value") in {each.value for each in RecipientKind}:
            found.add(RecipientKind(named["value"]))
        else:
            unknown = True
    return found, unknown


def _require_plain(members: Mapping[str, Any]) -> None:
    if not _MODIFIERS.isdisjoint(members):
        raise _unreadable()


def _codings(concept: object) -> Iterator[Mapping[str, Any]]:
    return map(_object, _list(_object(concept).get("coding", [])))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _unreadable()
    return value


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _unreadable()
    return value


def _unreadable() -> ChoiceError:
    return ChoiceError(
        "This is no consent of a hospital that can be read safely: choose the file of a FHIR Consent.", "file"
    )
