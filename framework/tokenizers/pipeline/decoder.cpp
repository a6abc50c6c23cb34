#include "tokenizers/pipeline/decoder.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "support/utf8.h"
#include "text/byte_alphabet.h"
#include "tokenizers/pipeline/metaspace.h"
#include "tokenizers/pipeline/parts.h"
#include "tokenizers/pipeline/text_pattern.h"
#include "tokenizers/unigram/byte_pieces.h"
#include "tokenizers/wordpiece/decoder.h"

namespace folio::pipeline {
namespace {

using Tokens = std::vector<std::string>;
using DecoderStep = std::function<void(Tokens&)>;
using MakeDecoder = std::function<DecoderStep(const JsonPart&)>;

std::string joined(const Tokens& tokens, std::string_view between) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) text += between;
    text += tokens[i];
  }
  return text;
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, done)) {
    result += text.substr(done, at - done);
    result += with;
    done = at + what.size();
  }
  return result += text.substr(done);
}

DecoderStep make_byte_level(const JsonPart& part) {
  part.expect_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  return [](Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) bytes += from_byte_alphabet(token).value_or(token);
    tokens.assign(1, replace_invalid_utf8(bytes));
  };
}

DecoderStep make_wordpiece(const JsonPart& part) {
  part.expect_only({"type", "prefix", "cleanup"});
  const wordpiece::TokenSpelling spelling(part.at("prefix").text(), part.at("cleanup").boolean());
  return [spelling](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tokens[i] = i == 0 ? spelling.first(tokens[i]) : spelling.later(tokens[i]);
  };
}

DecoderStep make_metaspace_decoder(const JsonPart& part) {
  return [metaspace = Metaspace(part)](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tokens[i] = replace_all(tokens[i], metaspace.replacement(), i == 0 && metaspace.prepends() ? "" : " ");
  };
}

DecoderStep make_bpe_decoder(const JsonPart& part) {
  part.expect_only({"type", "suffix"});
  if (part.at("suffix").text().empty()) part.at("suffix").fail("is empty");
  return [suffix = part.at("suffix").text()](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tokens[i] = replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
  };
}

DecoderStep make_replace_decoder(const JsonPart& part) {
  part.expect_only({"type", "pattern", "content"});
  return [pattern = TextPattern(part.at("pattern")), content = part.at("content").text()](Tokens& tokens) {
    for (std::string& token : tokens) token = pattern.replace(token, content);
  };
}

/// Bytes that form characters become one token with these, others a token each.
DecoderStep make_byte_fallback(const JsonPart& part) {
  part.expect_only({"type"});
  return [](Tokens& tokens) {
    Tokens result;
    std::string bytes;
    const auto put_bytes = [&] {
      if (bytes.empty()) return;
      if (!first_invalid_utf8(bytes))
        result.push_back(bytes);
      else
        for (std::size_t i = 0; i < bytes.size(); ++i) append_utf8(result.emplace_back(), kReplacementCharacter);
      bytes.clear();
    };
    for (std::string& token : tokens) {
      if (const int byte = unigram::byte_of_piece(token); byte >= 0) {
        bytes += static_cast<char>(byte);
        continue;
      }
      put_bytes();
      result.push_back(std::move(token));
    }
    put_bytes();
    tokens = std::move(result);
  };
}

DecoderStep make_fuse(const JsonPart& part) {
  part.expect_only({"type"});
  return [](Tokens& tokens) { tokens.assign(1, joined(tokens, "")); };
}

DecoderStep make_strip_decoder(const JsonPart& part) {
  part.expect_only({"type", "content", "start", "stop"});
  single_character(part.at("content"));
  return [content = part.at("content").text(), start = part.at("start").integer(0, INT32_MAX),
          stop = part.at("stop").integer(0, INT32_MAX)](Tokens& tokens) {
    for (std::string& token : tokens) {
      std::string_view rest = token;
      // Both ends count from the whole token, which they may share.
      std::size_t left = 0;
      for (std::int64_t i = 0; i < start && rest.substr(left).starts_with(content); ++i) left += content.size();
      std::size_t right = rest.size();
      for (std::int64_t i = 0; i < stop && rest.substr(0, right).ends_with(content); ++i) right -= content.size();
      token = left < right ? std::string(rest.substr(left, right - left)) : "";
    }
  };
}

const std::map<std::string, MakeDecoder, std::less<>>& decoders() {
  static const std::map<std::string, MakeDecoder, std::less<>> all{
      {"BPEDecoder", make_bpe_decoder},      {"ByteFallback", make_byte_fallback},
      {"ByteLevel", make_byte_level},        {"Fuse", make_fuse},
      {"Metaspace", make_metaspace_decoder}, {"Replace", make_replace_decoder},
      {"Strip", make_strip_decoder},         {"WordPiece", make_wordpiece},
  };
  return all;
}

}  // namespace

Decoder::Decoder(const JsonPart& part) : joins_by_spaces_(part.is_null()) {
  if (!part.is_null()) add(part);
}

void Decoder::add(const JsonPart& part) {
  const std::string& type = part.at("type").text();
  if (type == "Sequence") {
    part.expect_only({"type", "decoders"});
    part.at("decoders").for_each([&](const JsonPart& step) { add(step); });
    return;
  }
  has_byte_level_ |= type == "ByteLevel";
  steps_.push_back(find_kind(part, decoders(), {"Sequence"})(part));
}

std::string Decoder::decode(std::vector<std::string> tokens) const {
  for (const Step& step : steps_) step(tokens);
  return joined(tokens, joins_by_spaces_ ? " " : "");
}

}  // namespace folio::pipeline
