"""What Hugging Face's tokenizers makes of the books and of nasty_text.json: the values that tests/unit/tokenizers/unigram
expects.

    FOLIO_DATA=folder-of-the-books python3 tests/reference/unigram_reference.py
    FOLIO_DATA=folder-of-the-books python3 tests/reference/unigram_reference.py check TOKENIZER.json...

The first writes unigram_tokenizer.json and unigram_reference.json beside itself. Long results are kept as SHA-256, of ids
as little-endian 32-bit numbers. The second prints the log-likelihood per byte that the given tokenizers give the book that
training leaves out, as it is measured for the reference. Made with tokenizers 0.23.3.
"""

import hashlib
import json
import os
import struct
import sys
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = Path(__file__).parent
TRAINED_ON = ["macbeth", "moby-dick", "romeo-and-juliet"]
HELD_OUT = "pride-and-prejudice"
NASTY = json.loads((HERE / "nasty_text.json").read_text(encoding="utf-8"))
SPECIAL_TOKENS = ["<pad>", "</s>", "<unk>"]
MORE_TEXTS = {
    "byte spellings": "<0x41> <0xE2><0x96> <0x4a> \uff1c0x41\uff1e",
    "special spellings": "<unk> \uff1cunk\uff1ex \uff1cpad\uff1e a</s>b </s> <s> <pad><pad>",
    "space marks": "\u2581x\u2581\u2581y z\u2581",
    "only a space mark": "\u2581",
    "one space": " ",
    "a wide space first": "\u3000\u3000x",
    "characters that begin with a space when normal": "\u00a8a b\u00a8 \u00b4",
    "unknown beside known": "a\u4e16b \u4e16\u754c \U0001f600\U0001f600x \u4e16",
    "new characters that older tables leave alone": "\ua7f2 \U00011935\U00011930 e\u1df6\u0334 \u32ff",
    "repeats": "hahahahaha ------- ........ ==-==-=-== aaaaaaaaaaaaaaa mississippi",
}


def read_book(name):
    """The whole file, line ends as they are, without a byte-order mark."""
    return Path(os.environ["FOLIO_DATA"], name + ".txt").read_bytes().decode("utf-8-sig")


def train(text, vocab_size):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size, special_tokens=SPECIAL_TOKENS, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def likelihood(tokenizer, text):
    """Of the best cut, in nats for each byte. An unknown token counts once, ten less than the worst piece."""
    model = json.loads(tokenizer.to_str())["model"]
    scores = dict(map(tuple, model["vocab"]))
    unknown = model["vocab"][model["unk_id"]][0]
    scores[unknown] = min(scores.values()) - 10
    known = set(scores)
    encoding = tokenizer.encode(text)
    names = [tokenizer.id_to_token(i) for i in encoding.ids]
    assert known.issuperset(names)
    return sum(scores[name] for name in names) / len(text.encode())


def with_bytes(tokenizer):
    """The same pieces with those of the bytes, and byte fallback."""
    model = json.loads(tokenizer.to_str())["model"]
    count = len(SPECIAL_TOKENS)
    pieces = [tuple(piece) for piece in model["vocab"]]
    lowest = min(score for _, score in pieces)
    pieces[count:count] = [(f"<0x{byte:02X}>", 8 * lowest) for byte in range(256)]
    result = Tokenizer(models.Unigram(pieces, model["unk_id"], byte_fallback=True))
    result.normalizer = tokenizer.normalizer
    result.pre_tokenizer = tokenizer.pre_tokenizer
    result.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    result.add_special_tokens(SPECIAL_TOKENS)
    return result


def variants(text):
    """The file as it was written and read again (reading may change a score's last bit), and with parts exchanged."""
    document = json.loads(text)
    yield "bytes", text
    document["model"]["byte_fallback"] = False
    document["decoder"] = document["pre_tokenizer"]
    yield "unknown", json.dumps(document)
    document["normalizer"] = {"type": "NFC"}
    yield "nfc", json.dumps(document)
    document["normalizer"] = None
    yield "none", json.dumps(document)


def hash_ids(ids):
    return hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()


def results(name, tokenizer, books):
    texts = NASTY | MORE_TEXTS
    for text_name, text in texts.items():
        ids = tokenizer.encode(text).ids
        yield {
            "variant": name,
            "name": text_name,
            "ids": ids,
            "text": tokenizer.decode(ids, skip_special_tokens=False),
            "text_without_special": tokenizer.decode(ids, skip_special_tokens=True),
            "reversed": tokenizer.decode(ids[::-1], skip_special_tokens=False),
        }
    for book, text in books.items():
        ids = tokenizer.encode(text).ids
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        yield {
            "variant": name,
            "book": book,
            "ids_sha256": hash_ids(ids),
            "text_sha256": hashlib.sha256(decoded.encode()).hexdigest(),
        }


def main():
    books = {name: read_book(name) for name in [*TRAINED_ON, HELD_OUT]}
    corpus = "".join(books[name] for name in TRAINED_ON)
    if sys.argv[1:2] == ["check"]:
        for path in sys.argv[2:]:
            tokenizer = Tokenizer.from_file(path)
            print(path, tokenizer.get_vocab_size(), likelihood(tokenizer, books[HELD_OUT]))
        return
    file = with_bytes(train(books["romeo-and-juliet"], 1200)).to_str()
    (HERE / "unigram_tokenizer.json").write_text(file + "\n", encoding="utf-8")
    expected = {"tokenizers": tokenizers.__version__, "trainings": [], "results": [], "more_texts": MORE_TEXTS}
    for vocab_size in (4000, 16000):
        value = likelihood(train(corpus, vocab_size), books[HELD_OUT])
        expected["trainings"].append({"vocab_size": vocab_size, "held_out_likelihood": value})
    for name, text in variants(file):
        expected["results"] += results(name, Tokenizer.from_str(text), books)
    lines = []  # one for each result
    for key, value in expected.items():
        if isinstance(value, list):
            rows = ",\n    ".join(json.dumps(row) for row in value)
            lines.append(f'  "{key}": [\n    {rows}\n  ]')
        else:
            lines.append(f'  "{key}": {json.dumps(value)}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (HERE / "unigram_reference.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
