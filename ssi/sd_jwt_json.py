"""The same SD-JWT as a JSON document instead of a line of text: JWS JSON serialisation (RFC 9901 §8).

Flattened for one signature, general for several by the same issuer over the same claims. The disclosures and
the key binding stand in the unprotected header of the first signature (§8.1); the key binding covers the
compact form of that first one (§8.2), so here a document becomes compact forms and every check stays the
same.
"""

from collections.abc import Sequence
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.sd_jwt import MAX_DISCLOSURES, join_sd_jwt

MAX_SIGNATURES: Final = 10
_MOST: Final = 16 * 1024 * 1024


def write_flattened(compact: str) -> dict[str, Json]:
    """One SD-JWT, with or without key binding, in the flattened form.

    Raises:
        MalformedError: it is no SD-JWT in the compact form.
    """
    (protected, payload, signature), header = _taken_apart(compact)
    return {"payload": payload, "protected": protected, "signature": signature, "header": header}


def write_general(compact: str, *further: str) -> dict[str, Json]:
    """One SD-JWT in the general form, with further signatures: issuer-signed JWTs over the same payload.

    Raises:
        MalformedError: one is not of its form, or signs another payload.
    """
    (protected, payload, signature), header = _taken_apart(compact)
    signatures: list[Json] = [{"protected": protected, "signature": signature, "header": header}]
    for token in further:
        other = _jwt(token)
        if other[1] != payload:
            raise MalformedError("signatures: another payload than the first one signs")
        signatures.append({"protected": other[0], "signature": other[2]})
    return {"payload": payload, "signatures": signatures}


def read_json_serialization(document: Json, where: str) -> tuple[str, ...]:
    """The compact form of each signature, in order; only the first carries the key binding.

    Raises:
        MalformedError: neither of the two forms, disclosures or a key binding outside of the first signature
            or not as text, or too many.
    """
    fields = Fields.of(document, where)
    payload = fields.text("payload", max_length=_MOST)
    general = fields.has("signatures")
    if general == fields.has("signature"):
        raise MalformedError(f"{where}: expected either signature or signatures")
    signed = fields.objects("signatures", least=1, most=MAX_SIGNATURES) if general else (fields,)
    disclosures, key_binding = _header(signed[0])
    tokens = [_part(signed[0], payload), *(_part(entry, payload) for entry in signed[1:])]
    for entry in signed[1:]:
        if entry.has("header") and any(
            entry.section("header").has(name) for name in ("disclosures", "kb_jwt")
        ):
            raise MalformedError(f"{entry.where}: only the first signature has disclosures and a key binding")
    bound = join_sd_jwt(tokens[0], disclosures) + key_binding
    return (bound, *(join_sd_jwt(token, disclosures) for token in tokens[1:]))


def _taken_apart(compact: str) -> tuple[Sequence[str], dict[str, Json]]:
    issuer_signed, *disclosures = compact.split("~")
    if not disclosures:
        raise MalformedError("credential: expected an SD-JWT in the compact form")
    *shown, key_binding = disclosures
    header: dict[str, Json] = {"disclosures": list(shown)}
    return _jwt(issuer_signed), {**header, "kb_jwt": key_binding} if key_binding else header


def _jwt(token: str) -> Sequence[str]:
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 — header, payload and signature
        raise MalformedError("credential: expected an issuer-signed JWT")
    return parts


def _part(entry: Fields, payload: str) -> str:
    protected, signature = (entry.text(name, max_length=_MOST) for name in ("protected", "signature"))
    if any(set(text) & set(".~") for text in (protected, payload, signature)):
        raise MalformedError(f"{entry.where}: a part of a JWT has a dot or a tilde in it")
    return f"{protected}.{payload}.{signature}"


def _header(entry: Fields) -> tuple[tuple[str, ...], str]:
    if not entry.has("header"):
        return (), ""
    header = entry.section("header")
    disclosures: tuple[str, ...] = ()
    if header.has("disclosures"):
        disclosures = header.texts("disclosures", most=MAX_DISCLOSURES, max_length=_MOST)
    key_binding = header.text("kb_jwt", max_length=_MOST) if header.has("kb_jwt") else ""
    if any("~" in text for text in (*disclosures, key_binding)):
        raise MalformedError(f"{header.where}: a disclosure has a tilde in it")
    return disclosures, key_binding
