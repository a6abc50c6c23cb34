"""Parameter counts: exact, beside the short formula, and what they cost."""

from folio import FolioTest


def differences(answer):
    return {row["what"]: row["difference"] for row in answer["short_formula"]["differences"]}


class Params(FolioTest):
    def test_bert_at_its_defaults(self):
        # transformers' BertForMaskedLM(BertConfig()) has 109,514,298 parameters, its decoder tied.
        bert = self.json("params", "model=bert")
        self.assertEqual(bert["total"], 109514298)
        self.assertEqual(sum(bert["by_part"].values()), 109514298)
        self.assertEqual(bert["settings"]["vocab_size"], 30522)
        formula = bert["short_formula"]
        self.assertEqual(formula["count"], 108375552)
        self.assertEqual(formula["count"] + sum(differences(bert).values()), bert["total"])
        # Positions and token types, 12 layers of biases, 26 norms, and the head.
        self.assertEqual(differences(bert)["positions and other embeddings"], (512 + 2) * 768)
        self.assertEqual(differences(bert)["biases of attention and feed-forward"], 12 * (4 * 768 + 3072 + 768))
        self.assertEqual(differences(bert)["norms"], 26 * 2 * 768)
        self.assertEqual(differences(bert)["head"], 768 * 768 + 768 + 30522)
        text = self.runner("params", "model=bert").stdout
        for expected in ["109,514,298", "30,522 * 768 + 12 * (4 * 768^2 + 2 * 768 * 3,072) = 108,375,552",
                         "position_embeddings.weight 512 x 768", "FLOP per token", "optimizer"]:
            self.assertIn(expected, text)

    def test_gpt_at_its_defaults(self):
        # transformers' GPT2LMHeadModel(GPT2Config()) has 124,439,808 parameters.
        gpt = self.json("params", "model=gpt")
        self.assertEqual(gpt["total"], 124439808)
        self.assertEqual(gpt["short_formula"]["count"], 123532032)
        self.assertEqual(gpt["short_formula"]["without_feed_forward"], 66908928)
        self.assertEqual(gpt["memory"]["weights"], 4 * 124439808)

    def test_an_experiment_gives_batch_and_length(self):
        answer = self.json("params", self.experiment(), "model.num_hidden_layers=2")
        self.assertEqual((answer["batch"], answer["length"]), (4, 32))
        self.assertEqual(answer["settings"]["num_hidden_layers"], 2)

    def test_a_tokenizer_from_a_file_gives_the_size_of_the_vocabulary(self):
        run = self.json(self.experiment(), "training.max_steps=1")
        pretrained = ["~tokenizer", "tokenizer.type=pretrained", f"tokenizer.file={run['folder']}/model/tokenizer.json"]
        answer = self.json("params", self.experiment(), *pretrained)
        checked = self.json("check", self.experiment(), *pretrained)
        self.assertEqual(answer["by_part"], checked["parameters"]["by_part"])

    def test_one_option_is_varied(self):
        answer = self.json("params", "model=bert", "--vary", "hidden_size=256,512,768")
        totals = [variant["total"] for variant in answer["variants"]]
        self.assertEqual(totals, sorted(totals))
        self.assertEqual(totals[-1], 109514298)
        # A head stays 64 wide.
        self.assertEqual([v["settings"]["num_attention_heads"] for v in answer["variants"]], [4, 8, 12])
        # Where the heads are given they stay, and what does not fit is told without hiding the rest.
        done = self.runner("params", "model=bert", "model.num_attention_heads=12", "--vary", "hidden_size=256,768")
        self.assertIn("109,514,298", done.stdout)
        self.assertIn("model.hidden_size=256 is refused", done.stdout)

    def test_steps_are_measured_on_request(self):
        answer = self.json("params", self.experiment(), "--vary", "num_hidden_layers=1,2", "--measure")
        for variant in answer["variants"]:
            self.assertGreater(variant["measured"]["tokens_per_second"], 0)
            self.assertNotIn("refused", variant)

    def test_what_cannot_be_counted_is_told(self):
        self.assertIn("num_attention_heads 5", self.runner("params", "model=bert", "model.num_attention_heads=5",
                                                           code=3).stderr)
        self.assertIn("did you mean 'bert'", self.runner("params", "model=brt", code=3).stderr)
        self.assertIn("model=bert", self.runner("params", "bert", code=2).stderr)
        self.assertIn("positions", self.runner("params", "model=bert", "--length", "600", code=3).stderr)
        self.assertIn("--vary", self.runner("params", "model=bert", "--vary", "hidden_size", code=2).stderr)
