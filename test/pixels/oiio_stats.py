"""What ImageBufAlgo.computePixelStats says of the files whose paths come as JSON on standard input."""
import json
import math
import sys

import OpenImageIO as oiio

FIELDS = {"min": "min", "max": "max", "mean": "avg", "stddev": "stddev"}
COUNTS = {"nan_count": "nancount", "inf_count": "infcount", "finite_count": "finitecount"}


def facts(path):
    image = oiio.ImageBuf(path)
    stats = oiio.ImageBufAlgo.computePixelStats(image)
    found = {}
    for i, name in enumerate(image.spec().channelnames):
        numbers = {ours: float(getattr(stats, theirs)[i]) for ours, theirs in FIELDS.items()}
        found[name] = {key: number if math.isfinite(number) else str(number) for key, number in numbers.items()}
        found[name].update({ours: int(getattr(stats, theirs)[i]) for ours, theirs in COUNTS.items()})
    return found


print(json.dumps({path: facts(path) for path in json.load(sys.stdin)}))
