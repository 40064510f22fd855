"""Training form: hyperparameters, number of training digits, seed and name. All of them are in the URL."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import training_sizes
from mnist_core.base.labels import MAX_LABEL_LENGTH, clean_label
from mnist_core.classifiers.hyperparameters import changes_of, display_name, value_text
from mnist_core.classifiers.registry import (
    base_of,
    get_classifier_spec,
    hyperparameters_for,
    is_custom,
    search_space_of,
)
from mnist_core.datasets import get_dataset_spec
from mnist_core.jobs.task import Task
from mnist_core.store.record import Record
from pages.sections.training import augmentation, inputs
from pages.widgets import view

SEEDS = range(1_000)


def show(results: cached.Results, classifier: str) -> Task:
    """Show the form, and return the training that it describes.

    The initial values are those of the registry, or of the selected custom run.
    """
    base = base_of(classifier)
    record = results.records.get(classifier) if is_custom(classifier) else None
    present = record.hyperparameters if record else hyperparameters_for(base, results.dataset)
    values = _choose_hyperparameters(classifier, present)
    if classifier in results.records:
        st.caption(_describe_origin(results[classifier].record))
    n_train = get_dataset_spec(results.dataset).n_train
    initial_size = record.n_train if record else n_train
    sizes = sorted({*training_sizes(n_train), n_train, min(initial_size, n_train)})
    subset = st.select_slider(
        "Training digits",
        sizes,
        format_func=lambda size: f"all {size:,}" if size == n_train else f"{size:,}",
        help="Fewer digits train faster. The seed draws them, with the class proportions of the training split.",
        **view.bind(f"{classifier}.digits", sizes, initial_size),
    )
    left, right = st.columns([1, 3], gap="medium")
    seed = left.number_input(
        "Seed",
        SEEDS[0],
        SEEDS[-1],
        step=1,
        help="Seed of the training, the validation split and the subset.",
        **view.bind(f"{classifier}.seed", SEEDS, record.seed if record and record.seed in SEEDS else 0),
    )
    label = right.text_input(
        "Name",
        placeholder=f"{get_classifier_spec(base).label} and a number",
        **view.bind_text(f"{classifier}.name", longest=MAX_LABEL_LENGTH),
    )
    return Task(
        base,
        results.dataset,
        changes=changes_of(base, results.dataset, values),
        subset=None if subset == n_train else subset,
        seed=seed,
        label=clean_label(label),
        custom=True,
    )


def can_show(dataset: str, classifier: str, values: Mapping[str, Any]) -> bool:
    """Return whether all of these hyperparameters can be selected in the form of a classifier."""
    present, grids = hyperparameters_for(classifier, dataset), search_space_of(classifier)
    return all(
        str(value) in map(str, inputs.options_of(present[name], grids.get(name, ()))) for name, value in values.items()
    )


def open_with(classifier: str, values: Mapping[str, Any]) -> None:
    """Change the view to the form of a classifier with these hyperparameters selected and its other initial values."""
    selected = {f"{classifier}.{name}": value for name, value in values.items()}
    view.put(section=None, model=classifier, **{f"{classifier}.digits": None, f"{classifier}.seed": None}, **selected)


def show_augmentation(results: cached.Results, task: Task) -> None:
    """Show a preview of the data augmentation of a training, if it has any."""
    for name, value in (hyperparameters_for(task.classifier, task.dataset) | dict(task.changes)).items():
        if isinstance(value, Mapping):
            with st.expander(f"{display_name(name)} preview", expanded=True):
                augmentation.show_preview(results, value)


def _choose_hyperparameters(classifier: str, present: Mapping[str, Any]) -> dict[str, Any]:
    """Show a widget for each hyperparameter with several options, and return the selected values of all."""
    grids = search_space_of(base_of(classifier))
    values, fixed, places = dict(present), {}, inputs.two_columns()
    for name, value in present.items():
        options = inputs.options_of(value, grids.get(name, ()))
        if len(options) > 1:
            with next(places):
                values[name] = inputs.choose_value(f"{classifier}.{name}", name, value, options)
        elif not isinstance(value, Mapping):
            fixed[name] = value
    for name, value in present.items():
        if isinstance(value, Mapping):
            values[name] = inputs.choose_amounts(f"{classifier}.{name}", name, value)
    if fixed:
        with st.expander("Fixed hyperparameters"):
            lines = [f"{display_name(name)}: **{value_text(value)}**" for name, value in fixed.items()]
            st.markdown("  \n".join(lines))
    return values


def _describe_origin(record: Record) -> str:
    """Return how the hyperparameters of a stored run were chosen, and what it was trained with."""
    chosen = f"hyperparameters chosen by {record.chosen_by}; " if record.chosen_by else ""
    cores = f"{record.cores} core{'s' if record.cores != 1 else ''}"
    arithmetic = [str(record.details["arithmetic"])] if "arithmetic" in record.details else []
    versions = [f"{package} {version}" for package, version in record.versions.items()]
    return f"Stored run: {chosen}trained with seed {record.seed} on {', '.join([cores, *arithmetic, *versions])}."
