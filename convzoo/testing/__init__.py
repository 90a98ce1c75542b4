"""What the zoo asks of each of its models, for the authors of others.

    from convzoo.testing import check_model

    check_model("my_net")

`convzoo.testing.plugin` makes a test of each model and check, for pytest. Keras is imported when a
check runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from convzoo.errors import ConformanceError
from convzoo.registry import Registry
from convzoo.testing.subject import Subject

Check: TypeAlias = Callable[[Subject], None]

CHECKS: Registry[Check] = Registry(
    "check",
    "convzoo.testing.checks",
    first=("card", "rows", "training", "saving", "overrides", "smallest_input"),
    hint="See convzoo.testing.CHECKS.names().",
)
"""Every check by name, in the order in which they run."""


class Result(NamedTuple):
    """How a model stood a check.

    Args:
        check: the check's name.
        skipped_because: why it did not run; empty where the model has passed it.
        seconds: how long it took, with the building of what it was the first to need.
    """

    check: str
    skipped_because: str
    seconds: float

    def __str__(self) -> str:
        outcome = f"skipped: {self.skipped_because}" if self.skipped_because else "passed"
        return f"{self.check}: {outcome}"


def check_model(name: str, checks: Sequence[str] | None = None) -> list[Result]:
    """Run checks on a model of the zoo, with the backend that Keras has.

    It sets the seeds of `keras.utils.set_random_seed`.

    Args:
        name: the model's name.
        checks: names of checks; `None` for all.

    Returns:
        What came of each check, in their order.

    Raises:
        ConformanceError: when the model fails one; the others are not run.
        UnknownNameError: when there is no such model, or no such check.
    """
    chosen = CHECKS.names() if checks is None else checks
    with Subject(name) as subject:
        return [run_check(subject, check) for check in chosen]


def run_check(subject: Subject, check: str) -> Result:
    """Run one check.

    Args:
        subject: the model.
        check: the check's name.

    Raises:
        ConformanceError: when the model fails it.
        UnknownNameError: when there is no such check.
    """
    import warnings
    from time import perf_counter

    from convzoo.testing.subject import SkippedError

    run = CHECKS.get(check)
    subject.check = check
    start = perf_counter()
    skipped_because = ""
    try:
        with warnings.catch_warnings():
            # What Keras does to NumPy is none of the model's doing.
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"keras\.")
            run(subject)
    except SkippedError as skipped:
        skipped_because = str(skipped)
    except ConformanceError:
        raise
    except Exception as error:
        raise subject.failed(error) from error
    return Result(check, skipped_because, perf_counter() - start)
