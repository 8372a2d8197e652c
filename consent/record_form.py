"""How are consents read fast that differ in nothing but what is each person's own?

A record is accepted only if it is what this code writes for the consent in it (`consent.record`), which means
reading and writing a policy for every person, though most people choose among few terms. What is written for
a policy differs from person to person in eight texts alone, which stand in it verbatim. So a *form*, the
record of a policy with gaps for these texts, is written once, and a document is held against it: if the
person's own texts in the gaps give the document byte for byte, it is what would have been written for the
policy of that form and these texts. Whatever does not fit a form is read the long way and refused there.

A form is found by the rules of the policy, which are its constraints without its times and its prohibitions,
and is made from these and nothing else; how it is found is no part of the proof. People who may be joined
with others have more that is their own, and are read the long way.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from consent.policy import Policy
from consent.record_document import NOTICE_PREFIX
from consent.signed import MAX_ID, is_consent_id
from crypto.encoding import Json, b64url_decode
from crypto.errors import MalformedError
from crypto.reading import utc_text

MAX_LANGUAGE: Final = 20
_GIVEN_AT, _VALID_UNTIL = "mk:givenAt", "dateTime"


class Own(NamedTuple):
    """The texts of a record that are one person's own."""

    consent_id: str
    subject: str
    controller: str
    credential_digest: str
    inputs_digest: str
    notice: str
    given_at: str
    valid_until: str
    language: str

    @property
    def is_fit(self) -> bool:
        """Whether each is of its form; times are looked at when they are read."""
        try:
            for digest in (self.credential_digest, self.inputs_digest, self.notice):
                b64url_decode(digest, length=32)
        except MalformedError:
            return False
        names = (self.subject, MAX_ID), (self.controller, MAX_ID), (self.language, MAX_LANGUAGE)
        fits = all(0 < len(text) <= most and "\x00" not in text for text, most in names)
        return fits and is_consent_id(self.consent_id)


GAPS: Final = Own(
    "urn:uuid:00000000-0000-4000-8000-9d1c5b9f4e27",
    "subject 9d1c5b9f4e27",
    "controller 9d1c5b9f4e27",
    "credential-9d1c5b9f4e27AAAAAAAAAAAAAAAAAAAA",
    "inputs-9d1c5b9f4e27AAAAAAAAAAAAAAAAAAAAAAAA",
    "notice-9d1c5b9f4e27AAAAAAAAAAAAAAAAAAAAAAAA",
    "2001-02-03T04:05:06Z",
    "2002-03-04T05:06:07Z",
    "lang 9d1c5b9f4e27",
)
"""What stands in the gaps while a form is written."""


@dataclass(frozen=True)
class RecordForm:
    """The record of a policy with gaps: texts, and between them which of a person's own texts stands there.

    `policy` has the times of `GAPS`.
    """

    policy: Policy = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    gaps: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, policy: Policy, written: str) -> "RecordForm":
        """The form of a policy, from what is written for it with `GAPS` as the person's own texts."""
        pieces = re.split("|".join(f"({re.escape(gap)})" for gap in GAPS), written)
        # Of all groups one matched between two texts: the others are None.
        step = len(GAPS) + 1
        texts = tuple(str(pieces[at]) for at in range(0, len(pieces), step))
        between = [pieces[at + 1 : at + step] for at in range(0, len(pieces) - 1, step)]
        gaps = tuple(next(place for place, found in enumerate(each) if found) for each in between)
        return cls(policy, texts, gaps)

    def filled(self, own: Own) -> bytes:
        """What is written for the policy with a person's own texts, in canonical JSON."""
        escaped = [json.dumps(text, ensure_ascii=False)[1:-1] for text in own]
        whole = [self.texts[0]]
        for gap, text in zip(self.gaps, self.texts[1:], strict=True):
            whole += [escaped[gap], text]
        return "".join(whole).encode()


def own_texts(document: Mapping[str, Any]) -> tuple[Own, str] | None:
    """A person's own texts in a document, and its rules without them; None if it is no such record."""
    try:
        record = document["record"]
        (notice,) = record["dpv:hasNotice"]
        (process,) = record["dpv:hasProcess"]
        policy = process["odrl:hasPolicy"][0]
        (permission,) = policy["permission"]
        constraints = {each["leftOperand"]: each for each in permission["constraint"]}
        own = Own(
            document["consent_id"],
            record["dpv:hasDataSubject"][0]["@id"],
            record["dpv:hasDataController"][0],
            document["credential_digest"],
            document["inputs_digest"],
            notice["@id"].removeprefix(NOTICE_PREFIX),
            constraints[_GIVEN_AT]["rightOperand"],
            constraints[_VALID_UNTIL]["rightOperand"],
            notice["dct:language"],
        )
        without = {_GIVEN_AT: GAPS.given_at, _VALID_UNTIL: GAPS.valid_until}
        alike = [
            {**each, "rightOperand": without.get(name, each["rightOperand"])}
            for name, each in constraints.items()
        ]
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None
    rules = [alike, policy.get("prohibition", [])]
    return (own, json.dumps(rules)) if all(type(text) is str for text in own) and own.is_fit else None


def rules_of(key: str) -> tuple[list[Json], list[Json]] | None:
    """The constraints and prohibitions by which a form is found.

    None if a text of `GAPS` stands where it would be no gap.
    """
    constraints, prohibitions = json.loads(key)
    said = key.replace(json.dumps(GAPS.given_at), "", 1).replace(json.dumps(GAPS.valid_until), "", 1)
    return None if any(gap in said for gap in GAPS) else (constraints, prohibitions)


def moment_in(text: str) -> datetime | None:
    """A moment in its one form (`Fields.moment`); None if it has another."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if utc_text(moment) == text else None
    except (ValueError, MalformedError):
        return None
