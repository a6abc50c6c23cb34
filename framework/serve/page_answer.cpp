#include "serve/page_answer.h"

#include <zstd.h>

#include <stdexcept>
#include <string>

#include "serve/embedded_page.h"

namespace folio::serve {
namespace {

std::string whole_of(const PageFile& file) {
  std::string text(file.size, '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), file.zstd.data(), file.zstd.size());
  if (ZSTD_isError(size) || size != file.size) throw std::logic_error("a file of the page is damaged");
  return text;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Whether one of the pieces between commas is taken.
template <typename Takes>
bool any_piece(std::string_view list, const Takes& takes) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (takes(without_blanks(list.substr(0, comma)))) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

bool takes_zstd(std::string_view accept_encoding) {
  return any_piece(accept_encoding, [](std::string_view piece) {
    const std::size_t semicolon = std::min(piece.find(';'), piece.size());
    if (without_blanks(piece.substr(0, semicolon)) != "zstd") return false;
    const std::string_view weight = without_blanks(piece.substr(std::min(semicolon + 1, piece.size())));
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  });
}

std::optional<Response> page_answer(const Request& request) {
  const auto& parts = request.target.path;
  if (parts.size() > 1) return std::nullopt;
  const std::string path = "/" + (parts.empty() ? std::string() : parts.front());
  for (const PageFile& file : page_files()) {
    if (file.path != path) continue;
    Response response;
    response.type = file.type;
    // The compressed form is another one of the same file, and so has another tag.
    const bool compressed = takes_zstd(request.headers.accept_encoding);
    std::string etag(file.etag);
    if (compressed) etag.insert(etag.size() - 1, "-zstd");
    response.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}};
    if (any_piece(request.headers.if_none_match, [&](std::string_view tag) { return tag == etag || tag == "*"; })) {
      response.status = 304;
      return response;
    }
    if (compressed) {
      response.headers.emplace_back("Content-Encoding", "zstd");
      response.body.assign(reinterpret_cast<const char*>(file.zstd.data()), file.zstd.size());
    } else {
      response.body = whole_of(file);
    }
    return response;
  }
  return std::nullopt;
}

}  // namespace folio::serve
