import pytest
from flask import Flask

from ssi.hosting.health import health


def asked(minor=None, **checks):
    app = Flask(__name__)
    app.register_blueprint(health("wallet", checks, minor=minor))
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


def fail():
    raise OSError("gone")


@pytest.mark.parametrize(
    ("needed", "minor", "told"),
    [
        (lambda: None, lambda: None, (200, "ok")),
        (lambda: None, fail, (200, "degraded")),
        (fail, lambda: None, (503, "failing")),
        (fail, fail, (503, "failing")),
    ],
)
def test_what_only_part_of_the_work_needs_is_named_and_keeps_nobody_out(needed, minor, told):
    response = asked({"verifier": minor}, database=needed)

    assert (response.status_code, response.json["status"]) == told
    assert response.json["checks"] == {
        "database": "failing" if needed is fail else "ok",
        "verifier": "failing" if minor is fail else "ok",
    }
