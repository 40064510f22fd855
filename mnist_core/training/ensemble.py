"""Training of ensembles: weights that are fitted on the members' out-of-fold scores. The members do not change."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from mnist_core.base.errors import ArtifactError, TrainingError
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress
from mnist_core.classifiers.ensemble import EnsembleClassifier, Member, to_json
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, members_of
from mnist_core.datasets import load_dataset
from mnist_core.store import OUT_OF_FOLD, Record, load_members, load_model, load_out_of_fold, load_record
from mnist_core.training.ensemble_weights import cross_fitted_scores, fit_weights
from mnist_core.training.measure import accuracy_of, measure, store_run
from mnist_core.training.out_of_fold import evaluate_out_of_fold
from mnist_core.training.splits import fold_of_each

OUTDATED_WEIGHTS = "its weights were fitted on earlier out-of-fold scores of its members."


def train_ensemble(name: str, dataset: str, *, seed: int, progress: Progress) -> Record:
    """Fit the weights of an ensemble, measure it, and store its run together with its cross-validation.

    The stored weights are fitted on all training samples by `fit_weights`. The cross-validation uses
    `cross_fitted_scores`. The run is stored after all measurements, so no partial run is written.

    Raises
    ------
    TrainingError
        A member has no run or is not cross-validated, a package is missing, no weights fit, or the run cannot be
        written.
    """
    spec = get_classifier_spec(name)
    require_packages("sklearn", *spec.requires, purpose=f"Training {name}")
    runs = _cross_validated_runs(name, dataset)
    progress("Loading data", None)
    data = load_dataset(dataset, progress=progress)
    labels, folds = data.train.labels, fold_of_each(data.train.labels)
    progress("Fitting the weights", 0.1)
    started = time.perf_counter()
    logits = [load_out_of_fold(run) / run.temperature for run in runs]
    members = _members(runs, fit_weights(logits, labels).tolist())
    fit_seconds = time.perf_counter() - started
    scores = cross_fitted_scores(logits, labels, folds)
    progress("Measuring", 0.2)
    served = EnsembleClassifier(members, {run.classifier: load_model(run) for run in runs})
    measured, test_scores = measure(served, data.train, data.test)
    progress("Finding suspected label errors", 0.9)
    out_of_fold = evaluate_out_of_fold(scores, labels, folds, test_scores=test_scores, test_labels=data.test.labels)
    record = Record(
        classifier=name,
        dataset=dataset,
        fingerprint=data.spec.fingerprint,
        hyperparameters=hyperparameters_for(name, dataset),
        seed=seed,
        n_holdout=len(labels),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        fit_seconds=sum(run.fit_seconds for run in runs) + fit_seconds,
        holdout_accuracy=accuracy_of(scores, labels),
        temperature=out_of_fold.temperature,
        cross_validation=out_of_fold.result,
        details={"member_bytes": [run.model_bytes for run in runs]},
        chosen_by=spec.chosen_by,
        **measured,
    )
    record = store_run(record, data, model=to_json(members), scores=test_scores, out_of_fold=out_of_fold)
    progress("Run stored", 0.99)
    return record


def has_current_weights(record: Record) -> bool:
    """Return whether the weights of a stored ensemble were fitted on the current out-of-fold scores of its members.

    The result is False for an ensemble that is not cross-validated. Outdated weights can be served, but training the
    ensemble again would give other weights.
    """
    return record.cross_validation is not None and all(
        run.temperature == member.temperature
        and OUT_OF_FOLD in run.files
        and run.files[OUT_OF_FOLD]["sha256"] == member.out_of_fold_sha256
        for member, run in load_members(record).items()
    )


def prerequisite_commands(name: str, dataset: str) -> str:
    """Return the commands that train and cross-validate the members of an ensemble, as one line in order.

    The line is empty if all members are cross-validated.
    """
    untrained, unvalidated = [], []
    for member in members_of(name):
        try:
            validated = load_record(dataset, member).cross_validation is not None
        except ArtifactError:
            untrained.append(member)
            validated = False
        if not validated:
            unvalidated.append(member)
    commands = [f"train {' '.join(untrained)}"] if untrained else []
    commands += [f"cv {' '.join(unvalidated)}"] if unvalidated else []
    return ", then ".join(f"python -m mnist_core {command} --dataset {dataset}" for command in commands)


def _cross_validated_runs(name: str, dataset: str) -> list[Record]:
    """Return the runs of an ensemble's members.

    Raise TrainingError, with the commands to run, if a member is not trained or not cross-validated.
    """
    members = members_of(name)
    if commands := prerequisite_commands(name, dataset):
        raise TrainingError(
            f"{name} is an ensemble, whose members ({', '.join(members)}) must be cross-validated first: {commands}"
        )
    return [load_record(dataset, member) for member in members]


def _members(runs: Sequence[Record], weights: Sequence[float]) -> list[Member]:
    return [
        Member(
            run.classifier,
            weight,
            run.temperature,
            run.files[run.model_file]["sha256"],
            run.files[OUT_OF_FOLD]["sha256"],
        )
        for run, weight in zip(runs, weights, strict=True)
    ]
