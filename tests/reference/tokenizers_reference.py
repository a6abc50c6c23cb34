"""What Hugging Face's tokenizers makes of the books and of nasty_text.json: the values that tests/unit/tokenizers/bpe expects.

    FOLIO_DATA=folder-of-the-books python3 tests/reference/tokenizers_reference.py

Writes tokenizers_reference.json and added_tokens_tokenizer.json beside itself. Long results are kept as SHA-256: of a
tokenizer.json's text, of ids as little-endian 32-bit numbers. Made with tokenizers 0.23.3.
"""

import hashlib
import json
import os
import struct
from pathlib import Path

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
BOOKS = ["macbeth", "moby-dick", "pride-and-prejudice", "romeo-and-juliet"]
SPECIAL_TOKENS = {
    "causal": ["<|endoftext|>"],
    "masked": ["<|pad|>", "<|unk|>", "<|cls|>", "<|sep|>", "<|mask|>"],
    "span_corruption": ["<|pad|>", "<|endoftext|>", "<|unk|>"] + [f"<extra_id_{i}>" for i in range(100)],
}
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
}
NASTY = json.loads((HERE / "nasty_text.json").read_text(encoding="utf-8"))


def read_book(name):
    """The whole file, line ends as they are, without a byte-order mark."""
    path = Path(os.environ["FOLIO_DATA"], name + ".txt")
    return path.read_bytes().decode("utf-8-sig")


def body(text):
    """What stands between the START and END lines."""
    begin = text.index("\n", text.index("*** START OF")) + 1
    return text[begin : text.index("*** END OF")]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hash_ids(ids):
    return sha256(struct.pack(f"<{len(ids)}i", *ids))


def pre_tokenizer(pattern):
    if pattern == "gpt2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    split = pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train(text, vocab_size, special_tokens, pattern="gpt2"):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer(pattern)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=0,
        special_tokens=special_tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def trainings(books):
    texts = {(name, "whole"): text for name, text in books.items()}
    texts |= {(name, "body"): body(text) for name, text in books.items() if "*** START OF" in text}
    texts["all", "whole"] = "".join(books.values())
    wanted = [(key, size, "causal", "gpt2") for key in texts for size in (1000, 8000, 50257)]
    wanted += [(("romeo-and-juliet", "whole"), 1000, objective, "gpt2") for objective in ("masked", "span_corruption")]
    wanted += [(("romeo-and-juliet", "whole"), 1000, "masked", "llama3"), (("all", "whole"), 8000, "causal", "llama3")]
    for (name, part), vocab_size, objective, pattern in wanted:
        tokenizer = train(texts[name, part], vocab_size, SPECIAL_TOKENS[objective], pattern)
        ids = ids_of(tokenizer, books)
        yield {
            "text": name,
            "part": part,
            "vocab_size": vocab_size,
            "objective": objective,
            "pattern": pattern,
            "learned": tokenizer.get_vocab_size(),
            "json_sha256": sha256(tokenizer.to_str(pretty=True).encode()),
            "ids_sha256": {key: hash_ids(value) for key, value in ids.items()},
        }


def ids_of(tokenizer, books):
    ids = {book: tokenizer.encode(text).ids for book, text in books.items()}
    ids["nasty"] = [i for text in NASTY.values() for i in tokenizer.encode(text).ids]
    return ids


def without_merges(books):
    """The ids of a file as Llama 3's, in which a word that is a token is that token, whatever the merges make of it.
    Each fifth merge is taken out, so that there are tokens that merges do not reach."""
    tokenizer = train(books["romeo-and-juliet"], 1000, SPECIAL_TOKENS["causal"], "llama3")
    document = json.loads(tokenizer.to_str())
    document["model"]["ignore_merges"] = True
    document["model"]["merges"] = [pair for i, pair in enumerate(document["model"]["merges"]) if i % 5]
    loaded = Tokenizer.from_str(json.dumps(document))
    return {"ids_sha256": {key: hash_ids(value) for key, value in ids_of(loaded, books).items()}}


SIGNS = (
    list("abSTMDRELV'  \t\r\n09.,-!_")
    + ["'s", "'LL", "'", "\u017f", "\u212a", "\u00e9", "e\u0301", "\u00a0", "\u3000", "\u0085", "\u2028", "\u4e16"]
    + ["\u0663", "\u00bd", "\u0e33", "\u200d", "\U0001f600", "\U0001f3fd", "\ufe0f", "\0", "\x1f", "\uac00", "\u0130"]
)


def splits():
    """Where each pattern's words end in texts of random signs: SHA-256 of the ends in bytes, for a hundred texts each."""
    for pattern, regex in PATTERNS.items():
        splitter = pre_tokenizers.Split(Regex(regex), "isolated")
        for first_seed in range(1, 2001, 100):
            ends = []
            for seed in range(first_seed, first_seed + 100):
                end = 0
                for word, _ in splitter.pre_tokenize_str(random_signs(seed)):
                    end += len(word.encode())
                    ends.append(end)
            yield {"pattern": pattern, "first_seed": first_seed, "ends_sha256": hash_ids(ends)}


class Random:
    """Numbers that the tests make again."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def random_text(seed):
    """Words of few letters, in which many merges spell the same token."""
    below = Random(seed).below
    letters = 2 + seed % 3
    words = 3 + below(200)
    return " ".join("".join(chr(97 + below(letters)) for _ in range(1 + below(14))) for _ in range(words))


def random_signs(seed):
    below = Random(seed).below
    return "".join(SIGNS[below(len(SIGNS))] for _ in range(below(60)))


def random_trainings():
    for seed in range(1, 13):
        tokenizer = train(random_text(seed), 400, SPECIAL_TOKENS["causal"])
        yield {"seed": seed, "json_sha256": sha256(tokenizer.to_str(pretty=True).encode())}


def nasty(tokenizer):
    """Ids in full, with what they decode to and what their halves do, which end within characters."""
    for name, text in NASTY.items():
        ids = tokenizer.encode(text).ids
        middle = len(ids) // 2
        yield {
            "name": name,
            "ids": ids,
            "text": tokenizer.decode(ids, skip_special_tokens=False),
            "text_without_special": tokenizer.decode(ids, skip_special_tokens=True),
            "reversed": tokenizer.decode(ids[::-1], skip_special_tokens=False),
            "first_half": tokenizer.decode(ids[:middle], skip_special_tokens=False),
        }


def added_tokens_file():
    """A file spelled as GPT-2's own is (no model type, merges as "a b"), with added tokens of all kinds."""
    tokenizer = train("low lower lowest new newer newest wide wider widest " * 3, 280, ["<|endoftext|>"])
    document = json.loads(tokenizer.to_str())
    vocab_size = tokenizer.get_vocab_size()
    flags = {"single_word": False, "lstrip": False, "rstrip": False}
    document["added_tokens"] = [
        {"id": 0, "content": "<|endoftext|>", **flags, "normalized": True, "special": True},
        {"id": vocab_size, "content": "<tool>", **flags, "normalized": False, "special": False},
        {"id": vocab_size + 1, "content": "<tool>new", **flags, "normalized": False, "special": True},
        {"id": vocab_size + 2, "content": "new wide\u00e9", **flags, "normalized": True, "special": False},
    ]
    document["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False}
    del document["pre_tokenizer"]["use_regex"], document["decoder"]["use_regex"]
    model = document["model"]
    del model["type"], model["ignore_merges"], model["byte_fallback"]
    model["continuing_subword_prefix"] = model["end_of_word_suffix"] = ""
    model["merges"] = ["#version: 0.2"] + [" ".join(pair) for pair in model["merges"]]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def main():
    books = {name: read_book(name) for name in BOOKS}
    loaded_text = added_tokens_file()
    (HERE / "added_tokens_tokenizer.json").write_text(loaded_text, encoding="utf-8")
    loaded = Tokenizer.from_str(loaded_text)
    texts = ["<tool>newest wide\u00e9 <tool>new<tool> new wide\u00e9<|endoftext|> lowest", "<|endoftext|>new wide\u00e9\n"]
    expected = {
        "tokenizers": tokenizers.__version__,
        "trainings": list(trainings(books)),
        "random_trainings": list(random_trainings()),
        "signs": SIGNS,
        "splits": list(splits()),
        "without_merges": without_merges(books),
        "nasty": list(nasty(train(books["romeo-and-juliet"], 1000, SPECIAL_TOKENS["span_corruption"]))),
        "added_tokens": [
            {
                "input": text,
                "ids": loaded.encode(text).ids,
                "text": loaded.decode(loaded.encode(text).ids, skip_special_tokens=False),
                "text_without_special": loaded.decode(loaded.encode(text).ids, skip_special_tokens=True),
            }
            for text in texts
        ],
    }
    # One line for each result.
    lines = []
    for key, value in expected.items():
        if isinstance(value, list):
            rows = ",\n    ".join(json.dumps(row) for row in value)
            lines.append(f'  "{key}": [\n    {rows}\n  ]')
        else:
            lines.append(f'  "{key}": {json.dumps(value)}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (HERE / "tokenizers_reference.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
