"""What the scripts <model>_reference.py share: a transformers model in float64, filled by a formula, computes logits,
loss and the gradient of every parameter, for tests/unit/plugins/models/reference.h to compare with. trainer_run.py trains on
the same weights."""

import json
import math
import sys

import torch
import transformers


def fill(model):
    """The same formula stands in tests/unit/plugins/models/reference.h. Norm weights are about 1; values are rounded to
    float32."""
    for k, (name, parameter) in enumerate(model.named_parameters()):
        i = torch.arange(parameter.numel(), dtype=torch.float64)
        values = 0.3 * torch.sin(0.37 * i * i + 1.3 * k)
        if parameter.dim() == 1 and name.endswith("weight"):
            values = values + 1
        parameter.data = values.float().double().view_as(parameter)


def token_ids(vocab_size, batch, length, factor=7):
    return torch.tensor([[(factor * b + 3 * t * t + t) % vocab_size for t in range(length)] for b in range(batch)])


def padding_mask(batch, length, padding):
    """1 where a token stands; `padding` says how many at the end of each row do not."""
    mask = torch.ones(batch, length, dtype=torch.long)
    for b, padded in enumerate(padding):
        if padded:
            mask[b, -padded:] = 0
    return mask


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def record(name, model, options, inputs, labels, num_items, own_loss=None):
    """One case: `model` is transformers', `options` are Folio's for the same model, `inputs` the tensors that both take,
    `labels` as Folio's Batch has them (shifted already for a causal model). `own_loss`, the class's own, must agree."""
    model = model.double().train()
    fill(model)
    logits = model(**inputs).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum") / num_items
    if own_loss is not None:
        assert math.isclose(own_loss(model), loss.item(), rel_tol=1e-6)  # some classes round the logits to float32
    loss.backward()
    return dict(name=name, options=options, **{key: tensor.tolist() for key, tensor in inputs.items()},
                labels=labels.tolist(), num_items=num_items, loss=loss.item(), logits=numbers(logits),
                gradients=[dict(name=n, shape=list(p.shape), values=numbers(p.grad)) for n, p in model.named_parameters()])


def write(script, cases, **more):
    """Writes the cases to the file named on the command line, with the versions that they come from."""
    result = dict(made_by=f"tests/reference/{script}", torch=torch.__version__, transformers=transformers.__version__,
                  cases=cases, **more)
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")
