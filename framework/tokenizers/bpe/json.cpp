#include "tokenizers/bpe/json.h"

#include <unordered_set>
#include <utility>

#include "text/byte_alphabet.h"
#include "tokenizers/pair_map.h"
#include "tokenizers/post_processor.h"
#include "tokenizers/vocabulary_json.h"
#include "tokenizers/word_patterns.h"

namespace folio::bpe {
namespace {

using nlohmann::ordered_json;

ordered_json byte_level(bool add_prefix_space, bool use_regex = true) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", add_prefix_space}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

ordered_json pre_tokenizer_to_json(Pattern pattern) {
  if (pattern == Pattern::gpt2) return byte_level(false);
  const ordered_json split{
      {"type", "Split"}, {"pattern", {{"Regex", kLlama3Pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", ordered_json::array({split, byte_level(false, false)})}};
}

ordered_json model_to_json(const Vocabulary& vocabulary) {
  ordered_json tokens = vocabulary_to_json(vocabulary.tokens);
  ordered_json merges = ordered_json::array();
  for (const Merge& merge : vocabulary.merges)
    merges.push_back(ordered_json::array({vocabulary.tokens[merge.left], vocabulary.tokens[merge.right]}));
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", vocabulary.ignore_merges},
          {"vocab", std::move(tokens)},
          {"merges", std::move(merges)}};
}

void expect_type(const JsonPart& part, const std::string& type) {
  const JsonPart given = part.at("type");
  if (given.text() != type) given.fail("'" + given.text() + "' is not supported, expected '" + type + "'");
}

void expect_boolean(const JsonPart& part, bool expected) {
  if (part.boolean() != expected) part.fail(expected ? "false is not supported" : "true is not supported");
}

void expect_byte_level(const JsonPart& part) {
  expect_type(part, "ByteLevel");
  part.expect_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
}

/// A pre-tokenizer that writes words in the byte alphabet; `use_regex`: it cuts the text into GPT-2's words before.
void expect_byte_level_words(const JsonPart& part, bool use_regex) {
  expect_byte_level(part);
  expect_boolean(part.at("add_prefix_space"), false);
  if (part.has("use_regex"))
    expect_boolean(part.at("use_regex"), use_regex);
  else if (!use_regex)
    part.fail("has no 'use_regex', expected false");
}

void expect_llama3_split(const JsonPart& part) {
  expect_type(part, "Split");
  part.expect_only({"type", "pattern", "behavior", "invert"});
  const JsonPart regex = part.at("pattern").at("Regex");
  if (regex.text() != kLlama3Pattern)
    regex.fail("is not supported, expected Llama 3's: " + std::string(kLlama3Pattern));
  const JsonPart behavior = part.at("behavior");
  if (behavior.text() != "Isolated") behavior.fail("'" + behavior.text() + "' is not supported, expected 'Isolated'");
  expect_boolean(part.at("invert"), false);
}

Pattern read_pattern(const JsonPart& part) {
  if (part.at("type").text() != "Sequence") {
    expect_byte_level_words(part, true);
    return Pattern::gpt2;
  }
  part.expect_only({"type", "pretokenizers"});
  std::vector<JsonPart> steps;
  part.at("pretokenizers").for_each([&](const JsonPart& step) { steps.push_back(step); });
  if (steps.size() != 2) part.at("pretokenizers").fail("expected 'Split' and 'ByteLevel'");
  expect_llama3_split(steps[0]);
  expect_byte_level_words(steps[1], false);
  return Pattern::llama3;
}

/// What the model may say besides its vocabulary. Where every byte has a token, nothing is ever unknown, so that the
/// settings of unknown characters make no difference.
void check_model_settings(const JsonPart& model) {
  model.expect_only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                     "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (model.has("type")) expect_type(model, "BPE");
  check_dropout(model);
  for (const char* const name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!model.has(name) || model.at(name).is_null() || model.at(name).text().empty()) continue;
    model.at(name).fail("'" + model.at(name).text() + "' is not supported, expected none");
  }
}

/// "a b" or ["a", "b"].
std::pair<std::string, std::string> read_pair(const JsonPart& part) {
  if (part.value().is_string()) {
    const std::string& text = part.text();
    const std::size_t space = text.find(' ');
    if (space == text.npos || text.find(' ', space + 1) != text.npos) part.fail_expecting("two tokens and one space");
    return {text.substr(0, space), text.substr(space + 1)};
  }
  std::vector<std::string> tokens;
  part.for_each([&](const JsonPart& token) { tokens.push_back(token.text()); });
  if (tokens.size() != 2) part.fail("expected two tokens, got " + std::to_string(tokens.size()));
  return {tokens[0], tokens[1]};
}

std::vector<Merge> read_merges(const JsonPart& part, const TokenIds& ids) {
  std::vector<Merge> merges;
  std::unordered_set<PairKey> seen;
  for_each_merge(part, [&](const JsonPart& element, const std::string& left, const std::string& right) {
    const auto id_of = [&](const std::string& token) {
      const auto found = ids.find(token);
      if (found == ids.end()) element.fail("'" + token + "' is not in model.vocab");
      return found->second;
    };
    const Merge merge{id_of(left), id_of(right), id_of(left + right)};
    if (!seen.insert(pair_key(merge.left, merge.right)).second)
      element.fail("'" + left + "' and '" + right + "' are merged by an earlier one");
    merges.push_back(merge);
  });
  return merges;
}

void check_alphabet(const JsonPart& vocab, const TokenIds& ids) {
  for (std::size_t byte = 0; byte < kByteAlphabet.size(); ++byte) {
    const std::string token = to_byte_alphabet(std::string(1, static_cast<char>(byte)));
    if (!ids.contains(token)) vocab.fail("has no '" + token + "', the token of byte " + std::to_string(byte));
  }
}

}  // namespace

void for_each_merge(
    const JsonPart& merges,
    const std::function<void(const JsonPart& merge, const std::string& left, const std::string& right)>& visit) {
  merges.for_each([&](const JsonPart& element) {
    if (element.value().is_string() && element.text().starts_with("#version")) return;  // left by old converters
    const auto [left, right] = read_pair(element);
    visit(element, left, right);
  });
}

void check_dropout(const JsonPart& model) {
  if (!model.has("dropout") || model.at("dropout").is_null()) return;
  const JsonPart dropout = model.at("dropout");
  if (!dropout.value().is_number() || dropout.value().get<double>() != 0)
    dropout.fail(dropout.value().dump() + " is not supported, expected null or 0");
}

std::string to_json(const Vocabulary& vocabulary) {
  TokenizerJsonParts parts;
  parts.pre_tokenizer = pre_tokenizer_to_json(vocabulary.pattern);
  parts.post_processor = vocabulary.post_processor;
  parts.decoder = byte_level(true);
  parts.model = model_to_json(vocabulary);
  return write_tokenizer_json(vocabulary.added_tokens, std::move(parts));
}

Vocabulary from_json(const TokenizerJson& json) {
  json.part("normalizer").expect_null();
  check_post_processor(json.part("post_processor"));
  expect_byte_level(json.part("decoder"));
  const JsonPart model = json.part("model");
  check_model_settings(model);

  Vocabulary vocabulary;
  vocabulary.pattern = read_pattern(json.part("pre_tokenizer"));
  vocabulary.ignore_merges = model.has("ignore_merges") && model.at("ignore_merges").boolean();
  vocabulary.post_processor = json.part("post_processor").value();
  vocabulary.tokens = vocabulary_from_json(model.at("vocab"));
  const TokenIds ids = ids_of(vocabulary.tokens);
  check_alphabet(model.at("vocab"), ids);
  vocabulary.merges = read_merges(model.at("merges"), ids);
  check_added_tokens(json, ids, vocabulary.tokens);
  vocabulary.added_tokens = json.added_tokens();
  return vocabulary;
}

}  // namespace folio::bpe
