"""A Dask cluster on this machine, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import pytest

from convzoo.executors import cluster


@contextmanager
def local_cluster(workers: int) -> Iterator[Executor]:
    """An executor whose tasks go over loopback to workers of a cluster; skips without Dask."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as local,
        cluster(local.scheduler_address) as executor,
    ):
        yield executor
