"""The classifiers there are: adding one is one entry here and one training command."""

import re
from dataclasses import replace
from typing import Any

from mnist_core.classifiers.convnet import ConvNet
from mnist_core.classifiers.forest import Forest
from mnist_core.classifiers.kernel import NystroemSgd, OneVsOneSvc, OneVsRestSvc
from mnist_core.classifiers.linear import build_logistic, build_sgd
from mnist_core.classifiers.network import Perceptron
from mnist_core.classifiers.spec import ClassifierSpec
from mnist_core.datasets.registry import get_dataset_spec
from mnist_core.errors import UnknownNameError
from mnist_core.naming import LOCAL

_SPECS = (
    ClassifierSpec(
        name="sgd",
        label="Linear SVM (SGD)",
        family="linear",
        hyperparameters={"standardise": False, "alpha": 1e-5, "average": True, "epochs": 20},
        search_space={"alpha": (1e-6, 1e-5, 1e-4), "average": (True, False), "epochs": (10, 20, 40)},
        build=build_sgd,
        remark="A linear SVM by stochastic gradient descent on raw pixels, one template a digit: small, fast, limited.",
    ),
    ClassifierSpec(
        name="sgd-scaled",
        label="Linear SVM (SGD), scaled",
        family="linear",
        hyperparameters={"standardise": True, "alpha": 1e-5, "average": True, "epochs": 20},
        search_space={"alpha": (1e-5, 1e-4, 1e-3), "average": (True, False), "epochs": (10, 20, 40)},
        build=build_sgd,
        remark="The same after StandardScaler, which lifts near-dead border pixels: slow to settle unless averaged.",
    ),
    ClassifierSpec(
        name="logistic",
        label="Logistic regression",
        family="linear",
        hyperparameters={"C": 1.0, "max_iter": 100, "tol": 1e-3},
        search_space={"C": (0.03, 0.1, 0.3, 1.0)},
        build=build_logistic,
        remark="As small as the linear SVMs, and its probabilities need no repair.",
    ),
    ClassifierSpec(
        name="sgd-kernel",
        label="Nyström SVM (SGD)",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.03, "centres": 2000, "alpha": 1e-6, "epochs": 10},
        search_space={"gamma": (0.02, 0.03, 0.04), "centres": (500, 1000, 2000), "alpha": (1e-7, 1e-6, 1e-5)},
        build=NystroemSgd,
        remark="A linear SVM on Nyström features of the RBF kernel: nears an exact kernel machine, and is far smaller.",
    ),
    ClassifierSpec(
        name="random-forest",
        label="Random forest",
        family="trees",
        hyperparameters={"n_estimators": 100, "bootstrap": False, "max_features": 40},
        search_space={"n_estimators": (50, 100, 200), "bootstrap": (False, True), "max_features": (28, 40, 60)},
        build=Forest,
        remark="A hundred trees vote. Nothing to scale, hardly anything to tune; the largest model in memory.",
    ),
    ClassifierSpec(
        name="svc-ovo",
        label="SVC one-vs-one",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.03, "C": 10},
        search_space={"principal_components": (50, 60, 70), "gamma": (0.025, 0.03, 0.035), "C": (5, 10)},
        build=OneVsOneSvc,
        remark="An RBF kernel machine for each of 45 pairs of digits, on principal components; confidence breaks ties.",
    ),
    ClassifierSpec(
        name="svc-ovr",
        label="SVC one-vs-rest",
        family="kernel",
        hyperparameters={"principal_components": 60, "gamma": 0.025, "C": 10},
        search_space={"principal_components": (50, 60, 70), "gamma": (0.025, 0.03, 0.035), "C": (5, 10)},
        build=OneVsRestSvc,
        remark="The same kernel, ten machines, each one digit against all others and trained on all the data.",
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
        remark="Two hidden layers on raw pixels: it knows nothing of neighbourhoods, and does well all the same.",
    ),
    ClassifierSpec(
        name="cnn",
        label="CNN",
        family="network",
        hyperparameters={
            "width": 16,
            "dropout": 0.3,
            "epochs": 10,
            "batch_size": 128,
            "learning_rate": 0.01,
            "weight_decay": 0.01,
            "turn_degrees": 10,
            "stretch": 0.1,
            "shear": 0.1,
            "shift_pixels": 1.5,
        },
        search_space={"width": (16, 24), "learning_rate": (0.005, 0.01), "epochs": (8, 12, 16)},
        build=ConvNet,
        remark="Looks at neighbourhoods, and has seen every digit moved, turned and stretched: the most accurate here.",
        requires=("torch",),
    ),
)

CLASSIFIERS: dict[str, ClassifierSpec] = {spec.name: spec for spec in _SPECS}


def get_classifier_spec(name: str) -> ClassifierSpec:
    """The spec of that name, or UnknownNameError; of a run of one's own that of its classifier, under its name."""
    if name in CLASSIFIERS:
        return CLASSIFIERS[name]
    if not is_own(name):
        raise UnknownNameError("classifier", name, CLASSIFIERS)
    base, _, number = name.partition(LOCAL)
    return replace(CLASSIFIERS[base], name=name, label=f"{CLASSIFIERS[base].label} ({number})")


def is_own(name: str) -> bool:
    """Whether this can be the name of a run of one's own, such as `mlp@1`."""
    base, _, number = name.partition(LOCAL)
    return base in CLASSIFIERS and re.fullmatch("[1-9][0-9]{0,8}", number) is not None


def base_of(name: str) -> str:
    """The classifier that a run of one's own trains: `mlp` of `mlp@1`; of any other name itself."""
    return name.partition(LOCAL)[0]


def predecessors(name: str) -> list[str]:
    """What this classifier is a better version of, or a run of one's own a change of, the nearest first."""
    nearest = base_of(name) if is_own(name) else get_classifier_spec(name).refines
    return [nearest, *predecessors(nearest)] if nearest else []


def origin_of(name: str) -> str:
    """The classifier that this one refines, through all steps; of one that refines none itself."""
    spec = get_classifier_spec(base_of(name))
    return origin_of(spec.refines) if spec.refines else spec.name


def list_classifiers(dataset: str = "mnist") -> list[str]:
    """Names of the classifiers compared on a dataset, in the registry's order."""
    get_dataset_spec(dataset)
    return list(CLASSIFIERS)


def hyperparameters_for(classifier: str, dataset: str) -> dict[str, Any]:
    """The classifier's hyperparameters, with what is particular to the dataset."""
    overrides = get_dataset_spec(dataset).overrides.get(base_of(classifier), {})
    return {**get_classifier_spec(classifier).hyperparameters, **overrides}
