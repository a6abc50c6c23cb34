#include "tokenizers/bpe/json.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "text/byte_alphabet.h"
#include "tokenizers/bpe/pair_map.h"

namespace folio::bpe {
namespace {

using nlohmann::ordered_json;

using TokenIds = std::unordered_map<std::string_view, TokenId>;

ordered_json byte_level(bool add_prefix_space) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", add_prefix_space}, {"trim_offsets", true}, {"use_regex", true}};
}

ordered_json model_to_json(const Vocabulary& vocabulary) {
  // Filled as what it is underneath, a vector: to add a member by name would look through all that are there.
  ordered_json::object_t tokens;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (!vocabulary.tokens[id].empty()) tokens.emplace_back(vocabulary.tokens[id], id);
  }
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

std::vector<std::string> read_tokens(const JsonPart& part) {
  part.expect_object();
  std::vector<std::string> tokens;
  for (const auto& member : part.value().items()) {
    const JsonPart token(member.value(), part.path() + "['" + member.key() + "']");
    if (member.key().empty()) token.fail("a token is empty");
    const auto id = static_cast<std::size_t>(token.integer(0, kMaxTokens - 1));
    if (id >= tokens.size()) tokens.resize(id + 1);
    if (!tokens[id].empty()) token.fail("id " + std::to_string(id) + " is already that of '" + tokens[id] + "'");
    tokens[id] = member.key();
  }
  return tokens;
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

/// An added token has the id that the vocabulary gives it; one that is not in there has the next id that is free.
void check_added_tokens(const TokenizerJson& json, const TokenIds& ids, const std::vector<std::string>& tokens) {
  std::size_t next = ids.size();
  for (const AddedToken& token : json.added_tokens()) {
    const auto found = ids.find(token.content);
    const auto expected = found != ids.end() ? found->second : static_cast<TokenId>(next++);
    const bool taken = found == ids.end() && static_cast<std::size_t>(token.id) < tokens.size() &&
                       !tokens[static_cast<std::size_t>(token.id)].empty();
    if (token.id == expected && !taken) continue;
    json.part("added_tokens")
        .fail("'" + token.content + "' has the id " + std::to_string(token.id) +
              (taken ? ", which is that of '" + tokens[static_cast<std::size_t>(token.id)] + "' in model.vocab"
                     : ", expected " + std::to_string(expected)));
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
  vocabulary.tokens = read_tokens(model.at("vocab"));
  TokenIds ids;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (!vocabulary.tokens[id].empty()) ids.emplace(vocabulary.tokens[id], id);
  }
  check_alphabet(model.at("vocab"), ids);
  vocabulary.merges = read_merges(model.at("merges"), ids);
  check_added_tokens(json, ids, vocabulary.tokens);
  vocabulary.added_tokens = json.added_tokens();
  return vocabulary;
}

}  // namespace folio::bpe
