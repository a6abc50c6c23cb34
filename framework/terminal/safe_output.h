#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace folio {

/// Text on its way to a person, piece by piece: what a terminal would obey is U+FFFD, except line ends and tabs, and
/// where `colour` is set those sequences that choose a colour (ECMA-48's SGR, as Paint's). A character or a sequence
/// may lie across two pieces.
class SafeText {
 public:
  explicit SafeText(bool colour) : colour_(colour) {}

  /// What can be shown by now.
  std::string next(std::string_view piece);

  /// The rest, which no piece has completed.
  std::string finish();

 private:
  std::string clean(std::string_view text, bool last);

  bool colour_;
  std::string begun_;
};

/// While this lives, std::cout and std::cerr are SafeText: no name, note, sample, path or message, whoever wrote it,
/// steers the terminal that it is shown on, nor one that a file or a pipe is shown on later. Colours pass where
/// use_colour() allows them. Programs make one, first in main.
class SafeOutput {
 public:
  SafeOutput();
  ~SafeOutput();
  SafeOutput(const SafeOutput&) = delete;
  SafeOutput& operator=(const SafeOutput&) = delete;

 private:
  class Stream;
  std::unique_ptr<Stream> out_, err_;
};

}  // namespace folio
