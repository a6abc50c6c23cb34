#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace folio::cli {

/// What the worker counts in one text, or the sum over several.
struct TokenCounts {
  std::int64_t tokens = 0;
  std::int64_t unknown = 0;  ///< tokens that stand for what the vocabulary lacks
  std::int64_t words = 0;    ///< runs of characters between white space
  std::int64_t characters = 0;
  std::int64_t bytes = 0;

  TokenCounts& operator+=(const TokenCounts& other);
};

TokenCounts token_counts_from_json(const nlohmann::json& json);
/// With tokens_per_word, bytes_per_token and characters_per_token; null where they would divide by nothing.
nlohmann::json to_json(const TokenCounts& counts);

/// Prints to standard output what the worker's command `tokenize` tells (worker/commands/commands.h), as it comes.
class TokenReport {
 public:
  virtual ~TokenReport() = default;

  /// A line of the worker's; lines of other kinds are passed over.
  virtual void take(const nlohmann::json& line) = 0;
  /// After the last line.
  virtual void finish() = 0;
};

/// For a person: the tokens of each text, and a table of counts.
struct TextReportOptions {
  std::string tokenizer;  ///< where it comes from: "run 3fa9c2d1 (romeo)"
  std::string input;      ///< what the text "-" is called
  std::size_t texts = 1;
  bool ids = false;
  bool colour = false;
  int width = 80;
};
std::unique_ptr<TokenReport> make_text_report(const TextReportOptions& options);

/// For a program: {"tokenizer": {...}, "files": [{"file", "ids", "tokens", "counts"}...]}.
std::unique_ptr<TokenReport> make_json_report();

}  // namespace folio::cli
