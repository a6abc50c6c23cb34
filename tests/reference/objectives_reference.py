"""Writes objectives.json: statistics of the masked and the span corruption objective as others make them, for
tests/unit/data to compare with.

usage: objectives_reference.py OUTPUT    (needs numpy, torch and transformers; their versions are in the output)

- masked: transformers' DataCollatorForLanguageModeling, with and without whole words, on samples from a formula: token t
  of sample s is 5 + (7 s + 3 t + s t) mod 95; tokens whose id is a multiple of 3 go on with the word before them.
- span corruption: the definition, random_spans_noise_mask, written down anew from the paper's description and
  transformers' examples/flax/language-modeling/run_t5_mlm_flax.py.
"""

import json
import sys

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models
from transformers import DataCollatorForLanguageModeling, PreTrainedTokenizerFast

SAMPLES, LENGTH, EPOCHS, VOCABULARY = 64, 120, 50, 100
MASK = 4


def tokens(s):
    return [5 + (7 * s + 3 * t + s * t) % 95 for t in range(LENGTH)]


def begins_word(token, position):
    return position == 0 or token % 3 != 0


def masked(whole_words):
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(5, VOCABULARY)]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({n: i for i, n in enumerate(names)},
                                                                                    unk_token="[UNK]")),
                                        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
                                        mask_token="[MASK]")
    collator = DataCollatorForLanguageModeling(tokenizer, whole_word_mask=whole_words, seed=1)
    counts = dict(tokens=0, chosen=0, mask=0, kept=0, words=0, chosen_words=0)
    for _ in range(EPOCHS):
        for s in range(SAMPLES):
            ids = tokens(s)
            row = [2] + ids + [3]
            special = [1] + [0] * LENGTH + [1]
            starts, at = [(0, 0)], 0
            for t, token in enumerate(ids):
                at += 1 if begins_word(token, t) else 0
                starts.append((at, at + 1))
                at += 1
            starts.append((0, 0))
            batch = collator([dict(input_ids=row, special_tokens_mask=special, offset_mapping=starts)])
            labels, inputs = batch["labels"][0].tolist()[1:-1], batch["input_ids"][0].tolist()[1:-1]
            counts["tokens"] += LENGTH
            for t, token in enumerate(ids):
                first = begins_word(token, t)
                counts["words"] += first
                if labels[t] == -100:
                    continue
                counts["chosen"] += 1
                counts["chosen_words"] += first
                counts["mask"] += inputs[t] == MASK
                counts["kept"] += inputs[t] == token
    return counts


def segmentation(items, segments, random):
    marks = np.arange(items - 1) < segments - 1
    random.shuffle(marks)
    return np.bincount(np.concatenate([[0], np.cumsum(marks)]), minlength=segments)


def counts_of(length, density, mean):
    noise = int(np.round(length * density))
    kept = length - noise
    noise = min(max(noise, 1), length - 1)
    return noise, max(int(np.round(min(noise, kept) / mean)), 1)


def span_statistics(length, density, mean, draws=20000):
    random = np.random.default_rng(1)
    noise, spans = counts_of(length, density, mean)
    lengths = np.zeros(noise + 1, dtype=int)  # how many spans have each length
    positions = np.zeros(length, dtype=int)   # how often each token is taken out
    for _ in range(draws):
        taken, kept = segmentation(noise, spans, random), segmentation(length - noise, spans, random)
        mask = np.concatenate([np.repeat([False, True], [k, t]) for k, t in zip(kept, taken)])
        positions += mask
        lengths += np.bincount(taken, minlength=noise + 1)
    return dict(length=length, noise_density=density, mean_noise_span_length=mean, draws=draws,
                span_lengths=lengths.tolist(), positions=positions.tolist())


if __name__ == "__main__":
    result = dict(
        made_by="tests/reference/objectives_reference.py", numpy=np.__version__, torch=torch.__version__,
        transformers=transformers.__version__, samples=SAMPLES, length=LENGTH, epochs=EPOCHS, masked=masked(False),
        whole_words=masked(True),
        span_counts=[[n, *counts_of(n, 0.15, 3.0)] for n in range(2, 600)],
        wide_span_counts=[[n, *counts_of(n, 0.5, 1.5)] for n in range(2, 200)],
        spans=[span_statistics(128, 0.15, 3.0), span_statistics(40, 0.5, 2.0)])
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")
