#include "tokenizers/unigram/json.h"

#include <cmath>
#include <utility>

#include "tokenizers/post_processor.h"
#include "tokenizers/vocabulary_json.h"

namespace folio::unigram {
namespace {

using nlohmann::ordered_json;

/// Real vocabularies have pieces of up to some hundred bytes. The bound keeps a hostile file from slowing down
/// encoding.
constexpr std::size_t kMaxPieceBytes = 1 << 14;

ordered_json metaspace() {
  return {{"type", "Metaspace"}, {"replacement", kSpaceMark}, {"prepend_scheme", "always"}, {"split", true}};
}

ordered_json normalizer_to_json(NormalizationForm form) {
  if (form == NormalizationForm::none) return nullptr;
  return {{"type", form == NormalizationForm::nfc ? "NFC" : "NFKC"}};
}

/// The steps of Decoding::bytes.
ordered_json byte_decoder() {
  ordered_json steps = ordered_json::array();
  steps.push_back({{"type", "Replace"}, {"pattern", {{"String", kSpaceMark}}}, {"content", " "}});
  steps.push_back({{"type", "ByteFallback"}});
  steps.push_back({{"type", "Fuse"}});
  steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return {{"type", "Sequence"}, {"decoders", std::move(steps)}};
}

ordered_json model_to_json(const Vocabulary& vocabulary) {
  ordered_json pieces = ordered_json::array();
  for (const Piece& piece : vocabulary.pieces) pieces.push_back(ordered_json::array({piece.text, piece.score}));
  return {{"type", "Unigram"},
          {"unk_id", vocabulary.unk_id},
          {"vocab", std::move(pieces)},
          {"byte_fallback", vocabulary.byte_fallback}};
}

void expect_text(const JsonPart& part, std::string_view expected) {
  if (part.text() == expected) return;
  part.fail("'" + part.text() + "' is not supported, expected '" + std::string(expected) + "'");
}

/// Older files say add_prefix_space instead of prepend_scheme, and str_rep, which repeats the replacement.
void check_metaspace(const JsonPart& part) {
  part.expect_only({"type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"});
  expect_text(part.at("type"), "Metaspace");
  expect_text(part.at("replacement"), kSpaceMark);
  if (part.has("prepend_scheme")) expect_text(part.at("prepend_scheme"), "always");
  for (const char* const name : {"split", "add_prefix_space"})
    if (part.has(name) && !part.at(name).boolean()) part.at(name).fail("false is not supported");
}

NormalizationForm read_normalizer(const JsonPart& part) {
  if (part.is_null()) return NormalizationForm::none;
  const std::string& type = part.at("type").text();
  if (type != "NFC" && type != "NFKC")
    part.at("type").fail("'" + type + "' is not supported, expected 'NFC', 'NFKC' or no normalizer");
  part.expect_only({"type"});
  return type == "NFC" ? NormalizationForm::nfc : NormalizationForm::nfkc;
}

Decoding read_decoder(const JsonPart& part) {
  const std::string& type = part.at("type").text();
  if (type == "Metaspace") {
    check_metaspace(part);
    return Decoding::metaspace;
  }
  if (type != "Sequence") part.at("type").fail("'" + type + "' is not supported, expected 'Metaspace' or 'Sequence'");
  part.expect_only({"type", "decoders"});
  const nlohmann::json expected = nlohmann::json(byte_decoder())["decoders"];
  const JsonPart steps = part.at("decoders");
  std::size_t count = 0;
  steps.for_each([&](const JsonPart& step) {
    if (count == expected.size()) step.fail("more decoders than Replace, ByteFallback, Fuse and Strip");
    const nlohmann::json& wanted = expected[count++];
    if (step.value() != wanted) step.fail("is not supported, expected " + wanted.dump());
  });
  if (count < expected.size()) steps.fail("has no " + expected[count].dump());
  return Decoding::bytes;
}

Piece read_piece(const JsonPart& part) {
  if (!part.value().is_array() || part.value().size() != 2) part.fail_expecting("a token and its score");
  const JsonPart text(part.value()[0], part.path() + "[0]");
  const JsonPart score(part.value()[1], part.path() + "[1]");
  Piece piece{text.text(), 0};
  if (piece.text.empty()) text.fail("a token is empty");
  if (piece.text.size() > kMaxPieceBytes) {
    text.fail("a token has " + std::to_string(piece.text.size()) + " bytes, the limit is " +
              std::to_string(kMaxPieceBytes));
  }
  if (score.value().is_number()) piece.score = score.value().get<double>();
  if (!score.value().is_number() || !std::isfinite(piece.score)) score.fail_expecting("a finite number");
  return piece;
}

std::vector<Piece> read_pieces(const JsonPart& part) {
  std::vector<Piece> pieces;
  part.for_each([&](const JsonPart& element) {
    if (pieces.size() == static_cast<std::size_t>(kMaxTokens)) element.fail("more tokens than the limit");
    pieces.push_back(read_piece(element));
  });
  return pieces;
}

/// The tokens by id, each once.
std::vector<std::string> check_tokens(const JsonPart& part, const std::vector<Piece>& pieces) {
  TokenIds ids;
  std::vector<std::string> tokens;
  for (const Piece& piece : pieces) {
    const auto id = static_cast<TokenId>(tokens.size());
    if (const auto [place, is_new] = ids.emplace(piece.text, id); !is_new) {
      part.fail("'" + piece.text + "' occurs twice, with the ids " + std::to_string(place->second) + " and " +
                std::to_string(id));
    }
    tokens.push_back(piece.text);
  }
  return tokens;
}

/// An added token that is looked for in the normal form stands there as it is written.
void check_normal(const TokenizerJson& json, NormalizationForm form) {
  const UnicodeNormalizer normalizer(form);
  for (const AddedToken& token : json.added_tokens()) {
    if (!token.normalized) continue;
    std::string normal;
    normalizer.append(token.content, normal);
    if (normal == token.content) continue;
    json.part("added_tokens").fail("'" + token.content + "' is changed by the normalizer, which is not supported");
  }
}

}  // namespace

std::string to_json(const Vocabulary& vocabulary) {
  TokenizerJsonParts parts;
  parts.normalizer = normalizer_to_json(vocabulary.normalization);
  parts.pre_tokenizer = metaspace();
  parts.post_processor = vocabulary.post_processor;
  parts.decoder = vocabulary.decoding == Decoding::bytes ? byte_decoder() : metaspace();
  parts.model = model_to_json(vocabulary);
  return write_tokenizer_json(vocabulary.added_tokens, std::move(parts));
}

Vocabulary read_model(const JsonPart& model) {
  model.expect_only({"type", "unk_id", "vocab", "byte_fallback"});
  Vocabulary vocabulary;
  vocabulary.pieces = read_pieces(model.at("vocab"));
  if (vocabulary.pieces.empty()) model.at("vocab").fail("is empty");
  const auto last = static_cast<std::int64_t>(vocabulary.pieces.size()) - 1;
  vocabulary.unk_id = -1;
  if (model.has("unk_id") && !model.at("unk_id").is_null())
    vocabulary.unk_id = static_cast<TokenId>(model.at("unk_id").integer(0, last));
  vocabulary.byte_fallback = model.has("byte_fallback") && model.at("byte_fallback").boolean();
  return vocabulary;
}

Vocabulary from_json(const TokenizerJson& json) {
  Vocabulary vocabulary;
  vocabulary.normalization = read_normalizer(json.part("normalizer"));
  check_metaspace(json.part("pre_tokenizer"));
  check_post_processor(json.part("post_processor"));
  vocabulary.post_processor = json.part("post_processor").value();
  vocabulary.decoding = read_decoder(json.part("decoder"));
  const JsonPart model = json.part("model");
  expect_text(model.at("type"), "Unigram");
  Vocabulary read = read_model(model);
  if (read.unk_id < 0) model.at("unk_id").fail_expecting("an id");
  vocabulary.pieces = std::move(read.pieces);
  vocabulary.unk_id = read.unk_id;
  vocabulary.byte_fallback = read.byte_fallback;
  const std::vector<std::string> tokens = check_tokens(model.at("vocab"), vocabulary.pieces);
  check_added_tokens(json, ids_of(tokens), tokens);
  check_normal(json, vocabulary.normalization);
  vocabulary.added_tokens = json.added_tokens();
  return vocabulary;
}

}  // namespace folio::unigram
