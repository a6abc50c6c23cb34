"""The folder that a run leaves its model in, as transformers reads it. tests/reference/open_in_transformers.py opens it
there; here its files are read."""

import json
import struct

from folio import FolioTest

TINY = """\
name: tiny-{model}
dataset:
  type: textbooks
  books: [{book}]
  split: {{by: tokens, size: 24}}
  validation: 0.1
tokenizer: {{type: {tokenizer}, vocab_size: 400}}
model: {{type: {model}, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2{more}}}
training: {{max_steps: 2, per_device_train_batch_size: 4, save_strategy: "no", precision: float32}}
"""
TOKENIZERS = {"gpt": "bpe", "llama": "bpe", "bert": "wordpiece", "distilbert": "wordpiece", "t5": "unigram"}


def safetensors(path):
    """The header, and the bytes behind it."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + length]), data[8 + length :]


class TrainedModels(FolioTest):
    """A run of each model, made once."""

    def train(self, model, *overrides, tokenizer=None, more=", max_position_embeddings: 64"):
        file = self.experiment(TINY.format(model=model, book=self.folder / "words.txt",
                                           tokenizer=tokenizer or TOKENIZERS[model], more="" if model == "t5" else more),
                               f"{model}.yaml")
        run = self.json(file, *overrides)
        folder = next(f for f in self.run_folders() if f.name == run["id"]) / "model"
        return folder, {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


class ModelFolder(TrainedModels):
    def test_a_causal_model_says_where_a_text_begins_and_ends(self):
        for model in ["gpt", "llama"]:
            with self.subTest(model=model):
                folder, files = self.train(model)
                end = files["tokenizer.json"]["model"]["vocab"]["<|endoftext|>"]
                for name in ["config.json", "generation_config.json"]:
                    self.assertEqual(files[name]["eos_token_id"], end)
                    self.assertEqual(files[name]["bos_token_id"], end)
                self.assertIsNone(files["config.json"]["pad_token_id"])
                self.assertNotIn("pad_token_id", files["generation_config.json"])
                told = files["tokenizer_config.json"]
                self.assertEqual([told["eos_token"], told["bos_token"]], ["<|endoftext|>"] * 2)
                self.assertEqual(told["model_max_length"], 64)
                self.assertEqual(told["model_input_names"], ["input_ids", "attention_mask"])
                self.assertIsNone(files["tokenizer.json"]["post_processor"] and
                                  files["tokenizer.json"]["post_processor"].get("special_tokens"))
                config = files["config.json"]
                self.assertEqual([config["dtype"], config["torch_dtype"]], ["float32", "float32"])

    def test_a_masked_model_has_no_end_of_text_and_its_tokenizer_puts_a_text_between_two_tokens(self):
        for model in ["bert", "distilbert"]:
            with self.subTest(model=model):
                folder, files = self.train(model)
                vocab = files["tokenizer.json"]["model"]["vocab"]
                config = files["config.json"]
                self.assertEqual(config["pad_token_id"], vocab["[PAD]"])
                self.assertEqual(config["mask_token_id"], vocab["[MASK]"])
                self.assertIsNone(config["eos_token_id"])
                self.assertNotIn("generation_config.json", files)
                types = "token_type_ids" in files["tokenizer_config.json"]["model_input_names"]
                self.assertEqual(types, model == "bert")
                around = [part.get("SpecialToken", {"id": "text"})["id"]
                          for part in files["tokenizer.json"]["post_processor"]["single"]]
                self.assertEqual(around, ["[CLS]", "text", "[SEP]"])
                self.assertIn("the", self.json("generate", "latest", "-p", "the [MASK] ship")["text"])

    def test_t5_begins_with_padding(self):
        folder, files = self.train("t5")
        ids = {token["content"]: token["id"] for token in files["tokenizer.json"]["added_tokens"]}
        for name in ["config.json", "generation_config.json"]:
            self.assertEqual(files[name]["pad_token_id"], ids["<pad>"])
            self.assertEqual(files[name]["eos_token_id"], ids["</s>"])
            self.assertEqual(files[name]["decoder_start_token_id"], ids["<pad>"])
        told = files["tokenizer_config.json"]
        self.assertNotIn("model_max_length", told)
        self.assertEqual(told["additional_special_tokens"][:2], ["<extra_id_0>", "<extra_id_1>"])
        self.assertEqual(files["tokenizer.json"]["post_processor"]["single"][-1]["SpecialToken"]["id"], "</s>")

    def test_the_ids_are_those_of_another_tokenizer_too(self):
        """Special tokens that lie elsewhere than those of a tokenizer that was trained for the objective."""
        words = ["the", "grey", "ship", "sails", "over", "a", "wide", "sea", "and", "comes", "home"]
        specials = ["[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]"]
        vocab = {token: i for i, token in enumerate(words + specials)}
        added = [{"id": vocab[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                  "normalized": False, "special": True} for token in specials]
        (self.folder / "tokenizer.json").write_text(json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                           "strip_accents": None, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None,
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100, "vocab": vocab}}))
        file = self.experiment(TINY.format(model="bert", book=self.folder / "words.txt", tokenizer="pretrained",
                                           more=", max_position_embeddings: 64").replace(
                                               "vocab_size: 400", f"file: {self.folder / 'tokenizer.json'}"))
        first = self.json("show", self.json(file)["id"])
        folder = self.run_folders()[0] / "model"
        config = json.loads((folder / "config.json").read_text())
        self.assertEqual([config["pad_token_id"], config["mask_token_id"]], [vocab["[PAD]"], vocab["[MASK]"]])
        self.assertEqual([config["bos_token_id"], config["eos_token_id"]], [None, None])
        around = json.loads((folder / "tokenizer.json").read_text())["post_processor"]
        self.assertEqual(around["special_tokens"]["[CLS]"]["ids"], [vocab["[CLS]"]])
        # the folder's own tokenizer is the same tokenizer
        again = self.json("show", self.json(file, f"tokenizer.file={folder / 'tokenizer.json'}")["id"])
        self.assertEqual(again["facts"]["tokenizer_hash"], first["facts"]["tokenizer_hash"])
        self.assertEqual(again["metrics"]["train_loss"], first["metrics"]["train_loss"])

    def test_tied_weights_are_stored_once_and_in_the_form_that_transformers_asks_for(self):
        for model, head in [("gpt", "lm_head.weight"), ("bert", "cls.predictions.decoder.weight"),
                            ("t5", "lm_head.weight")]:
            with self.subTest(model=model):
                header, _ = safetensors(self.train(model)[0] / "model.safetensors")
                self.assertEqual(header.pop("__metadata__"), {"format": "pt"})
                self.assertNotIn(head, header)
                if model == "t5":
                    self.assertIn("shared.weight", header)
                    self.assertNotIn("encoder.embed_tokens.weight", header)
