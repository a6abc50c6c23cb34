// Writes the source that has the page's files in it: embed_page OUTPUT FILE... Run by the build.
#include <fmt/format.h>
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "support/files.h"
#include "support/sha256.h"

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> kTypes{{".html", "text/html; charset=utf-8"},
                                                {".js", "text/javascript; charset=utf-8"},
                                                {".css", "text/css; charset=utf-8"},
                                                {".svg", "image/svg+xml"}};

std::string compressed(const std::string& contents) {
  std::string result(ZSTD_compressBound(contents.size()), '\0');
  const std::size_t size =
      ZSTD_compress(result.data(), result.size(), contents.data(), contents.size(), ZSTD_maxCLevel());
  if (ZSTD_isError(size)) throw std::runtime_error(ZSTD_getErrorName(size));
  result.resize(size);
  return result;
}

/// The bytes in a literal that compiles quickly, in lines of 32.
std::string as_literal(const std::string& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 32 == 0) text += i == 0 ? "\"" : "\"\n    \"";
    text += fmt::format("\\{:03o}", static_cast<unsigned char>(bytes[i]));
  }
  return text + "\"";
}

std::string source_of(const std::vector<fs::path>& files) {
  std::string arrays, entries;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string contents = folio::read_file(files[i]);
    const std::string bytes = compressed(contents);
    const std::string name = files[i].filename().string();
    arrays += fmt::format("constexpr char kFile{}[] =\n    {};\n", i, as_literal(bytes));
    entries += fmt::format("    PageFile{{\"{}\", \"{}\", \"\\\"{}\\\"\", {}, bytes_of(kFile{}, {})}},\n",
                           name == "index.html" ? "/" : "/" + name, kTypes.at(files[i].extension().string()),
                           folio::sha256_hex(contents).substr(0, 32), contents.size(), i, bytes.size());
  }
  return fmt::format(R"(#include "serve/embedded_page.h"

namespace folio::serve {{
namespace {{

{}
std::span<const std::byte> bytes_of(const char* text, std::size_t size) {{
  return {{reinterpret_cast<const std::byte*>(text), size}};
}}

}}  // namespace

std::span<const PageFile> page_files() {{
  static const PageFile files[] = {{
{}  }};
  return files;
}}

}}  // namespace folio::serve
)",
                     arrays, entries);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    folio::write_file_atomically(argv[1], source_of({argv + 2, argv + argc}));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "embed_page: " << error.what() << "\n";
    return 1;
  }
}
