#pragma once

#include <string>
#include <string_view>

namespace folio {

/// Colours that tell the curves of one drawing apart, by index. Beyond its count they begin anew.
class Palette {
 public:
  enum class Colours {
    none,
    six,  ///< those of ANSI, which every terminal has
    many  ///< eight of xterm's 256: with every usual form of colour blindness no two look alike, on black and on white
  };

  explicit Palette(Colours colours) : colours_(colours) {}

  /// What the terminal of the descriptor has, by TERM and COLORTERM; none where use_colour() says so.
  static Palette for_output(int fd);

  bool enabled() const { return colours_ != Colours::none; }

  /// The text in the colour of that index, which is not negative.
  std::string paint(int index, std::string_view text) const { return wrap("", index, text); }

  /// The same, fainter, for what lies behind.
  std::string faint(int index, std::string_view text) const { return wrap("2;", index, text); }

 private:
  std::string wrap(const char* before, int index, std::string_view text) const;

  Colours colours_;
};

/// The colours of Palette::Colours::many, as xterm numbers them.
constexpr int kManyColours[] = {39, 208, 93, 160, 145, 137, 59, 25};

}  // namespace folio
