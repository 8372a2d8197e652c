"""Which numbers follow from an order and the people who joined: threshold, noise, and the run itself?

Everybody computes them alike, so nobody has to be believed about them. Of n people, `colluding` = n // 4 may
tell the buyer all they know, noise included. The threshold is the least number of people over whom a sum is
opened: the order's floor, and in any case more than (n + colluding) / 2, which is what
`crypto.functional.one_label_dropout` demands so that nobody is called silent and read. So at least
threshold - colluding of those who are in an opened sum are honest and keep their noise, and their noise alone
gives the promised ρ.

Noise is a discrete Gaussian, drawn by each wallet for itself and once. What is further out than 16 standard
deviations, which happens once in 10^56 draws, is drawn again, so that the noise has a stated width and can be
proven to have it (`crypto.linked.interval`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, isqrt, sqrt
from typing import Final

from consent.crowd_order import CrowdOrder
from consent.errors import MismatchError, TermsError
from consent.score_function import ScoreFunction, scored_attributes, scored_columns
from crypto.errors import OutOfRangeError
from crypto.functional.decentralised_keys import Cohort
from crypto.functional.multi_client_function import Function
from crypto.functional.one_label_run import Run
from crypto.linked.interval import MAX_WIDTH
from crypto.linked.one_label_link import Asked
from crypto.linked.statement import Context, Terms
from crypto.noise import discrete_gaussian, distributed_variance, rho_from_epsilon
from crypto.randomness import RandomBytes
from ssi.dataset import DataSet, data_set

COLLUDING_SHARE: Final = 4
_DEVIATIONS: Final = 16


@dataclass(frozen=True)
class CrowdNumbers:
    """What follows from an order and a number of people.

    `threshold` people are in an opened sum at least, `colluding` of all may collude; each adds noise of
    `variance`, within ±2^(noise_width - 1).
    """

    function: ScoreFunction
    size: int
    threshold: int
    colluding: int
    rho: Fraction
    variance: Fraction
    noise_width: int

    @property
    def bounds(self) -> tuple[int, ...]:
        """How large each weighed column can be."""
        return tuple(each.steps for each in scored_attributes(self.function.data_set))

    def noise_sd(self, heard: int) -> float:
        """The standard deviation of the noise in a sum over so many people, in columns."""
        return sqrt(heard * self.variance)

    def draw_noise(self, random: RandomBytes) -> int:
        """One wallet's noise."""
        most = 1 << (self.noise_width - 1)
        while True:
            noise = discrete_gaussian(self.variance, random)
            if -most <= noise < most:
                return noise


def function_of(order: CrowdOrder) -> ScoreFunction:
    """What an order weighs.

    Raises:
        UnknownDataSetError: it is about a data set that is not known here.
        TermsError: the weights are no function of it.
    """
    return ScoreFunction(data_set(order.data_set), order.weights)


def sensitivity_of(function: ScoreFunction) -> int:
    """By how much one person can change a sum, in columns."""
    low, high = function.bounds
    return high - low


def numbers_of(order: CrowdOrder, size: int) -> CrowdNumbers:
    """The numbers of an order over so many people.

    Raises:
        UnknownDataSetError, TermsError: the order is about no function of a known data set, there are fewer
            people than its floor or more than it allows, or `numbers_for` refuses.
    """
    if not order.floor <= size <= order.people:
        raise TermsError(f"expected {order.floor} to {order.people} people, got {size}")
    return numbers_for(function_of(order), size, floor=order.floor, epsilon=order.epsilon)


def numbers_for(function: ScoreFunction, size: int, *, floor: int, epsilon: Decimal) -> CrowdNumbers:
    """The numbers of a function over so many people, of whom at least `floor` are in an opened sum.

    Raises:
        TermsError: the epsilon is too small to be spent, or the noise would be too wide to be proven.
    """
    colluding = size // COLLUDING_SHARE
    threshold = max(floor, (size + colluding) // 2 + 1)
    try:
        rho = rho_from_epsilon(epsilon)
    except OutOfRangeError as error:
        raise TermsError(str(error)) from error
    variance = distributed_variance(sensitivity_of(function), rho, nodes=threshold, colluding=colluding)
    widest = _DEVIATIONS * (isqrt(ceil(variance)) + 1)
    width = widest.bit_length() + 1
    if width > MAX_WIDTH:
        raise TermsError("so much noise cannot be proven; a larger epsilon or smaller weights are needed")
    return CrowdNumbers(function, size, threshold, colluding, rho, variance, width)


def run_of(order: CrowdOrder, agreement_keys: Sequence[bytes]) -> Run:
    """The run of an order among the wallets with these public agreement keys, in the order of their places.

    Raises:
        TermsError: as `numbers_of`, or the sum could wrap.
        MismatchError: the keys are no cohort.
    """
    numbers = numbers_of(order, len(agreement_keys))
    weights = numbers.function.key_weights
    try:
        function = Function(
            cohort=Cohort(tuple(agreement_keys)),
            weights=(weights,) * numbers.size,
            bounds=numbers.bounds,
            noise_bound=1 << (numbers.noise_width - 1),
        )
        return Run(function, order.order_id, threshold=numbers.threshold, colluding=numbers.colluding)
    except OutOfRangeError as error:
        raise TermsError(f"this sum cannot be computed: {error}") from error
    except ValueError as error:
        raise MismatchError(f"crowd order: the keys of the cohort do not hold: {error}") from error


def asked_of(numbers: CrowdNumbers, consent_id: str, binding: bytes) -> Asked:
    """What a wallet has to prove about its part: of which record, with which weights and how much noise."""
    described = numbers.function.data_set
    return Asked(
        terms=linked_terms(described, consent_id),
        weights=numbers.function.key_weights,
        noise_width=numbers.noise_width,
        binding=binding,
    )


def linked_terms(described: DataSet, consent_id: str) -> Terms:
    """Which columns of whose record are summed."""
    return Terms(
        context=Context(consent_id, described.ref, described.credential_type),
        domain=described.commitment_domain,
        columns=len(described.columns),
        chosen=scored_columns(described),
    )
