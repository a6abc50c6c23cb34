#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace folio::serve {

/// A file of the page, as it is built into the program.
struct PageFile {
  std::string_view path;              ///< "/page.js"; the page itself is "/"
  std::string_view type;              ///< of its contents
  std::string_view etag;              ///< with its quotes
  std::size_t size = 0;               ///< bytes before compression
  std::span<const std::byte> zstd{};  ///< its contents, compressed
};

/// All of them; made at build time by embed_page.cpp.
std::span<const PageFile> page_files();

}  // namespace folio::serve
