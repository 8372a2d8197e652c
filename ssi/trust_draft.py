"""What will the next registry say? The authority's draft: everybody's parts, and its own terms for each.

A draft is a file that the authority edits with `trust-registry draft` and signs when it is right. Parts are
what the parties handed in and stay as they are; *terms* are the authority's own word about a party: from when
to when it is trusted, under which governance, and for an issuer which types of credential and data sets
count. `differences` says in plain lines what would change against the registry that was signed last.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.encoding import Json, canonical_json, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry
from ssi.trust_entries import read_words
from ssi.trust_parts import KINDS, Validity, assemble_registry

MAX_PARTS: Final = 3_000
TERMS: Final = ("valid_from", "valid_until", "note", "credential_types", "data_sets")
_ISSUERS_ONLY: Final = frozenset({"note", "credential_types", "data_sets"})
_WITHOUT_TERMS: Final = frozenset({"marketplace", "aggregation_key"})
"""These count as long as the registry does."""
_ANNOUNCED: Final = ("credential_types", "data_sets", "note")


@dataclass(frozen=True)
class Draft:
    """Parts by the ids of their parties, and the authority's terms by the same ids; steps give new drafts."""

    parts: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: bytes | str) -> "Draft":
        """Read what `to_text` wrote.

        Raises:
            RegistryError: it is not of its form.
        """
        try:
            fields = Fields.parse(raw, "draft")
            parts = [_object(part, "draft.parts") for part in fields.entries("parts", most=MAX_PARTS)]
            terms = _object(fields.any("terms"), "draft.terms")
            fields.done()
            draft = cls()
            for part in parts:
                draft = draft.add(part)
            for party, said in terms.items():
                draft = draft.amend(party, _object(said, f"draft.terms.{party[:200]}"))
        except MalformedError as error:
            raise RegistryError(str(error)) from error
        return draft

    def to_text(self) -> str:
        """The draft as a file that a person can read."""
        document = {"parts": [dict(part) for part in self.parts.values()], "terms": dict(self.terms)}
        return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"

    def add(self, part: Mapping[str, Json]) -> "Draft":
        """The draft with one part more.

        Raises:
            RegistryError: no part of a known kind, or a party of this id is in the draft already.
        """
        party = party_of(part)
        if party in self.parts:
            raise RegistryError(f"{party} is in the draft already; remove it first")
        return replace(self, parts={**self.parts, party: dict(part)})

    def remove(self, party: str) -> "Draft":
        """The draft without a party and without what was said about it.

        Raises:
            RegistryError: there is no such party.
        """
        self._require(party)
        return Draft(_without(self.parts, party), _without(self.terms, party))

    def amend(self, party: str, terms: Mapping[str, Json]) -> "Draft":
        """The draft with the authority's terms for a party changed; null takes one back.

        Raises:
            RegistryError: there is no such party, or a term that does not go with it.
        """
        self._require(party)
        unbound = _WITHOUT_TERMS & self.parts[party].keys()
        if unbound and terms:
            raise RegistryError(
                f"{party} has no terms: a part of kind {min(unbound)} counts as long as the registry"
            )
        for name in terms:
            if name not in TERMS:
                raise RegistryError(f"{name[:80]!r} is no term; expected one of {', '.join(TERMS)}")
            if name in _ISSUERS_ONLY and "issuer" not in self.parts[party]:
                raise RegistryError(f"{name} goes with issuers only; {party} is none")
        merged = {**self.terms.get(party, {}), **terms}
        kept = {name: value for name, value in merged.items() if value is not None}
        return replace(self, terms={**_without(self.terms, party), **({party: kept} if kept else {})})

    def assemble(self, *, authority: VerifyingKey, validity: Validity) -> TrustRegistry:
        """The registry that would be signed.

        Raises:
            RegistryError: as `assemble_registry`.
        """
        named = [(party, canonical_json(part)) for party, part in self.parts.items()]
        return assemble_registry(named, authority=authority, validity=validity, terms=self.terms)

    def _require(self, party: str) -> None:
        if party not in self.parts:
            raise RegistryError(f"{party[:200]!r} is not in the draft; it has {', '.join(self.parts)[:500]}")


def party_of(part: Mapping[str, Json]) -> str:
    """The id of the party that a part is about; a word about an aggregation key is named by its digest.

    Raises:
        RegistryError: no part of a known kind.
    """
    kinds = [kind for kind in (*KINDS, "aggregation_key") if kind in part]
    if len(kinds) != 1 or len(part) != 1:
        raise RegistryError(f"a part is one of {', '.join(KINDS)}, or an aggregation_key")
    if kinds == ["aggregation_key"]:
        return f"aggregation-key-{digest_of(part)[:12]}"
    try:
        return read_words(Fields.of(part[kinds[0]], kinds[0]), "id")
    except MalformedError as error:
        raise RegistryError(str(error)) from error


def differences(before: TrustRegistry | None, after: TrustRegistry) -> list[str]:
    """What a registry changes against another, a line for each party: `+` new, `-` gone, `~` changed.

    Of a new issuer it says for what it would count, and why.
    """
    old = {} if before is None else _entries(before)
    new = _entries(after)
    lines = [f"- {name}" for name in old if name not in new]
    lines += [_announced(name, entry) for name, entry in new.items() if name not in old]
    for name, entry in new.items():
        changes = list(_changes(old.get(name, entry), entry))
        if changes:
            lines.append(f"~ {name}: {'; '.join(changes)}")
    return lines


def _entries(registry: TrustRegistry) -> dict[str, dict[str, Json]]:
    key, dealer = registry.aggregation_key, registry.dealer
    return {
        **{f"issuer {entry.id}": entry.to_json() for entry in registry.issuers},
        **{f"node {entry.id}": entry.to_json() for entry in registry.nodes},
        f"marketplace {registry.marketplace.id}": registry.marketplace.to_json(),
        **({} if dealer is None else {f"dealer {dealer.id}": dealer.to_json()}),
        **({} if key is None else {"aggregation key": key.to_json()}),
    }


def _announced(name: str, entry: Mapping[str, Json]) -> str:
    said = [f"{term} {_listed(entry[term])}" for term in _ANNOUNCED if term in entry]
    return f"+ {name}: {'; '.join(said)}" if said else f"+ {name}"


def _listed(value: Json) -> str:
    return " ".join(map(_shown, value)) if isinstance(value, list) else _shown(value)


def _changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterable[str]:
    """Short values are shown; long ones, such as certificates, are only said to have changed."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            gone = [_shown(entry) for entry in old if entry not in new]
            come = [_shown(entry) for entry in new if entry not in old]
            yield f"{name} {' '.join([*(f'-{entry}' for entry in gone), *(f'+{entry}' for entry in come)])}"
        else:
            yield f"{name} {_shown(old)} → {_shown(new)}"


def _shown(value: Json) -> str:
    if isinstance(value, dict) and isinstance(value.get("kid"), str):
        return str(value["kid"])
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 and text.isprintable() else f"(sha-256 {digest_of(value)[:12]})"  # noqa: PLR2004


def _object(value: Json, where: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise MalformedError(f"{where}: expected an object")
    return value


def _without(entries: Mapping[str, Mapping[str, Json]], name: str) -> dict[str, Mapping[str, Json]]:
    return {known: entry for known, entry in entries.items() if known != name}
