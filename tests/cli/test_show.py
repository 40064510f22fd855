"""The `show` command: ranks, seeds, empty columns and unusable runs."""

import json
import re

import numpy as np
import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.evaluation.comparison import pairwise
from mnist_core.evaluation.significance import rank_ranges
from tests.conftest import remove_additions


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_classifiers_without_a_significant_difference_share_a_range_of_ranks(dataset, capsys):
    records, _ = store.load_records(dataset)
    y_preds = {record.classifier: store.load_scores(record).argmax(axis=1) for record in records}
    pairs = pairwise(store.load_labels(records[0], "test"), y_preds)
    expected = sorted(zip(*rank_ranges(pairs.accuracies, pairs.adjusted), strict=True))
    assert main(["show", "--dataset", dataset, "--markdown"]) == 0
    rows = [line.split("|")[2].strip() for line in capsys.readouterr().out.splitlines()[2:]]
    ranges = [tuple(map(int, (row.split("-") * 2)[:2])) for row in rows]
    assert sorted(ranges) == [(int(best), int(worst)) for best, worst in expected]
    assert main(["show", "--dataset", dataset]) == 0
    assert re.search(r"not significant.*McNemar.*Holm", capsys.readouterr().out)


def test_several_seeds_are_shown_as_mean_and_standard_deviation(capsys):
    assert main(["show", "--markdown"]) == 0
    header, _, *rows = (line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines())
    column = header.index("Seeds")
    shown = {row[0]: row[column].strip() for row in rows}
    n_several = 0
    for record in store.load_records("mnist")[0]:
        found = [record.test_accuracy, *(entry["test_accuracy"] for entry in record.replicates)]
        text = (
            f"{100 * np.mean(found):.2f} ± {100 * np.std(found, ddof=1):.2f} % of {len(found)}"
            if len(found) > 1
            else ""
        )
        assert shown[get_classifier_spec(record.classifier).label] == text
        n_several += len(found) > 1
    assert n_several >= 6


def test_a_column_without_values_is_left_out(artifacts, capsys):
    remove_additions(artifacts / "digits", "cross_validation", "replicates")
    for style in ([], ["--markdown"]):
        assert main(["show", "--dataset", "digits", *style]) == 0
        header = capsys.readouterr().out.splitlines()[0]
        assert "Test accuracy" in header
        assert "Cross-validated" not in header
        assert "Seeds" not in header


def test_a_run_whose_labels_cannot_be_read_is_reported_and_left_out(artifacts, capsys):
    path = artifacts / "digits" / "sgd" / "record.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"labels_sha256": "hash of other labels"}))
    assert main(["show", "--dataset", "digits"]) == 0
    shown = capsys.readouterr()
    assert "sgd on digits: labels.npz does not hold the labels that the run was scored on." in shown.err
    assert "Linear SVM (SGD) " not in shown.out
    assert "Linear SVM (SGD), scaled" in shown.out
