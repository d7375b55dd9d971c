"""Reads what validate writes, with published readers; says what they make of it as JSON."""

import json
import sys

import attr
import fileseq
import junitparser
import mmh3
import sarif_om

# Which class of the object model each property holds; a property that is not here holds plain values.
CLASSES = {
    "runs": "Run", "tool": "Tool", "driver": "ToolComponent", "rules": "ReportingDescriptor",
    "shortDescription": "MultiformatMessageString", "help": "MultiformatMessageString",
    "defaultConfiguration": "ReportingConfiguration", "invocations": "Invocation",
    "toolExecutionNotifications": "Notification", "message": "Message",
    "associatedRule": "ReportingDescriptorReference", "locations": "Location",
    "physicalLocation": "PhysicalLocation", "artifactLocation": "ArtifactLocation", "region": "Region",
    "logicalLocations": "LogicalLocation", "results": "Result",
}
MAPS = {"originalUriBaseIds": "ArtifactLocation"}


def sarif(value, name):
    """An object of the model; unknown properties and missing required ones are errors."""
    model = getattr(sarif_om, name)
    fields = {field.metadata.get("schema_property_name", field.name): field.name for field in attr.fields(model)}
    given = {}
    for key, item in value.items():
        if key not in fields:
            raise ValueError(f"{name} has no property {key}")
        if key in CLASSES:
            item = [sarif(one, CLASSES[key]) for one in item] if isinstance(item, list) else sarif(item, CLASSES[key])
        elif key in MAPS:
            item = {inner: sarif(one, MAPS[key]) for inner, one in item.items()}
        given[fields[key]] = item
    return model(**given)


def read_sarif(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    log = sarif(document, "SarifLog")
    (run,) = log.runs
    rules = run.tool.driver.rules
    return {
        "version": log.version,
        "rules": [rule.id for rule in rules],
        "results": [
            {
                "rule": rules[result.rule_index].id,
                "named": result.rule_id,
                "level": result.level,
                "uri": result.locations[0].physical_location.artifact_location.uri,
                "prints": sorted(result.partial_fingerprints),
            }
            for result in run.results
        ],
        "notes": [note.associated_rule.id for note in run.invocations[0].tool_execution_notifications],
    }


def read_junit(path):
    xml = junitparser.JUnitXml.fromfile(path)
    suites = []
    stated = [int(xml._elem.get(name)) for name in ("tests", "failures", "errors", "skipped")]
    for suite in xml:
        cases = [[case.classname, case.name, [type(result).__name__ for result in case.result]] for case in suite]
        suites.append(
            {"name": suite.name, "counts": [suite.tests, suite.failures, suite.errors, suite.skipped], "cases": cases}
        )
    return {"stated": stated, "suites": suites}


def sequences(names):
    found = fileseq.findSequencesInList(names)
    return sorted([[str(one.frame(one.start())), list(one.frameSet() or []), one.invertedFrameRange()] for one in found])


request = json.load(sys.stdin)
json.dump(
    {
        "sarif": read_sarif(request["sarif"]),
        "junit": read_junit(request["junit"]),
        "sequences": [sequences(names) for names in request["names"]],
        "hashes": [mmh3.hash(text, signed=False) for text in request["texts"]],
    },
    sys.stdout,
)
