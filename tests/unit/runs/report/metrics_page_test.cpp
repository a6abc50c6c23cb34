#include "runs/report/metrics_page.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "runs/record/metrics.h"
#include "support/files.h"

using namespace folio;
using namespace folio::runs;

TEST_CASE("each metric is declared once, with a sentence of meaning") {
  std::set<std::string_view> names;
  for (const Metric& metric : all_metrics()) {
    CAPTURE(metric.name);
    CHECK(names.insert(metric.name).second);
    CHECK(metric.meaning.size() > 10);
    CHECK(metric.meaning.back() == '.');
    CHECK(metric.definition.back() == '.');
    CHECK(find_metric(metric.name) == &metric);
  }
  CHECK(names.size() >= 20);
  CHECK(find_metric("no_such_metric") == nullptr);
}

TEST_CASE("a document's metrics are found by their pattern, and the whole set's are not") {
  const Metric* loss = find_metric("eval_romeo-and-juliet_loss");
  REQUIRE(loss != nullptr);
  CHECK(loss->name == "eval_<document>_loss");
  CHECK(loss->phase == Phase::evaluation);
  CHECK(find_metric("eval_a_bits_per_byte")->aspect == Aspect::text_loss);
  CHECK(find_metric("eval_loss")->name == "eval_loss");
  CHECK(find_metric("eval_bits_per_byte")->name == "eval_bits_per_byte");
  CHECK(find_metric("eval__loss") == nullptr);
  CHECK(shown_before("eval_loss", "eval_b_loss"));
  CHECK(shown_before("eval_a_loss", "eval_b_loss"));
  CHECK(shown_before("eval_b_loss", "perplexity"));
  CHECK(metric_text("eval_a_loss", 6.50891) == "6.5089");
}

TEST_CASE("docs/metrics.md is what `runner metrics --md` prints") {
  CHECK(read_file(std::string(FOLIO_SOURCE_DIR) + "/docs/metrics.md") == metrics_page());
  for (const Metric& metric : all_metrics()) CHECK(metrics_page().find(metric.definition) != std::string::npos);
}

TEST_CASE("metrics print in their shape") {
  CHECK(metric_text("train_loss", 6.50891508879485) == "6.5089");
  CHECK(metric_text("train_runtime", 684.2403) == "684.24 s");
  CHECK(metric_text("learning_rate", 4.5e-5) == "4.5e-05");
  CHECK(metric_text("tokens_per_second", 12345.6) == "12,346");
  CHECK(metric_text("matmul_share", 0.543) == "54.3 %");
  CHECK(metric_text("peak_memory_bytes", 3.0 * (1 << 30)) == "3.0 GiB");
  CHECK(metric_text("train_samples", 288) == "288");
  CHECK(metric_text("train_loss", std::nan("")) == "nan");
  CHECK(metric_text("of a plugin's own", 0.25) == "0.25");
}

TEST_CASE("metrics are shown in the order of their declarations, others last by name") {
  CHECK(shown_before("train_loss", "train_runtime"));
  CHECK_FALSE(shown_before("train_runtime", "train_loss"));
  CHECK(shown_before("learning_rate", "a_plugin's"));
  CHECK(shown_before("a", "b"));
  CHECK_FALSE(shown_before("train_loss", "train_loss"));
}
