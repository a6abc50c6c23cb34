"""What trainer_reference.py and family_trainer_reference.py share: Hugging Face's Trainer in float64, on weights from the
formula of model_reference.py.

Folio trains in float32, so a case is of use only where rounding does not grow from step to step; else its tolerance
says which processor made the reference. So each case is run again with weights that differ in their last float32 bit,
and refused where that moves a loss or a gradient's norm by more than WELL_CONDITIONED, relative.
"""

import json
import pathlib
import sys
import tempfile

import torch
import transformers
from model_reference import fill
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

LAST_BIT = 2.0**-24
WELL_CONDITIONED = 16 * LAST_BIT
DEFAULTS = dict(use_cpu=True, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True,
                remove_unused_columns=False, per_device_train_batch_size=4)


class KeepLogs(TrainerCallback):
    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append({"step": state.global_step, **logs})


def perturb(model):
    """Moves every weight by half of its last bit in float32, up and down in turns."""
    for parameter in model.parameters():
        sign = 1 - 2 * (torch.arange(parameter.numel()) % 2).view_as(parameter)
        parameter.data *= 1 + LAST_BIT * sign


def make_trainer(model, dataset, collate, callbacks=(), compute_loss_func=None, **arguments):
    trainer = Trainer(model=model, train_dataset=dataset, eval_dataset=dataset, data_collator=collate,
                      callbacks=list(callbacks), compute_loss_func=compute_loss_func,
                      args=TrainingArguments(output_dir=tempfile.mkdtemp(), **{**DEFAULTS, **arguments}))
    trainer.remove_callback(PrinterCallback)
    return trainer


def train_once(make_model, dataset, collate, arguments, evaluate, perturbed, compute_loss_func):
    model = make_model().double()
    fill(model)
    if perturbed:
        perturb(model)
    logs = KeepLogs()
    trainer = make_trainer(model, dataset, collate, [logs], compute_loss_func, **arguments)
    trainer.train()
    steps = [log for log in logs.logs if "loss" in log]
    result = {key: [step[key] for step in steps] for key in ("loss", "grad_norm", "learning_rate", "epoch")}
    last = logs.logs[-1]
    result |= {key: last[key] for key in ("train_loss", "total_flos")}
    # How many samples a step counts in the speeds: both are of the same time.
    result["samples_per_step"] = round(last["train_samples_per_second"] / last["train_steps_per_second"], 2)
    if evaluate:
        result["eval_loss"] = trainer.evaluate()["eval_loss"]
    if evaluate == "shifted":
        result["scaled_eval_loss"] = result["eval_loss"]
        model.loss_type = "ForCausalLM"
        result["eval_loss"] = make_trainer(model, dataset, collate, **arguments).evaluate()["eval_loss"]
    return result


def train(make_model, dataset, collate, evaluate=False, compute_loss_func=None, **arguments):
    """One case: the arguments, and what the Trainer logged with them. `evaluate` may be "shifted", for GPT2LMHeadModel:
    what the Trainer calls eval_loss there divides by the labels before the shift, as training does, and becomes
    scaled_eval_loss; eval_loss is what it says once the model has the loss_type that this class lacks."""
    result, moved = (train_once(make_model, dataset, collate, arguments, evaluate, perturbed, compute_loss_func)
                     for perturbed in (False, True))
    for key in ("loss", "grad_norm"):
        most = max(abs(a - b) / abs(a) for a, b in zip(result[key], moved[key]))
        if most > WELL_CONDITIONED:
            sys.exit(f"{arguments}: the last bit of the weights moves {key} by {most:.1e}")
    return {"arguments": arguments, **result}


def run_of(make_model, dataset, collate, callbacks=(), **arguments):
    """What a run logs, evaluates and saves, and when; the model that it hands out is evaluated at the end."""
    model = make_model().double()
    fill(model)
    logs = KeepLogs()
    trainer = make_trainer(model, dataset, collate, [logs, *callbacks], **arguments)
    trainer.train()
    entries = [{key: log[key] for key in ("step", "epoch", "loss", "eval_loss") if key in log}
               for log in logs.logs if "train_loss" not in log]
    kept = sorted(int(path.name.split("-")[1]) for path in pathlib.Path(trainer.args.output_dir).glob("checkpoint-*"))
    speed = next(log for log in logs.logs if "train_loss" in log)
    return {"arguments": arguments, "entries": entries, "checkpoints": kept, "steps": trainer.state.global_step,
            "best_metric": trainer.state.best_metric, "best_step": trainer.state.best_global_step,
            "train_loss": speed["train_loss"], "epoch": speed["epoch"],
            "steps_done": round(speed["train_steps_per_second"] * speed["train_runtime"], 1),
            "samples_per_step": round(speed["train_samples_per_second"] / speed["train_steps_per_second"], 2),
            "eval_loss": trainer.evaluate()["eval_loss"]}


def write(script, **content):
    json.dump({"made_by": f"tests/reference/{script}", "torch": torch.__version__,
               "transformers": transformers.__version__, **content}, sys.stdout, indent=1)
    print()
