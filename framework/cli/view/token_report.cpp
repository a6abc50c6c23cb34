#include "cli/view/token_report.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cstdio>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/view/token_view.h"
#include "support/human.h"
#include "support/utf8.h"
#include "support/version.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;

std::string quotient(std::int64_t dividend, std::int64_t divisor, int digits = 2) {
  return divisor == 0 ? "–"
                      : fmt::format("{:.{}f}", static_cast<double>(dividend) / static_cast<double>(divisor), digits);
}

class TextReport : public TokenReport {
 public:
  explicit TextReport(const TextReportOptions& options)
      : options_(options), paint_(options.colour), flow_(options.colour), grid_(options.colour, options.width) {}

  void take(const json& line) override {
    if (line.contains("tokenizer")) {
      const json& tokenizer = line["tokenizer"];
      print(paint_.dim(fmt::format("{} of {}: {} tokens", tokenizer.at("type").get<std::string>(), options_.tokenizer,
                                   with_commas(tokenizer.at("vocab_size").get<std::int64_t>()))) +
            "\n\n");
    } else if (line.contains("text")) {
      names_.push_back(line["text"] == "-" ? options_.input : without_controls(line["text"].get<std::string>()));
      shown_ = 0;
      if (options_.texts > 1) print(paint_.bold(names_.back()) + "\n");
    } else if (line.contains("tokens")) {
      for (const json& token : line["tokens"]) print(view(shown_token(token)));
      shown_ += static_cast<std::int64_t>(line["tokens"].size());
    } else if (line.contains("counts")) {
      end_text(token_counts_from_json(line["counts"]));
    }
  }

  void finish() override {
    const bool unknown = total_.unknown > 0;
    std::vector<Table::Column> columns{{"", Table::Align::left},
                                       {"tokens", Table::Align::right},
                                       {"words", Table::Align::right},
                                       {"tokens per word", Table::Align::right},
                                       {"bytes per token", Table::Align::right},
                                       {"characters per token", Table::Align::right}};
    if (unknown) columns.push_back({"unknown", Table::Align::right});
    Table table(columns);
    const auto add = [&](const std::string& name, const TokenCounts& counts) {
      std::vector<std::string> cells{name,
                                     with_commas(counts.tokens),
                                     with_commas(counts.words),
                                     quotient(counts.tokens, counts.words),
                                     quotient(counts.bytes, counts.tokens),
                                     quotient(counts.characters, counts.tokens)};
      if (unknown) cells.push_back(quotient(100 * counts.unknown, counts.tokens) + " %");
      table.add_row(std::move(cells));
    };
    for (std::size_t i = 0; i < counts_.size(); ++i) add(names_[i], counts_[i]);
    if (counts_.size() > 1) add("all", total_);
    print(table.fitted(table_width(STDOUT_FILENO)));
  }

 private:
  static void print(const std::string& text) { fmt::print(std::cout, "{}", text); }

  std::string view(const ShownToken& token) { return options_.ids ? grid_.add(token) : flow_.add(token); }

  void end_text(const TokenCounts& counts) {
    print(options_.ids ? grid_.finish() : flow_.finish());
    const std::int64_t left = counts.tokens - shown_;
    if (left > 0) print(paint_.dim(fmt::format("... and {} more tokens; --all shows them", with_commas(left))) + "\n");
    print("\n");
    counts_.push_back(counts);
    total_ += counts;
  }

  TextReportOptions options_;
  Paint paint_;
  TokenFlow flow_;
  TokenGrid grid_;
  std::int64_t shown_ = 0;  ///< tokens of the text at hand
  std::vector<std::string> names_;
  std::vector<TokenCounts> counts_;
  TokenCounts total_;
};

/// Writes each text as soon as it is complete. What is held is the text of two arrays, and no tree of JSON values, of
/// which a long file would have millions.
class JsonReport : public TokenReport {
 public:
  void take(const json& line) override {
    if (line.contains("tokenizer")) {
      fmt::print(std::cout, "{{\n  \"schema_version\": {},\n  \"tokenizer\": {},\n  \"files\": [", kJsonSchemaVersion,
                 dumped(line["tokenizer"]));
    } else if (line.contains("text")) {
      file_ = dumped(line["text"]);
    } else if (line.contains("tokens")) {
      for (const json& token : line["tokens"]) {
        const char* const comma = ids_.empty() ? "" : ", ";
        ids_ += comma + token.at(0).dump();
        tokens_ += comma + dumped(token.at(1));
      }
    } else if (line.contains("counts")) {
      fmt::print(
          std::cout,
          "{}\n    {{\n      \"file\": {},\n      \"ids\": [{}],\n      \"tokens\": [{}],\n      \"counts\": {}\n    "
          "}}",
          files_++ == 0 ? "" : ",", file_, std::exchange(ids_, {}), std::exchange(tokens_, {}),
          to_json(token_counts_from_json(line["counts"])).dump());
    }
  }

  void finish() override { fmt::print(std::cout, "\n  ]\n}}\n"); }

 private:
  static std::string dumped(const json& value) { return escape_hidden(value.dump()); }

  std::string file_, ids_, tokens_;
  int files_ = 0;
};

}  // namespace

TokenCounts& TokenCounts::operator+=(const TokenCounts& other) {
  tokens += other.tokens;
  unknown += other.unknown;
  words += other.words;
  characters += other.characters;
  bytes += other.bytes;
  return *this;
}

TokenCounts token_counts_from_json(const json& json) {
  return {json.at("tokens"), json.at("unknown"), json.at("words"), json.at("characters"), json.at("bytes")};
}

json to_json(const TokenCounts& counts) {
  const auto quotient = [](std::int64_t dividend, std::int64_t divisor) {
    return divisor == 0 ? json() : json(static_cast<double>(dividend) / static_cast<double>(divisor));
  };
  return {{"tokens", counts.tokens},
          {"unknown", counts.unknown},
          {"words", counts.words},
          {"characters", counts.characters},
          {"bytes", counts.bytes},
          {"tokens_per_word", quotient(counts.tokens, counts.words)},
          {"bytes_per_token", quotient(counts.bytes, counts.tokens)},
          {"characters_per_token", quotient(counts.characters, counts.tokens)}};
}

std::unique_ptr<TokenReport> make_text_report(const TextReportOptions& options) {
  return std::make_unique<TextReport>(options);
}

std::unique_ptr<TokenReport> make_json_report() { return std::make_unique<JsonReport>(); }

}  // namespace folio::cli
