#include "train/machine_speed.h"

#include <catch2/catch.hpp>

using namespace folio::train;

TEST_CASE("the better one of both rates counts") {
  CHECK(judge_machine(200e9, 210e9, 0.0).matmul_rate == 210e9);
  CHECK(judge_machine(210e9, 200e9, 0.0).matmul_rate == 210e9);
}

TEST_CASE("a machine was busy where others took processor time, or its rates part") {
  CHECK(judge_machine(200e9, 210e9, 0.04).was_busy == false);
  CHECK(judge_machine(200e9, 210e9, 0.06).was_busy == true);
  CHECK(judge_machine(200e9, 160e9, 0.0).was_busy == true);
  CHECK(judge_machine(160e9, 200e9, std::nullopt).was_busy == true);
  CHECK(judge_machine(200e9, 210e9, std::nullopt).was_busy == std::nullopt);
}

TEST_CASE("the share is of the machine's rate, never above one, and not known on a busy machine") {
  CHECK(matmul_share(150e9, {.matmul_rate = 200e9, .was_busy = false}) == 0.75);
  CHECK(matmul_share(150e9, {.matmul_rate = 200e9, .was_busy = std::nullopt}) == 0.75);
  CHECK(matmul_share(200e9, {.matmul_rate = 200e9, .was_busy = false}) == 1);
  CHECK(matmul_share(230e9, {.matmul_rate = 200e9, .was_busy = false}) == std::nullopt);
  CHECK(matmul_share(150e9, {.matmul_rate = 200e9, .was_busy = true}) == std::nullopt);
  CHECK(matmul_share(0, {.matmul_rate = 200e9, .was_busy = false}) == std::nullopt);
}
