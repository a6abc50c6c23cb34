#include "cli/view/sample_view.h"

#include <catch2/catch.hpp>

using namespace folio::cli;
using nlohmann::json;

namespace {

const json kCausal{{"position", 4},
                   {"index", 17},
                   {"text", "But soft,\r\n"},
                   {"tokens", {{5, "But"}, {6, " soft"}, {7, ",\r\n"}}},
                   {"labels", {{6, " soft"}, {7, ",\r\n"}, nullptr}}};

}  // namespace

TEST_CASE("of a causal sample the text is shown, cut where that is asked for") {
  CHECK(sample_text(kCausal, "causal", false, false) == "But soft,\n");
  CHECK(sample_text(kCausal, "causal", true, false) == "But│ soft│,␍↵\n");
}

TEST_CASE("of a masked sample what is to be said stands behind its place") {
  const json sample{{"text", "but [MASK], what"},
                    {"tokens", {{5, "but"}, {0, "[MASK]", "special"}, {7, ","}, {8, "what"}}},
                    {"labels", {nullptr, {6, "soft"}, nullptr, {8, "what"}}}};
  CHECK(sample_text(sample, "masked", false, false) == "but│[MASK]→soft│,│what→what\n");
  const std::string painted = sample_text(sample, "masked", false, true);
  CHECK(painted.find("48;5;120m[MASK]→soft\x1b[0m") != std::string::npos);
}

TEST_CASE("of a sample with spans taken out the spans stand below") {
  const json sample{{"text", "But <extra_id_0> light"},
                    {"target_text", "<extra_id_0> soft, what"},
                    {"tokens", {{5, "But"}, {1, "<extra_id_0>", "special"}, {9, " light"}}},
                    {"labels", {{1, "<extra_id_0>", "special"}, {6, " soft,"}, {8, " what"}}}};
  CHECK(sample_text(sample, "span_corruption", false, false) ==
        "But <extra_id_0> light\nto predict:\n<extra_id_0> soft, what\n");
  CHECK(sample_text(sample, "span_corruption", true, false) ==
        "But│<extra_id_0>│ light\nto predict:\n<extra_id_0>│ soft,│ what\n");
}

TEST_CASE("a sample as JSON has its labels as the loss takes them") {
  const json sample = sample_json(kCausal);
  CHECK(sample.at("position") == 4);
  CHECK(sample.at("index") == 17);
  CHECK(sample.at("ids") == json{5, 6, 7});
  CHECK(sample.at("labels") == json{6, 7, -100});
  CHECK(sample.at("tokens") == json{"But", " soft", ",\r\n"});
  CHECK_FALSE(sample.contains("target_text"));
}

TEST_CASE("no control character of a sample reaches the terminal") {
  const json sample{{"text", "a\x1b[2Jb\n\n"}, {"tokens", json::array()}, {"labels", json::array()}};
  CHECK(sample_text(sample, "causal", false, false) == "a<0x1B>[2Jb\n\n");
  const json turned{{"text", "a\u202eb\u4e2d\r\n\r"}, {"tokens", json::array()}, {"labels", json::array()}};
  CHECK(sample_text(turned, "causal", false, false) == "a<U+202E>b\u4e2d\n␍\n");
}
