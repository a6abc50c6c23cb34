#include "fuzz.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "support/files.h"

namespace folio::fuzz {

namespace fs = std::filesystem;

namespace {

std::string_view input;  // what a message may repeat

/// Whether a text has the words. std::search() compares letter by letter: std::string_view::find() compares by
/// memcmp(), which libFuzzer listens to, and so would teach the words to the inputs.
bool has(std::string_view text, std::string_view words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end()) != text.end();
}

/// The text without blanks and control characters, which a message shows as blanks or as \u00XX.
std::string bare(std::string_view text) {
  constexpr std::string_view kEscape = "\\u00";
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = text[i];
    if (text.substr(i, kEscape.size()) == kEscape)
      i += kEscape.size() + 1;
    else if (byte > 0x20 && byte != 0x7f)
      kept += text[i];
  }
  return kept;
}

/// Whether the message has the words from elsewhere than the input, behind which it may have put a colon.
bool has_words_of_its_own(std::string_view message, std::string_view words) {
  const std::string wanted = bare(words.substr(0, words.find_last_not_of(": ") + 1));
  return has(message, words) && has(bare(message), wanted) && !has(bare(input), wanted);
}

}  // namespace

void broken_promise(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
  std::abort();
}

void require_good_message(const std::exception& error, std::string_view name) {
  constexpr std::size_t kLongest = 100'000;
  const std::string_view message = error.what();
  bool good = !message.empty() && message.size() < kLongest && message.find(name) != std::string_view::npos;
  for (const std::string_view words : {"[json.exception.", "basic_string::", "vector::_M", "std::", "map::at",
                                       "yaml-cpp: ", "bad conversion", "invalid node", "filesystem error: "})
    good = good && !has_words_of_its_own(message, words);
  if (good) return;
  std::fprintf(stderr, "not a good message about '%.*s': %.*s\n", static_cast<int>(name.size()), name.data(),
               static_cast<int>(std::min<std::size_t>(message.size(), 2000)), message.data());
  std::abort();
}

const fs::path& input_folder() {
  static const fs::path folder = [] {
    const bool has_memory = ::access("/dev/shm", W_OK) == 0;
    std::string pattern = (has_memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "folio-fuzz-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw_errno(ErrorKind::run, pattern, "cannot be made");
    static std::string made = pattern;
    std::atexit([] {
      std::error_code ignored;
      fs::remove_all(made, ignored);
    });
    return fs::path(pattern);
  }();
  return folder;
}

InputFile::InputFile(const std::string& name) : path_(input_folder() / name) { make_directories(path_.parent_path()); }

const fs::path& InputFile::with(std::string_view bytes) {
  std::FILE* const file = std::fopen(path_.c_str(), "wb");
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || std::fclose(file) != 0)
    throw_errno(ErrorKind::run, path_, "cannot be written");
  return path_;
}

TwoParts two_parts(std::string_view bytes) {
  constexpr std::string_view kMark = "\n%%\n";
  const std::size_t place = bytes.find(kMark);
  if (place == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, place), bytes.substr(place + kMark.size())};
}

}  // namespace folio::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  folio::fuzz::input = {reinterpret_cast<const char*>(data), size};
  folio::fuzz::one_input(folio::fuzz::input);
  return 0;
}
