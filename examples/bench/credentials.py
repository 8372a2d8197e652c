"""What does a credential with selective disclosure cost, beside `sd-jwt` and beside linked data by `didkit`?

The same claims on all sides: a few that are always shown and twenty that are shown one by one, signed with
ES256. With `sd-jwt` each step is compared: a presentation of five claims as it is, and one of all twenty that
its holder bound to a verifier. `didkit` cannot hide claims: it signs all of them with Ed25519Signature2018.
Ours checks more of what it reads (RFC 9901 §7.1) and writes canonical JSON.

What cannot be gained: one ES256 signature takes about 25 µs and one verification about 60 µs in OpenSSL, on
both sides. A bound presentation needs two verifications, so of the time that a ratio of three would leave,
the signatures alone take three quarters. Each side repeats one piece of work after the other, as a server
does. Lists of a million statuses stand below, without a peer.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from crypto.signing import SigningKey, VerifyingKey, generate_es256
from examples.bench.environments import ask
from examples.bench.row import Row, interleaved, median_seconds
from ssi.bitstring import Bitstring
from ssi.key_binding import Challenge, bind_presentation, verify_key_binding
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt, present_sd_jwt
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list, verify_status_list

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
MILLI = 1e3
PEER = "sd-jwt 0.10.4"
LINKED_PEER = "didkit 0.3.3"
SD_JWT_GATE = 3.0
LINKED_GATE = 5.0
ENTRIES = 1_000_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CHALLENGE = Challenge("https://verifier.example", "n-0S6_WzA2Mj")
URI = "https://university.example/status-lists/1"


def rows(console: Console) -> list[Row]:
    """Issue, present and verify, and lists of statuses; without a peer its columns stay empty."""
    issued, presented, verified, bound, verified_bound = (
        median_seconds(work, rounds=101) for work in _works()
    )
    task = json.dumps({"shown": SHOWN, "hidden": HIDDEN, "chosen": CHOSEN})
    theirs = ask("sd-jwt", "sd_jwt_peer.py", console, task) or {}
    linked = ask("didkit", "didkit_peer.py", console, json.dumps(HIDDEN)) or {}
    beside = (
        ("issue a credential of 20 selective claims", "issue", issued, SD_JWT_GATE),
        ("present five of them", "present", presented, None),
        ("verify the presentation", "verify", verified, None),
        ("present all, bound to a verifier", "present_bound", bound, None),
        ("verify the bound presentation", "verify_bound", verified_bound, SD_JWT_GATE),
    )
    return [
        *(_row(name, seconds, (PEER, theirs.get(step)), gate) for name, step, seconds, gate in beside),
        _row("issue, beside linked data", issued, (LINKED_PEER, linked.get("issue")), LINKED_GATE),
        _row("verify, beside linked data", verified, (LINKED_PEER, linked.get("verify")), LINKED_GATE),
        *status_rows(),
    ]


def status_rows() -> list[Row]:
    """Sign and look up a million statuses of which one in a hundred is taken back, in both standards."""
    key = generate_es256()
    taken_back = dict.fromkeys(range(0, ENTRIES, 100), Status.INVALID)
    statuses = StatusList.of(ENTRIES, taken_back)
    bits = Bitstring.of(ENTRIES, taken_back)
    published = PublishedStatusList(URI, statuses, NOW, NOW + timedelta(days=1), ttl_seconds=300)
    token, encoded = sign_status_list(published, key, kid="1"), bits.encode()

    def look_up() -> Status:
        return verify_status_list(token, key.public, uri=URI, now=NOW).statuses.status(ENTRIES - 1)

    works = [
        lambda: sign_status_list(published, key, kid="1"),
        look_up,
        bits.encode,
        lambda: Bitstring.decode(encoded).value(ENTRIES - 1),
    ]
    names = ("sign a token status list", "verify and look up", "encode a bitstring", "decode and look up")
    return [
        Row(f"{name}, 1,000,000 entries", "ms", seconds * MILLI)
        for name, seconds in zip(names, interleaved(works), strict=True)
    ]


def _works() -> list[Callable[[], object]]:
    claims = {**SHOWN, **{name: Selective(value) for name, value in HIDDEN.items()}}
    key, holder = generate_es256(), generate_es256()
    held = {**claims, "cnf": {"jwk": holder.public.to_jwk()}}
    token = issue_sd_jwt(held, key, typ=TYP)
    presentation = present_sd_jwt(token, [(name,) for name in CHOSEN])
    shown = _bound(token, holder)
    return [
        lambda: issue_sd_jwt(held, key, typ=TYP),
        lambda: present_sd_jwt(token, [(name,) for name in CHOSEN]),
        lambda: parse_sd_jwt(presentation, "bench").verify(key.public, typ=TYP),
        lambda: _bound(token, holder),
        lambda: _verify_bound(shown, key.public),
    ]


def _bound(token: str, holder: SigningKey) -> str:
    whole = present_sd_jwt(token, [(name,) for name in HIDDEN])
    return bind_presentation(whole, holder, CHALLENGE, now=NOW)


def _verify_bound(shown: str, key: VerifyingKey) -> object:
    """With the holder's key from the credential, as whoever verifies one has to."""
    unverified = parse_sd_jwt(shown, "bench")
    claims = unverified.verify(key, typ=TYP).claims
    holder: dict[str, dict[str, object]] = claims["cnf"]  # type: ignore[assignment]
    return verify_key_binding(unverified, VerifyingKey.from_jwk(holder["jwk"]), CHALLENGE, now=NOW)


def _row(name: str, seconds: float, peer: tuple[str, float | None], gate: float | None) -> Row:
    theirs = peer[1]
    return Row(name, "µs", seconds * MICRO, peer[0], None if theirs is None else theirs * MICRO, gate)
