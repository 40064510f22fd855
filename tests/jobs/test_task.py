"""Tasks of the training queue, and their commands."""

import subprocess

import pytest

from mnist_core.__main__ import build_parser
from mnist_core.base.labels import clean_label
from mnist_core.jobs import worker
from mnist_core.jobs.queue import Task
from tests.jobs.helpers import TIMEOUT

pytestmark = pytest.mark.skipif(not worker.SUPPORTED, reason="pages train on POSIX systems only")


@pytest.mark.parametrize("label", ["Less", "--custom", 'it\'s $HOME `x` "y"', "a\0b\nc", "*" * 500])
def test_the_displayed_command_runs_the_same_training_for_any_label(label: str) -> None:
    task = Task("mlp", "digits", {"hidden": [800, 400], "learning_rate": 5e-4}, 300, 3, clean_label(label), custom=True)
    command = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {task.command}"], capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    words = command.stdout.removesuffix("\0").split("\0")
    assert words == ["python", *task.arguments]
    options = build_parser().parse_args(words[3:])
    assert (options.classifiers, options.dataset, dict(options.changes)) == (["mlp"], "digits", dict(task.changes))
    assert (options.subset, options.seed, options.label, options.custom) == (300, 3, task.label, True)
