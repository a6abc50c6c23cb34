#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Numbers, paths and words as people read them, or type them.
namespace folio {

/// 124439808 -> "124,439,808".
std::string with_commas(std::int64_t number);

/// 1234.4 -> "1,234"; in four significant digits what is beyond 10^15 or not finite.
std::string whole_number(double number);

/// 1536 -> "1.5 KiB", in powers of 1024.
std::string human_bytes(double bytes);

/// "10GiB", "1.5 MB", "4096" -> bytes; none where it is no such size. KiB, MiB, GiB, TiB are powers of 1024, KB, MB,
/// GB, TB of 1000.
std::optional<std::uintmax_t> parse_bytes(std::string_view text);

/// Whether a size has a unit, without which a number is bytes, as nobody means who writes "5"; 0 needs none.
bool has_byte_unit(std::string_view text);

/// 684.24 -> "0:11:24.24", the Trainer's h:mm:ss.cc; "1e+300 s" where no clock shows that.
std::string clock_time(double seconds);

/// 90 -> "1 min 30 s": the coarse form for remaining and passed time.
std::string human_duration(double seconds);

/// Up to `digits` significant digits without trailing zeros; "nan", "inf", "-inf" where it is not finite.
std::string significant(double number, int digits = 4);

/// A path as it is from the current folder, where it lies below it; else whole.
std::string shown_path(const std::filesystem::path& path);

/// In single quotes, within which a shell takes everything as it is.
std::string shell_quoted(std::string_view text);

/// A word that a shell takes as it is, else in quotes.
std::string shell_word(std::string_view text);

}  // namespace folio
