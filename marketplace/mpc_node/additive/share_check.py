"""Is what this node got of these contributions the one component that its issuer committed to?

The bundle must be one of a single component (one with two, as for the replicated engine, is refused: it would
let two nodes open what the person was told takes three), in range, and open its commitment, which
`contribution_check` found to combine with the others to the issuer's. All openings of a batch are checked in
one multi-scalar sum; each contribution is still accepted or refused on its own.
"""

from collections.abc import Sequence

from consent.policy import Policy
from consent.vocabulary import Engine
from crypto.commitments import Opening
from crypto.errors import CommitmentError, CryptoError
from crypto.opening_batch import verify_openings
from crypto.randomness import RandomBytes
from crypto.sharing.additive import decode_bundle
from crypto.sharing.integer_masked import Component
from marketplace.mpc_node.additive.rows import Summand, row_of
from marketplace.mpc_node.columns.share_rows import ShareRow
from marketplace.mpc_node.contribution_check import IngestRefusal, Opened, refusal_of_inputs


def is_single(policy: Policy) -> bool:
    """Whether a consent is to shares of which each node has one component; then it allows nothing else."""
    return Engine.ADDITIVE in policy.engines


def check_single(opened: Sequence[Opened], random: RandomBytes) -> list[ShareRow | IngestRefusal]:
    """The row of each contribution to one data set in one role, or why it is refused; in order."""
    read = [_read(each) for each in opened]
    places = [place for place, each in enumerate(read) if isinstance(each, Component)]
    openings = [
        _opening(opened[place], each) for place, each in enumerate(read) if isinstance(each, Component)
    ]
    wrong: set[int] = set()
    try:
        domain = opened[0].papers.credential.data_set.commitment_domain
        verify_openings(openings, random, domain=domain)
    except CommitmentError as error:
        wrong = {places[index] for index in error.indices}
    return [
        IngestRefusal.SHARES_DO_NOT_OPEN if place in wrong else _kept(each, opened[place])
        for place, each in enumerate(read)
    ]


def _read(opened: Opened) -> Component | IngestRefusal:
    try:
        return decode_bundle(opened.bundle, opened.role, opened.papers.credential.data_set.bits)
    except CryptoError as error:
        return refusal_of_inputs(error)


def _opening(opened: Opened, component: Component) -> Opening:
    return Opening(opened.points[opened.role], component.values, component.blinding)


def _kept(each: Component | IngestRefusal, opened: Opened) -> ShareRow | IngestRefusal:
    if isinstance(each, IngestRefusal):
        return each
    summand = Summand(each, opened.contribution.commitments)
    return row_of(opened.papers.credential.data_set, opened.role, summand)
