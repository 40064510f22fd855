"""README.md and docs/: the tables, the links and the tree are current."""

import re
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import PROJECT

DOCUMENTS = ("README.md", *(f"docs/{path.name}" for path in sorted((PROJECT / "docs").glob("*.md"))))
README_COLUMNS = (
    "Classifier",
    "Test accuracy",
    "95 % interval",
    "Cross-validated",
    "Fit",
    "One digit",
    "Model",
)


def read(document: str) -> str:
    return (PROJECT / document).read_text(encoding="utf-8")


def result_tables(document: str) -> list[tuple[str, str]]:
    """Return (command, table) for each generated results table of a document."""
    return re.findall(r"<!-- results: python (.*?) -->\n(.*?)\n<!-- end of results -->", read(document), re.DOTALL)


@cache
def output_of(command: str) -> str:
    """Return what `python COMMAND` prints."""
    done = subprocess.run(
        [sys.executable, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_the_results_tables_of_the_methods_equal_the_output_of_show():
    tables = result_tables("docs/methods.md")
    assert len(tables) == 2
    for command, written in tables:
        assert written == output_of(command)


def test_the_results_table_of_the_readme_is_an_excerpt_of_the_output_of_show():
    ((command, written),) = result_tables("README.md")
    rows = rows_of(output_of(command))
    columns = [rows[0].index(column) for column in README_COLUMNS]
    assert rows_of(written) == [[row[column] for column in columns] for row in rows]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_linked_picture_and_file_exists(document):
    folder = (PROJECT / document).parent
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", read(document)):
        assert (folder / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_backticks_exists(document):
    named = re.findall(r"`((?:mnist_core|pages|tests|benchmarks|docs)/[\w/.*-]+?)(?::\w+)?`", read(document))
    for path in (path for path in named if "NAME" not in path):
        assert list(PROJECT.glob(path.rstrip("/"))), path


def test_the_tree_of_the_readme_lists_every_folder_and_nothing_else():
    tree = re.search(r"```\n(dashboard\.py.*?)```", read("README.md"), re.DOTALL)[1]
    listed, parent = set(), ""
    for line in tree.splitlines():
        name = line.split()[0]
        parent = "" if not line.startswith(" ") else parent
        listed.add(f"{parent}{name}")
        parent = name if not line.startswith(" ") else parent
    packages = {
        f"{'/'.join(path.relative_to(PROJECT).parts)}/"
        for parent in ("mnist_core", "pages")
        for path in (PROJECT / parent).iterdir()
        if (path / "__init__.py").exists()
    }
    assert {entry for entry in listed if entry.count("/") == 2} == packages
    assert all((PROJECT / entry).exists() for entry in listed)


def test_the_prose_of_the_readme_has_at_most_1000_words():
    prose, code = [], False
    for line in read("README.md").splitlines():
        if line.startswith("```"):
            code = not code
        elif not code and not line.startswith("|"):
            prose += line.split()
    assert len(prose) <= 1000


def test_the_readme_has_one_command_to_start_and_one_to_test():
    commands = re.findall(r"```sh\n(.*?)\n```", read("README.md"), re.DOTALL)
    assert commands == [
        "pip install -r requirements.txt && streamlit run dashboard.py",
        "pip install -r requirements-dev.txt && python -m pytest",
    ]
