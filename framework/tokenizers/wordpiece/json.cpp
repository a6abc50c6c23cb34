#include "tokenizers/wordpiece/json.h"

#include <cstdint>
#include <utility>

#include "tokenizers/post_processor.h"
#include "tokenizers/vocabulary_json.h"

namespace folio::wordpiece {
namespace {

using nlohmann::ordered_json;

ordered_json normalizer_to_json(const BertNormalization& settings) {
  ordered_json strip_accents;
  if (settings.strip_accents) strip_accents = *settings.strip_accents;
  return {{"type", "BertNormalizer"},
          {"clean_text", settings.clean_text},
          {"handle_chinese_chars", settings.handle_chinese_chars},
          {"strip_accents", std::move(strip_accents)},
          {"lowercase", settings.lowercase}};
}

ordered_json model_to_json(const Vocabulary& vocabulary) {
  return {{"type", "WordPiece"},
          {"unk_token", vocabulary.unknown_token},
          {"continuing_subword_prefix", vocabulary.continuing_prefix},
          {"max_input_chars_per_word", vocabulary.max_input_chars_per_word},
          {"vocab", vocabulary_to_json(vocabulary.tokens)}};
}

void expect_type(const JsonPart& part, const std::string& type) {
  const JsonPart given = part.at("type");
  if (given.text() != type) given.fail("'" + given.text() + "' is not supported, expected '" + type + "'");
}

BertNormalization read_normalizer(const JsonPart& part) {
  expect_type(part, "BertNormalizer");
  part.expect_only({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  BertNormalization settings;
  settings.clean_text = part.at("clean_text").boolean();
  settings.handle_chinese_chars = part.at("handle_chinese_chars").boolean();
  if (!part.at("strip_accents").is_null()) settings.strip_accents = part.at("strip_accents").boolean();
  settings.lowercase = part.at("lowercase").boolean();
  return settings;
}

std::string read_prefix(const JsonPart& part) {
  if (part.text().size() > kMaxPrefixBytes) {
    part.fail("has " + std::to_string(part.text().size()) + " bytes, more than the limit of " +
              std::to_string(kMaxPrefixBytes));
  }
  return part.text();
}

void read_decoder(const JsonPart& part, Vocabulary& vocabulary) {
  expect_type(part, "WordPiece");
  part.expect_only({"type", "prefix", "cleanup"});
  vocabulary.decoder_prefix = read_prefix(part.at("prefix"));
  vocabulary.cleanup = part.at("cleanup").boolean();
}

}  // namespace

std::string to_json(const Vocabulary& vocabulary) {
  TokenizerJsonParts parts;
  parts.normalizer = normalizer_to_json(vocabulary.normalization);
  parts.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  parts.post_processor = vocabulary.post_processor;
  parts.decoder = {{"type", "WordPiece"}, {"prefix", vocabulary.decoder_prefix}, {"cleanup", vocabulary.cleanup}};
  parts.model = model_to_json(vocabulary);
  return write_tokenizer_json(vocabulary.added_tokens, std::move(parts));
}

Vocabulary read_model(const JsonPart& part) {
  part.expect_only({"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"});
  if (part.has("type")) expect_type(part, "WordPiece");  // files that are older than the name do without
  Vocabulary vocabulary;
  vocabulary.unknown_token = part.at("unk_token").text();
  vocabulary.continuing_prefix = read_prefix(part.at("continuing_subword_prefix"));
  vocabulary.max_input_chars_per_word =
      static_cast<std::size_t>(part.at("max_input_chars_per_word").integer(0, INT32_MAX));
  vocabulary.tokens = vocabulary_from_json(part.at("vocab"));
  if (!ids_of(vocabulary.tokens).contains(vocabulary.unknown_token))
    part.at("unk_token").fail("'" + vocabulary.unknown_token + "' is not in model.vocab");
  return vocabulary;
}

Vocabulary from_json(const TokenizerJson& json) {
  const BertNormalization normalization = read_normalizer(json.part("normalizer"));
  expect_type(json.part("pre_tokenizer"), "BertPreTokenizer");
  json.part("pre_tokenizer").expect_only({"type"});
  check_post_processor(json.part("post_processor"));
  Vocabulary vocabulary = read_model(json.part("model"));
  vocabulary.normalization = normalization;
  vocabulary.post_processor = json.part("post_processor").value();
  read_decoder(json.part("decoder"), vocabulary);
  check_added_tokens(json, ids_of(vocabulary.tokens), vocabulary.tokens);
  vocabulary.added_tokens = json.added_tokens();
  return vocabulary;
}

}  // namespace folio::wordpiece
