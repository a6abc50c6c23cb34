"""What Hugging Face's WordPiece makes of the books and of nasty text: the values that tests/unit/tokenizers/wordpiece and
tests/unit/text/bert_test.cpp expect.

    FOLIO_DATA=folder-of-the-books python3 tests/reference/wordpiece_reference.py

Writes expected/wordpiece.json beside itself. Long results are kept as SHA-256. Made with tokenizers 0.23.3.

Hugging Face's WordPieceTrainer gives the characters with prefix their ids in the order of a hash table, which changes
from run to run, and with these ids it breaks ties. Folio has them in the order of their code points. So that its trainer
must give one result, that of Folio's rule, the alphabet in this order is handed to it as special tokens. How much of the
vocabulary differs without that is printed.
"""

import hashlib
import json
import os
import struct
from collections import Counter
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = Path(__file__).parent
BOOKS = ["macbeth", "moby-dick", "pride-and-prejudice", "romeo-and-juliet"]
SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NASTY = json.loads((HERE / "nasty_text.json").read_text(encoding="utf-8"))
UNCASED = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
CASED = UNCASED | {"lowercase": False}
SETTINGS = [
    UNCASED,
    CASED,
    UNCASED | {"strip_accents": False},
    CASED | {"strip_accents": True, "handle_chinese_chars": False},
    UNCASED | {"clean_text": False},
]


def read_book(name):
    """The whole file, line ends as they are, without a byte-order mark."""
    return Path(os.environ["FOLIO_DATA"], name + ".txt").read_bytes().decode("utf-8-sig")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def hash_ids(ids):
    return hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()


def words_of(text, settings):
    normalizer = normalizers.BertNormalizer(**settings)
    return [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer.normalize_str(text))]


def make(vocabulary, settings):
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**settings)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def train(text, vocab_size, settings, limit=1000, min_frequency=0):
    counts, continuing = Counter(), set()
    for word in words_of(text, settings):
        counts.update(word)
        continuing.update(word[1:])
    ranked = sorted(counts, key=lambda c: (-counts[c], c))
    kept = sorted(ranked[:limit])
    assert len(ranked) <= limit or counts[ranked[limit - 1]] > counts[ranked[limit]], "the limit has ties"
    first = SPECIAL_TOKENS + kept + ["##" + c for c in kept if c in continuing]
    options = {"vocab_size": vocab_size, "min_frequency": min_frequency, "show_progress": False}
    tokenizer = make({}, settings)
    tokenizer.train_from_iterator([text], trainers.WordPieceTrainer(special_tokens=first, limit_alphabet=limit, **options))
    vocabulary = tokenizer.get_vocab()
    assert sorted(vocabulary, key=vocabulary.get)[: len(first)] == first

    plain = make({}, settings)
    plain.train_from_iterator(
        [text], trainers.WordPieceTrainer(special_tokens=SPECIAL_TOKENS, limit_alphabet=limit, **options))
    shared = len(set(vocabulary) & set(plain.get_vocab()))
    print(f"{shared} of {len(vocabulary)} tokens are those of the trainer as it is, which gives {plain.get_vocab_size()}")

    result = make(vocabulary, settings)
    result.add_special_tokens(SPECIAL_TOKENS)
    return result


def results_of(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return {"ids": hash_ids(ids), "text": sha256(tokenizer.decode(ids, skip_special_tokens=False))}


def trainings(books):
    wanted = [(name, 1000, s, 1000, 0) for name in books for s in (UNCASED, CASED)]
    wanted += [(name, 30522, UNCASED, 1000, 0) for name in books]
    wanted += [("romeo-and-juliet", 30522, s, 1000, 0) for s in SETTINGS[2:]]
    wanted += [("moby-dick", 5000, UNCASED, 40, 0), ("macbeth", 30522, CASED, 1000, 3)]
    for name, vocab_size, settings, limit, min_frequency in wanted:
        tokenizer = train(books[name], vocab_size, settings, limit, min_frequency)
        yield {
            "text": name,
            "vocab_size": vocab_size,
            "settings": settings,
            "limit_alphabet": limit,
            "min_frequency": min_frequency,
            "learned": tokenizer.get_vocab_size(),
            "json_sha256": sha256(tokenizer.to_str(pretty=True)),
            "books": {book: results_of(tokenizer, text) for book, text in books.items() if book != "all"},
        }


def nasty():
    """The texts themselves stand with the results, so that others may be added to them in nasty_text.json."""
    corpus = "\n".join(NASTY.values())
    for settings in SETTINGS:
        tokenizer = train(corpus, 3000, settings)
        rows = []
        for text in NASTY.values():
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            rows.append([hash_ids(ids), sha256(tokenizer.decode(ids, skip_special_tokens=False)),
                         sha256(tokenizer.decode(ids[::-1], skip_special_tokens=True))])
        yield {"settings": settings, "json_sha256": sha256(tokenizer.to_str(pretty=True)), "texts": rows}


def bert_layout():
    """A file as BERT's own: no type of the model, a post-processor, and added tokens that BERT does not have."""
    pieces = ["un", "##aff", "##able", "the", "new", "york", "cafe", "##s", ".", ",", "'", "s", "do", "not", "?", "!",
              "n't", "##ing", "runn", "\u8a9e", "##\u00df", "gro"]
    vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + pieces)}
    tokenizer = make(vocabulary, UNCASED)
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    tokenizer.add_tokens([AddedToken("Caf\u00e9 N", normalized=True), AddedToken("<Tool>", normalized=False),
                          AddedToken(" do not ", normalized=True)])
    tokenizer.add_special_tokens([AddedToken("[New]", normalized=True), AddedToken("[old]", normalized=True)])
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    document = json.loads(tokenizer.to_str())
    del document["model"]["type"]
    text = json.dumps(document, ensure_ascii=False)
    tokenizer = Tokenizer.from_str(text)
    inputs = ["Unaffable, the CAF\u00c9 New York's cafes.", "<Tool>the <tool> Do NOT stop!", "\u8a9e\u8a9e gro\u00df [MASK] do not?",
              "the [CLS] caf\u00e9 n caf\u00e9", "do not do not ' s n't", "[new] [New] [old] the"]
    cases = []
    for line in inputs:
        ids = tokenizer.encode(line, add_special_tokens=False).ids
        cases.append({"input": line, "ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False),
                      "text_without_special": tokenizer.decode(ids, skip_special_tokens=True)})
    return {"file": text, "cases": cases}


def code_points():
    """The words of each code point between two letters, in lines, for each of the settings."""
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    for settings in SETTINGS:
        normalizer, cut = normalizers.BertNormalizer(**settings), pre_tokenizers.BertPreTokenizer().pre_tokenize_str
        lines = (" ".join(w for w, _ in cut(normalizer.normalize_str("a" + chr(c) + "B"))) for c in points)
        yield sha256("".join(line + "\n" for line in lines))


# Characters that meddle with their neighbours: marks of many combining classes, starters among the marks, marks that are
# no nonspacing ones, what decomposes, is removed, is a space, is punctuation, is Chinese or has a large form.
POOL = [ord(c) for c in "aAbZ .,'-\t\n\u0000\u0001\u007f\u0085\u00a0\u00ad\u00c9\u00e9\u0130\u0131\u00df\u1e9e\u03a3\u03c2\u0345"
        "\u0300\u0301\u0323\u0327\u0334\u0338\u034f\u05b0\u05bf\u064b\u0651\u0670\u0711\u0c55\u0e38\u0e48\u0eb8\u0ec8"
        "\u0f71\u0f72\u0f74\u0f73\u0f39\u1037\u102b\u302a\u302e\u302f\u3099\u20dd\u20d2\u1dce\u1dfb\u08d4\u08e3"
        "\u1e69\u1e0b\u0958\u0929\u09cb\uac00\uac01\u1100\u1161\u11a8\u212b\u2126\u1fef\u037e\u0387\u2000\u2001\u2329\u3000"
        "\u2028\u200b\u200d\ufeff\ufffd\ufffc\ue000\u4e00\uf900\ufa0e\u3400\u3042\u30ab\u2014\u2019\u2026\u00bf\u00a7\u20ac+$<^`|~"
        "\U0001d165\U0001d16d\U0001d15e\U0001d1bb\U0001e8d0\U0001e944\U0001f600\U0002f800\U00020000\U000110bd\U0001e130\U00010d24\U00011442\U00011c3f"]


def random_texts():
    state = 1

    def below(bound):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % bound

    texts = ["".join(chr(POOL[below(len(POOL))]) for _ in range(1 + below(16))) for _ in range(4000)]
    return {"pool": POOL, "words_sha256": [sha256("".join(" ".join(words_of(t, s)) + "\n" for t in texts)) for s in SETTINGS]}


def main():
    books = {name: read_book(name) for name in BOOKS}
    books["all"] = "".join(books.values())
    expected = {
        "tokenizers": tokenizers.__version__,
        "settings": SETTINGS,
        "code_points": list(code_points()),
        "random_texts": random_texts(),
        "nasty_texts": list(NASTY.values()),
        "nasty": list(nasty()),
        "bert_layout": bert_layout(),
        "trainings": list(trainings(books)),
    }
    rows = []
    for key, value in expected.items():
        if isinstance(value, list):
            lines = ",\n    ".join(json.dumps(row) for row in value)
            rows.append(f'  "{key}": [\n    {lines}\n  ]')
        else:
            rows.append(f'  "{key}": {json.dumps(value)}')
    (HERE / "expected" / "wordpiece.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
