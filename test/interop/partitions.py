"""Makes and reads tables with partitions through the vendor's SDK. Input on stdin: {endpoint, mode}; prints JSON."""

import datetime
import json
import sys

import pyarrow as pa
import vastdb
from pyiceberg.transforms import DayTransform, HourTransform, IdentityTransform, MonthTransform, TruncateTransform, YearTransform
from pyiceberg.types import DateType, LongType, StringType, TimestampType
from vastdb import PartitionKey, PartitionSpec

task = json.load(sys.stdin)
session = vastdb.connect(endpoint=task["endpoint"], access="test", secret="test")
columns = pa.schema([("n", pa.int64()), ("show", pa.string()), ("at", pa.timestamp("us")), ("day", pa.date32())])
UNIT = datetime.timedelta(hours=7)
rows = pa.table(
    [
        list(range(-6, 6)),
        ["alpha", "beta", "beta"] * 4,
        [datetime.datetime(1970, 1, 1) + n * UNIT for n in range(-6, 6)],
        [datetime.date(1970, 1, 1) + datetime.timedelta(days=200 * n) for n in range(-6, 6)],
    ],
    schema=columns,
)


def distinct(keys):
    """Partitions that the rows have by the transforms themselves, which know times as microseconds and dates as days."""
    epoch = datetime.datetime(1970, 1, 1)
    plain = {
        "n": (LongType(), lambda n: n),
        "show": (StringType(), lambda show: show),
        "at": (TimestampType(), lambda at: (at - epoch) // datetime.timedelta(microseconds=1)),
        "day": (DateType(), lambda day: (day - epoch.date()).days),
    }
    made = [[transform.transform(plain[name][0])(plain[name][1](value)) for value in rows[name].to_pylist()] for name, transform in keys]
    return len(set(zip(*made)))


def described(table):
    spec = table._metadata.partitioning
    return {
        "type": table._metadata.table_type.name,
        "keys": [[key.column, str(key.transform)] for key in spec.spec.partition_keys] if spec else None,
        "partitions": table.stats.partitioning_info.num_partitions if table.stats.partitioning_info else None,
    }


def numbers(table, predicate=None, columns=("n",)):
    return sorted(row["n"] for row in table.select(list(columns), predicate).read_all().to_pylist())


def ours(tx):
    table = tx.bucket("vastdb").schema("ours").table("t")
    table.reload_schema()
    table.reload_stats()
    return {**described(table), "numbers": numbers(table), "beta": numbers(table, table["show"] == "beta")}


def theirs(tx):
    schema = tx.bucket("vastdb").create_schema("theirs")
    found = {}
    for name, keys in {
        "identity": [("show", IdentityTransform())],
        "days": [("at", DayTransform())],
        "many": [("show", TruncateTransform(1)), ("day", YearTransform()), ("n", TruncateTransform(4))],
        "hours": [("at", HourTransform()), ("day", MonthTransform())],
    }.items():
        spec = PartitionSpec([PartitionKey(column, transform) for column, transform in keys])
        table = schema.create_table(name, columns, partition_spec=spec)
        table.insert(rows)
        table.reload_schema()
        table.reload_stats()
        later = table["at"] >= datetime.datetime(1970, 1, 1, 5)
        found[name] = {
            **described(table),
            "distinct": distinct(keys),
            "numbers": numbers(table),
            "later": numbers(table, later),
            "both": numbers(table, later & (table["show"] == "beta")),
            "limited": table.select(["n"], limit_rows=5).read_all().num_rows,
        }
    return found


with session.transaction() as tx:
    print(json.dumps({"ours": ours, "theirs": theirs}[task["mode"]](tx)))
