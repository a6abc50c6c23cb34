"""Writes model_folders/: for each of the five models a tiny random transformers model, saved in float32, in bfloat16 or
float16, and in several files with an index, and expected.json with what it computes in float64 from the weights as they
were saved. tests/unit/plugins/models/model_folder.h loads them.

usage: model_folders.py OUTPUT_FOLDER      (needs torch and transformers; their versions are in expected.json)
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers

from model_reference import numbers, padding_mask, token_ids

QUIET = dict(bos_token_id=None, eos_token_id=None)
MODELS = {
    "gpt": lambda: transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=19, n_embd=12, n_layer=2, n_head=3, n_positions=9, **QUIET)),
    "llama": lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=17, hidden_size=8, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=16, rope_theta=500.0, **QUIET)),
    "bert": lambda: transformers.BertForMaskedLM(transformers.BertConfig(
        vocab_size=19, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
        max_position_embeddings=10)),
    "distilbert": lambda: transformers.DistilBertForMaskedLM(transformers.DistilBertConfig(
        vocab_size=19, dim=12, n_layers=2, n_heads=3, hidden_dim=20, max_position_embeddings=10)),
    "t5": lambda: transformers.T5ForConditionalGeneration(transformers.T5Config(
        vocab_size=23, d_model=12, d_kv=4, d_ff=20, num_layers=2, num_heads=3, decoder_start_token_id=0)),
    "llama_tied": lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=17, hidden_size=8, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2, head_dim=6,
        attention_bias=True, mlp_bias=True, tie_word_embeddings=True, max_position_embeddings=16, **QUIET)),
    "t5_gated": lambda: with_own_head(transformers.T5ForConditionalGeneration(transformers.T5Config(
        vocab_size=23, d_model=12, d_kv=4, d_ff=20, num_layers=1, num_decoder_layers=2, num_heads=3,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=0))),
}
VARIANTS = [("float32", torch.float32, None), ("rounded", torch.bfloat16, None), ("sharded", torch.float32, "4KB")]


def with_own_head(model):
    """transformers 5 ties T5's head whatever the configuration says, and keeps one of its own where a file has it."""
    model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
    return model


def randomize(model):
    """Weights large enough that a tensor in the wrong place shows; biases and norms too."""
    for name, parameter in model.named_parameters():
        noise = 0.3 * torch.randn(parameter.shape)
        parameter.data = noise + 1 if parameter.dim() == 1 and name.endswith("weight") else noise


def expected(folder, kind, model_class):
    model = model_class.from_pretrained(folder, attn_implementation="eager").double().eval()
    vocab = model.config.vocab_size
    ids = token_ids(vocab, 2, 6)
    inputs = dict(input_ids=ids, attention_mask=padding_mask(2, 6, [0, 2] if kind in ("bert", "distilbert") else [0, 0]))
    labels = ids.masked_fill(torch.arange(12).view(2, 6) % 3 == 1, -100)
    if kind.startswith("t5"):
        inputs["decoder_input_ids"] = token_ids(vocab, 2, 6, factor=5)
    with torch.no_grad():
        logits = model(**inputs).logits
    scored = int((labels != -100).sum())
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum") / scored
    return dict(plugin=kind.split("_")[0], folder=folder.name, **{key: tensor.tolist() for key, tensor in inputs.items()},
                labels=labels.tolist(), num_items=scored, loss=loss.item(), logits=numbers(logits))


def main(output):
    cases = []
    for seed, (kind, make) in enumerate(MODELS.items()):
        for variant, dtype, shard in VARIANTS if "_" not in kind else VARIANTS[:1]:
            torch.manual_seed(seed)
            model = make()
            randomize(model)
            if variant == "rounded" and kind in ("llama", "t5"):
                dtype = torch.float16
            folder = output / f"{kind}-{variant}"
            shutil.rmtree(folder, ignore_errors=True)
            model.to(dtype).save_pretrained(folder, **(dict(max_shard_size=shard) if shard else {}))
            (folder / "generation_config.json").unlink(missing_ok=True)
            cases.append(expected(folder, kind, type(model)))
    result = dict(made_by="tests/reference/model_folders.py", torch=torch.__version__,
                  transformers=transformers.__version__, cases=cases)
    (output / "expected.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
