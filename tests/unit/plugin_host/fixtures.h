#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "support/error.h"
#include "support/files.h"

namespace folio::test {

namespace fs = std::filesystem;

/// A plugin of tests/fixtures/plugins.
inline fs::path fixture(const std::string& name) {
  return fs::path(FOLIO_BINARY_DIR) / "tests" / "fixtures" / "plugins" / name / ("fixture_" + name + ".so");
}

inline bool has_libtorch() { return fs::exists(fixture("crash_at_step")); }

/// An empty folder for one test, removed after it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "folio-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

  fs::path write(const std::string& name, const std::string& contents) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << contents;
    return path_ / name;
  }

  /// Copies a fixture plugin here; `folder` lies below this one.
  fs::path add(const std::string& name, const std::string& folder = ".") const {
    const fs::path place = (path_ / folder / fixture(name).filename()).lexically_normal();
    fs::create_directories(place.parent_path());
    fs::copy_file(fixture(name), place);
    return place;
  }

 private:
  fs::path path_;
};

/// Sets a variable of the environment, or takes it away, until the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::optional<std::string>& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    set(value);
  }
  ~ScopedVariable() { set(before_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const std::optional<std::string>& value) const {
    if (value)
      ::setenv(name_.c_str(), value->c_str(), 1);
    else
      ::unsetenv(name_.c_str());
  }

  std::string name_;
  std::optional<std::string> before_;
};

/// The message of the Error of this kind that `code` must throw.
template <typename Code>
std::string error_of(ErrorKind kind, const Code& code) {
  try {
    code();
  } catch (const Error& error) {
    CHECK(to_string(error.kind()) == to_string(kind));
    return error.what();
  }
  FAIL("no error was thrown");
  return "";
}

/// A library's bytes with `from`, which stands in its build stamp's note, replaced by `to`; both are of one length.
inline std::string with_stamp_patched(std::string library, std::string_view from, std::string_view to) {
  REQUIRE(from.size() == to.size());
  constexpr std::string_view kNoteBegin("Folio\0\0\0sdk=", 12);
  const std::size_t note = library.find(kNoteBegin);
  REQUIRE(note != std::string::npos);
  const std::size_t at = library.find(from, note);
  REQUIRE(at < note + 200);
  return library.replace(at, from.size(), to);
}

}  // namespace folio::test
