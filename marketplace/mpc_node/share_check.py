"""Are the shares of these contributions what their issuers committed to? The last step before they are kept.

Both components of every record have to be in range (nothing can wrap), and to open their commitments, which
`contribution_check` found to combine to the issuer's. Contributions to one data set in one role are read as
one table and checked in one multi-scalar sum; each is still accepted or refused on its own. Where a consent
is to shares of which each node has one component, `additive.share_check` checks that one instead.
"""

from collections.abc import Sequence

from crypto.errors import CommitmentError
from crypto.opening_batch import verify_batch
from crypto.randomness import RandomBytes
from crypto.sharing.bundle_table import BundleTable, decode_bundles
from crypto.sharing.replicated import following
from marketplace.mpc_node.additive.share_check import check_single, is_single
from marketplace.mpc_node.columns.share_rows import Group, ShareRow, share_rows
from marketplace.mpc_node.contribution_check import IngestRefusal, Opened, refusal_of_inputs

Checked = ShareRow | IngestRefusal
"""Both components in every form that is stored, or why they do not come in."""


def check_shares(opened: Sequence[Opened], random: RandomBytes) -> list[Checked]:
    """The shares of each contribution as they are stored, or why they are refused; in order."""
    groups: dict[tuple[str, int, bool], list[int]] = {}
    for place, each in enumerate(opened):
        single = is_single(each.papers.record.policy)
        groups.setdefault((each.papers.credential.data_set.ref, each.role, single), []).append(place)
    checked: dict[int, Checked] = {}
    for (_, _, single), places in groups.items():
        check = check_single if single else _check_group
        checked.update(zip(places, check([opened[place] for place in places], random), strict=True))
    return [checked[place] for place in range(len(opened))]


def _check_group(opened: Sequence[Opened], random: RandomBytes) -> list[Checked]:
    data_set, role = opened[0].papers.credential.data_set, opened[0].role
    table = decode_bundles([each.bundle for each in opened], role, data_set.bits)
    points = [opened[place].points for place in table.accepted]
    openings = table.openings([(each[role], each[following(role)]) for each in points])
    wrong: set[int] = set()
    try:
        verify_batch(openings, random, domain=data_set.commitment_domain)
    except CommitmentError as error:
        wrong = {openings.record_of(index) for index in error.indices}
    checked: dict[int, Checked] = {place: refusal_of_inputs(error) for place, error in table.refused.items()}
    rows = _shares(table, Group(data_set.ref, role)) if table.accepted else []
    for row, (place, shares) in enumerate(zip(table.accepted, rows, strict=True)):
        checked[place] = IngestRefusal.SHARES_DO_NOT_OPEN if row in wrong else shares
    return [checked[place] for place in range(len(opened))]


def _shares(table: BundleTable, group: Group) -> list[ShareRow]:
    first, second = table.components
    return share_rows(group, (first.field(), second.field()), (first.ring(), second.ring()))
