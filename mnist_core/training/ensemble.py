"""Train a vote: its weights, from digits that none of its members was trained on. The members stay as they are."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from mnist_core.base.errors import ArtifactError, TrainingError
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress
from mnist_core.classifiers.ensemble import EnsembleClassifier, Member, to_json
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, members_of
from mnist_core.datasets import load_dataset
from mnist_core.evaluation.ensemble import bounded_logs, logarithmic_pool
from mnist_core.evaluation.metrics import log_softmax
from mnist_core.store import load_members, load_model, load_out_of_fold, load_record
from mnist_core.store.record import OUT_OF_FOLD, Record
from mnist_core.training.cross_validation import assess, fold_of_each
from mnist_core.training.train import measure, store_measured

OLD_WEIGHTS = "its weights were fitted on other out-of-fold scores than its members now have."


def train_ensemble(name: str, dataset: str, *, seed: int, progress: Progress) -> Record:
    """Find the weights of a vote, measure it and store its run together with its cross-validation.

    The weights are those of `fit_weights` on all training digits, by the members' out-of-fold probabilities; in the
    cross-validation those of `cross_fitted_scores`. Nothing is stored before all is computed.

    Raises
    ------
    TrainingError
        A member's run is not there or not cross-validated, a package is missing, no weights fit, or the run cannot be
        written.
    """
    require_packages("sklearn", *get_classifier_spec(name).requires, purpose=f"Training {name}")
    asked = members_of(name)
    if todo := needed_first(name, dataset):
        raise TrainingError(f"{name} votes over {', '.join(asked)}, which must be cross-validated first: {todo}")
    runs = [load_record(dataset, member) for member in asked]
    progress("Loading the digits", None)
    loaded = load_dataset(dataset, progress=progress)
    labels = loaded.train.labels
    progress("Fitting the weights", 0.1)
    started = time.perf_counter()
    logits = [load_out_of_fold(run) / run.temperature for run in runs]
    weights = fit_weights(logits, labels).tolist()
    fit_seconds = time.perf_counter() - started
    folds = fold_of_each(labels)
    scores = cross_fitted_scores(logits, labels, folds)
    members = [
        Member(
            run.classifier,
            weight,
            run.temperature,
            run.files[run.model_file]["sha256"],
            run.files[OUT_OF_FOLD]["sha256"],
        )
        for run, weight in zip(runs, weights, strict=True)
    ]
    progress("Measuring", 0.2)
    served = EnsembleClassifier(members, {run.classifier: load_model(run) for run in runs})
    measured, test_scores = measure(served, loaded.train, loaded.test)
    progress("Looking for suspected labels", 0.9)
    findings = assess(scores, labels, folds, test_scores=test_scores, test_labels=loaded.test.labels)
    record = Record(
        classifier=name,
        dataset=dataset,
        fingerprint=loaded.spec.fingerprint,
        hyperparameters=hyperparameters_for(name, dataset),
        seed=seed,
        n_holdout=len(labels),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        fit_seconds=sum(run.fit_seconds for run in runs) + fit_seconds,
        holdout_accuracy=float((scores.argmax(axis=1) == labels).mean()),
        temperature=findings.temperature,
        cross_validation=findings.result,
        details={"member_bytes": [run.model_bytes for run in runs]},
        chosen_by=get_classifier_spec(name).chosen_by,
        **measured,
    )
    record = store_measured(
        record,
        loaded,
        model=to_json(members),
        scores=test_scores,
        out_of_fold=scores,
        label_issues=findings.label_issues,
    )
    progress("Stored", 0.99)
    return record


def fit_weights(logits: Sequence[np.ndarray], y_true: np.ndarray) -> np.ndarray:
    """The weights of a logarithmic pool under which the labels are most likely at the best temperature: stacking.

    The negative log-likelihood is convex in weights of any sum; L-BFGS-B finds its lowest place among those not
    negative. They are then scaled to the sum 1, which changes no label, and leaves it to the temperature how sure the
    vote is. Where a pool can be right of every digit there is no lowest place, for larger weights are always more
    likely: only their proportion means something.

    Parameters
    ----------
    logits : k ndarrays of shape (n, 10)
        Each voter's, of digits it was not trained on.
    y_true : integer ndarray of shape (n,)

    Returns
    -------
    float64 ndarray of shape (k,)
        Not negative, of the sum 1.

    Raises
    ------
    TrainingError
        No weights make the labels more likely than chance does.

    References
    ----------
    Wolpert (1992), "Stacked generalization", Neural Networks 5.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(y_true))
    each = np.stack([bounded_logs(voter) for voter in logits])  # (k, n, 10)
    own = each[:, rows, y_true]  # (k, n)

    def loss_and_slope(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logs = log_softmax(np.tensordot(weights, each, axes=1))
        expected = (np.exp(logs) * each).sum(axis=2)  # (k, n): the mean of each voter's logarithms under the vote
        return float(-logs[rows, y_true].mean()), (expected - own).mean(axis=1)

    start = np.full(len(each), 1 / len(each))
    found = minimize(loss_and_slope, start, jac=True, bounds=[(0, None)] * len(each), method="L-BFGS-B", tol=1e-10)
    weights: np.ndarray = found.x
    total = float(weights.sum())
    if not (0 < total < np.inf and np.isfinite(found.fun)):
        raise TrainingError(f"No weights of the voters make the labels more likely than chance: found {weights}.")
    return weights / total


def cross_fitted_scores(logits: Sequence[np.ndarray], y_true: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Scores of a logarithmic pool, float32 (n, 10), each fold's by the weights that all other folds give.

    So no digit's label has a part in its own weights. But the members' scores that these were fitted on come from
    models that had been trained on this fold, among others: it is ordinary stacking, no nested cross-validation. What a
    fold can tell through a handful of weights is little.

    Parameters
    ----------
    logits, y_true
        As of `fit_weights`.
    folds : integer ndarray of shape (n,)
        The fold of each digit.
    """
    scores = np.empty((len(y_true), logits[0].shape[1]), dtype=np.float32)
    for fold in np.unique(folds):
        held = folds == fold
        weights = fit_weights([voter[~held] for voter in logits], y_true[~held])
        scores[held] = logarithmic_pool([voter[held] for voter in logits], weights)
    return scores


def has_todays_weights(record: Record) -> bool:
    """Whether a stored vote is cross-validated, and its members' out-of-fold scores are those that it was fitted on.

    Otherwise it may be served as it is, but to train it again would give other weights.
    """
    return record.cross_validation is not None and all(
        run.temperature == member.temperature
        and run.files.get(OUT_OF_FOLD, {}).get("sha256") == member.out_of_fold_sha256
        for member, run in load_members(record).items()
    )


def needed_first(name: str, dataset: str) -> str:
    """The commands that make what is missing of a vote's members, in an order that works; empty if nothing is."""
    untrained, unvalidated = [], []
    for member in members_of(name):
        try:
            validated = load_record(dataset, member).cross_validation is not None
        except ArtifactError:
            untrained.append(member)
            validated = False
        if not validated:
            unvalidated.append(member)
    todo = [f"train {' '.join(untrained)}"] if untrained else []
    todo += [f"cv {' '.join(unvalidated)}"] if unvalidated else []
    return ", then ".join(f"python -m mnist_core {each} --dataset {dataset}" for each in todo)
