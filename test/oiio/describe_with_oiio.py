"""What OpenImageIO's own Python binding says of the files named on standard input: one JSON line per file.

Independent of our addon but for the library below both: it goes through the binding's type conversions, and reads the
file by name. NaN and infinities are Python's words in the JSON.
"""
import json
import sys

import OpenImageIO as oiio

oiio.attribute("threads", 1)
oiio.attribute("openexr:core", 1)


def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return value


def part(spec, smaller):
    return {
        **dimensions(spec),
        "deep": spec.deep,
        "channels": [
            {"name": spec.channel_name(index), "format": str(spec.channelformat(index))}
            for index in range(spec.nchannels)
        ],
        "attributes": [
            {"name": item.name, "type": str(item.type), "value": plain(item.value)} for item in spec.extra_attribs
        ],
        "smallerLevels": [dimensions(level) for level in smaller],
    }


def dimensions(spec):
    return {
        "x": spec.x,
        "y": spec.y,
        "width": spec.width,
        "height": spec.height,
        "displayX": spec.full_x,
        "displayY": spec.full_y,
        "displayWidth": spec.full_width,
        "displayHeight": spec.full_height,
        "tileWidth": spec.tile_width,
        "tileHeight": spec.tile_height,
    }


for line in sys.stdin.read().splitlines():
    image = oiio.ImageInput.open(line)
    oiio.geterror()
    if not image:
        print(json.dumps(None))
        continue
    parts = []
    while image.seek_subimage(len(parts), 0):
        top = image.spec()
        smaller = []
        while image.seek_subimage(len(parts), len(smaller) + 1):
            smaller.append(image.spec())
        parts.append(part(top, smaller))
    image.geterror()
    print(json.dumps(parts))
