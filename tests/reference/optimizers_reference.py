"""Ten steps of each optimizer on a few made weights, in float64: what tests/unit/train/optimizer_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 accelerate
  venv/bin/python tests/reference/optimizers_reference.py > tests/reference/expected/optimizers.json

Element i of a parameter begins as sin(i + 1) / 2, and its gradient in step s is cos((i + 1) (s + 1)) / (i + 2). The
optimizer is the one that transformers' Trainer makes from its arguments, which the test names too.
"""

import json
import sys

import torch
import transformers
from transformers import Trainer, TrainingArguments

SHAPES = {"weight": [3, 4], "wide": [2, 7], "bias": [5]}


class Weights(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, shape in SHAPES.items():
            count = torch.Size(shape).numel()
            values = torch.sin(torch.arange(1, count + 1, dtype=torch.float64)) / 2
            self.register_parameter(name, torch.nn.Parameter(values.view(shape)))


def run(**arguments):
    model = Weights()
    args = TrainingArguments(output_dir="/nonexistent", report_to="none", use_cpu=True, **arguments)
    optimizer = Trainer(model=model, args=args, train_dataset=[{}]).create_optimizer()
    norms = []
    for step in range(10):
        for parameter in model.parameters():
            i = torch.arange(parameter.numel(), dtype=torch.float64)
            parameter.grad = (torch.cos((i + 1) * (step + 1)) / (i + 2)).view_as(parameter)
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), args.max_grad_norm or torch.inf).item())
        optimizer.step()
    return {"arguments": arguments, "grad_norm": norms,
            "parameters": {name: parameter.flatten().tolist() for name, parameter in model.named_parameters()}}


OPTIMIZERS = ("adamw_torch", "adamw_torch_fused", "sgd", "rmsprop", "adagrad", "adafactor")
runs = [run(optim=optim, learning_rate=0.01, weight_decay=decay, max_grad_norm=norm)
        for optim in OPTIMIZERS for decay, norm in ((0.0, 0.0), (0.1, 0.3))]
json.dump({"made_by": "tests/reference/optimizers_reference.py", "torch": torch.__version__,
           "transformers": transformers.__version__, "shapes": SHAPES, "runs": runs}, sys.stdout)
print()
