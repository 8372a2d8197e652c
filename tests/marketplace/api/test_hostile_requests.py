"""Requests that are made from the document itself, well-formed and not: none breaks the API.

Every answer has a described status, media type and form, and what the schemas do not allow is refused. That
nothing is answered without a key is asked in `test_openapi`.
"""

from typing import Any

import pytest
import schemathesis.openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from tests.marketplace.asking import open_asking

MOST_EXAMPLES = 5
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "missing_required_header",
    "use_after_free",
    "negative_data_rejection",
)
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429"]


@pytest.fixture
def api(market, tmp_path) -> Any:
    """The document of a market with people and a buyer's key, and the app behind it."""
    asking = open_asking(market, tmp_path)
    market.stock(12)
    market.services.top_up(asking.account_id, transfer_id="t", amount_cents=100_000)
    key = market.services.make_api_key(asking.account_id, "tests").secret
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {"max-examples": MOST_EXAMPLES, "deterministic": True, "no-shrink": True},
            "checks": {
                "enabled": False,
                **{name: {"enabled": True} for name in CHECKS},
                "negative_data_rejection": {"enabled": True, "expected-statuses": REFUSED},
            },
            "phases": {"stateful": {"enabled": False}},
        }
    )
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", asking.app(), config=config)


def test_no_request_breaks_the_api(api):
    tested, faults = set(), []
    for event in from_schema(api).execute():
        if isinstance(event, ScenarioFinished):
            tested.add(event.label)
            for case_id, results in event.recorder.checks.items():
                case = event.recorder.cases[case_id].value
                faults += [
                    f"{event.label}: {each.name}: {each.failure_info.failure} {case.as_curl_command()}"
                    for each in results
                    if each.failure_info is not None
                ]
        if isinstance(event, NonFatalError):
            faults.append(f"{event.label}: {event.value}")

    assert not faults, "\n".join(faults[:50])
    assert len(tested) == len(list(api.get_all_operations()))
