"""What benchmarks/vast.ts measures of the vendor's Python SDK; benchmarks/vast_client.mjs, which says how, is the same of our client."""

import json
import sys
import time

import pyarrow as pa
import vastdb

task = json.loads(sys.stdin.readline())
tables = {name: pa.ipc.open_stream(open(path, "rb")).read_all() for name, path in task["tables"].items()}
session = vastdb.connect(endpoint=task["endpoint"], access="test", secret="test")
with session.transaction() as tx:
    schema = tx.bucket("vastdb").create_schema(task["schema"])
    for name, table in tables.items():
        schema.create_table(name, table.schema)


def insert():
    with session.transaction() as tx:
        schema = tx.bucket("vastdb").schema(task["schema"])
        for name, table in tables.items():
            schema.table(name).insert(table)


def select():
    with session.transaction() as tx:
        schema = tx.bucket("vastdb").schema(task["schema"])
        return sum(batch.num_rows for name in tables for batch in schema.table(name).select())


print("{}", flush=True)
for line in sys.stdin:
    work = {"insert": insert, "select": select}[line.strip()]
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "result": result}), flush=True)
