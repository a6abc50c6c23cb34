// Each test that draws random numbers gets the same ones in every run, alone or among others: torch's own generator
// begins with a seed of the system's.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <ATen/Context.h>

#include <catch2/catch.hpp>

namespace folio {
namespace {

class Seeded : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;
  void testCaseStarting(const Catch::TestCaseInfo& /*info*/) override { at::manual_seed(1); }
};

CATCH_REGISTER_LISTENER(Seeded)

}  // namespace
}  // namespace folio
