#include "terminal/palette.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

using namespace folio;

namespace {

using Triple = std::array<double, 3>;

/// Of xterm's colour cube, in linear light.
Triple light_of(int color) {
  static constexpr double kLevels[] = {0, 95, 135, 175, 215, 255};
  const auto linear = [](double level) { return std::pow((level / 255 + 0.055) / 1.055, 2.4); };
  const int at = color - 16;
  return {linear(kLevels[at / 36]), linear(kLevels[at / 6 % 6]), linear(kLevels[at % 6])};
}

Triple times(const std::array<Triple, 3>& rows, const Triple& v) {
  Triple result{};
  for (std::size_t i = 0; i < 3; ++i) result[i] = rows[i][0] * v[0] + rows[i][1] * v[1] + rows[i][2] * v[2];
  return result;
}

/// Machado, Oliveira and Fernandes (2009), full severity: nobody's, red-blind, green-blind and blue-blind eyes.
constexpr std::array<std::array<Triple, 3>, 4> kEyes{
    {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}}};

/// CIE 1976 L*a*b* of what such eyes see.
Triple seen(int color, const std::array<Triple, 3>& eyes) {
  Triple light = times(eyes, light_of(color));
  for (double& part : light) part = std::clamp(part, 0.0, 1.0);
  const Triple xyz = times({{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}}, light);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f(xyz[0] / 0.95047), y = f(xyz[1]), z = f(xyz[2] / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double luminance(int color) {
  const Triple light = light_of(color);
  return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
}

}  // namespace

TEST_CASE("no two of a palette's colours look alike, whoever looks") {
  for (const auto& eyes : kEyes)
    for (const int a : kManyColours)
      for (const int b : kManyColours) {
        if (a >= b) continue;
        CAPTURE(a, b);
        const Triple in_a = seen(a, eyes), in_b = seen(b, eyes);
        CHECK(std::hypot(in_a[0] - in_b[0], in_a[1] - in_b[1], in_a[2] - in_b[2]) > 25);  // 2.3 is just noticeable
      }
}

TEST_CASE("a palette's colours are seen on black and on white") {
  for (const int color : kManyColours) {
    CAPTURE(color);
    CHECK((luminance(color) + 0.05) / 0.05 > 3);
    CHECK(1.05 / (luminance(color) + 0.05) > 2);
  }
}

TEST_CASE("a palette paints by index, beyond its last colour from the first on") {
  const Palette many(Palette::Colours::many), six(Palette::Colours::six), none(Palette::Colours::none);
  CHECK(many.paint(1, "x") == "\x1b[38;5;208mx\x1b[0m");
  CHECK(many.paint(8, "x") == many.paint(0, "x"));
  CHECK(many.faint(0, "x") == "\x1b[2;38;5;39mx\x1b[0m");
  CHECK(six.paint(0, "x") == "\x1b[36mx\x1b[0m");
  CHECK(six.paint(7, "x") == six.paint(1, "x"));
  CHECK(none.paint(3, "x") == "x");
}
