"""Writes llama_expected.json: what transformers' LlamaForCausalLM computes in float64 from weights that a formula gives.

usage: llama_reference.py OUTPUT      (needs the packages torch and transformers; their versions are in the output)
"""

import torch
import transformers

from model_reference import padding_mask, record, token_ids, write

CASES = [
    dict(name="grouped queries", options=dict(
        vocab_size=19, hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=9), batch=2, length=9, padding=[0, 0], ignored=[(0, 2), (1, 5)]),
    dict(name="right padding, tied head", options=dict(
        vocab_size=17, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=8, tie_word_embeddings=True), batch=3, length=7, padding=[0, 3, 1], ignored=[]),
    dict(name="wide heads, biases, short waves", options=dict(
        vocab_size=11, hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=6, max_position_embeddings=6, rope_theta=100.0, rms_norm_eps=1e-3,
        attention_bias=True, mlp_bias=True), batch=2, length=6, padding=[0, 2], ignored=[(0, 1)]),
    dict(name="tanh gelu", options=dict(
        vocab_size=11, hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=4,
        max_position_embeddings=6, hidden_act="gelu_new"), batch=1, length=5, padding=[0], ignored=[]),
]


def make(options):
    given = dict(options)
    theta = given.pop("rope_theta", 10000.0)
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        **given, rope_parameters=dict(rope_type="default", rope_theta=theta), bos_token_id=None, eos_token_id=None,
        attn_implementation="eager"))


def run(case):
    options, batch, length = case["options"], case["batch"], case["length"]
    ids = token_ids(options["vocab_size"], batch, length)
    mask = padding_mask(batch, length, case["padding"])
    labels = ids.masked_fill(mask == 0, -100)
    for b, t in case["ignored"]:
        labels[b, t] = -100
    shifted = torch.cat([labels[:, 1:], torch.full((batch, 1), -100)], dim=1)
    inputs = dict(input_ids=ids, attention_mask=mask)
    num_items = int((shifted != -100).sum())
    return record(case["name"], make(options), options, inputs, shifted, num_items,
                  lambda model: model(**inputs, labels=labels).loss.item())


if __name__ == "__main__":
    write("llama_reference.py", [run(case) for case in CASES])
