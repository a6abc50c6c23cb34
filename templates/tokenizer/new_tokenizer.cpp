// NewTokenizer: each token is a character. A small, complete tokenizer to start from.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "folio/plugin.h"
#include "folio/tokenizer.h"

namespace {

/// Declared once. A model whose vocab_size is not given takes it from here.
folio::OptionTable options() {
  return {folio::integer("vocab_size", 512).at_least(1).unit("tokens").help("the most tokens to learn")};
}

/// The first character of the text: its first byte and the bytes that continue it.
std::string_view first_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return text.substr(0, size);
}

class NewTokenizer : public folio::Tokenizer {
 public:
  explicit NewTokenizer(const folio::OptionValues& values)
      : limit_(static_cast<std::size_t>(values.integer("vocab_size"))) {}

  void train(const folio::TextSource& texts, const std::vector<folio::SpecialToken>& special_tokens,
             const folio::Progress&) override {
    add(kUnknown);
    int sentinel = 0;
    for (const folio::SpecialToken token : special_tokens)
      add(spelling(token, token == folio::SpecialToken::sentinel ? sentinel++ : 0));
    specials_ = tokens_.size();
    if (specials_ > limit_) {
      throw folio::Error(folio::ErrorKind::experiment, "vocab_size is " + std::to_string(limit_) + ", but there are " +
                                                           std::to_string(specials_) + " special tokens");
    }
    std::map<std::string, std::int64_t, std::less<>> counts;
    texts([&](std::string_view text) {
      for (; !text.empty(); text.remove_prefix(first_character(text).size())) {
        const auto found = counts.try_emplace(std::string(first_character(text))).first;
        ++found->second;
      }
    });
    std::vector<std::pair<std::string, std::int64_t>> by_count(counts.begin(), counts.end());
    std::stable_sort(by_count.begin(), by_count.end(),
                     [](const auto& left, const auto& right) { return left.second > right.second; });
    for (const auto& [character, count] : by_count)
      if (tokens_.size() < limit_) add(character);
  }

  /// Byte-pair encoding without merges is a tokenizer of characters, which Hugging Face's libraries can read.
  std::string to_json() const override {
    nlohmann::ordered_json vocabulary, added = nlohmann::ordered_json::array();
    for (std::size_t id = 0; id < tokens_.size(); ++id) {
      vocabulary[tokens_[id]] = id;
      if (id < specials_) {
        added.push_back({{"id", id},
                         {"content", tokens_[id]},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
      }
    }
    const nlohmann::ordered_json file{{"version", "1.0"},
                                      {"truncation", nullptr},
                                      {"padding", nullptr},
                                      {"added_tokens", added},
                                      {"normalizer", nullptr},
                                      {"pre_tokenizer", nullptr},
                                      {"post_processor", nullptr},
                                      {"decoder", {{"type", "Fuse"}}},
                                      {"model",
                                       {{"type", "BPE"},
                                        {"unk_token", kUnknown},
                                        {"vocab", vocabulary},
                                        {"merges", nlohmann::ordered_json::array()}}}};
    return file.dump(2);
  }

  void load_json(std::string_view text) override {
    try {
      const auto file = nlohmann::json::parse(text);
      const auto& vocabulary = file.at("model").at("vocab");
      tokens_.assign(vocabulary.size(), "");
      for (const auto& [token, id] : vocabulary.items()) tokens_.at(id.get<std::size_t>()) = token;
      specials_ = file.at("added_tokens").size();
    } catch (const std::exception& error) {
      throw folio::Error(folio::ErrorKind::run, std::string("tokenizer.json: ") + error.what());
    }
    ids_.clear();
    for (std::size_t id = 0; id < tokens_.size(); ++id) ids_[tokens_[id]] = static_cast<folio::TokenId>(id);
  }

  std::vector<folio::TokenId> encode(std::string_view text) const override {
    std::vector<folio::TokenId> ids;
    while (!text.empty()) {
      const std::string_view piece = first_token(text);
      const auto found = ids_.find(piece);
      ids.push_back(found == ids_.end() ? 0 : found->second);
      text.remove_prefix(piece.size());
    }
    return ids;
  }

  std::string decode(std::span<const folio::TokenId> ids, bool skip_special_tokens) const override {
    std::string text;
    for (const folio::TokenId id : ids) {
      const auto index = static_cast<std::size_t>(id);
      if (!skip_special_tokens || index >= specials_) text += tokens_.at(index);
    }
    return text;
  }

  std::int64_t vocab_size() const override { return static_cast<std::int64_t>(tokens_.size()); }

  std::optional<folio::TokenId> special_token_id(folio::SpecialToken token, int index) const override {
    const auto found = ids_.find(spelling(token, index));
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static constexpr const char* kUnknown = "<|unknown|>";  // id 0, for characters that were not learned

  static std::string spelling(folio::SpecialToken token, int index) {
    const std::string name(folio::to_string(token));
    return token == folio::SpecialToken::sentinel ? "<|" + name + std::to_string(index) + "|>" : "<|" + name + "|>";
  }

  void add(const std::string& token) {
    if (ids_.try_emplace(token, static_cast<folio::TokenId>(tokens_.size())).second) tokens_.push_back(token);
  }

  /// The special token at the beginning of the text, if there is one, otherwise its first character.
  std::string_view first_token(std::string_view text) const {
    for (std::size_t id = 0; id < specials_; ++id)
      if (text.starts_with(tokens_[id])) return text.substr(0, tokens_[id].size());
    return first_character(text);
  }

  std::size_t limit_;
  std::size_t specials_ = 0;         ///< the first ids are those of special tokens
  std::vector<std::string> tokens_;  ///< by id
  std::map<std::string, folio::TokenId, std::less<>> ids_;
};

}  // namespace

FOLIO_PLUGIN(
    "tokenizer", "new_tokenizer", .version = "0.1", .summary = "Each token is a character", .options = options,
    .make_tokenizer = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Tokenizer> {
      return std::make_unique<NewTokenizer>(values);
    })
