"""Training steps of a tiny BERT by Hugging Face's Trainer, with masks from a formula: what
tests/unit/train/masked_trainer_test.cpp must reproduce.

usage: masked_trainer_reference.py > expected/masked_trainer.json   (needs torch, transformers and accelerate)

Weight i of parameter p is 0.2 sin(0.7 i + p), norms have 1 added; token t of sample s is 5 + (7 s + 3 t + s t) mod 56, a
sample has 9 + (5 s mod 4) tokens, and those with (s + 2 t) mod 5 = 0 are to be said and stand as token 4.
"""

import json
import sys
import tempfile

import torch
import transformers
from transformers import BertConfig, BertForMaskedLM, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

SAMPLES = 21


def collate(items):
    rows, labels = [], []
    for s in (item["sample"] for item in items):
        ids = [5 + (7 * s + 3 * t + s * t) % 56 for t in range(9 + 5 * s % 4)]
        chosen = [(s + 2 * t) % 5 == 0 for t in range(len(ids))]
        rows.append([4 if c else i for i, c in zip(ids, chosen)])
        labels.append([i if c else -100 for i, c in zip(ids, chosen)])
    length = max(map(len, rows))
    return {"input_ids": torch.tensor([r + [0] * (length - len(r)) for r in rows]),
            "attention_mask": torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows]),
            "labels": torch.tensor([r + [-100] * (length - len(r)) for r in labels])}


class KeepLogs(TrainerCallback):
    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append({**logs, "step": state.global_step})


def run(**arguments):
    model = BertForMaskedLM(BertConfig(vocab_size=61, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                                       intermediate_size=32, max_position_embeddings=16, hidden_dropout_prob=0,
                                       attention_probs_dropout_prob=0))
    with torch.no_grad():
        for p, (name, parameter) in enumerate(model.named_parameters()):
            i = torch.arange(parameter.numel(), dtype=torch.float64)
            values = 0.2 * torch.sin(0.7 * i + p) + (1 if "LayerNorm.weight" in name else 0)
            parameter.copy_(values.view(parameter.shape).float())
    logs = KeepLogs()
    samples = [{"sample": s} for s in range(SAMPLES)]
    trainer = Trainer(model=model, train_dataset=samples, eval_dataset=samples, data_collator=collate, callbacks=[logs],
                      args=TrainingArguments(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none",
                                             save_strategy="no", logging_steps=1, disable_tqdm=True,
                                             remove_unused_columns=False, per_device_train_batch_size=4, **arguments))
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    steps = [log for log in logs.logs if "loss" in log]
    return {"arguments": arguments, "loss": [s["loss"] for s in steps], "grad_norm": [s["grad_norm"] for s in steps],
            "train_loss": logs.logs[-1]["train_loss"], "eval_loss": trainer.evaluate()["eval_loss"]}


json.dump({"made_by": "tests/reference/masked_trainer_reference.py", "torch": torch.__version__,
           "transformers": transformers.__version__,
           "runs": [run(max_steps=10, learning_rate=2e-3, weight_decay=0.1, seed=42),
                    run(num_train_epochs=1, learning_rate=1e-3, lr_scheduler_type="cosine", warmup_steps=2, seed=7)]},
          sys.stdout, indent=1)
