"""What does an attacker gain from the answers that nodes give? Its measured advantage against its bound.

Every line is a game of `examples.attacks`: 0 is guessing, 0.5 is knowing. The gate is what the rule promises
and what chance may add to it once in 10^9 runs.
"""

from examples.attacks import on_exact, on_noise, on_quotes
from examples.attacks.game import Score
from examples.attacks.house import house
from examples.bench import effort
from examples.bench.row import Row

UNIT = "of 0.5"


def rows() -> list[Row]:
    """All games."""
    with house() as node:
        plays = on_exact.LEAST_PLAYS if effort.is_quick() else on_exact.PLAYS
        exact = [on_exact.play(name, node, plays=plays) for name in on_exact.ATTACKS]
        noised = [attack(node) for attack in on_noise.ATTACKS]
        quoted = [on_quotes.play(name, node, plays=plays) for name in on_quotes.ATTACKS]
    return [_row(each) for each in (*exact, *noised, *quoted)]


def _row(scored: Score) -> Row:
    name = f"{scored.name} ({scored.answers:,.0f} answers, bound {scored.bound:.3f})"
    return Row(name, UNIT, max(0.0, scored.advantage), gate=scored.limit)
