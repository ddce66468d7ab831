"""Tensors from the raw little-endian files that the benchmarks write."""

from typing import TypedDict

import torch
from torch import Tensor

DTYPES = {"float32": torch.float32, "int32": torch.int32}


class Entry(TypedDict):
    name: str
    dtype: str
    shape: list[int]
    offset: int


class Arrays(TypedDict):
    """A file, and what lies in it at which byte."""

    file: str
    entries: list[Entry]


def read_arrays(arrays: Arrays) -> dict[str, Tensor]:
    with open(arrays["file"], "rb") as file:
        content = bytearray(file.read())
    tensors = {}
    for entry in arrays["entries"]:
        count = 1
        for size in entry["shape"]:
            count *= size
        values = torch.frombuffer(content, dtype=DTYPES[entry["dtype"]], count=count, offset=entry["offset"])
        tensors[entry["name"]] = values.reshape(entry["shape"]).clone()
    return tensors
