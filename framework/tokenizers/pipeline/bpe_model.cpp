#include <array>
#include <unordered_map>
#include <utility>

#include "support/utf8.h"
#include "text/byte_alphabet.h"
#include "tokenizers/bpe/json.h"
#include "tokenizers/bpe/merger.h"
#include "tokenizers/pipeline/model.h"
#include "tokenizers/pipeline/parts.h"
#include "tokenizers/unigram/vocabulary.h"
#include "tokenizers/vocabulary_json.h"

namespace folio::pipeline {
namespace {

constexpr TokenId kNoToken = -1;
constexpr std::string_view kMark = unigram::kSpaceMark;

struct BpeSettings {
  std::string prefix;  ///< of a character that does not begin its piece
  std::string suffix;  ///< of the piece's last character
  std::optional<std::string> unknown;
  bool fuse_unknown = false;
  bool byte_fallback = false;
  bool ignore_merges = false;
};

/// Byte-pair encoding over characters or bytes, as Hugging Face's tokenizers has it in every setting but dropout.
class BpeModel : public Model {
 public:
  BpeModel(std::vector<std::string> tokens, const JsonPart& merges, BpeSettings settings);

  void encode(std::string_view piece, std::vector<TokenId>& ids) const override;
  bool reads_bytes() const override { return settings_.prefix.empty() && settings_.suffix.empty(); }
  void expect_bytes() override;
  std::optional<std::string> border() const override;
  std::optional<TokenId> unknown() const override {
    return unknown_ == kNoToken ? std::nullopt : std::optional(unknown_);
  }

 private:
  /// A piece on its way to its first tokens.
  struct Symbols {
    std::vector<TokenId>& ids;
    bool unknown_waits = false;  ///< unknown characters that have not been entered yet
  };

  TokenId id_of(std::string_view token) const {
    const auto found = ids_.find(token);
    return found == ids_.end() ? kNoToken : found->second;
  }
  void add_bytes(std::string_view piece, Symbols& symbols) const;
  void add_characters(std::string_view piece, Symbols& symbols) const;
  void add_known(TokenId id, Symbols& symbols) const;
  void add_symbol(std::string_view symbol, Symbols& symbols) const;

  BpeSettings settings_;
  bool in_bytes_ = false;
  bool crosses_marks_ = false;  ///< a merge joins what ends otherwise with what begins with a space mark
  TokenId unknown_ = kNoToken;
  TokenIds ids_;
  std::array<TokenId, 256> byte_symbols_{};         ///< of the byte alphabet
  std::array<TokenId, 256> byte_fallbacks_{};       ///< <0x00> and so on
  std::unordered_map<std::string, TokenId> whole_;  ///< pieces that are a token as they stand, where merges are ignored
  bpe::Merger merger_;
};

BpeModel::BpeModel(std::vector<std::string> tokens, const JsonPart& merges, BpeSettings settings)
    : Model(std::move(tokens)), settings_(std::move(settings)), ids_(ids_of(this->tokens())) {
  if (settings_.unknown) unknown_ = id_of(*settings_.unknown);
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_symbols_[byte] = id_of(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
    byte_fallbacks_[byte] = id_of(unigram::byte_piece(byte));
  }
  std::int32_t rank = 0;
  bpe::for_each_merge(merges, [&](const JsonPart& element, const std::string& left, const std::string& right) {
    const auto needed = [&](const std::string& token) {
      const TokenId id = id_of(token);
      if (id == kNoToken) element.fail("'" + token + "' is not in model.vocab");
      return id;
    };
    if (right.size() < settings_.prefix.size()) element.fail("'" + right + "' is shorter than the prefix");
    merger_.add(needed(left), needed(right), rank++, needed(left + right.substr(settings_.prefix.size())));
    crosses_marks_ |= right.starts_with(kMark) && !left.ends_with(kMark);
  });
  if (!settings_.ignore_merges) return;
  for (const auto& [token, id] : ids_) whole_.emplace(token, id);
}

void BpeModel::expect_bytes() {
  in_bytes_ = true;
  whole_.clear();
  if (!settings_.ignore_merges) return;
  for (const auto& [token, id] : ids_)
    if (auto bytes = from_byte_alphabet(token)) whole_.emplace(std::move(*bytes), id);
}

std::optional<std::string> BpeModel::border() const {
  const bool safe = !in_bytes_ && !crosses_marks_ && whole_.empty() && reads_bytes() && id_of(kMark) != kNoToken;
  return safe ? std::optional(std::string(kMark)) : std::nullopt;
}

void BpeModel::encode(std::string_view piece, std::vector<TokenId>& ids) const {
  if (!whole_.empty()) {
    if (const auto found = whole_.find(std::string(piece)); found != whole_.end()) return ids.push_back(found->second);
  }
  thread_local std::vector<TokenId> first;
  first.clear();
  Symbols symbols{first};
  in_bytes_ ? add_bytes(piece, symbols) : add_characters(piece, symbols);
  if (symbols.unknown_waits) first.push_back(unknown_);
  merger_.merge(first, ids);
}

void BpeModel::add_bytes(std::string_view piece, Symbols& symbols) const {
  for (const char byte : piece) {
    const TokenId id = byte_symbols_[static_cast<unsigned char>(byte)];
    if (id != kNoToken)
      add_known(id, symbols);
    else
      add_symbol(to_byte_alphabet(std::string(1, byte)), symbols);
  }
}

void BpeModel::add_characters(std::string_view piece, Symbols& symbols) const {
  std::string written;
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t end = at + decode_code_point(piece, at).length;
    const std::string_view character = piece.substr(at, end - at);
    const bool continues = at > 0 && !settings_.prefix.empty();
    const bool ends = end == piece.size() && !settings_.suffix.empty();
    at = end;
    if (!continues && !ends) {
      add_symbol(character, symbols);
      continue;
    }
    written = continues ? settings_.prefix : "";
    written += character;
    if (ends) written += settings_.suffix;
    add_symbol(written, symbols);
  }
}

void BpeModel::add_known(TokenId id, Symbols& symbols) const {
  if (symbols.unknown_waits) symbols.ids.push_back(unknown_);
  symbols.unknown_waits = false;
  symbols.ids.push_back(id);
}

/// What cannot be written as bytes either is unknown, or nothing where there is no token for that. Unknown characters
/// are entered with the next known one, so that bytes come before them: Hugging Face's tokenizers, which must be met,
/// has it so.
void BpeModel::add_symbol(std::string_view symbol, Symbols& symbols) const {
  if (const TokenId id = id_of(symbol); id != kNoToken) return add_known(id, symbols);
  if (settings_.byte_fallback) {
    const std::size_t before = symbols.ids.size();
    for (const char byte : symbol) symbols.ids.push_back(byte_fallbacks_[static_cast<unsigned char>(byte)]);
    if (std::find(symbols.ids.begin() + static_cast<std::ptrdiff_t>(before), symbols.ids.end(), kNoToken) ==
        symbols.ids.end())
      return;
    symbols.ids.resize(before);
  }
  if (unknown_ == kNoToken) return;
  if (symbols.unknown_waits && !settings_.fuse_unknown) symbols.ids.push_back(unknown_);
  symbols.unknown_waits = true;
}

std::string text_or_none(const JsonPart& part, const std::string& name) {
  return part.has(name) && !part.at(name).is_null() ? part.at(name).text() : "";
}

}  // namespace

std::unique_ptr<Model> read_bpe_model(const JsonPart& part) {
  part.expect_only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                    "byte_fallback", "ignore_merges", "vocab", "merges"});
  bpe::check_dropout(part);
  BpeSettings settings;
  settings.prefix = text_or_none(part, "continuing_subword_prefix");
  settings.suffix = text_or_none(part, "end_of_word_suffix");
  settings.fuse_unknown = boolean_or(part, "fuse_unk", false);
  settings.byte_fallback = boolean_or(part, "byte_fallback", false);
  settings.ignore_merges = boolean_or(part, "ignore_merges", false);
  if (part.has("unk_token") && !part.at("unk_token").is_null()) settings.unknown = part.at("unk_token").text();
  return std::make_unique<BpeModel>(vocabulary_from_json(part.at("vocab")), part.at("merges"), std::move(settings));
}

}  // namespace folio::pipeline
