"""The registry of classifiers. To add a classifier, add one entry here and train it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mnist_core.base.errors import TrainingError, UnknownNameError
from mnist_core.base.labels import CUSTOM_MARK
from mnist_core.classifiers.forest import Forest, GradientForest
from mnist_core.classifiers.kernel import NystroemSgd, OneVsOneSvc, OneVsRestSvc, VirtualSvc
from mnist_core.classifiers.linear import build_logistic, build_sgd
from mnist_core.classifiers.mlp import Perceptron
from mnist_core.classifiers.patches import PatchSgd
from mnist_core.classifiers.spec import ClassifierSpec, EnsembleSpec, Hyperparameters, ModelSpec
from mnist_core.classifiers.torch.convnet import ConvNet
from mnist_core.classifiers.torch.perceptron import AugmentedPerceptron
from mnist_core.datasets.registry import get_dataset_spec

_SPECS: tuple[ModelSpec, ...] = (
    ClassifierSpec(
        name="sgd",
        label="Linear SVM (SGD)",
        family="linear",
        hyperparameters={"standardise": False, "alpha": 1e-5, "average": True, "epochs": 20},
        search_space={"alpha": (1e-6, 1e-5, 1e-4), "average": (True, False), "epochs": (10, 20, 40)},
        build=build_sgd,
        remark="Linear SVM on raw pixels, trained by stochastic gradient descent. Small and fast, but less accurate.",
    ),
    ClassifierSpec(
        name="sgd-scaled",
        label="Linear SVM (SGD), scaled",
        family="linear",
        hyperparameters={"standardise": True, "alpha": 1e-5, "average": True, "epochs": 20},
        search_space={"alpha": (1e-5, 1e-4, 1e-3), "average": (True, False), "epochs": (10, 20, 40)},
        build=build_sgd,
        remark="Linear SVM on standardized pixels, which amplify the border. Converges slowly without averaging.",
    ),
    ClassifierSpec(
        name="sgd-features",
        label="SGD on patches",
        family="linear",
        refines="sgd",
        hyperparameters={"patches": 256, "threshold": 0.5, "alpha": 2e-6, "epochs": 15},
        search_space={
            "patches": (128, 256, 400),
            "threshold": (0.25, 0.5, 1.0),
            "alpha": (1e-6, 2e-6, 5e-6, 1e-5),
            "epochs": (10, 15, 20),
        },
        build=PatchSgd,
        remark="Linear SVM on features learned by k-means from small image patches.",
    ),
    ClassifierSpec(
        name="logistic",
        label="Logistic regression",
        family="linear",
        hyperparameters={"C": 1.0, "max_iter": 100, "tol": 1e-3},
        search_space={"C": (0.03, 0.1, 0.3, 1.0)},
        build=build_logistic,
        remark="Multinomial model on raw pixels. As small as the linear SVMs, with well-calibrated probabilities.",
    ),
    ClassifierSpec(
        name="sgd-kernel",
        label="Nyström SVM (SGD)",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.03, "centres": 2000, "alpha": 1e-6, "epochs": 10},
        search_space={"gamma": (0.02, 0.03, 0.04), "centres": (500, 1000, 2000), "alpha": (1e-7, 1e-6, 1e-5)},
        build=NystroemSgd,
        remark="Linear SVM on Nyström features of the RBF kernel. Nearly as accurate as an exact SVM, far smaller.",
    ),
    ClassifierSpec(
        name="random-forest",
        label="Random forest",
        family="trees",
        hyperparameters={"n_estimators": 100, "bootstrap": False, "max_features": 40},
        search_space={"n_estimators": (50, 100, 200), "bootstrap": (False, True), "max_features": (28, 40, 60)},
        build=Forest,
        remark="A hundred decision trees. Needs no scaling and little tuning. The largest model in memory.",
    ),
    ClassifierSpec(
        name="random-forest-refined",
        label="Random forest, refined",
        family="trees",
        refines="random-forest",
        hyperparameters={
            "directions": 8,
            "cell": 6,
            "stride": 3,
            "n_estimators": 100,
            "bootstrap": False,
            "max_features": 30,
        },
        search_space={
            "directions": (8, 12),
            "n_estimators": (50, 100, 200),
            "bootstrap": (False, True),
            "max_features": (20, 30, 40),
        },
        build=GradientForest,
        remark="Random forest on oriented gradients of deslanted digits: the direction of strokes at each position.",
    ),
    ClassifierSpec(
        name="svc-ovo",
        label="SVC one-vs-one",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.03, "C": 10},
        search_space={"principal_components": (50, 60, 70), "gamma": (0.025, 0.03, 0.035), "C": (5, 10)},
        build=OneVsOneSvc,
        remark="One RBF kernel SVM per pair of digits, on principal components. Decision values break ties.",
    ),
    ClassifierSpec(
        name="svc-ovr",
        label="SVC one-vs-rest",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.025, "C": 10},
        search_space={"principal_components": (50, 60, 70), "gamma": (0.025, 0.03, 0.035), "C": (5, 10)},
        build=OneVsRestSvc,
        chosen_by="hand, without comparing it with another setting",
        remark="One RBF kernel SVM per digit, on principal components. Each is trained on all data.",
    ),
    ClassifierSpec(
        name="svc-refined",
        label="SVC, refined",
        family="kernel",
        refines="svc-ovo",
        hyperparameters={
            "directions": 12,
            "cell": 6,
            "stride": 3,
            "principal_components": 120,
            "gamma": 2.5,
            "C": 10,
            "shift_pixels": 1,
        },
        search_space={
            "directions": (8, 12),
            "principal_components": (80, 120, 160),
            "gamma": (1.5, 2.5, 4.0),
            "C": (3, 10, 30),
            "shift_pixels": (0, 1),
        },
        build=VirtualSvc,
        remark="SVC on oriented gradients of deslanted digits, trained again with shifted support vectors.",
    ),
    ClassifierSpec(
        name="mlp",
        label="MLP",
        family="network",
        hyperparameters={
            "hidden": [512, 256],
            "epochs": 10,
            "averaged_epochs": 5,
            "batch_size": 128,
            "learning_rate": 1e-3,
            "weight_decay": 1e-4,
        },
        search_space={
            "hidden": ([512], [512, 256], [800]),
            "averaged_epochs": (1, 3, 5),
            "learning_rate": (5e-4, 1e-3),
        },
        build=Perceptron,
        remark="Two fully connected hidden layers on raw pixels. Ignores which pixels are neighbors.",
    ),
    ClassifierSpec(
        name="mlp-refined",
        label="MLP, refined",
        family="network",
        refines="mlp",
        hyperparameters={
            "hidden": [800, 800],
            "dropout": 0.1,
            "epochs": 30,
            "batch_size": 256,
            "learning_rate": 2e-3,
            "weight_decay": 0.01,
            "label_smoothing": 0.05,
            "augment": {"shift": 1.0, "rotate": 8, "scale": 0.1, "shear": 0.1, "elastic": 1.0},
            "views": 1,
            "columns": 1,
        },
        search_space={
            "hidden": ([512, 512], [800, 800], [1024, 1024]),
            "dropout": (0.0, 0.1, 0.2),
            "learning_rate": (1e-3, 2e-3, 4e-3),
            "epochs": (15, 30, 60),
        },
        build=AugmentedPerceptron,
        remark="Fully connected network with data augmentation, batch normalization and dropout.",
        requires=("torch",),
    ),
    ClassifierSpec(
        name="cnn",
        label="CNN",
        family="network",
        hyperparameters={
            "width": 16,
            "depth": 2,
            "dropout": 0.0,
            "epochs": 8,
            "batch_size": 128,
            "learning_rate": 0.02,
            "weight_decay": 0.01,
            "label_smoothing": 0.05,
            "augment": {"shift": 1.0, "rotate": 8, "scale": 0.08, "shear": 0.08},
            "views": 1,
            "columns": 1,
        },
        search_space={
            "width": (8, 16, 32),
            "depth": (1, 2, 3),
            "label_smoothing": (0.0, 0.05, 0.1),
            "learning_rate": (0.01, 0.02, 0.04),
            "epochs": (4, 8, 12),
        },
        build=ConvNet,
        remark="Convolutional network, trained with data augmentation: shifts, rotations, scaling and shear.",
        requires=("torch",),
    ),
    ClassifierSpec(
        name="cnn-refined",
        label="CNN, refined",
        family="network",
        refines="cnn",
        hyperparameters={
            "width": 16,
            "depth": 2,
            "dropout": 0.0,
            "epochs": 16,
            "batch_size": 128,
            "learning_rate": 0.02,
            "weight_decay": 0.01,
            "label_smoothing": 0.05,
            "augment": {"shift": 1.0, "rotate": 8, "scale": 0.08, "shear": 0.08, "elastic": 0.5},
            "views": 5,
            "columns": 3,
        },
        search_space={
            "width": (16, 24, 32),
            "label_smoothing": (0.0, 0.05, 0.1),
            "learning_rate": (0.01, 0.02, 0.04),
            "epochs": (8, 16, 24),
            "columns": (1, 3, 5),
        },
        build=ConvNet,
        remark="Three convolutional networks with elastic and test-time augmentation, trained twice as long.",
        requires=("torch",),
    ),
    EnsembleSpec(
        name="ensemble",
        label="Ensemble",
        family="ensemble",
        # The refined classifier of each family: a rule that needs no search.
        members=("sgd-features", "random-forest-refined", "svc-refined", "mlp-refined", "cnn-refined"),
        remark="Weighted combination of each family's refined classifier. The members err on different digits.",
        requires=("cleanlab",),
        chosen_by="a rule for the members (each family's refined classifier); their out-of-fold scores for the weights",
    ),
)

CLASSIFIERS: dict[str, ModelSpec] = {spec.name: spec for spec in _SPECS}


def get_classifier_spec(name: str) -> ModelSpec:
    """Return the spec of a classifier. For a custom run, return its classifier's spec with the run's name and label.

    Raises
    ------
    UnknownNameError
    """
    if name in CLASSIFIERS:
        return CLASSIFIERS[name]
    if not is_custom(name):
        raise UnknownNameError("classifier", name, CLASSIFIERS)
    base, _, number = name.partition(CUSTOM_MARK)
    return replace(CLASSIFIERS[base], name=name, label=f"{CLASSIFIERS[base].label} ({number})")


def get_trainable_spec(name: str, *, purpose: str = "Training") -> ClassifierSpec:
    """Return the spec of a single classifier.

    Parameters
    ----------
    purpose : str
        Subject of the error message, such as "Tuning".

    Raises
    ------
    UnknownNameError
    TrainingError
        The name is that of an ensemble, which combines trained classifiers.
    """
    spec = get_classifier_spec(name)
    if isinstance(spec, ClassifierSpec):
        return spec
    raise TrainingError(
        f"{purpose} needs a single classifier, found the ensemble {name}. "
        f"Use its members instead: {', '.join(members_of(name))}. "
        f"To fit the ensemble itself, run: python -m mnist_core train {base_of(name)}"
    )


def is_custom(name: str) -> bool:
    """Return whether a name has the form of a custom run's name, such as `mlp@1`."""
    base, _, number = name.partition(CUSTOM_MARK)
    return base in CLASSIFIERS and re.fullmatch("[1-9][0-9]{0,8}", number) is not None


def base_of(name: str) -> str:
    """Return the classifier that a custom run trains: `mlp` for `mlp@1`. Any other name is returned as it is."""
    return name.partition(CUSTOM_MARK)[0]


def predecessors(name: str) -> list[str]:
    """Return the chain of classifiers that this one refines, nearest first. A custom run refines its classifier."""
    nearest = base_of(name) if is_custom(name) else get_classifier_spec(name).refines
    return [nearest, *predecessors(nearest)] if nearest else []


def origin_of(name: str) -> str:
    """Return the first classifier in the chain of refinements that leads to this one."""
    spec = get_classifier_spec(base_of(name))
    return origin_of(spec.refines) if spec.refines else spec.name


def members_of(name: str) -> tuple[str, ...]:
    """Return the names of an ensemble's members, and an empty tuple for a single classifier."""
    spec = get_classifier_spec(name)
    return spec.members if isinstance(spec, EnsembleSpec) else ()


def is_ensemble(name: str) -> bool:
    """Return whether a classifier combines the predictions of others."""
    return isinstance(get_classifier_spec(name), EnsembleSpec)


def search_space_of(name: str) -> Mapping[str, tuple[Any, ...]]:
    """Return the values to try for each hyperparameter. An ensemble has none."""
    spec = get_classifier_spec(name)
    return spec.search_space if isinstance(spec, ClassifierSpec) else {}


def list_base_classifiers() -> list[str]:
    """Return the names of the single classifiers that do not refine another one."""
    return [name for name, spec in CLASSIFIERS.items() if not spec.refines and not is_ensemble(name)]


def list_classifiers(dataset: str = "mnist") -> list[str]:
    """Return the names of the classifiers compared on a dataset, in the order of the registry."""
    get_dataset_spec(dataset)
    return list(CLASSIFIERS)


def hyperparameters_for(classifier: str, dataset: str) -> dict[str, Any]:
    """Return the classifier's hyperparameters, including the overrides of the dataset."""
    return {**get_classifier_spec(classifier).hyperparameters, **_overrides(classifier, dataset)}


def chosen_by(classifier: str, dataset: str) -> str:
    """Return how a classifier's hyperparameters on a dataset were chosen, as a text to follow "chosen by"."""
    chosen, changed = get_classifier_spec(classifier).chosen_by, _overrides(classifier, dataset)
    names = " and ".join(changed).replace("_", " ")
    return f"{chosen}; for this dataset, {names} without a search" if changed else chosen


def _overrides(classifier: str, dataset: str) -> Hyperparameters:
    return get_dataset_spec(dataset).overrides.get(base_of(classifier), {})
