"""What Folio writes as adapters opens in the peft package: without a warning, with Folio's logits, and merged too; and what
peft writes again from it has the same tensors and settings.

  ninja -C build test_train
  python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.24.0 peft==0.21.0
  venv/bin/python tests/reference/adapters_in_peft.py build/bin/test_train
"""

import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import peft
import torch
import transformers
from safetensors.torch import load_file

CLASSES = {"gpt": transformers.GPT2LMHeadModel, "llama": transformers.LlamaForCausalLM,
           "bert": transformers.BertForMaskedLM, "distilbert": transformers.DistilBertForMaskedLM,
           "t5": transformers.T5ForConditionalGeneration}
KEPT = ["r", "lora_alpha", "lora_dropout", "fan_in_fan_out", "use_rslora", "bias", "task_type", "peft_type",
        "base_model_name_or_path", "auto_mapping", "inference_mode"]


def difference(model, inputs, logits):
    with torch.no_grad():
        return ((model(**inputs).logits - logits).abs().max() / logits.abs().max()).item()


def check(folder, kind, of_class):
    tensors = load_file(folder / f"{kind}.logits")
    logits = tensors.pop("logits")
    model = peft.PeftModel.from_pretrained(of_class.from_pretrained(folder / "base"), folder / kind).eval()
    assert not model.training and model.peft_config["default"].inference_mode
    worst = difference(model, tensors, logits)
    assert worst < 1e-5, (folder.name, kind, worst)
    plain = difference(of_class.from_pretrained(folder / "base").eval(), tensors, logits)
    assert plain > 1e-2, (folder.name, kind, "the adapters do nothing", plain)

    again = folder / f"{kind}.again"
    model.save_pretrained(again)
    ours, theirs = (load_file(at / "adapter_model.safetensors") for at in (folder / kind, again))
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    ours, theirs = (json.loads((at / "adapter_config.json").read_text()) for at in (folder / kind, again))
    assert all(ours[key] == theirs[key] for key in KEPT), (ours, theirs)
    assert set(ours["target_modules"]) == set(theirs["target_modules"]) and set(ours) <= set(theirs)

    by_itself = peft.AutoPeftModelForCausalLM if folder.name in ("gpt", "llama") else peft.AutoPeftModel
    assert difference(by_itself.from_pretrained(folder / kind).eval(), tensors, logits) < 1e-5

    merged = difference(model.merge_and_unload().eval(), tensors, logits)
    assert merged < 1e-5, (folder.name, kind, "merged", merged)
    return worst


def main(test):
    warnings.simplefilter("error")  # peft warns of what it does not find
    warnings.filterwarnings("ignore", module="torch|transformers", category=FutureWarning)
    warned = []
    for name in ("peft", "transformers"):
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: warned.append(record.getMessage())
        logging.getLogger(name).addHandler(handler)
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        subprocess.run([test, "[.peft]"], check=True, env={**os.environ, "FOLIO_PEFT_FOLDER": made},
                       stdout=subprocess.DEVNULL)
        for name, of_class in CLASSES.items():
            for kind in ("usual", "all", "some"):
                print(f"{name} {kind}: logits differ by at most {check(folder / name, kind, of_class):.1e}")
    assert not warned, warned
    print(f"peft {peft.__version__}, transformers {transformers.__version__}, torch {torch.__version__}: no warning")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
