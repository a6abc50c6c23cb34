#pragma once

#include <cstdint>
#include <string>

/// Numbers as people read them.
namespace folio {

/// 124439808 -> "124,439,808".
std::string with_commas(std::int64_t number);

/// 1536 -> "1.5 KiB", in powers of 1024.
std::string human_bytes(double bytes);

/// 684.24 -> "0:11:24.24", the Trainer's h:mm:ss.cc.
std::string clock_time(double seconds);

/// 90 -> "1 min 30 s": the coarse form for remaining and passed time.
std::string human_duration(double seconds);

/// Up to `digits` significant digits without trailing zeros; "nan", "inf", "-inf" where it is not finite.
std::string significant(double number, int digits = 4);

}  // namespace folio
