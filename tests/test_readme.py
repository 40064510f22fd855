"""The README's figures are those of the records."""

import re
import subprocess
import sys

from tests.conftest import PROJECT

README = (PROJECT / "README.md").read_text()


def test_the_results_table_is_what_show_prints():
    command = [sys.executable, "-m", "mnist_core", "show", "--markdown"]
    shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()
    written = re.search(r"<!-- results: .*? -->\n(.*?)\n<!-- end of results -->", README, re.DOTALL)
    assert written
    assert written[1] == shown


def test_every_picture_and_file_that_it_links_to_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_every_entry_of_the_tree_is_there():
    tree = re.search(r"```\n(dashboard\.py.*?)```", README, re.DOTALL)[1]
    for line in tree.splitlines():
        name = line.split()[0]
        folders = ("", "mnist_core/", "pages/")
        assert any((PROJECT / folder / name).exists() for folder in folders), name
