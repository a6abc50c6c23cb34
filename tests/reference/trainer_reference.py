"""Training steps of a tiny GPT-2 by Hugging Face's Trainer: what tests/unit/train/trainer_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 accelerate
  venv/bin/python tests/reference/trainer_reference.py > tests/reference/expected/trainer.json

Token t of sample s is (7 s + 3 t + s t) mod 61, and a sample has 9 + (5 s mod 4) tokens.
"""

import torch
from trainer_run import train, write
from transformers import GPT2Config, GPT2LMHeadModel

def tokens(s):
    return [(7 * s + 3 * t + s * t) % 61 for t in range(9 + 5 * s % 4)]


SAMPLES = [{"sample": s, "input_ids": tokens(s)} for s in range(21)]


order = []


def collate(items):
    order.append([item["sample"] for item in items])
    rows = [tokens(item["sample"]) for item in items]
    length = max(map(len, rows))
    ids = torch.tensor([r + [0] * (length - len(r)) for r in rows])
    mask = torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows])
    return {"input_ids": ids, "attention_mask": mask, "labels": ids.masked_fill(mask == 0, -100)}


def gpt():
    return GPT2LMHeadModel(GPT2Config(vocab_size=61, n_embd=16, n_layer=2, n_head=2, n_positions=16, resid_pdrop=0,
                                      embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None))


def run(**arguments):
    order.clear()
    case = train(gpt, SAMPLES, collate, **arguments)
    return {**case, "order": order[:len(order) // 2]}  # the case is trained twice


write("trainer_reference.py", runs=[
    run(max_steps=10, gradient_accumulation_steps=2, learning_rate=5e-3, weight_decay=0.1, max_grad_norm=0.5, seed=42),
    run(num_train_epochs=2, learning_rate=2e-3, lr_scheduler_type="cosine", warmup_steps=3, seed=7, data_seed=11,
        dataloader_drop_last=True),
    run(num_train_epochs=1.5, learning_rate=1e-3, lr_scheduler_type="constant_with_warmup", warmup_steps=0.25, seed=3,
        max_grad_norm=0.0),
    run(max_steps=6, gradient_accumulation_steps=2, learning_rate=2e-3, label_smoothing_factor=0.2, seed=5),
    run(num_train_epochs=3, gradient_accumulation_steps=2, learning_rate=1e-3, seed=9,
        train_sampling_strategy="group_by_length"),
])
