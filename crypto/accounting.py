"""What do many releases about one person come to together? Never less than they do.

Releases with discrete Gaussian noise are ρ-zCDP each, those with discrete Laplace noise ε-differentially
private and therefore ε²/2-zCDP (Bun and Steinke, TCC 2016, proposition 1.4). The ρ of all of them add up,
however the later ones were chosen after the earlier (lemma 2.3), and the sum is turned into one epsilon at
one delta. So many small answers cost less than the sum of their epsilons, and delta is paid once.

Fractions throughout; what has to be rounded, in `crypto.noise`, is rounded up. The sum of the epsilons itself
is the coarser bound, which nodes charge: `rho_from_epsilon` never buys less ρ for a whole than for its parts,
so whoever keeps the sum below ε has an account below (ε, delta) here.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from crypto.errors import OutOfRangeError
from crypto.noise import DELTA, epsilon_from_rho, rho_from_epsilon


def rho_of_pure(epsilon: Decimal) -> Fraction:
    """The ρ of an epsilon-differentially private release: ε²/2, exactly.

    Raises:
        OutOfRangeError: epsilon is negative or not finite.
    """
    if not epsilon.is_finite() or epsilon < 0:
        raise OutOfRangeError(f"epsilon is finite and not negative, got {epsilon}")
    return Fraction(epsilon) ** 2 / 2


def composed(gaussian: Iterable[Decimal], pure: Iterable[Decimal] = (), *, delta: Decimal = DELTA) -> Decimal:
    """The epsilon at one delta that all releases together have, rounded up.

    Args:
        gaussian: the epsilon that each release with Gaussian noise was planned for, at the same delta.
        pure: the epsilon of each release with Laplace noise.
        delta: the probability outside of which it holds.

    Raises:
        OutOfRangeError: an epsilon or delta is out of range.
    """
    rho = sum((rho_from_epsilon(each, delta) for each in gaussian), Fraction(0))
    return epsilon_from_rho(sum(map(rho_of_pure, pure), rho), delta)
