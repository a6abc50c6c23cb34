#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "data/corpus.h"
#include "folio/error.h"
#include "folio/tokenizer.h"
#include "formats/description_json.h"
#include "support/files.h"
#include "support/utf8.h"
#include "text/text_pieces.h"
#include "worker/commands/commands.h"
#include "worker/model_folder.h"
#include "worker/plugin_calls.h"
#include "worker/progress_lines.h"
#include "worker/token_text.h"

namespace folio::worker {
namespace {

using nlohmann::json;

/// The file's text, "-" being standard input.
std::string read_text(const std::string& path) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path;
  std::string text = standard_input ? read_to_end(STDIN_FILENO, name) : read_file(path);
  if (const auto offset = first_invalid_utf8(text)) {
    throw Error(ErrorKind::run, fmt::format("{}: is not UTF-8 at byte {} (0x{:02x}); if it is in another encoding, "
                                            "convert it first (iconv -f LATIN1 -t UTF-8)",
                                            name, *offset, static_cast<unsigned char>(text[*offset])));
  }
  return text;
}

std::unique_ptr<Tokenizer> make_tokenizer(const plugin_host::LoadedPlugin& plugin, const json& request) {
  auto tokenizer =
      make_guarded<Tokenizer>(plugin, option_values_from_json(plugin.descriptor().options(), request.at("options")));
  if (!request.contains("file")) return tokenizer;
  const std::string file = request["file"];
  try {
    load_tokenizer(*tokenizer, file);
  } catch (const Error& error) {
    throw Error(error.kind(), file + ": " + error.what());
  }
  return tokenizer;
}

void tell_tokens(std::span<const TokenId> ids, TokenDescriber& describe, ProgressLines& out) {
  constexpr std::size_t kTokensALine = 4096;
  for (std::size_t begin = 0; begin < ids.size(); begin += kTokensALine) {
    json tokens = json::array();
    for (const TokenId id : ids.subspan(begin, std::min(kTokensALine, ids.size() - begin)))
      tokens.push_back(describe(id));
    out.write({{"tokens", std::move(tokens)}});
  }
}

/// Tells the first tokens of the text, and counts all. A long text is cut where no tokenizer notices, so that its
/// tokens need not be held.
void tell_text(std::string_view text, const Tokenizer& tokenizer, std::size_t first, ProgressLines& out) {
  constexpr std::size_t kPieceBytes = 1 << 20;
  TokenDescriber describe(tokenizer);
  std::size_t tokens = 0;
  std::ptrdiff_t unknown = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = piece_end(text, begin, kPieceBytes);
    const std::string_view piece = text.substr(begin, end - begin);
    const std::vector<TokenId> ids = begin == 0 ? tokenizer.encode(piece) : tokenizer.encode_rest(piece);
    begin = end;
    if (describe.unknown()) unknown += std::count(ids.begin(), ids.end(), *describe.unknown());
    if (tokens < first) tell_tokens(std::span(ids).first(std::min(ids.size(), first - tokens)), describe, out);
    tokens += ids.size();
  }
  out.write({{"counts",
              {{"tokens", tokens},
               {"unknown", unknown},
               {"words", count_words(text)},
               {"characters", data::count_characters(text)},
               {"bytes", text.size()}}}});
}

}  // namespace

int tokenize(const std::string& request_text) {
  const json request = json::parse(request_text);
  const plugin_host::LoadedPlugin plugin = load_library(request.at("tokenizer"));
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(plugin, request["tokenizer"]);
  ProgressLines out;
  out.write({{"tokenizer", {{"type", plugin.descriptor().id}, {"vocab_size", tokenizer->vocab_size()}}}});
  const std::int64_t first = request.at("first");
  for (const json& path : request.at("texts")) {
    const std::string text = read_text(path);
    out.write({{"text", path}});
    tell_text(text, *tokenizer, first < 0 ? SIZE_MAX : static_cast<std::size_t>(first), out);
  }
  return 0;
}

}  // namespace folio::worker
