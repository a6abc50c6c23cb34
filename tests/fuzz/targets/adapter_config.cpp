// adapter_config.json of the peft package's.

#include "formats/adapter_config.h"

#include "fuzz.h"

namespace folio::fuzz {

/// What is taken can be written, and is the same when it is read again.
void one_input(std::string_view bytes) {
  is_taken("adapter_config.json", [&] {
    const AdapterConfig config = parse_adapter_config(bytes, "adapter_config.json");
    AdapterConfig written = config;
    if (config.target_modules.size() == 1) written.target_modules = {"c_attn"};  // it may be an expression
    const AdapterConfig again = parse_adapter_config(adapter_config_json(written), "again");
    FOLIO_FUZZ_REQUIRE(again.rank == config.rank && again.alpha == config.alpha && again.dropout == config.dropout);
    FOLIO_FUZZ_REQUIRE(again.target_modules == written.target_modules && again.base_model == config.base_model);
    FOLIO_FUZZ_REQUIRE(again.rank_stabilized == config.rank_stabilized);
  });
}

}  // namespace folio::fuzz
