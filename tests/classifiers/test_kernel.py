"""What kernel machines do to be faster changes nothing of what they learn."""

import numpy as np
from sklearn.svm import SVC

from mnist_core.classifiers.kernel import OneVsOneSvc
from mnist_core.datasets import load_dataset

SETTINGS = {"principal_components": 20, "gamma": 0.03, "C": 10}


def test_an_svc_whose_digits_were_sorted_by_class_is_scikit_learns_of_unsorted_ones_to_the_last_bit():
    train = load_dataset("digits").train
    ours = OneVsOneSvc(SETTINGS, 0)
    ours.fit(train.images, train.labels)
    projected = ours._project(ours._rows(train.images))
    theirs = SVC(C=SETTINGS["C"], gamma=SETTINGS["gamma"]).fit(projected, train.labels)
    assert (np.diff(train.labels.astype(int)) < 0).any()  # they do not come sorted
    for learned in ("support_vectors_", "dual_coef_", "intercept_", "n_support_"):
        np.testing.assert_array_equal(getattr(ours._model, learned), getattr(theirs, learned), strict=True)
    np.testing.assert_array_equal(ours._fit_sorted(projected, train.labels), theirs.support_)
