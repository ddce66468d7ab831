"""Pruning methods in PyTorch as they are usually written: a layer that computes with an effective weight."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Str(nn.Linear):
    """Soft threshold reparameterization; the gradients of weight and s come from autograd."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.s = nn.Parameter(torch.tensor(-7.0))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.sign() * F.relu(self.weight.abs() - torch.sigmoid(self.s))
        return F.linear(x, weight, self.bias)


class ChooseEdges(torch.autograd.Function):
    """Zeroes the smallest weights; the gradient passes straight through."""

    @staticmethod
    def forward(_ctx, weight: Tensor, sparsity: float) -> Tensor:  # noqa: ANN001
        chosen = weight.clone()
        _, order = weight.flatten().abs().sort()
        chosen.flatten()[order[: int(sparsity * weight.numel())]] = 0
        return chosen

    @staticmethod
    def backward(_ctx, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN001
        return gradient, None


class Dnw(nn.Linear):
    """Discovering neural wirings: the largest weights of every step, after the official code."""

    sparsity = 0.9

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, ChooseEdges.apply(self.weight, self.sparsity), self.bias)


class Masked(nn.Linear):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.register_buffer("mask", torch.ones(outputs, inputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask, self.bias)


@torch.no_grad()
def scale_thresholds(layers: list[Str], sparsity: float) -> None:
    """One factor on every s, by the rank of sigmoid⁻¹(|W|)/|s| in the whole network."""
    scores = torch.cat([(layer.weight.abs().clamp(max=1 - 1e-6).logit() / -layer.s).flatten() for layer in layers])
    drop = int(sparsity * scores.numel())
    if drop == 0:
        return
    factor = scores.kthvalue(drop).values
    for layer in layers:
        layer.s.mul_(-factor)


@torch.no_grad()
def mask_per_layer(layers: list[Masked], sparsity: float) -> None:
    for layer in layers:
        magnitudes = layer.weight.abs()
        drop = int(sparsity * magnitudes.numel())
        if drop > 0:
            layer.mask.copy_(magnitudes > magnitudes.flatten().kthvalue(drop).values)


@torch.no_grad()
def mask_globally(layers: list[Masked], sparsity: float) -> None:
    magnitudes = [layer.weight.abs() for layer in layers]
    together = torch.cat([one.flatten() for one in magnitudes])
    drop = int(sparsity * together.numel())
    if drop == 0:
        return
    threshold = together.kthvalue(drop).values
    for layer, own in zip(layers, magnitudes, strict=True):
        layer.mask.copy_(own > threshold)


def cubic(progress: float, start: float, end: float) -> float:
    t = min(max((progress - start) / (end - start), 0.0), 1.0)
    return 1 - (1 - t) ** 3


class Update(NamedTuple):
    """What a method does to its layers every so many steps."""

    every: int
    apply: Callable[[list[Any], float], None]


class Schedule:
    """Updates on the way to the sparsity."""

    def __init__(self, network: nn.Module, update: Update, step: int, total: int) -> None:
        self.layers = [module for module in network.modules() if isinstance(module, Str | Masked)]
        self.update, self.step, self.total = update, step, total

    def before_step(self) -> None:
        if self.step % self.update.every == 0:
            self.update.apply(self.layers, 0.9 * cubic(self.step / self.total, start=0.05, end=0.5))
        self.step += 1


LINEARS: dict[str, type[nn.Linear]] = {
    "dense": nn.Linear,
    "str": Str,
    "str, free-running": Str,
    "dnw": Dnw,
    "gmp": Masked,
    "global-magnitude": Masked,
}
UPDATES = {
    "str": Update(5, scale_thresholds),
    "gmp": Update(25, mask_per_layer),
    "global-magnitude": Update(25, mask_globally),
}
