"""Validates rendered charts: python validate.py KUBERNETES_VERSION FILE...

Needs kubernetes-validate, whose schemas refuse unknown fields here. Custom resources are held to the schemas in crds/; a
kind without a schema is a fault. Writes one line for each fault, and exits with 1 if there was one.
"""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml

CRDS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((pathlib.Path(__file__).parent / "crds").glob("*.json"))
}


def place(error):
    return "/".join(str(step) for step in error.path)


def faults(found, version):
    kind = found.get("kind", "")
    schema = CRDS.get(kind)
    if schema is not None:
        validator = jsonschema.Draft7Validator(schema)
        return [f"{kind} /{place(error)}: {error.message}" for error in validator.iter_errors(found)]
    try:
        kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return [f"{kind} of {found.get('apiVersion')}: no schema; write one in helm/tests/crds"]
    except kubernetes_validate.ValidationError as error:
        return [f"{kind} /{place(error)}: {error.message}"]
    return []


def main():
    version, *files = sys.argv[1:]
    objects = count = 0
    for file in sorted(files):
        with open(file, encoding="utf-8") as text:
            for found in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if not found:
                    continue
                objects += 1
                for fault in faults(found, version):
                    count += 1
                    print(f"{pathlib.Path(file).name}: {fault}")
    print(f"{objects} objects, {count} faults")
    sys.exit(count > 0)


main()
