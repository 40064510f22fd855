"""Targets, verdicts and table rows of the training benchmark."""

from dataclasses import replace

import pytest

from benchmarks import jobs
from benchmarks.baselines import BASELINES
from benchmarks.jobs import Job, Result
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.classifiers.torch.convnet import ConvNet

CNN = Job("CNN to 99 %", "cnn", accuracy=0.99, seconds=2, seeds=3)
SVC = Job("SVC", "svc-ovo", speedup=8)


@pytest.mark.parametrize(
    ("ours", "met"),
    [
        ([(1.9, 0.991), (1.8, 0.990), (2.2, 0.989)], True),  # the mean over the seeds is compared with the targets
        ([(1.9, 0.991), (1.8, 0.990), (2.5, 0.989)], False),
        ([(1.9, 0.991), (2.1, 0.990), (2.5, 0.990)], False),
        ([(1.9, 0.991), (1.8, 0.990), (1.9, 0.988)], False),
    ],
)
def test_both_the_time_and_the_accuracy_target_must_be_met(ours, met):
    assert Result(CNN, ours, (20.0, 0.99), 300).met is met


def test_the_speedup_is_the_ratio_of_the_training_times():
    result = Result(SVC, [(20.0, 0.986)], (180.0, 0.979), 300)
    assert result.speedup == pytest.approx(9)
    assert result.met
    assert not Result(SVC, [(25.0, 0.986)], (180.0, 0.979), 300).met


def test_a_speedup_counts_only_with_at_least_the_accuracy_of_the_baseline():
    assert not Result(SVC, [(20.0, 0.978)], (180.0, 0.979), 300).met


def test_several_seeds_are_shown_in_brackets():
    cells = Result(CNN, [(1.9, 0.991), (1.8, 0.990), (2.0, 0.989)], (20.0, 0.99), 300).cells()
    assert cells[1:3] == ("1.9 s (1.90, 1.80, 2.00)", "99.00 % (99.10, 99.00, 98.90)")


def test_the_speedup_over_a_stopped_baseline_is_a_lower_bound():
    result = Result(SVC, [(20.0, 0.986)], None, 300)
    assert result.speedup == pytest.approx(15)
    assert "> 300 s" in result.cells()
    assert "> 15.0" in result.cells()
    assert "> 4.0" in Result(SVC, [(59.2, 0.986)], None, 240).cells()  # 4.054


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.99, "missed at 98.90 %, then met"), (0.98, "missed")])
def test_the_verdict_includes_a_target_missed_with_earlier_hyperparameters(accuracy, verdict):
    result = Result(replace(CNN, missed_before="at 98.90 %"), [(1.0, accuracy)], None, 300)
    assert result.cells()[-1] == verdict


def test_targets_missed_on_mnist_do_not_count_on_other_datasets():
    assert [job.missed_before for job in jobs.select_jobs(["fast"], "mnist")] == ["in 2.1 s", "at 99.49 %", ""]
    assert {job.missed_before for job in jobs.select_jobs(["fast"], "digits")} == {""}


def test_without_a_target_there_is_no_verdict():
    assert Result(Job("MLP", "mlp"), [(20.0, 0.98)], (30.0, 0.97), 300).met is None


def test_every_base_classifier_has_a_baseline():
    assert set(jobs.BASE_CLASSIFIERS) == {*BASELINES, "cnn"}
    assert len(jobs.BASE_CLASSIFIERS) == 9


@pytest.mark.parametrize("job", jobs.FAST, ids=lambda job: job.title)
def test_fast_jobs_change_only_hyperparameters_that_the_classifier_has(job):
    assert job.changes.keys() <= {*hyperparameters_for(job.classifier, "mnist"), *ConvNet.optional}


def test_the_total_is_exact_only_if_every_baseline_finished():
    finished, stopped = Result(SVC, [(20.0, 0.98)], (60.0, 0.97), 300), Result(SVC, [(10.0, 0.98)], None, 300)
    assert jobs.total_cells([finished, finished])[1:6] == ("40.0 s", "", "120.0 s", "", "3.0")
    assert jobs.total_cells([finished, stopped])[1:6] == ("30.0 s", "", "> 360.0 s", "", "> 12.0")
