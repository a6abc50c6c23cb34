"""Training steps of a tiny BERT by Hugging Face's Trainer, with masks from a formula: what
tests/unit/train/masked_trainer_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 accelerate
  venv/bin/python tests/reference/masked_trainer_reference.py > tests/reference/expected/masked_trainer.json

Token t of sample s is 5 + (7 s + 3 t + s t) mod 56, a sample has 9 + (5 s mod 4) tokens, and those with
(s + 2 t) mod 5 = 0 are to be said and stand as token 4.
"""

import torch
from trainer_run import train, write
from transformers import BertConfig, BertForMaskedLM

SAMPLES = [{"sample": s} for s in range(21)]


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


def bert():
    return BertForMaskedLM(BertConfig(vocab_size=61, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                                      intermediate_size=32, max_position_embeddings=16, hidden_dropout_prob=0,
                                      attention_probs_dropout_prob=0))


def run(**arguments):
    return train(bert, SAMPLES, collate, evaluate=True, **arguments)


write("masked_trainer_reference.py", [
    run(max_steps=10, learning_rate=2e-3, weight_decay=0.1, seed=42),
    run(num_train_epochs=1, learning_rate=1e-3, lr_scheduler_type="cosine", warmup_steps=2, seed=7),
])
