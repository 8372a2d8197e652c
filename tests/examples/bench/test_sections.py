import pkgutil
from importlib import import_module

import pytest
from click.testing import CliRunner

import examples.bench
from examples.bench.__main__ import main
from examples.bench.sections import NAMES, SECTIONS, STORY

MODULES = [module.name for module in pkgutil.iter_modules(examples.bench.__path__)]
MEASURED = [module for section in SECTIONS for module in section.modules]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [name for name in MODULES if name != "__main__"])
def test_every_module_of_the_benchmark_can_be_loaded(name):
    import_module(f"examples.bench.{name}")


def test_every_module_with_rows_stands_in_a_section_once():
    with_rows = [
        name
        for name in MODULES
        if name != "__main__" and hasattr(import_module(f"examples.bench.{name}"), "rows")
    ]

    assert sorted(with_rows) == sorted(MEASURED)


def test_the_story_comes_last_because_it_starts_a_whole_town():
    assert NAMES[-1] == STORY
    assert len(set(NAMES)) == len(NAMES)


def test_a_section_is_measured_by_its_name_and_kept(folder):
    result = CliRunner().invoke(main, ["--quick", "group"])

    assert result.exit_code == 0
    assert "py_ecc" in result.output
    assert (folder / ".bench" / "quick" / "group.json").exists()


def test_an_unknown_section_is_refused():
    result = CliRunner().invoke(main, ["everything"])

    assert result.exit_code != 0
    assert "everything" in result.output
