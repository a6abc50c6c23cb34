"""Writes gpt_expected.json: what transformers' GPT2LMHeadModel computes in float64 from weights that a formula gives.

usage: gpt_reference.py OUTPUT      (needs the packages torch and transformers; their versions are in the output)

Each case has a configuration, a batch and whole tensors: the logits, the loss and the gradient of every parameter.
`labels` are given as Folio's Batch has them, already shifted: labels[b][t] is the token that follows input_ids[b][t].
"""

import torch
import transformers

from model_reference import padding_mask, record, token_ids, write

CASES = [
    dict(name="two layers", vocab_size=19, hidden_size=12, layers=2, heads=3, inner=None, positions=9,
         activation="gelu_new", batch=2, length=9, padding=[0, 0], ignored=[(0, 2), (1, 5)], num_items=14),
    dict(name="right padding", vocab_size=17, hidden_size=8, layers=2, heads=2, inner=20, positions=8,
         activation="gelu_new", batch=3, length=7, padding=[0, 3, 1], ignored=[], num_items=29),
    dict(name="exact gelu", vocab_size=11, hidden_size=10, layers=1, heads=1, inner=12, positions=6,
         activation="gelu", batch=2, length=6, padding=[0, 2], ignored=[(0, 1)], num_items=8),
    dict(name="relu", vocab_size=11, hidden_size=8, layers=1, heads=4, inner=12, positions=6,
         activation="relu", batch=1, length=5, padding=[0], ignored=[], num_items=4),
    dict(name="silu", vocab_size=11, hidden_size=8, layers=1, heads=2, inner=12, positions=6,
         activation="silu", batch=1, length=5, padding=[0], ignored=[], num_items=4),
]


def run(case):
    config = transformers.GPT2Config(
        vocab_size=case["vocab_size"], n_embd=case["hidden_size"], n_layer=case["layers"], n_head=case["heads"],
        n_inner=case["inner"], n_positions=case["positions"], activation_function=case["activation"],
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None, attn_implementation="eager")
    batch, length = case["batch"], case["length"]
    ids = token_ids(case["vocab_size"], batch, length)
    mask = padding_mask(batch, length, case["padding"])
    labels = ids.masked_fill(mask == 0, -100)
    for b, t in case["ignored"]:
        labels[b, t] = -100
    inputs = dict(input_ids=ids, attention_mask=mask)
    options = dict(vocab_size=case["vocab_size"], hidden_size=case["hidden_size"], num_hidden_layers=case["layers"],
                   num_attention_heads=case["heads"], max_position_embeddings=case["positions"],
                   hidden_act=case["activation"], resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
    if case["inner"]:
        options["intermediate_size"] = case["inner"]
    own_loss = lambda model: model(**inputs, labels=labels, num_items_in_batch=case["num_items"]).loss.item()
    shifted = torch.cat([labels[:, 1:], torch.full((batch, 1), -100)], dim=1)
    return record(case["name"], transformers.GPT2LMHeadModel(config), options, inputs, shifted, case["num_items"],
                  own_loss)


if __name__ == "__main__":
    write("gpt_reference.py", [run(case) for case in CASES])
