"""The README's figures are those of the records."""

import re
import subprocess
import sys

from tests.conftest import PROJECT

README = (PROJECT / "README.md").read_text()


def test_the_results_tables_are_what_show_prints():
    tables = re.findall(r"<!-- results: python (.*?) -->\n(.*?)\n<!-- end of results -->", README, re.DOTALL)
    assert len(tables) == 2
    for command, written in tables:
        shown = subprocess.run(
            [sys.executable, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        assert written == shown.stdout.strip()


def test_every_picture_and_file_that_it_links_to_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_every_entry_of_the_tree_is_there():
    tree = re.search(r"```\n(dashboard\.py.*?)```", README, re.DOTALL)[1]
    for line in tree.splitlines():
        name = line.split()[0]
        folders = ("", "mnist_core/", "pages/")
        assert any((PROJECT / folder / name).exists() for folder in folders), name
