"""Low-rank adapters of the peft package trained for ten steps by Hugging Face's Trainer on a tiny model of each kind: what
tests/unit/train/fine_tuning_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 peft==0.21.0 accelerate
  venv/bin/python tests/reference/lora_reference.py > tests/reference/expected/lora.json

Models, samples and what is to be said are those of family_trainer_reference.py; weights and adapters, B too, are filled by
the formula of model_reference.py, over the parameters in peft's order. `gradients` are those of the adapters in the first
step, `adapters` what the last step left.
"""

import json
import sys

import peft
import torch
import transformers
from family_trainer_reference import MODELS, bert, distilbert, gpt, llama, samples, t5
from model_reference import fill
from trainer_run import train

ARGUMENTS = dict(max_steps=10, weight_decay=0.1, max_grad_norm=0.5, seed=3)


def name_of(parameter):
    return parameter.removeprefix("base_model.model.").replace(".default.", ".")


def adapters(model, value):
    return [dict(name=name_of(name), shape=list(parameter.shape), values=[float(f"{x:.7g}") for x in value(parameter).flatten().tolist()])
            for name, parameter in model.named_parameters() if parameter.requires_grad]


def case(model, lora):
    config = {"r": lora["rank"], "lora_alpha": lora["alpha"], "use_rslora": lora.get("rank_stabilized", False),
              "target_modules": lora.get("target_modules"), "fan_in_fan_out": model is gpt}
    made = []

    def make():
        made.append(peft.get_peft_model(model().double(), peft.LoraConfig(**config)))
        return made[-1]

    collate = MODELS[model]
    for learning_rate in (2e-3, 1e-3, 5e-4, 2e-4):  # the largest that rounding does not grow with
        try:
            made.clear()
            run = train(make, samples("long"), collate, learning_rate=learning_rate, **ARGUMENTS)
            break
        except SystemExit as refused:
            print(model.__name__, refused, file=sys.stderr)
    learned = adapters(made[0], lambda parameter: parameter.data)
    first = make().double()
    fill(first)
    first(**collate(samples("long")[:4])).loss.backward()
    return {"model": model.__name__, "lora": lora, **run, "trainable": first.get_nb_trainable_parameters()[0],
            "all": first.get_nb_trainable_parameters()[1],
            "layers": [name_of(name) for name, _ in first.named_modules()
                       if isinstance(_, peft.tuners.lora.LoraLayer)],
            "gradients": adapters(first, lambda parameter: parameter.grad), "adapters": learned}


def main():
    usual = {"rank": 4, "alpha": 8}
    stabilized = {**usual, "rank_stabilized": True}
    runs = [
        case(gpt, usual),
        case(gpt, {**stabilized, "target_modules": "all-linear"}),
        case(bert, usual),
        case(bert, {"rank": 2, "alpha": 3, "target_modules": ["dense", "key"]}),
        case(distilbert, {**usual, "target_modules": ["q_lin", "v_lin"]}),
        case(llama, usual),
        case(llama, {"rank": 3, "alpha": 2, "target_modules": r".*\.1\.(self_attn\.[kq]_proj|mlp\.(up|down)_proj)"}),
        case(t5, {"rank": 4, "alpha": 2}),
        case(t5, {**usual, "target_modules": ["wi", "wo", "decoder.block.1.layer.1.EncDecAttention.k"]}),
    ]
    json.dump({"made_by": "tests/reference/lora_reference.py", "torch": torch.__version__,
               "transformers": transformers.__version__, "peft": peft.__version__, "runs": runs}, sys.stdout,
              separators=(",", ":"))
    print()


if __name__ == "__main__":
    sys.exit(main())
