"""The kinds of organisation an issuer certifies are those that people can choose by."""

from consent.vocabulary import RecipientKind
from ssi.issuer_service.domain.organisation import ORGANISATION_KINDS


def test_every_kind_that_people_choose_by_can_be_certified_and_no_other():
    assert set(ORGANISATION_KINDS) == {kind.value for kind in RecipientKind}
