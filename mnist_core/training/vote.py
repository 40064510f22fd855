"""Train a vote: its weights, from digits that none of its members was trained on. The members stay as they are."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.classifiers.vote import Member, VoteClassifier, to_json
from mnist_core.datasets import load_dataset
from mnist_core.errors import ArtifactError, TrainingError
from mnist_core.evaluation.ensemble import log_softmax, soft_vote
from mnist_core.packages import require_packages
from mnist_core.progress import Progress
from mnist_core.record import MODEL, Record
from mnist_core.store import load_model, load_out_of_fold, load_record
from mnist_core.training.cross_validation import add_cross_validation, fold_of_each
from mnist_core.training.train import measure, store_measured


def train_vote(name: str, dataset: str, *, seed: int, progress: Progress) -> Record:
    """Weigh the members of a vote, measure it and store its run, cross-validated.

    The weights are those under which the labels of all training digits are most likely, by the members' out-of-fold
    probabilities. In the cross-validation a fold is voted on with the weights that the other folds gave.

    Raises
    ------
    TrainingError
        A member's run is not there or not cross-validated, a package is missing, or the run cannot be written.
    """
    require_packages("sklearn", *get_classifier_spec(name).requires, purpose=f"Training {name}")
    hyperparameters = hyperparameters_for(name, dataset)
    runs = _cross_validated(name, dataset, hyperparameters["members"])
    progress("Loading the digits", None)
    loaded = load_dataset(dataset, progress=progress)
    labels = loaded.train.labels
    progress("Weighing the members", 0.1)
    started = time.perf_counter()
    logits = [load_out_of_fold(run) / run.temperature for run in runs]
    weights = vote_weights(logits, labels).tolist()
    fit_seconds = time.perf_counter() - started
    folds = fold_of_each(labels)
    scores = nested_vote(logits, labels, folds)
    members = [
        Member(run.classifier, weight, run.temperature, run.files[MODEL]["sha256"])
        for run, weight in zip(runs, weights, strict=True)
    ]
    progress("Measuring", 0.2)
    served = VoteClassifier(members, {run.classifier: load_model(run) for run in runs})
    measured, test_scores = measure(served, loaded.train, loaded.test)
    record = Record(
        classifier=name,
        dataset=dataset,
        fingerprint=loaded.spec.fingerprint,
        hyperparameters=hyperparameters,
        seed=seed,
        n_holdout=len(labels),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        fit_seconds=sum(run.fit_seconds for run in runs) + fit_seconds,
        holdout_accuracy=float((scores.argmax(axis=1) == labels).mean()),
        temperature=served.temperature,
        details={
            "members": [run.classifier for run in runs],
            "weights": weights,
            "member_bytes": [run.model_bytes for run in runs],
        },
        chosen_by=get_classifier_spec(name).chosen_by,
        **measured,
    )
    record = store_measured(record, loaded, model=to_json(members), scores=test_scores)
    record = add_cross_validation(record, scores, labels, folds)
    progress("Stored", 0.99)
    return record


def vote_weights(logits: Sequence[np.ndarray], y_true: np.ndarray) -> np.ndarray:
    """The weights of a soft vote under which the labels are most likely.

    The negative log-likelihood is convex in the weights; L-BFGS-B finds its lowest place among those not negative.

    Parameters
    ----------
    logits : k ndarrays of shape (n, 10)
        Each voter's, of digits it was not trained on.
    y_true : integer ndarray of shape (n,)

    Returns
    -------
    float64 ndarray of shape (k,)
        Not negative.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(y_true))
    each = np.stack([log_softmax(voter) for voter in logits])  # (k, n, 10)
    own = each[:, rows, y_true]  # (k, n)

    def loss_and_slope(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logs = log_softmax(np.tensordot(weights, each, axes=1))
        expected = (np.exp(logs) * each).sum(axis=2)  # (k, n): the mean of each voter's logarithms under the vote
        return float(-logs[rows, y_true].mean()), (expected - own).mean(axis=1)

    start = np.full(len(each), 1 / len(each))
    found = minimize(loss_and_slope, start, jac=True, bounds=[(0, None)] * len(each), method="L-BFGS-B", tol=1e-10)
    weights: np.ndarray = found.x
    return weights


def nested_vote(logits: Sequence[np.ndarray], y_true: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Scores of a soft vote, float32 (n, 10), each fold's by the weights that all other folds give.

    Parameters
    ----------
    logits, y_true
        As of `vote_weights`.
    folds : integer ndarray of shape (n,)
        The fold of each digit.
    """
    scores = np.empty((len(y_true), logits[0].shape[1]), dtype=np.float32)
    for fold in np.unique(folds):
        held = folds == fold
        weights = vote_weights([voter[~held] for voter in logits], y_true[~held])
        scores[held] = soft_vote([voter[held] for voter in logits], weights)
    return scores


def _cross_validated(name: str, dataset: str, members: list[str]) -> list[Record]:
    """The members' runs; TrainingError with the commands that make what is missing of them."""
    found, untrained, unvalidated = [], [], []
    for member in members:
        try:
            found.append(load_record(dataset, member))
        except ArtifactError:
            untrained.append(member)
            unvalidated.append(member)
        else:
            if found[-1].cross_validation is None:
                unvalidated.append(member)
    if unvalidated:
        todo = [f"train {' '.join(untrained)}"] if untrained else []
        todo.append(f"cv {' '.join(unvalidated)}")
        commands = ", then ".join(f"python -m mnist_core {each} --dataset {dataset}" for each in todo)
        raise TrainingError(f"{name} votes over {', '.join(members)}, which must be cross-validated first: {commands}")
    return found
