import pytest
from flask import Flask

from ssi.hosting.health import health


def asked(**checks):
    app = Flask(__name__)
    app.register_blueprint(health("wallet", checks))
    return app.test_client().get("/health")


def test_a_process_whose_checks_pass_is_well():
    response = asked(database=lambda: None)

    assert response.status_code == 200
    assert response.json == {"role": "wallet", "status": "ok", "checks": {"database": "ok"}}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", [OSError("/secret/path"), KeyError("ada")])
def test_a_failing_check_is_named_and_its_reason_is_not(error):
    def fail():
        raise error

    response = asked(database=fail, disk=lambda: None)

    assert response.status_code == 503
    assert response.json == {
        "role": "wallet",
        "status": "failing",
        "checks": {"database": "failing", "disk": "ok"},
    }
