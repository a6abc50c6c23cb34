"""What trainer_reference.py and masked_trainer_reference.py share: Hugging Face's Trainer in float64, on weights from the
formula of model_reference.py.

Folio trains in float32, so a case is of use only where rounding does not grow from step to step; else its tolerance
says which processor made the reference. So each case is run again with weights that differ in their last float32 bit,
and refused where that moves a loss or a gradient's norm by more than WELL_CONDITIONED, relative.
"""

import json
import sys
import tempfile

import torch
import transformers
from model_reference import fill
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

LAST_BIT = 2.0**-24
WELL_CONDITIONED = 16 * LAST_BIT


class KeepLogs(TrainerCallback):
    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append(dict(logs))


def perturb(model):
    """Moves every weight by half of its last bit in float32, up and down in turns."""
    for parameter in model.parameters():
        sign = 1 - 2 * (torch.arange(parameter.numel()) % 2).view_as(parameter)
        parameter.data *= 1 + LAST_BIT * sign


def train_once(make_model, dataset, collate, arguments, evaluate, perturbed):
    model = make_model().double()
    fill(model)
    if perturbed:
        perturb(model)
    logs = KeepLogs()
    trainer = Trainer(model=model, train_dataset=dataset, eval_dataset=dataset, data_collator=collate, callbacks=[logs],
                      args=TrainingArguments(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none",
                                             save_strategy="no", logging_steps=1, disable_tqdm=True,
                                             remove_unused_columns=False, per_device_train_batch_size=4, **arguments))
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    steps = [log for log in logs.logs if "loss" in log]
    result = {key: [step[key] for step in steps] for key in ("loss", "grad_norm", "learning_rate", "epoch")}
    result |= {key: logs.logs[-1][key] for key in ("train_loss", "total_flos")}
    if evaluate:
        result["eval_loss"] = trainer.evaluate()["eval_loss"]
    return result


def train(make_model, dataset, collate, evaluate=False, **arguments):
    """One case: the arguments, and what the Trainer logged with them."""
    result, moved = (train_once(make_model, dataset, collate, arguments, evaluate, perturbed) for perturbed in (False, True))
    for key in ("loss", "grad_norm"):
        most = max(abs(a - b) / abs(a) for a, b in zip(result[key], moved[key]))
        if most > WELL_CONDITIONED:
            sys.exit(f"{arguments}: the last bit of the weights moves {key} by {most:.1e}")
    return {"arguments": arguments, **result}


def write(script, runs):
    json.dump({"made_by": f"tests/reference/{script}", "torch": torch.__version__,
               "transformers": transformers.__version__, "runs": runs}, sys.stdout, indent=1)
    print()
