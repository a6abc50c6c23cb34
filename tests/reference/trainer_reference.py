"""Ten training steps of a tiny GPT-2 by Hugging Face's Trainer: what tests/unit/train/trainer_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0 accelerate
  venv/bin/python tests/reference/trainer_reference.py > tests/reference/expected/trainer.json

Weights and tokens come from formulas that the test repeats: weight i of parameter p is 0.2 sin(0.7 i + p), norms have 1
added; token t of sample s is (7 s + 3 t + s t) mod 61, and a sample has 9 + (5 s mod 4) tokens.
"""

import json
import sys
import tempfile

import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

SAMPLES = 21


def tokens(s):
    return [(7 * s + 3 * t + s * t) % 61 for t in range(9 + 5 * s % 4)]


class Samples(torch.utils.data.Dataset):
    def __len__(self):
        return SAMPLES

    def __getitem__(self, s):
        return {"sample": s}


order = []


def collate(items):
    rows = [tokens(item["sample"]) for item in items]
    order.append([item["sample"] for item in items])
    length = max(map(len, rows))
    ids = torch.tensor([r + [0] * (length - len(r)) for r in rows])
    mask = torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows])
    return {"input_ids": ids, "attention_mask": mask, "labels": ids.masked_fill(mask == 0, -100)}


class KeepLogs(TrainerCallback):
    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append({**logs, "step": state.global_step})


def run(**arguments):
    order.clear()
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=61, n_embd=16, n_layer=2, n_head=2, n_positions=16, resid_pdrop=0, embd_pdrop=0,
                        attn_pdrop=0, bos_token_id=None, eos_token_id=None)
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        for p, (name, parameter) in enumerate(model.named_parameters()):
            i = torch.arange(parameter.numel(), dtype=torch.float64)
            values = 0.2 * torch.sin(0.7 * i + p) + (1 if ".ln_" in name and name.endswith("weight") else 0)
            parameter.copy_(values.view(parameter.shape).float())
    logs = KeepLogs()
    trainer = Trainer(model=model, train_dataset=Samples(), data_collator=collate, callbacks=[logs],
                      args=TrainingArguments(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none",
                                             save_strategy="no", logging_steps=1, disable_tqdm=True,
                                             remove_unused_columns=False, per_device_train_batch_size=4, **arguments))
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    steps = [log for log in logs.logs if "loss" in log]
    final = logs.logs[-1]
    return {"arguments": arguments, "order": list(order),
            "loss": [s["loss"] for s in steps], "grad_norm": [s["grad_norm"] for s in steps],
            "learning_rate": [s["learning_rate"] for s in steps], "epoch": [s["epoch"] for s in steps],
            "train_loss": final["train_loss"], "total_flos": final["total_flos"]}


runs = [
    run(max_steps=10, gradient_accumulation_steps=2, learning_rate=5e-3, weight_decay=0.1, max_grad_norm=0.5, seed=42),
    run(num_train_epochs=2, learning_rate=2e-3, lr_scheduler_type="cosine", warmup_steps=3, seed=7, data_seed=11,
        dataloader_drop_last=True),
    run(num_train_epochs=1.5, learning_rate=1e-3, lr_scheduler_type="constant_with_warmup", warmup_steps=0.25, seed=3,
        max_grad_norm=0.0),
]
json.dump({"torch": torch.__version__, "transformers": transformers.__version__, "runs": runs}, sys.stdout, indent=1)
