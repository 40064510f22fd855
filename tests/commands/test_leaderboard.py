"""What `show` prints besides the figures of the records."""

import json
import re

import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.evaluation.significance import pairwise, rank_ranges


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_ranks_that_the_test_split_cannot_separate_share_a_range(dataset, capsys):
    records, _ = store.load_records(dataset)
    y_preds = {record.classifier: store.load_scores(record).argmax(axis=1) for record in records}
    pairs = pairwise(store.load_labels(records[0], "test"), y_preds)
    expected = sorted(zip(*rank_ranges(pairs.accuracies, pairs.adjusted), strict=True))
    assert main(["show", "--dataset", dataset, "--markdown"]) == 0
    rows = [line.split("|")[2].strip() for line in capsys.readouterr().out.splitlines()[2:]]
    ranges = [tuple(map(int, (row.split("-") * 2)[:2])) for row in rows]
    assert sorted(ranges) == [(int(best), int(worst)) for best, worst in expected]
    assert main(["show", "--dataset", dataset]) == 0
    assert re.search(r"cannot separate.*McNemar.*Holm", capsys.readouterr().out)


def test_a_run_whose_labels_cannot_be_read_is_reported_and_left_out(artifacts, capsys):
    path = artifacts / "digits" / "sgd" / "record.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"labels_sha256": "of other labels"}))
    assert main(["show", "--dataset", "digits"]) == 0
    shown = capsys.readouterr()
    assert "sgd on digits: labels.npz is not what the run was scored on." in shown.err
    assert "Linear SVM (SGD) " not in shown.out
    assert "Linear SVM (SGD), scaled" in shown.out
