"""What the vendor's SQL driver does with the emulator: JSON with the endpoint in, JSON with its answers out."""

import json
import sys

import adbc_driver_vastdb
import pyarrow as pa
import vastdb

endpoint = json.load(sys.stdin)["endpoint"]
KEYS = {"access": "test", "secret": "test"}

vector = pa.list_(pa.field("item", pa.float32(), nullable=False), 2)
schema = pa.schema([("n", pa.int32()), ("x", pa.utf8()), ("v", vector)])
rows = {"n": [1, 2, 3], "x": ["a", None, "c"], "v": [[0, 0], [30, 40], [3, 4]]}
with vastdb.connect(endpoint=endpoint, **KEYS).transaction() as tx:
    tx.bucket("vastdb").create_schema("driver").create_table("t", schema).insert(pa.table(rows, schema=schema))

connection = adbc_driver_vastdb.connect(endpoint, "test", "test")


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def refusal(sql):
    try:
        ask(sql)
    except Exception as error:
        return str(error)


def ingest(mode, numbers):
    with connection.cursor() as cursor:
        table = pa.table({"n": pa.array(numbers, pa.int64())})
        return cursor.adbc_ingest("ingested", table, mode=mode, db_schema_name="vastdb/driver")


place = {"catalog_filter": "vastdb", "db_schema_filter": "vastdb/driver"}
statistics = connection.adbc_get_statistics(**place, table_name_filter="t", approximate=True).read_all().to_pylist()
TABLE = '"vastdb/driver".t'
ZERO = '"v"::FLOAT[2], [0.0, 0.0]::FLOAT[2]'
answers = {
    "selected": ask(f"SELECT n, x FROM {TABLE} ORDER BY n"),
    "counted": ask(f"SELECT count(*) FROM {TABLE}"),
    "none": ask(f"SELECT n FROM {TABLE} WHERE n > 99"),
    "nearest": ask(f"SELECT n, array_distance({ZERO}) AS d FROM {TABLE} ORDER BY d LIMIT 2"),
    "ingested": [ingest("create", [1, 2, 3]), ingest("append", [4])],
    "sum": int(ask('SELECT sum(n) FROM "vastdb/driver".ingested')[0][0]),
    "refused": refusal(f"SELECT nope FROM {TABLE}"),
    "columns": connection.adbc_get_table_schema("t", **place).names,
    "statistics": statistics[0]["catalog_db_schemas"][0]["db_schema_statistics"][0]["statistic_value"],
}
connection.close()
print(json.dumps(answers))
