"""One side of an exchange of rows: the vendor's SDK reads a table into an Arrow file, or writes one from its own rows.

Input on stdin: {endpoint, mode, schema, table, path}. `read` saves what the SDK selects; `write` creates the table,
inserts rows of every type and saves the same rows, so that the other side has something to compare with.
"""

import datetime as dt
import decimal
import json
import sys

import pyarrow as pa
import vastdb

task = json.load(sys.stdin)
session = vastdb.connect(endpoint=task["endpoint"], access="test", secret="test")


def rows_of_every_type():
    count = 40
    some = lambda make: [None if i % 3 == 1 else make(i) for i in range(count)]
    utc = dt.datetime(2024, 2, 29, 12, tzinfo=dt.timezone.utc)
    vector = pa.list_(pa.field("item", pa.float32(), nullable=False), 4)
    columns = {
        "i8": pa.array(some(lambda i: i - 20), pa.int8()),
        "i16": pa.array(some(lambda i: -i * 100), pa.int16()),
        "i32": pa.array(some(lambda i: i * 100000), pa.int32()),
        "i64": pa.array(some(lambda i: -(2**62) + i), pa.int64()),
        "u8": pa.array(some(lambda i: i), pa.uint8()),
        "u16": pa.array(some(lambda i: i * 1000), pa.uint16()),
        "u32": pa.array(some(lambda i: 2**32 - 1 - i), pa.uint32()),
        "u64": pa.array(some(lambda i: 2**64 - 1 - i), pa.uint64()),
        "f32": pa.array(some(lambda i: i / 3), pa.float32()),
        "f64": pa.array(some(lambda i: -i / 7), pa.float64()),
        "flag": pa.array(some(lambda i: i % 2 == 0), pa.bool_()),
        "name": pa.array(some(lambda i: "é\U0001f3ac" * (i % 4)), pa.string()),
        "blob": pa.array(some(lambda i: bytes(range(i % 5))), pa.binary()),
        "money": pa.array(some(lambda i: decimal.Decimal(-i) * decimal.Decimal("1.25")), pa.decimal128(20, 2)),
        "day": pa.array(some(lambda i: dt.date(1969, 12, 25) + dt.timedelta(days=i)), pa.date32()),
        "t32": pa.array(some(lambda i: dt.time(1, 2, i)), pa.time32("ms")),
        "t64": pa.array(some(lambda i: dt.time(1, 2, 3, i)), pa.time64("us")),
        "ts_s": pa.array(some(lambda i: i), pa.timestamp("s")),
        "ts_us": pa.array(some(lambda i: utc + dt.timedelta(microseconds=i)), pa.timestamp("us", "UTC")),
        "ts_ns": pa.array(some(lambda i: i), pa.timestamp("ns")),
        "tags": pa.array(some(lambda i: ["a", None, "b"][: i % 4]), pa.list_(pa.string())),
        "vec": pa.array(some(lambda i: [i, -i, i / 2, 0]), vector),
        "s": pa.array(
            some(lambda i: {"x": i, "q": {"q1": f"q{i}", "q2": None}}),
            pa.struct([("x", pa.int16()), ("q", pa.struct([("q1", pa.string()), ("q2", pa.bool_())]))]),
        ),
        "m": pa.array(some(lambda i: [(f"k{i}", i / 2), ("z", None)]), pa.map_(pa.string(), pa.float64())),
    }
    return pa.table(columns)


def save(table, path):
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


with session.transaction() as tx:
    bucket = tx.bucket("vastdb")
    if task["mode"] == "write":
        rows = rows_of_every_type()
        schema = bucket.create_schema(task["schema"])
        table = schema.create_table(task["table"], rows.schema)
        table.insert(rows)
        save(rows, task["path"])
    else:
        table = bucket.schema(task["schema"]).table(task["table"])
        rows = table.select(internal_row_id=True).read_all()
        rows.validate(full=True)
        save(rows, task["path"])
