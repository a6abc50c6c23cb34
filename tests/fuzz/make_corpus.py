#!/usr/bin/env python3
"""Writes the seeds in corpus/ that are made by hand. Inputs that were found stand beside them and are left alone."""

import base64
import contextlib
import gzip
import json
import pathlib
import sqlite3
import struct
import tempfile
import zlib

ROOT = pathlib.Path(__file__).parent / "corpus"


def put(target, name, data):
    folder = ROOT / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def two(first, second):
    """Two files in one input, as fuzz.h cuts it."""
    return b"\n%%\n".join(part if isinstance(part, bytes) else part.encode() for part in (first, second))


def varint(number):
    data = b""
    while number > 127:
        data += bytes([number & 127 | 128])
        number >>= 7
    return data + bytes([number])


def field(number, value):
    """A field of a protocol buffer: whole number, (double,), or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, tuple):
        return varint(number << 3 | 1) + struct.pack("<d", *value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def float_field(number, value):
    return varint(number << 3 | 5) + struct.pack("<f", value)


def experiments():
    whole = """name: romeo
dataset:
  type: textbooks
  books: [romeo-and-juliet, 'macbeth']   # a comment
  split: {by: characters, size: 512}
tokenizer: {type: bpe, vocab_size: 50257}
model:
  type: gpt
  hidden_size: 768
  resid_pdrop: 1e-1
training:
  num_train_epochs: 3
  run_name: "a \\u00e9"
  learning_rate: 1e-4
"""
    put("experiment", "whole", whole)
    put("experiment", "extends", "extends: base.yaml\nname: two\nmodel:\n  hidden_size: 64\n")
    put("experiment", "anchors", "name: &n three\nextends: [base.yaml]\ndescription: *n\ntraining: {run_name: *n}\n")
    put("experiment", "block", "extends: base.yaml\ndescription: |\n  two\n  lines\nname: >-\n  folded\n  text\n")
    put("experiment", "wrong", "name: x\nmodle: {type: gtp}\nmodel:\n\ttype: 010\n---\n")
    put("overrides", "settings", "model.hidden_size=64\ntraining.learning_rate=1e-3\ndataset.books=[a, 'b']\n")
    put("overrides", "plugins", "model=bert\ntokenizer=words\n+training.run_name=x y\n~training.seed\n")
    put("overrides", "wrong", "model.hidden_siez=1\n=\nextends=x\na..b=1\ndataset={books: [a]} # b\n~x=1\n")
    put("where", "all", "training.learning_rate<1e-4 and (state=finished or not model.type=bert)")
    put("where", "quotes", "name='run a' or note~\"first\" and tags=good and train_loss>=6.5")
    put("where", "wrong", "train_los<1 adn (name")
    put("request", "runs", "/api/runs?text=state%3Dfi+and+not+(model.type%3D'gpt'&at=3&settings=a,b&group=1&x=0.5\n%%\nlocalhost:8470")
    put("request", "file", "/api/runs/baseline%2Fgpt/files/model/%c3%a4%23.txt\n%%\n127.0.0.1:8470")
    put("request", "labels", "/api/runs/3fa9/labels\n%%\n[::1]:8470")
    put("request", "wrong", "/api/..%2f/%2e%2e/%00?a=%ff#b\n%%\nevil.example")


def runs():
    process = {"host": "h", "boot_id": "b", "pid": 12, "start_time": 34}
    events = [
        {"type": "state", "state": "running", "process": process, "time": 1.5},
        {"type": "environment", "values": {"cpu": "x", "threads": 2}},
        {"type": "facts", "values": {"parameters": 10}},
        {"type": "points", "step": 10, "epoch": 0.5, "metrics": {"loss": 6.9, "grad_norm": "NaN"}},
        {"type": "sample", "step": 10, "prompt": "a", "text": "b\u00e9"},
        {"type": "summary", "metrics": {"eval_loss": "Infinity"}},
        {"type": "label", "name": "n", "note": "two\nlines", "tags": ["good"], "untags": ["bad"]},
        {"type": "state", "state": "failed", "error": {"kind": "run", "message": "m"}},
    ]
    put("events", "all", "".join(json.dumps(event) + "\n" for event in events))
    put("events", "torn", '{"type":"poi\n{}\n[]\n\n{"type":"points","step":1,"metrics":{}}\n{"type":"summ')
    info = {
        "format": 1,
        "id": "3fa9c2d1",
        "name": "romeo",
        "created": "2026-01-02T03:04:05.678Z",
        "command": ["runner"],
        "experiment_file": "/a.yaml",
        "overrides": ["a=b"],
        "origins": {"model.type": "a.yaml:1"},
        "plugins": [{"kind": "model", "id": "gpt", "version": "1", "library": "/l", "library_hash": "0"}],
        "runner": process,
        "folio_version": "0.1",
        "git_commit": "0",
        "note": "n",
        "imported": {"format": "JSON", "from": "run:1", "content": "0"},
    }
    resolved = {"model": {"type": "gpt", "hidden_size": 8}, "dataset": {"books": ["a"], "split": {"by": "x"}}, "x": 1e-5}
    put("run_folder", "whole", two(json.dumps(info), json.dumps(resolved)))
    put("run_folder", "lists", two('{"format":1,"id":[],"name":{}}', '{"model":[1,2],"training":null}'))
    step = struct.pack("<qQQdd", 1, 2, 3, 6.9, 0.5)
    put("trace", "one", two(b"FOLIOTR1" + step + step, b"FOLIOTR1" + step + step[:7]))
    put("trace", "other", two(b"FOLIOTR1" + step, b"FOLIOTR1" + struct.pack("<qQQdd", 1, 2, 4, 6.9, 0.5)))
    description = {
        "kind": "model",
        "id": "gpt",
        "version": "1.0",
        "summary": "s",
        "options": [
            {"name": "hidden_size", "type": "integer", "default": 8, "minimum": 1, "help": "h", "unit": "u"},
            {"name": "act", "type": "text", "default": "gelu", "choices": ["gelu", "relu"], "help": "h"},
            {"name": "files", "type": "list of text", "help": "h", "absent_means": "m"},
            {"name": "p", "type": "number", "help": "h", "default": 18446744073709551615},
        ],
        "objective": "causal",
        "usual_tokenizer": "bpe",
        "library": "/l.so",
        "library_hash": "0",
    }
    put("description", "model", json.dumps(description))


def tokenizers():
    def added(number, content, **more):
        flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False) | {"special": True}
        return {"id": number, "content": content} | flags | more

    def whole(model, normalizer=None, pre=None, post=None, decoder=None, tokens=()):
        return json.dumps(
            {
                "version": "1.0",
                "truncation": None,
                "padding": None,
                "added_tokens": list(tokens),
                "normalizer": normalizer,
                "pre_tokenizer": pre,
                "post_processor": post,
                "decoder": decoder,
                "model": model,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    bpe = {
        "type": "BPE",
        "dropout": None,
        "unk_token": "<u>",
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "",
        "fuse_unk": True,
        "byte_fallback": True,
        "ignore_merges": False,
        "vocab": {t: i for i, t in enumerate(["<u>", "a", "c", "t", "h", "e", "\u0120", "th", "the", "\u0120the", "<0xE2>"])},
        "merges": [["t", "h"], ["th", "e"], "\u0120 the"],
    }
    split = {"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}|[^\\s\\p{L}]+"}, "behavior": "Isolated", "invert": False}
    put(
        "tokenizer_json",
        "bpe",
        two(
            whole(
                bpe,
                {"type": "NFC"},
                {"type": "Sequence", "pretokenizers": [split, {"type": "Digits", "individual_digits": True}, level]},
                level,
                level,
                [added(11, "<s>", lstrip=True), added(12, "new word", single_word=True, normalized=True, special=False)],
            ),
            "the cat<s> new word 3,000",
        ),
    )
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    wordpiece = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "the": 3, "c": 4, "##a": 5, "##t": 6},
    }
    processor = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}},
    }
    put(
        "tokenizer_json",
        "wordpiece",
        whole(wordpiece, bert, {"type": "BertPreTokenizer"}, processor, {"type": "WordPiece", "prefix": "##", "cleanup": True}, [added(0, "[UNK]")]),
    )
    # A map of one character, a to b: see text/charsmap.cpp.
    units = [0] * 0x62
    units[0], units[0x60], units[0x61] = 1 << 10, 0x61 | 1 << 8 | 1 << 10, 0x80000000
    charsmap = struct.pack("<I98I", 4 * 98, *units) + b"b\0"
    space = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    unigram = {"type": "Unigram", "unk_id": 0, "byte_fallback": False}
    unigram["vocab"] = [["<unk>", 0], ["\u2581", -1.5], ["\u2581the", -2.5], ["c", -3], ["b", -3.5], ["t", -4], ["bt", -3.25]]
    steps = [
        {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap).decode()},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        {"type": "Strip", "strip_left": True, "strip_right": False},
    ]
    put(
        "tokenizer_json",
        "unigram",
        whole(unigram, {"type": "Sequence", "normalizers": steps}, {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, space]}, None, space),
    )
    spaces = [
        {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ]
    prepend = [{"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]
    put(
        "tokenizer_json",
        "fallback",
        whole(bpe, {"type": "Sequence", "normalizers": prepend}, None, None, {"type": "Sequence", "decoders": spaces}),
    )
    put(
        "tokenizer_json",
        "words",
        whole(
            {"type": "WordLevel", "vocab": {"<u>": 0, "the": 1}, "unk_token": "<u>"},
            {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Nmt"}]},
            {"type": "Sequence", "pretokenizers": [{"type": "CharDelimiterSplit", "delimiter": "e"}, {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "FixedLength", "length": 3}, {"type": "Whitespace"}]},
        ),
    )
    for name, kind in (("unigram", 1), ("bpe", 2)):
        pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("\u2581", -1.0, 1), ("t", -2.0, 1), ("h", -2.5, 1), ("e", -2.25, 1), ("th", -3.0, 1), ("the", -3.5, 1), ("\u2581the", -4.0, 1), ("tt.", 0.0, 4), ("<0x0A>", 0.0, 6)]
        data = b"".join(field(1, field(1, text) + float_field(2, score) + field(3, type_)) for text, score, type_ in pieces)
        data += field(2, field(3, kind) + field(35, 1))
        data += field(3, field(2, charsmap if kind == 1 else b"") + field(3, 1) + field(4, 1) + field(5, 1))
        put("sentencepiece", name, data)
    ranks = [bytes([i]) for i in range(32, 127)] + [b"th", b"the", b" the"]
    lines = "".join(f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(ranks))
    put("tiktoken", "gpt2", two("gpt2", lines))
    put("tiktoken", "expression", two("\\p{L}+|\\s+|.", lines))
    put("tokenizer_config", "all", json.dumps({"eos_token": "</s>", "mask_token": {"content": "<m>", "lstrip": True}, "pad_token": None, "model_max_length": 1e30}))
    put("regex", "words", two("'(?i:[sdmt]|ll)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\s+(?!\\S)|(?<=t)h", "The cat's\n\n na\u00efve 3,000  "))
    put("regex", "sets", two("[a-z&&[^b\\d]]{1,3}+|(?m:.)|\\h{,3}|[[:alpha:]]", "abc 12\nxyz"))


def weights():
    header = {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "b": {"dtype": "BF16", "shape": [], "data_offsets": [8, 10]}}
    text = json.dumps(header).encode()
    put("safetensors", "two", struct.pack("<Q", len(text)) + text + bytes(10))
    put("safetensors", "empty", struct.pack("<Q", 2) + b"{}")
    places = {"transformer.wte.weight": "model-00001-of-00002.safetensors", "h.0.bias": "model-00002-of-00002.safetensors"}
    manifest = {"format": 1, "step": 40, "files": {"model.safetensors": {"size": 3, "sha256": "ab" * 32},
                                                   "training.json": {"size": 0, "sha256": "0" * 64}}}
    put("checkpoint_manifest", "whole", json.dumps(manifest))
    put("checkpoint_manifest", "outside", json.dumps({**manifest, "files": {"../a": {"size": -1, "sha256": "x"}}}))
    put("weights_index", "two", json.dumps({"metadata": {"total_size": 48, "total_parameters": 12}, "weight_map": places}))
    put("weights_index", "outside", json.dumps({"weight_map": {"a": "../a.safetensors", "b": "/b.safetensors"}}))
    config = {"model_type": "tiny", "architectures": ["TinyModel"], "vocab_size": 10, "n_embd": 64, "n_inner": None,
              "rope_parameters": {"rope_theta": 500.0, "rope_type": "default"}, "dropout": 0, "activation_function": "relu",
              "targets": ["a", "b"], "tie_word_embeddings": True, "scale_decoder_outputs": False, "is_decoder": False}
    put("model_config", "whole", json.dumps(config))
    put("model_config", "features", json.dumps({"vocab_size": 3, "is_decoder": True, "position_embedding_type": "relative_key",
                                                "rope_scaling": {"rope_type": "yarn", "factor": 2.0}, "factor": 1,
                                                "id2label": {"0": "a"}, "hidden_size": 1e9, "n_embd": "x"}))


def adapters():
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "lora_dropout": 0.1, "target_modules": ["query", "value"],
              "bias": "none", "use_rslora": False, "base_model_name_or_path": "bert", "init_lora_weights": True,
              "auto_mapping": {"base_model_class": "BertForMaskedLM"}, "rank_pattern": {}, "modules_to_save": None}
    put("adapter_config", "whole", json.dumps(config))
    put("adapter_config", "expression", json.dumps({**config, "target_modules": ".*\\.q", "use_rslora": True}))
    put("adapter_config", "features", json.dumps({**config, "use_dora": True, "rank_pattern": {"h.0": 2}}))


def data():
    put("jsonl", "texts", '{"text": "one", "meta": {"title": "t", "n": [1, null, true]}}\n{"text":"tw\\u00e9\\n","x":NaN}\n\n')
    put("jsonl", "wrong", b'\xef\xbb\xbf{"text": "\\ud800", "text": 1}\n{"meta.title": "\xff"}\n[{"a": [[')
    put("tokens", "nanogpt", struct.pack("<8H", *range(100, 108)))
    put("tokens", "llmc", struct.pack("<256i", 20240520, 1, 3, *[0] * 253) + struct.pack("<3H", 1, 2, 3))
    put("tokens", "llmc32", struct.pack("<256i", 20240801, 7, 2, *[0] * 253) + struct.pack("<2I", 1, 70000))
    text = "Some na\u00efve text.\r\nAnd more."
    put("text_file", "plain", text)
    put("text_file", "gzip", gzip.compress(text.encode(), mtime=0) + gzip.compress(b"more", mtime=0))
    put("text_file", "utf16", b"\xff\xfe" + text.encode("utf-16le"))
    put("text_file", "utf32", b"\0\0\xfe\xff" + text.encode("utf-32be"))
    # A frame of zstd with one raw block.
    put("text_file", "zstd", b"\x28\xb5\x2f\xfd\x20\x05" + struct.pack("<I", 5 << 3 | 1)[:3] + b"hello")
    put("book", "marked", "Head\n*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***\r\n\r\nOnce.\r\nTwice.\r\n*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\nEnd\n")
    put("book", "old", "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\nx\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\nBook\nEnd of Project Gutenberg Etext of A Tale\n")
    put("book", "licence", "Text \xe9\n***\nSTART: FULL LICENSE\n***\nTHE FULL PROJECT GUTENBERG LICENSE\n".encode("latin1"))


def library():
    """A shared library of a header, one table and one note."""
    stamp = b"sdk=3\nkind=model\nid=x\ncompiler_abi=1017\ncxx11_abi=1\nbuild_type=release\n"
    note = struct.pack("<3I", 6, len(stamp), 1) + b"Folio\0\0\0" + stamp + bytes(-len(stamp) % 4)
    note += struct.pack("<3I", 4, 4, 1) + b"GNU\0" + bytes(4)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    put("elf_note", "library", head + struct.pack("<IIQQQQQQ", 4, 4, 120, 120, 120, len(note), len(note), 4) + note)


def imports():
    run = {"id": "3fa9c2d1", "name": "n", "state": "failed", "error": {"kind": "run", "message": "m"}, "created": "2026-01-02T03:04:05Z", "metrics": {"loss": 1.5, "x": "NaN"}, "settings": {"model": {"type": "gpt"}}, "points": {"loss": [[1, 2.5], [2, "Infinity"]]}, "times": [[1, 1.7e9]], "tags": ["a b"], "note": "n", "experiment": "name: n\n", "sample": {"step": 1, "prompt": "p", "text": "t"}, "facts": {"a": 1}, "environment": {"cpu": "c"}, "command": ["r"], "origins": {"a": "b"}, "plugins": [{"kind": "model", "id": "gpt"}], "imported": {"format": "f", "from": "g", "content": "0"}}
    put("import_json", "run", json.dumps(run))
    put("import_json", "runs", json.dumps({"runs": [{"metrics": {"loss": 1}}, 3]}))
    put("import_json", "numbers", '{"loss": 1.5, "accuracy": NaN, "name": "x"}')
    put("import_table", "wide", "step,loss,epoch,run\n1,2.5,0.1,a\n2,nan,0.2,\"b, c\"\n")
    put("import_table", "long", "run\tstep\tmetric\tvalue\na\t1\tloss\t2.5\n")
    put("import_table", "wandb", '"Step","glad - loss","glad - loss__MIN"\n"1","2.5","2.5"\n')
    put("import_table", "lines", '{"_step": 1, "loss": 2.5, "a": {"b": 3}, "_timestamp": 1.7e9}\n{"step": 2, "train/loss": NaN}\n')
    log = [{"step": 1, "loss": 2.5, "epoch": 0.1, "learning_rate": 1e-4}, {"step": 2, "eval_loss": 2.25}, {"step": 2, "train_runtime": 3.5, "train_samples_per_second": 9.0}]
    state = {"global_step": 2, "max_steps": 4, "best_metric": 2.25, "best_model_checkpoint": "o/checkpoint-2", "log_history": log, "num_train_epochs": 1, "train_batch_size": 8, "trial_params": {"a": 1}, "stateful_callbacks": {"TrainerControl": {"args": {"should_training_stop": True}}}}
    put("import_trainer", "state", two(json.dumps(state), json.dumps({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "transformers_version": "5.24.0"})))

    def record(event):
        return struct.pack("<QI", len(event), 0) + event + bytes(4)  # the target puts right the checksums

    def scalar(step, tag, value):
        return record(field(1, (1.7e9 + step,)) + field(2, step) + field(5, field(1, field(1, tag) + float_field(2, value))))

    begin = record(field(1, (1.7e9,)) + field(3, "brain.Event:2"))
    put("import_tensorboard", "scalars", begin + scalar(1, "train/loss", 2.5) + scalar(2, "train/loss", 2.25) + scalar(2, "eval/loss", 2.0))
    tensor = field(1, 1) + field(2, b"") + field(5, struct.pack("<f", 1.5))
    summary = field(1, field(1, "x") + field(9, field(1, field(1, "scalars"))) + field(8, tensor))
    put("import_tensorboard", "restart", begin + scalar(5, "a", 1) + record(field(1, (1.8e9,)) + field(2, 3) + field(7, field(1, 1))) + record(field(1, (1.8e9,)) + field(2, 3) + field(5, summary)))
    number = field(2, (3.5,))
    session = field(1, field(1, field(1, "lr") + field(2, number)))
    put("import_tensorboard", "hparams", begin + scalar(1, "a", 1) + record(field(1, (1.8e9,)) + field(5, field(1, field(1, "_hparams_/session_start_info") + field(9, field(1, field(1, "hparams") + field(2, field(3, session))))))))

    def item(key, value):
        return field(1, field(1, key) + field(16, json.dumps(value)))

    nested = field(1, field(2, "a") + field(2, "b") + field(16, "1"))
    records = [
        field(17, field(1, "abc") + field(3, "project") + field(4, item("lr", 0.1)) + field(8, "name") + field(10, "tag")),
        field(2, item("loss", 2.5) + item("_runtime", 3) + nested + field(2, field(1, 3))),
        field(5, item("lr", {"a": [1, None]}) + field(2, field(1, "x"))),
        field(3, item("loss", 2.25)),
        field(18, field(1, 0)),
    ]
    put("import_wandb", "records", two(b"".join(struct.pack("<H", len(part)) + part for part in records), "lr: {value: 0.1, desc: null}\n_wandb: {}\n"))
    log = b":W&B\xe1\xbe\0"
    for part in records:
        piece = b"\1" + part
        log += struct.pack("<IH", zlib.crc32(piece), len(part)) + piece
    put("import_wandb", "log", log)
    meta = "run_id: a\nrun_name: 'n'\nstatus: 3\nstart_time: 1700000000000\nend_time: null\nlifecycle_stage: active\n"
    put("import_mlflow", "run", two(meta, "1700000000000 2.5 1\n1700000000001 nan 2\n1 2 x\n"))
    put("import_mlflow", "yaml", two("run_uuid: &a {b: [1, .nan, 0x1F, ~]}\n? c\n: *a\nrun_name: >\n  x\n", ""))
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "mlflow.db"
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.executescript("""PRAGMA page_size=512;
CREATE TABLE experiments(experiment_id INTEGER, name TEXT, lifecycle_stage TEXT);
CREATE TABLE runs(run_uuid TEXT, name TEXT, status TEXT, start_time INT, end_time INT, lifecycle_stage TEXT, experiment_id INT);
CREATE TABLE params(key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE tags(key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE metrics(key TEXT, value REAL, timestamp INT, run_uuid TEXT, step INT, is_nan INT);
INSERT INTO experiments VALUES(1, 'books', 'active');
INSERT INTO runs VALUES('a', 'n', 'FINISHED', 1700000000000, NULL, 'active', 1);
INSERT INTO params VALUES('lr', '0.1', 'a');
INSERT INTO tags VALUES('t', 'u', 'a');
INSERT INTO metrics VALUES('loss', 2.5, 1700000000000, 'a', 1, 0), ('loss', 0, 1700000000001, 'a', 2, 1);
""")
        put("import_mlflow_db", "store", file.read_bytes())


if __name__ == "__main__":
    experiments()
    runs()
    tokenizers()
    weights()
    adapters()
    data()
    library()
    imports()
