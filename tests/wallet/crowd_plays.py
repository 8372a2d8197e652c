"""Papers of a crowd sum that were changed on the way, for the tests of attacks."""

from consent.crowd_cohort import sign_cohort
from ssi.errors import CredentialError


def _replaced(played, at, papers):
    """Put other papers in the place of one of the others, signed by the marketplace as if all were well."""
    gone = played.others[at].papers
    played.papers = [papers if each == gone else each for each in played.papers]
    played.statement = sign_cohort(played.order, played.papers, played.now, played.key)


def _unreadable(*_arguments, **_named):
    raise CredentialError("the credential has run out")
