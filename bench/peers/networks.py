"""The networks of the benchmarks as one would write them in PyTorch. Modules have the names of our layers."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Linear = Callable[[int, int], nn.Module]


class LeNet300(nn.Module):
    def __init__(self, linear: Linear = nn.Linear) -> None:
        super().__init__()
        self.fc1 = linear(784, 300)
        self.fc2 = linear(300, 100)
        self.fc3 = linear(100, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


class LeNet5(nn.Module):
    map_shape = (4, 4, 50)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.fc1 = nn.Linear(800, 500)
        self.fc2 = nn.Linear(500, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class FourConv(nn.Module):
    map_shape = (7, 7, 128)
    mirrored = True

    def __init__(self, batch_norm: bool) -> None:
        super().__init__()
        sizes = [(1, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2)]
        for i, (inputs, filters, stride) in enumerate(sizes, 1):
            self.add_module(f"conv{i}", nn.Conv2d(inputs, filters, 3, stride, padding=1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01) if batch_norm else nn.Identity())
        self.fc = nn.Linear(6272, 10, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.relu(self.bn3(self.conv3(x)))
        x = F.relu(self.bn4(self.conv4(x)))
        return self.fc(x.flatten(1))


class Block(nn.Module):
    def __init__(self, inputs: int, filters: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.added = filters - inputs
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters, eps=1e-5)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters, eps=1e-5)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.stride > 1:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added // 2, self.added // 2))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16, eps=1e-5)
        self.stage1 = stage(16, 16, 1)
        self.stage2 = stage(16, 32, 2)
        self.stage3 = stage(32, 64, 2)
        self.fc = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.fc(x.mean((2, 3)))


def stage(inputs: int, filters: int, stride: int) -> nn.Sequential:
    blocks = nn.Sequential()
    blocks.add_module("block1", Block(inputs, filters, stride))
    blocks.add_module("block2", Block(filters, filters, 1))
    blocks.add_module("block3", Block(filters, filters, 1))
    return blocks


class MobileNet(nn.Module):
    """MobileNetV1 at width 0.25."""

    mirrored = True

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8, eps=1e-3)
        inputs = 8
        sizes = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)]
        self.blocks = len(sizes)
        for i, (filters, stride) in enumerate(sizes, 1):
            block = nn.Sequential()
            block.add_module("depthwise", nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False))
            block.add_module("bn1", nn.BatchNorm2d(inputs, eps=1e-3))
            block.add_module("relu1", nn.ReLU6())
            block.add_module("pointwise", nn.Conv2d(inputs, filters, 1, bias=False))
            block.add_module("bn2", nn.BatchNorm2d(filters, eps=1e-3))
            block.add_module("relu2", nn.ReLU6())
            self.add_module(f"block{i}", block)
            inputs = filters
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(self.bn1(self.conv1(x)))
        for i in range(1, self.blocks + 1):
            x = self.get_submodule(f"block{i}")(x)
        return self.fc(x.mean((2, 3)))


class GruLayer(nn.Module):
    """A GRU whose reset gate acts before the matrix product, as in its paper and in TensorFlow.js; nn.GRU's acts after it."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.kernel = nn.Parameter(torch.empty(inputs, 3 * units))
        self.recurrent_kernel = nn.Parameter(torch.empty(units, 3 * units))
        self.bias = nn.Parameter(torch.empty(3 * units))

    def forward(self, sequence: Tensor) -> Tensor:
        units = self.units
        to_gates, to_candidate = self.recurrent_kernel.split([2 * units, units], 1)
        from_inputs = sequence @ self.kernel + self.bias
        h = sequence.new_zeros(sequence.shape[0], units)
        for x in from_inputs.unbind(1):
            x_gates, x_candidate = x.split([2 * units, units], 1)
            z, r = torch.sigmoid(torch.addmm(x_gates, h, to_gates)).chunk(2, 1)
            candidate = torch.tanh(torch.addmm(x_candidate, r * h, to_candidate))
            h = torch.lerp(candidate, h, z)
        return h


class Gru(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = GruLayer(28, 100)
        self.fc = nn.Linear(100, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.gru(x))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "lenet-300-100": LeNet300,
    "lenet5": LeNet5,
    "four-conv": lambda: FourConv(batch_norm=False),
    "four-conv-bn": lambda: FourConv(batch_norm=True),
    "resnet20": ResNet20,
    "mobilenet": MobileNet,
    "gru": Gru,
}

PARAMETERS = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "bias": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def load_weights(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Takes over the weights of our network; `weights` holds them as `layer/field`, laid out as TensorFlow has them."""
    loaded = set()
    with torch.no_grad():
        for name, value in weights.items():
            layer, field = name.split("/")
            module = network.get_submodule(layer)
            parameter = field if isinstance(module, GruLayer) else PARAMETERS[field]
            getattr(module, parameter).copy_(converted(network, module, value))
            loaded.add(f"{layer}.{parameter}")
    missing = {name for name, _ in network.named_parameters()} - loaded - {f"{name}.s" for name, _ in network.named_modules()}
    if missing:
        raise ValueError(f"no weights for {sorted(missing)}")


def images(network: nn.Module, inputs: Tensor) -> Tensor:
    """Channels first, and mirrored where the network is."""
    if inputs.dim() != 4:
        return inputs
    return mirror(network, inputs.permute(0, 3, 1, 2), (2, 3)).contiguous()


def converted(network: nn.Module, module: nn.Module, value: Tensor) -> Tensor:
    if value.dim() == 1:
        return value
    if isinstance(module, nn.Conv2d):
        # [height, width, inputs, filters], of a depthwise convolution [height, width, channels, 1]
        order = (3, 2, 0, 1) if module.groups == 1 else (2, 3, 0, 1)
        return mirror(network, value.permute(*order), (2, 3))
    if isinstance(module, nn.Linear):
        shape = getattr(network, "map_shape", None)
        if shape is not None and value.shape[0] == shape[0] * shape[1] * shape[2]:
            maps = mirror(network, value.reshape(*shape, -1).permute(2, 0, 1, 3), (1, 2))
            value = maps.reshape(value.shape)
        return value.t()
    return value


def mirror(network: nn.Module, value: Tensor, axes: tuple[int, int]) -> Tensor:
    """
    With stride 2, TensorFlow's padding 'same' adds a row and a column at the end of an even image, PyTorch's padding=1 uses those that it
    adds at the start. On mirrored images with mirrored kernels they cover the same pixels, so that neither has to pad by hand.
    """
    return value.flip(axes) if getattr(network, "mirrored", False) else value
