"""Writes bert_expected.json and distilbert_expected.json: what transformers' BertForMaskedLM and
DistilBertForMaskedLM compute in float64 from weights that a formula gives.

usage: bert_reference.py bert OUTPUT
       bert_reference.py distilbert OUTPUT   (needs the packages torch and transformers; versions are in the output)

Token 0 is the padding token; it stands in the text too, since its embedding is treated in a way of its own.
"""

import sys

import torch
import transformers

from model_reference import padding_mask, record, token_ids, write

CASES = dict(
    bert=[
        dict(name="two layers", options=dict(
            vocab_size=19, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
            max_position_embeddings=9), batch=2, length=9, padding=[0, 0], scored=[(0, 2), (1, 5), (1, 0), (0, 8)]),
        dict(name="right padding", options=dict(
            vocab_size=17, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
            max_position_embeddings=8, type_vocab_size=3, layer_norm_eps=1e-5),
            batch=3, length=7, padding=[0, 3, 1], scored=[(0, 0), (0, 6), (1, 3), (2, 2), (2, 5)]),
        dict(name="tanh gelu, every label", options=dict(
            vocab_size=11, hidden_size=8, num_hidden_layers=1, num_attention_heads=4, intermediate_size=12,
            max_position_embeddings=6, hidden_act="gelu_new"), batch=1, length=5, padding=[0],
            scored=[(0, t) for t in range(5)]),
    ],
    distilbert=[
        dict(name="two layers", options=dict(
            vocab_size=19, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
            max_position_embeddings=9), batch=2, length=9, padding=[0, 0], scored=[(0, 2), (1, 5), (1, 0), (0, 8)]),
        dict(name="right padding", options=dict(
            vocab_size=17, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
            max_position_embeddings=8), batch=3, length=7, padding=[0, 3, 1],
            scored=[(0, 0), (0, 6), (1, 3), (2, 2), (2, 5)]),
        dict(name="relu", options=dict(
            vocab_size=11, hidden_size=8, num_hidden_layers=1, num_attention_heads=4, intermediate_size=12,
            max_position_embeddings=6, hidden_act="relu"), batch=1, length=5, padding=[0], scored=[(0, 1), (0, 3)]),
    ])


def make_bert(options):
    return transformers.BertForMaskedLM(transformers.BertConfig(
        **options, hidden_dropout_prob=0, attention_probs_dropout_prob=0, attn_implementation="eager"))


def make_distilbert(options):
    names = dict(hidden_size="dim", num_hidden_layers="n_layers", num_attention_heads="n_heads",
                 intermediate_size="hidden_dim", hidden_act="activation")
    return transformers.DistilBertForMaskedLM(transformers.DistilBertConfig(
        **{names.get(name, name): value for name, value in options.items()}, dropout=0, attention_dropout=0,
        attn_implementation="eager"))


def run(kind, case):
    options, batch, length = case["options"], case["batch"], case["length"]
    ids = token_ids(options["vocab_size"], batch, length)
    labels = torch.full((batch, length), -100)
    for b, t in case["scored"]:
        labels[b, t] = (5 * b + 2 * t + 1) % options["vocab_size"]
    inputs = dict(input_ids=ids, attention_mask=padding_mask(batch, length, case["padding"]))
    num_items = len(case["scored"])
    no_dropout = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0) if kind == "bert" else dict(
        dropout=0.0, attention_dropout=0.0)
    model = make_bert(options) if kind == "bert" else make_distilbert(options)
    return record(case["name"], model, {**options, **no_dropout}, inputs, labels, num_items,
                  lambda model: model(**inputs, labels=labels).loss.item())


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    write("bert_reference.py", [run(kind, case) for case in CASES[kind]])
