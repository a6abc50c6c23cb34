#include "formats/weights_writer.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "support/files.h"
#include "temporary_folder.h"

using namespace folio;
using Catch::Contains;

namespace {

using WeightsFolder = folio::test::TemporaryFolder;

float of_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

/// Tensors of so many floats each, "a", "b" ...; their values count on.
SafetensorsFile weights_of(const WeightsFolder& scratch, const std::vector<std::int64_t>& sizes) {
  static std::vector<std::vector<float>> values;
  values.clear();
  std::vector<TensorView> tensors;
  float next = 0;
  for (const std::int64_t size : sizes) {
    auto& floats = values.emplace_back();
    for (std::int64_t i = 0; i < size; ++i) floats.push_back(next += 1.0F / 3);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i)
    tensors.push_back(
        {std::string(1, static_cast<char>('a' + i)), "F32", {sizes[i]}, values[i].data(), 4 * values[i].size()});
  write_safetensors(scratch / "weights", tensors);
  return SafetensorsFile(scratch / "weights");
}

WrittenWeights written(const WeightsFolder& scratch, const SafetensorsFile& weights, const WeightLayout& layout) {
  return write_weights(weights, "weights", scratch.path(), layout, ErrorKind::run, [](double, double) {});
}

nlohmann::json index_of(const WeightsFolder& scratch) {
  return nlohmann::json::parse(read_file(scratch / "model.safetensors.index.json"));
}

}  // namespace

TEST_CASE("bfloat16 is the nearest, of two equally near ones the even one") {
  CHECK(to_bfloat16(1.0F) == 0x3f80);
  CHECK(to_bfloat16(-2.0F) == 0xc000);
  CHECK(to_bfloat16(of_bits(0x3f808000)) == 0x3f80);  // half way, down to the even one
  CHECK(to_bfloat16(of_bits(0x3f818000)) == 0x3f82);  // half way, up to the even one
  CHECK(to_bfloat16(of_bits(0x3f808001)) == 0x3f81);
  CHECK(to_bfloat16(of_bits(0x3f807fff)) == 0x3f80);
  CHECK(to_bfloat16(-0.0F) == 0x8000);
  CHECK(to_bfloat16(of_bits(0x00008000)) == 0x0000);  // denormal numbers too
  CHECK(to_bfloat16(of_bits(0x00018000)) == 0x0002);
}

TEST_CASE("bfloat16 keeps infinities and NaN, and rounds what is too large to infinity") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(to_bfloat16(kInfinity) == 0x7f80);
  CHECK(to_bfloat16(-kInfinity) == 0xff80);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
  for (const std::uint32_t nan : {0x7fc00000U, 0x7f800001U, 0xffffffffU, 0xff800001U}) {
    const std::uint16_t kept = to_bfloat16(of_bits(nan));
    CHECK(std::isnan(of_bits(static_cast<std::uint32_t>(kept) << 16)));
  }
}

TEST_CASE("weights that fit are one file, with the bytes as they were") {
  const WeightsFolder scratch;
  const SafetensorsFile weights = weights_of(scratch, {3, 5});
  const WrittenWeights result = written(scratch, weights, {.max_shard_bytes = 32});
  CHECK(result.files == std::vector<std::string>{"model.safetensors"});
  CHECK(result.bytes == 32);
  CHECK(result.parameters == 8);
  CHECK(read_file(scratch / "model.safetensors") == read_file(scratch / "weights"));
}

TEST_CASE("weights beyond the size of a shard are several files with an index") {
  const WeightsFolder scratch;
  const SafetensorsFile weights = weights_of(scratch, {3, 5, 20, 1, 1});
  const WrittenWeights result = written(scratch, weights, {.max_shard_bytes = 31});
  CHECK(result.files == std::vector<std::string>{"model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                                                 "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors",
                                                 "model.safetensors.index.json"});
  const nlohmann::json index = index_of(scratch);
  CHECK(index.at("metadata") == nlohmann::json{{"total_size", 120}, {"total_parameters", 30}});
  CHECK(index.at("weight_map") == nlohmann::json{{"a", result.files[0]},
                                                 {"b", result.files[1]},
                                                 {"c", result.files[2]},
                                                 {"d", result.files[3]},
                                                 {"e", result.files[3]}});
  for (const TensorView& tensor : weights.tensors()) {
    const SafetensorsFile shard(scratch / index.at("weight_map").at(tensor.name));
    CHECK(shard.metadata() == kUsualMetadata);
    const TensorView* found = shard.find(tensor.name);
    CHECK(found->shape == tensor.shape);
    CHECK(std::string(static_cast<const char*>(found->data), found->bytes) ==
          std::string(static_cast<const char*>(tensor.data), tensor.bytes));
  }
}

TEST_CASE("weights in bfloat16 take half the bytes, which the shards are measured by") {
  const WeightsFolder scratch;
  const SafetensorsFile weights = weights_of(scratch, {600'000, 7});
  CHECK(bytes_of_weights(weights, WeightType::bfloat16) == 1'200'014);
  double last = 0, all = 0;
  const WrittenWeights result = write_weights(weights, "weights", scratch.path(), {WeightType::bfloat16, 1'200'014},
                                              ErrorKind::run, [&](double done, double total) {
                                                CHECK(done >= last);
                                                last = done;
                                                all = total;
                                              });
  CHECK(result.files.size() == 1);
  CHECK(result.bytes == 1'200'014);
  CHECK(last == all);
  const SafetensorsFile file(scratch / "model.safetensors");
  const TensorView* tensor = file.find("a");
  CHECK(tensor->dtype == "BF16");
  const auto* floats = static_cast<const float*>(weights.find("a")->data);
  const auto* rounded = static_cast<const std::uint16_t*>(tensor->data);
  bool same = true;
  for (std::size_t i = 0; i < 600'000; ++i) same = same && rounded[i] == to_bfloat16(floats[i]);
  CHECK(same);
}

TEST_CASE("weights of another type are named") {
  const WeightsFolder scratch;
  const std::int64_t value = 0;
  const std::vector<TensorView> tensors{{"steps", "I64", {1}, &value, 8}};
  write_safetensors(scratch / "weights", tensors);
  const SafetensorsFile weights(scratch / "weights");
  CHECK_THROWS_WITH(written(scratch, weights, {}), "weights: tensor 'steps' is of type I64, expected F32");
}
