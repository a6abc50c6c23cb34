#include <stdlib.h>

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "support/files.h"
#include "unit/experiment/declarations.h"

namespace folio::experiment::test {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "folio-experiment-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Folder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = path_ / name;
  make_directories(file.parent_path());
  write_file_atomically(file, text);
  return file;
}

Experiment load(const std::string& text, const std::vector<std::string>& overrides, const Declarations& known) {
  const Folder folder;
  return load_experiment(folder.write("test.yaml", text), overrides, known);
}

std::string message_of(const std::string& text, const std::vector<std::string>& overrides, const Declarations& known) {
  const Folder folder;
  const std::filesystem::path file = folder.write("test.yaml", text);
  try {
    load_experiment(file, overrides, known);
  } catch (const Error& error) {
    std::string message = error.what();
    const std::string prefix = folder.path().string() + "/";
    for (std::size_t at; (at = message.find(prefix)) != std::string::npos;) message.erase(at, prefix.size());
    return message;
  }
  FAIL("accepted, but should have been refused:\n" << text);
  return "";
}

}  // namespace folio::experiment::test
