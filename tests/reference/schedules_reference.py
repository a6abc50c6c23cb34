"""Learning rates of transformers' schedules: what tests/unit/train/schedule_test.cpp must reproduce.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0
  venv/bin/python tests/reference/schedules_reference.py > tests/reference/expected/schedules.json

Each case has the arguments, as an experiment file's `training` section would have them, and the learning rate of every
step; those of reduce_lr_on_plateau have the metrics of the evaluations, one after each step, too.
"""

import json
import sys

import torch
import transformers
from transformers import TrainingArguments, get_scheduler


def rates(steps, metrics=None, **arguments):
    given = dict(arguments)
    ratio = given.pop("warmup_ratio", None)
    args = TrainingArguments(output_dir="/nonexistent", report_to="none", max_steps=steps,
                             eval_strategy="steps" if metrics else "no", **given)
    warmup = args.get_warmup_steps(steps) if ratio is None else -int(-(steps * ratio) // 1)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=args.learning_rate)
    schedule = get_scheduler(args.lr_scheduler_type, optimizer, warmup, steps, args.lr_scheduler_kwargs)
    result = []
    for step in range(steps):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([metrics[step]] if metrics else []))
    case = {"arguments": {"max_steps": steps, **arguments}, "learning_rate": result}
    return case | ({"metrics": metrics} if metrics else {})


def of(name, steps=23, learning_rate=3e-3, warmup_steps=0, metrics=None, **kwargs):
    return rates(steps, metrics, lr_scheduler_type=name, learning_rate=learning_rate, warmup_steps=warmup_steps,
                 lr_scheduler_kwargs=kwargs)


# Falls, stays, gets worse, falls again.
METRICS = [5, 4, 3.9999, 3.9998, 3.99, 3.991, 3.992, 3.993, 4, 4, 4, 3.9, 3.9, 3.9, 3.9, 3.9, 2, 2.1, 2.1, 2.1, 2.1, 2.1, 2]

CASES = [
    *(of(name, warmup_steps=warmup) for name in ("linear", "cosine", "constant", "constant_with_warmup", "inverse_sqrt",
                                                 "cosine_with_restarts", "polynomial") for warmup in (0, 5, 0.3, 40)),
    rates(23, lr_scheduler_type="linear", learning_rate=1e-3, warmup_ratio=0.1),
    rates(20, lr_scheduler_type="cosine", learning_rate=1e-3, warmup_ratio=0.25),
    of("cosine", warmup_steps=3, num_cycles=1.25),
    of("cosine_with_restarts", warmup_steps=4, num_cycles=3),
    of("cosine_with_restarts", steps=24, num_cycles=4),
    of("polynomial", warmup_steps=4, lr_end=1e-4, power=2.0),
    of("polynomial", lr_end=0.0, power=0.5),
    of("inverse_sqrt", warmup_steps=4, timescale=100),
    of("inverse_sqrt", timescale=3),
    of("cosine_with_min_lr", min_lr=1e-4),
    of("cosine_with_min_lr", warmup_steps=4, min_lr_rate=0.1),
    of("cosine_with_min_lr", warmup_steps=4, min_lr_rate=0.1, num_cycles=1.0),
    of("cosine_warmup_with_min_lr", min_lr=1e-4),
    of("cosine_warmup_with_min_lr", warmup_steps=4, min_lr_rate=0.1),
    of("cosine_warmup_with_min_lr", warmup_steps=4, min_lr=1e-5, warmup_lr_rate=0.2, num_cycles=0.75),
    of("cosine_warmup_with_min_lr", warmup_steps=1, min_lr_rate=0.0, warmup_lr_rate=0.5),
    of("warmup_stable_decay", warmup_steps=4, num_decay_steps=6),
    of("warmup_stable_decay", num_decay_steps=23),
    of("warmup_stable_decay", warmup_steps=4, num_decay_steps=6, num_stable_steps=5, min_lr_ratio=0.1),
    *(of("warmup_stable_decay", warmup_steps=6, num_decay_steps=8, min_lr_ratio=0.05, num_cycles=cycles,
         warmup_type=rise, decay_type=fall)
      for rise, fall, cycles in (("linear", "linear", 0.5), ("cosine", "cosine", 1.5), ("1-sqrt", "1-sqrt", 0.5))),
    of("reduce_lr_on_plateau", metrics=METRICS),
    of("reduce_lr_on_plateau", metrics=METRICS, patience=1),
    of("reduce_lr_on_plateau", metrics=METRICS, patience=0, factor=0.5, cooldown=2, threshold=0.01),
    of("reduce_lr_on_plateau", metrics=METRICS, patience=1, factor=0.3, threshold=0.05, threshold_mode="abs", min_lr=5e-4),
    of("reduce_lr_on_plateau", metrics=METRICS, patience=0, eps=1e-3),
]

json.dump({"made_by": "tests/reference/schedules_reference.py", "torch": torch.__version__,
           "transformers": transformers.__version__, "runs": CASES}, sys.stdout)
print()
