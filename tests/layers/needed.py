"""A value for each argument that a layer needs, by name."""

from __future__ import annotations

from typing import Any

NEEDED: dict[str, Any] = {
    "activation": "relu",
    "axes": 1,
    "dims": (1,),
    "drop_path_rate": 0.5,
    "equation": "ab,bc->ac",
    "factor": 1,
    "filters": 3,
    "head_dim": 2,
    "height": 4,
    "height_factor": 0.1,
    "init_values": 0.1,
    "input_dim": 5,
    "kernel_size": 3,
    "key_dim": 2,
    "max_number": 3,
    "n": 2,
    "num_bins": 5,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_query_heads": 2,
    "num_tokens": 5,
    "output_dim": 3,
    "output_shape": 3,
    "output_size": 2,
    "pool_size": 2,
    "projection_dim": 3,
    "prototypes": [[1, 2], [3, 4], [5, 6]],
    "rate": 0.5,
    "scale": 1,
    "stddev": 0.5,
    "table": [[0], [1], [2]],
    "target_shape": (2,),
    "units": 3,
    "width": 4,
    "width_factor": 0.1,
}
