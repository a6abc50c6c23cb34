#include "formats/tokenizer_json.h"

#include <set>
#include <utility>

#include "support/error.h"
#include "support/human.h"

namespace folio {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxBytes = 64 << 20;  // the largest in use (Gemma's) has 34 MB
constexpr const char* kVersion = "1.0";
const std::string kRoot(kTokenizerJsonRoot);

json parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    throw Error(ErrorKind::run, kRoot + human_bytes(static_cast<double>(text.size())) + " are more than the limit of " +
                                    human_bytes(kMaxBytes));
  }
  return parse_strict_json(text, "tokenizer.json");
}

AddedToken read_added_token(const JsonPart& part) {
  part.expect_only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  AddedToken token;
  token.id = static_cast<std::int32_t>(part.at("id").integer(0, kMaxTokens - 1));
  token.content = part.at("content").text();
  if (token.content.empty()) part.at("content").fail("is empty");
  token.normalized = part.at("normalized").boolean();
  token.special = part.at("special").boolean();
  token.single_word = part.at("single_word").boolean();
  token.lstrip = part.at("lstrip").boolean();
  token.rstrip = part.at("rstrip").boolean();
  return token;
}

}  // namespace

TokenizerJson::TokenizerJson(std::string_view text) : document_(parse(text)) {
  const JsonPart root(document_, kRoot);
  root.expect_only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
                    "decoder", "model"});
  const JsonPart version = root.at("version");
  if (version.text() != kVersion)
    version.fail("version '" + version.text() + "' is not supported, expected '" + kVersion + "'");
  read_added_tokens();
}

JsonPart TokenizerJson::part(const std::string& name) const {
  static const json kNull;
  const auto found = document_.find(name);
  return {found == document_.end() ? kNull : *found, kRoot + name};
}

std::vector<std::string> TokenizerJson::unused_settings() const {
  std::vector<std::string> names;
  for (const char* const name : {"truncation", "padding"})
    if (!part(name).is_null()) names.emplace_back(name);
  return names;
}

void TokenizerJson::read_added_tokens() {
  if (part("added_tokens").is_null()) return;
  std::set<std::string> contents;
  std::set<std::int32_t> ids;
  part("added_tokens").for_each([&](const JsonPart& element) {
    AddedToken token = read_added_token(element);
    if (!contents.insert(token.content).second) element.at("content").fail("'" + token.content + "' occurs twice");
    if (!ids.insert(token.id).second) element.at("id").fail("id " + std::to_string(token.id) + " occurs twice");
    added_tokens_.push_back(std::move(token));
  });
}

std::string write_tokenizer_json(const std::vector<AddedToken>& added_tokens, TokenizerJsonParts parts) {
  ordered_json tokens = ordered_json::array();
  for (const AddedToken& token : added_tokens) {
    tokens.push_back({{"id", token.id},
                      {"content", token.content},
                      {"single_word", token.single_word},
                      {"lstrip", token.lstrip},
                      {"rstrip", token.rstrip},
                      {"normalized", token.normalized},
                      {"special", token.special}});
  }
  const ordered_json document{{"version", kVersion},
                              {"truncation", nullptr},
                              {"padding", nullptr},
                              {"added_tokens", std::move(tokens)},
                              {"normalizer", std::move(parts.normalizer)},
                              {"pre_tokenizer", std::move(parts.pre_tokenizer)},
                              {"post_processor", std::move(parts.post_processor)},
                              {"decoder", std::move(parts.decoder)},
                              {"model", std::move(parts.model)}};
  return document.dump(2);
}

}  // namespace folio
