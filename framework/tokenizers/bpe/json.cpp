#include "tokenizers/bpe/json.h"

#include <unordered_set>
#include <utility>

#include "text/byte_alphabet.h"
#include "tokenizers/pair_map.h"
#include "tokenizers/vocabulary_json.h"

namespace folio::bpe {
namespace {

using nlohmann::ordered_json;

ordered_json byte_level(bool add_prefix_space) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", add_prefix_space}, {"trim_offsets", true}, {"use_regex", true}};
}

ordered_json model_to_json(const Vocabulary& vocabulary) {
  ordered_json tokens = vocabulary_to_json(vocabulary.tokens);
  ordered_json merges = ordered_json::array();
  for (const Merge& merge : vocabulary.merges) {
    merges.push_back(ordered_json::array({vocabulary.tokens[merge.left], vocabulary.tokens[merge.right]}));
  }
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"vocab", std::move(tokens)},
          {"merges", std::move(merges)}};
}

void expect_byte_level(const JsonPart& part) {
  part.expect_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  if (part.at("type").text() != "ByteLevel") {
    part.at("type").fail("'" + part.at("type").text() + "' is not supported, expected 'ByteLevel'");
  }
}

void check_pre_tokenizer(const JsonPart& part) {
  expect_byte_level(part);
  if (part.at("add_prefix_space").boolean()) part.at("add_prefix_space").fail("true is not supported");
  if (part.has("use_regex") && !part.at("use_regex").boolean()) part.at("use_regex").fail("false is not supported");
}

/// What the model may say besides its vocabulary. Where every byte has a token, nothing is ever unknown, so that the
/// settings of unknown characters make no difference.
void check_model_settings(const JsonPart& model) {
  model.expect_only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                     "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (model.has("type") && model.at("type").text() != "BPE") {
    model.at("type").fail("'" + model.at("type").text() + "' is not supported, expected 'BPE'");
  }
  if (model.has("dropout")) model.at("dropout").expect_null();
  for (const char* const name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!model.has(name) || model.at(name).is_null() || model.at(name).text().empty()) continue;
    model.at(name).fail("'" + model.at(name).text() + "' is not supported, expected none");
  }
  if (model.has("ignore_merges") && model.at("ignore_merges").boolean()) {
    model.at("ignore_merges").fail("true is not supported");
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
  part.for_each([&](const JsonPart& element) {
    if (element.value().is_string() && element.text().starts_with("#version")) return;  // left by old converters
    const auto [left, right] = read_pair(element);
    const auto id_of = [&](const std::string& token) {
      const auto found = ids.find(token);
      if (found == ids.end()) element.fail("'" + token + "' is not in model.vocab");
      return found->second;
    };
    const Merge merge{id_of(left), id_of(right), id_of(left + right)};
    if (!seen.insert(pair_key(merge.left, merge.right)).second) {
      element.fail("'" + left + "' and '" + right + "' are merged by an earlier one");
    }
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

std::string to_json(const Vocabulary& vocabulary) {
  TokenizerJsonParts parts;
  parts.pre_tokenizer = byte_level(false);
  parts.decoder = byte_level(true);
  parts.model = model_to_json(vocabulary);
  return write_tokenizer_json(vocabulary.added_tokens, std::move(parts));
}

Vocabulary from_json(std::string_view text) {
  const TokenizerJson json(text);
  json.part("normalizer").expect_null();
  check_pre_tokenizer(json.part("pre_tokenizer"));
  if (!json.part("post_processor").is_null()) expect_byte_level(json.part("post_processor"));  // it moves offsets only
  expect_byte_level(json.part("decoder"));
  const JsonPart model = json.part("model");
  check_model_settings(model);

  Vocabulary vocabulary;
  vocabulary.tokens = vocabulary_from_json(model.at("vocab"));
  const TokenIds ids = ids_of(vocabulary.tokens);
  check_alphabet(model.at("vocab"), ids);
  vocabulary.merges = read_merges(model.at("merges"), ids);
  check_added_tokens(json, ids, vocabulary.tokens);
  vocabulary.added_tokens = json.added_tokens();
  return vocabulary;
}

}  // namespace folio::bpe
