#!/usr/bin/env python3
"""Make the files in tests/reference/exchange, as other programs leave them, for import_formats_test.cpp:

    pip install mlflow==3.17.2 wandb==0.31.0 && tests/reference/exchange_files.py mlflow wandb
    pip install torch tensorboard==2.21.0 && tests/reference/exchange_files.py tensorboard

What belongs to the machine (paths, host, user, times) is put out of them.
"""

import getpass
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

TO = pathlib.Path(__file__).resolve().parent / "exchange"


def mlflow():
    """mlflow.sql: the tables that hold runs, of a store with five runs and a logged model."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    import mlflow

    folder = pathlib.Path(tempfile.mkdtemp())
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment("books")
    with mlflow.start_run(run_name="it's: a \"quoted\" # name", description="a note\nsecond line",
                          tags={"team": "nlp", "two words": "1,2"}):
        mlflow.log_params({"lr": "1e-4", "layers": 2, "opt": "adamw", "empty": "", "big": "12345678901234567890123"})
        for i in range(5):
            mlflow.log_metric("loss", 5 - i / 2, step=i * 10)
        for step, value in enumerate([float("nan"), float("inf"), float("-inf")]):
            mlflow.log_metric("bad", value, step=step)
        mlflow.log_metric("at once", 1.0)
        mlflow.log_metric("at once", 2.0)
    with mlflow.start_run(run_name="123"):
        mlflow.log_metric("loss", 1.0, step=1)
    with mlflow.start_run(run_name="thrown away") as run:
        mlflow.log_metric("loss", 1.0, step=1)
    mlflow.delete_run(run.info.run_id)
    try:
        with mlflow.start_run(run_name="failed"):
            raise ValueError
    except ValueError:
        pass
    model = mlflow.create_external_model(name="a model")
    mlflow.log_metric("accuracy", 0.5, model_id=model.model_id)
    tables = ["experiments", "runs", "params", "tags", "metrics", "latest_metrics"]
    lines = subprocess.run(["sqlite3", folder / "mlflow.db", *(f".dump {table}" for table in tables)],
                           capture_output=True, text=True, check=True).stdout
    lines = re.sub(r"INSERT INTO tags VALUES\('mlflow.source.git.branch.*\n", "", lines)
    for own, other in [(str(folder), ""), (str(pathlib.Path.cwd()), ""), (str(pathlib.Path(__file__).parent) + "/", ""),
                       (f"'{getpass.getuser()}'", "'ann'")]:
        lines = lines.replace(own, other)
    (TO / "mlflow.sql").write_text(f"-- MLflow {mlflow.__version__}, by exchange_files.py\n" + lines)


def wandb():
    """wandb.hex: the log of an offline run, without the records that tell of the machine."""
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true")
    import wandb
    from wandb.proto import wandb_internal_pb2 as proto

    folder = pathlib.Path(tempfile.mkdtemp())
    run = wandb.init(project="books", name="a \"quoted\": name", notes="a note\nsecond line", group="sweep",
                     tags=["good", "two words"], dir=str(folder),
                     config={"lr": 0.001, "epochs": 3, "model": {"type": "gpt", "layers": 2}})
    for i in range(3):
        run.log({"train/loss": 5 - i / 2, "eval/loss": float("nan") if i == 1 else 6.0 - i, "head": {"0": i},
                 "comment": "text"}, step=i * 10)
    run.summary["best"] = 2.5
    run.finish()
    wandb.teardown()
    [log] = folder.glob("wandb/offline-run-*/*.wandb")
    data, at, records, record = log.read_bytes(), 7, [], b""
    while at < len(data):
        checksum, size, kind = struct.unpack("<IHB", data[at:at + 7])
        record += data[at + 7:at + 7 + size]
        at += 7 + size
        if kind in (1, 4):
            records.append(record)
            record = b""
    out = data[:7]
    for record in map(proto.Record.FromString, records):
        if record.WhichOneof("record_type") not in ("run", "config", "history", "summary", "exit"):
            continue
        if record.HasField("run"):
            record.run.host = "node7"
            record.run.start_time.FromSeconds(1700000000)
            record.run.ClearField("settings")
            record.run.ClearField("telemetry")
        payload = record.SerializeToString()
        out += struct.pack("<IHB", zlib.crc32(b"\x01" + payload), len(payload), 1) + payload
    (TO / "wandb.hex").write_text("\n".join(re.findall(".{1,120}", out.hex())) + "\n")


def tensorboard():
    """tensorboard-*.hex: the event files of a run with hparams beside it, and of one that was started again."""
    from torch.utils.tensorboard import SummaryWriter

    folder = pathlib.Path(tempfile.mkdtemp())
    with SummaryWriter(folder / "run") as writer:
        for step in range(3):
            writer.add_scalar("train/loss", 5 - step, step, walltime=1700000000 + step)
        writer.add_hparams({"lr": 0.5, "layers": 2, "opt": "adamw", "bias": True}, {"hparam/loss": 3.0},
                           run_name="hparams")
    with SummaryWriter(folder / "restarted", filename_suffix=".0") as writer:
        for step in range(6):
            writer.add_scalar("loss", 5 - step / 2, step, walltime=1700000000 + step)
    with SummaryWriter(folder / "restarted", filename_suffix=".1", purge_step=3) as writer:
        for step in range(3, 5):
            writer.add_scalar("loss", 1 - step / 8, step, walltime=1700000100 + step)
    files = sorted(folder.glob("**/events.*"), key=lambda path: (path.parent, path.suffix))
    for name, path in zip(["restarted-0", "restarted-1", "run", "hparams"], files):
        (TO / f"tensorboard-{name}.hex").write_text("\n".join(re.findall(".{1,120}", path.read_bytes().hex())) + "\n")


TO.mkdir(exist_ok=True)
for name in sys.argv[1:]:
    {"mlflow": mlflow, "wandb": wandb, "tensorboard": tensorboard}[name]()
