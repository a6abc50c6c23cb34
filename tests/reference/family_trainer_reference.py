"""Training and evaluation of a tiny model of each kind by Hugging Face's Trainer: what
tests/unit/train/family_trainer_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 accelerate
  venv/bin/python tests/reference/family_trainer_reference.py > tests/reference/expected/family_trainer.json

Token t of sample s is 5 + (7 s + 3 t + s t) mod 56. A sample has 9 + (5 s mod 4) tokens, a short one 2 + (5 s mod 4), an
equal one 8. Of a masked model those with (s + 2 t) mod 5 = 0 are to be said and stand as token 4. What a T5 is to say
are the tokens 5 + (3 s + 5 t) mod 56, 3 + s mod 3 of them, of a short sample 1 + s mod 3.

BertForMaskedLM, DistilBertForMaskedLM and T5ForConditionalGeneration do not use the count of labels that the Trainer
gives them: it adds up the means of the accumulated batches (check_stock() holds it to that). With accumulation they are
trained with `compute_loss_func`, the Trainer's own way to divide by that count.
"""

import sys

import torch
from model_reference import fill
from trainer_run import make_trainer, run_of, train, write
from transformers import (BertConfig, BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, EarlyStoppingCallback,
                          GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, T5Config,
                          T5ForConditionalGeneration)

LENGTHS = {"long": lambda s: 9 + 5 * s % 4, "short": lambda s: 2 + 5 * s % 4, "equal": lambda s: 8}
SAMPLES = 21
VOCABULARY = 61


def tokens(s, kind):
    return [5 + (7 * s + 3 * t + s * t) % 56 for t in range(LENGTHS[kind](s))]


def padded(rows, value):
    length = max(map(len, rows))
    return torch.tensor([row + [value] * (length - len(row)) for row in rows])


def inputs_of(rows):
    return {"input_ids": padded(rows, 0), "attention_mask": padded([[1] * len(row) for row in rows], 0)}


def collate_causal(items):
    rows = [item["input_ids"] for item in items]
    return {**inputs_of(rows), "labels": padded(rows, -100)}


def collate_masked(items):
    rows, labels = [], []
    for item in items:
        chosen = [(item["sample"] + 2 * t) % 5 == 0 for t in range(len(item["input_ids"]))]
        rows.append([4 if c else i for i, c in zip(item["input_ids"], chosen)])
        labels.append([i if c else -100 for i, c in zip(item["input_ids"], chosen)])
    return {**inputs_of(rows), "labels": padded(labels, -100)}


def collate_spans(items):
    targets = []
    for item in items:
        length = (1 if item["kind"] == "short" else 3) + item["sample"] % 3
        targets.append([5 + (3 * item["sample"] + 5 * t) % 56 for t in range(length)])
    return {**inputs_of([item["input_ids"] for item in items]), "labels": padded(targets, -100),
            "decoder_input_ids": padded([[0] + target[:-1] for target in targets], 0)}


def gpt():
    return GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=2, n_positions=16,
                                      resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None))


def llama():
    return LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
                                        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=16,
                                        bos_token_id=None, eos_token_id=None))


def bert():
    return BertForMaskedLM(BertConfig(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                                      intermediate_size=32, max_position_embeddings=16, hidden_dropout_prob=0,
                                      attention_probs_dropout_prob=0))


def distilbert():
    return DistilBertForMaskedLM(DistilBertConfig(vocab_size=VOCABULARY, dim=16, n_layers=2, n_heads=2, hidden_dim=32,
                                                  max_position_embeddings=16, dropout=0, attention_dropout=0))


def t5():
    return T5ForConditionalGeneration(T5Config(vocab_size=VOCABULARY, d_model=16, d_kv=8, d_ff=32, num_layers=2,
                                               num_heads=2, relative_attention_num_buckets=8,
                                               relative_attention_max_distance=9, dropout_rate=0,
                                               decoder_start_token_id=0))


MODELS = {gpt: collate_causal, llama: collate_causal, bert: collate_masked, distilbert: collate_masked,
          t5: collate_spans}
CAUSAL = (gpt, llama)


def samples(kind):
    return [{"sample": s, "kind": kind, "input_ids": tokens(s, kind)} for s in range(SAMPLES)]


def mean_over_step(outputs, labels, num_items_in_batch):
    logits = outputs["logits"].flatten(0, 1)
    return torch.nn.functional.cross_entropy(logits, labels.flatten(), reduction="sum") / num_items_in_batch


def run(model, kind, **arguments):
    accumulates = arguments.get("gradient_accumulation_steps", 1) > 1
    loss = mean_over_step if accumulates and model not in CAUSAL else None
    evaluate = "shifted" if model is gpt else True
    case = train(model, samples(kind), MODELS[model], evaluate=evaluate, compute_loss_func=loss, **arguments)
    return {"model": model.__name__, "samples": kind, **case}


def check_stock(model):
    """The stock Trainer's loss of a step of two batches is the sum of their means."""
    means = []
    of_model = model().double()
    fill(of_model)

    def collate(items):
        batch = MODELS[model](items)
        means.append(of_model(**batch).loss.item())
        return batch

    stock = train(model, samples("long"), collate, gradient_accumulation_steps=2, max_steps=1, learning_rate=0.0)
    assert abs(stock["loss"][0] - (means[0] + means[1])) < 1e-6, (model, stock["loss"], means)


def main():
    runs = []
    for model in MODELS:
        if model not in CAUSAL:
            check_stock(model)
        for arguments in (
                dict(samples="long", max_steps=6, gradient_accumulation_steps=4, learning_rate=2e-3, weight_decay=0.1,
                     max_grad_norm=0.5, seed=1),
                dict(samples="long", num_train_epochs=1.5, learning_rate=1e-3, lr_scheduler_type="cosine",
                     warmup_steps=2, seed=7),
                dict(samples="short", num_train_epochs=3, gradient_accumulation_steps=3, learning_rate=1e-3, seed=3),
                dict(samples="short", max_steps=3, gradient_accumulation_steps=2, per_device_train_batch_size=64,
                     learning_rate=1e-3, seed=5),
                dict(samples="equal", num_train_epochs=1, learning_rate=1e-3, seed=9)):
            runs.append(run(model, arguments.pop("samples"), **arguments))
        if MODELS[model] is collate_masked:
            # Of some short samples nothing is to be said: the Trainer leaves such batches out of its mean.
            runs.append(run(model, "short", num_train_epochs=1, gradient_accumulation_steps=3, learning_rate=1e-3,
                            seed=3, per_device_eval_batch_size=1))
    of_llama = lambda callbacks=(), **arguments: run_of(llama, samples("long"), collate_causal, callbacks, seed=4,
                                                       learning_rate=1e-3, **arguments)
    best = dict(load_best_model_at_end=True, save_total_limit=1)
    schedules = [
        of_llama(max_steps=17, eval_strategy="steps", eval_steps=7, save_strategy="steps", save_steps=7,
                 logging_steps=5, **best),
        of_llama(max_steps=14, eval_strategy="steps", eval_steps=7, save_strategy="steps", save_steps=7,
                 logging_steps=7),
        of_llama(max_steps=9, eval_strategy="steps", eval_steps=2, eval_delay=5, save_strategy="steps", save_steps=4,
                 logging_steps=2, save_total_limit=2),
        of_llama(num_train_epochs=1.4, eval_strategy="epoch", save_strategy="epoch", logging_strategy="epoch", **best),
        of_llama(num_train_epochs=1.4, eval_strategy="epoch", save_strategy="epoch", logging_strategy="epoch",
                 eval_delay=1.5, logging_first_step=True),
        of_llama([EarlyStoppingCallback(2)], num_train_epochs=4, eval_strategy="steps", eval_steps=1,
                 save_strategy="steps", save_steps=1, logging_strategy="epoch", metric_for_best_model="eval_loss",
                 greater_is_better=True, **best),
    ]
    schedules[-1]["arguments"] |= {"early_stopping_patience": 2}
    write("family_trainer_reference.py", runs=runs, schedules=schedules)


if __name__ == "__main__":
    sys.exit(main())
