"""Writes expected/training_arguments.json: the fields of transformers.TrainingArguments with their defaults.

Ran with transformers 5.24.0. From this folder: python training_arguments.py > expected/training_arguments.json
"""

import dataclasses
import json

import transformers

fields = {}
for field in dataclasses.fields(transformers.TrainingArguments):
    default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    fields[field.name] = getattr(default, "value", default)
print(json.dumps({"transformers": transformers.__version__, "fields": fields}, indent=1))
