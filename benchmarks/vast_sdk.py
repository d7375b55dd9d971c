"""What benchmarks/vast.ts does with our client, done with the vendor's Python SDK.

Input on stdin: {endpoint, schema, rounds, selects, warmUp, tables: {name: path of an Arrow stream file}}. Inserts every table's batch
`rounds` times, one transaction a round, then selects every row `selects` times; prints one line of JSON with CPU and wall seconds.
"""

import json
import sys
import time

import pyarrow as pa
import vastdb

task = json.load(sys.stdin)
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


def measure(work, rounds):
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        result = work()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "result": result}


for _ in range(task["warmUp"]):
    insert()
inserted = measure(insert, task["rounds"])
for _ in range(task["warmUp"]):
    select()
selected = measure(select, task["selects"])
print(json.dumps({"insert": inserted, "select": selected}))
