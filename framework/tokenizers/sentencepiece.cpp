#include "tokenizers/sentencepiece.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "folio/error.h"
#include "formats/protobuf.h"
#include "formats/tokenizer_json.h"
#include "support/base64.h"
#include "support/utf8.h"

namespace folio {
namespace {

using nlohmann::ordered_json;

/// Calls `visit` with each field of the message. Throws std::out_of_range where the bytes are none.
void for_each_field(std::string_view bytes, const std::function<void(const ProtobufField&)>& visit) {
  ProtobufMessage message(bytes);
  while (const auto field = message.next()) visit(*field);
  if (message.broken()) throw std::out_of_range(std::string(message.problem()));
}

enum PieceType : std::uint64_t { kNormalPiece = 1, kUnknownPiece = 2, kControlPiece = 3, kUserDefinedPiece = 4 };

struct SpmPiece {
  std::string text;
  double score = 0;
  std::uint64_t type = kNormalPiece;
};

/// What sentencepiece_model.proto holds, as far as it decides how a text is encoded.
struct SpmModel {
  std::vector<SpmPiece> pieces;
  std::uint64_t model_type = 1;
  bool byte_fallback = false;
  std::string charsmap;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
};

SpmPiece read_spm_piece(std::string_view bytes) {
  SpmPiece piece;
  for_each_field(bytes, [&](const ProtobufField& field) {
    if (field.number == 1) piece.text = field.bytes;
    if (field.number == 2) {
      if (field.bytes.size() != sizeof(float)) throw std::out_of_range("a score is not a 32-bit number");
      piece.score = load_number<float>(field.bytes);
      if (!std::isfinite(piece.score)) throw std::out_of_range("a score is no finite number");
    }
    if (field.number == 3) piece.type = field.varint;
  });
  return piece;
}

SpmModel read_spm_model(std::string_view bytes) {
  SpmModel model;
  for_each_field(bytes, [&](const ProtobufField& part) {
    if (part.number == 1) model.pieces.push_back(read_spm_piece(part.bytes));
    if (part.number == 2) {  // trainer_spec
      for_each_field(part.bytes, [&](const ProtobufField& field) {
        if (field.number == 3) model.model_type = field.varint;
        if (field.number == 35) model.byte_fallback = field.varint != 0;
      });
    }
    if (part.number == 3) {  // normalizer_spec
      for_each_field(part.bytes, [&](const ProtobufField& field) {
        if (field.number == 2) model.charsmap = field.bytes;
        if (field.number == 3) model.add_dummy_prefix = field.varint != 0;
        if (field.number == 4) model.remove_extra_whitespaces = field.varint != 0;
        if (field.number == 5) model.escape_whitespaces = field.varint != 0;
      });
    }
  });
  return model;
}

ordered_json replace_step(const char* kind, const std::string& what, const std::string& with) {
  return {{"type", "Replace"}, {"pattern", {{kind, what}}}, {"content", with}};
}

ordered_json spm_normalizer(const SpmModel& model) {
  ordered_json steps = ordered_json::array();
  if (!model.charsmap.empty())
    steps.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", to_base64(model.charsmap)}});
  if (model.remove_extra_whitespaces) {
    steps.push_back(replace_step("Regex", R"(\A +| +\z)", ""));
    steps.push_back(replace_step("Regex", " {2,}", " "));
  }
  if (model.escape_whitespaces) steps.push_back(replace_step("String", " ", "▁"));
  // Metaspace puts no mark before one, SentencePiece does.
  if (model.add_dummy_prefix) steps.push_back(replace_step("Regex", R"(\A▁)", "▁▁"));
  return {{"type", "Sequence"}, {"normalizers", std::move(steps)}};
}

std::string escaped_for_regex(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-&#~ ").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// An expression for the user-defined pieces, which are never merged; empty where there are none.
std::string user_defined_pattern(const SpmModel& model) {
  std::vector<std::string> pieces;
  for (const SpmPiece& piece : model.pieces)
    if (piece.type == kUserDefinedPiece) pieces.push_back(piece.text);
  std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  std::string pattern;
  for (const std::string& piece : pieces) pattern += (pattern.empty() ? "" : "|") + escaped_for_regex(piece);
  return pattern;
}

ordered_json spm_pre_tokenizer(const SpmModel& model, const std::string& user_defined) {
  ordered_json steps = ordered_json::array();
  if (model.add_dummy_prefix)
    steps.push_back({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}, {"split", false}});
  if (!user_defined.empty()) {
    steps.push_back(
        {{"type", "Split"}, {"pattern", {{"Regex", user_defined}}}, {"behavior", "Isolated"}, {"invert", false}});
  }
  if (steps.empty()) return nullptr;
  return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

ordered_json spm_decoder(const SpmModel& model) {
  ordered_json steps = ordered_json::array({replace_step("String", "▁", " ")});
  if (model.byte_fallback) steps.push_back({{"type", "ByteFallback"}});
  if (model.byte_fallback || model.add_dummy_prefix) steps.push_back({{"type", "Fuse"}});
  if (model.add_dummy_prefix) steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return {{"type", "Sequence"}, {"decoders", std::move(steps)}};
}

/// The merges that lead to the pieces, those to the piece with the highest score first.
ordered_json spm_merges(const SpmModel& model) {
  std::unordered_map<std::string_view, std::size_t> normal;
  for (std::size_t id = 0; id < model.pieces.size(); ++id)
    if (model.pieces[id].type == kNormalPiece) normal[model.pieces[id].text] = id;
  std::vector<std::tuple<double, std::size_t, std::string_view, std::string_view>> ranked;
  for (const auto& [text, id] : normal) {
    for (std::size_t split = 1; split < text.size(); ++split) {
      if (is_continuation_byte(text[split])) continue;
      const std::string_view left = text.substr(0, split);
      const std::string_view right = text.substr(split);
      if (normal.contains(left) && normal.contains(right))
        ranked.emplace_back(-model.pieces[id].score, id, left, right);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  ordered_json merges = ordered_json::array();
  for (const auto& [score, id, left, right] : ranked) merges.push_back(ordered_json::array({left, right}));
  return merges;
}

ordered_json spm_bpe(const SpmModel& model, std::size_t unknown, bool has_user_defined) {
  ordered_json::object_t vocabulary;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) vocabulary.emplace_back(model.pieces[id].text, id);
  ordered_json settings{{"type", "BPE"}};
  settings["unk_token"] = model.pieces[unknown].text;
  settings["fuse_unk"] = true;
  settings["byte_fallback"] = model.byte_fallback;
  settings["ignore_merges"] = has_user_defined;
  settings["vocab"] = std::move(vocabulary);
  settings["merges"] = spm_merges(model);
  return settings;
}

ordered_json spm_unigram(const SpmModel& model, std::size_t unknown) {
  ordered_json pieces = ordered_json::array();
  for (const SpmPiece& piece : model.pieces) pieces.push_back(ordered_json::array({piece.text, piece.score}));
  return {
      {"type", "Unigram"}, {"unk_id", unknown}, {"vocab", std::move(pieces)}, {"byte_fallback", model.byte_fallback}};
}

}  // namespace

bool is_sentencepiece(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return bytes.starts_with('\x0A') && first != bytes.npos && bytes[first] != '{' && bytes[first] != '[';
}

std::string json_of_sentencepiece(std::string_view bytes, const std::string& name) {
  SpmModel model;
  try {
    model = read_spm_model(bytes);
  } catch (const std::out_of_range& problem) {
    throw Error(ErrorKind::run, name + ": is not a complete SentencePiece model: " + problem.what());
  }
  if (model.model_type != 1 && model.model_type != 2)
    throw Error(ErrorKind::run, name + ": model_type: words and characters are not supported, expected UNIGRAM or BPE");
  std::size_t unknown = model.pieces.size();
  std::vector<AddedToken> added;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const SpmPiece& piece = model.pieces[id];
    if (first_invalid_utf8(piece.text))
      throw Error(ErrorKind::run, name + ": piece " + std::to_string(id) + " is not UTF-8");
    if (piece.type == kUnknownPiece) unknown = id;
    if (piece.type == kUnknownPiece || piece.type == kControlPiece)
      added.push_back({static_cast<std::int32_t>(id), piece.text, false, true});
  }
  if (unknown == model.pieces.size()) throw Error(ErrorKind::run, name + ": has no piece of type UNKNOWN");
  const std::string user_defined = user_defined_pattern(model);
  TokenizerJsonParts parts;
  parts.normalizer = spm_normalizer(model);
  parts.pre_tokenizer = spm_pre_tokenizer(model, user_defined);
  parts.decoder = spm_decoder(model);
  parts.model = model.model_type == 2 ? spm_bpe(model, unknown, !user_defined.empty()) : spm_unigram(model, unknown);
  return write_tokenizer_json(added, std::move(parts));
}

}  // namespace folio
