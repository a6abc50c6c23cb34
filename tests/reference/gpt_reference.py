"""Writes gpt_expected.json: what transformers' GPT2LMHeadModel computes in float64 from weights that a formula gives.

usage: gpt_reference.py OUTPUT      (needs the packages torch and transformers; their versions are in the output)

Each case has a configuration, a batch and whole tensors: the logits, the loss and the gradient of every parameter.
`labels` are given as Folio's Batch has them, already shifted: labels[b][t] is the token that follows input_ids[b][t].
"""

import json
import math
import sys

import torch
import transformers

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


def fill(model):
    """The same formula stands in tests/unit/gpt. Norm weights are about 1; values are rounded to float32."""
    for k, (name, parameter) in enumerate(model.named_parameters()):
        i = torch.arange(parameter.numel(), dtype=torch.float64)
        values = 0.3 * torch.sin(0.37 * i * i + 1.3 * k)
        if ".ln_" in name and name.endswith("weight"):
            values = values + 1
        parameter.data = values.float().double().view_as(parameter)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def run(case):
    config = transformers.GPT2Config(
        vocab_size=case["vocab_size"], n_embd=case["hidden_size"], n_layer=case["layers"], n_head=case["heads"],
        n_inner=case["inner"], n_positions=case["positions"], activation_function=case["activation"],
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None, attn_implementation="eager")
    model = transformers.GPT2LMHeadModel(config).double().train()
    fill(model)
    batch, length = case["batch"], case["length"]
    ids = torch.tensor([[(7 * b + 3 * t * t + t) % case["vocab_size"] for t in range(length)] for b in range(batch)])
    mask = torch.ones(batch, length, dtype=torch.long)
    labels = ids.clone()
    for b, padded in enumerate(case["padding"]):
        if padded:
            mask[b, -padded:] = 0
            labels[b, -padded:] = -100
    for b, t in case["ignored"]:
        labels[b, t] = -100
    out = model(input_ids=ids, attention_mask=mask, labels=labels, num_items_in_batch=case["num_items"])
    shifted = torch.cat([labels[:, 1:], torch.full((batch, 1), -100)], dim=1)
    loss = torch.nn.functional.cross_entropy(out.logits.flatten(0, 1), shifted.flatten(), reduction="sum")
    loss = loss / case["num_items"]
    assert math.isclose(out.loss.item(), loss.item(), rel_tol=1e-6)  # the class rounds the logits to float32 for it
    loss.backward()
    return dict(
        name=case["name"],
        options=dict(vocab_size=case["vocab_size"], hidden_size=case["hidden_size"], num_hidden_layers=case["layers"],
                     num_attention_heads=case["heads"], max_position_embeddings=case["positions"],
                     hidden_act=case["activation"], **({"intermediate_size": case["inner"]} if case["inner"] else {})),
        input_ids=ids.tolist(), attention_mask=mask.tolist(), labels=shifted.tolist(), num_items=case["num_items"],
        loss=loss.item(), logits=numbers(out.logits),
        gradients=[dict(name=name, shape=list(p.shape), values=numbers(p.grad))
                   for name, p in model.named_parameters()])


if __name__ == "__main__":
    result = dict(made_by="tests/reference/gpt_reference.py", torch=torch.__version__,
                  transformers=transformers.__version__, cases=[run(case) for case in CASES])
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")
