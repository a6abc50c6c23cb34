#!/usr/bin/env python3
"""Print the records that tests/unit/runs/exchange/export_test.cpp and import_test.cpp expect, as TensorBoard writes them; or,
with a folder, what TensorBoard reads from it.

    pip install tensorboard==2.21.0 && tests/reference/tensorboard_event.py
    runner export latest --format tensorboard --to events && tests/reference/tensorboard_event.py events
"""

import io
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT
from tensorboard.summary.writer.record_writer import RecordWriter


def record(**event):
    stream = io.BytesIO()
    RecordWriter(stream).write(Event(**event).SerializeToString())
    return stream.getvalue().hex()


def summary(**value):
    return Summary(value=[Summary.Value(**value)])


if len(sys.argv) > 1:
    events = EventAccumulator(sys.argv[1])
    events.Reload()
    for tag in events.Tags()["scalars"]:
        for scalar in events.Scalars(tag):
            print(tag, scalar.step, scalar.value)
else:
    print(record(wall_time=0.5, file_version="brain.Event:2"))
    print(record(wall_time=1.5, step=300, summary=summary(tag="loss", simple_value=6.5)))
    # As TensorFlow 2's tf.summary.scalar writes it.
    tensor = TensorProto(dtype=DT_FLOAT, float_val=[6.25])
    print(record(wall_time=2.5, step=301, summary=summary(tag="eval/loss", tensor=tensor)))
