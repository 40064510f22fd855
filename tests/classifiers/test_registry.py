"""The registry of classifiers: names, hyperparameters, search spaces and ensembles."""

import subprocess
import sys

import pytest

from mnist_core.base.errors import TrainingError, UnknownNameError
from mnist_core.classifiers.registry import (
    CLASSIFIERS,
    get_classifier_spec,
    get_trainable_spec,
    hyperparameters_for,
    is_ensemble,
    list_base_classifiers,
    list_classifiers,
    members_of,
    origin_of,
    search_space_of,
)
from mnist_core.classifiers.spec import ClassifierSpec, EnsembleSpec
from mnist_core.datasets import get_dataset_spec, list_datasets


def test_the_error_for_an_unknown_name_lists_the_known_names() -> None:
    assert all(name == spec.name for name, spec in CLASSIFIERS.items())
    assert list_classifiers("digits") == list(CLASSIFIERS)
    with pytest.raises(UnknownNameError, match="sgd, sgd-scaled"):
        get_classifier_spec("sdg")


@pytest.mark.parametrize("dataset", list_datasets())
def test_a_dataset_overrides_only_existing_hyperparameters(dataset: str) -> None:
    for name, overrides in get_dataset_spec(dataset).overrides.items():
        assert overrides.keys() <= CLASSIFIERS[name].hyperparameters.keys()
        assert {**hyperparameters_for(name, dataset)} == {**CLASSIFIERS[name].hyperparameters, **overrides}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_search_space_has_only_existing_hyperparameters(name: str) -> None:
    assert search_space_of(name).keys() <= CLASSIFIERS[name].hyperparameters.keys()


def test_the_members_of_an_ensemble_are_earlier_single_classifiers() -> None:
    names = list(CLASSIFIERS)
    for name in names:
        members = members_of(name)
        assert all(names.index(member) < names.index(name) for member in members)
        assert not any(is_ensemble(member) for member in members)
        assert len(set(members)) == len(members)


def test_nine_classifiers_are_base_classifiers_and_all_others_are_refined_or_ensembles() -> None:
    bases = list_base_classifiers()
    assert len(bases) == 9
    for name in CLASSIFIERS.keys() - set(bases):
        assert is_ensemble(name) != (CLASSIFIERS[name].refines in CLASSIFIERS)


def test_the_ensemble_combines_the_refined_classifier_of_each_family() -> None:
    refined = {name: origin_of(name) for name, spec in CLASSIFIERS.items() if spec.refines}
    assert set(members_of("ensemble")) == set(refined)
    assert len(set(refined.values())) == len(refined)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_spec_is_either_trainable_or_an_ensemble(name: str) -> None:
    assert isinstance(CLASSIFIERS[name], EnsembleSpec if is_ensemble(name) else ClassifierSpec)
    assert is_ensemble(name) == bool(members_of(name)) == bool(members_of(f"{name}@1"))
    if is_ensemble(name):
        assert CLASSIFIERS[name].hyperparameters == {"members": list(members_of(name))}


@pytest.mark.parametrize("name", ["ensemble", "ensemble@1"])
def test_the_error_for_an_ensemble_names_its_members_and_the_command(name: str) -> None:
    members = ", ".join(members_of(name))
    expected = f"Tuning needs a single classifier, found the ensemble {name}. Use its members instead: {members}."
    with pytest.raises(TrainingError, match=f"{expected}.*run: python -m mnist_core train ensemble$"):
        get_trainable_spec(name, purpose="Tuning")
    with pytest.raises(UnknownNameError):
        get_trainable_spec("sdg")


@pytest.mark.parametrize("module", ["registry", "onnx.served", "ensemble"])
def test_serving_imports_no_package_for_training(module: str) -> None:
    code = (
        f"import sys, mnist_core.classifiers.{module}\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'scipy') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == ""
