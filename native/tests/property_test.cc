// Random programs of two clients against a model of the store in memory. After each step everything that a
// client can see is compared: states, bytes, tags, children, pins and references. A failure names its seed,
// and ATOLL_PROPERTY_SEED=N runs that program alone.
//
// What this cannot see: several threads at once, deaths (ci/torture), and how long anything takes.
#include <cstdlib>

#include "property_fixture.h"

namespace atollstore::property {

void PropertyTest::RunProgram(uint64_t seed, int steps) {
  SCOPED_TRACE("ATOLL_PROPERTY_SEED=" + std::to_string(seed));
  ASSERT_NO_FATAL_FAILURE(Begin(seed));
  for (int step = 0; step < steps; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    ASSERT_NO_FATAL_FAILURE(Step());
    ASSERT_NO_FATAL_FAILURE(Look());
    if (step % 50 != 49) continue;
    ASSERT_NO_FATAL_FAILURE(LookAtAll());
  }
  End();
}

namespace {

TEST_P(PropertyTest, StoreIsWhatItsModelSays) {
  if (const char* given = std::getenv("ATOLL_PROPERTY_SEED"); given != nullptr) {
    RunProgram(std::strtoull(given, nullptr, 10), 400);
    return;
  }
  std::random_device device;
  for (int program = 0; program < 12; ++program) {
    RunProgram(device(), 400);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(InMemory, PropertyTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(OnDisk, PropertyTest, ::testing::Values(true));

}  // namespace
}  // namespace atollstore::property
