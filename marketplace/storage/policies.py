"""How are the policies of a crowd read fast? Most people choose among few terms, each for a time of her own.

What `to_offer` wrote for a policy differs between people of the same terms in three texts alone: the id of
the consent, and the two moments. These are taken out of the document, what is left is read once for all who
say the same, and each person's moments are put into what it came to. The texts are found by what stands
before them in canonical JSON, which no other text can spell, because a quotation mark inside of one is
escaped. A document in which not each of them stands once, or whose moments are not in their one form, is read
as it is.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from consent.odrl import from_odrl
from consent.policy import Policy
from crypto.encoding import parse_json

MOST_KNOWN: Final = 100_000
_ID: Final = '"@id":"urn:uuid:'
_ID_CHARACTERS: Final = 36
_GIVEN_AT, _VALID_UNTIL = (
    f'{{"leftOperand":"{name}","operator":"{operator}","rightOperand":"'
    for name, operator in (("mk:givenAt", "eq"), ("dateTime", "lt"))
)
_MOMENT_CHARACTERS: Final = 20
_MOMENTS: Final = ("2001-02-03T04:05:06Z", "2002-03-04T05:06:07Z")
"""Stand in the place of a person's own while what is left is read."""


class _Gap(NamedTuple):
    """Where a text of one's own stands."""

    start: int
    end: int


def read_policy(document: str) -> Policy:
    """The policy that was written down.

    Raises:
        MalformedError: it is none.
        TermsError: it contradicts itself.
    """
    named = _gap(document, _ID, _ID_CHARACTERS)
    given, until = (_gap(document, before, _MOMENT_CHARACTERS) for before in (_GIVEN_AT, _VALID_UNTIL))
    if named is None or given is None or until is None:
        return _read(document)
    times = [_moment(document[each.start : each.end]) for each in (given, until)]
    if times[0] is None or times[1] is None:
        return _read(document)
    alike, at = [], 0
    for gap, text in sorted(((named, ""), (given, _MOMENTS[0]), (until, _MOMENTS[1]))):
        alike += [document[at : gap.start], text]
        at = gap.end
    return _read("".join([*alike, document[at:]])).dated(times[0], times[1])


def _gap(document: str, before: str, characters: int) -> _Gap | None:
    """Where the text is that stands after another one; None if that stands there twice, or nowhere."""
    start = document.find(before)
    if start < 0 or document.find(before, start + 1) >= 0:
        return None
    start += len(before)
    end = start + characters
    return _Gap(start, end) if document[end : end + 1] == '"' else None


@lru_cache(maxsize=MOST_KNOWN)
def _read(document: str) -> Policy:
    return from_odrl(parse_json(document), "stored policy")


def _moment(text: str) -> datetime | None:
    """A moment in its one form; None if it has another."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.isoformat() == f"{text[:-1]}+00:00" else None
