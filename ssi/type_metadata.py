"""What does a type of credential say about its claims? SD-JWT VC Type Metadata (draft 19, §4).

A type, `vct`, has a document: what it is called, which claims it has, how they are shown, which must be there
(`mandatory`) and which can be kept back (`sd`). A type may *extend* another and inherits its claims; it may
make an open rule strict, never a strict one open (§4.6.5). A credential can pin the very document with
`vct#integrity`, a hash as in Subresource Integrity (W3C SRI §3).

Trust: a document says what a type looks like and never who may issue it; that is for the trust registry.
Documents come from a function that is passed in. Cycles, chains of more than `MAX_EXTENDS` and documents that
cannot be had are refused: fail closed.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.claim_paths import ClaimPath, read_path, select
from ssi.did.did_web import Fetch
from ssi.disclosures import Path
from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.sd_jwt_vc import VerifiedSdJwtVc

MAX_DOCUMENT_BYTES: Final = 256 * 1024
MAX_EXTENDS: Final = 8
MAX_CLAIMS: Final = 1_000
MAX_URI: Final = 2_000
_MAX_WORDS: Final = 2_000
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_HASHES: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


class SelectiveDisclosure(StrEnum):
    """Whether an issuer makes a claim selectively disclosable (§4.6.4)."""

    ALWAYS = "always"
    ALLOWED = "allowed"
    NEVER = "never"


@dataclass(frozen=True)
class ClaimRule:
    """What a type says about the claims that a path means; `labels` by language tag."""

    path: ClaimPath
    mandatory: bool = False
    sd: SelectiveDisclosure = SelectiveDisclosure.ALLOWED
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    svg_id: str = ""

    def require_inherits(self, parent: "ClaimRule", vct: str) -> None:
        """Return only if this rule is no laxer than the one it takes the place of (§4.6.5).

        Raises:
            MalformedError: it makes a mandatory claim optional, or changes `always` or `never`.
        """
        if parent.mandatory and not self.mandatory:
            raise MalformedError(f"type {vct[:200]}: it makes the claim {list(self.path)} optional")
        if parent.sd not in {SelectiveDisclosure.ALLOWED, self.sd}:
            raise MalformedError(f"type {vct[:200]}: it changes sd of the claim {list(self.path)}")


@dataclass(frozen=True)
class TypeMetadata:
    """A type with everything that it inherits; `names` by language tag, `lineage` from itself upwards."""

    vct: str
    lineage: tuple[str, ...]
    names: Mapping[str, str] = field(hash=False)
    claims: tuple[ClaimRule, ...] = field(repr=False)

    def require_fits(self, found: VerifiedSdJwtVc, *, whole: bool = False) -> None:
        """Return only if a verified credential is of the form that its type demands.

        `whole` is for the holder, who sees all disclosures: then mandatory claims must be there. A verifier
        sees only what was shown to it and cannot tell a claim that is kept back from one that is missing,
        except where a claim is never selective.

        Raises:
            MalformedCredentialError: a claim is missing, can be kept back although it never may, or cannot
                although it always must, or is of another kind than its path.
        """
        for rule in self.claims:
            try:
                places = select(found.claims, rule.path)
            except MalformedError as error:
                raise MalformedCredentialError(f"credential of type {self.vct[:200]}: {error}") from error
            needed = rule.mandatory and (whole or rule.sd is SelectiveDisclosure.NEVER)
            if needed and _is_missing(rule.path, places, found):
                raise MalformedCredentialError(
                    f"credential of type {self.vct[:200]}: the claim {list(rule.path)} is missing"
                )
            for place in places:
                _require_sd(place, rule, found)


def resolve_type(vct: str, fetch: Fetch, *, integrity: str | None = None) -> TypeMetadata:
    """The document of a type together with those that it extends.

    Raises:
        MalformedCredentialError: a document is not of its form, is about another type, extends in a circle or
            too far, or is laxer than what it extends.
        AlteredCredentialError: a document is not the one that was pinned.
        UnresolvableError: as `fetch`.
    """
    rules: dict[ClaimPath, ClaimRule] = {}
    lineage: list[str] = []
    names: Mapping[str, str] = {}
    following: str | None = vct
    try:
        while following is not None:
            if following in lineage or len(lineage) >= MAX_EXTENDS:
                raise MalformedError(f"type {vct[:200]}: it extends in a circle or too far")  # noqa: TRY301
            document = _retrieved(following, fetch, integrity)
            names = names or _labels(document, "display", "name")
            lineage.append(following)
            for rule in _claims(document):
                known = rules.setdefault(rule.path, rule)
                if known is not rule:
                    known.require_inherits(rule, vct)
            following = document.text("extends", max_length=MAX_URI) if document.has("extends") else None
            integrity = _pinned(document)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    return TypeMetadata(vct, tuple(lineage), names, tuple(rules.values()))


def require_type(found: VerifiedSdJwtVc, fetch: Fetch, *, whole: bool = False) -> TypeMetadata:
    """The type of a verified credential, after checking that the credential is of its form.

    For those who use this folder as a library. The parties here know their own types by their data sets,
    and of a stranger's credential they act upon single claims only, which they check themselves.

    Raises:
        CredentialError: as `resolve_type` and `TypeMetadata.require_fits`; a `vct#integrity` that is no text.
    """
    integrity = found.claims.get("vct#integrity")
    if integrity is not None and not isinstance(integrity, str):
        raise MalformedCredentialError("credential.vct#integrity: expected text")
    metadata = resolve_type(found.vct, fetch, integrity=integrity)
    metadata.require_fits(found, whole=whole)
    return metadata


def integrity_of(document: bytes) -> str:
    """The value that pins a document: SHA-256 in base64 (W3C SRI §3.1)."""
    return f"sha256-{binascii.b2a_base64(hashlib.sha256(document).digest(), newline=False).decode()}"


def require_integrity(document: bytes, integrity: str, uri: str) -> None:
    """Return only if a document has one of the hashes of the strongest kind that is stated (W3C SRI §3.3.5).

    Raises:
        AlteredCredentialError: it has none of them.
        MalformedError: no hash of a known kind is stated, so that nothing would be checked.
    """
    stated: dict[str, list[str]] = {}
    for part in integrity.split():
        kind, _, value = part.partition("?")[0].partition("-")
        stated.setdefault(kind, []).append(value)
    strongest = max((kind for kind in stated if kind in _HASHES), default=None)
    if strongest is None:
        raise MalformedError(f"type {uri[:200]}: integrity: expected sha256, sha384 or sha512 and a hash")
    digest = binascii.b2a_base64(_HASHES[strongest](document).digest(), newline=False).decode("ascii")
    if digest not in stated[strongest]:
        raise AlteredCredentialError(f"the document of type {uri[:200]} is not the one that was pinned")


def _retrieved(uri: str, fetch: Fetch, integrity: str | None) -> Fields:
    raw = fetch(uri, max_bytes=MAX_DOCUMENT_BYTES)
    if integrity is not None:
        require_integrity(raw, integrity, uri)
    where = f"type {uri[:200]}"
    fields = Fields.of(parse_json(raw, max_bytes=MAX_DOCUMENT_BYTES), where)
    if fields.text("vct", max_length=MAX_URI) != uri:
        raise MalformedError(f"{where}.vct: it is about another type")
    return fields


def _pinned(document: Fields) -> str | None:
    name = "extends#integrity"
    return document.text(name, max_length=MAX_URI) if document.has(name) else None


def _claims(document: Fields) -> list[ClaimRule]:
    if not document.has("claims"):
        return []
    rules = [_rule(entry) for entry in document.objects("claims", most=MAX_CLAIMS)]
    ids = [rule.svg_id for rule in rules if rule.svg_id]
    if len(set(ids)) != len(ids):
        raise MalformedError(f"{document.where}.claims: two claims share an svg_id")
    if len({rule.path for rule in rules}) != len(rules):
        raise MalformedError(f"{document.where}.claims: two rules for one path")
    return rules


def _rule(entry: Fields) -> ClaimRule:
    svg_id = entry.text("svg_id", max_length=200) if entry.has("svg_id") else ""
    if svg_id and not _SVG_ID.fullmatch(svg_id):
        raise MalformedError(f"{entry.where}.svg_id: expected letters, digits and underscores")
    return ClaimRule(
        path=read_path(entry.any("path"), f"{entry.where}.path"),
        mandatory=_flag(entry, "mandatory"),
        sd=entry.choice("sd", SelectiveDisclosure) if entry.has("sd") else SelectiveDisclosure.ALLOWED,
        labels=_labels(entry, "display", "label"),
        svg_id=svg_id,
    )


def _flag(entry: Fields, name: str) -> bool:
    """False where it is missing; null is no answer and refused, so that nobody reads it as the other one."""
    try:
        entry.any(name)
    except MalformedError:
        return False
    return entry.boolean(name)


def _labels(fields: Fields, name: str, text: str) -> dict[str, str]:
    """Words by language tag; `lang` is what drafts before 2025 called `locale`."""
    if not fields.has(name):
        return {}
    labels = {}
    for entry in fields.objects(name, most=100):
        tag = "locale" if entry.has("locale") else "lang"
        labels[entry.text(tag, max_length=50)] = entry.text(text, max_length=_MAX_WORDS)
    return labels


def _is_missing(path: ClaimPath, places: Iterable[Path], found: VerifiedSdJwtVc) -> bool:
    """Whether some object or array that should have the claim at the end of a path lacks it.

    A rule about a part speaks of the wholes that are there, each of them where the path says null: one that
    was kept back, or is optional, lacks nothing.
    """
    wholes = select(found.claims, path[:-1]) if len(path) > 1 else [()]
    return not {place[:-1] for place in places} >= set(wholes)


def _require_sd(place: Path, rule: ClaimRule, found: VerifiedSdJwtVc) -> None:
    selective = place in found.disclosed
    if rule.sd is SelectiveDisclosure.NEVER and selective:
        raise MalformedCredentialError(
            f"credential: the claim {list(place)} must not be selectively disclosable"
        )
    if rule.sd is SelectiveDisclosure.ALWAYS and not selective:
        raise MalformedCredentialError(f"credential: the claim {list(place)} cannot be kept back")
