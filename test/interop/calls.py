"""The calls of requests.test.ts, made with the vendor's SDK. Input on stdin: {endpoint}."""

import json
import sys

import pyarrow as pa
import vastdb
from vastdb.config import QueryConfig

task = json.load(sys.stdin)
session = vastdb.connect(endpoint=task["endpoint"], access="test", secret="test")

vector = pa.list_(pa.field("item", pa.float32(), nullable=False), 3)
columns = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("score", pa.float64()),
        ("vec", vector),
        ("s", pa.struct([("x", pa.int32()), ("q", pa.struct([("q1", pa.string())]))])),
        ("tags", pa.list_(pa.string())),
    ]
)
rows = pa.table(
    {
        "id": [1, 2, 3],
        "name": ["alpha", None, "beta"],
        "score": [0.5, None, -2.0],
        "vec": pa.array([[1, 2, 3], None, [4, 5, 6]], vector),
        "s": [{"x": 1, "q": {"q1": "k"}}, None, {"x": None, "q": None}],
        "tags": [["a", None], [], None],
    },
    schema=columns,
)

with session.transaction() as tx:
    bucket = tx.bucket("vastdb")
    bucket.schemas()
    schema = bucket.create_schema("side")
    child = schema.create_schema("nested")
    child.drop()
    schema.rename("beside")
    table = schema.create_table("t", columns)
    schema.tables()
    table.get_stats()
    table.insert(rows)
    one = QueryConfig(num_splits=1)
    table.select(config=one).read_all()
    table.select(columns=["name", "id"], internal_row_id=True, config=one).read_all()
    table.select(columns=["id"], config=one, limit_rows=10).read_all()
    table.select(columns=[], predicate=(table["id"] > 1), config=one).read_all()
    table.select(
        columns=["id"],
        predicate=(table["id"].isin([1, 2, 3])) & (table["name"].startswith("al") | table["name"].isnull()),
        config=one,
    ).read_all()
    table.select(
        columns=["name"],
        predicate=table["name"].contains("et") & table["score"].between(-3, 1) & (table["s"]["q"]["q1"] == "k"),
        config=one,
    ).read_all()
    two = QueryConfig(num_splits=2, num_sub_splits=3, queue_priority=5, use_semi_sorted_projections=False)
    table.select(columns=["id"], predicate=(table["id"] != 7) & ~table["score"].isnull(), config=two).read_all()
    ids = pa.array([2, 0], pa.uint64())
    table.update(pa.table({"$row_id": ids, "name": ["two", "zero"]}))
    table.delete(pa.table({"$row_id": pa.array([1], pa.uint64())}))
    table.add_column(pa.schema([("extra", pa.timestamp("us", "UTC"))]))
    table.rename_column("extra", "when")
    table.drop_column(pa.schema([("when", pa.timestamp("us", "UTC"))]))
    table.rename("t2")
    table.drop()
    schema.drop()

try:
    with session.transaction() as tx:
        raise KeyError("roll back")
except KeyError:
    pass
