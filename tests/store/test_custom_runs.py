"""Custom runs: their names, and listing, renaming and deleting them."""

import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactCorruptError, MnistCoreError, UnknownNameError
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.store import custom_runs
from tests.store.helpers import DATASET, NAME, save_custom_run


def test_a_custom_run_is_listed_and_loaded_like_the_others(artifacts):
    assert store.next_name(DATASET, "mlp") == "mlp@1"
    custom = save_custom_run(1, label="Mine")
    assert store.list_runs(DATASET) == [*list_classifiers(DATASET), f"{NAME}@1"]
    assert store.next_name(DATASET, "mlp") == "mlp@2"
    assert store.load_record(DATASET, f"{NAME}@1") == custom
    assert store.load_records(DATASET)[0][-1] == custom
    assert store.load_classifier(f"{NAME}@1", DATASET).temperature == custom.temperature


def test_a_name_is_reserved_once_and_a_failure_leaves_no_files(artifacts):
    with store.reserved_name(DATASET, NAME, used_names=["sgd@4", "no name", None]) as first:
        with store.reserved_name(DATASET, "mlp") as second:
            assert (first, second) == (f"{NAME}@5", "mlp@6")
        interrupted = store.reserved_name(DATASET, "mlp")
        third = interrupted.__enter__()
        (store.run_dir(DATASET, third) / store.MODEL).write_bytes(b"half a model")
        assert not interrupted.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert third == "mlp@7"
    assert not store.run_dir(DATASET, third).exists()
    assert store.list_runs(DATASET) == list_classifiers(DATASET)  # a folder without a record is not a run


def test_a_name_that_another_process_reserves_first_is_skipped(artifacts, monkeypatch):
    next_name, taken = store.next_name, []

    def next_name_too_late(*place, used_names=()):
        """Return the next name. On the first call, another process reserves this name before."""
        name = next_name(*place, used_names=used_names)
        if not taken:
            store.run_dir(DATASET, name).mkdir()
            taken.append(name)
        return name

    monkeypatch.setattr(custom_runs, "next_name", next_name_too_late)
    with store.reserved_name(DATASET, NAME) as name:
        assert (taken, name) == ([f"{NAME}@1"], f"{NAME}@2")


def test_the_remedy_for_a_damaged_custom_run_is_to_delete_it(artifacts):
    custom = save_custom_run(1)
    (store.run_dir(DATASET, custom.classifier) / store.MODEL).unlink()
    with pytest.raises(ArtifactCorruptError, match=rf"Delete it: python -m mnist_core delete {NAME}@1 --dataset"):
        store.load_record(DATASET, custom.classifier)


def test_only_custom_runs_can_be_renamed_and_deleted(artifacts):
    custom = save_custom_run(3)
    before = store.signature(DATASET)
    assert store.rename_run(custom, "  Another \n name ").label == "Another name"
    assert store.load_record(DATASET, custom.classifier).label == "Another name"
    assert store.signature(DATASET) != before
    store.delete_run(DATASET, custom.classifier)
    assert store.list_runs(DATASET) == list_classifiers(DATASET)
    with pytest.raises(MnistCoreError, match="not a custom run"):
        store.delete_run(DATASET, NAME)
    with pytest.raises(MnistCoreError, match="not a custom run"):
        store.rename_run(store.load_record(DATASET, NAME), "Another name")
    store.load_record(DATASET, NAME)


@pytest.mark.parametrize("name", ["other@1", f"{NAME}@x", f"{NAME}@", "@1", f"{NAME}@1@2", f"../{NAME}@1"])
def test_the_name_of_a_custom_run_is_a_classifier_and_a_number(artifacts, name):
    (artifacts / DATASET / name).mkdir(parents=True, exist_ok=True)
    (artifacts / DATASET / name / store.RECORD).write_text("{}")
    assert store.list_runs(DATASET) == list_classifiers(DATASET)
    with pytest.raises(UnknownNameError):
        store.delete_run(DATASET, name)
