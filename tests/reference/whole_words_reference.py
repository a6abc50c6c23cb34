"""Writes whole_words.json: three small tokenizers, and which of their tokens begin a word, for tests/unit/data/words_test.cpp.

usage: whole_words_reference.py OUTPUT    (needs transformers and tokenizers; their versions are in the output)

The words are those of transformers' DataCollatorForLanguageModeling with whole_word_mask, by the tokens' offsets, but for
three things that Folio does otherwise, made here from the same offsets:

- white space in front is taken out of the offsets, which byte-level BPE does by itself and Metaspace does not,
- tokens that share a character are in one word,
- where punctuation meets what is none, a word begins.
"""

import json
import sys
import unicodedata

import numpy as np
import tokenizers
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import DataCollatorForLanguageModeling

TEXTS = [
    "The grey dog barked twice, then slept by the door of the old mill.",
    "Don't wake the well-known miller's dog; he (the miller) pays 3.5% of $20 for it...",
    "  Two  blanks, a tab\there and\na new line ",
    "She said “no”—and meant it. Naïve cafés don’t care: \U0001F600 is fine.",
    "中文字 and 字",
    "x.y a.b c, d!",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer, trainers.WordPieceTrainer(vocab_size=150, special_tokens=SPECIAL)


def bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, trainers.BpeTrainer(vocab_size=330, special_tokens=SPECIAL,
                                          initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer, trainers.UnigramTrainer(vocab_size=130, special_tokens=SPECIAL, unk_token="[UNK]")


def is_punctuation(c):
    return (ord(c) < 128 and not c.isalnum() and c.isprintable() and c != " ") or unicodedata.category(c).startswith("P")


def trimmed(text, begin, end):
    while begin < end and text[begin].isspace():
        begin += 1
    while begin < end and text[end - 1].isspace():
        end -= 1
    return begin, end


def begins(text, encoding):
    offsets = [trimmed(text, *offset) for offset in encoding.offsets]
    is_blank = [begin == end for begin, end in offsets]
    for i in range(1, len(offsets)):  # tokens that share a character
        if offsets[i][0] < offsets[i - 1][1]:
            offsets[i] = (offsets[i - 1][1], max(offsets[i][1], offsets[i - 1][1]))
    words, _ = DataCollatorForLanguageModeling._calc_word_ids_and_prob_mask(
        np.array([offsets]), np.zeros((1, len(offsets)), dtype=int))
    result = [i == 0 or words[0][i] != words[0][i - 1] for i in range(len(offsets))]
    for i, (begin, end) in enumerate(offsets):
        if 0 < begin < end and not text[begin - 1].isspace() and not is_blank[i - 1]:
            result[i] = result[i] or is_punctuation(text[begin - 1]) != is_punctuation(text[begin])
    return [int(b) for b in result]


if __name__ == "__main__":
    result = dict(made_by="tests/reference/whole_words_reference.py", transformers=transformers.__version__,
                  tokenizers=tokenizers.__version__, cases=[])
    for make in [wordpiece, bpe, unigram]:
        tokenizer, trainer = make()
        tokenizer.train_from_iterator(TEXTS * 4, trainer)
        texts = []
        for text in TEXTS:
            encoding = tokenizer.encode(text)
            texts.append(dict(text=text, ids=encoding.ids, begins=begins(text, encoding)))
        result["cases"].append(dict(name=make.__name__, tokenizer=json.loads(tokenizer.to_str()), texts=texts))
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")
