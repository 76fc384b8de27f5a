"""Metrics of many scenarios that differ from one in a few assumptions, as a table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.structure import structure
from ..results.result import metric_value
from ..scenario.resolve import Scenario, load
from ..scenario.rows import load_many
from .vary import metric_line, outcomes

if TYPE_CHECKING:
    import pandas as pd


def run_many(
    scenario: Scenario | str | os.PathLike[str],
    overrides: Sequence[Mapping[str, Any]] | pd.DataFrame,
    metrics: str | Sequence[str],
) -> pd.DataFrame:
    """Run a scenario once for each row of overrides.

    Args:
        scenario: loaded, or a bundled name or path.
        overrides: values by path for each run, or a table whose columns are paths; None and nan leave the scenario's
            own value. See `load_many`.
        metrics: name or names of headline figures, or of any line that is a single figure.

    Returns:
        a row for each override, in order, with a column for each metric; nan where a metric does not exist.

    Raises:
        ScenarioError: for overrides that no scenario can have, naming row and column.
        StudyError: for an unknown metric.
        TypeError: for what is no scenario, and for names that are not text.
    """
    import pandas as pd

    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    metrics = [metrics] if isinstance(metrics, str) else list(metrics)
    if wrong := [metric for metric in metrics if not isinstance(metric, str)]:
        raise TypeError(f"metrics are names such as 'project_irr', not {wrong[0]!r}")
    rows = load_many(loaded, overrides)
    table = {metric: np.full(rows.count, np.nan) for metric in metrics}
    for group in rows.groups:
        found = outcomes(group.scenario, metrics, group.columns, len(group.rows))
        for metric, values in found.items():
            table[metric][group.rows] = values
    for metric in () if rows.groups else metrics:
        metric_line(structure(loaded).declaration, metric)  # no run has looked for it
    index = overrides.index if isinstance(overrides, pd.DataFrame) else pd.RangeIndex(rows.count)
    columns = {name: [metric_value(name, x) for x in values.tolist()] for name, values in table.items()}
    return pd.DataFrame(columns, index=index)
