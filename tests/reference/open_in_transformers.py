"""Trains a small run of each model, exports it, and opens both folders in transformers: loaded without anything missing
or left over, the same logits, token ids, special tokens and greedy text. Compares and prints; writes no file.

  ninja -C build framework/all plugins/all model_logits
  PYTHON tests/reference/open_in_transformers.py [MODEL ...]

PYTHON has torch and transformers 4.57 or 5; README.md here has the versions that it was run with."""

import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build"
RUNNER = BUILD / "bin" / "runner"
LOGITS = BUILD / "bin" / "model_logits"

# Every option that changes what a model computes is another than transformers' default in one of them.
CASES = {
    "gpt": ("bpe", AutoModelForCausalLM, ["model.max_position_embeddings=64"]),
    "gpt, other sizes": ("bpe", AutoModelForCausalLM, ["model.max_position_embeddings=64", "model.intermediate_size=48",
                                                       "model.layer_norm_epsilon=1e-3"]),
    "llama": ("bpe", AutoModelForCausalLM, ["model.max_position_embeddings=64", "model.intermediate_size=64"]),
    "llama, grouped": ("bpe", AutoModelForCausalLM, [
        "model.max_position_embeddings=64", "model.intermediate_size=64", "model.num_key_value_heads=2",
        "model.rope_theta=500", "model.rms_norm_eps=1e-3", "model.attention_bias=true", "model.mlp_bias=true",
        "model.head_dim=12", "model.tie_word_embeddings=true"]),
    "bert": ("wordpiece", AutoModelForMaskedLM, ["model.max_position_embeddings=64"]),
    "bert, of bytes": ("bpe", AutoModelForMaskedLM, ["model.max_position_embeddings=64", "model.layer_norm_eps=1e-3"]),
    "distilbert": ("wordpiece", AutoModelForMaskedLM, ["model.max_position_embeddings=64"]),
    "t5": ("unigram", AutoModelForSeq2SeqLM, ["model.intermediate_size=64", "model.head_dim=12"]),
    "t5, version 1.1": ("unigram", AutoModelForSeq2SeqLM, [
        "model.intermediate_size=64", "model.head_dim=12", "model.feed_forward_proj=gated-gelu",
        "model.tie_word_embeddings=false", "model.layer_norm_epsilon=1e-3"]),
}

EXPERIMENT = """\
name: open
dataset:
  type: textbooks
  books: [{book}]
  split: {{by: tokens, size: 40}}
  validation: 0.1
tokenizer: {{type: {tokenizer}, vocab_size: 420}}
model: {{type: {model}, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4}}
training: {{max_steps: 60, per_device_train_batch_size: 8, learning_rate: 5e-3, save_strategy: "no",
  precision: float32}}
"""

TEXTS = ["the grey ship sails over a wide sea and comes home", "  Ships, ships!\n\nThe SEA's é — 12 ships. ", ""]


def words():
    text = ["the", "grey", "ship", "sails", "over", "a", "wide", "sea", "and", "comes", "home"]
    return "\n".join(" ".join(text[(i * 3 + k * (1 + i % 4)) % len(text)] for k in range(8)) for i in range(500)) + "\n"


class Warned(logging.Handler):
    """What transformers warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class Case:
    def __init__(self, name, folder):
        self.name = name
        self.model_name = name.split(",")[0]
        self.tokenizer_name, self.loader, self.options = CASES[name]
        self.folder = folder
        self.environment = {**os.environ, "FOLIO_HOME": str(SOURCE), "FOLIO_RESULTS": str(folder / "results"),
                            "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
        self.failures = 0

    def check(self, what, good, detail=""):
        self.failures += not good
        if not good:
            print(f"  WRONG: {what} {detail}")

    def runner(self, *arguments):
        done = subprocess.run([RUNNER, *map(str, arguments)], capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            sys.exit(f"runner {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.runner(*arguments, "--json"))

    def train(self):
        (self.folder / "results").mkdir(parents=True)
        (self.folder / "words.txt").write_text(words())
        file = self.folder / "open.yaml"
        file.write_text(EXPERIMENT.format(book=self.folder / "words.txt", tokenizer=self.tokenizer_name,
                                          model=self.model_name))
        self.run_folder = pathlib.Path(self.json(file, *self.options)["folder"])

    def logits(self, batch):
        return torch.tensor(json.loads(subprocess.run([LOGITS, self.run_folder], input=json.dumps(batch), text=True,
                                                      capture_output=True, check=True, env=self.environment).stdout))

    def open(self, folder, dtype=torch.float32, tolerance=1e-5):
        warned = Warned()
        transformers.utils.logging.get_logger().addHandler(warned)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model, loading = self.loader.from_pretrained(folder, output_loading_info=True, dtype=dtype)
            self.tokenizer = AutoTokenizer.from_pretrained(folder)
        transformers.utils.logging.get_logger().removeHandler(warned)
        self.model = model.eval()
        for what, found in loading.items():
            self.check(f"{what}", not found, str(found))
        # transformers 5 says of an untied T5 that it loads rightly what it guessed wrongly before
        told = [w for w in warned.lines + [str(w.message) for w in caught] if "tie_word_embeddings" not in w]
        self.check("no warning", not told, str(told))
        torch.manual_seed(0)
        ids = torch.randint(0, self.model.config.vocab_size, (2, 24))
        batch = {"input_ids": ids.tolist()}
        if self.model_name == "t5":
            batch["decoder_input_ids"] = ids[:, :9].tolist()
        with torch.no_grad():
            theirs = self.model(**{key: torch.tensor(value) for key, value in batch.items()}).logits.float()
        ours = self.logits(batch)
        worst = float((theirs - ours).abs().max() / ours.abs().max())
        self.check("logits", worst <= tolerance, f"differ by {worst:.1e} of the largest")
        return worst

    def check_tokenizer(self):
        tokenizer, config = self.tokenizer, self.model.config
        for text in TEXTS:
            file = self.folder / "text.txt"
            file.write_text(text)
            ours = ids_in(self.json("tokenize", file, "--tokenizer", "latest", "--all"))
            self.check(f"ids of {text!r}", tokenizer(text, add_special_tokens=False).input_ids == ours,
                       f"{tokenizer(text, add_special_tokens=False).input_ids} {ours}")
            around = {"bert": (["cls_token_id"], ["sep_token_id"]), "distilbert": (["cls_token_id"], ["sep_token_id"]),
                      "t5": ([], ["eos_token_id"])}.get(self.model_name, ([], []))
            before, after = ([getattr(tokenizer, name) for name in side] for side in around)
            self.check("ids with special tokens", tokenizer(text).input_ids == before + ours + after)
        special = {"gpt": {"bos", "eos"}, "llama": {"bos", "eos"}, "bert": {"pad", "unk", "cls", "sep", "mask"},
                   "distilbert": {"pad", "unk", "cls", "sep", "mask"}, "t5": {"pad", "eos", "unk"}}[self.model_name]
        for role in ["bos", "eos", "pad", "unk", "cls", "sep", "mask"]:
            found = getattr(tokenizer, f"{role}_token_id")
            self.check(f"{role}_token_id of the tokenizer", (found is not None) == (role in special), str(found))
            if role in ["bos", "eos", "pad"]:
                self.check(f"{role}_token_id", getattr(config, f"{role}_token_id") == found, str(found))
        for special in tokenizer.all_special_tokens:
            ids = tokenizer(f"a{special}b", add_special_tokens=False).input_ids
            self.check(f"{special} is a token", tokenizer.convert_tokens_to_ids(special) in ids)
        self.check("padding side", tokenizer.padding_side == "right")
        limit = int(1e30) if self.model_name == "t5" else 64
        self.check("model_max_length", tokenizer.model_max_length == limit, str(tokenizer.model_max_length))
        self.check("token types", ("token_type_ids" in tokenizer(TEXTS[0])) == (self.model_name == "bert"))
        self.check("decoded", tokenizer.decode(tokenizer(TEXTS[0]).input_ids, skip_special_tokens=True) == TEXTS[0])
        if self.model_name == "t5":
            self.check("decoder_start_token_id", config.decoder_start_token_id == tokenizer.pad_token_id)

    def check_generation(self):
        """The greedy text, which for some prompts comes to its end by itself."""
        if self.loader is AutoModelForMaskedLM:
            return self.check_filling()
        generation = self.model.generation_config
        self.check("eos of generation", generation.eos_token_id == self.tokenizer.eos_token_id)
        prompts = ["the <extra_id_0> ship sails <extra_id_1> sea", "home<extra_id_0>"] if self.model_name == "t5" else [
            "the grey ship", "wide sea", ""]
        for prompt in prompts:
            ours = self.json("generate", "latest", "-p", prompt, "--temperature", 0, "--max-new-tokens", 30)["text"]
            inputs = self.tokenizer(prompt, return_tensors="pt") if prompt else {}
            with torch.no_grad():
                ids = self.model.generate(**inputs, max_new_tokens=30, do_sample=False)[0]
            read = 1 if self.model_name == "t5" or not prompt else inputs["input_ids"].shape[1]
            said = ids[read:].tolist()
            if said and said[-1] == self.tokenizer.eos_token_id:
                said.pop()
            theirs = self.tokenizer.decode(said, skip_special_tokens=self.model_name != "t5")
            self.check(f"text after {prompt!r}", ours.strip() == theirs.strip(), f"\n    {ours!r}\n    {theirs!r}")
        self.check_end()

    def check_end(self):
        """A model whose every answer is the end of text stops at once."""
        with torch.no_grad():
            eos = self.tokenizer.eos_token_id
            head = self.model.get_output_embeddings().weight
            kept = head.clone()
            hook = self.model.get_output_embeddings().register_forward_hook(
                lambda module, given, logits: logits.index_fill(-1, torch.tensor([eos]), 1e6))
            inputs = self.tokenizer("home", return_tensors="pt")
            ids = self.model.generate(**inputs, max_new_tokens=30, do_sample=False)[0].tolist()
            hook.remove()
            self.check("the head is as it was", torch.equal(kept, head))
        begun = 1 if self.model_name == "t5" else inputs["input_ids"].shape[1]
        self.check("generate() stops at the end of text", ids[begun:] == [eos], str(ids))

    def check_filling(self):
        mask = self.tokenizer.mask_token
        prompt = f"the grey {mask} sails over a {mask} sea"
        ours = self.json("generate", "latest", "-p", prompt)["text"].strip()
        inputs = self.tokenizer(prompt, return_tensors="pt")
        ids = inputs["input_ids"][0]
        with torch.no_grad():
            logits = self.model(**inputs).logits[0]
        logits[:, self.tokenizer.mask_token_id] = -torch.inf
        filled = torch.where(ids == self.tokenizer.mask_token_id, logits.argmax(-1), ids)
        theirs = self.tokenizer.decode(filled, skip_special_tokens=True).strip()
        self.check("filled masks", ours == theirs, f"\n    {ours!r}\n    {theirs!r}")

    def run(self):
        self.train()
        worst = self.open(self.run_folder / "model")
        self.check_tokenizer()
        self.check_generation()
        exported = self.folder / "whole"
        self.runner("export", "latest", "--to", exported)
        self.check("the exported logits", self.open(exported) == worst)
        sharded = self.folder / "sharded"
        self.runner("export", "latest", "--to", sharded, "--dtype", "bfloat16", "--max-shard-size", "20KB")
        files = sorted(path.name for path in sharded.glob("*.safetensors"))
        self.check("several shards", len(files) > 1 and files[0] == f"model-00001-of-{len(files):05}.safetensors")
        rounded = self.open(sharded, tolerance=0.2)  # the weights are compared below
        stored = self.model.state_dict()
        for name, tensor in self.loader.from_pretrained(exported, dtype=torch.float32).state_dict().items():
            self.check(f"{name} in bfloat16", torch.equal(stored[name], tensor.to(torch.bfloat16).float()))
        self.check("dtype of the config", json.loads((sharded / "config.json").read_text())["dtype"] == "bfloat16")
        as_saved = self.loader.from_pretrained(sharded, dtype="auto")
        self.check("dtype as saved", as_saved.dtype == torch.bfloat16, str(as_saved.dtype))
        print(f"{self.name}: {'as Folio' if not self.failures else 'NOT as Folio'}; logits differ by {worst:.1e}, "
              f"in bfloat16 by {rounded:.1e}, of the largest", flush=True)
        return self.failures


def ids_in(told):
    """The ids that `runner tokenize --json --ids` tells."""
    if isinstance(told, dict):
        if "ids" in told:
            return told["ids"]
        told = list(told.values())
    if isinstance(told, list):
        for inner in told:
            if (found := ids_in(inner)) is not None:
                return found
    return None


if __name__ == "__main__":
    print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    wanted = sys.argv[1:] or list(CASES)
    wrong = 0
    for each in wanted:
        with tempfile.TemporaryDirectory(prefix="folio-open-") as place:
            wrong += Case(each, pathlib.Path(place)).run()
    sys.exit(wrong != 0)
