#!/usr/bin/env python3
"""Times Folio's tokenizers, Hugging Face's tokenizers, tiktoken and sentencepiece in alternation; prints a table.

  ninja -C build folio_bench_tokenizer_speed
  PYTHON bench/tokenizer_speed.py FOLDER_OF_TEXTS [NAME...]

PYTHON must have the three libraries; NAME is bpe, wordpiece and so on, by default all. All are trained on the folder's
.txt files put together, with the same size of vocabulary, and encode that text line by line on one thread: once with a tokenizer that was just loaded (cold), then
eight times over (warm). Hugging Face's gets the lines in one batch, sentencepiece in one list, and tiktoken, which has
the merges that Folio learned, one call a line. Of three cold rounds the best counts; the others are timed once.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ["RAYON_NUM_THREADS"] = "1"  # before tokenizers is imported

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/bin/folio_bench_tokenizer_speed"
ROUNDS = 3
COPIES = 8
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def read_folder(folder):
    return "".join(path.read_bytes().decode("utf-8-sig") for path in sorted(pathlib.Path(folder).glob("*.txt")))


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def speeds(make, encode, lines, megabytes):
    """MB/s of the first text that a tokenizer gets, and of those after."""
    cold = []
    for _ in range(ROUNDS):
        tokenizer = make()
        cold.append(timed(lambda: encode(tokenizer, lines)))
    copies = lines * COPIES
    warm = timed(lambda: encode(tokenizer, copies))
    return {"cold": megabytes / min(cold), "warm": COPIES * megabytes / warm}


def hugging_face(name, text, trained):
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    if name.startswith("bpe"):
        tokenizer = Tokenizer(models.BPE())
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "bpe")
        split = pre_tokenizers.Split(Regex(LLAMA3_PATTERN), "isolated")
        tokenizer.pre_tokenizer = byte_level if name == "bpe" else pre_tokenizers.Sequence([split, byte_level])
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=32000, initial_alphabet=alphabet, show_progress=False)
    elif name == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=30522, special_tokens=special, show_progress=False)
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokens = ["<pad>", "</s>", "<unk>"]
        trainer = trainers.UnigramTrainer(vocab_size=16000, special_tokens=tokens, unk_token="<unk>", show_progress=False)
    seconds = timed(lambda: tokenizer.train_from_iterator([text], trainer))
    # It encodes with the tokenizer that Folio trained, so that both do the same work.
    return {"train_seconds": seconds, "make": lambda: Tokenizer.from_file(str(trained)),
            "encode": lambda tokenizer, lines: tokenizer.encode_batch_fast(lines, add_special_tokens=False)}


def tiktoken_of(trained):
    import tiktoken
    from tokenizers import pre_tokenizers

    document = json.loads(trained.read_text())
    alphabet = dict(zip(byte_characters(), range(256)))
    ranks = {bytes(alphabet[c] for c in token): i for token, i in document["model"]["vocab"].items()}
    pattern = GPT2_PATTERN if document["pre_tokenizer"]["type"] == "ByteLevel" else LLAMA3_PATTERN
    make = lambda: tiktoken.Encoding("folio", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return {"make": make, "encode": lambda encoding, lines: [encoding.encode_ordinary(line) for line in lines]}


def byte_characters():
    """GPT-2's character of each byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


def sentencepiece_of(lines):
    import sentencepiece

    models = []

    class Writer:
        def write(self, data):
            models.append(data)

    seconds = timed(lambda: sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=Writer(), model_type="unigram", vocab_size=16000, num_threads=1,
        byte_fallback=True, minloglevel=2))
    return {"train_seconds": seconds, "make": lambda: sentencepiece.SentencePieceProcessor(model_proto=models[-1]),
            "encode": lambda processor, lines: processor.encode(lines, num_threads=1)}


def folio(texts, folder, names, processors):
    """What the program measures when it may use so many processors."""
    chosen = sorted(os.sched_getaffinity(0))[:processors]
    done = subprocess.run([PROGRAM, texts, folder, *names], check=True, capture_output=True, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, chosen))
    return [json.loads(line) for line in done.stdout.splitlines()]


COLUMNS = [("train_seconds", 2), ("cold", 1), ("warm", 1)]


def row(name, library, result, ours):
    cells = []
    for key, digits in COLUMNS:
        if key not in result:
            cells.append("–")
        elif result is ours:
            cells.append(f"{result[key]:.{digits}f}")
        else:
            ratio = result[key] / ours[key] if key == "train_seconds" else ours[key] / result[key]
            cells.append(f"{result[key]:.{digits}f} ({ratio:.1f})")
    print(f"| {name} | {library} | " + " | ".join(cells) + " |", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    texts, *names = sys.argv[1:]
    text = read_folder(texts)
    lines = text.split("\n")
    megabytes = len(text.encode()) / 1e6
    threads = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        print(f"{megabytes:.2f} MB of text, on one thread; in brackets how many times as fast Folio is.\n")
        print("| tokenizer | library | train, s | encode cold, MB/s | warm |")
        print("|-|-|-:|-:|-:|")
        for ours in folio(texts, folder, names, 1):
            name = ours["name"]
            row(name, "Folio", ours, ours)
            trained = pathlib.Path(folder, name + ".json")
            peers = {"tokenizers": hugging_face(name, text, trained)}
            if name.startswith("bpe"):
                peers["tiktoken"] = tiktoken_of(trained)
            if name == "unigram":
                peers["sentencepiece"] = sentencepiece_of(lines)
            for library, peer in peers.items():
                result = {key: peer[key] for key in ("train_seconds",) if key in peer}
                row(name, library, result | speeds(peer["make"], peer["encode"], lines, megabytes), ours)
        print(f"\nFolio on {threads} threads:\n\n| tokenizer | train, s | encode warm, MB/s |\n|-|-:|-:|")
        for ours in folio(texts, folder, names, threads):
            print(f"| {ours['name']} | {ours['train_seconds']:.2f} | {ours['all_threads']:.1f} |")


if __name__ == "__main__":
    main()
