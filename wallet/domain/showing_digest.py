"""Is it still the same request, and does the page still say the same? Digests that answer it.

A request is the same only if all of it is: who asks, for which nonce, where the answer goes and how it
travels, what is asked for and why, what is agreed to. A page is the same only if every line of it is. What a
person decides about carries the digest of her page, so nothing can be put in the place of what she saw.
"""

from collections.abc import Iterator, Mapping

from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from ssi.openid4vp.request import AuthorizationRequest
from wallet.domain.showing_question import Question


def digest_of_request(request: AuthorizationRequest, purposes: Mapping[int, str]) -> str:
    """By what the same request is recognised, whenever it is fetched again: everything in it.

    Raises:
        MalformedError: a number in it is none that all programs read alike (RFC 8785).
    """
    why: list[Json] = [[index, text] for index, text in sorted(purposes.items())]
    return b64url_encode(sha256(canonical_json([request.to_claims(), why])))


def digest_of_question(question: Question) -> str:
    """By what the page of a request is recognised: the request, who asks, and every line of each option."""
    purposes = {each.index: each.purpose for each in question.sets if each.purpose is not None}
    whole = [
        digest_of_request(question.request, purposes),
        canonical_json(question.asker.to_document()),
        question.purposes,
        [(part.index, list(_options(question, part.index))) for part in question.parts],
    ]
    # Written as Python writes it: a credential may hold numbers for which there is no canonical JSON.
    return b64url_encode(sha256(ascii(whole).encode("ascii")))


def _options(question: Question, index: int) -> Iterator[tuple[object, ...]]:
    for option in question.parts[index].options:
        card = option.card
        lines = [(line.path, line.value, line.asked) for line in option.lines]
        named = None if card.data_set is None else card.data_set.ref
        yield option.key, card.title, card.issuer_name, named, card.traces.value, lines
