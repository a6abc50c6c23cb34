#include "input/text_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "input/file_kind.h"
#include "input/scratch_file.h"
#include "support/error.h"
#include "support/utf8.h"

namespace folio::input {
namespace {

constexpr std::array kEncodings{WideEncoding{4, true}, WideEncoding{4, false}, WideEncoding{2, true},
                                WideEncoding{2, false}};

std::size_t width_of(WideEncoding encoding) { return static_cast<std::size_t>(encoding.bytes_per_unit); }

/// The unit at `at`, where all of it stands before the end.
char32_t unit_at(std::string_view bytes, std::size_t at, WideEncoding encoding) {
  char32_t unit = 0;
  for (std::size_t i = 0; i < width_of(encoding); ++i) {
    const std::size_t place = encoding.is_little_endian ? width_of(encoding) - 1 - i : i;
    unit = unit << 8 | static_cast<unsigned char>(bytes[at + place]);
  }
  return unit;
}

bool is_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }

DecodedCodePoint decode_wide(std::string_view bytes, std::size_t at, WideEncoding encoding) {
  const std::size_t width = width_of(encoding);
  if (bytes.size() - at < width) return {kReplacementCharacter, bytes.size() - at, false};
  const char32_t unit = unit_at(bytes, at, encoding);
  if (!is_surrogate(unit)) return {unit, width, unit < kCodePoints};
  const bool can_be_pair = width == 2 && unit < 0xDC00 && bytes.size() - at >= 4;
  const char32_t low = can_be_pair ? unit_at(bytes, at + width, encoding) : 0;
  if (low < 0xDC00 || low > 0xDFFF) return {kReplacementCharacter, width, false};
  return {0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 4, true};
}

/// Which of the bytes at one place of a unit are what a text has hardly any of in UTF-8.
struct ByteShares {
  double zero = 0, control = 0;
  double below_blank = 0;  ///< zeros, controls, and a text's tabs and line ends

  void add(char byte, double share) {
    zero += byte == '\0' ? share : 0;
    control += is_odd_control(byte) ? share : 0;
    below_blank += static_cast<unsigned char>(byte) < 0x20 ? share : 0;
  }
};

/// The two high bytes are zero in every script, and the lowest hardly ever is.
bool fits_utf32(const std::array<ByteShares, 4>& places, WideEncoding encoding) {
  const auto at = [&](std::size_t from_low) {
    return places[encoding.is_little_endian ? from_low : 3 - from_low].zero;
  };
  return at(0) < 0.05 && at(2) > 0.95 && at(3) > 0.95;
}

/// The high byte is below 0x20 in the scripts of Europe, India and the Near East: zero for Latin and for every script's
/// blanks, 4 for Cyrillic. A column of tabs or line ends ("1\n2\n3\n") has none but these.
bool fits_utf16(const std::array<ByteShares, 4>& places, WideEncoding encoding) {
  const auto column = [&](std::size_t from_low, double ByteShares::* share) {
    const std::size_t place = encoding.is_little_endian ? from_low : 1 - from_low;
    return (places[place].*share + places[place + 2].*share) / 2;
  };
  const double high = column(1, &ByteShares::below_blank), low = column(0, &ByteShares::below_blank);
  const double never_in_text = column(1, &ByteShares::zero) + column(1, &ByteShares::control);
  return high > 0.5 && high - low > 0.2 && never_in_text > 0.05;
}

}  // namespace

std::string_view WideEncoding::name() const {
  if (bytes_per_unit == 2) return is_little_endian ? "UTF-16LE" : "UTF-16BE";
  return is_little_endian ? "UTF-32LE" : "UTF-32BE";
}

std::optional<WideEncoding> encoding_by_mark(std::string_view bytes) {
  for (const WideEncoding encoding : kEncodings)  // UTF-32's begins as UTF-16's, so it is asked for first
    if (bytes.size() >= width_of(encoding) && unit_at(bytes, 0, encoding) == 0xFEFF) return encoding;
  return std::nullopt;
}

std::optional<WideEncoding> suspected_encoding(std::string_view bytes) {
  constexpr std::size_t kLookedAt = 1 << 16, kFewest = 8;
  const std::string_view head = bytes.substr(0, std::min(bytes.size(), kLookedAt) / 4 * 4);
  if (head.size() < kFewest) return std::nullopt;
  std::array<ByteShares, 4> places{};  // of the bytes at each place of four
  for (std::size_t i = 0; i < head.size(); ++i) places[i % 4].add(head[i], 4.0 / static_cast<double>(head.size()));
  for (const WideEncoding encoding : kEncodings)
    if (encoding.bytes_per_unit == 4 ? fits_utf32(places, encoding) : fits_utf16(places, encoding)) return encoding;
  return std::nullopt;
}

MappedFile converted_to_utf8(const MappedFile& file, WideEncoding encoding, const std::filesystem::path& path,
                             bool replace) {
  ScratchFile result(path.string());
  const std::string_view bytes = file.bytes();
  std::size_t at = width_of(encoding);  // behind the mark
  file.for_each_part([&](std::size_t, std::size_t part_end) {
    std::string text;
    while (at < part_end) {
      const DecodedCodePoint point = decode_wide(bytes, at, encoding);
      if (!point.valid && !replace) {
        throw Error(ErrorKind::run, fmt::format("{}: is {} according to its byte-order mark, but has no valid "
                                                "character at byte {}; errors: replace puts U+FFFD there",
                                                path.string(), encoding.name(), at));
      }
      append_utf8(text, point.valid ? point.value : kReplacementCharacter);
      at += point.length;
    }
    result.write(text);
  });
  return result.map();
}

}  // namespace folio::input
