"""Stored results of runs: records, models, predictions and the files beside them.

The folder `artifacts/<dataset>/<classifier>/` holds a run:

- `record.json`: hyperparameters, all measurements, and the SHA-256 of each other file. It is written last, so a run
  that was not written completely is not accepted. Every figure on screen comes from it.
- `model.onnx.gz`, or `vote.json` for an ensemble: the weights and temperatures of its members, with the hashes of their
  models.
- `predictions.npz`: the scores of the test split.
- `out-of-fold.npz` and `suspects.npz`: the out-of-fold scores and suspected label errors of a cross-validation.
- `robustness.npz`: the predicted labels of distorted test samples.

`labels.npz` beside these folders holds the labels of a dataset. Custom runs such as `mlp@1` are stored in the same way,
but not committed. No file is a pickle.
"""

from mnist_core.store.additions import save_cross_validation, save_learning_curve, save_replicates, save_robustness
from mnist_core.store.arrays import Indices, Labels, load_array, pack_arrays
from mnist_core.store.custom_runs import delete_run, rename_run, reserved_name
from mnist_core.store.members import load_members
from mnist_core.store.models import load_classifier, load_model, model_loader
from mnist_core.store.names import list_runs, next_name
from mnist_core.store.paths import artifacts_dir, run_dir
from mnist_core.store.predictions import load_label_issues, load_labels, load_out_of_fold, load_robustness, load_scores
from mnist_core.store.record import (
    ENSEMBLE,
    LABEL_ISSUES,
    LABELS,
    MODEL,
    OUT_OF_FOLD,
    PREDICTIONS,
    RECORD,
    ROBUSTNESS,
    CrossValidation,
    Record,
)
from mnist_core.store.runs import load_record, load_records, signature
from mnist_core.store.saving import save_run

__all__ = [
    "ENSEMBLE",
    "LABELS",
    "LABEL_ISSUES",
    "MODEL",
    "OUT_OF_FOLD",
    "PREDICTIONS",
    "RECORD",
    "ROBUSTNESS",
    "CrossValidation",
    "Indices",
    "Labels",
    "Record",
    "artifacts_dir",
    "delete_run",
    "list_runs",
    "load_array",
    "load_classifier",
    "load_label_issues",
    "load_labels",
    "load_members",
    "load_model",
    "load_out_of_fold",
    "load_record",
    "load_records",
    "load_robustness",
    "load_scores",
    "model_loader",
    "next_name",
    "pack_arrays",
    "rename_run",
    "reserved_name",
    "run_dir",
    "save_cross_validation",
    "save_learning_curve",
    "save_replicates",
    "save_robustness",
    "save_run",
    "signature",
]
