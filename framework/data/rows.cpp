#include "data/rows.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace folio::data {
namespace {

std::size_t longest(const Rows& rows) {
  std::size_t length = 0;
  for (const auto& row : rows) length = std::max(length, row.size());
  return length;
}

}  // namespace

at::Tensor padded(const Rows& rows, std::int64_t filler) {
  const auto columns = static_cast<std::int64_t>(longest(rows));
  at::Tensor result = at::full({static_cast<std::int64_t>(rows.size()), columns}, filler, at::kLong);
  auto* out = result.mutable_data_ptr<std::int64_t>();
  for (const auto& row : rows) {
    std::copy(row.begin(), row.end(), out);
    out += columns;
  }
  return result;
}

at::Tensor mask_of(const Rows& rows) {
  const std::size_t length = longest(rows);
  const auto whole = [&](const auto& row) { return row.size() == length; };
  if (std::all_of(rows.begin(), rows.end(), whole)) return {};
  const auto columns = static_cast<std::int64_t>(length);
  at::Tensor result = at::zeros({static_cast<std::int64_t>(rows.size()), columns}, at::kBool);
  auto* out = result.mutable_data_ptr<bool>();
  for (const auto& row : rows) {
    std::fill_n(out, row.size(), true);
    out += columns;
  }
  return result;
}

}  // namespace folio::data
