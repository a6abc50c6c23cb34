#include "experiment/yaml_writer.h"

#include <catch2/catch.hpp>

#include "unit/experiment/declarations.h"

using namespace folio::experiment;
using namespace folio::experiment::test;
using nlohmann::json;

TEST_CASE("a resolved experiment is written for people") {
  CHECK(to_yaml(load(kValid, {"dataset.books=[a-b, 'x, y']", "training.run_name="}).resolved) ==
        "name: romeo\n"
        "description: GPT-2 small on Romeo and Juliet\n"
        "dataset:\n"
        "  type: textbooks\n"
        "  books: [a-b, \"x, y\"]\n"
        "  newlines: keep\n"
        "  shuffle: true\n"
        "  split:\n"
        "    by: characters\n"
        "    size: 512\n"
        "  stand_in: true\n"
        "  validation: 0.0\n"
        "tokenizer:\n"
        "  type: bpe\n"
        "  vocab_size: 50257\n"
        "model:\n"
        "  type: gpt\n"
        "  hidden_act: gelu_new\n"
        "  hidden_size: 768\n"
        "  num_hidden_layers: 12\n"
        "  resid_pdrop: 0.1\n"
        "  vocab_size: 50257\n"
        "training:\n"
        "  eval_strategy: \"no\"\n"
        "  learning_rate: 0.0001\n"
        "  num_train_epochs: 3.0\n"
        "  per_device_train_batch_size: 8\n"
        "  seed: 42\n");
}

TEST_CASE("what a reader of YAML 1.1 would take for something else is written so that it does not") {
  CHECK(to_yaml({{"a", 1e-5}, {"b", 1.5e-7}}) == "a: 1.0e-05\nb: 1.5e-07\n");
  CHECK(to_yaml({{"a", "no"}, {"b", "1e-5"}, {"c", "12:30"}}) == "a: \"no\"\nb: \"1e-5\"\nc: \"12:30\"\n");
  CHECK(to_yaml({{"a", "one, two"}, {"b", json{"one, two"}}}) == "a: one, two\nb: [\"one, two\"]\n");
}

TEST_CASE("a written experiment loads to the same values, whatever its texts") {
  const json valid = load(kValid).resolved;
  const std::vector<std::string> texts = {"",
                                          "yes",
                                          "no",
                                          "true",
                                          "null",
                                          "~",
                                          "010",
                                          "1e3",
                                          "-5",
                                          "0x1F",
                                          ".inf",
                                          "a: b",
                                          "a # b",
                                          "#a",
                                          "- a",
                                          "[a]",
                                          "{a: b}",
                                          "a, b",
                                          "'a'",
                                          "say \"hi\"",
                                          "a\nb\n",
                                          "\n",
                                          " a ",
                                          "\ta",
                                          "&a",
                                          "*a",
                                          "!a",
                                          "|",
                                          "%a",
                                          "@a",
                                          "a\\b",
                                          "\x01\x1b",
                                          "---",
                                          "...",
                                          "<<",
                                          "\xC3\xA9",
                                          "\xF0\x9F\x8E\xAD",
                                          "a\r\nb",
                                          "~/books",
                                          "C:\\x",
                                          "2020-01-01",
                                          "1:30",
                                          "=",
                                          "a\xE2\x80\xA8"
                                          "b",
                                          "\xC2\x85",
                                          "/a b/c.txt"};
  for (const std::string& text : texts) {
    json resolved = valid;
    resolved["description"] = text;
    resolved["training"]["run_name"] = text;
    resolved["dataset"]["books"] = {text, "x", text};
    CAPTURE(text);
    CHECK(load(to_yaml(resolved)).resolved == resolved);
  }
}

TEST_CASE("a written experiment loads to the same numbers") {
  const json valid = load(kValid).resolved;
  for (const double value : {0.0, -0.0, 1.0, 5e-5, 1e-8, 0.1, 1e16, 1e300, 5e-324, 123456.789, 1.0 / 3}) {
    json resolved = valid;
    resolved["training"]["learning_rate"] = value;
    CHECK(load(to_yaml(resolved)).resolved == resolved);
  }
}
