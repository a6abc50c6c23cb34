"""Tokenizer files of the usual families, trained small on made text, and what Hugging Face's tokenizers does with them.

    python3 tests/reference/tokenizer_families.py

Writes tokenizer_families.json beside itself: made texts and, for each family, the file, the ids of the texts and the
decoded ids. bench/tokenizer_files.py takes families and texts from here too. Made with tokenizers 0.23.3.
"""

import base64
import json
import random
import struct
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers as N, pre_tokenizers as P, processors, trainers

WORDS = """the a of to and in that it is was for on as with his he at by be this had not are but from or have an they
which one you were her all she there would their we him been has when who will more no if out so said what up its about
into than them can only other new some could time these two may then do first any my now such like our over man me even
most made after also did many before must through back years where much your way well down should because each""".split()
CASED = "Don't I'LL we've THEY'RE it's You'd O'Brien naïve café Ångström Zürich straße ŒUVRE İstanbul ﬁancé ﬂow".split()
OTHER = """Привет мир это тест Ελληνικά γλώσσα λόγος שלום עולם مرحبا بالعالم हिन्दी भाषा क्षेत्र ภาษาไทย สวัสดี 日本語
テスト ひらがな ー カタカナ 中文字符 世界 你好 한국어 안녕하세요 አማርኛ ქართული Հայերեն Tiếng Việt ñandú ọ̀rọ̀""".split()
NUMBERS = "0 7 42 1999 2024 3.14 1,000,000 ½ ² ¾ ٣٤ १२ Ⅷ ④ 1e-5 0x1F 12345678901".split()
SIGNS = list(".,;:!?'\"()[]{}<>@#$%^&*-_=+/\\|~`") + "… — – “ ” ‘ ’ « » ¿ ¡ € £ © ™ § • ∑ √ ≠ → ▁ ▁▁ ° `` '' 。 ， 、 ！ ؟ ।".split()
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇯🇵🇺", "❤️", "☃", "🧑🏿‍🚀", "#️⃣"]
SPACES = [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n", "\u00a0", "\u3000", "\u2003", "\u200a", "\u202f",
          "\u2028", "\u0085", "\x0b", "\x0c", "\u1680"]
ODD = ["\x00", "\x01", "\x1f", "\x7f", "\x9f", "\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\ufffd",
       "\ufffe", "\U0001d54f", "\ue000", "e\u0301", "a\u0308\u0323", "\u0301", "\u0345\u0334", "\u1e9e", "\u017f", "\u212a",
       "\u0130", "ǅ", "ﷺ", "㎏", "ｆｕｌｌ", "ｶﾞ", "각", "각", "\u0e33", "\u0f77", "Å", "\u2126", "ΐ", "\U00011938",
       "\U0001e944", "\u05d1\u05bc", "\U00031350", "\U00010d40", "\u2427", "\u180e", "\u1cf2"]
EDGES = ["", " ", "  ", "\n", "a", " a", "▁", "▁a", "The end. "]

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
          r"|\s+(?!\S)|\s")
DEEPSEEK = [r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
            r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
            r"|\s*[\r\n]+|\s+(?!\S)|\s+"]
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
END = "<|endoftext|>"


def made_text(chance, specials):
    """A text with something of everything."""
    out = []
    for _ in range(chance.choice([1, 1, 2, 3, 5, 8, 13, 30])):
        kind = chance.random()
        if kind < 0.35:
            out.append(chance.choice(WORDS))
        elif kind < 0.42:
            out.append(chance.choice(CASED))
        elif kind < 0.52:
            out.append(chance.choice(OTHER))
        elif kind < 0.58:
            out.append(chance.choice(NUMBERS))
        elif kind < 0.68:
            out.append(chance.choice(SIGNS))
        elif kind < 0.72:
            out.append(chance.choice(EMOJI))
        elif kind < 0.80:
            out.append(chance.choice(ODD))
        elif kind < 0.83:
            out.append("".join(chance.choice(WORDS + SIGNS) for _ in range(3)))
        elif kind < 0.86:
            out.append(chance.choice("abcXYZ019'") * chance.randint(1, 70))
        elif kind < 0.88:
            ranges = [(0x80, 0x3000), (0x80, 0xD800), (0xE000, 0x20000)]
            out.append(chr(chance.randrange(*chance.choice(ranges))))
        elif specials and kind < 0.94:
            out.append(chance.choice(specials))
        else:
            out.append("".join(chance.choice(SPACES) for _ in range(chance.randint(1, 4))))
        if chance.random() < 0.7:
            out.append(chance.choice(SPACES))
    return "".join(out)


def made_corpus():
    chance = random.Random(1)
    rare = CASED + OTHER + NUMBERS + SIGNS
    return [" ".join(chance.choice(WORDS if chance.random() < 0.8 else rare) for _ in range(12)) for _ in range(2000)]


class Settings:
    """What families are trained on, and how many tokens they learn beyond those that they must have."""

    corpus = made_corpus()
    learned = 120
    charsmap_end = 0x600  # code points from here on are not mapped


def byte_level(add_prefix_space=False, use_regex=False):
    return P.ByteLevel(add_prefix_space=add_prefix_space, use_regex=use_regex)


def split(pattern, behavior="isolated", invert=False):
    return P.Split(Regex(pattern), behavior, invert=invert)


def edited(tokenizer, change):
    document = json.loads(tokenizer.to_str())
    change(document)
    return Tokenizer.from_str(json.dumps(document))


def train(tokenizer, kind, size, special, **more):
    trainer = kind(vocab_size=size, special_tokens=special, show_progress=False, **more)
    tokenizer.train_from_iterator(Settings.corpus, trainer)


def byte_bpe(pre, special=(END,), normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    train(tokenizer, trainers.BpeTrainer, 256 + len(special) + Settings.learned, list(special),
          initial_alphabet=P.ByteLevel.alphabet())
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern, "content": content}


def roberta():
    tokenizer = byte_bpe(byte_level(use_regex=True), ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])

    def change(document):
        document["pre_tokenizer"]["add_prefix_space"] = True
        document["added_tokens"][4]["lstrip"] = True

    tokenizer = edited(tokenizer, change)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def without_bytes():
    """Two bytes have no token: they are lost, as there is no unknown token either."""

    def change(document):
        model = document["model"]
        for byte in "ÿà":
            model["vocab"].pop(byte)
        model["merges"] = [pair for pair in model["merges"] if not set("".join(pair)) & set("ÿà")]

    return edited(byte_bpe(byte_level(use_regex=True)), change)


def metaspace(scheme="always", splits=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}


def space_mark_bpe(kind):
    """Byte-fallback BPE with space marks, in the forms of Llama 2, Gemma, Mistral."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = P.Metaspace()
    special = ["<unk>", "<s>", "</s>"]
    train(tokenizer, trainers.BpeTrainer, 259 + 60 + Settings.learned, special + [f"<0x{i:02X}>" for i in range(256)],
          limit_alphabet=60)
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = document["added_tokens"][:3]
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    steps = [replace({"String": "▁"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"}, strip]
    marks = [{"type": "Prepend", "prepend": "▁"}, replace({"String": " "}, "▁")]
    document |= {"normalizer": {"type": "Sequence", "normalizers": marks}, "pre_tokenizer": None}
    if kind == "llama2-normalized":
        for token in document["added_tokens"]:
            token["normalized"] = True
    elif kind == "gemma":
        steps = steps[:3]
        document |= {"normalizer": marks[1], "pre_tokenizer": {
            "type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}}
    elif kind.startswith("metaspace"):
        _, scheme, splits = kind.split("-")
        document |= {"normalizer": None, "pre_tokenizer": metaspace(scheme, splits == "split")}
    elif kind in ("unknown", "unknown-fused"):
        document["model"] |= {"byte_fallback": False, "fuse_unk": kind == "unknown-fused"}
    document["decoder"] = {"type": "Sequence", "decoders": steps}
    return Tokenizer.from_str(json.dumps(document))


def double_array(entries):
    """The units of Darts' double array of {bytes: value}, as SentencePiece has it."""
    root = {}
    for key, value in entries.items():
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[None] = value
    units, used, first = [0] * 256, {0}, 1

    def put(node, at):
        nonlocal first
        labels = [byte or 0 for byte in node]
        base = first
        while any(base ^ label in used for label in labels) or at ^ base >= 1 << 21:
            base += 1
        first = max(first, base - 2048)
        units.extend([0] * max(0, (base | 0xFF) + 1 - len(units)))
        used.update(base ^ label for label in labels)
        units[at] |= (at ^ base) << 10 | (0x100 if None in node else 0)
        for byte, child in node.items():
            if byte is None:
                units[base] = child | 0x80000000
            else:
                units[base ^ byte] |= byte
                put(child, base ^ byte)

    put(root, 0)
    return units


def charsmap(lowercase=False):
    """A map in the manner of SentencePiece's nmt_nfkc and nmt_nfkc_cf."""
    nfkc = N.NFKC().normalize_str
    entries = {}
    for code in [*range(1, Settings.charsmap_end), *range(0x2000, 0x2070), *range(0x3000, 0x3001), *range(0xFB00, 0xFB07),
                 *range(0xFF21, 0xFF5B)]:
        char = chr(code)
        to = nfkc(char).lower() if lowercase else nfkc(char)
        if (code < 32 and char not in "\t\n\r") or code in (0x7F, 0x8F, 0x9F, 0x200B, 0x200E):
            to = ""
        if char in "\t\n\r\u00a0\u2028\u2029\u202f\u205f\u3000" or 0x2000 <= code <= 0x200A:
            to = " "
        if to != char:
            entries[char.encode()] = to
    for base in "aeiounAEIOUc":
        for mark in "\u0300\u0301\u0302\u0308\u0327":
            if (to := nfkc(base + mark)) != base + mark:
                entries[(base + mark).encode()] = to.lower() if lowercase else to
    texts, places = b"", {}
    for key in sorted(entries):
        if entries[key] not in places:
            places[entries[key]] = len(texts)
            texts += entries[key].encode() + b"\0"
    units = double_array({key: places[entries[key]] for key in sorted(entries)})
    trie = struct.pack(f"<{len(units)}I", *units)
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + texts).decode()


def unigram(kind):
    special = {"albert": ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
               "xlm-r": ["<s>", "<pad>", "</s>", "<unk>"]}.get(kind, ["<pad>", "</s>", "<unk>"])
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = N.Sequence([N.NFKC(), N.Lowercase()] if kind == "albert" else [N.NFKC()])
    tokenizer.pre_tokenizer = P.Metaspace()
    train(tokenizer, trainers.UnigramTrainer, 300 + Settings.learned, special, unk_token="<unk>")
    document = json.loads(tokenizer.to_str())
    sequence = lambda *steps: {"type": "Sequence", "normalizers": list(steps)}
    mapped = {"type": "Precompiled", "precompiled_charsmap": charsmap(kind == "albert")}
    one_space = replace({"Regex": " {2,}"}, " ")
    document |= {"decoder": metaspace(), "pre_tokenizer": {
        "type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace()]}}
    if kind == "t5":
        document["normalizer"] = mapped
    elif kind == "t5-new":
        strip = {"type": "Strip", "strip_left": False, "strip_right": True}
        document |= {"normalizer": sequence(mapped, strip, replace({"Regex": " {2,}"}, "▁")), "pre_tokenizer": metaspace()}
    elif kind == "albert":
        quotes = [replace({"String": quote}, '"') for quote in ("``", "''")]
        steps = [{"type": name} for name in ("NFKD", "StripAccents", "Lowercase")]
        document["normalizer"] = sequence(*quotes, *steps, mapped, one_space)
        document["added_tokens"][4]["lstrip"] = True
    elif kind == "xlm-r":
        document["normalizer"] = sequence(mapped, one_space)
        document["added_tokens"].append({"id": len(document["model"]["vocab"]), "content": "<mask>", "single_word": False,
                                         "lstrip": True, "rstrip": False, "normalized": False, "special": True})
    elif kind == "first":
        document |= {"normalizer": sequence({"type": "Nmt"}, {"type": "NFKC"}, one_space), "pre_tokenizer": metaspace("first")}
    elif kind == "bytes":
        document["model"]["vocab"] += [[f"<0x{i:02X}>", -20.5] for i in range(256)]
        document["model"]["byte_fallback"] = True
        document |= {"normalizer": None, "pre_tokenizer": metaspace("never", False), "decoder": {
            "type": "Sequence", "decoders": [{"type": "ByteFallback"}, metaspace("never")]}}
    return Tokenizer.from_str(json.dumps(document))


def wordpiece(normalizer, pre=None):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre or P.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    train(tokenizer, trainers.WordPieceTrainer, 400 + Settings.learned, special)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def minilm():
    tokenizer = wordpiece(N.BertNormalizer())
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding(length=128)
    return tokenizer


def openai_gpt():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = N.BertNormalizer(lowercase=True), P.BertPreTokenizer()
    train(tokenizer, trainers.BpeTrainer, 400 + Settings.learned, ["<unk>"], end_of_word_suffix="</w>")
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    return tokenizer


def prefixed_bpe():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = P.Whitespace()
    train(tokenizer, trainers.BpeTrainer, 400 + Settings.learned, ["<unk>"], continuing_subword_prefix="##")
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    return tokenizer


def word_level(pre):
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre
    train(tokenizer, trainers.WordLevelTrainer, 200, ["[UNK]"])
    return tokenizer


def with_added(tokenizer, *tokens):
    tokenizer.add_tokens(list(tokens))
    return tokenizer


def added_to_bpe():
    plain = {"normalized": False}
    return with_added(
        byte_bpe(byte_level(use_regex=True)), AddedToken("the", single_word=True),
        AddedToken("man", single_word=True, lstrip=True, rstrip=True, **plain), AddedToken("[X]", lstrip=True, rstrip=True),
        AddedToken("[Y]", rstrip=True, **plain), AddedToken("世界", single_word=True), AddedToken("theman"))


def added_to_bert():
    return with_added(wordpiece(N.BertNormalizer()), AddedToken("CAFÉ", single_word=True, special=True, normalized=True),
                      AddedToken("[X]", lstrip=True, rstrip=True, normalized=True), AddedToken("The"))


SPLIT_MIX = r"\s+|[aeiou]\w?|(?<=t)h"
FAMILIES = {
    "GPT-2": lambda: byte_bpe(byte_level(use_regex=True)),
    "GPT-2 without a decoder": lambda: edited(FAMILIES["GPT-2"](), lambda document: document.update(decoder=None)),
    "RoBERTa": roberta,
    "GPT-NeoX, OLMo": lambda: with_added(byte_bpe(byte_level(use_regex=True), [END, "<|padding|>"], N.NFC()),
                                         *(AddedToken(" " * n, normalized=True) for n in (2, 3, 4))),
    "Llama 3": lambda: edited(
        byte_bpe(P.Sequence([split(LLAMA3), byte_level()]), ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]),
        lambda document: document["model"].update(ignore_merges=True)),
    "Qwen 2 and 3": lambda: byte_bpe(P.Sequence([split(QWEN2), byte_level()]), [END, "<|im_start|>", "<|im_end|>"], N.NFC()),
    "Qwen 3.5": lambda: byte_bpe(P.Sequence([split(QWEN35), byte_level()]), [END, "<|im_start|>"], N.NFC()),
    "StarCoder": lambda: byte_bpe(P.Sequence([P.Digits(individual_digits=True), byte_level(use_regex=True)])),
    "DeepSeek": lambda: byte_bpe(P.Sequence([*map(split, DEEPSEEK), byte_level()]),
                                 ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"]),
    "GPT-4o (o200k)": lambda: byte_bpe(P.Sequence([split(O200K, "removed", True), byte_level()])),
    "GPT-4 (cl100k)": lambda: byte_bpe(P.Sequence([split(CL100K), byte_level()])),
    "BLOOM": lambda: byte_bpe(P.Sequence([split(BLOOM), byte_level()]), ["<unk>", "<s>"]),
    "Falcon": lambda: byte_bpe(
        P.Sequence([P.Punctuation("contiguous"), byte_level(use_regex=True), P.Digits(False), split("[0-9][0-9][0-9]")])),
    "bytes without a token": without_bytes,
    "Llama 2": lambda: space_mark_bpe("llama2"),
    "Llama 2, normalized tokens": lambda: space_mark_bpe("llama2-normalized"),
    "Gemma": lambda: space_mark_bpe("gemma"),
    "Mistral, Metaspace first": lambda: space_mark_bpe("metaspace-first-whole"),
    "Metaspace first, split": lambda: space_mark_bpe("metaspace-first-split"),
    "Metaspace always": lambda: space_mark_bpe("metaspace-always-whole"),
    "Metaspace never": lambda: space_mark_bpe("metaspace-never-split"),
    "BPE with unknowns": lambda: space_mark_bpe("unknown"),
    "BPE with fused unknowns": lambda: space_mark_bpe("unknown-fused"),
    "BERT": lambda: wordpiece(N.BertNormalizer()),
    "BERT cased": lambda: wordpiece(N.BertNormalizer(lowercase=False)),
    "MiniLM": minilm,
    "WordPiece, other steps": lambda: wordpiece(
        N.Sequence([N.NFKD(), N.Strip(), N.Lowercase(), N.StripAccents()]),
        P.Sequence([P.WhitespaceSplit(), P.Punctuation("merged_with_previous")])),
    "T5": lambda: unigram("t5"),
    "T5, newer": lambda: unigram("t5-new"),
    "ALBERT": lambda: unigram("albert"),
    "XLM-R": lambda: unigram("xlm-r"),
    "Unigram, Nmt, first": lambda: unigram("first"),
    "Unigram in bytes": lambda: unigram("bytes"),
    "GPT-1": openai_gpt,
    "BPE with a prefix": prefixed_bpe,
    "WordLevel": lambda: word_level(P.Sequence([P.CharDelimiterSplit("e"), P.Whitespace()])),
    "FixedLength": lambda: word_level(P.FixedLength(3)),
    **{f"Split, {behavior}{', inverted' * invert}": (lambda b=behavior, i=invert: word_level(split(SPLIT_MIX, b, i)))
       for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")
       for invert in (False, True)},
    "added tokens": added_to_bpe,
    "added tokens, normalized": added_to_bert,
}


def special_tokens(tokenizer):
    return [token.content for token in tokenizer.get_added_tokens_decoder().values()]


def main():
    chance = random.Random(7)
    special = [END, "<s>", "</s>", "<mask>", "<unk>", "[MASK]", "[UNK]", "<|eot_id|>", "[X]", "the", "café"]
    texts = EDGES + [made_text(chance, special) for _ in range(14)]
    families = []
    for name, make in FAMILIES.items():
        document = make().to_str()
        tokenizer = Tokenizer.from_str(document)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        families.append({"name": name, "file": json.loads(document), "ids": ids,
                         "decoded": [tokenizer.decode(i, skip_special_tokens=False) for i in ids if i],
                         "without_special": [tokenizer.decode(i) for i in ids if i]})
    lines = ",\n".join(json.dumps(family, ensure_ascii=False, separators=(",", ":")) for family in families)
    head = json.dumps(texts, ensure_ascii=False)
    path = Path(__file__).with_suffix(".json")
    path.write_text(f'{{"texts": {head},\n"families": [\n{lines}]}}\n', encoding="utf-8")


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main()
