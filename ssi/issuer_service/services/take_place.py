"""Take the next place of a status list for a credential that is signed now."""

from ssi.issuer_service.domain.entry import StatusPlace
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.domain.status_positions import position
from ssi.issuer_service.services.ports import Register


def take_place(register: Register, secrets: IssuerSecrets, *, size: int) -> StatusPlace:
    """A place that nobody else has, in the order of the secret permutation; a new list has this size."""
    number, ordinal, actual_size = register.status_lists.allocate(size)
    return StatusPlace(number, position(secrets.position_seed(number), ordinal, actual_size))
