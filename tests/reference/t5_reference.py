"""Writes t5_expected.json: what transformers' T5ForConditionalGeneration computes in float64 from weights that a formula
gives.

usage: t5_reference.py OUTPUT      (needs the packages torch and transformers; their versions are in the output)

transformers 5 ties every T5 it makes anew, and keeps a head of its own only where a checkpoint has one; so the head is
given a weight of its own here.
"""

import torch
import transformers

from model_reference import padding_mask, record, token_ids, write

SMALL_BUCKETS = dict(relative_attention_num_buckets=8, relative_attention_max_distance=9)
CASES = [
    dict(name="two layers", options=dict(
        vocab_size=13, hidden_size=6, head_dim=4, intermediate_size=10, num_hidden_layers=2, num_attention_heads=3,
        **SMALL_BUCKETS), batch=2, length=11, target=7, padding=[0, 0], target_padding=[0, 2]),
    dict(name="right padding, decoder of another depth", options=dict(
        vocab_size=11, hidden_size=8, head_dim=6, intermediate_size=10, num_hidden_layers=1, num_decoder_layers=2,
        num_attention_heads=2, **SMALL_BUCKETS), batch=3, length=7, target=9, padding=[0, 3, 1],
        target_padding=[1, 0, 4]),
    dict(name="gated gelu, head of its own", options=dict(
        vocab_size=11, hidden_size=8, head_dim=4, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False), batch=2, length=6, target=5, padding=[0, 2],
        target_padding=[0, 0]),
]
NAMES = dict(hidden_size="d_model", head_dim="d_kv", intermediate_size="d_ff", num_hidden_layers="num_layers",
             num_attention_heads="num_heads")


def make(options):
    model = transformers.T5ForConditionalGeneration(transformers.T5Config(
        **{NAMES.get(name, name): value for name, value in options.items()}, dropout_rate=0, decoder_start_token_id=0,
        attn_implementation="eager"))
    if not options.get("tie_word_embeddings", True):
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
    return model


def run(case):
    options, batch = case["options"], case["batch"]
    ids = token_ids(options["vocab_size"], batch, case["length"])
    target = token_ids(options["vocab_size"], batch, case["target"], factor=5)
    labels = target.masked_fill(padding_mask(batch, case["target"], case["target_padding"]) == 0, -100)
    model = make(options)
    inputs = dict(input_ids=ids, attention_mask=padding_mask(batch, case["length"], case["padding"]),
                  decoder_input_ids=model.prepare_decoder_input_ids_from_labels(labels))
    return record(case["name"], model, {**options, "dropout_rate": 0.0}, inputs, labels, int((labels != -100).sum()),
                  lambda model: model(**inputs, labels=labels).loss.item())


def buckets(bidirectional):
    """Of the distances -300 .. 300 at T5's defaults."""
    attention = transformers.models.t5.modeling_t5.T5Attention
    return attention._relative_position_bucket(torch.arange(-300, 301), bidirectional).tolist()


if __name__ == "__main__":
    write("t5_reference.py", [run(case) for case in CASES],
          buckets=dict(bidirectional=buckets(True), backwards=buckets(False)))
