"""The notebook among the examples runs: it orders, opens and draws in a town of real processes."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from crypto.encoding import canonical_json
from examples import town
from examples.buyers import authority_key
from tests.journeys.customers import enrolled
from tests.journeys.neighbourhood import Neighbourhood

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(300)]

NOTEBOOK = Path(town.__file__).parent / "notebook.ipynb"


def cells() -> list[str]:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(source: str, names: dict[str, Any]) -> object:
    """Run a cell as a notebook does: all of it, and the value of its last line, if that is one."""
    body = ast.parse(source).body
    last = body[-1]
    value = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    exec(compile(ast.Module(body[:-1] if value else body, []), "cell", "exec"), names)  # noqa: S102 — our own
    return eval(compile(value, "cell", "eval"), names) if value else None  # noqa: S307 — our own


def test_the_notebook_orders_opens_and_draws(neighbourhood: Neighbourhood, tmp_path: Path, monkeypatch):
    customer = enrolled(neighbourhood)
    secret = neighbourhood.market.make_api_key(customer.account_id, "notebook").secret
    (tmp_path / "api.key").write_text(secret)
    customer.buyer.keys.save(tmp_path / "buyer.json")
    (tmp_path / "authority.jwk").write_bytes(canonical_json(authority_key(neighbourhood.town).to_jwk()))
    monkeypatch.setenv("BUYER_URL", neighbourhood.town.url(town.MARKETPLACE))
    monkeypatch.setenv("BUYER_API_KEY_FILE", str(tmp_path / "api.key"))
    monkeypatch.setenv("BUYER_KEYS", str(tmp_path / "buyer.json"))
    monkeypatch.setenv("BUYER_AUTHORITY", str(tmp_path / "authority.jwk"))

    names: dict[str, Any] = {"__name__": "notebook"}
    shown = [run(source, names) for source in cells()]

    answer, frame = names["answer"], names["frame"]
    assert frame["value"].tolist()[0] == answer.answer.rows[0].estimates[0].value
    picture = next(each for each in shown if hasattr(each, "_repr_svg_"))._repr_svg_()
    assert picture.count("<circle") == len(answer.answer.rows)
    assert picture.count("url(#h)") == len(answer.answer.withheld_groups)
    assert str(answer.order_id) in names["card"].to_text()


def test_the_notebook_holds_no_output_of_an_earlier_run():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))

    assert [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"] == [[]] * len(
        cells()
    )
    assert notebook["nbformat"] == 4
