#include "terminal/safe_output.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <streambuf>
#include <utility>

#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio {
namespace {

constexpr std::size_t kLongestColour = 32;  // of a sequence that Folio writes, with room to spare

/// Bytes of the colour sequence that text[at], an escape, begins; none where it begins another. `open` tells that the
/// text ends before that can be said.
std::size_t colour_at(std::string_view text, std::size_t at, bool& open) {
  std::size_t end = at + 1;
  if (end < text.size() && text[end] != '[') return 0;
  for (++end; end < text.size() && end - at < kLongestColour; ++end) {
    if (text[end] == 'm') return end + 1 - at;
    if ((text[end] < '0' || text[end] > '9') && text[end] != ';') return 0;
  }
  open = end >= text.size();
  return 0;
}

/// Bytes from `at` on that are letters and lines of ASCII, which most text is.
std::size_t plain_bytes(std::string_view text, std::size_t at) {
  const auto plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; };
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
  return static_cast<std::size_t>(std::find_if_not(begin, text.end(), plain) - begin);
}

/// Whether the text ends within a character that its next bytes may complete.
bool cut_short(std::string_view text, std::size_t at) {
  const DecodedCodePoint point = decode_code_point(text, at);
  if (point.valid || at + point.length < text.size()) return false;
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead >= 0xC2 && lead <= 0xF4;
}

}  // namespace

std::string SafeText::clean(std::string_view text, bool last) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_bytes(text, at);
    result.append(text, at, plain);
    at += plain;
    if (at == text.size()) break;
    if (text[at] == '\x1b' && colour_) {
      bool open = false;
      const std::size_t length = colour_at(text, at, open);
      if (open && !last) {
        begun_ = text.substr(at);
        return result;
      }
      result.append(text, at, length);
      at += length;
      if (length > 0) continue;
    }
    if (!last && cut_short(text, at)) {
      begun_ = text.substr(at);
      return result;
    }
    const DecodedCodePoint point = decode_code_point(text, at);
    const bool layout = point.value == '\n' || point.value == '\t';
    append_utf8(result, !layout && is_hidden(point.value) ? kReplacementCharacter : point.value);
    at += point.length;
  }
  return result;
}

std::string SafeText::next(std::string_view piece) {
  if (begun_.empty()) return clean(piece, /*last=*/false);
  const std::string text = std::exchange(begun_, {}).append(piece);
  return clean(text, /*last=*/false);
}

std::string SafeText::finish() { return clean(std::exchange(begun_, {}), /*last=*/true); }

/// Stands in the place of a stream's buffer, and writes to that.
class SafeOutput::Stream : public std::streambuf {
 public:
  Stream(std::ostream& stream, int fd) : stream_(stream), target_(stream.rdbuf(this)), text_(use_colour(fd)) {}

  ~Stream() override {
    put(text_.finish());
    target_->pubsync();
    stream_.rdbuf(target_);
  }

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    const char one = traits_type::to_char_type(character);
    return put(text_.next({&one, 1})) ? character : traits_type::eof();
  }

  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    return put(text_.next({bytes, static_cast<std::size_t>(count)})) ? count : 0;
  }

  int sync() override { return target_->pubsync(); }

 private:
  bool put(const std::string& text) {
    const auto size = static_cast<std::streamsize>(text.size());
    return target_->sputn(text.data(), size) == size;
  }

  std::ostream& stream_;
  std::streambuf* target_;
  SafeText text_;
};

SafeOutput::SafeOutput()
    : out_(std::make_unique<Stream>(std::cout, STDOUT_FILENO)),
      err_(std::make_unique<Stream>(std::cerr, STDERR_FILENO)) {}

SafeOutput::~SafeOutput() = default;

}  // namespace folio
