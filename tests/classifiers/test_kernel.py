"""Kernel classifiers: optimizations do not change the trained model."""

import numpy as np
from sklearn.svm import SVC

from mnist_core.classifiers.kernel import OneVsOneSvc
from mnist_core.datasets import load_dataset

HYPERPARAMETERS = {"principal_components": 20, "gamma": 0.03, "C": 10}


def test_sorting_the_samples_by_class_does_not_change_the_trained_svc():
    train = load_dataset("digits").train
    ours = OneVsOneSvc(HYPERPARAMETERS, 0)
    ours.fit(train.images, train.labels)
    projected = ours._project(ours._rows(train.images))
    theirs = SVC(C=HYPERPARAMETERS["C"], gamma=HYPERPARAMETERS["gamma"]).fit(projected, train.labels)
    assert (np.diff(train.labels.astype(int)) < 0).any()  # the samples are not sorted by class
    for learned in ("support_vectors_", "dual_coef_", "intercept_", "n_support_"):
        np.testing.assert_array_equal(getattr(ours._model, learned), getattr(theirs, learned), strict=True)
    np.testing.assert_array_equal(ours._fit_sorted(projected, train.labels), theirs.support_)
