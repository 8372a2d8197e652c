"""What a node or the market could do to a result on its way to the buyer, as changes of the document."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from consent.job import result_context
from consent.statement import (
    sign_output,
    sign_summand,
    verify_output,
    verify_summand,
)
from crypto.encoding import b64url_decode, b64url_encode, canonical_json, sha256
from crypto.sealing import SealingKey, seal
from crypto.signing import SigningKey
from ssi.jws import sign_jws
from ssi.trust import sign_registry
from ssi.trust_parts import Validity, assemble_registry
from tests.marketplace.web.crowd import NAMES
from tests.ssi import parties

Document = dict[str, Any]
Change = Callable[[Document], None]


@dataclass(frozen=True)
class Attack:
    """A change, the nodes that are to be named for it, and a part of what is said."""

    name: str
    change: Change
    culprits: tuple[str, ...]
    said: str

    def apply(self, document: Document) -> Document:
        """The changed document; the given one stays as it is."""
        changed: Document = json.loads(json.dumps(document))
        self.change(changed)
        return changed


def _key(role: int) -> SigningKey:
    return parties.ed25519(NAMES[role])


def _restated(role: int, /, **members: object) -> Change:
    """A node signs another statement than the honest one."""

    def change(document: Document) -> None:
        output = document["outputs"][role]
        statement = verify_output(output["statement"], _key(role).public)
        output["statement"] = sign_output(replace(statement, **members), _key(role))  # type: ignore[arg-type]

    return change


def _resigned(role: int, key: SigningKey) -> Change:
    """A statement is signed anew by somebody else."""

    def change(document: Document) -> None:
        output = document["outputs"][role]
        output["statement"] = sign_output(verify_output(output["statement"], _key(role).public), key)

    return change


def _backed_otherwise(holder: int, key: SigningKey | None = None, **members: object) -> Change:
    """What stands for the word of the next node about its summand is another word."""

    def change(document: Document) -> None:
        maker = (holder + 1) % 3
        output = document["outputs"][holder]
        statement = verify_summand(output["held_statement"], _key(maker).public)
        output["held_statement"] = sign_summand(replace(statement, **members), key or _key(maker))  # type: ignore[arg-type]

    return change


def _flipped(role: int, place: int) -> Change:
    def change(document: Document) -> None:
        envelope = bytearray(b64url_decode(document["outputs"][role]["envelope"]))
        envelope[place] ^= 1
        document["outputs"][role]["envelope"] = b64url_encode(bytes(envelope))

    return change


def _sealed_to_a_stranger(role: int) -> Change:
    def change(document: Document) -> None:
        context = result_context(document["job_id"], document["attempt"], role)
        envelope = seal(b"anything", SealingKey.generate().public, context=context)
        document["outputs"][role]["envelope"] = b64url_encode(envelope)
        _restated(role, envelope_digest=b64url_encode(sha256(envelope)))(document)

    return change


def _without_signature(document: Document) -> None:
    payload = document["outputs"][0]["statement"].split(".")[1]
    bare = b64url_encode(canonical_json({"alg": "none", "typ": "output-statement+jwt"}))
    document["outputs"][0]["statement"] = f"{bare}.{payload}."


def _altered_payload(document: Document) -> None:
    header, payload, signature = document["outputs"][0]["statement"].split(".")
    claims = json.loads(b64url_decode(payload)) | {"admitted": 1_000_000}
    document["outputs"][0]["statement"] = f"{header}.{b64url_encode(canonical_json(claims))}.{signature}"


def _of_another_type(document: Document) -> None:
    statement = verify_output(document["outputs"][0]["statement"], _key(0).public)
    document["outputs"][0]["statement"] = sign_jws(statement.to_json(), _key(0), typ="summand-digest+jwt")


def _with_an_unknown_member(document: Document) -> None:
    statement = verify_output(document["outputs"][0]["statement"], _key(0).public)
    claims = {**statement.to_json(), "more": True}
    document["outputs"][0]["statement"] = sign_jws(claims, _key(0), typ="output-statement+jwt")


def _swapped_envelopes(document: Document) -> None:
    first, second = document["outputs"][:2]
    first["envelope"], second["envelope"] = second["envelope"], first["envelope"]


def _swapped_outputs(document: Document) -> None:
    outputs = document["outputs"]
    outputs[0], outputs[1] = outputs[1], outputs[0]


def _two_outputs(document: Document) -> None:
    del document["outputs"][2]


def _set(*path: str | int, to: object) -> Change:
    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != to
        place[path[-1]] = to

    return change


def _other_registry(signer: SigningKey = parties.AUTHORITY, **changes: Any) -> Change:
    """Another registry than the market's; `replaced` gives a node the key of somebody else."""

    def change(document: Document) -> None:
        made = parties.parts()
        for part in made:
            body = part.get("node")
            if isinstance(body, dict) and body["id"] in changes.get("replaced", {}):
                body["verifying_key"] = changes["replaced"][body["id"]].public.to_jwk()
        named = [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(made)]
        validity = changes.get("validity", parties.VALIDITY)
        registry = assemble_registry(named, authority=signer.public, validity=validity)
        document["registry"] = sign_registry(registry, signer)

    return change


STRANGER = parties.ed25519("stranger")
ZEROS = b64url_encode(bytes(32))
OVER = Validity(parties.NOW - 2 * parties.YEAR, parties.NOW - timedelta(days=1))

ATTACKS = [
    Attack("an altered envelope", _flipped(1, 60), ("node-b",), "node-b signed another envelope"),
    Attack("an altered encapsulated key", _flipped(2, 0), ("node-c",), "node-c signed another envelope"),
    Attack("two envelopes swapped", _swapped_envelopes, ("node-a", "node-b"), "another envelope"),
    Attack(
        "sealed to a stranger", _sealed_to_a_stranger(2), ("node-c",), "node-c sealed its part to another key"
    ),
    Attack(
        "a statement by another key", _resigned(0, STRANGER), ("node-a",), "node-a did not sign its output"
    ),
    Attack(
        "a statement by another node", _resigned(0, _key(1)), ("node-a",), "node-a did not sign its output"
    ),
    Attack("an altered statement", _altered_payload, ("node-a",), "node-a did not sign its output"),
    Attack(
        "a statement without signature", _without_signature, ("node-a",), "node-a did not sign its output"
    ),
    Attack("a statement of another type", _of_another_type, ("node-a",), "node-a did not sign its output"),
    Attack(
        "a statement with more in it", _with_an_unknown_member, ("node-a",), "node-a did not sign its output"
    ),
    Attack("another attempt", _restated(0, attempt=2), ("node-a",), "of another job, attempt or role"),
    Attack("another job", _restated(1, job_id="another"), ("node-b",), "of another job, attempt or role"),
    Attack("another role", _restated(2, role=0), ("node-c",), "of another job, attempt or role"),
    Attack(
        "another query", _restated(2, query_digest=ZEROS), ("node-c",), "node-c answered another question"
    ),
    Attack("other people", _restated(1, admitted_root=ZEROS), ("node-b",), "with different people"),
    Attack("another number of people", _restated(0, admitted=119), ("node-a",), "with different people"),
    Attack("other cells", _restated(2, cells_digest=ZEROS), ("node-c",), "with different numbers"),
    Attack(
        "two digests by the maker", _restated(1, own_digest=ZEROS), ("node-b",), "node-b signed two different"
    ),
    Attack(
        "another digest by the holder",
        _restated(0, held_digest=ZEROS),
        ("node-a",),
        "node-a holds another part",
    ),
    Attack(
        "no word of the maker",
        _set("outputs", 0, "held_statement", to="nothing"),
        ("node-a",),
        "shows no statement of node-b",
    ),
    Attack(
        "the maker's word forged", _backed_otherwise(0, STRANGER), ("node-a",), "shows no statement of node-b"
    ),
    Attack(
        "the maker's word for another run",
        _backed_otherwise(1, binding=ZEROS),
        ("node-b",),
        "node-b holds another part",
    ),
    Attack(
        "the maker's word about another",
        _backed_otherwise(2, digest=ZEROS),
        ("node-c",),
        "node-c holds another part",
    ),
    Attack(
        "another computation",
        _set("computation", "statistics", 1, "minimum", to=0.0),
        (),
        "another description",
    ),
    Attack(
        "a computation with less noise", _set("computation", "measures", 0, "noise_variance", to=0.5), (), ""
    ),
    Attack(
        "another query on top", _set("query", "privacy", "floor", to=25), (), "the result of another order"
    ),
    Attack("another order", _set("order_id", to="another"), (), "the result of another order"),
    Attack(
        "a manifest of another run",
        _set("manifest_digest", to=ZEROS),
        ("node-a", "node-b", "node-c"),
        "another part",
    ),
    Attack("a registry by a stranger", _other_registry(STRANGER), (), "not signed by the authority"),
    Attack("a registry that ran out", _other_registry(validity=OVER), (), "out of date"),
    Attack(
        "a registry with another key",
        _other_registry(replaced={"node-b": STRANGER}),
        ("node-b",),
        "node-b did not sign",
    ),
    Attack("an unknown node", _set("nodes", 2, to="node-x"), (), ""),
    Attack("one node twice", _set("nodes", 2, to="node-a"), (), ""),
    Attack("only two outputs", _two_outputs, (), ""),
    Attack("outputs in another order", _swapped_outputs, (), ""),
]
