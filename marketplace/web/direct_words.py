"""The words of the screens about scores and sums: where they stand, and the command that does what keys do.

Asking and opening take the buyer's own keys, which never come here. So a screen shows the price, the state
and the money, and the command for the buyer's own machine.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from shlex import quote
from typing import Final

from flask import request
from werkzeug.wrappers import Response

from marketplace.domain.crowd import CrowdState
from marketplace.domain.score import ScoreState

SCORE_STATES: Final[Mapping[ScoreState, tuple[str, str]]] = {
    ScoreState.ASKED: ("waiting for the person", "note"),
    ScoreState.ANSWERED: ("answered", "good"),
    ScoreState.SETTLED: ("answered, all paid", "good"),
    ScoreState.REFUSED: ("refused, money returned", "bad"),
    ScoreState.EXPIRED: ("not answered, money returned", "bad"),
    ScoreState.WITHDRAWN: ("agreement ended, money returned", "bad"),
    ScoreState.DISPUTED: ("wrong answer, money returned", "bad"),
}
CROWD_STATES: Final[Mapping[CrowdState, tuple[str, str]]] = {
    CrowdState.JOINING: ("people are joining", "note"),
    CrowdState.SHARING: ("round 1 of 3", "note"),
    CrowdState.MASKING: ("round 2 of 3", "note"),
    CrowdState.REVEALING: ("round 3 of 3", "note"),
    CrowdState.RELEASED: ("sum ready", "good"),
    CrowdState.SETTLED: ("sum ready, all paid", "good"),
    CrowdState.FAILED: ("failed, money returned", "bad"),
    CrowdState.DISPUTED: ("wrong sum, money returned", "bad"),
}
ROUNDS: Final[Mapping[CrowdState, str]] = {
    CrowdState.SHARING: "1: the wallets agree on keys",
    CrowdState.MASKING: "2: the wallets send masked numbers",
    CrowdState.REVEALING: "3: the wallets take the masks off the sum",
}
SCORE_STEPS: Final = ("Asked", "Answered by the person", "Opened, and the person paid")
CROWD_STEPS: Final = ("People join", "Round 1", "Round 2", "Round 3", "Opened, and everybody paid")


def score_step(state: ScoreState) -> int:
    """How many of `SCORE_STEPS` are behind a request."""
    return {ScoreState.ANSWERED: 2, ScoreState.SETTLED: 3, ScoreState.DISPUTED: 2}.get(state, 1)


def crowd_step(state: CrowdState) -> int:
    """How many of `CROWD_STEPS` are behind an order that has not come to nothing."""
    running = (CrowdState.JOINING, CrowdState.SHARING, CrowdState.MASKING, CrowdState.REVEALING)
    if state in running:
        return running.index(state)
    return len(CROWD_STEPS) if state is CrowdState.SETTLED else len(running)


def has_moved(state: StrEnum) -> bool:
    """Whether a page that looks for news by itself was made in another state than the present one."""
    return bool(request.headers.get("HX-Request")) and request.args.get("seen") != state.value


def whole_page_anew() -> Response:
    """Have the whole page loaded again: more of it than the part that looks for news is different now."""
    return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})


def where_text(public_url: str) -> str:
    """The line that says once where the market and the keys are."""
    return (
        f"export BUYER_URL={quote(public_url)} BUYER_KEYS=buyer.json"
        " BUYER_API_KEY_FILE=api.key BUYER_AUTHORITY=authority.jwk"
    )


def command_text(words: Sequence[str]) -> str:
    """A command for the buyer's own machine, one option a line."""
    text = "buyer"
    for word in words:
        text += f" \\\n    {quote(word)}" if word.startswith("--") else f" {quote(word)}"
    return text


def weight_words(weights: Mapping[str, int]) -> list[str]:
    """Weights as a command takes them."""
    return [word for name, weight in weights.items() for word in ("--weight", f"{name}={weight}")]
