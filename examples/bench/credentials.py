"""What does a credential with selective disclosure cost, beside the reference implementation `sd-jwt`?

The same claims on both sides: a few that are always shown and twenty that are shown one by one, signed with
ES256 and without key binding. A presentation shows five. Ours checks more of what it reads (RFC 9901 §7.1)
and writes canonical JSON.
"""

import json

from rich.console import Console

from crypto.signing import generate_es256
from examples.bench.environments import ask
from examples.bench.row import Row, interleaved
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt, present_sd_jwt

TYP = "dc+sd-jwt"
SHOWN: dict[str, object] = {
    "iss": "https://university.example",
    "vct": "exam/1",
    "iat": 1_700_000_000,
    "exp": 1_900_000_000,
}
HIDDEN: dict[str, object] = {f"attribute_{place}": place * 37 for place in range(20)}
CHOSEN = tuple(HIDDEN)[:5]
MICRO = 1e6
PEER = "sd-jwt 0.10.4"


def rows(console: Console) -> list[Row]:
    """Issue, present and verify; without the peer its columns stay empty."""
    claims = {**SHOWN, **{name: Selective(value) for name, value in HIDDEN.items()}}
    key = generate_es256()
    token = issue_sd_jwt(claims, key, typ=TYP)
    presentation = present_sd_jwt(token, [(name,) for name in CHOSEN])
    issued, presented, verified = interleaved(
        [
            lambda: issue_sd_jwt(claims, key, typ=TYP),
            lambda: present_sd_jwt(token, [(name,) for name in CHOSEN]),
            lambda: parse_sd_jwt(presentation, "bench").verify(key.public, typ=TYP),
        ],
        rounds=101,
    )
    task = json.dumps({"shown": SHOWN, "hidden": HIDDEN, "chosen": CHOSEN})
    theirs = ask("sd-jwt", "sd_jwt_peer.py", console, task) or {}
    return [
        Row(name, "µs", seconds * MICRO, PEER, theirs[step] * MICRO if step in theirs else None)
        for name, step, seconds in (
            ("issue a credential of 20 selective claims", "issue", issued),
            ("present five of them", "present", presented),
            ("verify the presentation", "verify", verified),
        )
    ]
