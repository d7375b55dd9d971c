"""Plants values in images, writes them with OpenEXR's own Python module, reads them back and judges them with numpy.

Reads {"folder": where to write}; prints {path: ["rule channel", ...]} as JSON: what each
rule of pixels has to say of each file. Rules of whole frames have an empty channel.
"""
import json
import os
import sys

import numpy
import OpenEXR

HALF, FLOAT = numpy.float16, numpy.float32
WIDTH, HEIGHT = 160, 128


def picture(kind=HALF, names="RGBA"):
    """A picture that no rule has anything to say of: light from 0.1 to 2, alpha 1."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    base = 0.1 + ((x * 7 + y * 13) % 97) / 51
    return {name: (numpy.ones_like(base) if name == "A" else base + 0.01 * i).astype(kind) for i, name in enumerate(names)}


def planted():
    """Pairs of a name and channels: each is sound but for what its name says."""
    def with_(channel, at, value, kind=HALF, names="RGBA"):
        channels = picture(kind, names)
        channels[channel][at] = value
        return channels

    nan, inf = numpy.nan, numpy.inf
    share = lambda many: numpy.unravel_index(numpy.arange(many) * 3, (HEIGHT, WIDTH))
    percent = WIDTH * HEIGHT // 100
    yield "sound-half", picture()
    yield "sound-float", picture(FLOAT)
    yield "nan-one", with_("G", (127, 159), nan)
    yield "nan-alpha", with_("A", (0, 0), nan, FLOAT)
    yield "infinite", with_("B", (5, 6), inf)
    yield "infinite-negative", with_("B", (5, 6), -inf, FLOAT)
    yield "infinite-alpha", with_("A", (5, 6), inf)
    yield "infinite-negative-alpha", with_("A", (5, 6), -inf)
    yield "half-limit", with_("R", (64, 3), 65504)
    yield "half-limit-negative", with_("R", (64, 3), -65504)
    yield "half-limit-in-float", with_("R", (64, 3), 65504, FLOAT)
    yield "negative-at-share", with_("R", share(percent), -0.5)
    yield "negative-beyond-share", with_("R", share(percent + 1), -0.5)
    yield "negative-infinities", with_("R", share(percent + 1), -inf)
    yield "negative-zero", with_("R", share(percent + 1), -0.0)
    yield "alpha-below", with_("A", (9, 9), -0.001, FLOAT)
    yield "alpha-above", with_("A", (9, 9), numpy.nextafter(FLOAT(1), FLOAT(2)), FLOAT)
    yield "pinhole", with_("A", (40, 41), 0.5)
    yield "pinhole-negative", with_("A", (40, 41), -1)
    yield "pinhole-at-edge", with_("A", (0, 41), 0.5)
    yield "pinholes-touch", with_("A", (slice(40, 42), 41), 0.5)
    yield "clear-but-lit", with_("A", (slice(3, 5), slice(7, 10)), 0)
    yield "clear-by-negative-zero", with_("A", (127, 0), -0.0, FLOAT)
    yield "nearly-clear", with_("A", (5, 5), numpy.finfo(FLOAT).smallest_subnormal, FLOAT)
    clear = picture()
    for pixels in clear.values():
        pixels[9, 9] = 0
    yield "clear-and-dark", clear
    glow = {name: pixels.copy() for name, pixels in clear.items()}
    glow["B"][9, 9] = -nan
    yield "clear-but-no-number", glow
    bucket = picture()
    for pixels in bucket.values():
        pixels[32:96, 64:128] = 0
    yield "bucket", bucket
    lit = {name: pixels.copy() for name, pixels in bucket.items()}
    lit["B"][95, 127] = 0.001
    yield "bucket-lit", lit
    edge = picture()
    for pixels in edge.values():
        pixels[32:64, :] = 0
    yield "bar", edge
    yield "black", {name: numpy.zeros((HEIGHT, WIDTH), HALF) for name in "RGBA"}
    yield "constant", {name: numpy.full((HEIGHT, WIDTH), 0.18, HALF) for name in "RGB"}
    yield "constant-but-one", with_("G", slice(None), 0.5, HALF, "RGB")
    almost = {name: numpy.full((HEIGHT, WIDTH), 0.18, HALF) for name in "RGB"}
    almost["B"][127, 159] = 0.19
    yield "constant-but-a-pixel", almost
    yield "empty-channel", {**picture(), "mask.Y": numpy.zeros((HEIGHT, WIDTH), FLOAT)}
    clipped = {name: numpy.minimum(pixels, HALF(1)) for name, pixels in picture().items()}
    yield "clipped", clipped
    beyond = {name: pixels.copy() for name, pixels in clipped.items()}
    beyond["R"][3, 3] = inf
    yield "clipped-but-infinite", beyond


def last_word(name):
    return name.rsplit(".", 1)[-1]


def buckets(lit):
    """Rectangles of empty cells of 16 x 16, at least two cells wide and high, with nothing empty around them."""
    rows, columns = -(-lit.shape[0] // 16), -(-lit.shape[1] // 16)
    cells = numpy.array([[lit[y * 16:y * 16 + 16, x * 16:x * 16 + 16].any() for x in range(columns)] for y in range(rows)])
    found, seen = 0, set()
    for start in zip(*numpy.nonzero(~cells)):
        if start in seen:
            continue
        group, waiting = set(), [start]
        while waiting:
            y, x = waiting.pop()
            if (y, x) in group or not (0 <= y < rows and 0 <= x < columns) or cells[y, x]:
                continue
            group.add((y, x))
            waiting += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        seen |= group
        ys, xs = zip(*group)
        height, width = max(ys) - min(ys) + 1, max(xs) - min(xs) + 1
        is_full = len(group) == height * width
        found += is_full and height >= 2 and width >= 2 and height < rows and width < columns
    return found


def judge(channels):
    told = []
    colours = {name: pixels for name, pixels in channels.items() if last_word(name) in ("R", "G", "B")}
    for name, pixels in channels.items():
        if numpy.isnan(pixels).any():
            told.append(f"pixel-nan {name}")
        if numpy.isinf(pixels).any():
            told.append(f"pixel-infinite {name}")
        if pixels.dtype == HALF and (abs(pixels) == 65504).any():
            told.append(f"pixel-half-overflow {name}")
        if name in colours and (pixels < 0).sum() / pixels.size > 0.01:
            told.append(f"pixel-negative {name}")
        if last_word(name) == "A" and ((pixels < 0) | (pixels > 1)).any():
            told.append(f"pixel-alpha-range {name}")
        if not pixels.any():
            told.append(f"pixel-empty-channel {name}")
        if name in colours and numpy.nanmax(pixels) == 1 and not (pixels == 1).all():
            told.append(f"pixel-clipped {name}")
    if colours and all((pixels == pixels.flat[0]).all() for pixels in colours.values()):
        told.append("pixel-constant-frame ")
    frame = {name: channels[name] for name in "RGBA" if name in channels}
    if "A" in frame:
        hole, full = frame["A"] < 1, frame["A"] >= 1
        height, width = hole.shape
        around = [full[1 + dy:height - 1 + dy, 1 + dx:width - 1 + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
        if (hole[1:-1, 1:-1] & numpy.logical_and.reduce(around)).any():
            told.append("pixel-alpha-pinholes ")
        if ((frame["A"] == 0) & numpy.logical_or.reduce([frame[name] != 0 for name in "RGB"])).any():
            told.append("pixel-premultiplied ")
    if buckets(numpy.logical_or.reduce([pixels != 0 for pixels in frame.values()])):
        told.append("pixel-black-tile ")
    return sorted(told)


numpy.seterr(all="ignore")
folder = json.load(sys.stdin)["folder"]
verdicts = {}
for name, channels in planted():
    path = os.path.join(folder, f"{name}.exr")
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    # The module puts objects of its own into the dictionary it is given.
    OpenEXR.File(header, dict(channels)).write(path)
    part = OpenEXR.File(path, separate_channels=True).parts[0]
    verdicts[path] = judge({name: channel.pixels for name, channel in part.channels.items()})
print(json.dumps(verdicts))
