"""Commands that extend stored runs: `cv`, `curve`, `seeds` and `robustness`."""

from pathlib import Path

import pytest

from mnist_core import store
from mnist_core.__main__ import main


@pytest.mark.parametrize("command", ["curve", "seeds", "robustness"])
def test_a_full_disk_is_reported_and_leaves_the_run_unchanged(
    command: str, artifacts: Path, full_disk: str, capsys
) -> None:
    before = store.load_record("digits", "logistic")
    assert main([command, "logistic", "--dataset", "digits", "--force"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert full_disk in error
    assert error.endswith("Free disk space or grant access, and run the command again.")
    assert store.load_record("digits", "logistic") == before


def test_cv_and_curve_extend_a_run_and_repeat_nothing_without_force(artifacts: Path, capsys) -> None:
    pytest.importorskip("cleanlab")
    task = ["logistic", "--dataset", "digits"]
    assert main(["cv", *task, "--force", "--jobs", "2"]) == 0
    before = store.load_record("digits", "logistic")
    capsys.readouterr()
    assert main(["cv", *task]) == 0
    assert "--force repeats it" in capsys.readouterr().out
    assert store.load_record("digits", "logistic") == before
    assert main(["cv", *task, "--force", "--jobs", "1"]) == 0
    assert "out of fold" in capsys.readouterr().out
    after = store.load_record("digits", "logistic")
    assert after.cross_validation.accuracies == pytest.approx(before.cross_validation.accuracies)
    assert after.temperature == pytest.approx(before.temperature, rel=1e-3)
    assert main(["curve", *task]) == 0
    assert main(["verify", *task]) == 0
