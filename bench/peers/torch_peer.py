"""
PyTorch's side of the benchmarks: a process that reads one JSON request per line and writes one JSON answer per line.

Between two requests it waits for input and uses no processor. Every answer to a request that fails is {"error": ...}.
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from arrays import Arrays, read_arrays
from methods import LINEARS, UPDATES, Schedule
from networks import NETWORKS, LeNet300, images, load_weights

Answer = dict[str, Any]


class Training:
    """A network with its batches and its optimizer."""

    def __init__(self, network: nn.Module, arrays: Arrays, training: dict[str, float], schedule: Schedule | None) -> None:
        tensors = read_arrays(arrays)
        load_weights(network, {name: value for name, value in tensors.items() if "/" in name})
        self.network = network.train()
        self.batches = []
        while f"inputs{len(self.batches)}" in tensors:
            i = len(self.batches)
            self.batches.append((images(network, tensors[f"inputs{i}"]), tensors[f"labels{i}"].long()))
        # As ours: decay on kernels and on the thresholds of STR, not on biases and batch normalization.
        named = list(network.named_parameters())
        decayed = [p for name, p in named if p.dim() > 1 or name.endswith(".s")]
        others = [p for name, p in named if not (p.dim() > 1 or name.endswith(".s"))]
        self.optimizer = torch.optim.SGD(
            [{"params": decayed, "weight_decay": training["weightDecay"]}, {"params": others}],
            lr=training["learningRate"],
            momentum=training["momentum"],
        )
        self.schedule = schedule
        self.step = 0

    def train_step(self) -> float:
        if self.schedule:
            self.schedule.before_step()
        inputs, labels = self.batches[self.step % len(self.batches)]
        self.step += 1
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.network(inputs), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


trainings: dict[str, Training] = {}
tensors: dict[str, Tensor] = {}


def hello(threads: int) -> Answer:
    torch.set_num_threads(threads)
    return {"torch": torch.__version__, "python": platform.python_version(), "threads": torch.get_num_threads()}


def cpu() -> Answer:
    """Milliseconds of processor time that this process has taken."""
    return {"ms": 1000 * time.process_time()}


def load(id: str, network: str, arrays: Arrays, training: dict[str, float], method: dict[str, Any] | None = None) -> Answer:
    """With `method`: LeNet-300-100 with that method; `step` and `totalSteps` say where in the training it is."""
    model = LeNet300(LINEARS[method["name"]]) if method else NETWORKS[network]()
    update = UPDATES.get(method["name"]) if method else None
    schedule = Schedule(model, update, method["step"], method["totalSteps"]) if method and update else None
    trainings[id] = Training(model, arrays, training, schedule)
    return {}


def train(id: str, steps: int) -> Answer:
    training = trainings[id]
    began = time.perf_counter()
    losses = [training.train_step() for _ in range(steps)]
    return {"ms": 1000 * (time.perf_counter() - began), "losses": losses}


def unload(id: str) -> Answer:
    trainings.pop(id, None)
    return {}


def load_tensors(arrays: Arrays) -> Answer:
    tensors.update(read_arrays(arrays))
    return {}


def unload_tensors() -> Answer:
    tensors.clear()
    return {}


@torch.no_grad()
def evaluate(id: str, batch: int) -> Answer:
    """The network of a training on the tensors `examples` and `labels`."""
    network = trainings[id].network.eval()
    began = time.perf_counter()
    correct, loss = 0, 0.0
    for inputs, labels in zip(tensors["examples"].split(batch), tensors["labels"].split(batch), strict=True):
        outputs = network(inputs)
        loss += F.cross_entropy(outputs, labels, reduction="sum").item()
        correct += int((outputs.argmax(1) == labels).sum().item())
    ms = 1000 * (time.perf_counter() - began)
    return {"ms": ms, "loss": loss / len(tensors["labels"]), "accuracy": correct / len(tensors["labels"])}


def prepare_examples(id: str) -> Answer:
    """Lays the examples out as the network wants them, which a user of PyTorch does once."""
    tensors["examples"] = images(trainings[id].network, tensors["examples"])
    tensors["labels"] = tensors["labels"].long()
    return {}


def kth(names: list[str], counts: list[int]) -> Answer:
    """The k-th largest value of each tensor."""
    began = time.perf_counter()
    values = [tensors[name].kthvalue(tensors[name].numel() - k + 1).values.item() for name, k in zip(names, counts, strict=True)]
    return {"ms": 1000 * (time.perf_counter() - began), "values": values}


def top_k_mask(names: list[str], counts: list[int]) -> Answer:
    """The 0/1 mask of the k largest of each tensor. Nothing needs to be sorted for it."""
    kept = []
    began = time.perf_counter()
    for name, k in zip(names, counts, strict=True):
        scores = tensors[name]
        values, places = scores.topk(k, sorted=False)
        torch.zeros_like(scores).scatter_(0, places, 1.0)
        kept.append(values)
    ms = 1000 * (time.perf_counter() - began)
    return {"ms": ms, "values": [values.min().item() for values in kept]}


OPERATIONS: dict[str, Callable[..., Answer]] = {
    operation.__name__: operation
    for operation in [hello, cpu, load, train, unload, load_tensors, unload_tensors, prepare_examples, evaluate, kth, top_k_mask]
}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = OPERATIONS[request.pop("op")](**request)
        except Exception as error:  # noqa: BLE001
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
