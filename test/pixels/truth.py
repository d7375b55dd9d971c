"""Statistics of the pixels of EXR files in extended precision, over samples that OpenEXR's own Python module decoded.

Reads {path: [[channel, percentile error], ...]} keys only; prints {path: [{channel: facts}, ...] or null} as JSON.
Null stands for files the module does not read.
"""
import json
import math
import sys

import numpy
import OpenEXR

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def samples_of(pixels):
    if pixels.dtype != object:
        return pixels.reshape(-1)
    filled = [each for each in pixels.reshape(-1) if each is not None and len(each) > 0]
    return numpy.concatenate(filled) if filled else numpy.zeros(0, numpy.float32)


def facts(pixels):
    samples = samples_of(pixels)
    values = samples.astype(numpy.longdouble)
    finite = values[numpy.isfinite(values)]
    rising = numpy.sort(finite)
    return {
        "count": int(values.size),
        "finite_count": int(finite.size),
        "nan_count": int(numpy.isnan(values).sum()),
        "pos_inf_count": int((values == numpy.inf).sum()),
        "neg_inf_count": int((values == -numpy.inf).sum()),
        "zero_count": int((finite == 0).sum()),
        "negative_count": int((finite < 0).sum()),
        "half_limit_count": 0 if samples.dtype == numpy.uint32 else int((abs(finite) == 65504).sum()),
        "min": float(finite.min()) if finite.size else None,
        "max": float(finite.max()) if finite.size else None,
        "mean": float(finite.mean()) if finite.size else None,
        "stddev": float(finite.std()) if finite.size else None,
        "magnitude": float(abs(finite).mean()) if finite.size else 0,
        "percentiles": {
            str(p): float(rising[max(1, math.ceil(p * finite.size / 100)) - 1]) for p in PERCENTILES
        } if finite.size else None,
    }


def file_facts(path):
    try:
        parts = OpenEXR.File(path, separate_channels=True).parts
    except Exception:
        return None
    return [{name: facts(channel.pixels) for name, channel in part.channels.items()} for part in parts]


numpy.seterr(all="ignore")
print(json.dumps({path: file_facts(path) for path in json.load(sys.stdin)}))
