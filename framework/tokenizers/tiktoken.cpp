#include "tokenizers/tiktoken.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <unordered_map>
#include <utility>
#include <vector>

#include "folio/error.h"
#include "formats/tokenizer_json.h"
#include "support/base64.h"
#include "text/byte_alphabet.h"
#include "tokenizers/word_patterns.h"

namespace folio {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kO200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// A family of files, as tiktoken and those who use it have them.
struct TiktokenFamily {
  std::vector<std::string> names;  ///< of the family and of its files
  std::string_view pattern;
  std::size_t tokens;  ///< in its file
  std::vector<std::pair<std::string, std::int32_t>> special;
};

const std::vector<TiktokenFamily>& tiktoken_families() {
  static const std::vector<TiktokenFamily> families{
      {{"gpt2", "r50k_base"}, kGpt2Pattern, 50256, {{"<|endoftext|>", 50256}}},
      {{"p50k_base"}, kGpt2Pattern, 50280, {{"<|endoftext|>", 50256}}},
      {{"cl100k_base"},
       kLlama3Pattern,
       100256,
       {{"<|endoftext|>", 100257},
        {"<|fim_prefix|>", 100258},
        {"<|fim_middle|>", 100259},
        {"<|fim_suffix|>", 100260},
        {"<|endofprompt|>", 100276}}},
      {{"o200k_base"}, kO200k, 199998, {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
      {{"llama3"},
       kLlama3Pattern,
       128000,
       {{"<|begin_of_text|>", 128000},
        {"<|end_of_text|>", 128001},
        {"<|start_header_id|>", 128006},
        {"<|end_header_id|>", 128007},
        {"<|eot_id|>", 128009}}},
      {{"qwen2", "qwen"},
       kQwen2Pattern,
       151643,
       {{"<|endoftext|>", 151643}, {"<|im_start|>", 151644}, {"<|im_end|>", 151645}}},
  };
  return families;
}

const TiktokenFamily* family_named(const std::string& name) {
  for (const TiktokenFamily& family : tiktoken_families())
    if (std::find(family.names.begin(), family.names.end(), name) != family.names.end()) return &family;
  return nullptr;
}

/// Calls `visit` with the number and the text of each line that is not empty.
template <typename Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (!line.empty()) visit(number, line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// The tokens by rank.
std::vector<std::string> read_ranks(std::string_view text, const std::string& name) {
  std::vector<std::string> tokens;
  for_each_line(text, [&](std::size_t number, std::string_view line) {
    const auto fail = [&](const std::string& problem) {
      throw Error(ErrorKind::run, name + ":" + std::to_string(number) + ": " + problem);
    };
    const std::size_t space = line.find(' ');
    if (space == line.npos) fail("expected a token in base64, a space and its rank");
    const std::optional<std::string> bytes = from_base64(line.substr(0, space));
    if (!bytes || bytes->empty()) fail("'" + std::string(line.substr(0, space)) + "' is not base64");
    std::int32_t rank = 0;
    const char* const end = line.data() + line.size();
    const auto [last, error] = std::from_chars(line.data() + space + 1, end, rank);
    if (error != std::errc() || last != end || rank < 0 || rank >= kMaxTokens)
      fail("'" + std::string(line.substr(space + 1)) + "' is not a rank, expected a whole number from 0 to " +
           std::to_string(kMaxTokens - 1));
    const auto place = static_cast<std::size_t>(rank);
    if (place >= tokens.size()) tokens.resize(place + 1);
    if (!tokens[place].empty()) fail("the rank " + std::to_string(rank) + " occurs twice");
    tokens[place] = *bytes;
  });
  return tokens;
}

/// Of each token all pairs of tokens that it can be made of.
ordered_json merges_of_ranks(const std::vector<std::string>& tokens) {
  std::unordered_map<std::string_view, std::size_t> ranks;
  for (std::size_t rank = 0; rank < tokens.size(); ++rank)
    if (!tokens[rank].empty()) ranks.emplace(tokens[rank], rank);
  ordered_json merges = ordered_json::array();
  for (const std::string_view token : tokens) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t split = 1; split < token.size(); ++split) {
      const auto left = ranks.find(token.substr(0, split));
      const auto right = ranks.find(token.substr(split));
      if (left != ranks.end() && right != ranks.end()) pairs.emplace_back(left->second, right->second);
    }
    std::sort(pairs.begin(), pairs.end());
    for (const auto& [left, right] : pairs)
      merges.push_back(ordered_json::array({to_byte_alphabet(tokens[left]), to_byte_alphabet(tokens[right])}));
  }
  return merges;
}

ordered_json byte_level_part(bool trim_offsets) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", trim_offsets}, {"use_regex", false}};
}

}  // namespace

bool is_tiktoken(std::string_view text) {
  const std::string_view line = text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
  const std::size_t space = line.find(' ');
  if (space == line.npos || space + 1 == line.size()) return false;
  const std::string_view rank = line.substr(space + 1);
  return from_base64(line.substr(0, space)) &&
         std::all_of(rank.begin(), rank.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string json_of_tiktoken(std::string_view text, const std::string& name, const std::string& pattern) {
  const std::string stem = std::filesystem::path(name).stem().string();
  const TiktokenFamily* const family = family_named(pattern.empty() ? stem : pattern);
  if (family == nullptr && pattern.empty()) {
    std::string names;
    for (const TiktokenFamily& known : tiktoken_families()) names += (names.empty() ? "'" : "', '") + known.names[0];
    throw Error(ErrorKind::experiment, name + ": the file does not say how text is cut into words: expected " +
                                           "tokenizer.pattern, one of " + names + "' or a regular expression");
  }
  const std::vector<std::string> tokens = read_ranks(text, name);
  const std::string regex(family != nullptr ? family->pattern : std::string_view(pattern));
  const std::size_t count = static_cast<std::size_t>(
      std::count_if(tokens.begin(), tokens.end(), [](const std::string& token) { return !token.empty(); }));

  std::vector<std::pair<std::string, std::int32_t>> special{
      {"<|endoftext|>", static_cast<std::int32_t>(tokens.size())}};
  if (family != nullptr && family->tokens == count) special = family->special;
  ordered_json::object_t vocabulary;
  for (std::size_t rank = 0; rank < tokens.size(); ++rank)
    if (!tokens[rank].empty()) vocabulary.emplace_back(to_byte_alphabet(tokens[rank]), rank);
  std::vector<AddedToken> added;
  for (const auto& [content, id] : special) {
    vocabulary.emplace_back(content, id);  // so that ids may leave some out
    added.push_back({id, content, false, true});
  }

  ordered_json steps = ordered_json::array();
  steps.push_back({{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}});
  steps.push_back(byte_level_part(true));
  TokenizerJsonParts parts;
  parts.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
  parts.post_processor = byte_level_part(false);
  parts.decoder = byte_level_part(true);
  parts.model = {{"type", "BPE"}, {"ignore_merges", true}};
  parts.model["vocab"] = std::move(vocabulary);
  parts.model["merges"] = merges_of_ranks(tokens);
  return write_tokenizer_json(added, std::move(parts));
}

}  // namespace folio
