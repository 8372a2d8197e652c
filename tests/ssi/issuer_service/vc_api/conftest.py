"""A service for each test."""

import pytest

from tests.ssi.issuer_service.vc_api.suites import Service


@pytest.fixture
def service() -> Service:
    return Service()
